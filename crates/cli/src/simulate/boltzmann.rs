//! `logsum simulate boltzmann`: energies, temperature, maximum entropy, counting.

use logsum_report::simulation::{self, BoltzmannPage};
use logsum_simulate::boltzmann::Levels;
use logsum_simulate::counting::count_arrangements;
use logsum_simulate::maximum_entropy::against_boltzmann;

use super::args::{BoltzmannArgs, Numbers};
use super::{check_picture, write_picture};
use crate::failure::Failure;
use crate::output;

/// Temperatures of the curve.
const POINTS: usize = 97;

/// Computes the distribution and what else is asked for.
pub fn run(args: &BoltzmannArgs) -> Result<u8, Failure> {
    check_picture(args.picture.as_deref())?;
    let energies = &args.energies.0;
    let mut levels = Levels::new(energies).map_err(Failure::bad_input)?;
    if let Some(Numbers(degeneracies)) = &args.degeneracies {
        levels = levels.with_degeneracies(degeneracies).map_err(Failure::bad_input)?;
    }
    let distribution = match args.mean_energy {
        Some(mean) => levels.with_mean_energy(mean),
        None => levels.at_temperature(args.temperature.unwrap_or(1.0)),
    }
    .map_err(Failure::bad_input)?;
    // Entropy relative to degeneracies is not what the optimiser maximises.
    let maximum_entropy = match (args.mean_energy, &args.degeneracies) {
        (Some(mean), None) => Some(against_boltzmann(energies, mean).map_err(Failure::bad_input)?),
        _ => None,
    };
    let count = |&n: &u64| count_arrangements(energies, n, args.mean_energy).map_err(Failure::bad_input);
    let counting = args.particles.iter().map(count).collect::<Result<Vec<_>, _>>()?;
    let curve = if args.curve {
        levels.curve(POINTS).map_err(Failure::bad_input)?
    } else {
        Vec::new()
    };
    let found = BoltzmannPage {
        distribution,
        maximum_entropy,
        counting,
        curve,
    };
    output::result(&simulation::boltzmann(&found, args.output.format, output::style()))?;
    let at = (found.distribution.temperature, found.distribution.mean_energy);
    let marked = (at.0 > 0.0 && at.0.is_finite()).then_some(at);
    write_picture(args.picture.as_deref(), || {
        simulation::boltzmann_picture(&found.curve, marked)
    })?;
    Ok(0)
}
