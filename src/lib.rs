#![doc = include_str!("../README.md")]

pub use logsum_data as data;
pub use logsum_draws as draws;
pub use logsum_estimate as estimate;
pub use logsum_expressions as expressions;
pub use logsum_probit as probit;
pub use logsum_report as report;
pub use logsum_simulate as simulate;
pub use logsum_tables as tables;
pub use logsum_utility as utility;

pub use logsum_data::{ChoiceData, Code, Layout, Missing, Schema};
pub use logsum_estimate::{LogLikelihood, Parameter};
pub use logsum_expressions::Expression;
pub use logsum_utility::{
    CovarianceKind, Fit, FitOptions, Formula, Model, ModelFile, Scale, Specification, Term, boxcox, column, parameter,
};
