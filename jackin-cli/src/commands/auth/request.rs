//! `jackin auth request`: asks a gateway for a key, once. The key is not part of the answer: whoever
//! runs the gateway approves the request and hands the key out. Nothing is stored, nothing is polled.

use std::io;

use jackin_core::{
    EnvLayers, EnvName, EnvValue, Provider, Scope, Secret, SecretRef, SecretSource as _, check_key,
    guide::Request,
};
use serde_json::{Map, Value, json};

use super::{asked, refusal};
use jackin_host::{Ambient, Sources};

use crate::{
    args::{AuthRequest, Kind},
    commands::{guide, layers},
    failure::{CANCELLED, FAILED, Failure, USAGE},
    mcp::{McpError, PATIENCE, Server},
    scope_file::keys,
    ui::{
        picker::{Picked, Picker, Row},
        report::{self, Report},
        screen::Screen,
        terminal::can_ask,
    },
};

/// The longest note, in characters, and how many events are shown.
const LONGEST_NOTE: usize = 600;
const MOST_EVENTS: usize = 50;

pub(super) fn run(args: &AuthRequest, ambient: &Ambient, report: &Report) -> Result<u8, Failure> {
    check(args)?;
    let layers = layers(&args.list.place, ambient)?;
    let provider = asked(layers.registry(), args.provider.as_deref())?;
    let request = guide(&provider.id, &layers, ambient)?.request;
    let (Some(request), Some(name)) = (request, &provider.request_token) else {
        let message = format!("provider `{}` has no place to ask for keys", provider.id);
        return Err(Failure::new(USAGE, message)
            .hint(format!("`jackin auth guide {}` shows the way to one", provider.id)));
    };
    if let Some(note) = &args.note {
        let key = layers.get(&provider.key.value).map(|found| found.value.clone());
        let key = key.unwrap_or_else(|| EnvValue::host(provider.key.value.clone()));
        keys::check_note(note, &key, layers.registry())?;
    }
    let token = token(name, provider, &layers, ambient)?;
    let Request { url, loopback, .. } = &request;
    let server = Server { url, loopback: *loopback, token: &token, patience: PATIENCE };
    let call = Call { args, provider, request: &request, server };
    match call.make(args.event.as_deref())? {
        Answer::Filed(filed) => call.filed(&filed, report),
        Answer::Events(events) => call.which_event(&events, ambient, report),
    }
}

fn check(args: &AuthRequest) -> Result<(), Failure> {
    let wrong = |what: &str| Err(Failure::new(USAGE, what.to_owned()));
    match args.kind {
        Kind::Member if args.event.is_some() => wrong("`--event` is for a workshop key"),
        Kind::Workshop if args.multiplier.is_some() => wrong("`--multiplier` is for a member key"),
        _ if args.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) => {
            wrong(&format!("`--note` is longer than {LONGEST_NOTE} characters"))
        }
        _ => Ok(()),
    }
}

/// The token that asks: from the layers, else exported.
fn token(
    name: &EnvName,
    provider: &Provider,
    layers: &EnvLayers,
    ambient: &Ambient,
) -> Result<Secret, Failure> {
    let host = || ambient.var(name.as_str()).map(|_| EnvValue::host(name.clone()));
    let Some(value) = layers.get(name).map(|found| found.value.clone()).or_else(host) else {
        let searched = Scope::SEARCHED.map(Scope::as_str).join(", ");
        let message = format!("no token to ask with: `{name}` is not set\n  looked in: {searched}");
        return Err(Failure::new(FAILED, message).hint(format!(
            "`jackin auth guide {}` says where it comes from; export it, or store it with \
             `jackin config env set {name}`",
            provider.id
        )));
    };
    let token = match value {
        EnvValue::Literal(text) => text.expose().into(),
        EnvValue::Reference(reference) => read(&reference, name, ambient)?,
    };
    check_key(token.expose()).map_err(|problem| {
        Failure::new(FAILED, format!("the token in `{name}` {problem}"))
            .hint("give the token alone, on one line and without spaces")
    })?;
    Ok(token)
}

fn read(reference: &SecretRef, name: &EnvName, ambient: &Ambient) -> Result<Secret, Failure> {
    Sources::new(ambient).read(reference).map_err(|error| {
        let failure = Failure::new(FAILED, format!("cannot read `{name}` ({reference}): {error}"));
        match error.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}

/// What the gateway answers, if it does not refuse.
enum Answer {
    Filed(Filed),
    Events(Vec<Event>),
}

/// A request that waits.
struct Filed {
    id: String,
    status: String,
    event: Option<Event>,
}

/// An event that a key can be asked for.
#[derive(serde::Serialize)]
struct Event {
    event_id: String,
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    when: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    venue: String,
}

impl Event {
    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value[key].as_str().map(refusal::shown).unwrap_or_default();
        let id = value["event_id"].as_str()?;
        // It is sent back as it came: one that cannot be shown as it is cannot be chosen.
        (!id.is_empty() && refusal::shown(id) == id).then(|| Self {
            event_id: id.to_owned(),
            title: text("title"),
            when: text("when"),
            venue: text("venue"),
        })
    }

    fn cells(&self) -> [String; 4] {
        [&self.event_id, &self.title, &self.when, &self.venue].map(Clone::clone)
    }

    fn row(&self) -> Row {
        let label = [&*self.title, &*self.when, &*self.venue];
        let label: Vec<_> = label.into_iter().filter(|part| !part.is_empty()).collect();
        Row { id: self.event_id.clone(), label: label.join(" · "), refusal: None }
    }
}

struct Call<'a> {
    args: &'a AuthRequest,
    provider: &'a Provider,
    request: &'a Request,
    server: Server<'a>,
}

