//! A gateway's MCP server on loopback: it gives prepared answers, one for a connection, and notes
//! what it was asked. It stops by itself after the last one, or when nobody comes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Far longer than anything here takes.
const SOON: Duration = Duration::from_secs(30);

/// What a client sent.
pub(crate) struct Asked {
    /// The request line and the headers, their names in small letters.
    pub(crate) head: Vec<String>,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.map(str::trim)
    }
}

/// A whole answer, head and body, and whether it comes in small pieces.
pub(crate) struct Answer {
    bytes: Vec<u8>,
    slow: bool,
}

impl Answer {
    pub(crate) fn new(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
        headers.iter().for_each(|header| head += &format!("{header}\r\n"));
        head += &format!("content-length: {}\r\n\r\n", body.len());
        Self { bytes: [head.as_bytes(), body].concat(), slow: false }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new("200 OK", &["content-type: application/json"], body.to_string())
    }

    /// As an event stream, behind what else a server may say.
    pub(crate) fn stream(body: &Value) -> Self {
        let text = format!(
            ": hello\r\n\r\nevent: message\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}}\n\n\
             event: ping\ndata: {{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{{}}}}\n\nid: 7\nevent: message\ndata: {body}\n\n: more to come\n"
        );
        Self::new("200 OK", &["content-type: text/event-stream; charset=utf-8"], text)
    }

    pub(crate) fn slow(self) -> Self {
        Self { slow: true, ..self }
    }

    /// Without its last bytes.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.bytes.truncate(self.bytes.len() - bytes);
        self
    }

    fn send(&self, mut stream: &TcpStream) {
        let size = if self.slow { self.bytes.len().div_ceil(20) } else { self.bytes.len() };
        for piece in self.bytes.chunks(size) {
            // Who has read enough goes away.
            if stream.write_all(piece).is_err() {
                return;
            }
            thread::sleep(if self.slow { Duration::from_millis(20) } else { Duration::ZERO });
        }
    }
}

/// A tool's result, as text and as a structure.
pub(crate) fn result(value: &Value) -> Value {
    let content = [json!({ "type": "text", "text": value.to_string() })];
    let result = json!({ "content": content, "structuredContent": value });
    json!({ "jsonrpc": "2.0", "id": 1, "result": result })
}

pub(crate) struct Gateway {
    pub(crate) url: String,
    thread: JoinHandle<Vec<Asked>>,
}

impl Gateway {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/api/mcp", listener.local_addr().unwrap());
        let answers: Vec<_> = answers.into_iter().collect();
        let serve = move || answers.iter().map_while(|answer| served(&listener, answer)).collect();
        Self { url, thread: thread::spawn(serve) }
    }

    /// A configuration that asks for keys here.
    pub(crate) fn config(&self) -> String {
        format!("[providers.gateway]\nrequest_url = '{}'\n", self.url)
    }

    /// What was asked, once every answer was fetched.
    pub(crate) fn asked(self) -> Vec<Asked> {
        self.thread.join().unwrap()
    }
}

fn served(listener: &TcpListener, answer: &Answer) -> Option<Asked> {
    let started = Instant::now();
    let stream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(_) if started.elapsed() < SOON => thread::sleep(Duration::from_millis(5)),
            Err(_) => return None,
        }
    };
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.set_write_timeout(Some(SOON)).unwrap();
    let mut reader = BufReader::new(&stream);
    let lines = reader.by_ref().lines().map(Result::unwrap);
    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let small = |line: &String| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}", name.to_lowercase()),
        None => line.clone(),
    };
    let mut asked = Asked { head: head.iter().map(small).collect(), body: Value::Null };
    let length = asked.header("content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    asked.body = serde_json::from_slice(&body).unwrap();
    answer.send(&stream);
    Some(asked)
}
