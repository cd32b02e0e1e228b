//! Banks in processes of their own, and people who trade at them.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{park, spawn},
    time::Duration,
};

use serde_json::{Value, json};

use super::{BARTER, Barter};

/// A bank of its own process.
#[derive(Debug)]
pub(crate) struct Bank {
    child: Child,
    name: &'static str,
    /// Its key and its address.
    pub(crate) pin: String,
    pub(crate) announced: Value,
    folder: PathBuf,
}

impl Bank {
    /// Starts one with its key and its store in a folder, on a free port or on the one it had.
    pub(crate) fn start(folder: &Path, name: &'static str, listen: &str) -> Self {
        Self::serving(serve(folder, name, listen), folder, name)
    }

    /// What a call of `barter bank serve` starts.
    pub(crate) fn serving(serve: Command, folder: &Path, name: &'static str) -> Self {
        Self::logging(serve, folder, name, Stdio::null())
    }

    /// The same, with its log somewhere.
    pub(crate) fn logging(mut serve: Command, folder: &Path, name: &'static str, log: Stdio) -> Self {
        let mut child = serve.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        // A bank on a port that another process took meanwhile says nothing.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let pin = announced["bank"].as_str().unwrap().to_owned();
        Self { child, name, pin, announced, folder: folder.to_owned() }
    }

