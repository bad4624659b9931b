//! What shows only near a fit: the report of `check` of a fit file.

use logsum_utility::doctor::{Diagnosis, Improbable, Influence, WeakDirection};
use serde::Serialize;

use crate::number::{MISSING, count, counted, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// A change of an estimate, in standard errors, that deserves a look.
const LARGE_CHANGE: f64 = 0.5;

/// Condition index above which a whole model is badly conditioned.
const BAD_CONDITION: f64 = 30.0;

/// Digits of numbers in tables.
const DIGITS: usize = 3;

/// A fit looked at closely.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DoctorReport {
    /// Title of the fit.
    pub title: String,
    /// File of its data.
    pub file: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// What was found.
    #[serde(flatten)]
    pub diagnosis: Diagnosis,
}

impl DoctorReport {
    /// In a format. CSV has a row for each number: `part, term, row, case, value, detail`; what a part's value and detail are
    /// stands with [`Diagnosis`].
    pub fn write(&self, format: Format, style: Style) -> String {
        self.page().write(format, style, self, || self.comma_separated())
    }

    fn page(&self) -> Page {
        let found = &self.diagnosis;
        let title = match self.title.trim() {
            "" => "Near the fit".to_owned(),
            title => format!("Near the fit: {title}"),
        };
        let caution = match self.converged {
            true => "",
            false => "NOT CONVERGED: what follows belongs to the best point that the estimation found.",
        };
        let mut page = Page::new(title, caution);
        page.fact("Data", self.file.clone());
        page.fact(
            "Condition",
            match found.condition {
                Some(condition) if condition < BAD_CONDITION => {
                    format!("{}, good (30 and more are bad)", significant(condition, DIGITS))
                }
                Some(condition) => format!("{}, bad (30 and more are)", significant(condition, DIGITS)),
                None => "none: minus the Hessian is not positive definite here".to_owned(),
            },
        );
        if !found.influential.is_empty() {
            page.table("Most influential decision makers", influence(&found.influential));
        }
        page.table("Least probable choices", improbable(&found.improbable));
        for note in self.notes() {
            page.note(note);
        }
        page
    }

    /// What is to be done, and how to read the tables.
    fn notes(&self) -> Vec<String> {
        let found = &self.diagnosis;
        let mut notes = Vec::new();
        let moved = found
            .influential
            .iter()
            .filter(|of| of.change.abs() >= LARGE_CHANGE)
            .count();
        if moved > 0 {
            notes.push(format!(
                "{} of the above would move an estimate by more than half its standard error: look whether they are what \
                 they seem.",
                counted(moved, "decision maker")
            ));
        }
        notes.extend(found.weak.iter().map(weak));
        for pair in &found.correlated {
            notes.push(format!(
                "The estimates of \"{}\" and \"{}\" are correlated with {}: the data tell little of one without the other.",
                pair.first,
                pair.second,
                significant(pair.correlation, DIGITS)
            ));
        }
        for scaling in &found.scaling {
            let (verb, by) = match scaling.divide_by >= 1.0 {
                true => ("divide", scaling.divide_by),
                false => ("multiply", scaling.divide_by.recip()),
            };
            notes.push(format!(
                "What \"{}\" multiplies ({}) varies by {} within cases: {verb} it by {} in the utilities or in [columns], so \
                 that the estimate reads well.",
                scaling.parameter,
                scaling.columns.join(", "),
                significant(scaling.spread, DIGITS),
                significant(by, 8)
            ));
        }
        for rare in &found.rare {
            notes.push(format!(
                "Of {} only {} tell anything about \"{}\": in all others what it multiplies is the same for every alternative.",
                counted(rare.of, "case"),
                count(rare.cases),
                rare.parameter
            ));
        }
        for few in &found.few_choices {
            notes.push(format!(
                "\"{}\" is chosen {} times: what stands in its utility alone ({}) rests on these.",
                few.alternative,
                significant(few.chosen, DIGITS),
                few.parameters.join(", ")
            ));
        }
        if !found.influential.is_empty() {
            notes.push(format!(
                "Displacement: about twice what ln L of the others would gain by estimates without this decision maker; the \
                 mean is about {}. Change: by how many standard errors the estimate that moves most would move.",
                significant(found.mean_displacement, DIGITS)
            ));
        }
        notes
    }

