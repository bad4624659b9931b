//! Small models that the tests compare.

use logsum_data::ChoiceData;

use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution};
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{WIDE, data, specification, wide_schema, wide_table};

/// A logit of cases that stand alone.
pub(crate) fn logit() -> (Specification, ChoiceData) {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(400, 3), &wide_schema(), &specification);
    (specification, data)
}

/// A logit of a panel.
pub(crate) fn panel() -> (Specification, ChoiceData) {
    let specification = specification(WIDE.0, WIDE.1);
    let schema = wide_schema().decision_maker("person");
    let data = data(wide_table(400, 3), &schema, &specification);
    (specification, data)
}

/// A mixed logit of a panel: the time normal, the cost lognormal.
pub(crate) fn mixed() -> (Specification, ChoiceData) {
    let mut cost = RandomCoefficient::new("b_cost", Shape::Lognormal);
    if let TasteDistribution::Named { sign, start, .. } = &mut cost.distribution {
        (*sign, *start) = (-1.0, Some(0.5));
    }
    let plan = DrawPlan {
        method: DrawMethod::Halton,
        number: DrawNumber::Number(40),
        replications: 0,
        ..DrawPlan::default()
    };
    let (specification, data) = panel();
    let specification = specification
        .random(RandomCoefficient::new("b_time", Shape::Normal))
        .random(cost)
        .draws(plan);
    (specification, data)
}

pub(crate) fn fitted(specification: &Specification, data: &ChoiceData) -> Fit {
    let model = Model::bind(specification, data).unwrap_or_else(|error| panic!("{error}"));
    model
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}
