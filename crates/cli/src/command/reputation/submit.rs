//! `barter reputation submit`

mod dispute;
mod report;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use barter_reputation::wire::DisputeJson;
use clap::Args;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::Asked;
use crate::{
    context::Context,
    error::Error,
    progress::Bar,
    reputation::{self, Service},
};
use dispute::OnRecord;
use report::Submitted;

/// Records that are sent together.
const BATCH: usize = 100;
/// Disputes whose next step is told. A service takes a few in a minute.
const MAX_DISPUTES: usize = 100;
/// Longest record that is sent, in bytes: over the longest dispute. The service has limits of its own.
const MAX_RECORD_BYTES: usize = 256 << 10;

/// Send signed records to a service: outcomes, events, disputes
///
/// Reads JSON records one after the other, as barter reputation sign prints them, in lines or not. Any may be sent again: what is
/// there already is answered as the first time. Exits with 1 where one was rejected. Of a dispute tells its outcome's leaf and its
/// digest, and the command that signs the complaint on the chain; the leaf is held against the outcome and its proof.
#[derive(Args)]
#[command(after_help = "Examples:
  barter reputation submit outcomes.jsonl
  cat dispute.json | barter reputation submit -")]
pub(crate) struct Submit {
    /// File with the records; `-` is standard input
    file: PathBuf,

    #[command(flatten)]
    asked: Asked,
}

/// Where a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Outcomes,
    Events,
    Disputes,
}

impl Kind {
    fn of(record: &RawValue) -> Result<Self, String> {
        let probe: Value = serde_json::from_str(record.get()).map_err(|error| error.to_string())?;
        let Value::Object(fields) = probe else { return Err("it is no object".to_owned()) };
        Ok(if fields.contains_key("dispute_id") {
            Self::Disputes
        } else if fields.contains_key("type") {
            Self::Events
        } else {
            Self::Outcomes
        })
    }

    const fn route(self) -> &'static str {
        match self {
            Self::Outcomes => "outcomes",
            Self::Events => "events",
            Self::Disputes => "disputes",
        }
    }
}

/// What a service says of a batch.
#[derive(Deserialize)]
struct Answer {
    results: Vec<Answered>,
}

/// What it says of one record.
#[derive(Deserialize)]
struct Answered {
    status: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    message: String,
}

/// What it says of a dispute.
#[derive(Deserialize)]
struct Filed {
    replayed: bool,
}

impl Submit {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Error> {
        let service = self.asked.service(context)?;
        let (reader, length) = open(&self.file)?;
        let bar = Bar::new("bytes", "reading records");
        let mut work = Work { service, done: Submitted::default(), sent: 0, waiting: Vec::new(), kind: Kind::Outcomes };
        let all = work.send_all(&self.file, reader, |read| bar.show(read, length.max(read), "sent")).await;
        drop(bar);
        let Work { done, sent, .. } = work;
        if sent == 0 {
            return Err(all.err().unwrap_or(reputation::Error::NoRecord { from: self.file }).into());
        }
        // Whatever stopped it: what was taken is taken, and a dispute among it has to be gone on with.
        context.output().result(&done)?;
        let (taken, rejected) = (done.taken(), done.rejected);
        let error = all.err().or_else(|| done.disputes.into_iter().find_map(OnRecord::into_error));
        match (error, rejected) {
            (Some(error), _) => Err(reputation::Error::Cut { taken, rejected, error: Box::new(error) }.into()),
            (None, 0) => Ok(()),
            (None, _) => Err(reputation::Error::Rejected { rejected, sent }.into()),
        }
    }
}

/// Reads a record, and tells where it goes.
fn read(record: serde_json::Result<Box<RawValue>>) -> Result<(Kind, Box<RawValue>), String> {
    let record =
        record.map_err(|error| if error.is_io() { error.to_string() } else { format!("it is no JSON: {error}") })?;
    let kind = Kind::of(&record)?;
    match record.get().len() {
        ..=MAX_RECORD_BYTES => Ok((kind, record)),
        bytes => Err(format!("it has {bytes} bytes, expected at most {MAX_RECORD_BYTES}")),
    }
}

