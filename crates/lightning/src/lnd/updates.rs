//! Streams of answers: a line of JSON for each.

use reqwest::{Response, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    http::{Failure, Http, unreadable},
    refusal::{Refusal, WrittenRefusal},
};
use crate::Error;

/// Longest line that is read. One that names every hop of a payment in sixteen parts has less than a tenth of it.
const MAX_LINE_BYTES: usize = 4 << 20;

/// A stream of answers, which it waits for without an end: the caller limits the time.
pub(super) struct Updates<'a> {
    http: &'a Http,
    response: Response,
    received: Vec<u8>,
    /// So many of the received bytes are known to hold no end of line.
    searched: usize,
}

/// One answer of a stream.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<T> {
    Result(T),
    Error(WrittenRefusal),
}

impl<'a> Updates<'a> {
    pub(super) fn new(http: &'a Http, response: Response) -> Self {
        Self { http, response, received: Vec::new(), searched: 0 }
    }

    /// The next answer; `None` if the stream has ended.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        let Some(line) = self.line().await? else { return Ok(None) };
        match serde_json::from_slice(&line).map_err(|error| unreadable(&error))? {
            Line::Result(answer) => Ok(Some(answer)),
            Line::Error(written) => Err(Failure::Refused(Refusal::written(StatusCode::OK, written))),
        }
    }

    /// The next line that is not empty.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let end = self.received[self.searched..].iter().position(|byte| *byte == b'\n');
            if let Some(end) = end.map(|end| self.searched + end) {
                let rest = self.received.split_off(end + 1);
                let line = std::mem::replace(&mut self.received, rest);
                self.searched = 0;
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(line));
                }
                continue;
            }
            self.searched = self.received.len();
            if self.searched > MAX_LINE_BYTES {
                let reason = format!("a line has more than {MAX_LINE_BYTES} bytes");
                return Err(Error::InvalidAnswer { reason });
            }
            match self.response.chunk().await.map_err(|error| self.http.unreachable(error))? {
                Some(chunk) => self.received.extend_from_slice(&chunk),
                None if self.received.trim_ascii().is_empty() => return Ok(None),
                None => return Ok(Some(std::mem::take(&mut self.received))),
            }
        }
    }
}
