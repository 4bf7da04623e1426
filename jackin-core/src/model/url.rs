//! What of a URL decides where a request goes.

/// Checks a base URL. Only what an agent's HTTP client and every shell read alike is let through.
///
/// # Errors
/// What is wrong with it: not `http(s)`, no host, a user part or anything else that could make the
/// host look like another one, a query or a fragment.
pub(crate) fn check_base_url(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("must start with https:// (or, on loopback, with http://)")?;
    if rest.bytes().any(|b| !b.is_ascii_graphic() || b"\"'<>\\^`{|}@?#$".contains(&b)) {
        return Err("must be plain ASCII without spaces, quotes, `@`, `$`, `?` or `#`");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let after = match authority.strip_prefix('[').map(|v6| v6.split_once(']')) {
        Some(Some((v6, after))) if v6.parse::<std::net::Ipv6Addr>().is_ok() => after,
        Some(_) => return Err("has no valid host"),
        None => authority.find(':').map_or("", |at| &authority[at..]),
    };
    if authority.is_empty() || authority.starts_with(':') {
        return Err("has no host");
    }
    let host = &authority[..authority.len() - after.len()];
    if !host.starts_with('[')
        && !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    {
        return Err("has no valid host");
    }
    let port = after.strip_prefix(':').map(str::parse::<u16>);
    if !after.is_empty() && port.is_none_or(|port| port.is_err()) {
        return Err("has no valid port");
    }
    Ok(())
}

/// The host of a URL, without its port and without what stands before an `@`.
pub(crate) fn host(url: &str) -> &str {
    let authority = authority(url);
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        // A dot at its end says only that the name is complete.
        None => authority.split(':').next().unwrap_or_default().trim_end_matches('.'),
    }
}

/// The host of a URL with its port, if it has one.
pub(super) fn authority(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    // A URL of an environment or of an agent's settings may be any.
    let authority = authority.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Whether every program reads the host of a URL alike.
pub(super) fn is_read_alike(url: &str) -> bool {
    check_base_url(&url.to_ascii_lowercase()).is_ok()
}

/// Whether a checked URL would carry the key in the clear to another machine.
pub(crate) fn is_open_http(url: &str) -> bool {
    url.starts_with("http://") && !is_loopback(host(url))
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_a_request_goes_to() {
        for (url, expected) in [
            ("https://api.example.com/x", "api.example.com"),
            ("https://api.example.com:8443", "api.example.com"),
            ("https://api.anthropic.com:x@example.com/", "example.com"),
            ("https://a@b@example.com?c@d", "example.com"),
            ("https://example.com\\@api.anthropic.com", "example.com"),
            ("https://example.com#@api.anthropic.com", "example.com"),
            ("http://[::1]:80/", "::1"),
            ("example.com.", "example.com"),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn base_urls_that_hide_their_host_are_refused() {
        for good in ["https://api.z.ai/api/anthropic", "http://127.0.0.1:1/x", "http://[::1]:80"] {
            assert_eq!(check_base_url(good), Ok(()), "{good}");
        }
        for bad in [
            "api.z.ai",
            "ftp://x",
            "https://",
            "https:///x",
            "https://:80",
            "https://a@b",
            "https://a\\b",
            "https://a/?x",
            "https://a/#x",
            "https://a b",
            "https://ä",
            "https://a'",
            "https://a:99999",
            "https://a:x",
            "https://a:",
            "https://[",
            "http://[::1]evil.com/",
            "https://[x]",
            "https://a%2eb",
            "https://a,b;c/",
        ] {
            assert!(check_base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn http_is_open_except_on_loopback() {
        for closed in ["https://a", "http://localhost:1", "http://127.9.9.9/", "http://[::1]/x"] {
            assert!(!is_open_http(closed), "{closed}");
        }
        for open in [
            "http://a",
            "http://10.0.0.1",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com",
        ] {
            assert!(is_open_http(open), "{open}");
        }
    }
}
