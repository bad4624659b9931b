//! Designs: the situations in which synthetic choices are made.

mod columns;

use std::collections::HashSet;

use logsum_data::{
    ChoiceData, Code, Column, DataError, Layout, Outcome, Schema, Source, Table, TextColumn, Values, WideChoice,
    name_list,
};
use logsum_draws::Seed;
use logsum_expressions::Expression;
use logsum_utility::{Distribution, ModelFile, Per, Synthetic, SyntheticColumn};
use rand::{Rng, RngExt};

use columns::{Units, draw};

/// Rows are numbered with 32 bits.
const MOST_ROWS: usize = u32::MAX as usize;

/// Branches of a design's seed.
const CASES: u64 = 0;
const COLUMNS: u64 = 1;

/// Where the situations of synthetic choices come from: the cases of a model's data, drawn again, stated distributions,
/// or both.
///
/// Columns that the model file's table `[simulate]` names are drawn from their distributions; the others are those of
/// cases drawn with replacement from the data, of a panel with all cases of a decision maker.
#[derive(Clone, Debug)]
pub struct Design<'a> {
    model: &'a ModelFile,
    data: Option<&'a ChoiceData>,
    cases: usize,
    per_decision_maker: Option<usize>,
}

/// Why there is no design.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// Nothing to simulate.
    #[error("0 cases; simulate at least 1")]
    NoCases,
    /// No cases for a decision maker.
    #[error("0 cases per decision maker; use at least 1")]
    NoneEach,
    /// More than can be numbered.
    #[error("{rows} rows; at most {} can be simulated", MOST_ROWS)]
    TooMany {
        /// Rows of the table.
        rows: usize,
    },
    /// A panel where the model has none.
    #[error(
        "{0} cases per decision maker, but the model's [data] names no decision_maker; name the column, or leave the number out"
    )]
    NoPanel(usize),
    /// A column drawn by decision maker where there is none.
    #[error(
        "simulated column \"{column}\" is drawn per decision maker, but the model's [data] names no decision_maker"
    )]
    NoDecisionMaker {
        /// The column.
        column: String,
    },
    /// Rankings.
    #[error("outcomes are rankings, and these cannot be simulated yet; remove [ranking] to simulate first choices")]
    Rankings,
    /// Long data that name no alternatives.
    #[error(
        "nothing says how many alternatives a simulated case has; list them in [alternatives], or set rows_per_case in [simulate]"
    )]
    NoAlternatives,
    /// A stated column that identifies something.
    #[error(
        "simulated column \"{column}\" is the {role} of [data], which the simulation numbers itself; remove it from [simulate]"
    )]
    Identifier {
        /// The column.
        column: String,
        /// What it identifies.
        role: &'static str,
    },
    /// An expression of what is yet to be drawn.
    #[error("{label} uses the choice \"{choice}\", which is drawn last of all; it cannot be simulated")]
    UsesChoice {
        /// What the expression is.
        label: String,
        /// The choice column.
        choice: String,
    },
    /// Counts that are no columns.
    #[error(
        "the outcome of \"{alternative}\" is computed ({expression}), and only columns can be drawn; name a column of its own \
         for it in [data] choice"
    )]
    ComputedCount {
        /// The alternative.
        alternative: String,
        /// Its count or share.
        expression: String,
    },
    /// A filter that would remove some of what was drawn.
    #[error(
        "the filter depends on the choice and would remove {removed} of {of} simulated cases; leave the choice out of it"
    )]
    FilterOnChoice {
        /// Cases that it removes.
        removed: usize,
        /// Of how many.
        of: usize,
    },
    /// A column that neither stands in the file nor is stated.
    #[error("the model uses {}, for which [simulate] states no distribution, and there are no data to resample", name_list(.0.iter().map(String::as_str)))]
    Unstated(Vec<String>),
    /// A case in which there is nothing to choose.
    #[error(
        "{cases} of {of} simulated cases, the first of them case {first}, have one alternative only; look at the availability"
    )]
    OneAlternative {
        /// How many.
        cases: usize,
        /// Of how many.
        of: usize,
        /// The first, from 1.
        first: usize,
    },
    /// The simulated table is not one of choices.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl<'a> Design<'a> {
    /// A design of `cases` cases, `per_decision_maker` of them for each decision maker; without it as many as in the
    /// data.
    ///
    /// `data` are the model's, and needed for columns that [`Design::unstated`] names.
    ///
    /// # Errors
    /// All that keeps the design from being drawn, but for what only the drawn cells show.
    pub fn new(
        model: &'a ModelFile,
        data: Option<&'a ChoiceData>,
        cases: usize,
        per_decision_maker: Option<usize>,
    ) -> Result<Self, DesignError> {
        let schema = &model.schema;
        if cases == 0 {
            return Err(DesignError::NoCases);
        }
        if schema.ranking.is_some() {
            return Err(DesignError::Rankings);
        }
        match per_decision_maker {
            Some(0) => return Err(DesignError::NoneEach),
            Some(each) if schema.decision_maker.is_none() => return Err(DesignError::NoPanel(each)),
            _ => {}
        }
        for column in stated(model) {
            let identifier = schema
                .named_columns()
                .into_iter()
                .find(|(name, _)| *name == column.name);
            if let Some((_, role)) = identifier {
                return Err(DesignError::Identifier {
                    column: column.name.clone(),
                    role,
                });
            }
            if column.per == Per::DecisionMaker && schema.decision_maker.is_none() {
                return Err(DesignError::NoDecisionMaker {
                    column: column.name.clone(),
                });
            }
        }
        let counts = schema.counts_of_alternatives();
        if let Some(count) = counts.iter().find(|count| count.expression.only_name().is_none()) {
            return Err(DesignError::ComputedCount {
                alternative: count.alternative.clone(),
                expression: count.expression.to_string(),
            });
        }
        if let Some((label, choice)) = uses_choice(model) {
            return Err(DesignError::UsesChoice { label, choice });
        }
        let unstated = Design::unstated(model);
        if data.is_none() && !unstated.is_empty() {
            return Err(DesignError::Unstated(unstated.into_iter().map(str::to_owned).collect()));
        }
        let rows = match data {
            Some(data) if matches!(data.schema().layout, Layout::Long { .. }) => data.largest_choice_set(),
            Some(_) => 1,
            None => rows_per_case(model)?,
        };
        let rows = cases.saturating_mul(rows);
        if rows > MOST_ROWS {
            return Err(DesignError::TooMany { rows });
        }
        Ok(Design {
            model,
            data,
            cases,
            per_decision_maker,
        })
    }

    /// Columns that the model needs and `[simulate]` does not state: they are resampled from its data.
    pub fn unstated(model: &ModelFile) -> Vec<&str> {
        let stated: HashSet<&str> = stated(model).iter().map(|column| column.name.as_str()).collect();
        let named = model.schema.named_columns().into_iter().map(|(name, _)| name);
        let numbered: HashSet<&str> = named.chain(choice_columns(&model.schema)).collect();
        let mut columns = model.columns();
        columns.retain(|name| !stated.contains(name) && !numbered.contains(name));
        columns
    }

    /// Draws the situations. Their outcomes, where they have any, are those of the cases that were drawn.
    ///
    /// # Errors
    /// [`DesignError::Data`] if the drawn cells are not data of the model, as where no alternative is available.
    pub fn draw(&self, seed: Seed) -> Result<ChoiceData, DesignError> {
        let resampled = self.data.map(|data| self.resample(data, seed.split(CASES)));
        let (mut table, units) = match &resampled {
            Some(data) if stated(self.model).is_empty() => return Ok(data.clone()),
            Some(data) => (data.to_table(), Units::of(data)),
            None => self.blank(),
        };
        for (position, column) in stated(self.model).iter().enumerate() {
            let values = draw(column, &units, &table, seed.split(COLUMNS).split(position as u64))?;
            match table.columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) => known.values = values,
                None => {
                    table.all_names.push(column.name.clone());
                    table.columns.push(Column {
                        name: column.name.clone(),
                        values,
                    });
                }
            }
        }
        let uses = self.model.specification.uses();
        // A filter on what has not been chosen yet is for the end.
        let mut schema = self.model.schema.clone();
        if self.filters_choices() {
            schema.filter = None;
        }
        let data = ChoiceData::situations(table, &schema, &uses)?;
        let mut single = (0..data.n_cases()).filter(|&case| data.pairs(case).len() < 2);
        if let Some(first) = single.next() {
            let cases = single.count() + 1;
            return Err(DesignError::OneAlternative {
                cases,
                of: data.n_cases(),
                first: first + 1,
            });
        }
        Ok(match &resampled {
            Some(before) => with_totals(data, before, &units),
            None => data,
        })
    }

    /// Makes sure that a reader of simulated data, outcomes and all, will use every case of them.
    pub(crate) fn check_filter(&self, data: &ChoiceData) -> Result<(), DesignError> {
        let schema = &self.model.schema;
        if !self.filters_choices() {
            return Ok(());
        }
        let of = data.n_cases();
        let kept = match ChoiceData::situations(data.to_table(), schema, &self.model.specification.uses()) {
            Ok(kept) => kept.n_cases(),
            Err(DataError::NothingLeft { .. }) => 0,
            Err(error) => return Err(error.into()),
        };
        if kept < of {
            return Err(DesignError::FilterOnChoice { removed: of - kept, of });
        }
        Ok(())
    }

    fn filters_choices(&self) -> bool {
        let schema = &self.model.schema;
        let filter = schema.filter.as_ref();
        filter.is_some_and(|filter| depends_on_choice(filter, schema).is_some())
    }

    fn resample(&self, data: &ChoiceData, seed: Seed) -> ChoiceData {
        let mut stream = seed.stream(0);
        let Some(makers) = data.decision_makers() else {
            let cases: Vec<usize> = (0..self.cases).map(|_| below(&mut stream, data.n_cases())).collect();
            return data.resample(&cases, None);
        };
        let mut first = vec![0; data.n_decision_makers() + 1];
        for &maker in makers {
            first[maker as usize + 1] += 1;
        }
        for maker in 0..data.n_decision_makers() {
            first[maker + 1] += first[maker];
        }
        let (mut cases, mut decision_makers) = (Vec::with_capacity(self.cases), Vec::with_capacity(self.cases));
        for maker in 0.. {
            if cases.len() == self.cases {
                break;
            }
            let from = below(&mut stream, data.n_decision_makers());
            let own = first[from]..first[from + 1];
            let left = self.cases - cases.len();
            match self.per_decision_maker {
                Some(each) => cases.extend((0..each.min(left)).map(|_| own.start + below(&mut stream, own.len()))),
                None => cases.extend(own.take(left)),
            }
            decision_makers.resize(cases.len(), maker);
        }
        data.resample(&cases, Some(&decision_makers))
    }

    /// Identifiers and a choice column that nothing has filled yet.
    fn blank(&self) -> (Table, Units) {
        let schema = &self.model.schema;
        let rows = rows_per_case(self.model).expect("looked up when the design was made");
        let each = self.per_decision_maker.unwrap_or(1).min(MOST_ROWS);
        let case_of_row: Vec<u32> = (0..self.cases as u32)
            .flat_map(|case| std::iter::repeat_n(case, rows))
            .collect();
        let maker_of_row: Vec<u32> = case_of_row.iter().map(|&case| case / each as u32).collect();
        let numbered = |of: &[u32]| Values::Number(of.iter().map(|&number| f64::from(number) + 1.0).collect());
        let mut columns: Vec<Column> = Vec::new();
        let mut add = |name: &str, values: Values| {
            if columns.iter().all(|column| column.name != name) {
                columns.push(Column {
                    name: name.to_owned(),
                    values,
                });
            }
        };
        if let Some(name) = &schema.decision_maker {
            add(name, numbered(&maker_of_row));
        }
        let n = case_of_row.len();
        match &schema.layout {
            Layout::Wide {
                choice: WideChoice::Code(choice),
            } => add(choice, codes(schema, 1, n)),
            Layout::Wide {
                choice: WideChoice::Counts(_),
            } => {
                for (position, column) in choice_columns(schema).enumerate() {
                    let chosen = f64::from(u8::from(position == 0));
                    add(column, Values::Number((0..n).map(|_| chosen).collect()));
                }
            }
            Layout::Long {
                case,
                alternative,
                choice,
                ..
            } => {
                add(case, numbered(&case_of_row));
                if let Some(name) = alternative {
                    add(name, codes(schema, rows, n));
                }
                add(
                    choice,
                    Values::Number((0..n).map(|row| f64::from(u8::from(row % rows == 0))).collect()),
                );
            }
        }
        let table = Table {
            source: Source {
                name: "simulated data".to_owned(),
                first_row: 2,
            },
            n_rows: n,
            all_names: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
        };
        (
            table,
            Units {
                case_of_row,
                maker_of_row: schema.decision_maker.as_ref().map(|_| maker_of_row),
            },
        )
    }
}

