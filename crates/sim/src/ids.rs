//! Short names for what a world holds.

use serde::Serialize;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// Its place in a list.
            #[allow(clippy::cast_possible_truncation, reason = "a list in memory has no more places")]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

number! {
    /// A wallet of one world, counted in the order in which they were made.
    WalletId(u32)
}
number! {
    /// An agent of one world, counted from 0: whoever decides for one wallet or many.
    AgentId(u32)
}
number! {
    /// A crowd of a scenario, counted in the order of its file.
    CrowdId(u16)
}
number! {
    /// A trade of one world, counted in the order in which they were proposed. Never given twice.
    TradeRef(u64)
}
