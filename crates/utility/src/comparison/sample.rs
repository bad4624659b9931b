//! Whether two sets of data hold the same choices, and which decision makers of theirs are one.

use std::collections::HashMap;

use logsum_data::{ChoiceData, Layout, Outcome};

/// The decision makers of two sets of data with the same choices. Where one of them knows panels and the other takes every
/// case for itself, they are those of the panel.
#[derive(Clone, Debug, PartialEq)]
pub struct JointSample {
    /// Who each decision maker of the first data is.
    pub first: Vec<u32>,
    /// Who each decision maker of the second data is.
    pub second: Vec<u32>,
    /// Whether each of them counts: has a choice that is not of weight 0.
    pub counts: Vec<bool>,
}

/// Why two sets of data do not hold the same choices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum SampleDifference {
    #[error("one has a row for each case, the other for each alternative")]
    Layouts,
    #[error("they use {first} and {second} cases")]
    Cases { first: usize, second: usize },
    #[error("{n} of {all} cases are in one of them only")]
    Rows { n: usize, all: usize },
    #[error("choice sets differ in {n} of {all} cases")]
    ChoiceSets { n: usize, all: usize },
    #[error("choices differ in {n} of {all} cases")]
    Choices { n: usize, all: usize },
    #[error("weights differ in {n} of {all} cases")]
    Weights { n: usize, all: usize },
    #[error("decision makers differ")]
    DecisionMakers,
}

impl JointSample {
    /// Compares cases, choice sets, choices, weights and decision makers; the columns that enter the utilities may be
    /// others. Cases are known by their rows in the file.
    ///
    /// # Errors
    /// The first difference that is found.
    pub fn new(first: &ChoiceData, second: &ChoiceData) -> Result<Self, SampleDifference> {
        let wide = |data: &ChoiceData| matches!(data.schema().layout, Layout::Wide { .. });
        if wide(first) != wide(second) {
            return Err(SampleDifference::Layouts);
        }
        let all = first.n_cases();
        if all != second.n_cases() {
            return Err(SampleDifference::Cases {
                first: all,
                second: second.n_cases(),
            });
        }
        let by_row: HashMap<usize, usize> = (0..all).map(|case| (row(second, case), case)).collect();
        let twins: Vec<Option<usize>> = (0..all).map(|case| by_row.get(&row(first, case)).copied()).collect();
        let lost = twins.iter().filter(|twin| twin.is_none()).count();
        if lost > 0 {
            return Err(SampleDifference::Rows { n: lost, all });
        }
        let twins: Vec<usize> = twins.into_iter().flatten().collect();
        let count = |differs: &dyn Fn(usize, usize) -> bool| {
            let pairs = twins.iter().enumerate();
            pairs.filter(|&(case, &twin)| differs(case, twin)).count()
        };
        let named = numbered(first, second);
        let set = |data: &ChoiceData, names: Option<&[u32]>, case: usize| -> Vec<(u32, u64)> {
            let mut set: Vec<(u32, u64)> = data
                .pairs(case)
                .enumerate()
                .map(|(position, pair)| {
                    let own = data.pair_alternatives()[pair];
                    let name = names.map_or(own, |names| names[own as usize]);
                    (name, (chosen(data, case, position, pair) + 0.0).to_bits())
                })
                .collect();
            set.sort_unstable();
            set
        };
        let sets = |case, twin| (set(first, None, case), set(second, Some(&named), twin));
        let n = count(&|case, twin| {
            let (one, other) = sets(case, twin);
            !one.iter().map(|(name, _)| name).eq(other.iter().map(|(name, _)| name))
        });
        if n > 0 {
            return Err(SampleDifference::ChoiceSets { n, all });
        }
        let n = count(&|case, twin| {
            let (one, other) = sets(case, twin);
            one != other
        });
        if n > 0 {
            return Err(SampleDifference::Choices { n, all });
        }
        let weight = |data: &ChoiceData, case: usize| data.weights().map_or(1.0, |weights| weights[case]);
        let n = count(&|case, twin| weight(first, case) != weight(second, twin));
        if n > 0 {
            return Err(SampleDifference::Weights { n, all });
        }
        JointSample::of_makers(first, second, &twins)
    }

