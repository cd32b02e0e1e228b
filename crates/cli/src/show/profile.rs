//! Profiles and scores on a page.

use barter_sdk::TrustProfile;

use crate::{
    output::Report,
    page::{BAD, BEST, Cell, FAINT, Page},
    text::{grouped, instant},
};

impl Report for TrustProfile {
    fn show(&self, page: &mut Page) {
        page.title(format!("Wallet {}", self.address));
        page.field("score", Cell::new(format!("{}  level {}", grouped(self.score), self.level), BEST));
        page.field("trades", format!("{} settled, {} open", grouped(self.counts.settled), grouped(self.counts.open)));
        page.field(
            "completion",
            match self.completion_rate {
                Some(rate) => Cell::from(format!("{rate:.1}%")),
                None => Cell::new("no accepted trade yet", FAINT),
            },
        );
        let disputes = format!("{}, {} found at fault", grouped(self.counts.disputed), grouped(self.counts.faults));
        page.field("disputes", if self.counts.faults > 0 { Cell::new(disputes, BAD) } else { disputes.into() });
        page.field("counterparties", grouped(self.unique_counterparties));
        page.field_if("member since", self.member_since.map(instant));
        page.field_if("last trade", self.last_trade_at.map(instant));
        page.field("credit", format!("{} BTR-C held, {} earned", self.credit_balance, self.credit_earned));
        let proposals =
            format!("{}, of which {} its own", grouped(self.counts.proposed), grouped(self.counts.initiated));
        page.field("proposals", Cell::new(proposals, FAINT));
    }
}
