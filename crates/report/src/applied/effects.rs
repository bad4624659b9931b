//! Elasticities, marginal effects and diversion ratios.

use logsum_utility::applied::Estimated;
use serde::Serialize;

use super::{LISTED, Subject, cells, csv_numbers};
use crate::number::{decimals, level};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Decimals of elasticities and ratios.
const DECIMALS: usize = 4;

/// Effects of one or several attributes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectsReport {
    /// Of which fit and cases.
    #[serde(flatten)]
    pub subject: Subject,
    /// `elasticity`, `marginal_effect` or `arc_elasticity`.
    pub effect: String,
    /// The relative change of an arc.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arc: Option<f64>,
    /// Column of the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// One for each number.
    pub effects: Vec<EffectRow>,
}

/// An effect of the change of an attribute on the probability of an alternative.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectRow {
    /// The column.
    pub attribute: String,
    /// The alternative whose attribute changes; `None` if it is that of several.
    pub changed: Option<String>,
    /// The value of the segment's column; `None` for all cases.
    pub segment: Option<String>,
    /// The alternative whose probability follows.
    pub alternative: String,
    /// That of the report (an effect on the predicted share), `mean_elasticity` or `diversion_ratio`.
    pub quantity: String,
    /// The number.
    #[serde(flatten)]
    pub value: Estimated,
}

/// Leaves out what makes a text long: cross effects among many alternatives, and the alternatives beyond the first ones.
fn shorten(rows: &mut Vec<&EffectRow>) -> Option<String> {
    let mut alternatives: Vec<&str> = rows.iter().map(|row| row.alternative.as_str()).collect();
    alternatives.sort_unstable();
    alternatives.dedup();
    let n = alternatives.len();
    if n <= LISTED {
        return None;
    }
    if rows.iter().any(|row| row.changed != rows[0].changed) {
        rows.retain(|row| row.changed.as_ref() == Some(&row.alternative));
    }
    let mut seen: Vec<&str> = Vec::new();
    rows.retain(|row| {
        if !seen.contains(&row.alternative.as_str()) {
            seen.push(&row.alternative);
        }
        seen.len() <= LISTED
    });
    Some(format!(
        "The first {LISTED} of {n} alternatives; all of them, and what they do to each other, are in the other formats."
    ))
}

