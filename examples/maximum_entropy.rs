//! Why the exponential? It is what is left when nothing but the average is known.
//!
//! ```text
//! max −Σ p_j ln p_j    subject to    Σ p_j = 1,  Σ p_j x_j = mean        ⇒    p_j ∝ exp(−λ x_j)
//! ```
//!
//! The optimiser works on the probabilities themselves and knows only the derivatives of entropy, −ln p − 1 and −1/p;
//! the closed form is softmax at the temperature that belongs to the mean.
//!
//! ```text
//! cargo run --release --example maximum_entropy
//! ```
//!
//! Jaynes (1962), Brandeis lectures: the die that shows 4.5 on average.

use logsum::simulate::maximum_entropy::{MaximumEntropyError, against_boltzmann, maximise_entropy};

fn main() -> Result<(), MaximumEntropyError> {
    let faces: Vec<f64> = (1..=6).map(f64::from).collect();

    println!("A die was thrown many times and showed 4.5 on average, not 3.5.");
    println!("What is the probability of each face?\n");
    let die = against_boltzmann(&faces, 4.5)?;
    println!("face   optimiser   softmax(−x/T)   difference");
    for (j, (p, q)) in die
        .maximum
        .probabilities
        .iter()
        .zip(&die.boltzmann.probabilities)
        .enumerate()
    {
        println!("{:>4}   {p:.7}   {q:.11}   {:>10.0e}", j + 1, (p - q).abs());
    }
    println!(
        "\nentropy {:.6} of at most ln 6 = {:.6}, {} Newton steps",
        die.maximum.entropy,
        6f64.ln(),
        die.maximum.iterations
    );
    println!(
        "multiplier of the average {:.6} = 1/T of softmax {:.6}: T is negative, high faces are the more probable",
        die.beta, die.boltzmann.beta
    );

    println!("\nOther averages. The multiplier is the entropy gained per unit of average allowed, ∂S/∂⟨x⟩ = 1/T.\n");
    println!(
        "{:>6} {:>9} {:>10} {:>12} {:>12} {:>6}",
        "⟨x⟩", "S", "1/T", "ΔS/Δ⟨x⟩", "difference", "steps"
    );
    for mean in [1.001, 1.5, 2.5, 3.5, 4.5, 5.5, 5.999] {
        let die = against_boltzmann(&faces, mean)?;
        let h = 1e-5;
        let entropy = |mean| maximise_entropy(std::slice::from_ref(&faces), &[mean]).map(|best| best.entropy);
        println!(
            "{mean:>6} {:>9.6} {:>10.5} {:>12.5} {:>12.0e} {:>6}",
            die.maximum.entropy,
            unsigned_zero(die.beta),
            unsigned_zero((entropy(mean + h)? - entropy(mean - h)?) / (2.0 * h)),
            die.largest_difference,
            die.maximum.iterations
        );
    }

    println!(
        "\nKnow more, and the exponent gets more terms: the average 3.5 and the average square 17.5 (a fair die has"
    );
    println!("15.17) give p ∝ exp(−λ₁ x − λ₂ x²), probabilities pushed out to both ends.\n");
    let squares = faces.iter().map(|face| face * face).collect();
    let die = maximise_entropy(&[faces, squares], &[3.5, 17.5])?;
    for (j, p) in die.probabilities.iter().enumerate() {
        println!("{:>4}   {p:.5}   {}", j + 1, "▪".repeat((p * 100.0).round() as usize));
    }
    println!("\nλ₁ = {:.5}, λ₂ = {:.5}", die.multipliers[0], die.multipliers[1]);
    Ok(())
}

/// No minus in front of a zero of five decimals.
fn unsigned_zero(x: f64) -> f64 {
    if x.abs() < 5e-6 { 0.0 } else { x }
}
