//! How do I write the model in Rust, without a model file?
//!
//! ```text
//! cargo run --release --example in_rust
//! ```

use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, FitOptions, Model, Schema, Specification, column, parameter};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/travel_mode/travel_mode.csv");
    let table = logsum::tables::read(path.as_ref(), Columns::All, &ReadOptions::default())?;

    // Greene's conditional logit: 1 air, 2 train, 3 bus, 4 car.
    let schema = Schema::long("individual", "mode", "choice")
        .alternative("air", 1)
        .alternative("train", 2)
        .alternative("bus", 3)
        .alternative("car", 4);
    let model = Specification::new()
        .parameter("asc_air", 0.0)
        .parameter("asc_train", 0.0)
        .parameter("asc_bus", 0.0)
        .parameter("b_gc", 0.0)
        .parameter("b_ttme", 0.0)
        .parameter("b_income_air", 0.0)
        .utility_of_all(parameter("b_gc") * column("gc") + parameter("b_ttme") * column("ttme"))
        .utility("air", parameter("asc_air") + parameter("b_income_air") * column("hinc"))
        .utility("train", parameter("asc_train"))
        .utility("bus", parameter("asc_bus"));

    let data = ChoiceData::new(table, &schema, &model.uses())?;
    let fit = Model::bind(&model, &data)?.fit(&FitOptions::default(), None)?;
    println!("log-likelihood {:.4} over {} cases", fit.log_likelihood, fit.n_cases);
    for estimate in &fit.parameters {
        println!(
            "{:14} {:9.5}  ({:.5})",
            estimate.term,
            estimate.estimate,
            estimate.std_error.unwrap_or(f64::NAN)
        );
    }
    Ok(())
}
