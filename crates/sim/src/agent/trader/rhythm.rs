//! When people are awake: hours, weekends and time zones.

use crate::random::Random;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// The epoch was a Thursday.
const EPOCH_WEEKDAY: u64 = 3;
/// First and last hour in which a person answers, local time.
const AWAKE: std::ops::RangeInclusive<u64> = 7..=22;

/// How active people are in each hour of their day. Few at night, most in the evening: the shape that is found wherever people
/// act online (Yasseri and others, "Circadian Patterns of Wikipedia Editorial Activity", 2012).
const HOURS: [f64; 24] = [
    4.0, 2.0, 1.0, 1.0, 1.0, 2.0, 4.0, 7.0, 10.0, 12.0, 13.0, 13.0, 12.0, 12.0, 13.0, 13.0, 13.0, 13.0, 14.0, 15.0,
    15.0, 13.0, 10.0, 7.0,
];
/// How active they are on each day, Monday first.
const WEEKDAYS: [f64; 7] = [1.0, 1.0, 1.0, 1.0, 1.1, 1.1, 0.8];
/// Where people live: hours ahead of UTC, and about how many in a hundred of those who are online. It is somebody's evening at
/// any time, so that some honest wallets do trade in the small hours UTC.
const ZONES: [(i8, u64); 12] =
    [(-8, 6), (-6, 7), (-5, 10), (-3, 7), (0, 7), (1, 18), (2, 8), (3, 7), (5, 14), (7, 6), (8, 7), (9, 3)];

const HOURS_TOTAL: f64 = sum(&HOURS);
const WEEKDAYS_TOTAL: f64 = sum(&WEEKDAYS);
/// A week's activity, in hours of mean activity.
const WEEK: f64 = 7.0 * 24.0;

/// When somebody is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// At any time alike: a program.
    Steady,
    /// By day, so many hours ahead of UTC.
    Daily(i8),
}

impl Rhythm {
    /// That of somebody somewhere.
    pub(super) fn of_somebody(random: &mut Random) -> Self {
        let all = ZONES.iter().map(|(_, people)| people).sum();
        let mut lot = random.below(all);
        for (zone, people) in ZONES {
            if lot < people {
                return Self::Daily(zone);
            }
            lot -= people;
        }
        Self::Steady
    }

    /// Seconds until the next of so many events a day, at least 1: a Poisson process whose rate goes up and down, by inversion (Çinlar,
    /// "Introduction to Stochastic Processes", 1975): one draw an event, whatever the hour.
    pub(super) fn until_next(self, now: u64, events_per_day: f64, random: &mut Random) -> u64 {
        self.passed(now, events_per_day, random).max(1)
    }

    fn passed(self, now: u64, events_per_day: f64, random: &mut Random) -> u64 {
        let mut hours_left = random.exponential(24.0 / events_per_day);
        if self == Self::Steady {
            return whole(hours_left * 3_600.0);
        }
        let weeks = libm::floor(hours_left / WEEK);
        hours_left -= weeks * WEEK;
        let mut seconds = whole(weeks).saturating_mul(7 * DAY);
        // A week is enough but for rounding.
        for _ in 0..=7 * 24 {
            let time = now.saturating_add(seconds);
            let until_hour = HOUR - time % HOUR;
            let activity = self.activity(time);
            let gained = activity * seconds_as_hours(until_hour);
            if gained >= hours_left {
                return seconds + whole(hours_left / activity * 3_600.0);
            }
            hours_left -= gained;
            seconds = seconds.saturating_add(until_hour);
        }
        seconds
    }

    /// Seconds until somebody is awake to answer; 0 if he is.
    pub(super) fn until_awake(self, now: u64) -> u64 {
        let local = self.local(now) % DAY;
        if self == Self::Steady || AWAKE.contains(&(local / HOUR)) {
            return 0;
        }
        (AWAKE.start() * HOUR + DAY - local) % DAY
    }

    /// How active, 1 in the mean over a week.
    fn activity(self, time: u64) -> f64 {
        let local = self.local(time);
        let (hour, weekday) = (local / HOUR % 24, (local / DAY + EPOCH_WEEKDAY) % 7);
        HOURS[index(hour)] * WEEKDAYS[index(weekday)] * WEEK / (HOURS_TOTAL * WEEKDAYS_TOTAL)
    }

    fn local(self, time: u64) -> u64 {
        match self {
            Self::Steady => time,
            Self::Daily(zone) => time.saturating_add_signed(i64::from(zone) * 3_600),
        }
    }
}

const fn sum(numbers: &[f64]) -> f64 {
    let (mut total, mut place) = (0.0, 0);
    while place < numbers.len() {
        total += numbers[place];
        place += 1;
    }
    total
}

#[allow(clippy::cast_possible_truncation, reason = "below 24")]
const fn index(number: u64) -> usize {
    number as usize
}

#[allow(clippy::cast_precision_loss, reason = "at most 3,600")]
fn seconds_as_hours(seconds: u64) -> f64 {
    seconds as f64 / 3_600.0
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::GENESIS;

    #[test]
    fn people_trade_as_often_as_said_and_by_day() {
        let mut random = Random::stream(7, 0);
        for rhythm in [Rhythm::Steady, Rhythm::Daily(0), Rhythm::Daily(-8), Rhythm::Daily(9)] {
            for per_day in [0.05, 1.0, 40.0] {
                let (mut now, mut asleep, events) = (GENESIS, 0_u32, 20_000_u32);
                for _ in 0..events {
                    now += rhythm.until_next(now, per_day, &mut random);
                    asleep += u32::from(Rhythm::Daily(0).until_awake(rhythm.local(now)) > 0);
                }
                #[allow(clippy::cast_precision_loss, reason = "small")]
                let measured = f64::from(events) / ((now - GENESIS) as f64 / 86_400.0);
                assert!((measured / per_day - 1.0).abs() < 0.04, "{rhythm:?}: {measured} a day, expected {per_day}");
                let share = f64::from(asleep) / f64::from(events);
                let expected = if rhythm == Rhythm::Steady { 8.0 / 24.0 } else { 22.0 / HOURS_TOTAL };
                assert!((share - expected).abs() < 0.02, "{rhythm:?}: {share} at night, expected {expected}");
            }
        }
    }

    #[test]
    fn nobody_is_woken_up() {
        for zone in -11..=14 {
            for hour in 0..24 {
                let now = GENESIS + hour * HOUR + 17;
                let then = now + Rhythm::Daily(zone).until_awake(now);
                assert!(AWAKE.contains(&(Rhythm::Daily(zone).local(then) % DAY / HOUR)));
                assert!(then - now < 9 * HOUR);
            }
        }
    }
}
