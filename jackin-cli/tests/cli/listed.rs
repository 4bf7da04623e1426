//! Lists that have a row for every provider or agent. Snapshots show a few of the rows, so a new
//! provider or agent changes no snapshot. These functions check that no row is missing and that the
//! columns of all rows line up.

use jackin_core::Registry;
use serde_json::Value;

/// The rows in snapshots, by id: providers of each tier and agents of each kind.
const SHOWN: [&str; 13] = [
    "anthropic",
    "openai",
    "zai",
    "kimi",
    "minimax",
    "gateway",
    "opencode",
    "xai",
    "openrouter",
    "claude",
    "codex",
    "amp",
    "grok",
];

/// A row of a list: the id of what it is for, and its first cell.
pub(crate) type Row = (String, String);

/// Whether snapshots show a provider or an agent.
pub(crate) fn is_shown(id: &str) -> bool {
    SHOWN.contains(&id)
}

/// Every provider, in lists that have its id.
pub(crate) fn providers() -> Vec<Row> {
    let registry = Registry::built_in();
    registry.providers().iter().map(|provider| provider.id.to_string()).map(by_id).collect()
}

/// Every agent, in lists that have its id.
pub(crate) fn agents() -> Vec<Row> {
    let registry = Registry::built_in();
    registry.agents().iter().map(|agent| agent.id.to_string()).map(by_id).collect()
}

fn by_id(id: String) -> Row {
    (id.clone(), id)
}

/// A list without the rows that no snapshot shows, as it would be without them. Panics unless the
/// list has exactly these rows, in this order.
pub(crate) fn few(list: &str, rows: &[Row]) -> String {
    let id = |line: &str| {
        let cell = line.trim_start_matches(['▸', ' ']).split("  ").next().unwrap_or_default();
        rows.iter().find(|(_, name)| name == cell).map(|(id, _)| id.as_str())
    };
    let lines: Vec<_> = list.lines().collect();
    let found: Vec<_> = lines.iter().filter_map(|line| id(line)).collect();
    assert_eq!(found, rows.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), "{list}");

    let first = lines.iter().position(|line| id(line).is_some()).unwrap();
    let columns = columns(lines[first - 1], &lines[first..first + rows.len()]);
    // Where there are no columns, the line above is not a header.
    let start = if lines[first - 1].contains("  ") { first - 1 } else { first };
    let is_table = |at: usize| (start..first + rows.len()).contains(&at);
    let kept = |line: &str| id(line).is_none_or(is_shown);
    let kept: Vec<_> = (0..lines.len()).filter(|at| kept(lines[*at])).collect();
    let hidden = hidden_agents();
    let cells = |at: &usize| -> Vec<_> {
        let cells = cells(lines[*at], &columns);
        cells.iter().map(|cell| without_hidden(cell, &hidden)).collect()
    };
    let table: Vec<_> = kept.iter().filter(|at| is_table(**at)).map(cells).collect();
    let width =
        |column: usize| table.iter().map(|cells: &Vec<String>| cells[column].chars().count()).max();
    let widths: Vec<_> = (0..=columns.len()).filter_map(width).collect();
    let line = |at: &usize| match is_table(*at) {
        true => padded(&cells(at), &widths),
        false => lines[*at].to_owned(),
    };
    kept.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where the cells after the first one begin, in every row and, if there is one, in the header.
fn columns(header: &str, rows: &[&str]) -> Vec<usize> {
    let starts = |line: &str| -> Vec<usize> {
        let line: Vec<_> = line.chars().collect();
        let starts = |at: &usize| line[at - 2..*at] == [' ', ' '] && line[*at] != ' ';
        (3..line.len()).filter(starts).collect()
    };
    let mut columns: Vec<_> = rows.iter().flat_map(|row| starts(row)).collect();
    columns.sort_unstable();
    columns.dedup();
    for row in rows {
        let length = row.chars().count();
        let reached: Vec<_> = columns.iter().copied().filter(|at| *at < length).collect();
        assert_eq!(starts(row), reached, "{row}");
    }
    let header = starts(header);
    assert!(header.is_empty() || header == columns, "{rows:#?}");
    columns
}

/// The agents that no snapshot shows.
fn hidden_agents() -> Vec<String> {
    let registry = Registry::built_in();
    let ids = registry.agents().iter().map(|agent| agent.id.to_string());
    ids.filter(|id| !is_shown(id)).collect()
}

/// A cell without the agents that no snapshot shows.
fn without_hidden(cell: &str, hidden: &[String]) -> String {
    let names = cell.split(", ").filter(|name| !hidden.iter().any(|hidden| hidden == name));
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() && !cell.is_empty() { "-".to_owned() } else { names }
}

/// The cells of a line.
fn cells(line: &str, columns: &[usize]) -> Vec<String> {
    let line: Vec<_> = line.chars().collect();
    let starts = [0].iter().chain(columns);
    let ends = columns.iter().copied().chain([usize::MAX]);
    let cell = |(start, end): (&usize, usize)| {
        let cell = line.get(*start..end.min(line.len())).unwrap_or_default();
        cell.iter().collect::<String>().trim_end().to_owned()
    };
    starts.zip(ends).map(cell).collect()
}

fn padded(cells: &[String], widths: &[usize]) -> String {
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// What `--json` prints, without the entries that no snapshot shows. Panics unless the list of that
/// name has exactly these entries, in this order.
pub(crate) fn few_of_json(json: &str, list: &str, rows: &[Row]) -> String {
    let (text, _) = json.rsplit_once("[exit").unwrap_or((json, ""));
    let value: Value = serde_json::from_str(text).unwrap();
    let ids = value[list].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap());
    assert_eq!(ids.collect::<Vec<_>>(), rows.iter().map(|(id, _)| id).collect::<Vec<_>>());
    let (entries, end) = json.split_at(json.rfind("\n  ]").unwrap());
    let is_kept = |entry: &&str| {
        let id = entry.strip_prefix("      \"id\": \"").and_then(|rest| rest.split('"').next());
        id.is_none_or(is_shown)
    };
    let kept: Vec<_> = entries.split("\n    {\n").filter(is_kept).collect();
    let mut kept = kept.join("\n    {\n");
    for agent in hidden_agents() {
        kept = kept.replace(&format!(",\n        \"{agent}\""), "");
        kept = kept.replace(&format!("[\n        \"{agent}\"\n      ]"), "[]");
    }
    // The last entry may be one of those that are left out.
    format!("{}{end}", kept.trim_end_matches(','))
}
