//! What a score costs an attacker who wants exactly that.
//!
//! A farmer opens and settles at once all that its target takes. Seen on its way, a score below the target therefore costs as much as
//! the target, and one above it is never reached. So each crowd of farmers is run once more for each score that a report speaks of:
//! one of them, alone, aimed at that score. Nobody else matters to a farmer, but for one thing: alone it is the first whom credit is minted for, and
//! pays 17,100 gas for the total supply's slot.

use rayon::prelude::*;
use toml::Value;

use crate::{
    CrowdId, Error, Outcome, Scenario,
    outcome::MilestoneOutcome,
    run::{self, Observer},
    scenario::{Arbiter, Crowd},
    world::Milestone,
};

/// The kind of agent that plans for a target.
const KIND: &str = "farmer";
/// Its setting.
const TARGET: &str = "target";

/// Puts what each crowd of farmers needs for a score in the place of what it had spent on the way past it, where that is less or
/// where it never came to it.
pub(crate) fn aim(outcome: &mut Outcome, observer: &impl Observer) -> Result<(), Error> {
    let mut crowds = std::mem::take(&mut outcome.crowds);
    let farmers = crowds.iter_mut().zip(&outcome.scenario.crowd).filter(|(_, crowd)| crowd.agent == KIND);
    let shots: Vec<_> = farmers
        .flat_map(|(told, crowd)| {
            let compared = told.honest_median.iter_mut().chain(&mut told.honest_ninety);
            told.milestones.iter_mut().chain(compared).map(move |milestone| (crowd, milestone))
        })
        .collect();
    let scenario = &outcome.scenario;
    let done = shots.into_par_iter().try_for_each(|(crowd, milestone)| {
        let reached = alone(scenario, crowd, milestone.score, observer)?;
        improve(milestone, reached, scenario);
        Ok(())
    });
    outcome.crowds = crowds;
    done
}

/// What one farmer of a crowd spends, alone in a world, on a score; none where it does not come to it.
fn alone(scenario: &Scenario, crowd: &Crowd, score: u64, observer: &impl Observer) -> Result<Option<Milestone>, Error> {
    let Ok(target) = i64::try_from(score) else { return Ok(None) };
    let mut crowd = crowd.clone();
    crowd.count = 1;
    crowd.settings.insert(TARGET.to_owned(), Value::Integer(target));
    let mut scenario = Scenario { worlds: 1, crowd: vec![crowd], arbiter: Arbiter::None, ..scenario.clone() };
    scenario.detection.enabled = false;
    // A target out of range is one it cannot plan for.
    if scenario.validate().is_err() {
        return Ok(None);
    }
    let agents = run::agents_of_one_world(&scenario, observer)?;
    let agent = agents.into_iter().find(|agent| agent.crowd == CrowdId(0) && agent.highest_score >= score);
    // The last point is at most 1% of the score before the end: what was spent in the end is what the score took.
    Ok(agent.and_then(|agent| Some(Milestone { spent: agent.spent, ..agent.curve.last()?.reached })))
}

fn improve(milestone: &mut MilestoneOutcome, reached: Option<Milestone>, scenario: &Scenario) {
    let Some(reached) = reached else { return };
    let sats = reached.spent.sats(&scenario.costs);
    if milestone.cheapest_sats.is_none_or(|cheapest| sats < cheapest) {
        milestone.reached_by = milestone.reached_by.max(1);
        milestone.cheapest_sats = Some(sats);
        milestone.median_sats = Some(sats);
        milestone.cheapest_gas = Some(reached.spent.gas);
        milestone.cheapest = Some(reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(target: u64) -> Outcome {
        let text = format!(
            "name = \"aimed\"\ndays = 4\n[[crowd]]\nagent = \"trader\"\ncount = 20\ntrades_per_day = 3.0\n\
             [[crowd]]\nagent = \"farmer\"\ntarget = {target}"
        );
        crate::run(&Scenario::parse(&text).unwrap(), &()).unwrap()
    }

    #[test]
    fn a_score_costs_a_farmer_what_it_costs_one_that_wants_no_more() {
        let (far, near) = (run(700), run(100));
        let gas = |outcome: &Outcome, place: usize| outcome.crowds[1].milestones[place].cheapest_gas.unwrap();
        // Whatever the crowd's own target is, the same for each score, but for being the first; and more for more.
        for place in 0..3 {
            assert!(gas(&far, place).abs_diff(gas(&near, place)) < 18_000, "{far:?} {near:?}");
        }
        assert!(gas(&far, 0) < gas(&far, 1) && gas(&far, 1) < gas(&far, 2));
        // Not what the crowd had spent on its way: it wanted 700, and went past 100 with all of that.
        assert!(gas(&far, 0) * 2 < far.crowds[1].spent.gas);

        let middle = far.crowds[1].honest_median.as_ref().unwrap();
        assert_eq!(middle.score, far.honest_scores.unwrap().median);
        assert!(middle.cheapest_gas.unwrap() <= gas(&far, 0) || middle.score > 100);
    }
}
