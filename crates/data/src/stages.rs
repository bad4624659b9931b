//! Rankings taken apart into the choices that they are made of.

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::restrict::gather;
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
#[derive(Clone, Debug)]
pub struct Stages {
    /// The choices: cases that follow each other, with the rows, the columns and the weight of the ranked case, and a
    /// decision maker each, that of the ranked case, also where that is one of its own.
    pub data: ChoiceData,
    /// The ranked case of each choice.
    pub case: Vec<u32>,
    /// Where the worst are known, a column of `data` that is −1 at the stages that take the worst, and 1 at the others.
    pub sign: Option<String>,
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
        let mut case_of_stage: Vec<usize> = Vec::new();
        let mut worst_of_stage: Vec<bool> = Vec::new();
        let mut pairs: Vec<usize> = Vec::new();
        let mut start = vec![0];
        let mut chosen: Vec<u32> = Vec::new();
        let mut left: Vec<u32> = Vec::new();
        for case in 0..self.n_cases() {
            let first = self.start[case];
            left.clear();
            left.extend(0..self.pairs(case).len() as u32);
            let ranking = rankings.of(case);
            let best = ranking.best.iter().map(|slot| (slot, false));
            for (slot, worst) in best.chain(ranking.worst.iter().map(|slot| (slot, true))) {
                if left.len() < 2 {
                    break;
                }
                let at = left.binary_search(slot).expect("an alternative is ranked once");
                pairs.extend(left.iter().map(|slot| first + *slot as usize));
                start.push(pairs.len());
                chosen.push(at as u32);
                case_of_stage.push(case);
                worst_of_stage.push(worst);
                left.remove(at);
            }
        }
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
        let sign = rankings.is_best_worst().then(|| {
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
            outcome: Outcome::Chosen(chosen),
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
        })
    }
}