    fn of_makers(first: &ChoiceData, second: &ChoiceData, twins: &[usize]) -> Result<Self, SampleDifference> {
        let maker = |data: &ChoiceData, case: usize| data.decision_makers().map_or(case as u32, |makers| makers[case]);
        let from_second = first.decision_makers().is_none() && second.decision_makers().is_some();
        let (owner, n) = match from_second {
            true => (second, second.n_decision_makers()),
            false => (first, first.n_decision_makers()),
        };
        let both = first.decision_makers().is_some() && second.decision_makers().is_some();
        if both && second.n_decision_makers() != n {
            return Err(SampleDifference::DecisionMakers);
        }
        let nobody = u32::MAX;
        let mut joint = JointSample {
            first: vec![nobody; first.n_decision_makers()],
            second: vec![nobody; second.n_decision_makers()],
            counts: vec![false; n],
        };
        for (case, &twin) in twins.iter().enumerate() {
            let who = maker(owner, if from_second { twin } else { case });
            let ones = &mut joint.first[maker(first, case) as usize];
            let others = &mut joint.second[maker(second, twin) as usize];
            for known in [ones, others] {
                if *known != nobody && *known != who {
                    return Err(SampleDifference::DecisionMakers);
                }
                *known = who;
            }
            let weight = first.weights().map_or(1.0, |weights| weights[case]);
            joint.counts[who as usize] |= weight * first.choices(case) > 0.0;
        }
        Ok(joint)
    }

    /// Decision makers.
    pub fn n(&self) -> usize {
        self.counts.len()
    }
}

/// Row in which a case begins, from 0.
fn row(data: &ChoiceData, case: usize) -> usize {
    let rows = data.pairs(case).map(|pair| data.row_number(pair));
    rows.min().unwrap_or(0) - data.source().first_row
}

/// Positions of the second's alternatives among the first's: by code, or by their place in the case where alternatives
/// are unlabelled. What the first does not know gets numbers beyond.
fn numbered(first: &ChoiceData, second: &ChoiceData) -> Vec<u32> {
    let codes = &first.alternatives().codes;
    let known: HashMap<&String, usize> = codes.iter().enumerate().map(|(at, code)| (code, at)).collect();
    let others = second.alternatives().codes.iter().enumerate();
    others
        .map(|(at, code)| known.get(code).copied().unwrap_or(codes.len() + at) as u32)
        .collect()
}

