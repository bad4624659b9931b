//! `logsum simulate ...`: the simulation crate from the shell.

pub mod args;
mod boltzmann;
mod gumbel_max;
mod synthetic;

use std::path::Path;

use crate::failure::Failure;
use crate::use_threads;
use args::SimulateCommand;

/// Runs one of the simulations.
pub fn run(command: &SimulateCommand) -> Result<u8, Failure> {
    match command {
        SimulateCommand::GumbelMax(args) => {
            use_threads(args.common.threads);
            gumbel_max::run(args)
        }
        SimulateCommand::RedBus(args) => {
            use_threads(args.common.threads);
            gumbel_max::red_bus(args)
        }
        SimulateCommand::Boltzmann(args) => boltzmann::run(args),
        SimulateCommand::Choices(args) => {
            use_threads(args.common.threads);
            synthetic::choices(args)
        }
        SimulateCommand::Recovery(args) => {
            use_threads(args.common.threads);
            synthetic::recovery(args)
        }
    }
}

/// Makes sure before the work that a picture can be written there.
pub fn check_picture(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let kind = path
        .extension()
        .and_then(|extension| extension.to_str())
        .map(str::to_ascii_lowercase);
    if !matches!(kind.as_deref(), Some("svg" | "png")) {
        return Err(Failure::bad_input(format!(
            "--picture \"{}\": a picture is written as .svg or .png; name it so",
            path.display()
        )));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => Err(Failure::bad_input(format!(
            "--picture \"{}\": there is no folder \"{}\"; make it first",
            path.display(),
            folder.display()
        ))),
        _ => Ok(()),
    }
}

pub fn write_picture(path: Option<&Path>, svg: impl FnOnce() -> String) -> Result<(), Failure> {
    path.map_or(Ok(()), |path| {
        logsum_report::picture::write(path, &svg()).map_err(Failure::bad_input)
    })
}
