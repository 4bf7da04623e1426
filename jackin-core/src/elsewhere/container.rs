//! A plan for the inside of a container: its program becomes the runtime's own client, names stand
//! in the arguments, values cross in the client's environment. Nothing is asked or started here.

use std::{collections::BTreeSet, ffi::OsString, fmt, str::FromStr};

use crate::{
    names::{ContainerName, EnvName, ErrorKind, ImageName, MountDir, is_name, matches, quoted},
    plan::{ExecPlan, PlannedVar, ReadyPlan, Vars, child_env},
};

/// What starts things in containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runtime {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
}

impl Runtime {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Docker, Self::Podman];

    /// Its name, and that of its client.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Runtime {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|runtime| runtime.as_str() == text).ok_or(())
    }
}

/// A container to start an agent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// What runs it.
    pub runtime: Runtime,
    /// ContainerTarget one.
    pub which: ContainerTarget,
    /// Whether the agent gets a terminal.
    pub terminal: bool,
}

/// ContainerTarget container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerTarget {
    /// One that runs already.
    Running(ContainerName),
    /// A fresh one, gone when the agent ends.
    Fresh {
        /// The image it is made of. Its entry point is not run.
        image: ImageName,
        /// The directory that it has at the same path, and that the agent starts in.
        dir: MountDir,
    },
}

/// The names that are this machine's, for the client as for what it starts.
const MACHINE: [&str; 4] = ["PATH", "HOME", "LD_*", "DYLD_*"];

/// The names that steer the client itself, measured with Podman: where it finds its containers and registries,
/// its own settings, and Go's runtime. They cross under other names.
const CLIENT: [&str; 19] = [
    "BUILDAH_*",
    "CONTAINER*",
    "DBUS_*",
    "DOCKER_*",
    "GODEBUG",
    "GOGC",
    "GOMAXPROCS",
    "GOMEMLIMIT",
    "GOTRACEBACK",
    "LISTEN_*",
    "NOTIFY_SOCKET",
    "PODMAN_*",
    "REGISTRY_AUTH_FILE",
    "SSH_AUTH_SOCK",
    "SSL_CERT_*",
    "STORAGE_*",
    "TMPDIR",
    "XDG_*",
    "_CONTAINERS_*",
];

/// What stands before the name of a variable that crosses under another one.
const INSIDE: &str = "JACKIN_INSIDE_";

impl Container {
    /// The options that only the question needs: a fresh container has a name by which it can be ended, and
    /// an interrupt ends the client itself.
    fn question_options(&self, name: &ContainerName) -> Vec<OsString> {
        match self.which {
            ContainerTarget::Running(_) => Vec::new(),
            ContainerTarget::Fresh { .. } => {
                ["--name", name.as_str(), "--sig-proxy=false"].map(OsString::from).into()
            }
        }
    }

    /// The client's arguments that start a command there, with these of the client's variables.
    fn start(
        &self,
        options: Vec<OsString>,
        pass: impl Iterator<Item = OsString>,
        command: impl IntoIterator<Item = OsString>,
    ) -> Vec<OsString> {
        let mut command = command.into_iter();
        let head: &[&str] = match self.which {
            ContainerTarget::Running(_) => &["exec"],
            ContainerTarget::Fresh { .. } => &["run", "--rm"],
        };
        let mut words: Vec<OsString> = head.iter().map(OsString::from).collect();
        words.extend(options);
        words.extend(pass.flat_map(|name| ["-e".into(), name]));
        match &self.which {
            ContainerTarget::Running(name) => words.push(name.as_str().into()),
            ContainerTarget::Fresh { image, .. } => {
                words.push("--entrypoint".into());
                words.extend(command.next());
                words.push(image.as_str().into());
            }
        }
        words.extend(command);
        words
    }

