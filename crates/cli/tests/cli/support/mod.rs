//! Starts the program, a chain for it, and looks at what it printed.

pub(crate) mod bank;
pub(crate) mod bond;
pub(crate) mod devnet;
pub(crate) mod gate;
pub(crate) mod lightning;
pub(crate) mod market;
pub(crate) mod node;
pub(crate) mod postgres;
pub(crate) mod reputation;
pub(crate) mod terminal;
pub(crate) mod trade;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

pub(crate) use devnet::{Devnet, Wallet};
pub(crate) use market::Market;
pub(crate) use terminal::Terminal;
pub(crate) use trade::Deal;

/// The program under test.
pub(crate) const BARTER: &str = env!("CARGO_BIN_EXE_barter");

/// Variables that steer the program and must not come from whoever runs the tests.
const OWN_VARIABLES: [&str; 32] = [
    "ALCHEMY_RPC_URL",
    "DEPLOYER_PRIVATE_KEY",
    "BARTER_NETWORK",
    "BARTER_DEPLOYMENT",
    "BARTER_INDEX",
    "BARTER_JOURNAL",
    "BARTER_LND_URL",
    "BARTER_LND_CERT",
    "BARTER_LND_CERT_PEM",
    "BARTER_LND_MACAROON",
    "BARTER_LND_MACAROON_HEX",
    "BARTER_KEYSTORE",
    "BARTER_KEYSTORE_PASSWORD",
    "BARTER_KEYSTORE_PASSWORD_FILE",
    "BARTER_REPUTATION_URL",
    "BARTER_REPUTATION_TOKEN",
    "BARTER_REPUTATION_TOKEN_FILE",
    "BARTER_REPUTATION_DATABASE",
    "BARTER_REPUTATION_HUB_URL",
    "BARTER_REPUTATION_HUB_KEY_FILE",
    "BARTER_REPUTATION_KEY_FILE",
    "BARTER_REPUTATION_ANCHORED_BY",
    "BARTER_REPUTATION_PEERS",
    "AIMARKET_REPUTATION_MIN_BOND_USD",
    "AIMARKET_REPUTATION_MAINNET_MIN_BOND_USD",
    "AIMARKET_REPUTATION_WINDOW_DAYS",
    "AIMARKET_REPUTATION_DEFAULT_WEIGHTS",
    "BARTER_BANK",
    "BARTER_BANK_KEY_FILE",
    "BARTER_BANK_DATABASE",
    "BARTER_BANK_URL",
    "NO_COLOR",
];

/// A call of the program, in a folder of its own so that no `.env` or `deployments/` of ours is found.
#[derive(Debug)]
pub(crate) struct Barter {
    command: Command,
    folder: tempfile::TempDir,
    input: Option<String>,
    secrets: Vec<String>,
}

