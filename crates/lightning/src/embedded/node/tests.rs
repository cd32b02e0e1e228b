//! A restart as callers ask for it.

use crate::embedded::{EmbeddedNetwork, EmbeddedSettings};

#[test]
fn a_restart_leaves_nothing_of_the_node_that_was() {
    let network = EmbeddedNetwork::new(EmbeddedSettings::default()).unwrap();
    for node in [network.first(), network.second()] {
        let dead = node.pair().manager(node.who);
        let other = if node.who == network.first().who { network.second() } else { network.first() };
        let alive = other.pair().manager(other.who);
        node.restart().unwrap();
        assert!(dead.upgrade().is_none(), "{node:?} is the one that was");
        assert!(alive.upgrade().is_some(), "{other:?} was restarted as well");
    }
}
