//! What somebody at a terminal sees and is asked.

use barter_lightning::{InvoiceLock, InvoiceState};
use qrcode::{Color, EcLevel, QrCode};

use crate::support::{
    Barter, Devnet, Terminal,
    lightning::{Nodes, Side, own_preimage},
};

/// What each row of a QR code begins and ends with: black on white, and what was there before.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const RESET: &str = "\u{1b}[0m";

fn sell_at(columns: u16, rows: u16) -> (String, String) {
    let (devnet, nodes) = (Devnet::shared(), Nodes::start());
    let call = Barter::words("sell --amount-sats 50000 --description Logo --id order-1").on(devnet);
    let terminal = call.signed_by(&devnet.wallet()).over(&nodes, Side::Payee).env("NO_COLOR", "1");
    let (code, shown) = terminal.at_terminal(columns, rows).end();
    assert_eq!(code, 0, "{shown}");
    let offer = shown.lines().find(|line| line.starts_with("barter1")).unwrap().trim().to_owned();
    (offer, shown)
}

#[test]
fn the_qr_code_is_the_offers_black_on_white() {
    let (offer, shown) = sell_at(120, 60);
    let mut modules: Vec<Vec<bool>> = Vec::new();
    for line in shown.lines().filter(|line| line.contains(BLACK_ON_WHITE)) {
        let (_, line) = line.split_once(BLACK_ON_WHITE).unwrap();
        let (line, _) = line.split_once(RESET).unwrap();
        modules.push(line.chars().map(|char| matches!(char, '▀' | '█')).collect());
        modules.push(line.chars().map(|char| matches!(char, '▄' | '█')).collect());
    }
    let code = QrCode::with_error_correction_level(offer.to_uppercase(), EcLevel::L).unwrap();
    let (size, colors) = (code.width(), code.to_colors());
    assert_eq!(modules.len(), size + 9, "four modules of white around it, and half a row");
    for (row, line) in modules.iter().enumerate() {
        assert_eq!(line.len(), size + 8);
        for (column, is_dark) in line.iter().enumerate() {
            let (row, column) = (row.checked_sub(4), column.checked_sub(4));
            let inside = row.zip(column).filter(|(row, column)| *row < size && *column < size);
            let expected = inside.is_some_and(|(row, column)| colors[row * size + column] == Color::Dark);
            assert_eq!(*is_dark, expected, "{row:?} {column:?}");
        }
    }
    assert!(!shown.contains("No QR code") && !shown.contains("make it higher"), "{shown}");
}

#[test]
fn a_terminal_without_room_is_told_so() {
    let (_, narrow) = sell_at(60, 60);
    assert!(narrow.contains("No QR code: the terminal has 60 columns") && !narrow.contains(BLACK_ON_WHITE), "{narrow}");
    let (_, low) = sell_at(120, 24);
    assert!(low.contains("the terminal 24: make it higher") && low.contains(BLACK_ON_WHITE), "{low}");
}

#[test]
fn money_moves_for_a_yes_alone() {
    let nodes = Nodes::start();
    let before = nodes.spendable_sats(Side::Payer);
    let preimage = own_preimage();
    let invoice = nodes.invoice(InvoiceLock::Preimage(preimage), 50_000);
    let ask = || -> Terminal {
        let call = Barter::words("pay").arg(invoice.text()).over(&nodes, Side::Payer);
        let mut terminal = call.at_terminal(120, 40);
        terminal.wait_for("[y/N]");
        terminal
    };
    for answer in ["", "n", "yeah"] {
        let mut terminal = ask();
        terminal.type_line(answer);
        let (code, shown) = terminal.end();
        assert!(code == 2 && shown.contains("nothing was paid"), "{shown}");
    }
    assert_eq!((nodes.state(&invoice), nodes.spendable_sats(Side::Payer)), (Some(InvoiceState::Open), before));
    let mut terminal = ask();
    terminal.type_line("yes");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    for word in ["50,000 sats", "500 sats for routing", "a test", &nodes.public_key(Side::Payee), &preimage.to_string()]
    {
        assert!(shown.contains(word), "no {word}: {shown}");
    }
    assert_eq!(nodes.spendable_sats(Side::Payer), before - 50_000);
}
