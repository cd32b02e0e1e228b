//! Which bank waits for which, as numbers: who must lead, and in which order they settle.
//!
//! Leaders that break every cycle are a feedback vertex set (Herlihy, "Atomic Cross-Chain Swaps", 2018). A smallest one is found
//! exactly within a strongly connected component of at most [`EXACT_BANKS`]; of a larger one no bank can be left out, but another
//! choice may be smaller, and [`Leads::is_smallest`] says so.

use std::collections::BTreeSet;

use petgraph::{algo::kosaraju_scc, graph::DiGraph};

/// Most banks that are in cycles with each other for which all sets of them are looked through.
pub const EXACT_BANKS: usize = 16;

/// Banks, numbered from 0, and whom each waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    predecessors: Vec<BTreeSet<usize>>,
}

/// A set of banks with which no cycle is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leads {
    /// Who leads.
    pub banks: BTreeSet<usize>,
    /// Whether no smaller set would do; else none was looked for exhaustively.
    pub is_smallest: bool,
}

/// Banks that wait for each other in a circle, none of them a lead: each for the one before it, the first for the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<usize>);

impl Graph {
    /// As many banks as there are sets of predecessors. A predecessor that is no such number is left out, and so is the bank
    /// itself: nobody waits for itself.
    pub fn new(mut predecessors: Vec<BTreeSet<usize>>) -> Self {
        let banks = predecessors.len();
        for (bank, before) in predecessors.iter_mut().enumerate() {
            before.retain(|other| *other < banks && *other != bank);
        }
        Self { predecessors }
    }

    /// Whom each bank waits for, where it does not lead.
    pub fn predecessors(&self) -> &[BTreeSet<usize>] {
        &self.predecessors
    }

    /// Banks that wait for nobody, and so lead whoever else does.
    pub fn sources(&self) -> BTreeSet<usize> {
        (0..self.predecessors.len()).filter(|bank| self.predecessors[*bank].is_empty()).collect()
    }

    /// In which order banks settle: the leads, then each follower after all that it waits for. Of those that could be next, the
    /// lowest number is.
    ///
    /// # Errors
    /// The [`Cycle`] that no lead breaks.
    pub fn order(&self, leads: &BTreeSet<usize>) -> Result<Vec<usize>, Cycle> {
        let banks = self.predecessors.len();
        let mut order: Vec<usize> = leads.iter().copied().filter(|bank| *bank < banks).collect();
        let mut settled: BTreeSet<usize> = order.iter().copied().collect();
        let mut waiting: BTreeSet<usize> = (0..banks).filter(|bank| !settled.contains(bank)).collect();
        while let Some(next) = waiting.iter().copied().find(|bank| self.predecessors[*bank].is_subset(&settled)) {
            waiting.remove(&next);
            settled.insert(next);
            order.push(next);
        }
        if waiting.is_empty() { Ok(order) } else { Err(self.cycle_among(&waiting)) }
    }

    /// Each of these waits for another of these, so following that comes round.
    fn cycle_among(&self, waiting: &BTreeSet<usize>) -> Cycle {
        let mut path: Vec<usize> = waiting.first().copied().into_iter().collect();
        while let Some(next) =
            path.last().and_then(|bank| self.predecessors[*bank].iter().find(|other| waiting.contains(other)).copied())
        {
            if let Some(start) = path.iter().position(|bank| *bank == next) {
                path.drain(..start);
                break;
            }
            path.push(next);
        }
        path.reverse();
        Cycle(path)
    }

    /// The sources, and a smallest set that breaks all cycles: of several, one of the lowest `cost`, which is what each bank puts
    /// at risk when it leads. A bank without a cost has none.
    pub fn smallest_leads(&self, cost: &[u64]) -> Leads {
        let mut leads = Leads { banks: self.sources(), is_smallest: true };
        let mut graph = DiGraph::<(), ()>::new();
        let nodes: Vec<_> = self.predecessors.iter().map(|_| graph.add_node(())).collect();
        for (bank, before) in self.predecessors.iter().enumerate() {
            for other in before {
                graph.add_edge(nodes[*other], nodes[bank], ());
            }
        }
        for component in kosaraju_scc(&graph) {
            let mut members: Vec<usize> = component.into_iter().map(petgraph::graph::NodeIndex::index).collect();
            members.sort_unstable();
            match members.len() {
                0 | 1 => {}
                2..=EXACT_BANKS => leads.banks.extend(self.exact(&members, cost)),
                _ => {
                    leads.banks.extend(self.bound(&members, cost));
                    leads.is_smallest = false;
                }
            }
        }
        leads
    }

