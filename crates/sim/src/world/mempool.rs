//! Transactions that wait for a block.

use std::{
    cmp::{Ordering as Order, Reverse},
    collections::{BinaryHeap, VecDeque},
};

use crate::{AgentId, random::Random, record::Call, scenario::Ordering};

/// A transaction that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Who sent it; the arbiter, if no agent.
    pub(crate) sender: Option<AgentId>,
    pub(crate) call: Call,
    pub(crate) tip_wei: u64,
    /// When it came, among all.
    sequence: u64,
}

/// What waits. Taking the next is never more than a logarithm of work, however much waits and for however long.
///
/// An agent's transactions are not bound to the order in which it sent them, as those of one wallet are on a chain by its
/// nonces: a wallet sends what depends on another transaction only once it has seen that one in a block.
#[derive(Debug)]
pub(crate) struct Mempool {
    pending: Queue,
    next: u64,
}

#[derive(Debug)]
enum Queue {
    FirstCome(VecDeque<Pending>),
    Fee(BinaryHeap<ByFee>),
    Random(Vec<Pending>),
}

impl Mempool {
    pub(crate) fn new(ordering: Ordering) -> Self {
        let pending = match ordering {
            Ordering::FirstCome => Queue::FirstCome(VecDeque::new()),
            Ordering::Fee => Queue::Fee(BinaryHeap::new()),
            Ordering::Random => Queue::Random(Vec::new()),
        };
        Self { pending, next: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match &self.pending {
            Queue::FirstCome(queue) => queue.is_empty(),
            Queue::Fee(heap) => heap.is_empty(),
            Queue::Random(list) => list.is_empty(),
        }
    }

    pub(crate) fn push(&mut self, sender: Option<AgentId>, call: Call, tip_wei: u64) {
        let pending = Pending { sender, call, tip_wei, sequence: self.next };
        self.next += 1;
        match &mut self.pending {
            Queue::FirstCome(queue) => queue.push_back(pending),
            Queue::Fee(heap) => heap.push(ByFee(pending)),
            Queue::Random(list) => list.push(pending),
        }
    }

    /// Takes the next for a block, if it fits into `gas_left`.
    ///
    /// What does not fit stays, and nothing behind it is taken before it: by lot, the lot is drawn anew in the next block.
    pub(crate) fn take(&mut self, gas_left: u64, random: &mut Random) -> Option<Pending> {
        let fits = |pending: &Pending| pending.call.gas_limit() <= gas_left;
        match &mut self.pending {
            Queue::FirstCome(queue) => queue.pop_front_if(|next| fits(next)),
            Queue::Fee(heap) => {
                if !heap.peek().is_some_and(|ByFee(next)| fits(next)) {
                    return None;
                }
                heap.pop().map(|ByFee(next)| next)
            }
            Queue::Random(list) => {
                #[allow(clippy::cast_possible_truncation, reason = "below the length of a list in memory")]
                let place = random.below(list.len() as u64) as usize;
                let next = list.get(place)?;
                fits(next).then(|| list.swap_remove(place))
            }
        }
    }
}

/// The highest tip is the greatest; of equals, whoever came first.
#[derive(Debug, PartialEq, Eq)]
struct ByFee(Pending);

impl Ord for ByFee {
    fn cmp(&self, other: &Self) -> Order {
        let key = |ByFee(pending): &Self| (pending.tip_wei, Reverse(pending.sequence));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for ByFee {
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TradeRef;

    fn accepts(ordering: Ordering, tips: &[u64]) -> Mempool {
        let mut mempool = Mempool::new(ordering);
        for (trade, tip) in (0..).zip(tips) {
            mempool.push(None, Call::Accept(TradeRef(trade)), *tip);
        }
        mempool
    }

    fn taken(mempool: &mut Mempool, random: &mut Random) -> Vec<u64> {
        std::iter::from_fn(|| mempool.take(u64::MAX, random))
            .filter_map(|pending| pending.call.trade())
            .map(|trade| trade.0)
            .collect()
    }

    #[test]
    fn first_come_is_first_served_whatever_it_pays() {
        let mut mempool = accepts(Ordering::FirstCome, &[0, 9, 3, 9]);
        assert_eq!(taken(&mut mempool, &mut Random::stream(1, 0)), [0, 1, 2, 3]);
        assert!(mempool.is_empty());
    }

    #[test]
    fn by_fee_the_highest_tip_goes_first_and_equals_as_they_came() {
        let mut mempool = accepts(Ordering::Fee, &[0, 9, 3, 9, 0]);
        assert_eq!(taken(&mut mempool, &mut Random::stream(1, 0)), [1, 3, 2, 0, 4]);
    }

    #[test]
    fn by_lot_all_are_taken_once_in_an_order_that_the_seed_says() {
        let all: Vec<_> = (0..50).collect();
        let order = |seed| taken(&mut accepts(Ordering::Random, &[0; 50]), &mut Random::stream(seed, 0));
        assert_ne!(order(1), all);
        assert_ne!(order(1), order(2));
        assert_eq!(order(1), order(1));
        let mut sorted = order(1);
        sorted.sort_unstable();
        assert_eq!(sorted, all);
    }

    #[test]
    fn what_does_not_fit_waits_and_is_not_overtaken() {
        let random = &mut Random::stream(1, 0);
        for ordering in [Ordering::FirstCome, Ordering::Fee] {
            let mut mempool = Mempool::new(ordering);
            let batch = Call::SettleBatch([TradeRef(1), TradeRef(2)].into());
            let limit = batch.gas_limit();
            mempool.push(None, batch, 1);
            mempool.push(None, Call::Accept(TradeRef(3)), 0);
            assert_eq!(mempool.take(limit - 1, random), None);
            assert_eq!(mempool.take(limit, random).map(|next| next.call.trade()), Some(Some(TradeRef(1))));
            assert_eq!(mempool.take(199_999, random), None);
            assert!(mempool.take(200_000, random).is_some());
        }
    }
}
