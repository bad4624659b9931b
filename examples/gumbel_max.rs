//! Why is the logit a softmax? Because the largest of Gumbel-perturbed utilities is a draw from it.
//!
//! ```text
//! U_j = V_j + T ε_j,   P(ε ≤ x) = exp(−e^−x)        P(U_j is largest) = exp(V_j/T) / Σ exp(V_k/T)
//! max_j U_j ~ Gumbel(location T ln Σ exp(V_k/T), scale T), whichever of them wins
//! ```
//!
//! ```text
//! cargo run --release --example gumbel_max
//! ```

use logsum::draws::Seed;
use logsum::simulate::{Convergence, ConvergenceOptions, Experiment, GumbelMax, LEVEL, Noise, gumbel_differences};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names = ["train", "car", "bus", "bicycle"];
    let experiment = Experiment {
        utilities: vec![1.2, 1.0, 0.3, -0.8],
        temperature: 1.0,
        noise: Noise::Gumbel,
        draws: 10_000_000,
        seed: 2024,
        top: 2,
    };
    let tally = experiment.run()?;
    let found = GumbelMax::compare(&experiment, &tally, LEVEL)?;

    println!("Ten million travellers. Each sees the same utilities V and feels a Gumbel noise of his own;");
    println!("each takes what is best for him. The shares come out as softmax, which nobody computed:\n");
    println!(
        "{:10}{:>8}{:>12}{:>12}{:>12}{:>8}",
        "", "V", "softmax", "frequency", "std error", "z"
    );
    for (name, row) in names.iter().zip(&found.alternatives) {
        println!(
            "{name:10}{:>8.1}{:>12.6}{:>12.6}{:>12.6}{:>8.2}",
            row.utility, row.softmax, row.frequency, row.std_error, row.z
        );
    }
    let (g, distance) = (found.softmax.g, found.total_variation);
    println!(
        "\nG = {:.2} on {} degrees of freedom, p = {:.3}.",
        g.statistic, g.degrees, g.p_value
    );
    println!(
        "Total variation {:.6}; chance alone makes it {:.6} ± {:.6}.",
        distance.observed, distance.expected, distance.standard_deviation
    );

    let maximum = &found.maximum;
    println!("\nHow good is the best? Its mean is the logsum and Euler's constant, its law again Gumbel:\n");
    println!("logsum ln Σ exp V     {:>10.6}", maximum.logsum);
    println!("logsum + 0.5772…      {:>10.6}", maximum.expected);
    println!(
        "mean of the best      {:>10.6}   ± {:.6}   z = {:.2}",
        maximum.mean, maximum.std_error, maximum.z
    );
    println!("variance, π²/6        {:>10.6}", maximum.expected_variance);
    println!("variance of the best  {:>10.6}", maximum.variance);
    println!(
        "Kolmogorov–Smirnov    {:>10.6}   p = {:.3}",
        maximum.kolmogorov.statistic, maximum.kolmogorov.p_value
    );
    println!("\nWho wins says nothing of how good the winner is: χ² of winner and decile of the best");
    println!(
        "{:.1} on {} degrees of freedom, p = {:.3}.",
        maximum.independence.statistic, maximum.independence.degrees, maximum.independence.p_value
    );

    if let Some(orderings) = &found.orderings {
        println!("\nFirst and second best: softmax, then softmax over those that remain (Plackett–Luce).\n");
        println!("{:22}{:>12}{:>12}{:>8}", "", "probability", "frequency", "z");
        for row in orderings.frequent.iter().take(6) {
            let order: Vec<&str> = row.ordering.iter().map(|&j| names[j as usize]).collect();
            println!(
                "{:22}{:>12.6}{:>12.6}{:>8.2}",
                order.join(" > "),
                row.probability,
                row.frequency,
                row.z
            );
        }
        println!("all of them: p = {:.3}", orderings.goodness.g.p_value);
    }

    let differences = gumbel_differences(Seed::new(7), 200_000);
    println!("\nWith two alternatives all that counts is the difference of two Gumbel variables. It is logistic");
    println!(
        "(p = {:.3}), which makes the binary logit logistic regression, and it is not normal (p = {:.0e}).",
        differences.logistic.p_value, differences.normal.p_value
    );

    let convergence = Convergence::measure(&experiment, &ConvergenceOptions::default())?;
    println!("\nFor one more digit, a hundred times the draws:\n");
    println!("{:>10}{:>14}{:>14}", "draws", "rms error", "expected");
    for point in convergence.points.iter().step_by(4) {
        println!("{:>10}{:>14.7}{:>14.7}", point.draws, point.rms_error, point.expected);
    }
    if let (Some(slope), Some(error)) = (convergence.slope, convergence.slope_std_error) {
        println!("\nslope of ln error over ln draws: {slope:.3} ± {error:.3}; theory says −1/2.");
    }
    Ok(())
}
