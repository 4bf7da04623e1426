//! A server on loopback that answers like a provider's models and records what it is asked. It is
//! bounded in time, in requests and in bytes, and ends when it is dropped.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::dialect::{Dialect, reply};

const LONGEST_LIFE: Duration = Duration::from_secs(120);
const MOST_REQUESTS: usize = 200;
const MOST_HEADERS: usize = 200;
const LONGEST_LINE: u64 = 64 << 10;
const LONGEST_BODY: u64 = 16 << 20;

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The request target: a path with its query, or what `CONNECT` names.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A header's value; names differ in case only for people.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The model that the body asks for.
    pub(crate) fn model(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body["model"].as_str().map(str::to_owned)
    }

    /// Whether a text stands anywhere in it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.path.contains(text)
            || self.headers.iter().any(|(name, value)| name.contains(text) || value.contains(text))
            || self.body_holds(text)
    }

    /// Whether a text stands in its body.
    pub(crate) fn body_holds(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }

    /// Whether it asks a model something.
    pub(crate) fn is_message(&self) -> bool {
        self.dialect().is_some()
    }

    /// Whether it asks for a way through to somewhere: then it says no more than to where.
    pub(crate) fn is_tunnel_to(&self, host: &str) -> bool {
        let there = self.path.strip_suffix(":443").unwrap_or_default();
        // Only a name that ends in a dot is a beginning.
        let is_it = there == host || (host.ends_with('.') && there.starts_with(host));
        self.method == "CONNECT" && is_it
    }

    fn dialect(&self) -> Option<Dialect> {
        let path = self.path.split('?').next().unwrap_or_default();
        Dialect::of(path).filter(|_| self.method == "POST")
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// How a server treats those who ask its model.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// Its model says this.
    Answers(&'static str),
    /// With this status.
    Refuses(&'static str),
    /// It says nothing.
    Hangs,
}

/// The server. Dropping it closes every connection.
pub(crate) struct Recorder {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    manner: Manner,
    /// What it answers at this path, as JSON.
    told: Option<(&'static str, String)>,
    requests: Mutex<Vec<Request>>,
    open: Mutex<Vec<TcpStream>>,
    stopped: AtomicBool,
}

impl Recorder {
    /// Starts a server whose model says `answer`.
    pub(crate) fn start(answer: &'static str) -> Self {
        Self::with_manner(Manner::Answers(answer))
    }

    /// Starts a server that answers with this at one path.
    pub(crate) fn telling(path: &'static str, told: Value) -> Self {
        Self::with(Manner::Answers("an answer from a host"), Some((path, told.to_string())))
    }

    /// Starts a server.
    pub(crate) fn with_manner(manner: Manner) -> Self {
        Self::with(manner, None)
    }

    fn with(manner: Manner, told: Option<(&'static str, String)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // Accepting must neither outlive the server nor miss its deadline.
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            manner,
            told,
            requests: Mutex::default(),
            open: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let for_acceptor = Arc::clone(&shared);
        let acceptor = Some(thread::spawn(move || accept(&listener, &for_acceptor)));
        Self { address, shared, acceptor }
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has come in so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        if let Some(acceptor) = self.acceptor.take() {
            // A panic there has left its own message, and a second one here would abort.
            let _ = acceptor.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let deadline = Instant::now() + LONGEST_LIFE;
    while !shared.stopped.load(Ordering::Relaxed) && Instant::now() < deadline {
        let Ok((stream, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        // On some systems it is as non-blocking as its listener.
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(LONGEST_LIFE)).unwrap();
        shared.open.lock().unwrap().push(stream.try_clone().unwrap());
        let shared = Arc::clone(shared);
        // A connection that breaks, or that speaks no HTTP, ends; the client will say so.
        thread::spawn(move || serve(stream, &shared));
    }
    for stream in shared.open.lock().unwrap().iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// Answers one connection's requests until the client closes it or asks for that.
fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader, &mut writer)? {
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        let refusal = r#"{"type": "error", "error": {"type": "any", "message": "no"}}"#;
        let (status, kind, body) = match (shared.manner, request.dialect()) {
            // The connection stays open as long as the server.
            (Manner::Hangs, Some(_)) => return Ok(()),
            (Manner::Refuses(status), Some(_)) => (status, "application/json", refusal.to_owned()),
            (Manner::Answers(answer), dialect) => reply(dialect, &body, answer),
            (_, None) => reply(None, &body, ""),
        };
        let (status, kind, body) = match &shared.told {
            Some((path, told)) if *path == request.path => {
                ("200 OK", "application/json", told.clone())
            }
            _ => (status, kind, body),
        };
        let last =
            request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let head = request.method == "HEAD";
        let full = {
            let mut requests = shared.requests.lock().unwrap();
            requests.push(request);
            requests.len() >= MOST_REQUESTS
        };
        write!(
            writer,
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )?;
        writer.write_all(if head { &[] } else { body.as_bytes() })?;
        if last || full {
            break;
        }
    }
    writer.shutdown(Shutdown::Both)
}

fn read_request(reader: &mut impl BufRead, writer: &mut impl Write) -> io::Result<Option<Request>> {
    let Some(first) = read_line(reader)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut request =
        Request { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() };
    while let Some(line) = read_line(reader)?.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        request.headers.push((name.into(), value.trim().into()));
        if request.headers.len() > MOST_HEADERS {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    if request.header("expect").is_some() {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if request.header("transfer-encoding").is_some() {
        request.body = read_chunks(reader)?;
    } else if let Some(length) = request.header("content-length") {
        let length = length.parse().map_err(|_| io::ErrorKind::InvalidData)?;
        read_exactly(reader, length, &mut request.body)?;
    }
    Ok(Some(request))
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        if size == 0 {
            // Trailers, up to the empty line.
            while read_line(reader)?.is_some_and(|line| !line.is_empty()) {}
            return Ok(body);
        }
        read_exactly(reader, size, &mut body)?;
        read_line(reader)?;
    }
}

fn read_exactly(reader: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if body.len() as u64 + length > LONGEST_BODY {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let read = reader.by_ref().take(length).read_to_end(body)?;
    if (read as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// A line without its end; nothing where the connection ends.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let line = line.strip_suffix(b"\n").ok_or(io::ErrorKind::InvalidData)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(String::from_utf8_lossy(line).into_owned()))
}

#[test]
fn a_connection_carries_several_requests_with_and_without_a_length() {
    let server = Recorder::start("answer");
    let mut client = TcpStream::connect(server.address).unwrap();
    client.set_read_timeout(Some(LONGEST_LIFE)).unwrap();
    let requests = "HEAD / HTTP/1.1\r\n\r\n\
        POST /a/v1/messages?b HTTP/1.1\r\nContent-Length: 13\r\n\r\n{\"model\":\"m\"}\
        POST /a/v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
        9\r\n{\"model\":\r\n5;x=y\r\n\"n\"  \r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n";
    client.write_all(requests.as_bytes()).unwrap();
    let mut answers = String::new();
    client.read_to_string(&mut answers).unwrap();
    let seen: Vec<_> = server.requests().iter().map(|r| (r.to_string(), r.model())).collect();
    let model = |name: &str| Some(name.to_owned());
    assert_eq!(seen[0], ("HEAD /".to_owned(), None));
    assert_eq!(seen[1], ("POST /a/v1/messages?b".to_owned(), model("m")));
    assert_eq!(seen[2], ("POST /a/v1/messages".to_owned(), model("n")));
    assert_eq!(answers.matches("HTTP/1.1 404").count(), 1, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
    assert_eq!(answers.matches("\"text\":\"answer\"").count(), 2, "{answers}");
}