/// What a call printed and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Barter {
    pub(crate) fn new<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(BARTER);
        for name in OWN_VARIABLES {
            command.env_remove(name);
        }
        command.env("ANVIL", anvil()).env("XDG_STATE_HOME", folder.path()).current_dir(folder.path());
        command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        Self { command, folder, input: None, secrets: Vec::new() }
    }

    /// The command line in words, split at white space.
    pub(crate) fn words(line: &str) -> Self {
        Self::new(line.split_whitespace())
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<std::ffi::OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, text: impl Into<String>) -> Self {
        self.input = Some(text.into());
        self
    }

    /// Puts a file into the folder the program is started in.
    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Starts it in another folder than its own.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Node and deployment of a chain.
    pub(crate) fn on(self, devnet: &Devnet) -> Self {
        let network = self.env("BARTER_NETWORK", "local").env("ALCHEMY_RPC_URL", &devnet.rpc_url);
        network.env("BARTER_DEPLOYMENT", &devnet.deployment_file)
    }

    /// Signs as a wallet, whose key must not be printed.
    pub(crate) fn signed_by(self, wallet: &Wallet) -> Self {
        self.env("DEPLOYER_PRIVATE_KEY", &wallet.private_key).hiding(&wallet.private_key)
    }

    /// A text that must not be printed, nor its part after 0x.
    pub(crate) fn hiding(mut self, secret: &str) -> Self {
        self.secrets.push(secret.trim_start_matches("0x").to_owned());
        self
    }

    /// Has another program start it: `nohup`, say.
    pub(crate) fn below(mut self, program: &str) -> Self {
        let mut command = Command::new(program);
        command.arg(self.command.get_program()).args(self.command.get_args()).current_dir(self.folder.path());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.command = command;
        self
    }

    /// Starts it, with its standard output going somewhere. The folder it works in lasts as long as what is returned.
    pub(crate) fn start(mut self, stdout: impl Into<Stdio>) -> (Child, tempfile::TempDir) {
        let child = self.command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
        (child, self.folder)
    }

    /// Starts it at a terminal of this size, where its user sits.
    pub(crate) fn at_terminal(mut self, columns: u16, rows: u16) -> Terminal {
        self.command.env("TERM", "xterm-256color");
        Terminal::start(self.command, self.folder, columns, rows)
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Outcome {
        self.command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(input) = &self.input {
            // It may have ended without reading.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        }
        let output = child.wait_with_output().unwrap();
        let outcome = Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in self.secrets {
            assert!(!outcome.stdout.contains(&secret), "a secret on standard output: {}", outcome.stdout);
            assert!(!outcome.stderr.contains(&secret), "a secret on standard error: {}", outcome.stderr);
        }
        outcome
    }

    /// Runs it with `--json` and reads the result.
    pub(crate) fn json(self) -> Value {
        let outcome = self.arg("--json").run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
    }

    /// Runs it with `--json` and reads each line of the result.
    pub(crate) fn json_lines(self) -> Vec<Value> {
        let outcome = self.arg("--json").run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let lines = outcome.stdout.lines();
        lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// Runs it with `--json` where it tells a result and fails all the same; reads both.
    pub(crate) fn result_and_error(self) -> (Value, Value) {
        let outcome = self.arg("--json").run();
        assert_ne!(outcome.code, 0, "{outcome:?}");
        let read =
            |text: &str| -> Value { serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {outcome:?}")) };
        let error = read(outcome.stderr.lines().last().unwrap_or_default())["error"].take();
        assert_eq!(error["exit_code"], outcome.code, "{error}");
        (read(&outcome.stdout), error)
    }

    /// Runs it with `--json` and reads the error.
    pub(crate) fn failure(self) -> Failure {
        let outcome = self.arg("--json").run();
        assert_ne!(outcome.code, 0, "{outcome:?}");
        assert_eq!(outcome.stdout, "", "a result on standard output beside an error");
        let line = outcome.stderr.lines().last().unwrap_or_else(|| panic!("nothing on standard error: {outcome:?}"));
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
        let error = &value["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned();
        assert_eq!(error["exit_code"], outcome.code, "{value}");
        let failure = Failure {
            exit: outcome.code,
            code: text("code"),
            message: text("message"),
            next_step: text("next_step"),
            transaction_hash: error["transaction_hash"].as_str().map(str::to_owned),
        };
        assert!(!failure.message.contains('\n') && !failure.next_step.is_empty(), "{failure:?}");
        failure
    }
}

/// An error as `--json` prints it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) exit: i32,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) next_step: String,
    pub(crate) transaction_hash: Option<String>,
}

impl Failure {
    /// Checks kind, exit code, and that the message names these values.
    #[track_caller]
    pub(crate) fn expect(&self, code: &str, exit: i32, names: &[&str]) {
        assert_eq!((self.code.as_str(), self.exit), (code, exit), "{self:?}");
        for name in names {
            assert!(self.message.contains(name), "the message does not name {name}: {self:?}");
        }
    }
}

/// The pinned anvil of this repository, or another that ANVIL names.
pub(crate) fn anvil() -> PathBuf {
    if let Some(named) = std::env::var_os("ANVIL") {
        return named.into();
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|folder| folder.join("node_modules/.bin/anvil"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| PathBuf::from("anvil"))
}

/// The names of an object's fields, sorted.
pub(crate) fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
