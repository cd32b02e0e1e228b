//! How many connections a bank takes, and of whom.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::{
    Barter,
    bank::{Bank, serve},
};

/// Asks whose bank it is, and keeps the connection; none if nobody answers on it.
fn asked(bank: &Bank) -> Option<TcpStream> {
    let address = bank.announced["url"].as_str().unwrap().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let _ = stream.write_all(b"GET /barter-bank.json HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut first = [0; 12];
    stream.read_exact(&mut first).is_ok_and(|()| &first == b"HTTP/1.1 200").then_some(stream)
}

#[test]
fn one_address_has_an_eighth_of_the_connections_unless_it_is_a_trusted_proxy() {
    let folder = tempfile::tempdir().unwrap();
    for (options, expected) in [("--max-connections 8", 1), ("--max-connections 8 --trusted-proxy 127.0.0.1", 4)] {
        let mut serve = serve(folder.path(), "a-bank", "127.0.0.1:0");
        serve.args(options.split(' '));
        let bank = Bank::serving(serve, folder.path(), "a-bank");
        let open: Vec<_> = (0..4).map_while(|_| asked(&bank)).collect();
        assert_eq!(open.len(), expected, "{options}");
    }
    for wrong in ["--max-connections 0", "--trusted-proxy nobody"] {
        let refused = Barter::words("bank serve --key a-bank.key").args(wrong.split(' ')).within(folder.path());
        refused.failure().expect("usage", 2, &[wrong.split(' ').next().unwrap()]);
    }
}
