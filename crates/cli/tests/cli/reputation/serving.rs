//! A service in a process of its own: its life, and the commands that ask it.

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    Barter,
    devnet::signal,
    reputation::{HUB, Served, TOKEN, expose, says, serve},
};

use super::raw;

#[test]
fn takes_what_consumers_signed_and_tells_a_score() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 10);
    let score = service.ask("reputation score").arg(HUB).json();
    assert_eq!(score["record"]["outcomes"]["success"], 9);
    assert_eq!(score["record"]["outcomes"]["failure"], 1);
    assert_eq!(score["details"]["total_outcomes"], 10);
    assert_eq!(score["chain"]["status"], "none");
    let page = service.ask("reputation score").arg(HUB).run().stdout;
    for word in ["success rate", "90.0%", "no bond was read"] {
        assert!(page.contains(word), "no {word}: {page}");
    }
    // The same again is a replay, and changes nothing.
    let outcome = service.outcome("consumer_1", "inv_100", "success");
    let submit = |text: &str| service.ask("reputation submit -").input(text).json();
    assert_eq!(submit(&outcome)["received"], 1);
    assert_eq!(submit(&outcome)["replayed"], 1);
    let listed = service.ask("reputation outcomes --limit 3").arg(HUB).json();
    assert_eq!(listed["next"], 3);
    assert!(listed["outcomes"].as_array().unwrap().iter().all(|outcome| outcome["proven"] == true), "{listed}");
    let leaf = listed["outcomes"][1]["leaf"].as_str().unwrap();
    let page = service.ask("reputation outcomes --limit 3").arg(HUB).run().stdout;
    assert!(leaf.len() == 66 && page.contains(leaf), "{page}");
    let verified = service.ask("reputation verify --no-chain").arg(HUB).json();
    assert_eq!(verified["told"], verified["computed"]);
    assert_eq!(verified["entries"], 11);
}

#[test]
fn what_is_not_taken_is_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.consumer("consumer_1");
    let good = service.outcome("consumer_1", "inv_1", "success");
    let forged = good.replace("success", "failure");
    let submitted = service.ask("reputation submit - --json").input(format!("{good}{forged}")).run();
    assert_eq!(submitted.code, 1, "{submitted:?}");
    let result: Value = serde_json::from_str(&submitted.stdout).unwrap();
    assert_eq!((&result["received"], &result["rejected"]), (&1.into(), &1.into()));
    assert_eq!(result["rejections"][0]["record"], 2);
    assert_eq!(result["rejections"][0]["code"], "wrong_signature");
    let error: Value = serde_json::from_str(submitted.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "rejected");
    let (told, broken) = service.ask("reputation submit -").input(format!("{good}{{\"a\":")).result_and_error();
    assert_eq!((&told["replayed"], &broken["code"]), (&1.into(), &"invalid_record".into()));
    let message = broken["message"].as_str().unwrap();
    assert!(message.contains("record 2") && message.contains("in all, 1 record taken and 0 rejected"), "{broken}");
    let broken = service.ask("reputation submit -").input("{\"a\":").failure();
    broken.expect("invalid_record", 2, &["record 1"]);
    assert!(!broken.message.contains("in all"), "{broken:?}");
    service.ask("reputation submit -").input(" \n").failure().expect("no_record", 2, &["no record in -"]);
    service.ask("reputation submit /no/such/file").failure().expect("unreadable_file", 2, &["/no/such/file"]);
    service.ask("reputation score https://nobody.example").failure().expect(
        "unknown_to_the_service",
        4,
        &["nobody.example"],
    );
}

#[test]
fn one_cause_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.consumer("consumer_1");
    let good = service.outcome("consumer_1", "inv_1", "success");
    let forged = (0..7).map(|call| good.replace("inv_1", &format!("forged_{call}"))).collect::<String>();
    let unknown = good.replace("consumer_1", "consumer_2");
    let submitted = service.ask("reputation submit -").input(format!("{forged}{good}{unknown}")).run();
    assert_eq!(submitted.code, 1, "{submitted:?}");
    let told = |part: &str| submitted.stdout.matches(part).count();
    assert_eq!((told("(wrong_signature)"), told("records 1, 2, 3, 4, 5 and 2 more: ")), (1, 1), "{submitted:?}");
    assert_eq!((told("(unknown_consumer)"), told("record 9: ")), (1, 1), "{submitted:?}");
}

