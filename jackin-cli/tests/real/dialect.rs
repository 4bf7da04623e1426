//! What a provider's model answers in each protocol: one text, or the tool call that the user asks
//! for in so many words.

use serde_json::{Value, json};

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Messages,
    Responses,
    Chat,
}

impl Dialect {
    /// The one that is spoken at a path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let all = [
            ("/v1/messages", Self::Messages),
            ("/responses", Self::Responses),
            ("/chat/completions", Self::Chat),
        ];
        all.into_iter().find_map(|(end, dialect)| path.ends_with(end).then_some(dialect))
    }
}

/// What the model does.
enum Act {
    Say(String),
    Call { name: String, input: Value },
}

/// The end of the status line, the content type and the body.
pub(crate) fn reply(
    dialect: Option<Dialect>,
    body: &Value,
    answer: &str,
) -> (&'static str, &'static str, String) {
    let Some(dialect) = dialect else {
        let error = json!({"type": "not_found_error", "message": "nothing here"});
        let error = json!({"type": "error", "error": error});
        return ("404 Not Found", "application/json", error.to_string());
    };
    let act = wanted_call(body).unwrap_or_else(|| Act::Say(answer.into()));
    let (whole, events) = match dialect {
        Dialect::Messages => messages(&body["model"], &act),
        Dialect::Responses => responses(&body["model"], &act),
        Dialect::Chat => chat(&body["model"], &act),
    };
    if body["stream"] != true {
        return ("200 OK", "application/json", whole.to_string());
    }
    let event = |event: &Value| match event["type"].as_str() {
        Some(kind) => format!("event: {kind}\ndata: {event}\n\n"),
        None => format!("data: {event}\n\n"),
    };
    let end = if dialect == Dialect::Chat { "data: [DONE]\n\n" } else { "" };
    ("200 OK", "text/event-stream", events.iter().map(event).collect::<String>() + end)
}

/// `CALL {"name": …, "input": …}` in what comes last, unless that is the result of the call.
fn wanted_call(body: &Value) -> Option<Act> {
    let entries = body["messages"].as_array().or(body["input"].as_array())?;
    let is_turn = |entry: &&Value| {
        entry["role"] == "user"
            || entry["role"] == "tool"
            || entry["type"] == "function_call_output"
    };
    let content = &entries.iter().rfind(is_turn)?["content"];
    let blocks = content.as_array().into_iter().flatten();
    let mut texts = content.as_str().into_iter().chain(blocks.filter_map(|b| b["text"].as_str()));
    let call: Value =
        serde_json::from_str(texts.find_map(|text| text.strip_prefix("CALL "))?).ok()?;
    Some(Act::Call { name: call["name"].as_str()?.into(), input: call["input"].clone() })
}

/// Anthropic Messages, whole and as the events of one content block in their order.
fn messages(model: &Value, act: &Act) -> (Value, Vec<Value>) {
    let (block, start, delta, stop_reason) = match act {
        Act::Say(text) => (
            json!({"type": "text", "text": text}),
            json!({"type": "text", "text": ""}),
            json!({"type": "text_delta", "text": text}),
            "end_turn",
        ),
        Act::Call { name, input } => (
            json!({"type": "tool_use", "id": "toolu_1", "name": name, "input": input}),
            json!({"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}),
            json!({"type": "input_json_delta", "partial_json": input.to_string()}),
            "tool_use",
        ),
    };
    let message = |content: Value, stop_reason: Value| {
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": model,
            "content": content, "stop_reason": stop_reason, "stop_sequence": null,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        })
    };
    let stop = json!({"stop_reason": stop_reason, "stop_sequence": null});
    let events = vec![
        json!({"type": "message_start", "message": message(json!([]), Value::Null)}),
        json!({"type": "content_block_start", "index": 0, "content_block": start}),
        json!({"type": "content_block_delta", "index": 0, "delta": delta}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 1}}),
        json!({"type": "message_stop"}),
    ];
    (message(json!([block]), stop_reason.into()), events)
}

/// OpenAI Responses, the same.
fn responses(model: &Value, act: &Act) -> (Value, Vec<Value>) {
    let item = match act {
        Act::Say(text) => json!({
            "type": "message", "id": "item_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }),
        Act::Call { name, input } => json!({
            "type": "function_call", "id": "item_1", "call_id": "call_1", "status": "completed",
            "name": name, "arguments": input.to_string(),
        }),
    };
    let response = |status: &str, output: Value| {
        json!({
            "id": "resp_1", "object": "response", "model": model, "status": status,
            "output": output, "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
        })
    };
    let whole = response("completed", json!([item]));
    let mut events = vec![
        json!({"type": "response.created", "response": response("in_progress", json!([]))}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": item}),
    ];
    if let Act::Say(text) = act {
        events.push(json!({
            "type": "response.output_text.delta", "item_id": "item_1", "output_index": 0,
            "content_index": 0, "delta": text,
        }));
    }
    events.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
    events.push(json!({"type": "response.completed", "response": whole}));
    (whole, events)
}

/// OpenAI Chat Completions, the same.
fn chat(model: &Value, act: &Act) -> (Value, Vec<Value>) {
    let (message, reason) = match act {
        Act::Say(text) => (json!({"role": "assistant", "content": text}), "stop"),
        Act::Call { name, input } => {
            let function = json!({"name": name, "arguments": input.to_string()});
            let call =
                json!({"index": 0, "id": "call_1", "type": "function", "function": function});
            (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
        }
    };
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2});
    let part = |kind: &str, choices: Value| json!({"id": "chat_1", "object": kind, "created": 1, "model": model, "choices": choices});
    let mut whole =
        part("chat.completion", json!([{"index": 0, "message": message, "finish_reason": reason}]));
    whole["usage"] = usage.clone();
    let chunk = |choices| part("chat.completion.chunk", choices);
    let mut last = chunk(json!([]));
    last["usage"] = usage;
    let events = vec![
        chunk(json!([{"index": 0, "delta": message, "finish_reason": null}])),
        chunk(json!([{"index": 0, "delta": {}, "finish_reason": reason}])),
        last,
    ];
    (whole, events)
}