impl EffectsReport {
    /// In a format. CSV has the columns `attribute, changed, segment, alternative, quantity, estimate, std_error, conf_low,
    /// conf_high, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&self.pages(format), format, style, self, || self.comma_separated())
    }

    fn name(&self) -> &'static str {
        match self.effect.as_str() {
            "marginal_effect" => "Marginal effects",
            "arc_elasticity" => "Arc elasticities",
            _ => "Elasticities",
        }
    }

    /// One for each attribute and segment.
    fn pages(&self, format: Format) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        let keys = self.effects.iter().map(|row| (&row.attribute, &row.segment));
        let mut seen = Vec::new();
        for key in keys {
            if !seen.contains(&key) {
                seen.push(key);
            }
        }
        for (attribute, segment) in seen {
            let rows = self
                .effects
                .iter()
                .filter(|row| (&row.attribute, &row.segment) == (attribute, segment));
            let mut rows: Vec<&EffectRow> = rows.collect();
            let left_out = if format == Format::Text {
                shorten(&mut rows)
            } else {
                None
            };
            let mut what = format!("{} in {attribute}", self.name());
            if let (Some(by), Some(value)) = (&self.by, segment) {
                what.push_str(&format!(", {by} = {value}"));
            }
            let mut page = self.subject.page(&what);
            if pages.is_empty() {
                self.subject.facts(&mut page);
            }
            page.table("", self.table(&rows));
            page.notes.extend(left_out);
            pages.push(page);
        }
        if let Some(last) = pages.last_mut() {
            self.notes().into_iter().for_each(|note| last.note(note));
        }
        pages
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![match self.effect.as_str() {
            "marginal_effect" => "By how much the predicted share of an alternative changes for one unit more of the \
                                  attribute: the average of the effects on the probabilities of cases."
                .to_owned(),
            "arc_elasticity" => format!(
                "The relative change of the predicted share of an alternative, over that of the attribute, {} more in all \
                 cases; both relative to the middle of before and after.",
                level(self.arc.unwrap_or(0.0))
            ),
            _ => "By how many percent the predicted share of an alternative changes if the attribute rises by 1% in all \
                  cases: elasticities of cases, weighted by their probabilities. Mean: the mean over the cases that have \
                  both alternatives, not weighted by probabilities."
                .to_owned(),
        }];
        if self.effects.iter().any(|row| row.quantity == "diversion_ratio") {
            notes.push(
                "Diversion: of what the changed alternative loses (or gains), the part that this one gains (or loses)."
                    .to_owned(),
            );
        }
        if self.effects.iter().any(|row| row.changed.is_none()) {
            notes.push(
                "The attribute belongs to several alternatives, or to the case, and changes for all of them."
                    .to_owned(),
            );
        }
        notes
    }

    fn table(&self, rows: &[&EffectRow]) -> Table {
        let has = |quantity: &str| rows.iter().any(|row| row.quantity == quantity);
        let by_alternative = rows.iter().any(|row| row.changed.is_some());
        let mut heads = Vec::new();
        if by_alternative {
            heads.push(("Changed".to_owned(), Align::Left));
        }
        let effect = match self.effect.as_str() {
            "marginal_effect" => "Effect",
            _ => "Elasticity",
        };
        heads.extend([
            ("Share of".to_owned(), Align::Left),
            (effect.to_owned(), Align::Decimal),
            ("Std. err.".to_owned(), Align::Decimal),
        ]);
        let span = heads.len();
        heads.push((format!("{} interval", level(self.subject.confidence)), Align::Decimal));
        heads.push((String::new(), Align::Decimal));
        let further: Vec<(&str, &str)> = [("mean_elasticity", "Mean"), ("diversion_ratio", "Diversion")]
            .into_iter()
            .filter(|(quantity, _)| has(quantity))
            .collect();
        heads.extend(further.iter().map(|(_, head)| ((*head).to_owned(), Align::Decimal)));
        let mut table = Table::new(heads).span_header(span, 2).at_most(crate::WIDTH);
        let places = match self.effect.as_str() {
            "marginal_effect" => decimals(rows.iter().map(|row| row.value.estimate), DECIMALS),
            _ => DECIMALS,
        };
        let main: Vec<&&EffectRow> = rows.iter().filter(|row| row.quantity == self.effect).collect();
        for (at, row) in main.iter().enumerate() {
            let first = at == 0 || main[at - 1].changed != row.changed;
            if first && at > 0 {
                table.rule();
            }
            let mut line = Vec::new();
            if by_alternative {
                line.push(if first {
                    row.changed.clone().unwrap_or_default()
                } else {
                    String::new()
                });
            }
            line.push(match &row.changed {
                Some(changed) if *changed == row.alternative => format!("{changed} (own)"),
                _ => row.alternative.clone(),
            });
            line.extend(cells(&row.value, places));
            for (quantity, _) in &further {
                let twin = rows.iter().find(|twin| {
                    twin.quantity == *quantity && (&twin.changed, &twin.alternative) == (&row.changed, &row.alternative)
                });
                line.push(twin.map_or(String::new(), |twin| cells(&twin.value, DECIMALS)[0].clone()));
            }
            table.row(line);
        }
        table
    }

    fn comma_separated(&self) -> String {
        let heads = ["attribute", "changed", "segment", "alternative", "quantity"];
        let numbers = ["estimate", "std_error", "conf_low", "conf_high", "converged"];
        let mut text = csv::record(heads.iter().chain(&numbers));
        for row in &self.effects {
            let names = [
                row.attribute.clone(),
                row.changed.clone().unwrap_or_default(),
                row.segment.clone().unwrap_or_default(),
                row.alternative.clone(),
                row.quantity.clone(),
            ];
            let converged = [self.subject.converged.to_string()];
            text.push_str(&csv::record(
                names.into_iter().chain(csv_numbers(&row.value)).chain(converged),
            ));
        }
        text
    }
}
