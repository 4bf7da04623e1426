//! The program under another name: built with `--cfg jackin_leak`, it must not take the place of the
//! one that other tests run.

fn main() -> std::process::ExitCode {
    jackin_cli::main()
}