impl Call<'_> {
    fn make(&self, event: Option<&str>) -> Result<Answer, Failure> {
        let kind = self.kind();
        let tool = self.request.tools.get(kind).ok_or_else(|| {
            let message = format!("provider `{}` has no {kind} keys", self.provider.id);
            Failure::new(USAGE, message)
        })?;
        let said = self.server.call(tool, &self.arguments(event));
        let said = said.map_err(|error| refusal::failure(error, self.provider, self.request))?;
        let (id, ok) = (text_or_number(&said["request_id"]), said["ok"] == true);
        let events = ["needs_event", "event_not_found"].map(Value::from);
        if ok && !id.is_empty() {
            let status = said["status"].as_str().map(refusal::shown);
            let event = Event::read(&said["event"]);
            Ok(Answer::Filed(Filed { id, status: status.unwrap_or_default(), event }))
        } else if !ok && events.contains(&said["error_kind"]) {
            let events = said["events"].as_array().into_iter().flatten();
            Ok(Answer::Events(events.filter_map(Event::read).take(MOST_EVENTS).collect()))
        } else if ok {
            let error = McpError::Unusable("it names no request".into());
            Err(refusal::failure(error, self.provider, self.request))
        } else {
            Err(refusal::of_tool(&said, self.provider, self.request))
        }
    }

    const fn kind(&self) -> &'static str {
        match self.args.kind {
            Kind::Workshop => "workshop",
            Kind::Member => "member",
        }
    }

    /// Only what was asked for: the gateway has its own defaults.
    fn arguments(&self, event: Option<&str>) -> Value {
        let mut arguments = Map::new();
        let mut add = |key: &str, value: Option<Value>| {
            arguments.extend(value.map(|value| (key.to_owned(), value)));
        };
        add("event_id", event.map(Value::from));
        add("multiplier", self.args.multiplier.map(Value::from));
        add("note", self.args.note.as_deref().map(Value::from));
        arguments.into()
    }

    /// The event is picked, if somebody is there to do that.
    fn which_event(
        &self,
        events: &[Event],
        ambient: &Ambient,
        report: &Report,
    ) -> Result<u8, Failure> {
        if events.is_empty() {
            return Err(Failure::new(FAILED, "there is no event that a key can be asked for")
                .hint("a member's key needs none: `--kind member`"));
        }
        if self.args.list.json || !can_ask(ambient) {
            return self.listed(events);
        }
        let event = pick(events, report)?;
        match self.make(Some(&event.event_id))? {
            Answer::Filed(filed) => self.filed(&filed, report),
            Answer::Events(_) => Err(Failure::new(FAILED, "the event is gone by now")
                .hint("the same command shows the others")),
        }
    }

    /// A script is told the events there are and gets a 2.
    fn listed(&self, events: &[Event]) -> Result<u8, Failure> {
        if self.args.list.json {
            let answer = json!({ "schema": 1, "provider": self.provider.id.as_str(),
                "kind": self.kind(), "status": "needs_event", "events": events });
            report::json(&answer)?;
        } else {
            let rows: Vec<_> = events.iter().map(Event::cells).collect();
            report::text(&report::columns(&rows))?;
        }
        let message = match &self.args.event {
            Some(_) => "no such event, or it is over",
            None => "which event?",
        };
        Err(Failure::new(USAGE, message).hint("choose one with `--event URL`"))
    }

    fn filed(&self, filed: &Filed, report: &Report) -> Result<u8, Failure> {
        let (id, kind) = (self.provider.id.as_str(), self.kind());
        if self.args.list.json {
            let mut answer = json!({ "schema": 1, "provider": id, "kind": kind,
                "request_id": filed.id, "status": filed.status, "event": filed.event });
            if let Some(asked) = self.args.multiplier {
                answer["multiplier_asked"] = asked.into();
            }
            return report::json(&answer).map(|()| 0);
        }
        report::text(&format!("{}\n", filed.id))?;
        let event = filed.event.as_ref().map(|event| format!(" for {}", event.row().label));
        let event = event.unwrap_or_default();
        let found =
            if self.args.multiplier.is_some() { ", with the multiplier they see fit" } else { "" };
        let (label, status) = (&self.provider.label.value, &filed.status);
        report.plain(&format!(
            "asked {label} for a {kind} key{event}: {status}\n\
             An operator must approve it{found}, and hands you the key then; it does not come here, \
             and asking again does not hurry it.\n\
             When you have it, `jackin auth import {id}` stores it: paste its bundle there.\n"
        ));
        Ok(0)
    }
}

fn pick<'a>(events: &'a [Event], report: &Report) -> Result<&'a Event, Failure> {
    let rows = events.iter().map(Event::row).collect();
    let picker = Picker::new("A key for which event?".into(), rows, None, report.in_colour());
    let picked = Screen::open().and_then(|mut screen| picker.ask(&mut screen));
    let picked = picked.map_err(|error: io::Error| {
        Failure::new(FAILED, format!("cannot ask at the terminal: {error}"))
    })?;
    match picked {
        Picked::One(row) => Ok(&events[row]),
        Picked::Back | Picked::Nothing => Err(Failure::new(CANCELLED, "cancelled")),
    }
}

fn text_or_number(value: &Value) -> String {
    match value {
        Value::String(text) => refusal::shown(text),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
