//! What a plan changes in an environment, as text: a script for a shell, or a file for another
//! program. This room prints nothing, writes no file, and refuses a value that the reader of the text
//! would take for another one.
//!
//! ```
//! use jackin_core::{
//!     Config, Document, NameOrigin, SecretError, SecretRef, SecretSource, Secret, choice,
//!     export::{Changes, Format, Shell},
//!     resolve,
//! };
//!
//! # /// This configuration holds no reference.
//! # struct NoSecrets;
//! # impl SecretSource for NoSecrets {
//! #     fn read(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
//! #         Err(SecretError::new(format!("{reference} is not expected"), None))
//! #     }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "[env]\nZAI_API_KEY = 'sk-123'\nGREETING = \"it's me\"\n";
//! let global = Some(Document::global("config.toml", text)?);
//! let layers = Config { global, ..Config::default() }.layers(None)?;
//! let agent = layers.registry().agent("claude").expect("built in");
//! let provider = choice::select(&layers, agent, Some(("zai", NameOrigin::Argument)))?;
//! let plan = resolve(&layers, agent, provider)?;
//! let ready = plan.materialize(&NoSecrets)?;
//!
//! let parent = [("OPENAI_API_KEY".into(), "of another agent".into())];
//! let changes = Changes::of(&ready, &parent);
//! let script = Shell::Fish.export(&changes)?;
//! assert!(script.contains("set -g -x ANTHROPIC_AUTH_TOKEN 'sk-123'\n"));
//! assert!(!script.contains("of another agent"));
//! let file = Format::Dotenv.write(&changes)?;
//! assert!(String::from_utf8(file)?.contains("GREETING=\"it's me\"\n"));
//! # Ok(())
//! # }
//! ```

mod changes;
mod error;
mod formats;
mod shells;

pub use changes::Changes;
pub use error::ExportError;
pub use formats::{Format, github_masks};
pub use shells::Shell;
