//! `barter sim`: no node, no network, no key.

mod files;
mod inputs;
mod results;

use crate::support::Barter;

/// A scenario that takes a moment.
const SMALL: &str = r#"
name = "small"
seed = 5
days = 3
worlds = 2
[detection.settings]
cluster_depth = 1
[[crowd]]
agent = "trader"
count = 12
trades_per_day = 2.0
[[crowd]]
agent = "circle"
count = 2
[sweep]
parameters.pair_cap = [1, 2]
"#;

/// A scenario that takes far longer than a test.
const ENDLESS: &str = r#"
name = "endless"
days = 3650
[[crowd]]
agent = "trader"
count = 5000
trades_per_day = 10.0
"#;

/// A call of `barter sim` with both in its folder.
fn sim(line: &str) -> Barter {
    Barter::words(&format!("sim {line}")).file("small.toml", SMALL).file("endless.toml", ENDLESS)
}
