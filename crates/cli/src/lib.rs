//! The logsum program as a library: parse, call, print.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 done and converged; 1 estimated but
//! not converged, or a check that failed; 2 bad usage, bad model or bad data.

mod applied;
mod args;
mod asked;
mod bootstrap;
mod check;
mod checkpoint;
mod compare;
mod destination;
mod draws;
mod estimate;
mod failure;
mod formula;
mod individuals;
mod ingest;
mod init;
mod load;
mod memory;
mod output;
mod paths;
mod predict;
mod progress;
mod show;
mod simulate;
mod starter;
mod validate;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use failure::Failure;

/// Runs the program with these arguments, its name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    match dispatch(&cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(Failure { problems, code }) => {
            problems
                .iter()
                .for_each(|problem| output::note(&format!("error: {problem}")));
            ExitCode::from(code)
        }
    }
}

fn dispatch(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::Init(args) => init::run(args),
        Command::Check(args) => {
            use_threads(args.threads);
            check::run(args)
        }
        Command::Estimate(args) => {
            use_threads(args.threads);
            estimate::run(args)
        }
        Command::Show(args) => {
            use_threads(args.threads);
            show::run(args)
        }
        Command::Simulate(command) => simulate::run(command),
        Command::Predict(args) => {
            use_threads(args.threads);
            predict::run(args)
        }
        Command::Individuals(args) => {
            use_threads(args.threads);
            individuals::run(args)
        }
        Command::Elasticities(args) => {
            use_threads(args.subject.threads);
            applied::elasticities::run(args)
        }
        Command::Wtp(args) => applied::wtp::run(args),
        Command::Surplus(args) => {
            use_threads(args.subject.threads);
            applied::surplus::run(args)
        }
        Command::Scenario(args) => {
            use_threads(args.subject.threads);
            applied::scenario::run(args)
        }
        Command::Calibrate(args) => {
            use_threads(args.threads);
            applied::calibrate::run(args)
        }
        Command::Test(args) => {
            use_threads(args.threads);
            applied::test::run(args)
        }
        Command::Compare(args) => {
            use_threads(args.threads);
            compare::run(args)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "logsum", &mut script);
            output::result(&String::from_utf8_lossy(&script)).map(|()| 0)
        }
        Command::Man { command } => manual(command),
    }
}

/// Prints a manual page, from the same definitions as the options.
fn manual(names: &[String]) -> Result<u8, Failure> {
    let mut command = Cli::command();
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        command = match (found, known.as_slice()) {
            (Some(found), _) => found,
            (None, []) => {
                let message = format!(
                    "\"{}\" has no commands of its own, so no \"{name}\"",
                    command.get_name()
                );
                return Err(Failure::bad_input(message));
            }
            (None, known) => {
                let known = logsum_data::name_list(known.iter().copied());
                return Err(Failure::bad_input(format!("no command \"{name}\"; there are {known}")));
            }
        };
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::bad_input(format!("the manual page cannot be made ({error})")))?;
    output::result(&String::from_utf8_lossy(&page)).map(|()| 0)
}

/// Sets the number of threads; only the first call of a process has an effect, and there is one.
fn use_threads(threads: Option<u16>) {
    if let Some(threads) = threads {
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(threads))
            .build_global();
    }
}
