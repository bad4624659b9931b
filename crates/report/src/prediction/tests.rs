use super::*;

fn alternative(name: &str, predicted_share: f64, observed_share: Option<f64>) -> PredictedAlternative {
    PredictedAlternative {
        name: name.to_owned(),
        available: 6768,
        predicted_share,
        std_error: Some(0.004),
        conf_low: Some(predicted_share - 0.008),
        conf_high: Some(predicted_share + 0.008),
        observed_share,
    }
}

fn report() -> PredictionReport {
    PredictionReport {
        title: "Swissmetro: logit".to_owned(),
        file: "swissmetro.csv".to_owned(),
        estimation_data: true,
        held_out: false,
        converged: true,
        rows_read: 10728,
        rows_used: 6768,
        n_cases: 6768,
        total_weight: None,
        mean_logsum: -0.123456789,
        covariance_kind: "robust".to_owned(),
        confidence: 0.95,
        intervals: "delta".to_owned(),
        draws: None,
        seed: None,
        by: None,
        segments: Vec::new(),
        measures: None,
        confusion: None,
        calibration: None,
        alternatives: vec![
            alternative("train", 0.134, Some(0.134)),
            alternative("car, own", 0.866, Some(0.866)),
        ],
    }
}

#[test]
fn text_is_a_table_of_shares() {
    let expected = "\
Predictions of \"Swissmetro: logit\"

Data              swissmetro.csv (the data of the estimation)
Rows              6,768 of 10,728 used
Cases             6,768
Mean logsum       -0.123457
Intervals         95%, of the share given these cases (delta method, robust
                  covariance)

Alternative     Available   Predicted   95% interval    Observed
────────────────────────────────────────────────────────────────
train               6,768       13.4%   12.6%   14.2%      13.4%
car, own            6,768       86.6%   85.8%   87.4%      86.6%
";
    assert_eq!(prediction(&report(), Format::Text), expected);
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut report = report();
    report.title = String::new();
    report.estimation_data = false;
    report.rows_read = report.rows_used;
    report.total_weight = Some(1234.5);
    for alternative in &mut report.alternatives {
        alternative.observed_share = None;
        alternative.conf_low = None;
        alternative.conf_high = None;
    }
    let expected = "\
Predictions

Data              swissmetro.csv
Cases             6,768
Total weight      1234.5
Mean logsum       -0.123457
";
    let text = prediction(&report, Format::Text);
    assert!(text.starts_with(expected), "{text}");
    assert!(
        !text.contains("Observed") && !text.contains("interval") && !text.contains("NOT"),
        "{text}"
    );
    report.alternatives.clear();
    let text = prediction(&report, Format::Text);
    assert!(
        text.ends_with("Shares            none, as alternatives are unlabelled\n"),
        "{text}"
    );
}

#[test]
fn other_formats() {
    let report = report();
    let markdown = prediction(&report, Format::Markdown);
    assert!(
        markdown.contains("| train") && markdown.contains("- Cases: 6,768"),
        "{markdown}"
    );
    let latex = prediction(&report, Format::Latex);
    assert!(latex.contains("\\toprule") && latex.contains("$13.4\\%$"), "{latex}");
    let records = csv::parse(&prediction(&report, Format::Csv));
    assert_eq!(records[0][2], "predicted_share");
    assert_eq!(records[2][..3], ["car, own", "6768", "0.866"]);
    let json: serde_json::Value = serde_json::from_str(&prediction(&report, Format::Json)).unwrap();
    assert_eq!(json["alternatives"][0]["predicted_share"], 0.134);
    assert_eq!(json["mean_logsum"], -0.123456789);
}

#[test]
fn a_fit_that_has_not_converged_says_so_in_every_format() {
    let mut report = report();
    for format in Format::ALL {
        assert!(!prediction(&report, format).contains("NOT CONVERGED"));
    }
    report.converged = false;
    for format in [Format::Text, Format::Markdown, Format::Latex] {
        assert!(prediction(&report, format).contains("NOT CONVERGED"), "{format}");
    }
    assert!(
        prediction(&report, Format::Csv)
            .lines()
            .nth(1)
            .unwrap()
            .ends_with(",false")
    );
    assert!(prediction(&report, Format::Json).contains("\"converged\": false"));
}

#[test]
fn many_alternatives_are_counted_in_text_and_listed_elsewhere() {
    let mut report = report();
    report.alternatives = (0..25).map(|j| alternative(&format!("zone {j}"), 0.04, None)).collect();
    let text = prediction(&report, Format::Text);
    assert!(
        text.ends_with("... and 5 more alternatives (the other formats list all)\n"),
        "{text}"
    );
    assert!(!text.contains("zone 20"));
    assert!(prediction(&report, Format::Markdown).contains("zone 24"));
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}
