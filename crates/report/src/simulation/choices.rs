//! Synthetic choices that were written: what they are, and what they were drawn with.

use logsum_data::describe::Description;
use serde_json::json;

use crate::number::significant;
use crate::{Align, Format, Style, Table, description, description_text, json as pretty};

/// A description of synthetic choices, with the true values of the parameters and the seed.
pub fn choices(data: &Description, truth: &[(String, f64)], seed: u64, format: Format, style: Style) -> String {
    let mut table = Table::new([("Parameter", Align::Left), ("True value", Align::Decimal)]).at_least(64);
    for (term, value) in truth {
        table.row([term.clone(), significant(*value, 6)]);
    }
    match format {
        Format::Text => format!(
            "{}\n{}\nSeed {seed}\n",
            description_text(data, style),
            table.styled(style)
        ),
        Format::Json => {
            let parameters: Vec<_> = truth
                .iter()
                .map(|(term, value)| json!({ "term": term, "truth": value }))
                .collect();
            pretty::pretty(&json!({ "seed": seed, "parameters": parameters, "data": data }))
        }
        Format::Markdown => format!("{}\n{}\nSeed {seed}\n", description(data, format), table.markdown()),
        Format::Csv | Format::Latex => description(data, format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Description {
        Description {
            file: "choices.csv".to_owned(),
            layout: "wide".to_owned(),
            rows_read: 2,
            rows_used: 2,
            n_cases: 2,
            n_decision_makers: 2,
            cases_per_decision_maker: None,
            total_weight: None,
            counts: false,
            shares: false,
            rankings: None,
            choice_set_sizes: vec![(2, 2)],
            alternatives: Vec::new(),
            columns: Vec::new(),
        }
    }

    #[test]
    fn what_was_drawn_can_be_drawn_again() {
        let truth = [("b_time".to_owned(), -0.25)];
        let text = choices(&data(), &truth, 7, Format::Text, Style::Plain);
        assert!(
            text.contains("b_time") && text.contains("-0.25") && text.ends_with("Seed 7\n"),
            "{text}"
        );
        let json = choices(&data(), &truth, 7, Format::Json, Style::Plain);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&read["seed"], &read["parameters"][0]["truth"]),
            (&json!(7), &json!(-0.25))
        );
        assert_eq!(read["data"]["n_cases"], 2);
    }
}
