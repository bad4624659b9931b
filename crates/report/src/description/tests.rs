use logsum_data::describe::{AlternativeDescription, ColumnDescription, Description, Summary};

use super::*;

fn alternative(name: &str, code: &str, available: usize, chosen: f64) -> AlternativeDescription {
    AlternativeDescription {
        name: name.to_string(),
        code: code.to_string(),
        available,
        chosen,
    }
}

fn number(name: &str, missing: usize, min: f64, mean: f64, max: f64) -> ColumnDescription {
    ColumnDescription {
        name: name.to_string(),
        varies_within_cases: None,
        missing,
        summary: Summary::Number { min, mean, max },
    }
}

fn wide() -> Description {
    Description {
        file: "swissmetro.csv".to_string(),
        layout: "wide".to_string(),
        rows_read: 10728,
        rows_used: 6768,
        n_cases: 6768,
        n_decision_makers: 752,
        cases_per_decision_maker: Some((9, 9)),
        choice_set_sizes: vec![(2, 1161), (3, 5607)],
        total_weight: None,
        counts: false,
        shares: false,
        rankings: None,
        alternatives: vec![
            alternative("train", "1", 6768, 908.0),
            alternative("swissmetro", "2", 6768, 4090.0),
            alternative("car", "3", 5607, 1770.0),
        ],
        columns: vec![
            number("TRAIN_TT", 0, 31.0, 166.626329, 1049.0),
            number("SM_CO", 12, 6.0, 670.340573, 6720.0),
            number("PURPOSE", 0, 1.0, 2.9149741, 3.0),
            number("small", 0, -1.5e-12, 2.5e-7, 1e12),
        ],
    }
}

fn long() -> Description {
    let mut columns = vec![number("wait", 0, 0.0, 34.589, 99.0)];
    columns[0].varies_within_cases = Some(true);
    for (name, varies, missing, summary) in [
        (
            "mode",
            true,
            0,
            Summary::Text {
                distinct: 30,
                examples: vec!["air".into(), "b|s".into()],
            },
        ),
        (
            "city",
            false,
            3,
            Summary::Text {
                distinct: 1,
                examples: vec!["a, \"b\"".into()],
            },
        ),
        ("nothing", false, 840, Summary::Empty),
    ] {
        columns.push(ColumnDescription {
            name: name.into(),
            varies_within_cases: Some(varies),
            missing,
            summary,
        });
    }
    Description {
        file: "zones.csv".to_string(),
        layout: "long".to_string(),
        rows_read: 840,
        rows_used: 840,
        n_cases: 210,
        n_decision_makers: 210,
        cases_per_decision_maker: None,
        choice_set_sizes: (2..=30).map(|size| (size, if size < 30 { 1 } else { 182 })).collect(),
        total_weight: Some(1234.5),
        counts: true,
        shares: false,
        rankings: None,
        alternatives: (1..=30)
            .map(|j| alternative(&format!("zone_{j}"), &j.to_string(), 212 - j, 0.5 * j as f64))
            .collect(),
        columns,
    }
}

#[test]
fn wide_data_as_text() {
    let expected = "\
swissmetro.csv
Wide data, a row per case: 6,768 of 10,728 rows used

Cases             6,768
Decision makers   752, each with 9 cases
Choice sets       2 to 3 alternatives, 2.83 on average

Alternatives available                           Cases     Share
────────────────────────────────────────────────────────────────
2                                                1,161     17.2%
3                                                5,607     82.8%

Alternative      Code   Available   of cases   Chosen   of cases
────────────────────────────────────────────────────────────────
train            1          6,768     100.0%      908      13.4%
swissmetro       2          6,768     100.0%    4,090      60.4%
car              3          5,607      82.8%    1,770      26.2%

Column             Missing          Min         Mean         Max
────────────────────────────────────────────────────────────────
TRAIN_TT                 0     31           166.63       1049
SM_CO                   12      6           670.34       6720
PURPOSE                  0      1             2.915         3
small                    0     -1.5e-12       2.5e-7        1e12
";
    assert_eq!(description(&wide(), Format::Text), expected);
}

#[test]
fn wide_data_as_markdown() {
    let expected = "\
## swissmetro.csv

Wide data, a row per case: 6,768 of 10,728 rows used

- Cases: 6,768
- Decision makers: 752, each with 9 cases
- Choice sets: 2 to 3 alternatives, 2.83 on average

| Alternatives available | Cases | Share |
| ---------------------- | ----: | ----: |
| 2                      | 1,161 | 17.2% |
| 3                      | 5,607 | 82.8% |

| Alternative | Code | Available | of cases | Chosen | of cases |
| ----------- | ---- | --------: | -------: | -----: | -------: |
| train       | 1    |     6,768 |   100.0% |    908 |    13.4% |
| swissmetro  | 2    |     6,768 |   100.0% |  4,090 |    60.4% |
| car         | 3    |     5,607 |    82.8% |  1,770 |    26.2% |

| Column   | Missing |      Min |   Mean |  Max |
| -------- | ------: | -------: | -----: | ---: |
| TRAIN_TT |       0 |       31 | 166.63 | 1049 |
| SM_CO    |      12 |        6 | 670.34 | 6720 |
| PURPOSE  |       0 |        1 |  2.915 |    3 |
| small    |       0 | -1.5e-12 | 2.5e-7 | 1e12 |
";
    assert_eq!(description(&wide(), Format::Markdown), expected);
}

