//! Choice data, checked once: situations (choice sets, columns, code dictionaries) and their outcomes.
//!
//! A [`Table`] is what a file holds, a [`Schema`] says how to read it, [`ChoiceData`] is what comes out when every
//! check has been made. This crate knows neither files nor models.

mod alternatives;
mod build;
mod choice_data;
mod columns;
mod computed;
mod counts;
pub mod describe;
mod draft;
mod error;
mod faults;
mod fingerprint;
mod grouping;
mod inspect;
mod long;
mod outcomes;
mod panel;
mod part_values;
mod parts;
mod ranges;
mod rankings;
mod resample;
mod restrict;
mod scenario;
mod schema;
mod screen;
mod segments;
mod select;
mod stages;
mod subset;
mod table;
mod tallies;
mod wide;
mod with_cells;

pub use alternatives::Alternatives;
pub use choice_data::{ChoiceData, DataColumn, Level, Outcome, Use, Uses};
pub use columns::Names;
pub use error::{DataError, Place, Places, Samples, name_list, near_miss};
pub use fingerprint::Fingerprint;
pub use grouping::Grouping;
pub use inspect::{
    AttributeGroup, ColumnFacts, ColumnKind, Confidence, Guess, Inspection, LongReading, RankingReading, Reading,
    WideAlternative, WideReading, inspect,
};
pub use parts::{Added, Parts, PartsError, Totals};
pub use rankings::{Ranking, Rankings};
pub use scenario::{Change, ScenarioError};
pub use schema::{
    AlternativeCount, AlternativeSchema, Code, Derived, Joint, Layout, Missing, RankingSchema, Schema, Ties, WideChoice,
};
pub use segments::Segments;
pub use stages::Stages;
pub use table::{Column, MISSING_TEXT, Source, Table, TextColumn, Values};