/// Situations with the numbers of choices that their cases had before columns were drawn anew, where choices are counted.
fn with_totals(situations: ChoiceData, before: &ChoiceData, units: &Units) -> ChoiceData {
    let Outcome::Counts(_) = before.outcome() else {
        return situations;
    };
    let first_row = situations.source().first_row;
    let mut counts = vec![0.0; situations.n_pairs()];
    for case in 0..situations.n_cases() {
        let first = situations.pairs(case).start;
        let row = situations.row_number(first) - first_row;
        counts[first] = before.choices(units.case_of_row[row] as usize);
    }
    situations.with_outcome(Outcome::Counts(counts))
}

/// The columns that hold outcomes.
fn choice_columns(schema: &Schema) -> impl Iterator<Item = &str> {
    let column = match &schema.layout {
        Layout::Wide {
            choice: WideChoice::Code(choice),
        }
        | Layout::Long { choice, .. } => Some(choice.as_str()),
        Layout::Wide {
            choice: WideChoice::Counts(_),
        } => None,
    };
    let counts = schema.counts_of_alternatives().iter();
    column
        .into_iter()
        .chain(counts.filter_map(|count| count.expression.only_name()))
}

/// The column of the choice that an expression uses, if it uses one.
fn depends_on_choice<'s>(expression: &Expression, schema: &'s Schema) -> Option<&'s str> {
    choice_columns(schema).find(|choice| depends_on(expression, choice, schema))
}

