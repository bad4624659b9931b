//! What a report says of scales.

use logsum_utility::{Fit, ScaleReport, ScaleTest};

use super::facts::Fact;
use crate::number::{MISSING, counted, p_value, significant};

/// Each scale, and its test.
pub(super) fn facts(fit: &Fit) -> Vec<Fact> {
    let one = |scale: &ScaleReport| {
        let test = scale.test.as_ref().map(|test| ("Scale against 1", tested(test)));
        std::iter::once(("Scale", described(scale))).chain(test)
    };
    fit.scales.iter().flat_map(one).collect()
}

/// `sp: mu_sp = 0.5234 where SP == 1 (4,021 cases)`.
fn described(scale: &ScaleReport) -> String {
    let factor = match &scale.test {
        Some(test) => format!("{} = {}", test.term, significant(test.estimate, 4)),
        None => scale.factor.clone(),
    };
    let place = match &scale.when {
        Some(when) => format!(" where {when} ({})", counted(scale.n_cases, "case")),
        None => String::new(),
    };
    format!("{}: {factor}{place}", scale.name)
}

/// `mu_sp: z = -4.21, p <0.0001`.
fn tested(test: &ScaleTest) -> String {
    let z = test.statistic.map_or(MISSING.to_string(), |z| format!("{z:.2}"));
    let p = p_value(test.p_value);
    let equals = if p.starts_with('<') { "" } else { "= " };
    format!("{}: z = {z}, p {equals}{p}", test.term)
}
