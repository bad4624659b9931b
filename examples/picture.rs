//! How does a report look? Writes the picture that heads the README.
//!
//! ```text
//! cargo run --release --example picture > examples/report.svg
//! ```

use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, FitOptions, Model, ModelFile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/swissmetro");
    let file = ModelFile::parse(&std::fs::read_to_string(format!("{folder}/logit.toml"))?, "logit.toml")?;
    let path = format!("{folder}/{}", file.file);
    let table = logsum::tables::read(path.as_ref(), Columns::All, &ReadOptions::default())?;
    let data = ChoiceData::new(table, &file.schema, &file.specification.uses())?;
    let mut fit = Model::bind(&file.specification, &data)?.fit(&FitOptions::default(), None)?;
    fit.title = file.title;
    let text = logsum::report::fit_text(&fit, logsum::report::Style::Plain);
    print!(
        "{}",
        logsum::report::svg(&text, "logsum estimate datasets/swissmetro/logit.toml")
    );
    Ok(())
}
