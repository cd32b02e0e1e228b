//! Plots as SVG inside the page.
//!
//! Charting crates were weighed (`plotters`, `charming`, `poloto`) and left: what they write has fixed sizes and colors. Here
//! the places along a plot are percentages of a width that is the reader's, text keeps its size, and colors are the
//! stylesheet's, so that one page reads well on a phone, on paper and at night. There is no more to it than below.

use super::text::{escape, short};

/// A plot: as wide as it may be, and so many pixels high. Along it, places are percentages; down it, pixels.
pub(super) struct Plot {
    height: u32,
    body: String,
}

/// Where text hangs on to its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Plot {
    pub(super) const fn new(height: u32) -> Self {
        Self { height, body: String::new() }
    }

    /// A box from one place to another, with a text that shows on pointing at it.
    pub(super) fn bar(&mut self, along: (f64, f64), down: (f64, f64), class: &str, title: &str) {
        self.push(&format!(
            "<rect class=\"{class}\" x=\"{:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{:.1}\"><title>{}</title></rect>",
            along.0,
            down.0,
            along.1 - along.0,
            down.1 - down.0,
            escape(title)
        ));
    }

    /// A dot.
    pub(super) fn dot(&mut self, place: (f64, f64), radius: f64, class: &str, title: &str) {
        self.push(&format!(
            "<circle class=\"{class}\" cx=\"{:.2}%\" cy=\"{:.1}\" r=\"{radius}\"><title>{}</title></circle>",
            place.0,
            place.1,
            escape(title)
        ));
    }

    /// A straight line.
    pub(super) fn straight(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.push(&format!(
            "<line class=\"{class}\" x1=\"{:.2}%\" y1=\"{:.1}\" x2=\"{:.2}%\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    /// A line through places. Percentages mean nothing in a path: it is drawn in a picture of its own that is stretched.
    pub(super) fn path(&mut self, places: &[(f64, f64)], class: &str) {
        let mut steps = String::new();
        for (number, (along, down)) in places.iter().enumerate() {
            let letter = if number == 0 { 'M' } else { 'L' };
            steps.push_str(&format!("{letter}{along:.2} {down:.1}"));
        }
        let height = self.height;
        self.push(&format!(
            "<svg viewBox=\"0 0 100 {height}\" width=\"100%\" height=\"{height}\" preserveAspectRatio=\"none\" overflow=\"visible\">\
             <path class=\"{class}\" d=\"{steps}\"/></svg>"
        ));
    }

    /// Text, cut by nobody.
    pub(super) fn text(&mut self, place: (f64, f64), anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(&format!(
            "<text class=\"{class}\" x=\"{:.2}%\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            place.0,
            place.1,
            escape(text)
        ));
    }

    /// A mark of the axis below, with a line up through the plot.
    pub(super) fn mark_below(&mut self, along: f64, label: &str) {
        let height = f64::from(self.height);
        self.straight((along, 0.0), (along, height), "grid");
        // At the ends there may be a neighbor.
        let anchor = match along {
            start if start < 1.0 => Anchor::Start,
            end if end > 99.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        self.text((along, height + 16.0), anchor, "tick", label);
    }

    /// A mark of the axis on the left, with a line across the plot.
    pub(super) fn mark_left(&mut self, down: f64, label: &str) {
        self.straight((0.0, down), (100.0, down), "grid");
        self.push(&format!(
            "<text class=\"tick\" x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            down + 4.0,
            escape(label)
        ));
    }

    /// The plot. `says` is what it shows, for those who cannot see it; `framed` leaves room for axes.
    pub(super) fn finish(self, says: &str, framed: bool) -> String {
        let class = if framed { "plot framed" } else { "plot" };
        let height = self.height;
        format!(
            "<svg class=\"{class}\" role=\"img\" aria-label=\"{}\" width=\"100%\" height=\"{height}\">{}</svg>",
            escape(says),
            self.body
        )
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// A scale of powers of ten, for what differs by orders of magnitude.
pub(super) struct Decades {
    first: f64,
    last: f64,
}

/// Most decades that get a mark each.
const MARKED_DECADES: u32 = 6;

impl Decades {
    /// One that holds all numbers above 0; none where there are none.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let logarithms = numbers.into_iter().filter(|number| *number > 0.0 && number.is_finite()).map(libm::log10);
        let (low, high) = logarithms.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), logarithm| {
            (logarithm.min(low), logarithm.max(high))
        });
        if low > high {
            return None;
        }
        let (first, last) = (libm::floor(low), libm::ceil(high));
        Some(Self { first, last: if last > first { last } else { first + 1.0 } })
    }

    /// One that begins a decade lower, so that a bar of its smallest number can be seen.
    pub(super) fn below(self) -> Self {
        Self { first: self.first - 1.0, ..self }
    }

    /// Where a number is, in percent. What is not above 0 is at the beginning.
    pub(super) fn place(&self, number: f64) -> f64 {
        if number <= 0.0 {
            return 0.0;
        }
        ((libm::log10(number) - self.first) / (self.last - self.first) * 100.0).clamp(0.0, 100.0)
    }

    /// Numbers to mark, with their labels.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let step = libm::ceil((self.last - self.first) / f64::from(MARKED_DECADES)).max(1.0);
        let exponents = (0..=MARKED_DECADES).map(|mark| self.first + f64::from(mark) * step);
        let numbers = exponents.take_while(|exponent| *exponent <= self.last).map(libm::exp10);
        numbers.map(|number| (self.place(number), short(number))).collect()
    }
}

/// Up to so many steps each doubling gets its mark.
const STEPS_MARKED_EACH: usize = 48;
/// Fewer steps make bars like doors.
const FEWEST_STEPS: usize = 16;

/// A scale of scores: a step for each of 0 to 3, then four steps for each doubling, as trades' scores double their amounts.
pub(super) struct Scores {
    first: usize,
    end: usize,
}

impl Scores {
    /// One that holds all scores from the lowest to the highest, with some doublings to look at.
    pub(super) fn between(lowest: u64, highest: u64) -> Self {
        let end = Self::index(highest) + 1;
        let first = Self::index(lowest) / 4 * 4;
        Self { first: first.min(end.saturating_sub(FEWEST_STEPS) / 4 * 4), end: end.max(FEWEST_STEPS) }
    }

    /// The steps.
    pub(super) const fn steps(&self) -> std::ops::Range<usize> {
        self.first..self.end
    }

    /// The step of a score.
    #[allow(clippy::cast_possible_truncation, reason = "at most 251")]
    pub(super) fn index(score: u64) -> usize {
        if score < 4 {
            return score as usize;
        }
        let doublings = score.ilog2() - 2;
        4 + 4 * doublings as usize + ((score >> doublings) - 4) as usize
    }

    /// First score of a step.
    pub(super) fn first(index: usize) -> u64 {
        let index = index as u64;
        if index < 4 {
            return index;
        }
        let (doublings, quarter) = (index / 4 - 1, index % 4);
        let unit = u32::try_from(doublings).ok().and_then(|doublings| 1_u64.checked_shl(doublings));
        unit.and_then(|unit| unit.checked_mul(4 + quarter)).unwrap_or(u64::MAX)
    }

    /// Where a step begins, in percent.
    #[allow(clippy::cast_precision_loss, reason = "at most 252")]
    pub(super) fn place_of(&self, index: usize) -> f64 {
        (index.saturating_sub(self.first) as f64 / (self.end - self.first) as f64 * 100.0).min(100.0)
    }

    /// Where a score is: in the middle of its step, or further along it.
    pub(super) fn place(&self, score: u64) -> f64 {
        let index = Self::index(score);
        let (first, next) = (Self::first(index), Self::first(index + 1));
        #[allow(clippy::cast_precision_loss, reason = "a place in a picture")]
        let along = ((score - first) as f64 + 0.5) / (next - first).max(1) as f64;
        let (from, to) = (self.place_of(index), self.place_of(index + 1));
        from + along.min(1.0) * (to - from)
    }

    /// Doublings to mark, with their labels.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let every = 4 * self.steps().len().div_ceil(STEPS_MARKED_EACH);
        #[allow(clippy::cast_precision_loss, reason = "a label")]
        let label = |score: u64| if score < 10_000 { score.to_string() } else { short(score as f64) };
        let indexes =
            [1, 2].into_iter().filter(|index| self.steps().contains(index)).chain(self.steps().step_by(every));
        let scores = indexes.filter(|index| *index > 0).map(Self::first);
        scores.map(|score| (self.place(score), label(score))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_into_the_step_that_begins_at_or_below_them() {
        for score in (0..5_000).chain([u64::MAX / 2, u64::MAX]) {
            let index = Scores::index(score);
            assert!(Scores::first(index) <= score, "{score}");
            assert!(score < Scores::first(index + 1) || Scores::first(index + 1) == u64::MAX, "{score}");
            for lowest in [0, 1, score / 9, score] {
                let scale = Scores::between(lowest, score);
                assert!(
                    scale.steps().contains(&index) && scale.steps().contains(&Scores::index(lowest)),
                    "{lowest} to {score}"
                );
                assert!((0.0..=100.0).contains(&scale.place(score)) && scale.marks().len() < 20, "{lowest} to {score}");
            }
        }
        let scale = Scores::between(0, 1_000);
        assert!((0..1_000).all(|score| scale.place(score) < scale.place(score + 1)));
    }

    #[test]
    fn a_scale_of_decades_holds_its_numbers() {
        let scale = Decades::of([0.02, 700.0, 0.0, f64::NAN]).unwrap();
        assert_eq!((scale.first, scale.last), (-2.0, 3.0));
        assert!((scale.place(10.0) - 60.0).abs() < 1e-9);
        assert!(scale.place(0.0).abs() < 1e-9);
        assert_eq!(scale.marks().len(), 6);
        assert_eq!(scale.marks()[0].1, "0.01");
        assert!(Decades::of([0.0]).is_none());
        // One number alone still has a width.
        let scale = Decades::of([10.0]).unwrap();
        assert!(scale.last > scale.first);
        assert!(Decades::of([1e-300, 1e300]).unwrap().marks().len() < 9);
    }
}