    /// The options that only the agent itself needs.
    fn options(&self) -> Vec<OsString> {
        let mut options = Vec::new();
        if let ContainerTarget::Fresh { dir, .. } = &self.which {
            let mount = format!("type=bind,source={dir},target={dir}");
            options.extend(["--mount", &mount, "--workdir", dir.as_str()].map(OsString::from));
        }
        options.push(if self.terminal { "-it" } else { "-i" }.into());
        options
    }
}

/// Variables that a container does not take from outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the container keeps its own {}", quoted(.0))]
pub struct KeptInside(pub Vec<EnvName>);

impl KeptInside {
    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::Place
    }
}

/// What a variable holds to see whether it arrives.
const PROBE: &str = "jackin";

impl ExecPlan {
    /// The client's arguments that print the environment an agent would find in a container, each
    /// variable ended by a NUL; for [`ExecPlan::found_inside`]. A fresh container gets this name, by which it
    /// can be ended where no answer comes.
    #[must_use]
    pub fn question(&self, container: &Container, name: &ContainerName) -> Vec<OsString> {
        let probes = self.set.iter().map(|var| format!("{}={PROBE}", var.name).into());
        let options = container.question_options(name);
        container.start(options, probes, ["env", "-0"].map(OsString::from))
    }

    /// The container's own environment, from the answer to the question.
    ///
    /// # Errors
    /// The variables of this plan that would not arrive: the container's own would be used, and its
    /// key, for example, be sent to the provider.
    pub fn found_inside(
        &self,
        mut answer: Vec<(OsString, OsString)>,
    ) -> Result<Vec<(OsString, OsString)>, KeptInside> {
        let arrived = |name: &EnvName| answer.iter().any(|(n, v)| is_name(name, n) && v == PROBE);
        let kept: Vec<_> =
            self.set.iter().map(|var| &var.name).filter(|name| !arrived(name)).cloned().collect();
        if !kept.is_empty() {
            return Err(KeptInside(kept));
        }
        answer.retain(|(name, _)| !self.set.iter().any(|var| is_name(&var.name, name)));
        Ok(answer)
    }

    /// The same plan for a container runtime's client, whose environment the values cross in. What
    /// would steer the client crosses under another name; what belongs to this machine stays here, and each
    /// is said.
    #[must_use]
    pub fn through_client(mut self) -> Self {
        let is_machines = |var: &PlannedVar| is_one_of(&MACHINE, &var.name);
        let (held, kept): (Vec<_>, Vec<_>) = self.set.into_iter().partition(is_machines);
        self.set = kept;
        for var in self.set.iter_mut().filter(|var| is_one_of(&CLIENT, &var.name)) {
            if let Ok(other) = format!("{INSIDE}{}", var.name).parse() {
                let name = std::mem::replace(&mut var.name, other);
                self.renamed.push((var.name.clone(), name));
            }
        }
        self.warnings.extend(held.iter().map(|PlannedVar { name, source, .. }| {
            format!("`{name}` ({source}) is not passed on: it is this machine's own")
        }));
        self
    }

