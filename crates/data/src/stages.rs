//! Rankings taken apart into the choices that they are made of.

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::rankings::Ranking;
use crate::restrict::gather;
use crate::schema::Joint;
use crate::table::Values;

/// The stages of rankings: choices from what the stages before have left.
///
/// A ranking of r of the J alternatives of a case has the stages
///
/// ```text
/// j_1 from C,   j_2 from C \ {j_1},   ...,   j_r from C \ {j_1, ..., j_{r−1}}
/// ```
///
/// Where the worst is known too, its stage is the last: the worst of what the best have left. What is left of a single
/// alternative is no choice and no stage.
///
/// Alternatives that share a rank ([`Joint::Ties`]) are the outcome of one stage, and so are the best and the worst where
/// they are one choice of a pair ([`Joint::MaxDiff`]): outcomes are then counts, 1 of those that are taken and −1 of the
/// worst of a pair. A case whose alternatives all share the first rank has the stage that takes them all, of probability 1.
#[derive(Clone, Debug)]
pub struct Stages {
    /// The choices: cases that follow each other, with the rows, the columns and the weight of the ranked case, and a
    /// decision maker each, that of the ranked case, also where that is one of its own.
    pub data: ChoiceData,
    /// The ranked case of each choice.
    pub case: Vec<u32>,
    /// Where the worst are taken by themselves, a column of `data` that is −1 at the stages that do, and 1 at the others.
    pub sign: Option<String>,
    /// How several alternatives that are one outcome are taken, where there may be such.
    pub joint: Option<Joint>,
}

/// A stage of a ranking as it is taken apart.
struct Stage {
    /// Whether it takes the worst.
    is_worst: bool,
    /// Slots of its choice set, and what is taken of them.
    slots: Vec<(u32, f64)>,
}

/// The stages of a case with so many alternatives.
fn of_case(ranking: Ranking<'_>, joint: Option<Joint>, n: usize) -> Vec<Stage> {
    let mut left: Vec<u32> = (0..n as u32).collect();
    let stage = |left: &[u32], taken: &dyn Fn(u32) -> f64, is_worst: bool| Stage {
        is_worst,
        slots: left.iter().map(|&slot| (slot, taken(slot))).collect(),
    };
    let one_of = |list: &[u32], slot: u32| f64::from(u8::from(list.contains(&slot)));
    if joint == Some(Joint::MaxDiff) {
        let taken = |slot: u32| one_of(ranking.best, slot) - one_of(ranking.worst, slot);
        return vec![stage(&left, &taken, false)];
    }
    let mut stages = Vec::new();
    for (group, _) in ranking.groups(n) {
        stages.push(stage(&left, &|slot| one_of(group, slot), false));
        left.retain(|slot| !group.contains(slot));
    }
    for worst in ranking.worst {
        if left.len() > 1 {
            stages.push(stage(&left, &|slot| one_of(&[*worst], slot), true));
        }
        left.retain(|slot| slot != worst);
    }
    if stages.is_empty() && left.len() > 1 {
        stages.push(stage(&left, &|_| 1.0, false));
    }
    stages
}

impl ChoiceData {
    /// The stages of the rankings; `None` where outcomes are none.
    ///
    /// # Panics
    /// If choice sets are sampled with a correction, which belongs to single choices.
    pub fn stages(&self) -> Option<Stages> {
        let rankings = self.rankings.as_ref()?;
        assert!(
            self.correction_column().is_none(),
            "rankings have no sampled choice sets"
        );
        let joint = rankings.joint();
        let mut case_of_stage: Vec<usize> = Vec::new();
        let mut worst_of_stage: Vec<bool> = Vec::new();
        let mut pairs: Vec<usize> = Vec::new();
        let mut start = vec![0];
        let mut taken: Vec<f64> = Vec::new();
        for case in 0..self.n_cases() {
            let of_case_pairs = self.pairs(case);
            for stage in of_case(rankings.of(case), joint, of_case_pairs.len()) {
                let slots = stage.slots.iter();
                pairs.extend(slots.clone().map(|(slot, _)| of_case_pairs.start + *slot as usize));
                taken.extend(slots.map(|(_, taken)| taken));
                start.push(pairs.len());
                case_of_stage.push(case);
                worst_of_stage.push(stage.is_worst);
            }
        }
        let outcome = match joint {
            Some(_) => Outcome::Counts(taken),
            None => {
                let position = |of_stage: &[usize]| {
                    let taken = &taken[of_stage[0]..of_stage[1]];
                    taken.iter().position(|taken| *taken == 1.0).expect("a stage takes one") as u32
                };
                Outcome::Chosen(start.windows(2).map(position).collect())
            }
        };
        let n_stages = case_of_stage.len();
        let mut columns: Vec<DataColumn> = self
            .columns
            .iter()
            .map(|column| DataColumn {
                values: match column.level {
                    Level::Case => gather(&column.values, &case_of_stage),
                    Level::Pair => gather(&column.values, &pairs),
                },
                ..column.clone()
            })
            .collect();
        let sign = (rankings.is_best_worst() && joint.is_none()).then(|| {
            let mut name = "direction of the stage".to_owned();
            while columns.iter().any(|column| column.name == name)
                || self.schema.derived.iter().any(|derived| derived.name == name)
            {
                name.push('\'');
            }
            name
        });
        if let Some(name) = &sign {
            let signs = worst_of_stage.iter().map(|&worst| if worst { -1.0 } else { 1.0 });
            columns.push(DataColumn {
                name: name.clone(),
                level: Level::Case,
                values: Values::Number(signs.collect()),
                position: usize::MAX,
            });
        }
        let mut schema = self.schema.clone();
        schema.ranking = None;
        let data = ChoiceData {
            source: self.source.clone(),
            schema,
            alternatives: self.alternatives.clone(),
            alternative: pairs.iter().map(|&pair| self.alternative[pair]).collect(),
            row: pairs.iter().map(|&pair| self.row[pair]).collect(),
            case_of_pair: (0..n_stages)
                .flat_map(|stage| std::iter::repeat_n(stage as u32, start[stage + 1] - start[stage]))
                .collect(),
            start,
            outcome,
            rankings: None,
            weights: self
                .weights
                .as_ref()
                .map(|weights| case_of_stage.iter().map(|&case| weights[case]).collect()),
            decision_maker: Some(match &self.decision_maker {
                Some(makers) => case_of_stage.iter().map(|&case| makers[case]).collect(),
                None => case_of_stage.iter().map(|&case| case as u32).collect(),
            }),
            n_decision_makers: self.n_decision_makers,
            columns,
            rows_read: self.rows_read,
            warnings: self.warnings.clone(),
        };
        Some(Stages {
            data,
            case: case_of_stage.into_iter().map(|case| case as u32).collect(),
            sign,
            joint,
        })
    }
}
