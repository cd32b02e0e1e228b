//! A server that says what a test has it say.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// No reply waits longer, so that every test ends.
const LONGEST_SILENCE: Duration = Duration::from_secs(20);

/// Bytes of a reply that does not end, after which it ends nevertheless. More than any reader takes.
const ENDLESS_BYTES: usize = 64 << 20;

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Method and path.
    pub(crate) line: String,
    /// The macaroon in hexadecimal.
    pub(crate) macaroon: Option<String>,
    pub(crate) body: String,
}

/// What is said.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Json(u16, String),
    /// Sends elsewhere.
    Redirect(String),
    /// These bytes, and then the end of the connection.
    Bytes(Vec<u8>),
    /// Part of a stream of lines, and then silence.
    Open(String),
    /// Part of a stream of lines, then the end of the connection, which was not announced.
    Cut(String),
    /// A stream that repeats this without an end.
    Endless(String),
    /// Nothing.
    Silence,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Json(200, body.into())
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server on this machine, until it is dropped.
pub(crate) struct Server {
    port: u16,
    scheme: &'static str,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    script: Box<Script>,
    tls: Option<Arc<ServerConfig>>,
    requests: Mutex<Vec<Request>>,
    stopping: AtomicBool,
}

impl Server {
    /// One that speaks plain HTTP.
    pub(crate) fn plain(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, script)
    }

    /// One that shows this certificate, has the key of that one, and speaks this version.
    pub(crate) fn tls(
        certificate: &str,
        key: &str,
        version: &'static SupportedProtocolVersion,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(tls_config(certificate, key, version)), script)
    }

    fn start(tls: Option<Arc<ServerConfig>>, script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (requests, stopping) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { script: Box::new(script), tls, requests, stopping });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if shared.stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    // What goes wrong here, the client sees.
                    thread::spawn(move || shared.serve(stream?));
                }
            }
        });
        Self { port, scheme, shared, accepting: Some(accepting) }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What was asked until now.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Methods and paths of what was asked until now.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.accepting.take().unwrap().join().unwrap();
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(LONGEST_SILENCE))?;
        stream.set_write_timeout(Some(LONGEST_SILENCE))?;
        match &self.tls {
            None => self.answer(stream),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                self.answer(StreamOwned::new(connection, stream))
            }
        }
    }

    /// Reads one request and answers it.
    fn answer(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let header = |wanted: &str| {
            let found = head.iter().filter_map(|line| line.split_once(": "));
            found.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned()).next()
        };
        let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body)?;
        let line = head[0].trim_end_matches(" HTTP/1.1").to_owned();
        let request =
            Request { line, macaroon: header("grpc-metadata-macaroon"), body: String::from_utf8(body).unwrap() };
        let reply = (self.script)(&request);
        self.requests.lock().unwrap().push(request);
        self.write(stream.into_inner(), reply)
    }

    fn write(&self, mut stream: impl Write, reply: Reply) -> std::io::Result<()> {
        let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
        let streaming = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        match reply {
            Reply::Json(status, body) => {
                let length = body.len();
                write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
            }
            Reply::Redirect(url) => {
                write!(stream, "HTTP/1.1 307 X\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            }
            Reply::Bytes(bytes) => stream.write_all(&bytes)?,
            Reply::Open(lines) => {
                write!(stream, "{streaming}{}", chunk(&lines))?;
                stream.flush()?;
                self.keep_silent();
            }
            Reply::Cut(lines) => write!(stream, "{streaming}{}", chunk(&lines))?,
            Reply::Endless(part) => {
                write!(stream, "{streaming}")?;
                let part = part.repeat(1 + (1 << 14) / part.len());
                for _ in 0..ENDLESS_BYTES / part.len() {
                    write!(stream, "{}", chunk(&part))?;
                }
            }
            Reply::Silence => self.keep_silent(),
        }
        stream.flush()
    }

    fn keep_silent(&self) {
        let step = Duration::from_millis(20);
        for _ in 0..LONGEST_SILENCE.as_millis() / step.as_millis() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            thread::sleep(step);
        }
    }
}

/// The text of one of the certificates.
pub(crate) fn certificate(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rest/certificates").join(name);
    fs::read_to_string(path).unwrap()
}

/// A certificate and a key, whether or not they are of each other.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn tls_config(certificate_name: &str, key_name: &str, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(certificate(certificate_name).as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate(key_name).as_bytes()).unwrap();
    let shown = CertifiedKey::new(chain, provider.key_provider.load_private_key(key).unwrap());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(Shown(Arc::new(shown)))))
}
