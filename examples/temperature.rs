//! What is a temperature? The scale of softmax, and the twin of the mean energy.
//!
//! ```text
//! p_j = exp(−E_j/T) / Z      ln Z = logsum(−E/T)      F = −T ln Z = ⟨E⟩ − T S
//! S = −Σ p_j ln p_j = −dF/dT      C = Var(E)/T² = d⟨E⟩/dT
//! ```
//!
//! Cold, the lowest energy takes all, ties sharing it; hot, energies do not matter. In between either of T and ⟨E⟩
//! determines the other, for ⟨E⟩ rises strictly with T; above the plain average of the energies T is negative.
//!
//! ```text
//! cargo run --release --example temperature
//! ```

use logsum::simulate::boltzmann::{Boltzmann, BoltzmannError, energy_curve};

fn main() -> Result<(), BoltzmannError> {
    println!("Softmax with energy = −utility: from the lowest energy to no preference");
    println!("Energies 0, 0, 1, 2.5. The lowest is there twice.\n");
    println!("{:>9}    p1      p2      p3      p4", "T");
    for temperature in [1e-6, 0.1, 0.3, 1.0, 3.0, 10.0, 1e6] {
        let state = Boltzmann::at_temperature(&[0.0, 0.0, 1.0, 2.5], temperature)?;
        println!("{temperature:>9} {}", row(&state.probabilities));
    }

    let energies = [0.0, 1.0, 2.5];
    println!("\nAlong the temperature, energies 0, 1, 2.5");
    println!("F falls at the rate S; ⟨E⟩ rises at the rate C, which is never negative.\n");
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9} {:>11}",
        "T", "⟨E⟩", "S", "C", "F", "⟨E⟩ − T S"
    );
    for point in energy_curve(&energies, 12)? {
        println!(
            "{:>9.4} {:>9.5} {:>9.5} {:>9.5} {:>9.4} {:>11.4}",
            point.temperature,
            point.mean_energy,
            point.entropy,
            point.heat_capacity,
            point.free_energy,
            point.mean_energy - point.temperature * point.entropy
        );
    }

    println!("\nThe other way round: which temperature has this mean energy?");
    println!("The plain average is 3.5/3 = 1.1667; beyond it the populations are inverted.\n");
    println!("{:>9} {:>10} {:>10}    p1      p2      p3   steps", "⟨E⟩", "T", "1/T");
    for mean in [0.01, 0.5, 1.0, 1.16, 3.5 / 3.0, 1.17, 1.5, 2.0, 2.49] {
        let state = Boltzmann::with_mean_energy(&energies, mean)?;
        println!(
            "{:>9.4} {:>10.4} {:>10.5} {} {:>5}",
            mean,
            state.temperature,
            state.beta,
            row(&state.probabilities),
            state.iterations.unwrap_or(0)
        );
    }
    println!("\n1/T passes smoothly through 0: from hot to hotter than infinitely hot.\n");
    for mean in [3.5 / 3.0, 1.5] {
        let state = Boltzmann::with_mean_energy(&energies, mean)?;
        println!(
            "⟨E⟩ = {mean:.4}: {}.",
            state.remark().unwrap_or("an ordinary temperature")
        );
    }
    if let Err(error) = Boltzmann::with_mean_energy(&energies, 2.5) {
        println!("⟨E⟩ = 2.5: {error}.");
    }
    Ok(())
}

fn row(probabilities: &[f64]) -> String {
    probabilities.iter().map(|p| format!(" {p:.5}")).collect()
}