    fn comma_separated(&self) -> String {
        let found = &self.diagnosis;
        let mut text = csv::record(["part", "term", "row", "case", "value", "detail"]);
        let mut add = |part: &str, term: &str, place: (Option<usize>, &Option<String>), value: f64, detail: String| {
            let row = place.0.map_or(String::new(), |row| row.to_string());
            let case = place.1.clone().unwrap_or_default();
            let value = csv::number(Some(value));
            text.push_str(&csv::record([part, term, &row, &case, &value, &detail]));
        };
        const NOWHERE: (Option<usize>, &Option<String>) = (None, &None);
        for of in &found.influential {
            let change = csv::number(Some(of.change));
            add("influence", &of.parameter, (of.row, &of.case), of.displacement, change);
        }
        for of in &found.improbable {
            let place = (of.row, &of.case);
            add("improbable", "", place, of.log_likelihood, of.n_cases.to_string());
        }
        if let Some(condition) = found.condition {
            add("condition", "", NOWHERE, condition, String::new());
        }
        for (number, of) in found.weak.iter().enumerate() {
            for (term, loading) in &of.loadings {
                add(
                    &format!("weak {}", number + 1),
                    term,
                    NOWHERE,
                    *loading,
                    csv::number(Some(of.condition_index)),
                );
            }
        }
        for of in &found.correlated {
            add("correlated", &of.first, NOWHERE, of.correlation, of.second.clone());
        }
        for of in &found.scaling {
            add(
                "scaling",
                &of.parameter,
                NOWHERE,
                of.spread,
                csv::number(Some(of.divide_by)),
            );
        }
        for of in &found.rare {
            add("rare", &of.parameter, NOWHERE, of.cases as f64, of.of.to_string());
        }
        for of in &found.few_choices {
            add(
                "few_choices",
                &of.alternative,
                NOWHERE,
                of.chosen,
                of.parameters.join("; "),
            );
        }
        text
    }
}

/// A combination that the data barely tell.
fn weak(of: &WeakDirection) -> String {
    let part = |(name, loading): &(String, f64)| format!("\"{name}\" ({})", significant(*loading, 2));
    let parts: Vec<String> = of.loadings.iter().map(part).collect();
    format!(
        "Weakly identified (condition index {}): moved together, {} hardly change the likelihood.",
        significant(of.condition_index, DIGITS),
        parts.join(", ")
    )
}

fn heads(names: &[(&str, Align)]) -> Table {
    Table::new(names.iter().map(|(name, align)| ((*name).to_owned(), *align))).at_most(crate::WIDTH)
}

/// Row and case as cells.
fn place(row: Option<usize>, case: &Option<String>) -> [String; 2] {
    let missing = || MISSING.to_owned();
    [
        row.map_or_else(missing, |row| row.to_string()),
        case.clone().unwrap_or_else(missing),
    ]
}

fn influence(rows: &[Influence]) -> Table {
    let mut table = heads(&[
        ("Row", Align::Right),
        ("Case", Align::Right),
        ("Displacement", Align::Right),
        ("Moves most", Align::Left),
        ("Change (s.e.)", Align::Right),
        ("ln P", Align::Right),
    ]);
    for of in rows {
        let [row, case] = place(of.row, &of.case);
        table.row([
            row,
            case,
            significant(of.displacement, DIGITS),
            of.parameter.clone(),
            format!("{:+.3}", of.change),
            significant(of.log_likelihood, DIGITS),
        ]);
    }
    table
}

fn improbable(rows: &[Improbable]) -> Table {
    let mut table = heads(&[
        ("Row", Align::Right),
        ("Case", Align::Right),
        ("Cases", Align::Right),
        ("ln P", Align::Right),
    ]);
    for of in rows {
        let [row, case] = place(of.row, &of.case);
        table.row([row, case, count(of.n_cases), significant(of.log_likelihood, DIGITS)]);
    }
    table
}
