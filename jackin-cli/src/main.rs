//! `jackin`: starts a coding agent on the provider you choose, for one process.

use std::process::ExitCode;

fn main() -> ExitCode {
    jackin_cli::main()
}