/// Whether an expression uses a column, by itself or through derived columns.
fn depends_on(expression: &Expression, column: &str, schema: &Schema) -> bool {
    expression.names().into_iter().any(|name| {
        let derived = || {
            schema
                .derived
                .iter()
                .take_while(|derived| derived.expression != *expression)
        };
        name == column
            || derived().any(|derived| derived.name == name && depends_on(&derived.expression, column, schema))
    })
}

/// The first expression, but for the filter, that uses the choice, and the column of it.
fn uses_choice(model: &ModelFile) -> Option<(String, String)> {
    let schema = &model.schema;
    let drawn = stated(model).iter().filter_map(|column| match &column.values {
        Distribution::Expression(expression) => Some((format!("simulated column \"{}\"", column.name), expression)),
        _ => None,
    });
    let derived = |label: &str| label.starts_with("derived column");
    let of_schema = schema.expressions().into_iter();
    // Derived columns matter through what uses them.
    let of_schema = of_schema.filter(|(label, _)| label != "filter" && !derived(label));
    let utilities = model
        .specification
        .utilities()
        .into_iter()
        .map(|utility| (utility.label, utility.expression));
    drawn
        .chain(of_schema)
        .chain(utilities)
        .find_map(|(label, expression)| Some((label, depends_on_choice(expression, schema)?.to_owned())))
}

