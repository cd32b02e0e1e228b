//! As much JSON-RPC as tests need: time travel, snapshots.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

/// A node on this machine.
#[derive(Debug)]
pub(crate) struct Node {
    address: String,
}

impl Node {
    pub(crate) fn new(rpc_url: &str) -> Self {
        Self { address: rpc_url.strip_prefix("http://").unwrap().to_owned() }
    }

    pub(crate) fn call(&self, method: &str, parameters: &Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let value: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        assert!(value.get("error").is_none(), "{method}: {value}");
        value["result"].clone()
    }

    /// Lets time pass, and mines a block at the new time.
    pub(crate) fn pass_seconds(&self, seconds: u64) {
        self.call("evm_increaseTime", &json!([seconds]));
        self.call("evm_mine", &json!([]));
    }
}
