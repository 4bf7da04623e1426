//! A plan for a new tab of a terminal multiplexer: its program becomes the multiplexer's client,
//! which has a launcher started there. No secret takes part in it.

use std::ffi::OsString;

use crate::{
    names::{EnvName, ErrorKind, quoted},
    plan::ExecPlan,
};

/// What has tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Multiplexer {
    /// tmux.
    Tmux,
    /// Zellij, from the version on whose `new-tab` takes a command.
    Zellij,
}

/// A new tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Where it opens.
    pub multiplexer: Multiplexer,
    /// Its directory.
    pub dir: String,
    /// What it starts, program and arguments: something that launches by itself, since nothing of
    /// this plan's environment gets there.
    pub command: Vec<String>,
}

/// Variables that the plan reads from this environment, which a tab does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a new tab does not have this shell's {}", quoted(.0))]
pub struct TabMissingEnv(pub Vec<EnvName>);

impl TabMissingEnv {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Secret
    }
}

impl Multiplexer {
    /// Its client.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Tmux => "tmux",
            Self::Zellij => "zellij",
        }
    }

    fn args(self, label: &str, tab: &Tab) -> Vec<String> {
        let command = tab.command.iter().cloned();
        match self {
            Self::Tmux => {
                // `-c` would expand formats in the directory's name.
                let (name, dir) = (literal(label), &tab.dir);
                let head = ["new-window", "-n", &name, "--", "sh", "-c", KEEP, "jackin", dir];
                head.map(str::to_owned).into_iter().chain(command).map(no_separator).collect()
            }
            Self::Zellij => {
                let (name, dir) = (format!("--name={label}"), format!("--cwd={}", tab.dir));
                let head = ["action", "new-tab", &name, &dir, "--"];
                head.map(str::to_owned).into_iter().chain(command).collect()
            }
        }
    }
}

/// Enters the directory and runs the command there. It keeps the window of what failed until somebody
/// has read its last words; tmux's own option for that, `remain-on-exit`, loses a race with a program
/// that ends at once.
const KEEP: &str = r#"if cd -- "$1" 2>/dev/null; then shift; "$@" && exit; code=$?; set -- "it ended with $code"
else code=125; set -- 'cannot enter the directory of this tab'; fi
stty sane; printf '\n[%s: %s; Enter closes this tab]\n' "$0" "$1"; read -r _; exit "$code""#;

/// A text that tmux takes as it is where it would expand `#{…}` and run `#(…)`. It leaves every `#` before a
/// `[` alone.
fn literal(text: &str) -> String {
    let doubled = |part: &str| {
        let head = part.trim_end_matches('#');
        head.replace('#', "##") + &part[head.len()..]
    };
    let mut parts = text.split('[').rev();
    let last = parts.next().unwrap_or_default().replace('#', "##");
    parts.fold(last, |rest, part| doubled(part) + "[" + &rest)
}

/// An argument that does not end tmux's command, as a `;` at its end would.
fn no_separator(arg: String) -> String {
    arg.strip_suffix(';').map(|text| format!("{text}\\;")).unwrap_or(arg)
}

impl ExecPlan {
    /// The plan that opens a tab, named by this plan's label. It sets nothing: whatever is started
    /// in the tab works its environment out itself. What it removes is kept from the multiplexer,
    /// whose server is sent the client's environment.
    ///
    /// # Errors
    /// The variables of this environment that would be missing there; [`ExecPlan::detached`] says
    /// which logins belong to them.
    pub fn in_tab(mut self, tab: &Tab) -> Result<Self, TabMissingEnv> {
        let here: Vec<_> = self.read_here().into_iter().cloned().collect();
        if !here.is_empty() {
            return Err(TabMissingEnv(here));
        }
        self = self.with_program(tab.multiplexer.program()).without_guard_args();
        self.args =
            tab.multiplexer.args(&self.label, tab).into_iter().map(OsString::from).collect();
        self.guarded_from = None;
        self.is_client = true;
        self.set.clear();
        self.warnings.clear();
        Ok(self)
    }
}
