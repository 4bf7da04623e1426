//! One tool of an MCP server, called once: a JSON-RPC request by POST, its answer as JSON or as an
//! event stream. It follows no redirect, tries nothing twice, and gives back nothing of the server's
//! that holds the token.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    time::Duration,
};

use jackin_core::Secret;
use jackin_host::os::read_within;
use serde_json::{Value, json};
use ureq::{
    Agent, Body, Error,
    http::{HeaderValue, Response, StatusCode, header},
    tls::{RootCerts, TlsConfig},
};

/// The largest answer that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// How long a connection may take, and, usually, the whole call.
const CONNECT: Duration = Duration::from_secs(10);
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The number of the one request.
const ID: u64 = 1;

/// Where a tool is called.
pub(crate) struct Server<'a> {
    pub(crate) url: &'a str,
    /// Whether it is on this machine, where no proxy belongs between.
    pub(crate) loopback: bool,
    pub(crate) token: &'a Secret,
    /// How long the whole call may take.
    pub(crate) patience: Duration,
}

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum McpError {
    /// No connection, or none that lasted.
    Unreachable(String),
    /// Another place was named, to which the token was not sent.
    Redirected(String),
    /// The server would not.
    Refused { status: u16, code: Option<i64>, message: String },
    /// What came is no answer.
    Unusable(String),
}

impl Server<'_> {
    /// What a tool says: its structured result, or the JSON in its text, or the text.
    pub(crate) fn call(&self, tool: &str, arguments: &Value) -> Result<Value, McpError> {
        let params = json!({ "name": tool, "arguments": arguments });
        let request =
            json!({ "jsonrpc": "2.0", "id": ID, "method": "tools/call", "params": params });
        let response = self.post(&request.to_string())?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            return Err(McpError::Redirected(self.without_token(to.unwrap_or_default())));
        }
        let answer = match answer(response) {
            Ok(answer) => answer,
            // A refusal need not be MCP's.
            Err(_) if !status.is_success() => Value::Null,
            Err(error) => return Err(error),
        };
        self.result(status, answer)
    }

    fn post(&self, request: &str) -> Result<Response<Body>, McpError> {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(self.patience))
            .user_agent(concat!("jackin/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        let config = if self.loopback { config.proxy(None) } else { config };
        let bearer = Secret::from(format!("Bearer {}", self.token.expose()));
        let mut bearer = HeaderValue::from_str(bearer.expose())
            .map_err(|_| McpError::Unusable("the token is no header".into()))?;
        bearer.set_sensitive(true);
        Agent::from(config.build())
            .post(self.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header(header::AUTHORIZATION, bearer)
            .send(request)
            .map_err(unreachable)
    }

    /// What of an answer is the tool's.
    fn result(&self, status: StatusCode, mut answer: Value) -> Result<Value, McpError> {
        let error = taken(&mut answer, "error");
        if !status.is_success() || error.is_object() {
            let (status, code) = (status.as_u16(), error["code"].as_i64());
            let message = error["message"].as_str().or(error.as_str()).unwrap_or_default();
            return Err(McpError::Refused { status, code, message: self.without_token(message) });
        }
        let mut result = taken(&mut answer, "result");
        let structured = taken(&mut result, "structuredContent");
        let texts = result["content"].as_array().into_iter().flatten();
        let text: Vec<_> = texts.filter_map(|part| part["text"].as_str()).collect();
        let text = text.join("\n");
        let mut said = match structured {
            Value::Object(_) => structured,
            _ if text.is_empty() => {
                return Err(McpError::Unusable("it holds no result of a tool".into()));
            }
            _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        self.clean(&mut said);
        if result["isError"] == true && said.is_object() {
            said["ok"] = false.into();
        }
        match said {
            Value::Object(_) => Ok(said),
            // A tool that fails says so in plain words.
            Value::String(message) => {
                Err(McpError::Refused { status: status.as_u16(), code: None, message })
            }
            _ => Err(McpError::Unusable("it is no result of this tool".into())),
        }
    }

    /// Takes the token out of every text.
    fn clean(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.without_token(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.clean(value)),
            _ => {}
        }
    }

    fn without_token(&self, text: &str) -> String {
        text.replace(self.token.expose(), "••••")
    }
}

fn taken(value: &mut Value, key: &str) -> Value {
    value.get_mut(key).map(Value::take).unwrap_or_default()
}

/// Whether a message answers the one request; an error may come before its number was read.
fn is_ours(message: &Value) -> bool {
    message["id"] == ID || (message["id"].is_null() && message["error"].is_object())
}

/// What went wrong on the way, in words of the system's or of the TLS library's alone.
fn unreachable(error: Error) -> McpError {
    McpError::Unreachable(match error {
        Error::Timeout(_) => "it takes too long".into(),
        Error::HostNotFound => "there is no host of that name".into(),
        Error::Io(error) => error.to_string(),
        Error::Tls(why) => format!("TLS: {why}"),
        Error::Rustls(error) => format!("TLS: {error}"),
        Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => "the proxy failed".into(),
        _ => "the connection failed".into(),
    })
}

/// The message with our number, in either form.
fn answer(response: Response<Body>) -> Result<Value, McpError> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let stream = match kind.to_ascii_lowercase().as_str() {
        "application/json" => false,
        "text/event-stream" => true,
        _ => return Err(McpError::Unusable("it is neither JSON nor an event stream".into())),
    };
    let mut body = BufReader::new(response.into_body().into_reader().take(LARGEST + 1));
    let message = if stream { streamed(&mut body) } else { whole(&mut body) };
    if body.get_ref().limit() == 0 {
        return Err(McpError::Unusable(format!("it is larger than {} KiB", LARGEST >> 10)));
    }
    message?.ok_or_else(|| McpError::Unusable("it ends too early".into()))
}