/// What is known of the choice of an alternative: its place among the best, from 1, or minus that among the worst; its
/// count.
fn chosen(data: &ChoiceData, case: usize, position: usize, pair: usize) -> f64 {
    if let Outcome::Counts(counts) = data.outcome() {
        return counts[pair];
    }
    let Some(ranking) = data.ranking(case) else {
        return 0.0;
    };
    let worst = ranking.worst.iter().position(|slot| *slot as usize == position);
    match (ranking.place(position as u32), worst) {
        (Some(place), _) => place as f64 + 1.0,
        (None, Some(place)) => -1.0 - place as f64,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use logsum_data::{RankingSchema, Schema};

    use super::*;
    use crate::testing::{
        WIDE, changed, data, expression, numbers, specification, subset, table, wide_schema, wide_table,
    };

    fn sample(schema: &Schema, change: impl Fn(usize, f64) -> f64) -> ChoiceData {
        let table = changed(wide_table(40, 9), "choice", change);
        data(table, schema, &specification(WIDE.0, WIDE.1))
    }

    #[test]
    fn the_decision_makers_of_a_panel_are_those_of_both() {
        let (alone, panel) = (wide_schema(), wide_schema().decision_maker("person"));
        let (alone, panel) = (sample(&alone, |_, cell| cell), sample(&panel, |_, cell| cell));
        let of_case = panel.decision_makers().unwrap().to_vec();
        for (one, other) in [(&alone, &panel), (&panel, &alone)] {
            let joint = JointSample::new(one, other).unwrap();
            assert_eq!(joint.n(), panel.n_decision_makers());
            let (cases, makers) = match one.decision_makers() {
                None => (&joint.first, &joint.second),
                Some(_) => (&joint.second, &joint.first),
            };
            assert_eq!(cases, &of_case);
            assert!(makers.iter().enumerate().all(|(at, who)| at == *who as usize));
        }
        let same = JointSample::new(&alone, &alone).unwrap();
        assert_eq!((same.n(), same.first == same.second), (40, true));
    }

    #[test]
    fn panels_whose_cases_are_scattered_are_matched_by_row() {
        let table = wide_table(40, 9);
        let rows: Vec<usize> = (0..20).flat_map(|row| [row, row + 20]).collect();
        let table = subset(&table, &rows);
        let specification = specification(WIDE.0, WIDE.1);
        let alone = data(table.clone(), &wide_schema(), &specification);
        let panel = data(table, &wide_schema().decision_maker("person"), &specification);
        let joint = JointSample::new(&alone, &panel).unwrap();
        let person = |data: &ChoiceData, case: usize| match data.columns().iter().find(|c| c.name == "income") {
            Some(column) => match &column.values {
                logsum_data::Values::Number(cells) => cells[case],
                logsum_data::Values::Text(_) => unreachable!("incomes are numbers"),
            },
            None => unreachable!("it is used"),
        };
        // Whoever has the same income is the same person here.
        for case in 0..40 {
            let who = joint.first[case];
            let twin = panel.decision_makers().unwrap().iter().position(|maker| *maker == who);
            assert_eq!(person(&alone, case), person(&panel, twin.unwrap()));
        }
    }

    #[test]
    fn every_difference_is_told() {
        let plain = sample(&wide_schema(), |_, cell| cell);
        let message = |other: &ChoiceData| JointSample::new(&plain, other).unwrap_err().to_string();
        let filtered = |filter: &str| sample(&wide_schema().filter(expression(filter)), |_, cell| cell);
        let all = filtered("income < 0 or income >= 0");
        assert!(JointSample::new(&plain, &all).is_ok());
        let other = filtered("income < 0");
        assert_eq!(message(&other), format!("they use 40 and {} cases", other.n_cases()));
        let weighted = sample(&wide_schema().weight(expression("1 + (time_a > 20)")), |_, cell| cell);
        assert!(message(&weighted).starts_with("weights differ in "));
        let wider = Schema::wide("choice")
            .alternative("a", 0)
            .alternative("b", 1)
            .alternative("c", 2);
        assert!(message(&sample(&wider, |_, cell| cell)).starts_with("choice sets differ in "));
        let moved = sample(
            &wide_schema(),
            |row, cell| if row == 3 && cell != 0.0 { 0.0 } else { cell },
        );
        if moved.outcome() != plain.outcome() {
            assert_eq!(message(&moved), "choices differ in 1 of 40 cases");
        }
        let (one, other) = ("person", "region");
        let panels = [one, other].map(|column| sample(&wide_schema().decision_maker(column), |_, cell| cell));
        let differ = JointSample::new(&panels[0], &panels[1]).unwrap_err();
        assert_eq!(differ.to_string(), "decision makers differ");
    }

    #[test]
    fn rankings_are_more_than_their_first_choices() {
        let schema = Schema::long("case", "alt", "rank").ranking(RankingSchema {
            further: Vec::new(),
            ..RankingSchema::default()
        });
        let columns = vec![
            numbers("case", [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
            numbers("alt", [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]),
            numbers("rank", [2.0, 1.0, 3.0, 1.0, 3.0, 2.0]),
            numbers("x", [0.5, 0.1, 0.3, 0.2, 0.9, 0.4]),
        ];
        let specification = specification(&[("b", 0.0)], &[("all", "b * x")]);
        let ranked = data(table(columns), &schema, &specification);
        assert!(JointSample::new(&ranked, &ranked).is_ok());
        let differ = JointSample::new(&ranked, &ranked.first_choices()).unwrap_err();
        assert_eq!(differ, SampleDifference::Choices { n: 2, all: 2 });
    }
}
