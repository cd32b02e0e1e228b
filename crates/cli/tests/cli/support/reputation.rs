//! Reputation services: true ones, and one that lies.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{BARTER, Barter, Devnet};

/// The operator's token of every service here.
pub(crate) const TOKEN: &str = "operator-token-of-the-tests-0123456789";
/// The provider that most tests are about.
pub(crate) const HUB: &str = "https://provider.example";

/// A service of its own process, with its files in a folder.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    pub(crate) url: String,
    pub(crate) announced: Value,
    pub(crate) folder: PathBuf,
}

impl Served {
    /// Starts one without a chain.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts one that follows the bonds on a chain, and whose log this wallet anchors.
    pub(crate) fn following(folder: &Path, devnet: &Devnet, anchored_by: &str) -> Self {
        let mut command = serving(folder);
        command.args(["--network", "local", "--anchored-by", anchored_by]);
        command.env("ALCHEMY_RPC_URL", &devnet.rpc_url).env("BARTER_DEPLOYMENT", &devnet.deployment_file);
        Self::announced_by(command, folder)
    }

    /// Starts one with these arguments, too.
    pub(crate) fn start_with(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = serve(folder);
        command.args(arguments);
        Self::announced_by(command, folder)
    }

    /// Starts one without a chain that keeps its log on a server.
    pub(crate) fn on(folder: &Path, database: &str) -> Self {
        let mut command = serve(folder);
        command.env("BARTER_REPUTATION_DATABASE", database);
        Self::announced_by(command, folder)
    }

    fn announced_by(mut command: Command, folder: &Path) -> Self {
        let mut child =
            command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let url = announced["service"].as_str().unwrap().to_owned();
        Self { child, url, announced, folder: folder.to_owned() }
    }

    /// A command that asks it, in its folder.
    pub(crate) fn ask(&self, line: &str) -> Barter {
        self.ask_at(&self.url, line)
    }

    /// A command that asks another in its place.
    pub(crate) fn ask_at(&self, url: &str, line: &str) -> Barter {
        Barter::words(line).args(["--service", url]).within(&self.folder).hiding(TOKEN)
    }

    /// The same, as its operator.
    pub(crate) fn operate(&self, line: &str) -> Barter {
        self.ask(line).env("BARTER_REPUTATION_TOKEN", TOKEN)
    }

    /// Makes a key and registers it for a consumer.
    pub(crate) fn consumer(&self, name: &str) -> PathBuf {
        let file = self.folder.join(format!("{name}.key"));
        let made = Barter::words("reputation keygen").arg(&file).json();
        let key = made["public_key"].as_str().unwrap();
        self.operate("reputation register consumer").args([name, key]).json();
        file
    }

    /// What `barter reputation sign outcome` prints for a call.
    pub(crate) fn outcome(&self, consumer: &str, call: &str, status: &str) -> String {
        let words = "reputation sign outcome --form published --capability translate --price-usd 0.4 --latency-ms 8100 --quality 0.94";
        let key = self.folder.join(format!("{consumer}.key"));
        let signed = Barter::words(words)
            .args([
                "--provider",
                HUB,
                "--consumer",
                consumer,
                "--invocation",
                call,
                "--status",
                status,
                "--json",
                "--key",
            ])
            .arg(key)
            .run();
        assert_eq!(signed.code, 0, "{signed:?}");
        signed.stdout
    }

    /// What the service says of the provider, once it says what is waited for.
    pub(crate) fn score_with(&self, is_there: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let score = self.ask("reputation score").arg(HUB).json();
            if is_there(&score) {
                return score;
            }
            assert!(Instant::now() < deadline, "it does not say so: {score}");
            sleep(Duration::from_millis(200));
        }
    }

    /// Has so many calls of a consumer put on record, one of ten of them a failure.
    pub(crate) fn record(&self, consumer: &str, calls: u32) {
        self.consumer(consumer);
        let status = |call: u32| if call % 10 == 9 { "failure" } else { "success" };
        let records: String =
            (0..calls).map(|call| self.outcome(consumer, &format!("inv_{call}"), status(call))).collect();
        let submitted = self.ask("reputation submit -").input(records).json();
        assert_eq!((&submitted["received"], &submitted["rejected"]), (&calls.into(), &0.into()), "{submitted}");
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it is over, and tells its exit code; none if a signal killed it.
    pub(crate) fn end(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A call of `barter reputation serve` without a chain in a folder, with the operator's token.
pub(crate) fn serve(folder: &Path) -> Command {
    let mut command = serving(folder);
    command.arg("--no-chain");
    command
}

fn serving(folder: &Path) -> Command {
    let mut command = Command::new(BARTER);
    for name in super::OWN_VARIABLES {
        command.env_remove(name);
    }
    command
        .args(["reputation", "serve"])
        .env("BARTER_REPUTATION_TOKEN", TOKEN)
        .args(["--batches-a-minute", "100000", "--json"])
        .current_dir(folder);
    command
}

/// A way to a service on which some answers are changed.
#[derive(Debug)]
pub(crate) struct Liar {
    pub(crate) url: String,
}

impl Liar {
    /// Changes the answers to GET of paths that end so.
    pub(crate) fn before(
        url: &str,
        path_end: &'static str,
        change: impl Fn(&mut Value) + Send + Sync + 'static,
    ) -> Self {
        let truth = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let change = std::sync::Arc::new(change);
        spawn(move || {
            for asker in listener.incoming() {
                let (asker, truth, change) = (asker.unwrap(), truth.clone(), std::sync::Arc::clone(&change));
                spawn(move || answer(asker, &truth, path_end, &*change));
            }
        });
        Self { url }
    }
}

fn answer(mut asker: TcpStream, truth: &str, path_end: &str, change: &dyn Fn(&mut Value)) {
    let mut line = String::new();
    let mut reader = BufReader::new(asker.try_clone().unwrap());
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut rest = String::new();
    while reader.read_line(&mut rest).unwrap() > 2 {}
    let mut service = TcpStream::connect(truth).unwrap();
    write!(service, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    service.read_to_end(&mut answer).unwrap();
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[..head_end]).lines().next().unwrap().to_owned();
    let mut body = answer.split_off(head_end + 4);
    if path.split('?').next().unwrap().ends_with(path_end) {
        let mut value: Value = serde_json::from_slice(&body).unwrap();
        change(&mut value);
        body = serde_json::to_vec(&value).unwrap();
    }
    let _ = write!(asker, "{status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = asker.write_all(&body);
}

/// A server that says these answers, head and body, one after the other; each to a request of its own connection.
pub(crate) fn says(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    self::answers(listener, answers);
    url
}

/// The same, where a server listens already.
pub(crate) fn answers(listener: TcpListener, answers: Vec<String>) {
    spawn(move || {
        for answer in answers {
            let (mut asker, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(asker.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = bytes.trim().parse().unwrap();
                }
                line.clear();
            }
            std::io::copy(&mut reader.take(length), &mut std::io::sink()).unwrap();
            asker.write_all(answer.as_bytes()).unwrap();
        }
    });
}

/// Lets others read a file.
pub(crate) fn expose(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}