    /// Looks through all subsets of a component, in the order of their numbers as bits: one is free of cycles if some member of
    /// it waits for no other, and the rest is free of cycles.
    fn exact(&self, members: &[usize], cost: &[u64]) -> Vec<usize> {
        let waits_for: Vec<usize> = members
            .iter()
            .map(|bank| {
                let bits = members.iter().enumerate().filter(|(_, other)| self.predecessors[*bank].contains(other));
                bits.fold(0, |set, (bit, _)| set | 1 << bit)
            })
            .collect();
        let all = (1_usize << members.len()) - 1;
        let mut is_free = vec![false; all + 1];
        let mut best = (members.len() + 1, u64::MAX, all);
        for set in 0..=all {
            is_free[set] = set == 0
                || (0..members.len())
                    .any(|bit| set & 1 << bit != 0 && waits_for[bit] & set == 0 && is_free[set & !(1 << bit)]);
            if is_free[set] {
                let leads = (0..members.len()).filter(|bit| set & 1 << bit == 0);
                let lost = leads.clone().map(|bit| cost_of(cost, members[bit])).fold(0, u64::saturating_add);
                best = best.min((leads.count(), lost, all & !set));
            }
        }
        (0..members.len()).filter(|bit| best.2 & 1 << bit != 0).map(|bit| members[bit]).collect()
    }

    /// Takes away who is in the most ways through, until no cycle is left, then gives back whom it was not needed for.
    fn bound(&self, members: &[usize], cost: &[u64]) -> BTreeSet<usize> {
        let mut left: BTreeSet<usize> = members.iter().copied().collect();
        let mut leads = BTreeSet::new();
        while !self.is_free(&left) {
            let ways = |bank: usize| {
                let before = self.predecessors[bank].intersection(&left).count();
                let after = left.iter().filter(|other| self.predecessors[**other].contains(&bank)).count();
                (before * after, std::cmp::Reverse(cost_of(cost, bank)))
            };
            let Some(lead) = left.iter().copied().max_by_key(|bank| ways(*bank)) else { break };
            left.remove(&lead);
            leads.insert(lead);
        }
        for lead in leads.clone() {
            left.insert(lead);
            if self.is_free(&left) {
                leads.remove(&lead);
            } else {
                left.remove(&lead);
            }
        }
        leads
    }

    /// Whether no cycle is among these.
    fn is_free(&self, banks: &BTreeSet<usize>) -> bool {
        let mut left = banks.clone();
        while let Some(next) = left.iter().copied().find(|bank| self.predecessors[*bank].is_disjoint(&left)) {
            left.remove(&next);
        }
        left.is_empty()
    }
}

