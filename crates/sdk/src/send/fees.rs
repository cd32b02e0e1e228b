//! What a transaction offers for its gas (EIP-1559).

use crate::Error;

/// By how much both fees must rise for a node to take a replacement: geth's `--txpool.pricebump` is 10 %, others' 12.5 %.
const BUMP_PERMILLE: u128 = 1_125;
/// How many times the base fee is offered: enough for six full blocks in a row, each of which raises it by an eighth.
const BASE_FEE_HEADROOM: u128 = 2;

/// What a transaction offers for a unit of gas, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fees {
    /// Most it pays, base fee and tip together.
    pub(crate) max_fee_wei: u128,
    /// Most of it that goes to the block's maker.
    pub(crate) tip_wei: u128,
}

impl Fees {
    /// Fees for the next blocks, within the cap.
    pub(crate) fn suggest(base_fee_wei: u128, tip_wei: u128, cap_wei: u128) -> Result<Self, Error> {
        if base_fee_wei > cap_wei {
            return Err(Error::FeeAboveCap { base_fee_wei, cap_wei });
        }
        let max_fee_wei = base_fee_wei.saturating_mul(BASE_FEE_HEADROOM).saturating_add(tip_wei).min(cap_wei);
        Ok(Self { max_fee_wei, tip_wei: tip_wei.min(max_fee_wei) })
    }

    /// Fees with which these can be replaced: both an eighth higher, or more if the chain has become dearer. `None` if the
    /// cap does not allow it.
    pub(crate) fn replacement(self, suggested: Self, cap_wei: u128) -> Option<Self> {
        let bumped = Self { max_fee_wei: bump(self.max_fee_wei), tip_wei: bump(self.tip_wei) };
        if bumped.max_fee_wei > cap_wei {
            return None;
        }
        let max_fee_wei = bumped.max_fee_wei.max(suggested.max_fee_wei).min(cap_wei);
        Some(Self { max_fee_wei, tip_wei: bumped.tip_wei.max(suggested.tip_wei).min(max_fee_wei) })
    }
}

/// An eighth more, rounded up, and at least one wei more.
fn bump(wei: u128) -> u128 {
    wei.saturating_mul(BUMP_PERMILLE).div_ceil(1_000).max(wei.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_base_fee_above_the_cap_is_an_error() {
        let error = Fees::suggest(101, 0, 100).unwrap_err();
        assert!(matches!(error, Error::FeeAboveCap { base_fee_wei: 101, cap_wei: 100 }));
    }

    proptest! {
        #[test]
        fn suggestions_cover_the_base_fee_and_stay_within_the_cap(base: u64, tip: u64, cap: u64) {
            prop_assume!(base <= cap);
            let fees = Fees::suggest(base.into(), tip.into(), cap.into()).unwrap();
            prop_assert!(fees.max_fee_wei >= base.into() && fees.max_fee_wei <= cap.into());
            prop_assert!(fees.tip_wei <= fees.max_fee_wei);
        }

        #[test]
        fn replacements_rise_by_an_eighth_and_end_at_the_cap(max: u64, tip: u64, suggested: u64, cap: u64) {
            let fees = Fees { max_fee_wei: u128::from(max), tip_wei: u128::from(tip.min(max)) };
            let suggested = Fees { max_fee_wei: u128::from(suggested), tip_wei: u128::from(suggested) };
            match fees.replacement(suggested, cap.into()) {
                Some(next) => {
                    prop_assert!(next.max_fee_wei * 8 >= fees.max_fee_wei * 9 && next.tip_wei * 8 >= fees.tip_wei * 9);
                    prop_assert!(next.max_fee_wei > fees.max_fee_wei && next.tip_wei > fees.tip_wei);
                    prop_assert!(next.max_fee_wei <= cap.into() && next.tip_wei <= next.max_fee_wei);
                }
                None => prop_assert!(fees.max_fee_wei * 9 / 8 + 1 > u128::from(cap)),
            }
        }
    }
}
