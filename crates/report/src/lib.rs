//! What people read: a fit or a description of data as text, Markdown, LaTeX, CSV or JSON.
//!
//! [`fit`] writes the report of an estimation, [`description`] that of a table of choices, [`prediction`] that
//! of predicted shares, [`individuals`] that of the tastes of decision makers given their choices, [`comparison`] that of
//! models side by side; [`applied`] has what fits are applied to: elasticities, willingness to pay, surplus, scenarios and
//! tests of restrictions. All take the [`Format`]; their text forms are 80 columns wide and say the same at every level
//! of colour ([`Style`]). [`Table`] is the builder below them, for whatever else has rows and numbers.
//!
//! A fit that did not converge says so in every format: in a box above and a line below the text, in
//! a quotation above the Markdown, in caption and notes of the LaTeX, in a column of the CSV, and in
//! `converged` of the JSON.

pub mod applied;
mod chart;
mod comparison;
mod csv;
mod description;
mod doctor;
mod fit;
mod format;
mod individuals;
mod json;
pub mod latex;
pub mod markdown;
mod nests;
mod normal_errors;
pub mod number;
mod page;
pub mod picture;
mod prediction;
mod progress;
mod random_tastes;
mod scales;
pub mod simulation;
mod style;
mod svg;
mod table;
mod text;
mod xml;

pub use chart::{Chart, DotAndWhisker, Scale, Stroke, Whisker};
pub use comparison::{
    ComparedElasticities, ComparedModel, ComparedNesting, ComparedPair, ComparedShares, ComparedWillingness,
    ComparisonReport, comparison, comparison_text,
};
pub use description::{description, description_text};
pub use doctor::DoctorReport;
pub use fit::{fit, fit_text};
pub use format::{Format, UnknownFormat};
pub use individuals::{IndividualCoefficient, IndividualWillingness, IndividualsReport, individuals, individuals_text};
pub use nests::nests;
pub use normal_errors::normal_errors;
pub use prediction::quality::calibration_picture;
pub use prediction::{PredictedAlternative, PredictedSegment, PredictionReport, prediction, prediction_text};
pub use progress::{progress_line, staged_progress_line};
pub use random_tastes::random_tastes;
pub use scales::scales;
pub use style::Style;
pub use svg::svg;
pub use table::{Align, Table};
pub use text::{WIDTH, wrap};
