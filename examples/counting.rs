//! Where does softmax come from? Count: most arrangements of many particles look like it.
//!
//! ```text
//! W = n! / Π n_j!      Σ n_j = n      Σ n_j E_j = n ⟨E⟩        n_j/n → exp(−E_j/T) / Z
//! ```
//!
//! Boltzmann's own example of 1877, seven molecules that share seven units of energy, and then more and more of them.
//!
//! ```text
//! cargo run --release --example counting
//! ```

use logsum::simulate::counting::{CountingError, count_arrangements, occupations};

fn main() -> Result<(), CountingError> {
    let ladder: Vec<f64> = (0..8).map(f64::from).collect();

    println!("Seven molecules with energies 0, 1, ..., 7 share 7 units (Boltzmann 1877).");
    println!("Every way to deal out the energy counts the same. How many ways has each occupation?\n");
    println!("molecules with energy");
    println!(
        "{}        W",
        (0..8).map(|energy| format!("{energy:>3}")).collect::<String>()
    );
    let all = occupations(&ladder, 7, Some(1.0))?;
    for occupation in &all {
        let numbers: String = occupation.numbers.iter().map(|number| format!("{number:>3}")).collect();
        println!("{numbers}   {:>6}", occupation.arrangements.exact.unwrap_or(0));
    }
    let seven = count_arrangements(&ladder, 7, Some(1.0))?;
    println!(
        "\n{} occupations, {} arrangements = C(13, 6), {:.1} % of them of one occupation\n",
        all.len(),
        seven.n_arrangements.exact.unwrap_or(0),
        100.0 * seven.share
    );
    println!("energy   most numerous/7   average/7   Boltzmann");
    for j in 0..8 {
        println!(
            "{j:>6}   {:>15.4}   {:>9.4}   {:>9.4}",
            seven.most_numerous.numbers[j] as f64 / 7.0,
            seven.average[j] / 7.0,
            seven.boltzmann.probabilities[j]
        );
    }

    println!(
        "\nMore molecules, one unit of energy each. The occupations become countless, the most numerous one alone"
    );
    println!("ever rarer, and yet closer to Boltzmann's distribution, as is the average of all arrangements.\n");
    println!(
        "{:>6} {:>16} {:>16} {:>9}  {:>29}",
        "", "", "", "share of", "distance from Boltzmann"
    );
    println!(
        "{:>6} {:>16} {:>16} {:>9}  {:>9} {:>9} {:>9}",
        "n", "occupations", "ln arrangements", "the most", "most", "KL", "average"
    );
    for n in [7, 14, 28, 56, 112, 224, 448, 896, 1792] {
        let counting = count_arrangements(&ladder, n, Some(1.0))?;
        println!(
            "{n:>6} {:>16} {:>16.3} {:>9.1e}  {:>9.5} {:>9.1e} {:>9.5}",
            counting
                .n_occupations
                .map_or("over 2^128".to_owned(), |n| n.to_string()),
            counting.n_arrangements.ln,
            counting.share,
            counting.total_variation,
            counting.divergence,
            counting.average_total_variation
        );
    }
    println!("\nDistances are total variation, ½ Σ |n_j/n − p_j|; KL is Σ (n_j/n) ln(n_j/(n p_j)).");

    println!(
        "\nAre the arrangements like Boltzmann, or the one occupation only? All arrangements of n on four levels:\n"
    );
    println!("{:>6} {:>44}", "n", "share of arrangements within 0.05 of Boltzmann");
    for n in [20, 40, 80, 160, 320, 640] {
        let p = count_arrangements(&ladder[..4], n, Some(1.0))?.boltzmann.probabilities;
        let (mut near, mut total) = (0.0, 0.0);
        let all = occupations(&ladder[..4], n, Some(1.0))?;
        for occupation in &all {
            // Relative to the most numerous, so that none overflows.
            let weight = (occupation.arrangements.ln - all[0].arrangements.ln).exp();
            let pairs = occupation.numbers.iter().zip(&p);
            let distance = 0.5
                * pairs
                    .map(|(number, p)| (*number as f64 / n as f64 - p).abs())
                    .sum::<f64>();
            total += weight;
            near += if distance < 0.05 { weight } else { 0.0 };
        }
        println!("{n:>6} {:>44.4}", near / total);
    }
    Ok(())
}
