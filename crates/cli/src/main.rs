//! The `pythonbpf` binary: hands its arguments to the library and leaves with
//! the status it returns.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::main(std::env::args_os()))
}