fn whole(body: &mut impl Read) -> Result<Option<Value>, McpError> {
    let bytes = read_within(body, LARGEST).map_err(broken)?;
    let message: Result<Value, _> = serde_json::from_slice(&bytes);
    match message {
        Ok(message) if is_ours(&message) || message["error"].is_string() => Ok(Some(message)),
        Ok(_) => Err(McpError::Unusable("it answers another request".into())),
        Err(error) if error.is_eof() => Ok(None),
        Err(_) => Err(McpError::Unusable("it is not JSON".into())),
    }
}

/// The first complete event of a stream that is the answer; the others are the server's own talk.
fn streamed(body: &mut BufReader<impl Read>) -> Result<Option<Value>, McpError> {
    let (mut name, mut data) = (String::new(), String::new());
    let mut line = Vec::new();
    while body.read_until(b'\n', &mut line).map_err(broken)? > 0 {
        let text = String::from_utf8_lossy(&line).into_owned();
        line.clear();
        match text.trim_end_matches(['\r', '\n']).split_once(':') {
            Some(("event", value)) => name = value.trim_start().to_owned(),
            Some(("data", value)) => data.push_str(value),
            None if !text.ends_with('\n') => break,
            None if text.trim().is_empty() => {
                let message: Option<Value> = serde_json::from_str(&data).ok();
                let message = message.filter(is_ours);
                if message.is_some() && ["", "message"].contains(&&*name) {
                    return Ok(message);
                }
                (name, data) = Default::default();
            }
            _ => {}
        }
    }
    Ok(None)
}

fn broken(error: io::Error) -> McpError {
    match Error::from(error) {
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            McpError::Unusable("it ends too early".into())
        }
        error => unreachable(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, time::Instant};

    use super::*;

    /// A server that takes connections and says nothing.
    #[test]
    fn patience_ends() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let token = Secret::from("agt_sentinel");
        let patience = Duration::from_millis(200);
        let server = Server { url: &url, loopback: true, token: &token, patience };
        let started = Instant::now();
        let error = server.call("tool", &json!({})).unwrap_err();
        assert_eq!(error, McpError::Unreachable("it takes too long".into()));
        assert!(started.elapsed() < PATIENCE / 2);
    }

    #[test]
    fn an_answer_that_trickles_is_not_waited_for_either() {
        let trickle = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", trickle.local_addr().unwrap());
        let serve = std::thread::spawn(move || {
            use std::io::Write as _;
            let (mut stream, _) = trickle.accept().unwrap();
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            stream.write_all(head).unwrap();
            for _ in 0..1000 {
                if stream.write_all(b": wait\n").is_err() {
                    return true;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            false
        });
        let token = Secret::from("agt_sentinel");
        let patience = Duration::from_millis(300);
        let server = Server { url: &url, loopback: true, token: &token, patience };
        let error = server.call("tool", &json!({})).unwrap_err();
        assert_eq!(error, McpError::Unreachable("it takes too long".into()));
        assert!(serve.join().unwrap(), "the connection was kept");
    }
}
