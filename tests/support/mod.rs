//! What the whole-program and published-results tests share.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, Fit, FitOptions, Model, ModelFile};

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, to be run in `folder`.
pub fn logsum(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_logsum"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the program was built for this test")
}

/// Exit code, standard output and standard error of a run.
pub fn ran(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8");
    (
        output.status.code().expect("not killed"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A model file and its data.
pub fn load(model: &Path) -> (ModelFile, ChoiceData) {
    let text = std::fs::read_to_string(model).expect("the model file");
    let file = ModelFile::parse(&text, &model.to_string_lossy()).unwrap_or_else(|error| panic!("{error}"));
    let path = model.parent().expect("a file has a folder").join(&file.file);
    let table =
        logsum::tables::read(&path, Columns::All, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    let data =
        ChoiceData::new(table, &file.schema, &file.specification.uses()).unwrap_or_else(|error| panic!("{error}"));
    (file, data)
}

/// The fit of a model file with default options.
pub fn estimate(model: &Path) -> Fit {
    let (file, data) = load(model);
    let model = Model::bind(&file.specification, &data).unwrap_or_else(|error| panic!("{error}"));
    model
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The reference collection beside the repository, where there is one.
pub fn reference() -> Option<PathBuf> {
    let folder = root().join("../shared/reference");
    folder.is_dir().then_some(folder)
}

/// Estimates, standard errors and log-likelihoods of a fit, bit for bit.
pub fn bits(fit: &Fit) -> Vec<u64> {
    let mut bits = vec![fit.log_likelihood.to_bits(), fit.log_likelihood_null.to_bits()];
    bits.extend(fit.parameters.iter().map(|parameter| parameter.estimate.to_bits()));
    for matrix in [&fit.covariance.hessian, &fit.covariance.opg, &fit.covariance.robust]
        .into_iter()
        .flatten()
    {
        bits.extend(matrix.iter().flatten().map(|value| value.to_bits()));
    }
    bits
}
