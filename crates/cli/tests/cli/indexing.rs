//! `barter index`: filled, killed, followed, damaged, and refused.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Child,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Barter, Devnet, Failure, Market,
    devnet::signal,
    gate::{Closed, Gate},
    trade::{agree, settle_between},
};

/// A folder with room for an index.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The market's index, to be spoilt.
    fn copy(&self, market: &Market) -> PathBuf {
        let path = self.path("copy.db");
        // By SQLite, because part of a file in use may be in others beside it.
        Connection::open(&market.index).unwrap().execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        path
    }
}

fn change(index: &Path, sql: &str) {
    assert_eq!(Connection::open(index).unwrap().execute(sql, []).unwrap(), 1, "{sql}");
}

/// `barter index run` with `--json`, under way.
struct Running {
    child: Child,
    lines: Receiver<String>,
    _folder: tempfile::TempDir,
}

impl Running {
    fn start(call: Barter, index: &Path) -> Self {
        let (mut child, folder) = call.arg("--database").arg(index).arg("--json").start(std::process::Stdio::piped());
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, _folder: folder }
    }

    fn following(devnet: &Devnet, index: &Path) -> Self {
        Self::start(Barter::words("index run").on(devnet), index)
    }

    fn next(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(Duration::from_secs(30)).unwrap()).unwrap()
    }

    /// The first line that is as wanted.
    fn wait_for(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        (0..1_000).map(|_| self.next()).find(|line| wanted(line)).unwrap()
    }

    /// Interrupts it, and gives the last line.
    fn interrupt(self) -> Value {
        self.interrupted(0)
    }

    /// As [`interrupt`](Self::interrupt), where it exits with another code.
    fn interrupted(mut self, code: i32) -> Value {
        signal(self.child.id(), Signal::INT);
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
        serde_json::from_str(&self.lines.iter().last().unwrap()).unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn on_index(line: &str, devnet: &Devnet, index: &Path) -> Barter {
    Barter::words(line).arg("--database").arg(index).on(devnet)
}

fn run_to_head(devnet: &Devnet, index: &Path) -> Value {
    on_index("index run --until-head", devnet, index).json_lines().pop().unwrap()
}

fn head(status: &Value) -> u64 {
    status["head"]["number"].as_u64().unwrap()
}

#[track_caller]
fn assert_right(devnet: &Devnet, index: &Path) {
    let verified = on_index("index verify", devnet, index).json();
    assert_eq!((&verified["different"], &verified["differences"]), (&json!(0), &json!([])), "{verified}");
    assert_eq!(verified["head"], on_index("index status", devnet, index).json()["head"]);
}

fn block_number(devnet: &Devnet) -> u64 {
    let number = devnet.node().call("eth_blockNumber", &json!([]));
    u64::from_str_radix(number.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

#[test]
fn an_index_is_filled_and_then_has_nothing_to_do() {
    let (market, place) = (Market::shared(), Place::new());
    let (devnet, index) = (&market.devnet, place.path("b.db"));
    let newest = block_number(devnet);
    let lines = on_index("index run --until-head", devnet, &index).json_lines();
    let blocks: Vec<u64> = lines.iter().map(|line| line["block"].as_u64().unwrap()).collect();
    assert!(blocks.is_sorted() && blocks.last() == Some(&newest), "{lines:?}");
    assert!(lines.last().unwrap()["events"].as_u64().unwrap() > 40, "{lines:?}");
    let again = run_to_head(devnet, &index);
    assert_eq!((&again["block"], &again["events"], &again["undone_blocks"]), (&json!(newest), &json!(0), &json!(0)));

    let status = on_index("index status", devnet, &index).json();
    assert_eq!((head(&status), &status["settled"], &status["disputed"]), (newest, &json!(10), &json!(1)));
    assert_eq!((&status["wallets"], &status["identity"]["chain_id"]), (&json!(6), &json!(31_337)));
    let text = on_index("index status", devnet, &index).run().stdout;
    assert!(text.contains("10 settled") && text.contains("settlements"), "{text}");
    assert_right(devnet, &index);
    let text = on_index("index verify", devnet, &index).run();
    assert!(text.stdout.contains("right") && text.stderr.is_empty(), "{text:?}");
}

#[test]
fn without_a_name_the_index_is_in_the_folder_it_is_run_in() {
    let (market, place) = (Market::shared(), Place::new());
    for line in ["index run --until-head", "index status", "index verify"] {
        let outcome = market.asking(line).within(place.folder.path()).run();
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}: {outcome:?}");
    }
    assert!(place.path("barter.db").is_file());
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_stopped() {
    let (market, place) = (Market::shared(), Place::new());
    let (devnet, index) = (&market.devnet, place.path("b.db"));
    let gate = Gate::before(&devnet.rpc_url, 1, Closed::Waits);
    let call = Barter::words("index run --until-head").on(devnet).env("ALCHEMY_RPC_URL", &gate.url);
    let running = Running::start(call, &index);
    // The first page is in, and the node does not answer for the second.
    let first = running.next()["block"].as_u64().unwrap();
    running.kill();
    assert_eq!(head(&on_index("index status", devnet, &index).json()), first);
    assert!(first < block_number(devnet));
    let rest = run_to_head(devnet, &index);
    assert_eq!(rest["block"], json!(block_number(devnet)));
    assert_right(devnet, &index);
    assert_eq!(status_counts(devnet, &index), status_counts(devnet, Path::new(&market.index)));
}

/// What an index holds, but for its size and how its pages were cut.
fn status_counts(devnet: &Devnet, index: &Path) -> Value {
    let mut status = on_index("index status", devnet, index).json();
    status["bytes"].take();
    status["rows"].as_array_mut().unwrap().retain(|table| table["table"] != "checkpoints");
    status
}

#[test]
fn a_signal_ends_it_well_and_says_how_far_it_is() {
    let (market, place) = (Market::shared(), Place::new());
    let (devnet, index) = (&market.devnet, place.path("b.db"));
    let gate = Gate::before(&devnet.rpc_url, 1, Closed::Waits);
    let call = Barter::words("index run --until-head").on(devnet).env("ALCHEMY_RPC_URL", &gate.url);
    let running = Running::start(call, &index);
    let first = running.next();
    // It says how far it came, and is no success: more was asked for.
    let last = running.interrupted(130);
    assert_eq!(last["block"], first["block"]);
    assert!(last["block"].as_u64() < last["head"].as_u64(), "{last}");
    assert_eq!(head(&on_index("index status", devnet, &index).json()), first["block"].as_u64().unwrap());
    assert_eq!(run_to_head(devnet, &index)["block"], json!(block_number(devnet)));
    assert_right(devnet, &index);
    // Looking at it is stopped as everything else is: nothing was found out.
    let gate = Gate::before(&devnet.rpc_url, 0, Closed::Waits);
    let call = on_index("index verify", devnet, &index).env("ALCHEMY_RPC_URL", &gate.url).arg("--json");
    let (child, _folder) = call.start(std::process::Stdio::piped());
    std::thread::sleep(Duration::from_secs(1));
    signal(child.id(), Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), &b""[..]), "{output:?}");
}

#[test]
fn it_outlives_its_terminal_below_nohup() {
    let (market, place) = (Market::shared(), Place::new());
    let call = on_index("index run --json", &market.devnet, &place.path("b.db")).below("nohup");
    let (mut child, _folder) = call.start(std::process::Stdio::piped());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    signal(child.id(), Signal::HUP);
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it ended");
    signal(child.id(), Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_damaged_row_is_named() {
    let (market, place) = (Market::shared(), Place::new());
    let index = place.copy(market);
    let devnet = &market.devnet;
    assert_right(devnet, &index);
    change(&index, "UPDATE settlements SET amount_sats = 1 WHERE id = 2");
    change(&index, "DELETE FROM acceptances WHERE id = 3");
    let outcome = on_index("index verify --json", devnet, &index).run();
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let verified: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!((&error["error"]["code"], &error["error"]["exit_code"]), (&json!("index_differs"), &json!(1)));
    assert_eq!(verified["different"], json!(2));
    let named = |table: &str| {
        let all = verified["differences"].as_array().unwrap();
        all.iter().find(|difference| difference["table"] == table).unwrap_or_else(|| panic!("no {table}: {all:?}"))
    };
    let (changed, lost) = (named("settlements"), named("acceptances"));
    assert_eq!((&changed["key"], &lost["key"]), (&json!(2), &json!(3)));
    assert!(changed["index"].as_str().unwrap().contains("amount_sats=1 "), "{changed}");
    assert!(changed["chain"].as_str().unwrap().contains("amount_sats=50000 "), "{changed}");
    assert!(lost["index"].is_null() && lost["chain"].is_string(), "{lost}");
    let text = on_index("index verify", devnet, &index).run();
    assert!(text.stdout.contains("different") && text.stdout.contains("settlements 2"), "{text:?}");
    assert!(text.stderr.contains("2 rows of the index are not"), "{text:?}");
}

#[test]
fn what_happens_is_followed_and_what_is_undone_is_taken_back() {
    let (devnet, place) = (Devnet::start(3), Place::new());
    let index = place.path("b.db");
    let (payer, payee, other) = (devnet.wallet(), devnet.wallet(), devnet.wallet());
    settle_between(&devnet, &payer, &payee, 10_000);
    let running = Running::following(&devnet, &index);
    let at_head = |line: &Value| line["block"].is_u64() && line["block"] == line["head"];
    let before = running.wait_for(at_head)["events"].as_u64().unwrap();
    let trades = || on_index("wallet", &devnet, &index).arg(&payee.address).json()["trades"].as_u64().unwrap();
    assert_eq!(trades(), 1);

    let snapshot = devnet.node().call("evm_snapshot", &json!([]));
    settle_between(&devnet, &payer, &payee, 20_000);
    let newest = block_number(&devnet);
    let followed = running.wait_for(|line| line["block"] == newest);
    assert!(followed["events"].as_u64().unwrap() > before && followed["undone_blocks"] == 0, "{followed}");
    assert_eq!(trades(), 2);

    devnet.node().call("evm_revert", &json!([snapshot]));
    agree(&devnet, &payer, &other, 30_000);
    let newest = block_number(&devnet);
    let undone = running.wait_for(|line| line["undone_blocks"].as_u64() > Some(0) && line["block"] == newest);
    assert_eq!(undone["undone_blocks"], json!(3));
    assert_eq!(trades(), 1);
    let last = running.interrupt();
    assert_eq!((&last["block"], &last["undone_blocks"]), (&json!(newest), &json!(3)));
    assert_right(&devnet, &index);
    let status = on_index("index status", &devnet, &index).json();
    assert_eq!((&status["settled"], &status["accepted"]), (&json!(1), &json!(1)));
}

#[test]
fn a_node_that_dies_on_the_way_is_waited_for() {
    let (market, place) = (Market::shared(), Place::new());
    let (devnet, index) = (&market.devnet, place.path("b.db"));
    let gate = Gate::before(&devnet.rpc_url, 1, Closed::HangsUp);
    let call = Barter::words("index run --until-head").on(devnet).env("ALCHEMY_RPC_URL", &gate.url);
    let mut running = Running::start(call, &index);
    let waiting = running.wait_for(|line| line["waiting_for"].is_string());
    assert!(waiting["waiting_for"].as_str().unwrap().contains(&gate.url), "{waiting}");
    gate.open();
    let done = running.wait_for(|line| line["block"] == line["head"]);
    assert!(done["waiting_for"].is_null() && done["block"] == json!(block_number(devnet)), "{done}");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    running.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let warning: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(warning["warning"]["code"], "waiting_for_node", "{said}");
    assert_right(devnet, &index);
}

#[test]
fn a_node_that_is_not_there_at_the_start() {
    let (market, place) = (Market::shared(), Place::new());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let index = place.path("b.db");
    let run = on_index("index run", &market.devnet, &index).env("ALCHEMY_RPC_URL", &url);
    run.failure().expect("network", 3, &[&url]);
    assert!(!index.exists(), "it was made for nothing");
    let verify = market.looking_up("index verify").env("ALCHEMY_RPC_URL", &url);
    verify.failure().expect("network", 3, &[&url]);
    // What the index knows needs no node.
    for line in ["index status", "compliance rings"] {
        market.looking_up(line).env("ALCHEMY_RPC_URL", &url).json();
    }
    let summary = market.looking_up("wallet").arg(&market.hub.address).env("ALCHEMY_RPC_URL", &url);
    assert_eq!(summary.json()["trades"], json!(6));
}

#[test]
fn whoever_stops_reading_stops_it_without_an_error() {
    let (market, place) = (Market::shared(), Place::new());
    let call = on_index("index run --json", &market.devnet, &place.path("b.db"));
    let (mut child, _folder) = call.start(std::process::Stdio::piped());
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_is_told() {
    let (market, place) = (Market::shared(), Place::new());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let call = on_index("index run --json", &market.devnet, &place.path("b.db"));
    let (child, _folder) = call.start(full);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains(r#""code":"output""#), "{output:?}");
}

/// What each command says about a place where there is no index it can use.
fn refusals(market: &Market, index: &Path) -> [Failure; 4] {
    let status = on_index("index status", &market.devnet, index).failure();
    let verify = on_index("index verify", &market.devnet, index).failure();
    let wallet = on_index("wallet", &market.devnet, index).arg(&market.hub.address).failure();
    let rings = on_index("compliance rings", &market.devnet, index).failure();
    [status, verify, wallet, rings]
}

#[test]
fn a_place_without_an_index() {
    let (market, place) = (Market::shared(), Place::new());
    for failure in refusals(market, &place.path("none.db")) {
        failure.expect("index_not_found", 4, &["none.db"]);
        assert!(
            failure.next_step.contains("barter index run") && failure.next_step.contains("--database"),
            "{failure:?}"
        );
    }
    assert!(!place.path("none.db").exists());
}

#[test]
fn a_place_with_something_else() {
    let (market, place) = (Market::shared(), Place::new());
    std::fs::write(place.path("text.txt"), "Dear diary, ".repeat(1_000)).unwrap();
    Connection::open(place.path("other.db")).unwrap().execute("CREATE TABLE diary (text)", []).unwrap();
    for name in ["text.txt", "other.db"] {
        let index = place.path(name);
        let before = std::fs::read(&index).unwrap();
        let run = on_index("index run --until-head", &market.devnet, &index).failure();
        for failure in refusals(market, &index).into_iter().chain([run]) {
            failure.expect("not_an_index", 5, &[name]);
            assert!(failure.next_step.contains("--database"), "{failure:?}");
        }
        assert_eq!(std::fs::read(&index).unwrap(), before, "{name} was touched");
    }
    let folder = on_index("index run --until-head", &market.devnet, place.folder.path()).failure();
    assert_eq!(folder.exit, 5, "{folder:?}");
    on_index("index run", &market.devnet, &place.path("no/such/b.db")).failure().expect(
        "index_database",
        5,
        &["no/such"],
    );
}

#[test]
fn an_index_without_a_block() {
    let (market, place) = (Market::shared(), Place::new());
    let index = place.path("b.db");
    let gate = Gate::before(&market.devnet.rpc_url, 0, Closed::Waits);
    let running =
        Running::start(Barter::words("index run").on(&market.devnet).env("ALCHEMY_RPC_URL", &gate.url), &index);
    for _ in 0..500 {
        if on_index("index status", &market.devnet, &index).run().code == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill();
    let status = on_index("index status", &market.devnet, &index).json();
    assert!(status["head"].is_null(), "{status}");
    for line in ["wallet", "compliance report", "compliance rings"] {
        let failure = on_index(line, &market.devnet, &index).arg(&market.hub.address).failure();
        failure.expect("empty_index", 4, &["b.db"]);
        assert!(failure.next_step.contains("barter index run"), "{failure:?}");
    }
    let text = on_index("index status", &market.devnet, &index).run().stdout;
    assert!(text.contains("nothing yet"), "{text}");
    assert_eq!(on_index("index verify", &market.devnet, &index).json()["rows"], json!(0));
}

#[test]
fn an_index_of_something_else() {
    let (market, place) = (Market::shared(), Place::new());
    let index = place.copy(market);
    change(&index, "UPDATE barter_index SET chain_id = 4242");
    let run = on_index("index run --until-head", &market.devnet, &index).failure();
    for failure in refusals(market, &index).into_iter().chain([run]) {
        failure.expect("other_index", 5, &["copy.db", "4242", "31337"]);
        assert!(failure.next_step.contains("--network") && failure.next_step.contains("--database"), "{failure:?}");
    }
}

#[test]
fn an_index_of_a_newer_schema() {
    let (market, place) = (Market::shared(), Place::new());
    let index = place.copy(market);
    change(&index, "UPDATE barter_index SET schema_version = 99");
    let run = on_index("index run --until-head", &market.devnet, &index).failure();
    for failure in refusals(market, &index).into_iter().chain([run]) {
        failure.expect("other_schema", 5, &["copy.db", "99"]);
    }
}

#[test]
fn an_address_of_a_database_that_cannot_be_used() {
    let market = Market::shared();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = format!("postgres://barter:SECRETWORD@127.0.0.1:{port}/barter");
    for (address, code, exit) in [
        ("mysql://barter:SECRETWORD@127.0.0.1/barter", "invalid_index_location", 2),
        ("postgres://barter:SECRETWORD@127.0.0.1:port/barter", "invalid_index_location", 2),
        ("", "invalid_index_location", 2),
        (&dead, "index_database", 5),
    ] {
        for line in ["index run", "index status", "compliance rings"] {
            let call = market.asking(line).hiding("SECRETWORD").env("BARTER_INDEX", address);
            if address.is_empty() {
                call.args(["--database", ""]).failure().expect(code, exit, &[]);
                continue;
            }
            let failure = call.failure();
            failure.expect(code, exit, &[]);
            assert!(exit != 2 || failure.next_step.contains("BARTER_INDEX"), "{failure:?}");
            let call = market.asking(line).hiding("SECRETWORD").args(["--database", address, "--json"]);
            let warned = call.run().stderr;
            let warning: Value = serde_json::from_str(warned.lines().next().unwrap()).unwrap();
            assert_eq!(warning["warning"]["code"], "password_in_arguments", "{warned}");
        }
    }
}

/// Where `BARTER_TEST_POSTGRES` names a server; they pass without it.
mod postgres {
    use super::*;
    use crate::support::postgres::{Schema, server};

    #[test]
    fn a_server_answers_as_the_node_does() {
        let Some(schema) = Schema::new("answers") else { return };
        let market = Market::shared();
        let call = |line: &str| market.asking(line).env("BARTER_INDEX", schema.url());
        let done = call("index run --until-head").json_lines().pop().unwrap();
        assert_eq!(done["block"], json!(block_number(&market.devnet)));
        assert_eq!(call("index verify").json()["different"], json!(0));
        assert_eq!(call("index status").json()["settled"], json!(10));
        for line in ["wallet --at 1", "compliance report --at 1", "compliance rings"] {
            let call = |call: Barter| call.arg(&market.hub.address).json();
            assert_eq!(
                call(market.asking(line)),
                call(market.asking(line).env("BARTER_INDEX", schema.url())),
                "{line}"
            );
        }
    }

    #[test]
    fn a_password_that_is_wrong_is_not_repeated() {
        let Some(server) = server() else { return };
        let (credentials, host) = server.rsplit_once('@').unwrap();
        let (user, password) = credentials.rsplit_once(':').unwrap();
        let wrong = format!("{user}:SECRETWORD{password}@{host}");
        for line in ["index run", "index status", "compliance rings"] {
            let call = Market::shared().asking(line).hiding("SECRETWORD").hiding(password).env("BARTER_INDEX", &wrong);
            let failure = call.failure();
            assert_eq!((failure.code.as_str(), failure.exit), ("index_database", 5), "{failure:?}");
            assert!(failure.message.contains("password"), "{failure:?}");
        }
    }
}