fn stated(model: &ModelFile) -> &[SyntheticColumn] {
    model.synthetic.as_ref().map_or(&[], |synthetic| &synthetic.columns)
}

/// Rows of a case where no data give them.
fn rows_per_case(model: &ModelFile) -> Result<usize, DesignError> {
    let stated = model
        .synthetic
        .as_ref()
        .and_then(|Synthetic { rows_per_case, .. }| *rows_per_case);
    match (&model.schema.layout, model.schema.alternatives.len()) {
        (Layout::Wide { .. }, _) => Ok(1),
        (Layout::Long { .. }, 0) => stated.ok_or(DesignError::NoAlternatives),
        (Layout::Long { .. }, listed) => Ok(listed),
    }
}

/// Codes of the alternatives in turn; where none are listed, numbers from 1.
fn codes(schema: &Schema, rows: usize, n: usize) -> Values {
    let code = |row: usize| schema.alternatives.get(row % rows).map(|alternative| &alternative.code);
    let texts = schema
        .alternatives
        .iter()
        .any(|alternative| matches!(alternative.code, Code::Text(_)));
    if texts {
        let written: Vec<Option<String>> = (0..n).map(|row| code(row).map(Code::written)).collect();
        return Values::Text(TextColumn::new(written.iter().map(Option::as_deref)));
    }
    let number = |row: usize| match code(row) {
        Some(Code::Number(number)) => *number,
        _ => (row % rows) as f64 + 1.0,
    };
    Values::Number((0..n).map(number).collect())
}

/// A whole number below `n`.
fn below(stream: &mut impl Rng, n: usize) -> usize {
    stream.random_range(0..n)
}
