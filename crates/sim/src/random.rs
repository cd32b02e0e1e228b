//! Random numbers that are the same on every machine: a small seeded generator, and distributions that use no
//! platform's mathematics.

use rand_core::{Rng as _, SeedableRng as _};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// A stream of random numbers. Same seed and index, same numbers, for ever.
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// Stream `index` of a seed. Streams of one seed are independent: what one agent draws changes nothing for another.
    pub fn stream(seed: u64, index: u64) -> Self {
        // Each word of the state depends on both numbers in full.
        let mut seeds = SplitMix64::seed_from_u64(seed);
        let mut mixed = SplitMix64::seed_from_u64(seeds.next_u64() ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self(Xoshiro256PlusPlus::from_rng(&mut mixed))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number below `bound`; 0 for a bound of 0. Uneven by less than `bound` / 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from 0 up to but not including 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with a probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Exponential with a mean: the time to the next of events that do not know of each other.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Pareto from `minimum` up: few very large, many small. The mean is infinite for `alpha` up to 1.
    pub fn pareto(&mut self, minimum: f64, alpha: f64) -> f64 {
        minimum * libm::pow(1.0 - self.unit(), -1.0 / alpha)
    }

    /// Standard normal (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * core::f64::consts::PI * self.unit())
    }

    /// Log-normal with a median, and the standard deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// One of a list; none of an empty one.
    #[allow(clippy::cast_possible_truncation, reason = "below the length of a list in memory")]
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len() as u64) as usize)
    }
}
