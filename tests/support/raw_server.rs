//! A TCP server that does what its script says, byte by byte, and remembers what it was sent. A real HTTP
//! server cannot be made to answer as wrongly as tests need.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// One thing done on a connection. After the last one it is closed.
#[derive(Debug, Clone)]
pub enum Step {
    /// Reads a request to the end of its body.
    ReadRequest,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes this many bytes, or until the other side has gone.
    Flood(u64),
    /// Writes one byte every 20 ms until the other side has gone.
    Drip,
    /// Says nothing more until the other side has gone.
    Stall,
    /// Ends the connection with RST.
    Reset,
}

impl Step {
    /// Writes a text.
    #[must_use]
    pub fn write(text: &str) -> Self {
        Self::Write(text.as_bytes().to_vec())
    }

    /// Writes a whole answer, with the length of its body.
    #[must_use]
    pub fn answer(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::write(&format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"))
    }
}

/// What a connection was used for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// All bytes received (behind TLS, if there is any).
    pub received: Vec<u8>,
    /// How many bytes could be written.
    pub written: u64,
}

impl Seen {
    /// What was received, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }
}

type Connections = Arc<Mutex<Vec<Seen>>>;

/// The server. It stops when it is dropped.
pub struct RawServer {
    port: u16,
    tls: bool,
    connections: Connections,
    task: tokio::task::JoinHandle<()>,
}

impl RawServer {
    /// Every connection runs the same script.
    pub async fn start(script: &[Step]) -> Self {
        Self::start_each(&[script]).await
    }

    /// The first connection runs the first script and so on; the last script is run for all further ones.
    pub async fn start_each(scripts: &[&[Step]]) -> Self {
        Self::listen(scripts, None).await
    }

    /// As [`start`](Self::start), behind TLS.
    pub async fn start_tls(config: Arc<ServerConfig>, script: &[Step]) -> Self {
        Self::listen(&[script], Some(config)).await
    }

    async fn listen(scripts: &[&[Step]], tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let scripts: Vec<Vec<Step>> = scripts.iter().map(|script| script.to_vec()).collect();
        let connections = Connections::default();
        let seen = Arc::clone(&connections);
        let is_tls = tls.is_some();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                    seen.push(Seen::default());
                    seen.len() - 1
                };
                let Some(script) = scripts.get(number).or(scripts.last()).cloned() else { continue };
                let record = Record { seen: Arc::clone(&seen), number };
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => run(stream, script, record).await,
                        Some(config) => {
                            if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                                run(stream, script, record).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, tls: is_tls, connections, task }
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A URL of it, `path` beginning with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> Url {
        let scheme = if self.tls { "https" } else { "http" };
        Url::parse(&format!("{scheme}://localhost:{}{path}", self.port)).expect("a path")
    }

    /// What each connection was used for, in their order.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A port nobody listens on.
///
/// # Panics
/// If there is no free port at all.
pub async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address").port()
}

struct Record {
    seen: Connections,
    number: usize,
}

impl Record {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = seen.get_mut(self.number) {
            change(seen);
        }
    }
}

/// A stream that can end with RST.
trait Connection: AsyncRead + AsyncWrite + Unpin {
    fn reset_on_close(&self);
}

impl Connection for TcpStream {
    fn reset_on_close(&self) {
        self.set_zero_linger().expect("a socket");
    }
}

impl Connection for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

async fn run(mut stream: impl Connection, script: Vec<Step>, record: Record) {
    for step in script {
        let gone = match step {
            Step::ReadRequest => read_request(&mut stream, &record).await.is_none(),
            Step::Write(bytes) => write(&mut stream, &bytes, &record).await.is_err(),
            Step::Flood(total) => flood(&mut stream, total, &record).await.is_err(),
            Step::Drip => {
                while write(&mut stream, b"x", &record).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                true
            }
            Step::Stall => {
                while read_some(&mut stream, &record).await.is_some() {}
                true
            }
            Step::Reset => {
                stream.reset_on_close();
                return;
            }
        };
        if gone {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

async fn write(stream: &mut impl Connection, bytes: &[u8], record: &Record) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await?;
    record.change(|seen| seen.written += bytes.len() as u64);
    Ok(())
}

async fn flood(stream: &mut impl Connection, total: u64, record: &Record) -> std::io::Result<()> {
    let block = [b'x'; 16 * 1024];
    for _ in 0..total.div_ceil(block.len() as u64) {
        write(stream, &block, record).await?;
    }
    Ok(())
}

async fn read_some(stream: &mut impl Connection, record: &Record) -> Option<Vec<u8>> {
    let mut buffer = [0; 16 * 1024];
    let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
    let bytes = buffer.get(..count)?.to_vec();
    record.change(|seen| seen.received.extend_from_slice(&bytes));
    Some(bytes)
}

async fn read_request(stream: &mut impl Connection, record: &Record) -> Option<()> {
    let mut request = Vec::new();
    loop {
        request.extend(read_some(stream, record).await?);
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(request.get(..end)?).to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .and_then(|length| length.trim().parse().ok())
            .unwrap_or(0);
        if request.len() >= end + 4 + length {
            return Some(());
        }
    }
}