#[test]
fn what_was_taken_before_the_service_went_away_is_counted() {
    let answer =
        |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let results = |words: [&str; 2]| {
        let of = |record: usize| if record < 99 { words[0] } else { words[1] };
        let results: Vec<Value> = (0..100).map(|record| serde_json::json!({ "status": of(record) })).collect();
        answer(&serde_json::json!({ "results": results }).to_string())
    };
    let url = says(vec![results(["received", "rejected"]), results(["received", "replayed"])]);
    let records = "{\"a\":1}".repeat(300);
    let (told, cut) = Barter::words("reputation submit - --service").arg(url).input(records).result_and_error();
    assert_eq!((&told["received"], &told["replayed"], &told["rejected"]), (&198.into(), &1.into(), &1.into()));
    assert_eq!((&cut["code"], &cut["exit_code"]), (&"service_unreachable".into(), &3.into()));
    let message = cut["message"].as_str().unwrap();
    assert!(message.contains("in all, 199 records taken and 1 rejected"), "{cut}");
}

#[test]
fn only_the_operator_registers() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    let register = "reputation register provider https://p.example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    service.ask(register).failure().expect("no_operator_token", 5, &["BARTER_REPUTATION_TOKEN"]);
    let wrong = service
        .ask(register)
        .env("BARTER_REPUTATION_TOKEN", "another-token-of-enough-letters")
        .hiding("another-token")
        .failure();
    wrong.expect("refused_by_the_service", 5, &["401"]);
    service.operate(register).json();
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    service.operate("reputation register consumer c").arg(zero).failure().expect(
        "key_small_order",
        2,
        &["small order"],
    );
    service
        .operate("reputation register provider p.example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
        .failure()
        .expect("invalid_hub", 2, &["'p.example'", "http://"]);
    service.operate("reputation register provider https://p.example 0x12").failure().expect(
        "invalid_address",
        2,
        &["0x12"],
    );
}

