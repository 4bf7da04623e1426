//! What jackin writes for shells and other programs, read back. Each reader knows only as much
//! quoting as is needed, and takes nothing that its program could make something else of.

use std::collections::BTreeMap;

/// The variables that a text sets.
pub type Vars = BTreeMap<String, String>;

/// How one program is told of a variable.
pub struct Syntax {
    /// Goes before the name.
    pub before: &'static str,
    /// Stands between the name and the value.
    pub between: &'static str,
    /// Reads the value, and returns what is behind it.
    pub value: fn(&str) -> Option<(String, &str)>,
    /// Goes behind the value.
    pub after: &'static str,
}

impl Syntax {
    /// The variables that a script sets, whose first one is `first`; nothing if it holds anything
    /// else behind that.
    pub fn read(&self, script: &str, first: &str) -> Option<Vars> {
        let start = script.find(&format!("{}{first}{}", self.before, self.between))?;
        let mut rest = &script[start..];
        let mut vars = Vars::new();
        while !rest.is_empty() {
            let (name, text) = rest.strip_prefix(self.before)?.split_once(self.between)?;
            let (value, text) = (self.value)(text)?;
            rest = text.strip_prefix(self.after)?;
            vars.insert(name.to_owned(), value);
        }
        Some(vars)
    }
}

/// A word of a POSIX shell, made of any mixture of quotes.
pub fn posix(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    loop {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-+./:@%,=]".contains(c);
        match rest.chars().next() {
            Some('\'') => {
                let (inner, behind) = rest[1..].split_once('\'')?;
                word += inner;
                rest = behind;
            }
            Some('"') => {
                let (inner, behind) = escaped(&rest[1..], "$`\"\\", "$`!\\")?;
                word += &inner;
                rest = behind;
            }
            Some(c) if plain(c) => {
                word.push(c);
                rest = &rest[1..];
            }
            _ => return Some((word, rest)),
        }
    }
}

/// A text up to a double quote, where a backslash may go before some characters, and others may
/// not stand without one.
fn escaped<'a>(text: &'a str, may: &str, must: &str) -> Option<(String, &'a str)> {
    let mut word = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((word, &text[at + 1..])),
            '\\' => word.push(chars.next().map(|(_, c)| c).filter(|c| may.contains(*c))?),
            c if must.contains(c) => return None,
            c => word.push(c),
        }
    }
    None
}

/// A text of fish between single quotes.
pub fn fish(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.strip_prefix('\'')?.chars();
    loop {
        match chars.next()? {
            '\'' => return Some((word, chars.as_str())),
            '\\' => word.push(chars.next().filter(|c| matches!(c, '\\' | '\''))?),
            c => word.push(c),
        }
    }
}

/// A text of Nushell between double quotes.
pub fn nu(text: &str) -> Option<(String, &str)> {
    escaped(text.strip_prefix('"')?, "\\\"", "\\")
}

/// A text of Elvish between single quotes, which are doubled in it.
pub fn elvish(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let (inner, behind) = rest.split_once('\'')?;
        word += inner;
        match behind.strip_prefix('\'') {
            Some(behind) => rest = behind,
            None => return Some((word, behind)),
        }
        word.push('\'');
    }
}

/// A text of PowerShell in single quotes, as it is or for `Unescape`; ASCII on one line.
pub fn pwsh(text: &str) -> Option<(String, &str)> {
    let (text, units) = match text.strip_prefix("[regex]::Unescape(") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (inner, rest) = text.strip_prefix('\'')?.split_once('\'')?;
    let line = inner.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    if !line || rest.starts_with('\'') {
        return None;
    }
    let word = if units { unescaped(inner)? } else { inner.to_owned() };
    Some((word, if units { rest.strip_prefix(')')? } else { rest }))
}

/// What is made of `\uXXXX`, each of them half a character or a whole one.
fn unescaped(text: &str) -> Option<String> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '\\' {
            units.push(u16::from_str_radix(rest.strip_prefix("\\u")?.get(..4)?, 16).ok()?);
            rest = &rest[6..];
        } else {
            units.push(u16::try_from(u32::from(c)).ok()?);
            rest = &rest[1..];
        }
    }
    String::from_utf16(&units).ok()
}

/// A string of Python between double quotes, on one line.
pub fn python(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some((word, chars.as_str())),
            '\n' | '\r' => return None,
            '\\' => word.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                c @ ('\\' | '"') => c,
                'u' => {
                    let unit = u32::from_str_radix(chars.as_str().get(..4)?, 16).ok()?;
                    chars = chars.as_str()[4..].chars();
                    char::from_u32(unit)?
                }
                _ => return None,
            }),
            c => word.push(c),
        }
    }
}

/// A text in quotes that Node and python-dotenv read alike: neither of them replaces any of it.
pub fn dotenv(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (word, rest) = text[1..].split_once(quote)?;
    let escapes = if quote == '"' { word.contains('\\') } else { word.contains(r"\\") };
    let replaced = word.contains('\r') || word.contains("${") || word.ends_with('\\');
    (!escapes && !replaced).then(|| (word.to_owned(), rest))
}

/// The rest of a line, which Docker takes as it is.
pub fn line(text: &str) -> Option<(String, &str)> {
    let at = text.find('\n').filter(|at| *at < 64 << 10)?;
    (!text[..at].contains('\r')).then(|| (text[..at].to_owned(), &text[at..]))
}

/// A text of systemd between double quotes.
pub fn systemd(text: &str) -> Option<(String, &str)> {
    escaped(text.strip_prefix('"')?, "\"\\`$", "`$")
}

/// Lines up to the one that was announced, as a runner of GitHub reads them.
pub fn github(text: &str) -> Option<(String, &str)> {
    let (end, rest) = text.split_once('\n')?;
    let mut lines = Vec::new();
    let mut behind = rest;
    while let Some((line, after)) = behind.split_once('\n') {
        behind = after;
        if line == end {
            return Some((lines.join("\n"), behind));
        }
        lines.push(line);
    }
    None
}
