//! How well a number tells hostile wallets from honest ones.

/// Most points of a curve that is shown.
pub const MAX_CURVE: usize = 257;

/// How many wallets are found at each threshold there is.
///
/// Wallets of equal statistic are found together or not at all: no threshold lies between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Roc {
    steps: Vec<Step>,
    honest: u64,
    hostile: u64,
}

/// What a threshold finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Wallets with at least this statistic are found.
    pub threshold: f64,
    /// Honest wallets found.
    pub honest: u64,
    /// Hostile wallets found.
    pub hostile: u64,
}

impl Roc {
    /// Of statistics, each with whether its wallet is hostile. The same for any order of them.
    pub fn of(statistics: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut statistics: Vec<_> = statistics.into_iter().collect();
        statistics.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let (mut honest, mut hostile) = (0, 0);
        let steps = statistics
            .chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq())
            .map(|equal| {
                let bad = equal.iter().filter(|(_, is_hostile)| *is_hostile).count() as u64;
                hostile += bad;
                honest += equal.len() as u64 - bad;
                Step { threshold: equal[0].0, honest, hostile }
            })
            .collect();
        Self { steps, honest, hostile }
    }

    /// What each threshold finds, highest first: the statistics there are.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many honest wallets there are.
    pub(super) const fn honest(&self) -> u64 {
        self.honest
    }

    /// Area under the curve: how often a hostile wallet's statistic is above an honest one's, where equal ones count half (Mann
    /// and Whitney, 1947). None without wallets of both kinds.
    #[allow(clippy::cast_precision_loss, reason = "rounded here and nowhere before")]
    pub fn auc(&self) -> Option<f64> {
        let mut doubled = 0_u128;
        let mut above = Step { threshold: f64::INFINITY, honest: 0, hostile: 0 };
        for step in &self.steps {
            let equal = u128::from(step.honest - above.honest);
            let below = u128::from(self.honest - step.honest);
            doubled += u128::from(step.hostile - above.hostile) * (2 * below + equal);
            above = *step;
        }
        let pairs = u128::from(self.honest) * u128::from(self.hostile);
        (pairs > 0).then(|| doubled as f64 / (2 * pairs) as f64)
    }

    /// The curve: (share of honest wallets found, share of hostile ones found), from (0, 0) to (1, 1). Empty without wallets of both
    /// kinds.
    ///
    /// Points on a straight line between others are left out. Of more than [`MAX_CURVE`] that many are kept, evenly spread among them.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let mut corners: Vec<(u64, u64)> = Vec::new();
        if self.honest > 0 && self.hostile > 0 {
            corners.push((0, 0));
        }
        for step in self.steps.iter().filter(|_| self.honest > 0 && self.hostile > 0) {
            let next = (step.honest, step.hostile);
            while let [.., before, last] = *corners
                && is_straight(before, last, next)
            {
                corners.pop();
            }
            corners.push(next);
        }
        let last = corners.len().saturating_sub(1);
        let kept = corners.len().min(MAX_CURVE);
        (0..kept)
            .map(|place| corners[if kept < corners.len() { place * last / (MAX_CURVE - 1) } else { place }])
            .map(|(honest, hostile)| (share(honest, self.honest), share(hostile, self.hostile)))
            .collect()
    }

    /// What finds the most with at most a share of the honest wallets pointed at, in percent. Not interpolated: a threshold that
    /// exists, and the false alarms that it really gives; of a hundred honest wallets less than one percent is none. None where even the
    /// highest threshold gives more, and without an honest wallet.
    pub fn within_percent(&self, percent: u64) -> Option<Step> {
        let allowed = |step: &&Step| u128::from(step.honest) * 100 <= u128::from(self.honest) * u128::from(percent);
        if self.honest == 0 { None } else { self.steps.iter().take_while(allowed).last().copied() }
    }
}

/// Whether the middle one of three corners lies on the line between the others.
fn is_straight(one: (u64, u64), middle: (u64, u64), other: (u64, u64)) -> bool {
    let way = |from: (u64, u64), to: (u64, u64)| (u128::from(to.0 - from.0), u128::from(to.1 - from.1));
    let (first, second) = (way(one, middle), way(middle, other));
    first.0 * second.1 == first.1 * second.0
}

/// Part of a whole that is not 0.
#[allow(clippy::cast_precision_loss, reason = "a share; counts of wallets are far below 2^53")]
pub(super) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