/// Records on their way.
struct Work {
    service: Service,
    done: Submitted,
    sent: u64,
    waiting: Vec<Box<RawValue>>,
    /// Of those that wait.
    kind: Kind,
}

impl Work {
    /// Sends what is in a file, one record after the other. What came before a mistake is sent: it does not matter where it is.
    async fn send_all(
        &mut self,
        from: &Path,
        reader: impl Read,
        progress: impl Fn(u64),
    ) -> Result<(), reputation::Error> {
        let mut records = serde_json::Deserializer::from_reader(reader).into_iter::<Box<RawValue>>();
        let mut number = 0;
        while let Some(record) = records.next() {
            number += 1;
            match read(record) {
                Ok((kind, record)) => self.take(kind, record).await?,
                Err(reason) => {
                    self.send().await?;
                    return Err(reputation::Error::InvalidRecord { from: from.to_owned(), number, reason });
                }
            }
            progress(records.byte_offset() as u64);
        }
        self.send().await
    }

    async fn take(&mut self, kind: Kind, record: Box<RawValue>) -> Result<(), reputation::Error> {
        if kind != self.kind || self.waiting.len() == BATCH {
            self.send().await?;
        }
        self.kind = kind;
        self.waiting.push(record);
        Ok(())
    }

    /// Sends those that wait. They keep their order.
    async fn send(&mut self) -> Result<(), reputation::Error> {
        let batch = std::mem::take(&mut self.waiting);
        if batch.is_empty() {
            return Ok(());
        }
        if self.kind == Kind::Disputes {
            for dispute in batch {
                self.sent += 1;
                self.send_dispute(&dispute).await?;
            }
            return Ok(());
        }
        let route = self.kind.route();
        // Not as values: what was signed is the numbers' very text.
        let body = BTreeMap::from([(route, &batch)]);
        let answer: Answer = self.service.send(Method::POST, &[route], &body).await?;
        if answer.results.len() != batch.len() {
            let reason = format!("it answers for {} records, and was sent {}", answer.results.len(), batch.len());
            return Err(self.service.invalid(&format!("POST /{route}"), reason));
        }
        for answered in answer.results {
            self.sent += 1;
            match answered.status.as_str() {
                "received" => self.done.received += 1,
                "replayed" => self.done.replayed += 1,
                _ => self.done.reject(self.sent, answered.error, answered.message),
            }
        }
        Ok(())
    }

    async fn send_dispute(&mut self, dispute: &RawValue) -> Result<(), reputation::Error> {
        match self.service.send::<Filed>(Method::POST, &[Kind::Disputes.route()], dispute).await {
            Ok(Filed { replayed: true }) => self.done.replayed += 1,
            Ok(Filed { replayed: false }) => self.done.received += 1,
            Err(reputation::Error::Refused { status: 400..=428, code, message, .. }) => {
                self.done.reject(self.sent, code, message);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        // The service took it, so that it can be read.
        let read = serde_json::from_str::<DisputeJson>(dispute.get()).ok().and_then(|dispute| dispute.read().ok());
        let told = &mut self.done.disputes;
        if let (Some(signed), true) = (read, told.len() < MAX_DISPUTES) {
            told.push(OnRecord::ask(&self.service, &signed).await);
        }
        Ok(())
    }
}

/// The records, and how many bytes they have as far as is known.
fn open(path: &Path) -> Result<(Box<dyn Read>, u64), Error> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(BufReader::new(io::stdin())), 0));
    }
    let unreadable = |error: io::Error| Error::Unreadable { path: path.to_owned(), reason: error.to_string() };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Error::Unreadable { path: path.to_owned(), reason: "it is a folder".to_owned() });
    }
    Ok((Box::new(BufReader::new(file)), metadata.len()))
}
