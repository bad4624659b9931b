//! How do I estimate a model file from Rust, and choose the covariance afterwards?
//!
//! ```text
//! cargo run --release --example from_file
//! ```

use logsum::report::Format;
use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, CovarianceKind, FitOptions, Model, ModelFile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/swissmetro");
    let text = std::fs::read_to_string(format!("{folder}/logit.toml"))?;
    let file = ModelFile::parse(&text, "logit.toml")?;

    let path = format!("{folder}/{}", file.file);
    let table = logsum::tables::read(path.as_ref(), Columns::All, &ReadOptions::default())?;
    let data = ChoiceData::new(table, &file.schema, &file.specification.uses())?;

    let mut fit = Model::bind(&file.specification, &data)?.fit(&FitOptions::default(), None)?;
    fit.title = file.title;
    fit.choose_covariance(&CovarianceKind::Robust)?;
    print!("{}", logsum::report::fit(&fit, Format::Markdown));
    Ok(())
}
