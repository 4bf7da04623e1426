//! Which agent on which provider: what was asked for, what is configured, and for the rest whoever
//! is at the terminal. Where nobody is, what is not decided is an error.

use std::{ffi::OsString, io};

use jackin_core::{Agent, EnvLayers, ExecPlan, NameOrigin, Provider, SelectError, choice, resolve};
use jackin_host::{
    Ambient, launch,
    text::{moments, visible},
};

use crate::{
    args::Run,
    commands::{agent, joined},
    failure::{FAILED, Failure},
    ui::{
        picker::{Picked, Picker, Row},
        recent_picks::{Last, Picks},
        report::Report,
        screen::Screen,
        terminal::can_ask,
    },
};

/// The plan for what was asked for or picked; nothing if the user would rather not.
pub(super) fn plan<'a>(
    args: &Run,
    layers: &'a EnvLayers,
    name: Option<&OsString>,
    ambient: &Ambient,
    report: &Report,
) -> Result<Option<(ExecPlan, &'a Agent)>, Failure> {
    let asked = ambient.asked(args.selection.provider.as_deref(), "JACKIN_PROVIDER")?;
    let mut choice = Choice { args, layers, asked, ambient, report, screen: None };
    let Some((agent, provider)) = choice.make(name)? else { return Ok(None) };
    choice.remember(agent, provider);
    Ok(Some((joined(&args.selection, layers, agent, provider, ambient)?, agent)))
}

/// What is known before anybody is asked.
struct Choice<'c, 'a> {
    args: &'c Run,
    layers: &'a EnvLayers,
    asked: Option<(&'c str, NameOrigin)>,
    ambient: &'c Ambient,
    report: &'c Report,
    /// Once somebody is asked.
    screen: Option<Screen>,
}

/// Agents, each with what keeps it from being started.
type Agents<'a> = Vec<(&'a Agent, Option<String>)>;

impl<'a> Choice<'_, 'a> {
    fn make(
        &mut self,
        name: Option<&OsString>,
    ) -> Result<Option<(&'a Agent, &'a Provider)>, Failure> {
        let decided =
            name.is_some() || self.layers.default_agent.is_some() || !can_ask(self.ambient);
        let agents = if decided { Agents::new() } else { self.agents() };
        let mut open = agents.iter().filter(|(_, refusal)| refusal.is_none());
        let agent = match (open.next(), open.next()) {
            (Some(_), Some(_)) => return self.both(&agents),
            (Some((only, _)), None) => only,
            // With none installed, the default one says how to install it.
            (None, _) => agent(self.layers, name)?,
        };
        Ok(match self.provider(agent)? {
            Picked::One(provider) => Some((agent, provider)),
            Picked::Back | Picked::Nothing => None,
        })
    }

    fn both(&mut self, agents: &Agents<'a>) -> Result<Option<(&'a Agent, &'a Provider)>, Failure> {
        loop {
            let Picked::One(agent) = self.pick_agent(agents)? else { return Ok(None) };
            match self.provider(agent)? {
                Picked::One(provider) => return Ok(Some((agent, provider))),
                Picked::Back => {}
                Picked::Nothing => return Ok(None),
            }
        }
    }

    /// Those that are installed, then the others and how to install them.
    fn agents(&self) -> Agents<'a> {
        let found =
            |agent: &Agent| launch::find_agent(agent, self.layers, self.ambient.vars()).is_ok();
        let refusal = |agent: &Agent| {
            let startable = self.args.program.is_some() || found(agent);
            (!startable).then(|| format!("not on PATH: {}", agent.install))
        };
        let agents = self.layers.registry().agents().iter();
        let mut agents: Agents<'_> = agents.map(|agent| (agent, refusal(agent))).collect();
        agents.sort_by_key(|(_, refusal)| refusal.is_some());
        agents
    }

    fn pick_agent(&mut self, agents: &Agents<'a>) -> Result<Picked<&'a Agent>, Failure> {
        let rows = agents
            .iter()
            .map(|(agent, refusal)| row(agent.id.as_str(), &agent.label, refusal.as_deref()));
        let last = self.picks().agent;
        let picked = self.pick("Which agent?".into(), rows.collect(), last.as_deref())?;
        Ok(picked.map(|row| agents[row].0))
    }

    fn provider(&mut self, agent: &'a Agent) -> Result<Picked<&'a Provider>, Failure> {
        match choice::select(self.layers, agent, self.asked.clone()) {
            Err(undecided @ SelectError::Undecided { .. }) if can_ask(self.ambient) => {
                self.pick_provider(agent, undecided)
            }
            decided => Ok(Picked::One(decided?)),
        }
    }

    fn pick_provider(
        &mut self,
        agent: &'a Agent,
        undecided: SelectError,
    ) -> Result<Picked<&'a Provider>, Failure> {
        let shown = choice::shown(self.layers, agent);
        let rows = shown.iter().map(|provider| {
            let refusal = self.refusal(agent, provider);
            row(provider.id.as_str(), &provider.label.value, refusal.as_deref())
        });
        let rows: Vec<_> = rows.collect();
        if rows.iter().all(|row| row.refusal.is_some()) {
            return Err(undecided.into());
        }
        let title = format!("{} on which provider?", agent.label);
        let last = self.picks().providers.remove(agent.id.as_str());
        let picked = self.pick(title, rows, last.as_deref())?;
        Ok(picked.map(|row| shown[row]))
    }

    /// Why an agent cannot be started on a provider now.
    fn refusal(&self, agent: &Agent, provider: &Provider) -> Option<String> {
        match resolve(self.layers, agent, provider) {
            Err(error) => Some(error.reason()),
            Ok(plan) => moments::ended(&plan).map(|at| format!("its key {}", moments::words(at))),
        }
    }

    fn pick(
        &mut self,
        title: String,
        rows: Vec<Row>,
        on: Option<&str>,
    ) -> Result<Picked<usize>, Failure> {
        let ask = || {
            let mut screen = self.screen.take().map_or_else(Screen::open, Ok)?;
            let picked = Picker::new(title, rows, on, self.report.in_colour()).ask(&mut screen)?;
            self.screen = Some(screen);
            Ok(picked)
        };
        ask().map_err(|error: io::Error| {
            Failure::new(FAILED, format!("cannot ask at the terminal: {error}"))
        })
    }

    /// Notes what was picked. It is only for convenience: nobody is told if that fails.
    fn remember(&mut self, agent: &Agent, provider: &Provider) {
        // This puts the terminal back, too.
        let asked = self.screen.take().is_some();
        let Some(dir) = self.ambient.state_dir().filter(|_| asked) else { return };
        let mut last = Last::read(&dir);
        last.note(self.workspace(), agent.id.as_str(), provider.id.as_str());
        let _ = last.write(&dir);
    }

    fn picks(&self) -> Picks {
        let dir = self.ambient.state_dir();
        dir.map(|dir| Last::read(&dir).in_workspace(self.workspace())).unwrap_or_default()
    }

    fn workspace(&self) -> &str {
        self.layers.workspace.as_ref().map_or("", |name| name.as_str())
    }
}

fn row(id: &str, label: &str, refusal: Option<&str>) -> Row {
    Row { id: id.to_owned(), label: visible(label), refusal: refusal.map(visible) }
}