#[test]
fn a_service_that_is_busy_is_sent_the_same_again() {
    let answer = |status: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\nRetry-After: 0\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let busy = answer("503 Service Unavailable", r#"{"error":"busy","message":"later"}"#);
    let limited = answer("429 Too Many Requests", r#"{"error":"too_many_requests","message":"later"}"#);
    let taken = answer("200 OK", r#"{"results":[{"status":"received"}]}"#);
    let url = says(vec![busy.clone(), limited, busy.clone(), taken]);
    let submit = |url: &str| Barter::words("reputation submit - --service").arg(url).input("{\"a\":1}");
    assert_eq!(submit(&url).json()["received"], 1);
    // It gives up in the end, and what is unavailable without a time to wait is not waited for.
    submit(&says(vec![busy; 8])).failure().expect("refused_by_the_service", 3, &["busy", "503"]);
    let gone = answer("503 Service Unavailable", r#"{"error":"gone"}"#).replace("Retry-After: 0\r\n", "");
    submit(&says(vec![gone])).failure().expect("refused_by_the_service", 3, &["gone"]);
}

#[test]
fn the_token_is_not_sent_in_the_clear() {
    let operate = |line: &str| Barter::words(line).env("BARTER_REPUTATION_TOKEN", TOKEN).hiding(TOKEN);
    let register = "reputation register provider https://p.example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    let refused = operate(register).args(["--service", "http://service.example:8420/x"]).failure();
    refused.expect("token_in_the_clear", 2, &["http://service.example:8420", "TLS"]);
    let id = format!("0x{}", "1".repeat(64));
    let refused = operate("reputation resolve d1 --service http://10.1.2.3 --void").arg(&id).failure();
    refused.expect("token_in_the_clear", 2, &["10.1.2.3"]);
}

#[test]
fn a_dead_end_is_said_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ask = |service: &str| Barter::words("reputation score https://p.example --service").arg(service).failure();
    ask(&format!("http://{free}")).expect("service_unreachable", 3, &[&free.to_string()]);
    ask("ftp://h.example").expect("invalid_service_url", 2, &["ftp"]);
    ask("127.0.0.1:18420").expect("invalid_service_url", 2, &["127.0.0.1:18420", "http://"]);
    let node = says(vec!["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()]);
    ask(&node).expect("invalid_service_answer", 3, &["404", "no reputation service"]);
    let with_password =
        Barter::words("reputation score https://p.example --service").arg(format!("http://user:hunter2@{free}"));
    with_password.hiding("hunter2").failure().expect("service_unreachable", 3, &[]);
}

#[test]
fn stops_gracefully_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 3);
    let key = service.announced["public_key"].clone();
    signal(service.process(), Signal::TERM);
    assert_eq!(service.end(), Some(0));

    let service = Served::start(folder.path());
    assert_eq!(service.announced["public_key"], key, "the hub has another key");
    // And killed, it has lost nothing that it answered for.
    let submitted = service.ask("reputation submit -").input(service.outcome("consumer_1", "inv_9", "success")).json();
    assert_eq!(submitted["received"], 1);
    signal(service.process(), Signal::KILL);
    assert_eq!(service.end(), None);
    let service = Served::start(folder.path());
    let score = service.ask("reputation score").arg(HUB).json();
    assert_eq!(score["details"]["total_outcomes"], 4);
    signal(service.process(), Signal::INT);
    assert_eq!(service.end(), Some(0));
}

/// What a service that does not start says.
fn failure(mut command: Command) -> Value {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains(TOKEN), "{text}");
    let error: Value =
        serde_json::from_str(text.lines().last().unwrap()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(error["error"]["exit_code"], output.status.code().unwrap(), "{text}");
    error["error"].clone()
}

#[test]
fn a_second_service_on_one_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    let mut second = serve(folder.path());
    second.args(["--listen", "127.0.0.1:0"]);
    let error = failure(second);
    assert_eq!(error["exit_code"], 5, "{error}");
    assert!(error["message"].as_str().unwrap().contains("reputation.db"), "{error}");
    service.record("consumer_1", 1);
}

/// Arguments, variables, the exit code, and what the message names.
type Wrong<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str);

#[test]
fn wrong_settings_are_named_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = serve(folder.path());
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(arguments).envs(variables.iter().copied());
        failure(command)
    };
    let message = |error: &Value| error["message"].as_str().unwrap().to_owned();
    let cases: [Wrong<'_>; 7] = [
        (&["--weights", "1,1,1,1"][..], &[][..], 2, "--weights"),
        (&[], &[("AIMARKET_REPUTATION_WINDOW_DAYS", "0")], 2, "AIMARKET_REPUTATION_WINDOW_DAYS"),
        (&["--window-days", "soon"], &[], 2, "soon"),
        (&["--database", "mysql://h/x"], &[], 2, "mysql"),
        (&["--database", "/no/such/folder/reputation.db"], &[], 5, "/no/such/folder"),
        (&["--hub-url", "nonsense"], &[], 2, "nonsense"),
        (&["--peers", "/no/such/peers"], &[], 2, "/no/such/peers"),
    ];
    for (arguments, variables, exit, part) in cases {
        let error = wrong(arguments, variables);
        assert_eq!(error["exit_code"], exit, "{error}");
        assert!(message(&error).contains(part), "{error}");
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = wrong(&["--listen", &taken.local_addr().unwrap().to_string()], &[]);
    assert_eq!((&error["code"], &error["exit_code"]), (&"cannot_listen".into(), &5.into()));
    let short = folder.path().join("short");
    fs::write(&short, "short").unwrap();
    expose(&short);
    let error = wrong(&["--token-file", "short"], &[]);
    assert_eq!((&error["code"], &error["exit_code"]), (&"token_file".into(), &5.into()), "{error}");
    assert!(message(&error).contains("short: others") && message(&error).contains("644"), "{error}");
    fs::set_permissions(&short, fs::Permissions::from_mode(0o600)).unwrap();
    let error = wrong(&["--token-file", "short"], &[]);
    assert_eq!((&error["code"], &error["exit_code"]), (&"invalid_operator_token".into(), &2.into()), "{error}");
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name != "short");
    assert!(left.is_empty(), "left behind: {left:?}");

    // Where the key cannot be made, there was a place for the log.
    let error = wrong(&["--hub-key", "/no/such/folder/hub.key"], &[]);
    assert_eq!(error["exit_code"], 5, "{error}");
    assert!(message(&error).contains("/no/such/folder/hub.key"), "{error}");
    // A key that is there and cannot be used is told before a log is made.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hub.key"), "no key").unwrap();
    fs::set_permissions(folder.path().join("hub.key"), fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = serve(folder.path());
    command.args(["--listen", "127.0.0.1:0"]);
    assert!(message(&failure(command)).contains("hub.key"));
    assert!(!folder.path().join("reputation.db").exists(), "a database was made");
}

