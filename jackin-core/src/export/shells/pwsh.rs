//! `$env:` and `Remove-Item` for `Invoke-Expression` in PowerShell, in ASCII on single lines: what
//! comes from a program is decoded and cut into lines on the way there.
//!
//! What the variables were is kept in the global variable `$__jackin_undo`, a table.

use std::fmt::Write as _;

use super::{Syntax, listed};
use crate::names::EnvName;

pub(super) const SYNTAX: Syntax = Syntax {
    keep,
    set,
    remove: |name| {
        format!("Remove-Item -ErrorAction Ignore -LiteralPath ('Env:' + {})\n", quoted(name))
    },
    undo: "if (Test-Path variable:global:__jackin_undo) {
  foreach ($__jackin in $global:__jackin_undo.GetEnumerator()) {
    $__jackin_path = 'Env:' + $__jackin.Key
    if ($null -eq $__jackin.Value) { Remove-Item -ErrorAction Ignore -LiteralPath $__jackin_path }
    else { Set-Item -LiteralPath $__jackin_path -Value $__jackin.Value }
  }
  Remove-Variable -Scope Global __jackin_undo
  Remove-Variable -ErrorAction Ignore __jackin, __jackin_path
}
",
    names_all: true,
};

/// The table tells upper from lower case, as names in an environment do.
fn keep(names: &[(&str, bool)]) -> String {
    let names = listed(names, quoted, ", ");
    format!(
        "if (-not (Test-Path variable:global:__jackin_undo)) \
         {{ $global:__jackin_undo = New-Object Collections.Hashtable }}
foreach ($__jackin in @({names})) {{ if (-not $global:__jackin_undo.ContainsKey($__jackin)) \
         {{ $global:__jackin_undo[$__jackin] = [Environment]::GetEnvironmentVariable($__jackin) }} }}
"
    )
}

fn set(name: &EnvName, value: &str) -> Result<String, &'static str> {
    if value.is_empty() {
        return Err("is empty, which removes a variable in PowerShell before 7.5");
    }
    Ok(format!("$env:{name} = {}\n", quoted(value)))
}

/// A text as `[regex]::Unescape` reads it back, where it is not plain.
fn quoted(text: &str) -> String {
    let plain = |unit: u16| matches!(unit, 0x20..=0x7e) && unit != 0x27 && unit != 0x5c;
    if text.encode_utf16().all(plain) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("[regex]::Unescape('");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if plain(unit) => quoted.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => _ = write!(quoted, "\\u{unit:04x}"),
        }
    }
    quoted + "')"
}
