//! What a report says of scales.

use logsum_utility::{Fit, ScaleReport, ScaleTest};

use super::facts::Fact;
use crate::number::{MISSING, p_value, significant};

/// One for each scale.
pub(super) fn facts(fit: &Fit) -> Vec<Fact> {
    fit.scales.iter().map(|scale| ("Scale", described(scale))).collect()
}

/// `sp: mu_sp = 0.5234 where SP == 1; against 1, z = -4.21, p < 0.0001`.
fn described(scale: &ScaleReport) -> String {
    let factor = match &scale.test {
        Some(test) => format!("{} = {}", test.term, significant(test.estimate, 4)),
        None => scale.factor.clone(),
    };
    let place = scale
        .when
        .as_ref()
        .map_or(String::new(), |when| format!(" where {when}"));
    let test = scale.test.as_ref().map_or(String::new(), tested);
    format!("{}: {factor}{place}{test}", scale.name)
}

fn tested(test: &ScaleTest) -> String {
    let Some(statistic) = test.statistic else {
        return format!("; against 1, z = {MISSING}");
    };
    let p = p_value(test.p_value);
    let p = if p.starts_with('<') {
        format!("p {p}")
    } else {
        format!("p = {p}")
    };
    format!("; against 1, z = {statistic:.2}, {p}")
}
