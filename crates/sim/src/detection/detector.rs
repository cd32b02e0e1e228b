//! Which detectors there are.

/// A detector that measures wallets of its own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    HighVelocity,
    Isolation,
    AmountUniformity,
    OffHours,
    PairCap,
    RiskLevel,
    WashRings,
    Cluster,
    Viewpoint,
}

/// A detector, in words.
pub(super) struct Description {
    pub(super) name: &'static str,
    pub(super) statistic: &'static str,
    /// When it points at a wallet; none where `barter-compliance` has no threshold.
    pub(super) rule: Option<&'static str>,
}

impl Measure {
    /// All of them, in the order of statistics.
    pub(super) const ALL: [Self; 9] = [
        Self::HighVelocity,
        Self::Isolation,
        Self::AmountUniformity,
        Self::OffHours,
        Self::PairCap,
        Self::RiskLevel,
        Self::WashRings,
        Self::Cluster,
        Self::Viewpoint,
    ];

    /// The five flags.
    pub(super) const FLAGS: &[Self] =
        &[Self::HighVelocity, Self::Isolation, Self::AmountUniformity, Self::OffHours, Self::PairCap];

    /// Everything that says something of its own: the risk level only counts flags.
    pub(super) const INDEPENDENT: &[Self] = &[
        Self::HighVelocity,
        Self::Isolation,
        Self::AmountUniformity,
        Self::OffHours,
        Self::PairCap,
        Self::WashRings,
        Self::Cluster,
        Self::Viewpoint,
    ];

    /// Its place among statistics.
    pub(super) const fn index(self) -> usize {
        self as usize
    }

    pub(super) const fn describe(self) -> Description {
        let (name, statistic, rule) = match self {
            Self::HighVelocity => (
                "high velocity",
                "most trades the wallet settled on one day",
                Some("the flag was raised at the end of some day"),
            ),
            Self::Isolation => (
                "isolation",
                "most trades the wallet had at the end of a day on which it had fewer counterparties than the flag asks for",
                Some("the flag was raised at the end of some day"),
            ),
            Self::AmountUniformity => (
                "amount uniformity",
                "highest share of the wallet's trades with one and the same amount; 0 with fewer trades than the flag asks for",
                Some("the flag was raised at the end of some day"),
            ),
            Self::OffHours => (
                "off-hours",
                "highest share of the wallet's trades settled in the off-hours; 0 with fewer trades than the flag asks for",
                Some("the flag was raised at the end of some day"),
            ),
            Self::PairCap => (
                "pair cap",
                "trades with the counterparty the wallet has most trades with",
                Some("the flag was raised at the end of some day"),
            ),
            Self::RiskLevel => (
                "risk level",
                "most flags the wallet had at the end of a day",
                Some("it had two flags or more at the end of some day: risk level high"),
            ),
            Self::WashRings => {
                ("wash rings", "share of the wallet's volume that lies in wash rings", Some("it is in a wash ring"))
            }
            Self::Cluster => ("cluster", "isolation score of the wallet's cluster, of at most 100 wallets", None),
            Self::Viewpoint => (
                "viewpoint",
                "share of the wallet's score, by the protocol's own formula and pair cap, that is not seen from the trusted wallets, \
                 which are left out",
                Some("nothing of its score is seen from the trusted wallets"),
            ),
        };
        Description { name, statistic, rule }
    }
}

/// Several detectors taken together.
pub(super) struct Combination {
    pub(super) of: &'static [Measure],
    pub(super) description: Description,
}

/// All of them, in the order of statistics, after those of [`Measure::ALL`].
pub(super) const COMBINATIONS: [Combination; 2] = [
    Combination {
        of: Measure::FLAGS,
        description: Description {
            name: "any flag",
            statistic: "1 less the smallest of the p-values of the five flags' statistics among one half of the honest wallets, \
                        compared with the other half",
            rule: Some("one of the five flags was raised at the end of some day"),
        },
    },
    Combination {
        of: Measure::INDEPENDENT,
        description: Description {
            name: "any detector",
            statistic: "1 less the smallest of the p-values of the statistics of flags, wash rings, cluster and viewpoint among \
                        one half of the honest wallets, compared with the other half, both without those trusted",
            rule: Some(
                "a flag was raised at the end of some day, it is in a wash ring, or nothing of its score is seen",
            ),
        },
    },
];