    pub(crate) fn key(&self) -> &str {
        self.announced["public_key"].as_str().unwrap()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join(format!("{}.db", self.name))
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again, where it was.
    pub(crate) fn again(&mut self) {
        self.kill();
        let listen = self.announced["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        *self = Self::start(&self.folder.clone(), self.name, &listen);
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A call of `barter bank serve`.
pub(crate) fn serve(folder: &Path, name: &str, listen: &str) -> Command {
    let key = folder.join(format!("{name}.key"));
    if !key.exists() {
        Barter::words("bank keygen").arg(&key).json();
    }
    let mut command = Command::new(BARTER);
    for variable in super::OWN_VARIABLES {
        command.env_remove(variable);
    }
    command.args(["bank", "serve", "--json", "--listen", listen, "--name", name, "--key"]).arg(key);
    command.arg("--database").arg(folder.join(format!("{name}.db"))).current_dir(folder);
    command
}

/// Alice, who promises logos at one bank, and Bob, who promises hours at another; each with an account of what the other promises.
#[derive(Debug)]
pub(crate) struct Traders {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) banks: [Bank; 2],
    /// Keys of Alice and Bob.
    pub(crate) people: [String; 2],
    pub(crate) promises: [String; 2],
    /// By holder and promise.
    pub(crate) accounts: [[String; 2]; 2],
}

/// Whose key files they are.
pub(crate) const KEYS: [&str; 2] = ["alice.key", "bob.key"];

impl Traders {
    pub(crate) fn new() -> Self {
        Self::at(|folder, name| Bank::start(folder, name, "127.0.0.1:0"))
    }

    /// The same, whose calls to the banks go through a turnstile.
    pub(crate) fn behind(turnstile: &Turnstile) -> Self {
        Self::at(|folder, name| {
            let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let mut command = serve(folder, name, &free);
            command.args(["--url", &turnstile.before(&free)]);
            Bank::serving(command, folder, name)
        })
    }

    fn at(start: impl Fn(&Path, &'static str) -> Bank) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let banks = ["first", "second"].map(|name| start(folder.path(), name));
        let words = |line: &str| Barter::words(line).within(folder.path());
        let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
        let people = KEYS.map(|key| text(&words("bank keygen").arg(key).json(), "public_key"));
        let mint = |person: usize, name: &str| {
            words("bank mint --key").args([KEYS[person], "--bank", &banks[person].pin, name]).json()
        };
        let minted = [mint(0, "1 logo"), mint(1, "1 hour")];
        let promises = [text(&minted[0], "promise"), text(&minted[1], "promise")];
        let open = |person: usize, promise: usize| {
            let open = words("bank open --key").args([KEYS[person], "--bank", &banks[promise].pin, &promises[promise]]);
            text(&open.json(), "account")
        };
        let accounts = [[text(&minted[0], "account"), open(0, 1)], [open(1, 0), text(&minted[1], "account")]];
        Self { folder, banks, people, promises, accounts }
    }

    /// A command in their folder.
    pub(crate) fn words(&self, line: &str) -> Barter {
        Barter::words(line).within(self.folder.path())
    }

    /// A command in their folder that is told of both banks.
    pub(crate) fn at_both(&self, line: &str) -> Barter {
        let pins = self.banks.each_ref().map(|bank| bank.pin.as_str());
        self.words(line).env("BARTER_BANK", pins.join(","))
    }

    /// Writes a swap: so many logos for so many hours.
    pub(crate) fn swap(&self, file: &str, logos: &str, hours: &str) {
        let transfer = |giver: usize, amount: &str| {
            let receiver = 1 - giver;
            json!({
                "bank": self.banks[giver].key(),
                "promise": self.promises[giver],
                "amount": amount,
                "giver": self.people[giver],
                "from": self.accounts[giver][giver],
                "receiver": self.people[receiver],
                "to": self.accounts[receiver][giver],
            })
        };
        let banks: Vec<_> = self.banks.iter().map(|bank| &bank.pin).collect();
        let people = json!({ "Alice": self.people[0], "Bob": self.people[1] });
        let deal = json!({ "banks": banks, "people": people, "transfers": [transfer(0, logos), transfer(1, hours)] });
        std::fs::write(self.folder.path().join(file), deal.to_string()).unwrap();
    }

    /// What somebody has of a promise.
    pub(crate) fn balance(&self, person: usize, promise: usize) -> String {
        let listed = self.words("bank accounts --key").args([KEYS[person], "--bank", &self.banks[promise].pin]).json();
        let accounts = listed["accounts"].as_array().unwrap();
        let found = accounts.iter().find(|account| account["account"] == self.accounts[person][promise]);
        found.unwrap_or_else(|| panic!("{listed}"))["balance"].as_str().unwrap().to_owned()
    }

    /// What a bank's store is found to be.
    pub(crate) fn audit(&self, bank: usize) -> Value {
        self.words("bank audit --database").arg(self.banks[bank].database()).json()
    }
}

/// What becomes of the call that comes to a closed turnstile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The bank never hears of it.
    Call,
    /// The bank does what it is asked, and its answer is lost.
    Answer,
}

/// Lets so many calls through to banks. The next is stuck, and so is its caller.
#[derive(Clone, Debug)]
pub(crate) struct Turnstile(Arc<Mutex<Turns>>);

#[derive(Debug)]
struct Turns {
    left: usize,
    stuck: Stuck,
    tell: Sender<()>,
}

impl Turnstile {
    pub(crate) fn open() -> Self {
        Self(Arc::new(Mutex::new(Turns { left: usize::MAX, stuck: Stuck::Call, tell: channel().0 })))
    }

    /// Lets so many calls through from now on. What is returned hears of the one that is stuck.
    pub(crate) fn close_after(&self, calls: usize, stuck: Stuck) -> Receiver<()> {
        let (tell, told) = channel();
        *self.0.lock().unwrap() = Turns { left: calls, stuck, tell };
        told
    }

    /// Lets all through from now on.
    pub(crate) fn reopen(&self) {
        self.0.lock().unwrap().left = usize::MAX;
    }

    /// A way to a bank.
    fn before(&self, bank: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (turnstile, bank) = (self.clone(), bank.to_owned());
        spawn(move || {
            for client in listener.incoming() {
                let (turnstile, bank) = (turnstile.clone(), bank.clone());
                spawn(move || turnstile.pass(client.unwrap(), &bank));
            }
        });
        url
    }

    /// One request a connection: the answer says that it is closed.
    fn pass(&self, mut client: TcpStream, bank: &str) {
        let Some(request) = message(&mut client) else { return };
        let is_call = request.starts_with(b"POST");
        let stuck = is_call.then(|| self.turn()).flatten();
        if stuck == Some(Stuck::Call) {
            park();
        }
        let mut upstream = TcpStream::connect(bank).unwrap();
        upstream.write_all(&request).unwrap();
        let Some(answer) = message(&mut upstream) else { return };
        if stuck == Some(Stuck::Answer) {
            self.0.lock().unwrap().tell.send(()).unwrap();
            park();
        }
        let head = answer.windows(2).position(|window| window == b"\r\n").unwrap() + 2;
        let _ = client.write_all(&answer[..head]).and_then(|()| client.write_all(b"connection: close\r\n"));
        let _ = client.write_all(&answer[head..]);
    }

    fn turn(&self) -> Option<Stuck> {
        let mut turns = self.0.lock().unwrap();
        if turns.left == 0 {
            if turns.stuck == Stuck::Call {
                turns.tell.send(()).unwrap();
            }
            return Some(turns.stuck);
        }
        turns.left -= usize::from(turns.left != usize::MAX);
        None
    }
}

/// A request or an answer, as long as it says it is.
fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut bytes = Vec::new();
    let mut one = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut one).ok()? == 0 {
            return None;
        }
        bytes.push(one[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(bytes)
}
