//! What the tests share: seeded numbers, small tables, and the plain log-likelihood.

mod data;
mod plain;
mod random;

pub(crate) use data::{
    LONG, WIDE, data, expression, long_table, numbers, shuffled, situations, specification, subset, table, texts,
    wide_schema, wide_table,
};
pub(crate) use plain::{plain, plain_ln_probabilities, plain_utilities, plain_value};
pub(crate) use random::Random;
