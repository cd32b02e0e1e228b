//! Help texts and completions.

use crate::support::Barter;

/// Every command, as its words.
const COMMANDS: &[&str] = &[
    "demo",
    "devnet",
    "sell",
    "buy",
    "deals list",
    "deals show",
    "deals resume",
    "deals cancel",
    "pay",
    "trade propose",
    "trade accept",
    "trade settle",
    "trade settle-batch",
    "trade dispute",
    "trade get",
    "trade list",
    "trade watch",
    "trade sign-open",
    "trade open",
    "trade sign-settle",
    "trade cancel",
    "trade dismiss",
    "trade uphold",
    "trust score",
    "trust profile",
    "trust history",
    "trust pair-count",
    "trust card",
    "credit balance",
    "credit supply",
    "credit earned",
    "credit burn",
    "wallet",
    "bond stake",
    "bond top-up",
    "bond unbond",
    "bond withdraw",
    "bond claim",
    "bond show",
    "bond history",
    "bond parameters",
    "bond anchor",
    "bond anchors",
    "bond faucet",
    "dispute sign",
    "dispute file",
    "dispute show",
    "dispute list",
    "dispute sign-ruling",
    "dispute rule",
    "dispute overturn",
    "dispute execute",
    "compliance flags",
    "compliance velocity",
    "compliance isolation",
    "compliance report",
    "compliance rings",
    "compliance score",
    "compliance screen",
    "index run",
    "index status",
    "index verify",
    "reputation serve",
    "reputation keygen",
    "reputation register consumer",
    "reputation register provider",
    "reputation sign outcome",
    "reputation sign event",
    "reputation sign dispute",
    "reputation submit",
    "reputation score",
    "reputation outcomes",
    "reputation verify",
    "reputation export",
    "reputation resolve",
    "reputation anchor",
    "reputation demo",
    "bank init",
    "bank serve",
    "bank keygen",
    "bank mint",
    "bank open",
    "bank accounts",
    "bank deal",
    "bank confirm",
    "bank settle",
    "bank inbox",
    "bank invite sign",
    "bank invite show",
    "bank canonical",
    "bank audit",
    "bank demo",
    "sim run",
    "sim compare",
    "sim sweep",
    "sim replay",
    "sim scenarios",
    "sim show",
    "completions",
];

fn help(command: &str) -> String {
    let outcome = Barter::words(command).arg("--help").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{command}: {outcome:?}");
    outcome.stdout
}

#[test]
fn every_command_has_an_example_of_itself() {
    for command in COMMANDS {
        let text = help(command);
        let (_, example) = text.split_once("Example").unwrap_or_else(|| panic!("{command} has no example: {text}"));
        assert!(example.contains(&format!("barter {command}")), "{command}: {example}");
        assert!(text.contains("--json"), "{command}: {text}");
    }
}

#[test]
fn no_command_is_without_a_line_here() {
    let listed = |text: &str| -> Vec<String> {
        let (_, commands) = text.split_once("Commands:\n").unwrap();
        let lines = commands.lines().take_while(|line| !line.is_empty());
        lines
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect()
    };
    let groups = [
        "deals",
        "trade",
        "trust",
        "credit",
        "bond",
        "dispute",
        "compliance",
        "index",
        "sim",
        "reputation",
        "bank",
        "bank invite",
        "reputation register",
        "reputation sign",
    ];
    let mut found = listed(&help(""));
    // Twice, as there are groups in a group.
    for _ in 0..2 {
        let inner = |name: String| {
            let commands = if groups.contains(&name.as_str()) { listed(&help(&name)) } else { return vec![name] };
            commands.into_iter().map(|inner| format!("{name} {inner}")).collect()
        };
        found = found.into_iter().flat_map(inner).collect();
    }
    found.sort_unstable();
    let mut known: Vec<&str> = COMMANDS.to_vec();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn the_exit_codes_are_explained() {
    let text = help("");
    for line in [
        "0    done",
        "1    a rule",
        "2    the command line",
        "3    the node",
        "4    what was asked",
        "5    the set-up",
        "6    a transaction",
        "7    screening",
    ] {
        assert!(text.contains(line), "no '{line}': {text}");
    }
    assert!(!text.contains("keep-anvil") && !text.contains("private-key"), "{text}");
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let outcome = Barter::words("completions").arg(shell).run();
        assert_eq!(outcome.code, 0);
        for word in ["pair-count", "sign-settle", "--amount-sats"] {
            assert!(outcome.stdout.contains(word.trim_start_matches("--")), "{shell}: no {word}");
        }
    }
    Barter::words("completions tcsh").failure().expect("usage", 2, &["tcsh"]);
}

#[test]
fn bash_takes_its_completions() {
    let script = Barter::words("completions bash").run().stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("barter.bash");
    std::fs::write(&file, script).unwrap();
    let checked = std::process::Command::new("bash").arg("-n").arg(&file).status();
    // Not everybody has bash.
    assert!(checked.map_or(true, |status| status.success()));
}

#[test]
fn the_version_is_the_packages() {
    let outcome = Barter::words("--version").run();
    assert_eq!(outcome.stdout.trim(), format!("barter {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_offer_only_what_is_for_people() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Barter::words("completions").arg(shell).run().stdout;
        assert!(script.contains("sign-open") && script.contains("max-fee-gwei"), "{shell}");
        assert!(!script.contains("keep-anvil") && !script.contains("private-key"), "{shell}");
    }
}