#[test]
fn alternatives_as_latex() {
    let expected = "\
% Needs \\usepackage{booktabs}.
\\begin{table}[htbp]
\\centering
\\caption{Alternatives in swissmetro.csv}
\\label{tab:alternatives-swissmetro-csv}
\\begin{tabular}{@{}llrrrr@{}}
\\toprule
Alternative & Code & Available & of cases & Chosen & of cases \\\\
\\midrule
train & 1 & $6{,}768$ & $100.0\\%$ & $908$ & $13.4\\%$ \\\\
swissmetro & 2 & $6{,}768$ & $100.0\\%$ & $4{,}090$ & $60.4\\%$ \\\\
car & 3 & $5{,}607$ & $82.8\\%$ & $1{,}770$ & $26.2\\%$ \\\\
\\bottomrule
\\end{tabular}

\\medskip
\\begin{minipage}{\\linewidth}
\\footnotesize
Wide data, a row per case: 6,768 of 10,728 rows used.
\\par
Cases: 6,768. Decision makers: 752, each with 9 cases. Choice sets: 2 to 3
alternatives, 2.83 on average.
\\par
\\end{minipage}
\\end{table}
";
    assert_eq!(description(&wide(), Format::Latex), expected);
}

#[test]
fn columns_as_csv() {
    let expected = "\
column,varies_within_cases,missing,min,mean,max,distinct,examples
wait,true,0,0.0,34.589,99.0,,
mode,true,0,,,,30,air; b|s
city,false,3,,,,1,\"a, \"\"b\"\"\"
nothing,false,840,,,,,
";
    assert_eq!(description(&long(), Format::Csv), expected);
}

#[test]
fn many_alternatives_are_cut_in_text() {
    let head = "\
zones.csv
Long data, a row per alternative of a case: 840 rows

Cases             210
Decision makers   210 (no panel: one per case)
Total weight      1234.5
Choices counted   232.5
Choice sets       2 to 30 alternatives, 28.1 on average

Alternative    Code   Available   of cases   Chosen   of choices
────────────────────────────────────────────────────────────────
zone_1         1            211     100.5%      0.5         0.2%
";
    let tail = "\
zone_20        20           192      91.4%       10         4.3%
... and 10 more alternatives (the JSON form lists all)

Column       Missing     Within cases     Min       Mean     Max
────────────────────────────────────────────────────────────────
wait               0     varies             0     34.589      99
mode               0     varies           30 texts: \"air\", \"b|s\", …
city               3     constant         1 text: \"a, \"b\"\"
nothing          840     constant         no values
";
    let text = description(&long(), Format::Text);
    assert!(text.starts_with(head) && text.ends_with(tail), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= crate::WIDTH));
}

#[test]
fn the_other_formats_have_all_alternatives() {
    for format in [Format::Json, Format::Latex, Format::Markdown] {
        let name = if format == Format::Latex {
            "zone\\_30"
        } else {
            "zone_30"
        };
        assert!(description(&long(), format).contains(name));
    }
}

#[test]
fn data_without_choices_have_no_shares() {
    let mut d = wide();
    for alternative in &mut d.alternatives {
        alternative.chosen = 0.0;
    }
    d.choice_set_sizes.clear();
    d.cases_per_decision_maker = Some((1, 9));
    let text = description(&d, Format::Text);
    assert!(text.contains("Decision makers   752, with 1 to 9 cases each\n"));
    assert!(text.contains("Choice sets       none\n"));
    assert!(text.contains("0          -\n"), "{text}");
    assert!(!text.contains("NaN"));
}

#[test]
fn json_has_everything() {
    let text = description(&long(), Format::Json);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["alternatives"].as_array().unwrap().len(), 30);
    assert_eq!(value["columns"][0]["summary"]["number"]["mean"], 34.589);
    assert!(text.contains("\n    [2, 1],\n"));
}

#[test]
fn infinite_cells_are_shown() {
    let mut d = wide();
    d.columns = vec![number("cost", 0, f64::NEG_INFINITY, f64::NAN, f64::INFINITY)];
    let text = description(&d, Format::Text);
    let last = text.lines().last().unwrap();
    let cells: Vec<&str> = last.split_whitespace().collect();
    assert_eq!(cells, ["cost", "0", "-inf", "-", "inf"]);
}