fn cost_of(cost: &[u64], bank: usize) -> u64 {
    cost.get(bank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Banks and edges, "the first waits for the second".
    fn graph(banks: usize, waits: &[(usize, usize)]) -> Graph {
        let mut predecessors = vec![BTreeSet::new(); banks];
        for (bank, other) in waits {
            predecessors[*bank].insert(*other);
        }
        Graph::new(predecessors)
    }

    /// Judged in another way than the code does: by reaching oneself over banks that do not lead.
    fn has_cycle(graph: &Graph, leads: &BTreeSet<usize>) -> bool {
        let banks = graph.predecessors().len();
        let mut reach = vec![vec![false; banks]; banks];
        for bank in (0..banks).filter(|bank| !leads.contains(bank)) {
            for other in graph.predecessors()[bank].iter().filter(|other| !leads.contains(other)) {
                reach[bank][*other] = true;
            }
        }
        for through in 0..banks {
            for from in 0..banks {
                for to in 0..banks {
                    reach[from][to] |= reach[from][through] && reach[through][to];
                }
            }
        }
        (0..banks).any(|bank| reach[bank][bank])
    }

    fn subsets(banks: usize) -> impl Iterator<Item = BTreeSet<usize>> {
        (0..1_u32 << banks).map(move |set| (0..banks).filter(|bank| set & 1 << bank != 0).collect())
    }

    fn any_graph(banks: usize) -> impl Strategy<Value = Graph> {
        (1..=banks)
            .prop_flat_map(|banks| vec((0..banks, 0..banks), 0..=banks * 3).prop_map(move |waits| graph(banks, &waits)))
    }

    proptest! {
        #[test]
        fn the_smallest_leads_are_as_few_and_as_cheap_as_any(graph in any_graph(7), cost in vec(0_u64..5, 7)) {
            let found = graph.smallest_leads(&cost);
            let sources = graph.sources();
            let price = |leads: &BTreeSet<usize>| (leads.len(), leads.iter().map(|bank| cost[*bank]).sum::<u64>());
            let good = subsets(graph.predecessors().len())
                .filter(|leads| leads.is_superset(&sources) && !has_cycle(&graph, leads));
            prop_assert!(found.is_smallest);
            prop_assert!(!has_cycle(&graph, &found.banks));
            prop_assert_eq!(Some(price(&found.banks)), good.map(|leads| price(&leads)).min());
        }

        #[test]
        fn an_order_is_there_exactly_if_leads_break_all_cycles(graph in any_graph(7), chosen in 0_u32..128) {
            let banks = graph.predecessors().len();
            let leads: BTreeSet<usize> = (0..banks).filter(|bank| chosen & 1 << bank != 0).collect();
            match graph.order(&leads) {
                Ok(order) => {
                    prop_assert!(!has_cycle(&graph, &leads));
                    prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (0..banks).collect());
                    prop_assert_eq!(order.len(), banks);
                    prop_assert_eq!(order[..leads.len()].iter().copied().collect::<BTreeSet<_>>(), leads.clone());
                    for (place, bank) in order.iter().enumerate().filter(|(_, bank)| !leads.contains(bank)) {
                        for other in &graph.predecessors()[*bank] {
                            prop_assert!(order[..place].contains(other), "{bank} before {other}");
                        }
                    }
                }
                Err(Cycle(cycle)) => {
                    prop_assert!(has_cycle(&graph, &leads));
                    prop_assert!(cycle.len() > 1 && cycle.iter().all(|bank| !leads.contains(bank)));
                    for (place, bank) in cycle.iter().enumerate() {
                        let before = cycle[(place + cycle.len() - 1) % cycle.len()];
                        prop_assert!(graph.predecessors()[*bank].contains(&before));
                    }
                }
            }
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn of_many_banks_none_leads_for_nothing(
            waits in vec((0..40_usize, 0..40_usize), 40..160),
        ) {
            // In one ring with each other, so that all are one component.
            let ring = (0..40).map(|bank| (bank, (bank + 39) % 40));
            let graph = graph(40, &ring.chain(waits).collect::<Vec<_>>());
            let found = graph.smallest_leads(&[]);
            prop_assert!(!found.is_smallest);
            prop_assert!(!has_cycle(&graph, &found.banks));
            for lead in &found.banks {
                let mut fewer = found.banks.clone();
                fewer.remove(lead);
                prop_assert!(has_cycle(&graph, &fewer), "{lead} need not lead");
            }
        }
    }

    /// A→C, B→C, C→D, D→A, D→B, each at a bank of its giver's: the published text has A and B lead; C or D alone will do.
    #[test]
    fn two_givers_need_one_lead() {
        let [a, b, c, d] = [0, 1, 2, 3];
        let graph = graph(4, &[(c, a), (c, b), (d, c), (a, d), (b, d)]);
        let found = graph.smallest_leads(&[1, 1, 1, 2]);
        assert_eq!(found, Leads { banks: BTreeSet::from([c]), is_smallest: true });
        assert_eq!(graph.order(&found.banks), Ok(vec![c, d, a, b]));
        assert_eq!(graph.order(&BTreeSet::from([d])), Ok(vec![d, a, b, c]));
        assert_eq!(graph.order(&BTreeSet::from([a, b])), Ok(vec![a, b, c, d]));
        assert!(graph.order(&BTreeSet::from([a])).is_err(), "A alone leaves B, C and D in a circle");
    }

    #[test]
    fn the_largest_component_that_is_exact() {
        let everybody = |banks: usize| {
            let waits: Vec<_> = (0..banks).flat_map(|bank| (0..banks).map(move |other| (bank, other))).collect();
            graph(banks, &waits).smallest_leads(&[])
        };
        let found = everybody(EXACT_BANKS);
        assert!(found.is_smallest);
        assert_eq!(found.banks.len(), EXACT_BANKS - 1);
        let found = everybody(EXACT_BANKS + 1);
        assert!(!found.is_smallest);
        assert_eq!(found.banks.len(), EXACT_BANKS);
    }
}
