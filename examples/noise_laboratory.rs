//! Does the shape of the noise matter, if its variance is the same? And what does temperature do?
//!
//! ```text
//! U_j = V_j + T ε_j,   Var ε = π²/6 for every shape        P_j = ∫ f(ε) Π_{k≠j} F(ε + (V_j − V_k)/T) dε
//! ```
//!
//! Only Gumbel noise gives softmax. An integral gives the others' probabilities, and the draws agree with it.
//!
//! ```text
//! cargo run --release --example noise_laboratory
//! ```

use logsum::simulate::exact::{logsum, probabilities, softmax};
use logsum::simulate::{Experiment, GumbelMax, LEVEL, Noise};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let utilities = vec![1.5, 1.0, 0.0, -1.0];
    println!("Four alternatives with utilities 1.5, 1, 0, −1, and a million draws of each noise.");
    println!("All have the variance of the standard Gumbel; the shares are those drawn.\n");
    println!(
        "{:22}{:>9}{:>9}{:>9}{:>9}   {:>11}   {:>9}",
        "noise", "1", "2", "3", "4", "softmax, p", "its own, p"
    );
    let names = [
        "gumbel",
        "exponential-race",
        "normal",
        "logistic",
        "laplace",
        "student:3",
        "uniform",
        "exponential",
        "gev-nested:0.5",
        "correlated-normal:0.8",
    ];
    for (seed, name) in (2024..).zip(names) {
        let experiment = Experiment {
            noise: Noise::parse(name, utilities.len(), Some(&[0, 1]))?,
            utilities: utilities.clone(),
            temperature: 1.0,
            draws: 1_000_000,
            seed,
            top: 0,
        };
        let found = GumbelMax::compare(&experiment, &experiment.run()?, LEVEL)?;
        let shares = found.alternatives.iter().map(|row| format!("{:>9.4}", row.frequency));
        let own = found.under_noise.map_or("—".to_owned(), |own| p_value(own.g.p_value));
        println!(
            "{name:22}{}   {:>11}   {own:>9}",
            shares.collect::<String>(),
            p_value(found.softmax.g.p_value),
        );
    }
    println!("\nThe first two are one model: −ln of an exponential waiting time is Gumbel, so whoever arrives first");
    println!("in a race with rates exp V is a draw from softmax. The next three are bell-shaped and come near it,");
    println!("but a million draws tell each from it. The last two share noise between 1 and 2,");
    println!("who therefore take from each other rather than from 3 and 4.\n");

    println!("The same noises where the choice is nearly certain: two alternatives, difference d, exact.\n");
    println!(
        "{:>6}{:>14}{:>14}{:>14}{:>14}{:>14}",
        "d", "gumbel", "normal", "laplace", "student:3", "uniform"
    );
    for d in [0.0, 1.0, 2.0, 4.0, 8.0] {
        let second = ["gumbel", "normal", "laplace", "student:3", "uniform"].map(|name| {
            let noise = Noise::parse(name, 2, None)?;
            let p = probabilities(&noise, &[d, 0.0], 1.0);
            Ok(p.map_or("—".to_owned(), |p| format!("{:>14.3e}", p[1])))
        });
        let second: Result<String, logsum::simulate::ExperimentError> = second.into_iter().collect();
        println!("{d:>6}{}", second?);
    }
    println!("\nAlike in the middle, worlds apart in the tails: uniform noise excludes what the others find rare.\n");

    println!("Temperature scales the noise: frozen it is the maximum, hot it is a fair die, and in between the");
    println!("logsum T ln Σ exp(V/T) is the value of being offered all four.\n");
    println!("{:>8}{:>10}{:>10}{:>10}{:>10}{:>18}", "T", "1", "2", "3", "4", "logsum");
    for temperature in [1e-6, 0.1, 0.5, 1.0, 2.0, 10.0, 1e6] {
        let p = softmax(&utilities, temperature);
        let p = p.iter().map(|p| format!("{p:>10.4}")).collect::<String>();
        println!("{temperature:>8}{p}{:>18.6}", logsum(&utilities, temperature));
    }
    Ok(())
}

/// Small ones as a bound: their exact size means nothing.
fn p_value(p: f64) -> String {
    if p < 1e-9 {
        "< 1e-9".to_owned()
    } else {
        format!("{p:.3}")
    }
}