#[test]
fn settings_come_from_the_environment_and_arguments_win() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = serve(folder.path())
        .args(["--listen", "127.0.0.1:0", "--window-days", "7"])
        .env("AIMARKET_REPUTATION_WINDOW_DAYS", "3")
        .env("AIMARKET_REPUTATION_MIN_BOND_USD", "55")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = [0; 4_096];
    let read = child.stdout.as_mut().unwrap().read(&mut text).unwrap();
    let announced: Value = serde_json::from_slice(&text[..read]).unwrap();
    let ask = |line: &str| {
        Barter::words(line)
            .args(["--service", announced["service"].as_str().unwrap()])
            .env("BARTER_REPUTATION_TOKEN", TOKEN)
    };
    ask("reputation register provider https://p.example 0x70997970C51812dc3A010C7d01b50e0d17dc79C8").json();
    let score = ask("reputation score https://p.example").json();
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!((&score["settings"]["window_days"], &score["settings"]["min_bond_usd"]), (&7.into(), &55.into()));
}

#[test]
fn pages_are_limited_as_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start_with(folder.path(), &["--pages-a-minute", "2"]);
    let pages = [0; 3].map(|_| raw::get(&service.url, "oracle/log/entries").0);
    assert_eq!(pages, [200, 200, 429]);
}

#[test]
fn a_name_keeps_its_key_unless_it_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    let key = |file: &str| {
        let made = Barter::words("reputation keygen").arg(folder.path().join(file)).json();
        made["public_key"].as_str().unwrap().to_owned()
    };
    let (first, second) = (key("first"), key("second"));
    let register = |key: &str| service.operate("reputation register consumer consumer_1").arg(key);
    assert_eq!(register(&first).json()["is_new"], true);
    assert_eq!(register(&first).json()["is_new"], false);
    let refused = register(&second).failure();
    refused.expect("refused_by_the_service", 1, &["consumer_1", &first, "other_key_registered"]);
    assert!(refused.next_step.contains("--replace"), "{refused:?}");
    assert_eq!(register(&second).arg("--replace").json()["is_new"], true);
    assert_eq!(register(&second).json()["is_new"], false);
}

#[test]
fn an_export_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let service = Served::start(folder.path());
    service.record("consumer_1", 5);
    let exported = service.ask("reputation export log.jsonl").json();
    assert_eq!(exported["size"], 5);
    let text = fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 6);
    service.ask("reputation export log.jsonl").failure().expect("exists", 2, &["log.jsonl"]);
    service.ask("reputation export log.jsonl --force").json();
    let nowhere = service.ask("reputation export /no/such/folder/log").failure();
    nowhere.expect("unwritable_file", 2, &["/no/such/folder/log"]);
    assert!(!nowhere.message.contains("unfinished"), "{nowhere:?}");
    assert_eq!(service.ask("reputation export -").run().stdout, text);
    let verified = service.ask("reputation verify --no-chain --log log.jsonl").arg(HUB).json();
    assert_eq!(verified["entries"], 5);
    let (child, _folder) =
        service.ask("reputation export -").start(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
}

/// Where `BARTER_TEST_POSTGRES` names a server; they pass without it.
mod postgres {
    use super::*;
    use crate::support::postgres::Schema;

    #[test]
    fn a_log_on_a_server_outlives_its_service() {
        let Some(schema) = Schema::new("reputation") else { return };
        let folder = tempfile::tempdir().unwrap();
        let service = Served::on(folder.path(), &schema.url());
        service.record("consumer_1", 10);
        signal(service.process(), Signal::KILL);
        assert_eq!(service.end(), None);
        let service = Served::on(folder.path(), &schema.url());
        let score = service.ask("reputation score").arg(HUB).json();
        assert_eq!(score["details"]["total_outcomes"], 10);
        signal(service.process(), Signal::TERM);
        assert_eq!(service.end(), Some(0));
    }

    #[test]
    fn a_server_that_is_not_there_is_told_without_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ended = serve(folder.path())
            .env("BARTER_REPUTATION_DATABASE", format!("postgres://u:SECRETWORD@127.0.0.1:{port}/d"))
            .args(["--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!said.contains("SECRETWORD") && !said.contains("panicked"), "{said}");
        assert!(ended.status.code().is_some_and(|code| code != 0 && code != 101), "{said}");
    }
}
