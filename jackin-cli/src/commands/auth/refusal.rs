//! What it means when a gateway gives no key, and what to do then. Of the server's own words only a
//! short piece is repeated, made harmless.

use jackin_core::{Provider, guide::Request};
use serde_json::Value;

use jackin_host::text::visible;

use crate::{
    failure::{FAILED, Failure},
    mcp::McpError,
};

/// The longest text of the server's that is shown, in characters.
const LONGEST: usize = 200;

/// MCP servers' number for, among others, a request whose `Accept` header they do not like.
const NOT_ACCEPTABLE: i64 = -32000;

/// A text of the server's as it may be shown: short, on one line, without control characters.
pub(super) fn shown(text: &str) -> String {
    let text = visible(text).replace('\n', " ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Why a call came to nothing.
pub(super) fn failure(error: McpError, provider: &Provider, request: &Request) -> Failure {
    let (id, url) = (&provider.id, &request.url);
    let asked = "it may have been filed all the same: ask whoever runs it before you ask again";
    let (message, hint) = match error {
        McpError::Unreachable(why) => (
            format!("cannot reach {url}: {}", shown(&why)),
            format!(
                "look at the network, at `HTTPS_PROXY`, and at `request_url` under \
                 `[providers.{id}]`; if an answer was under way, {asked}"
            ),
        ),
        McpError::Redirected(to) => (
            format!("{url} redirects to {}: the token was not sent there", shown(&to)),
            format!(
                "if that is the right place, say so with `request_url` under `[providers.{id}]`"
            ),
        ),
        McpError::Unusable(why) => (format!("cannot use the answer of {url}: {why}"), asked.into()),
        McpError::Refused { status, code, message } => {
            return known(&message, request)
                .unwrap_or_else(|| unknown(status, code, &message, provider, request));
        }
    };
    Failure::new(FAILED, message).hint(hint)
}

/// Why the tool itself refuses.
pub(super) fn of_tool(said: &Value, provider: &Provider, request: &Request) -> Failure {
    let texts = ["error", "message", "error_kind"].map(|key| said[key].as_str());
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    let message = texts.first().copied().unwrap_or("it does not say why");
    known(&texts.join("\n"), request)
        .unwrap_or_else(|| unknown(200, None, message, provider, request))
}

fn known(message: &str, request: &Request) -> Option<Failure> {
    let message = message.to_lowercase();
    let mut refusals = request.refusals.iter();
    let refusal = refusals.find(|known| message.contains(&known.says.to_lowercase()))?;
    Some(
        Failure::new(FAILED, format!("no key was asked for: {}", refusal.means))
            .hint(&refusal.hint),
    )
}

fn unknown(
    status: u16,
    code: Option<i64>,
    message: &str,
    provider: &Provider,
    request: &Request,
) -> Failure {
    let page = request.token_url.as_ref().map_or_else(String::new, |url| format!(" at {url}"));
    let form = status == 406
        || (code == Some(NOT_ACCEPTABLE) && message.to_lowercase().contains("not acceptable"));
    let (what, hint) = match status {
        401 => (
            "does not take the token (401)".to_owned(),
            format!("it is mistyped, too old or revoked: take a new one{page}"),
        ),
        _ if form => (
            format!("does not accept the form of the request ({NOT_ACCEPTABLE}, Not Acceptable)"),
            "something on the way changes its `Accept` header, or `request_url` is not the place \
             for requests"
                .into(),
        ),
        500.. => (
            format!("has trouble of its own ({status})"),
            "try again in a while; it may have been filed all the same".into(),
        ),
        200 => ("refuses".to_owned(), guide(provider)),
        _ => (format!("refuses ({status})"), guide(provider)),
    };
    let said = if message.is_empty() { String::new() } else { format!(": {}", shown(message)) };
    Failure::new(FAILED, format!("{} {what}{said}", request.url)).hint(hint)
}

fn guide(provider: &Provider) -> String {
    format!("`jackin auth guide {}` shows the way to a key", provider.id)
}
