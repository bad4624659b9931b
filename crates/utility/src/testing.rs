//! What the tests share: seeded numbers, small tables, and the plain log-likelihood.

mod data;
mod mixed;
mod plain;
mod random;

pub(crate) use data::{
    LONG, WIDE, changed, data, expression, long_table, numbers, shuffled, situations, specification, subset, table,
    texts, wide_schema, wide_table,
};
pub(crate) use mixed::mixed;
pub(crate) use plain::{plain, plain_ln_probabilities, plain_utilities, plain_value};
pub(crate) use random::Random;

/// All orders of some slots.
pub(crate) fn orders<T: Copy>(slots: &[T]) -> Vec<Vec<T>> {
    if slots.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |at: usize| {
        let mut rest = slots.to_vec();
        let first = rest.remove(at);
        orders(&rest)
            .into_iter()
            .map(move |order| [vec![first], order].concat())
    };
    (0..slots.len()).flat_map(with_first).collect()
}
