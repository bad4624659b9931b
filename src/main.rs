//! The logsum program.

fn main() -> std::process::ExitCode {
    logsum_cli::run(std::env::args_os())
}