    /// The same plan for the inside of a container whose own environment is `inside`, as far as
    /// that can be told before any secret is read.
    ///
    /// ```
    /// use jackin_core::{Config, NameOrigin, choice, place::{Container, ContainerTarget, Runtime}, resolve};
    ///
    /// let layers = Config::default().layers(None)?;
    /// let agent = layers.registry().agent("claude").unwrap();
    /// let provider = choice::select(&layers, agent, Some(("anthropic", NameOrigin::Argument)))?;
    /// let container = Container {
    ///     runtime: Runtime::Podman,
    ///     which: ContainerTarget::Running("dev".parse()?),
    ///     terminal: true,
    /// };
    /// let inside = [("ZAI_API_KEY".into(), "sk-123".into())];
    /// let plan = resolve(&layers, agent, provider)?.in_container(&container, &inside);
    /// assert_eq!(plan.program, "podman");
    /// assert_eq!(plan.args, ["exec", "-it", "dev", "env", "-u", "ZAI_API_KEY", "claude"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_container(self, container: &Container, inside: &Vars) -> Self {
        let names: Vec<OsString> = self.set.iter().map(|var| var.name.as_str().into()).collect();
        let dropped: Vec<_> = self.dropped(inside).into_iter().cloned().collect();
        self.wrapped(container, &names, &dropped)
    }

    fn wrapped(mut self, container: &Container, pass: &[OsString], drop: &[OsString]) -> Self {
        let renamed = std::mem::take(&mut self.renamed);
        let crosses =
            |(other, _): &(EnvName, EnvName)| pass.iter().any(|name| is_name(other, name));
        let (crossing, withheld): (Vec<_>, Vec<_>) = renamed.into_iter().partition(crosses);
        let withheld: Vec<_> = withheld.iter().map(|(_, name)| name.as_str().into()).collect();
        let arrives = |name: &OsString| {
            pass.contains(name) || crossing.iter().any(|(_, own)| is_name(own, name))
        };
        let drop: Vec<_> = drop.iter().chain(&withheld).filter(|name| !arrives(name)).collect();
        let mut command = named_again(&crossing);
        if !drop.is_empty() {
            command.push("env".into());
            command.extend(drop.into_iter().flat_map(|name| ["-u".into(), name.clone()]));
        }
        // A path that the configuration names is one of this machine.
        command.push(match self.program_source.take() {
            Some(_) => (*self.agent_entry().program).into(),
            None => std::mem::take(&mut self.program),
        });
        let own = self.args.len();
        command.append(&mut self.args);
        self.args = container.start(container.options(), pass.iter().cloned(), command);
        self.move_args(self.args.len() - own);
        self.program = container.runtime.as_str().into();
        // Its version is the container's affair, and this environment the client's.
        self.guarded_from = None;
        self.is_client = true;
        self
    }
}

impl ReadyPlan<'_> {
    /// The same plan for the inside of a container: of its own environment, `inside`, the agent
    /// finds what [`child_env`] leaves of it, and what the plan sets. `here` is the client's. The
    /// plan should be [detached](ExecPlan::detached), and [fit](ExecPlan::through_client) for it.
    #[must_use]
    pub fn in_container(
        self,
        container: &Container,
        inside: &Vars,
        here: &Vars,
    ) -> ReadyPlan<'static> {
        let client: BTreeSet<_> = child_env(&self, here.iter().cloned()).into_iter().collect();
        let kept: BTreeSet<_> = child_env(&self, inside.iter().cloned()).into_iter().collect();
        let set =
            self.set().map(|(var, text)| (OsString::from(var.name.as_str()), OsString::from(text)));
        let (pass, withheld): (Vec<_>, Vec<_>) =
            set.partition(|var| kept.contains(var) && client.contains(var));
        let names = |vars: Vec<(OsString, OsString)>| vars.into_iter().map(|(name, _)| name);
        let kept: BTreeSet<_> = kept.iter().map(|(name, _)| name).collect();
        let own: BTreeSet<_> = inside.iter().map(|(name, _)| name).collect();
        // Whatever the container has under a name that is withheld, it was not what was meant.
        let drop = own.difference(&kept).map(|name| (*name).clone()).chain(names(withheld));
        let (pass, drop): (Vec<_>, Vec<_>) = (names(pass).collect(), drop.collect());
        self.map_plan(|plan| plan.wrapped(container, &pass, &drop))
    }
}

/// The words before a command that give variables their own names again; none where there are none.
fn named_again(crossing: &[(EnvName, EnvName)]) -> Vec<OsString> {
    if crossing.is_empty() {
        return Vec::new();
    }
    let rename =
        |(other, name): &(EnvName, EnvName)| format!("export {name}=\"${other}\"; unset {other}; ");
    let script: String = crossing.iter().map(rename).collect();
    ["sh", "-c", &(script + "exec \"$@\""), "jackin"].map(OsString::from).into()
}

fn is_one_of(patterns: &[&str], name: &EnvName) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_str().as_bytes()))
}
