//! Who may be asked for a key: a server whose certificate the system trusts.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::{
    request::{filed, request, shows_no_token},
    support::{Home, see},
};

/// Serves one answer over TLS, and says on which port.
const SERVES: &str = "
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        body = open('answer', 'rb').read()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('server.pem', 'server.key')
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.timeout = 30
server.handle_request()
";

/// An authority and, by it, a certificate for this machine.
const CERTIFIES: &str = "
new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj /CN=test
openssl req $new -keyout server.key -out server.csr -subj /CN=localhost
printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth' > names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem \\
    -days 2 -extfile names";

#[test]
#[ignore = "needs openssl and python3; .ci/run runs it"]
fn a_certificate_must_be_one_that_the_system_trusts() {
    let home = Home::new();
    let seen = see(&mut home.program("sh", ["-ec", CERTIFIES]));
    assert_eq!(seen.code, Some(0), "{}", seen.err);
    home.write("answer", filed("member").to_string());
    let asked = |trusted: &[(&str, &str)]| {
        let mut server = home.program("timeout", ["60", "python3", "-c", SERVES]);
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let url = format!("https://127.0.0.1:{}/api/mcp", port.trim());
        let config = format!("providers.gateway.request_url = '{url}'\n");
        home.write(".config/jackin/config.toml", config);
        let mut command = request(&home, &["--kind", "member"]);
        command.envs(trusted.iter().copied());
        let seen = shows_no_token(&home, command);
        server.wait().unwrap();
        seen
    };
    let authority = home.path().join("ca.pem");
    let seen = asked(&[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    assert_eq!((seen.code, &*seen.out), (Some(0), "req_42\n"), "{}", seen.err);
    let seen = asked(&[]);
    assert_eq!((seen.code, &*seen.out), (Some(125), ""));
    assert!(seen.err.contains("certificate"), "{}", seen.err);
}
