//! A service asked without the program.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;

/// The HTTP status and the answer.
pub(super) fn get(url: &str, path: &str) -> (u16, Value) {
    let mut service = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let path = format!("/ai-market/v2/reputation/{path}");
    write!(service, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    service.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}
