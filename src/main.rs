//! The `hinomi` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hinomi::cli::main()
}
