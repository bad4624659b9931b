//! Paint half of the buses blue: does the car lose travellers?
//!
//! ```text
//! softmax          P(car) / P(red bus) = exp((V_car − V_red)/T), whatever else there is        1/3  1/3  1/3
//! nest of buses    P(nest) = 2^λ / (1 + 2^λ) at equal utilities, λ → 0                         1/2  1/4  1/4
//! probit           buses' noise correlated, ρ → 1                                              1/2  1/4  1/4
//! ```
//!
//! ```text
//! cargo run --release --example red_bus_blue_bus
//! ```

use logsum::simulate::{RedBus, RedBusOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let found = RedBus::run(&RedBusOptions::default())?;
    println!("Half of the travellers drive, half take the red bus. Overnight some buses are painted blue.");
    println!("A million travellers choose, before and after; in brackets the exact probabilities.");
    for scenario in &found.scenarios {
        println!("\n{}\n", scenario.noise);
        println!("{:10}{:>22}{:>22}", "", "before", "after");
        for (j, after) in scenario.after.iter().enumerate() {
            let before = scenario.before.get(j);
            let before = before.map_or("—".to_owned(), |share| {
                format!("{:.4} ({:.4})", share.drawn, share.exact)
            });
            let after_shares = format!("{:.4} ({:.4})", after.drawn, after.exact);
            println!("{:10}{before:>22}{after_shares:>22}", after.alternative);
        }
        let ratio = |ratio: &logsum::simulate::Ratio| format!("{:.4} ± {:.4}", ratio.drawn, ratio.std_error);
        println!(
            "{:10}{:>22}{:>22}",
            "car : red",
            ratio(&scenario.ratio_before),
            ratio(&scenario.ratio_after)
        );
        let verdict = if scenario.p_value < 0.001 {
            "the ratio has changed"
        } else {
            "the ratio is as before"
        };
        println!("{verdict}: z = {:.2}", scenario.z);
    }
    println!("\nIndependent Gumbel noise keeps the ratio of car and red bus, come what may: independence of");
    println!("irrelevant alternatives. It takes the blue bus for something new. Where the two buses share what the");
    println!("analyst does not see, the blue bus takes from the red bus and leaves the car alone.\n");

    println!("By how much they share it (probabilities of car, red bus, blue bus):\n");
    println!("{:>8}{:>30}{:>12}{:>30}", "λ", "nested", "ρ", "correlated normal");
    for (dissimilarity, correlation) in [(1.0, 0.0), (0.8, 0.36), (0.5, 0.75), (0.2, 0.96), (0.01, 0.9999)] {
        let options = RedBusOptions {
            dissimilarity,
            correlation,
            draws: 1_000,
            ..RedBusOptions::default()
        };
        let found = RedBus::run(&options)?;
        let exact = |scenario: usize| {
            let shares = found.scenarios[scenario].after.iter();
            shares.map(|share| format!("{:>10.4}", share.exact)).collect::<String>()
        };
        println!("{dissimilarity:>8}{}{correlation:>12}{}", exact(1), exact(2));
    }
    println!("\nEach λ stands beside the ρ = 1 − λ² that gives the noise of the buses the same correlation.");
    Ok(())
}
