//! Servers that stand between the client and a node, or in a node's place.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What an endpoint does with a request's body.
pub(crate) enum Reaction {
    /// Hands it to the node.
    Pass,
    /// Hands this request to the node instead.
    Ask(String),
    /// Answers this, with HTTP status 200.
    Answer(String),
    /// Answers this HTTP status, with this body.
    Status(u16, String),
    /// Says nothing for ever.
    Hang,
    /// Hands it to the node and closes without an answer.
    Swallow,
    /// Hands it to the node, and answers this HTTP status with this body instead.
    Override(u16, String),
    /// Closes without an answer.
    Close,
}

/// A server at a port of its own.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// Starts a server that reacts to each request's body, in front of the node at `node`.
    pub(crate) async fn start(node: &str, react: impl Fn(&str) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (requests, bodies) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let node = node.strip_prefix("http://").unwrap_or(node).to_owned();
        let (counter, seen, react) = (Arc::clone(&requests), Arc::clone(&bodies), Arc::new(react));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (node, react) = (node.clone(), Arc::clone(&react));
                let (counter, seen) = (Arc::clone(&counter), Arc::clone(&seen));
                tokio::spawn(async move { serve(stream, &node, &*react, &counter, &seen).await });
            }
        });
        Self { url, requests, bodies, task }
    }

    /// HTTP requests so far.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Their bodies.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    node: &str,
    react: &(impl Fn(&str) -> Reaction + Send + Sync),
    requests: &AtomicUsize,
    bodies: &Mutex<Vec<String>>,
) {
    while let Some(body) = read_body(&mut stream).await {
        requests.fetch_add(1, Ordering::SeqCst);
        bodies.lock().unwrap().push(body.clone());
        let (status, answer) = match react(&body) {
            Reaction::Pass => (200, forward(node, &body).await),
            Reaction::Ask(other) => (200, forward(node, &other).await),
            Reaction::Answer(answer) => (200, answer),
            Reaction::Status(status, answer) => (status, answer),
            Reaction::Hang => return std::future::pending().await,
            Reaction::Swallow => {
                forward(node, &body).await;
                return;
            }
            Reaction::Override(status, answer) => {
                forward(node, &body).await;
                (status, answer)
            }
            Reaction::Close => return,
        };
        let answer = format!(
            "HTTP/1.1 {status} status\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads one request of HTTP, with its `content-length`.
async fn read_body(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let start = loop {
        if let Some(position) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break position + 4;
        }
        let read = stream.read_buf(&mut bytes).await.ok()?;
        if read == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..start]).to_lowercase();
    let length: usize = head.split("content-length:").nth(1)?.lines().next()?.trim().parse().ok()?;
    while bytes.len() < start + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(bytes[start..start + length].to_vec()).ok()
}

async fn forward(node: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(node).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {node}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let start = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    String::from_utf8(answer[start..].to_vec()).unwrap()
}
