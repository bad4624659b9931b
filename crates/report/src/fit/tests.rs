use logsum_utility::{
    Cluster, Convergence, Covariances, DataSummary, DrawsReport, DrawsTried, Elapsed, Estimate, FORMAT, Fit,
    FittedModel, ProportionalCoefficient, ProportionalOdds, Quantity, SampleSize, SamplingReport, ScaleReport,
    ScaleTest, SimulationError, StartsReport, TasteCovariance, TasteDerivatives, TasteDescription, TasteReport,
};
use serde_json::json;

use super::*;
use crate::WIDTH;

/// A row with a standard error; statistic, p and interval follow from it where they are not the point.
fn estimate(term: &str, estimate: f64, std_error: f64, p_value: f64) -> Estimate {
    Estimate {
        term: term.to_string(),
        estimate,
        std_error: Some(std_error),
        statistic: Some(estimate / std_error),
        p_value: Some(p_value),
        conf_low: Some(estimate - 1.959963984540054 * std_error),
        conf_high: Some(estimate + 1.959963984540054 * std_error),
        fixed: false,
        at_bound: None,
    }
}

fn without_error(term: &str, estimate: f64, fixed: bool, at_bound: Option<&str>) -> Estimate {
    Estimate {
        term: term.to_string(),
        estimate,
        std_error: None,
        statistic: None,
        p_value: None,
        conf_low: None,
        conf_high: None,
        fixed,
        at_bound: at_bound.map(str::to_string),
    }
}

/// The standard logit of the Swissmetro data.
fn converged() -> Fit {
    Fit {
        format: FORMAT,
        logsum_version: "0.1.0".to_string(),
        title: "Swissmetro: logit".to_string(),
        model: FittedModel {
            family: "logit".to_string(),
            specification: json!({ "title": "Swissmetro: logit", "groups": [["a", "b"]] }),
        },
        data: DataSummary {
            file: "swissmetro.csv".to_string(),
            fingerprint: "8a1f".to_string(),
            rows_read: 10728,
            rows_used: 6768,
            alternatives: Vec::new(),
        },
        n_decision_makers: 6768,
        n_cases: 6768,
        n_alternatives: 3,
        n_parameters: 4,
        quasi_likelihood: false,
        log_likelihood_start: Some(-6964.662979191462),
        log_likelihood: -5331.252006978187,
        log_likelihood_null: -6964.662979191462,
        log_likelihood_constants: Some(-5864.998304),
        rho_squared: Some(0.2345282639),
        rho_squared_adjusted: Some(0.2339539397),
        aic: 10670.504013956374,
        bic: 10697.78425,
        converged: true,
        convergence: Convergence {
            reason: "the Newton decrement fell below its tolerance".to_string(),
            criterion: Some(3.1234e-13),
            tolerance: 1e-9,
            iterations: 6,
            evaluations: 7,
            gradient_norm: Some(2.2e-8),
            smallest_hessian_eigenvalue: Some(203.456),
        },
        covariance_kind: "hessian".to_string(),
        cluster: None,
        correction: None,
        bootstrap: None,
        profiles: Vec::new(),
        confidence: 0.95,
        parameters: vec![
            estimate("asc_train", -0.7011868, 0.05487393, 0.0),
            estimate("asc_car", -0.1546328, 0.04323541, 0.000348),
            estimate("b_time", -1.277859, 0.05688321, 0.0),
            estimate("b_cost", -1.083789, 0.05182939, 0.0),
        ],
        covariance: Covariances {
            hessian: Some(vec![vec![0.1 + 0.2, 1e-300], vec![1e-300, 2.0]]),
            opg: None,
            robust: None,
            clustered: None,
            bootstrap: None,
        },
        sampling: None,
        draws: None,
        tastes: None,
        scales: Vec::new(),
        errors: None,
        nests: None,
        optima: None,
        calibration: None,
        proportional_odds: None,
        validation: None,
        warnings: Vec::new(),
        elapsed_seconds: Elapsed {
            read: 0.0213,
            estimate: 0.0101,
        },
    }
}

/// Everything that a row can be other than estimated.
fn troubled() -> Fit {
    let mut fit = converged();
    fit.title = "Mode choice, 50 % sample".to_string();
    fit.data.rows_used = fit.data.rows_read;
    fit.log_likelihood_start = None;
    fit.log_likelihood_constants = None;
    fit.rho_squared = Some(f64::NAN);
    fit.convergence.smallest_hessian_eigenvalue = Some(3.1e-14);
    fit.convergence.iterations = 1;
    fit.convergence.criterion = None;
    fit.covariance_kind = "clustered".to_string();
    fit.cluster = Some(Cluster {
        column: "GROUP".to_string(),
        n_clusters: 1192,
        others: Vec::new(),
    });
    fit.confidence = 0.9;
    fit.parameters = vec![
        estimate("asc_train", -0.7011868, 0.05487393, 0.0),
        without_error("scale", 1.0, true, None),
        without_error("b_toll", 0.0, false, Some("lower")),
        without_error("b_wait", -12.345678, false, None),
        estimate("a_parameter_with_a_rather_long_name:air", 0.25, 0.5, 0.61),
        estimate("b_cost|x", 10.5, 0.25, 0.0),
    ];
    fit.warnings = vec![
        "\"b_toll\" stands at its lower bound 0; its standard error is not computed and it counts as fixed in every covariance".to_string(),
        "12 cases were dropped".to_string(),
    ];
    fit
}

fn stopped() -> Fit {
    let mut fit = converged();
    fit.converged = false;
    fit.convergence.reason = "the limit of 3 iterations was reached".to_string();
    fit.convergence.iterations = 3;
    fit.convergence.criterion = Some(0.0173);
    fit
}

/// Numbers of the sizes that columns in the wrong units give.
fn absurd() -> Fit {
    let mut fit = converged();
    fit.parameters.extend([
        estimate("tiny", 1.23456e-12, 3.2e-13, 0.0001),
        estimate("huge", -1.23456e12, 3.2e11, 0.0001),
        estimate("sure", 1.5, 1e-12, 0.0),
        estimate("zero", 1e-5, 1.0, 0.999),
    ]);
    fit
}

#[test]
fn a_converged_fit_as_text() {
    let expected = "\
Swissmetro: logit
Logit, maximum likelihood

Data              swissmetro.csv, 6,768 of 10,728 rows used
Converged         the Newton decrement fell below its tolerance
Newton decrement  3.1e-13 (tolerance 1e-9)
Iterations        6 (7 evaluations of the log-likelihood)
Standard errors   from the Hessian (classical)

Decision makers       6,768         Log-likelihood, start             -6964.663
Cases                 6,768         Log-likelihood, null              -6964.663
Alternatives              3         Log-likelihood, constants         -5864.998
Free parameters           4         Log-likelihood, final             -5331.252
Fixed parameters          0         Rho-squared                           0.2345
AIC                   10670.504     Rho-squared, adjusted                 0.2340
BIC (over cases)      10697.784     Smallest eigenvalue, -Hessian       203.5

                Estimate    Std error         z          p       95% interval
────────────────────────────────────────────────────────────────────────────────
asc_train        -0.7012      0.05487    -12.78    <0.0001    -0.8087    -0.5936
asc_car          -0.1546      0.04324     -3.58     0.0003    -0.2394    -0.0699
b_time           -1.2779      0.05688    -22.46    <0.0001    -1.3893    -1.1664
b_cost           -1.0838      0.05183    -20.91    <0.0001    -1.1854    -0.9822
";
    assert_eq!(fit(&converged(), Format::Text), expected);
}

#[test]
fn held_missing_and_warned_as_text() {
    let expected = "\
Mode choice, 50 % sample
Logit, maximum likelihood

Data              swissmetro.csv, 10,728 rows
Converged         the Newton decrement fell below its tolerance
Newton decrement  not measured (tolerance 1e-9)
Iterations        1 (7 evaluations of the log-likelihood)
Standard errors   clustered by \"GROUP\": sandwich, 1,192 clusters

Decision makers      6,768         Log-likelihood, start                 -
Cases                6,768         Log-likelihood, null              -6964.663
Alternatives             3         Log-likelihood, constants             -
Free parameters          4         Log-likelihood, final             -5331.252
Fixed parameters         1         Rho-squared                           -
At a bound               1         Rho-squared, adjusted                 0.2340
AIC                  10670.504     Smallest eigenvalue, -Hessian         3.1e-14
BIC (over cases)     10697.784

                          Estimate  Std error       z        p    90% interval
────────────────────────────────────────────────────────────────────────────────
asc_train                  -0.7012     0.0549  -12.78  <0.0001  -0.8087  -0.5936
scale                       1.0000  fixed
b_toll                      0.0000  at lower bound
b_wait                    -12.3457     -         -      -        -        -
a_parameter_with_a_rather_long_name:air
                            0.2500     0.5000    0.50   0.6100  -0.7300   1.2300
b_cost|x                   10.5000     0.2500   42.00  <0.0001  10.0100  10.9900

A dash stands for a number that could not be computed.

Warnings
  1. \"b_toll\" stands at its lower bound 0; its standard error is not computed
     and it counts as fixed in every covariance
  2. 12 cases were dropped
";
    assert_eq!(fit(&troubled(), Format::Text), expected);
}

#[test]
fn a_fit_that_did_not_converge_as_text() {
    let expected = "\
Swissmetro: logit
Logit, maximum likelihood

━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  NOT CONVERGED: the limit of 3 iterations was reached
  These numbers belong to the best point reached, not to a maximum.
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

Data              swissmetro.csv, 6,768 of 10,728 rows used
NOT CONVERGED     the limit of 3 iterations was reached
Newton decrement  0.017 (tolerance 1e-9)
Iterations        3 (7 evaluations of the log-likelihood)
Standard errors   from the Hessian (classical)

Decision makers       6,768         Log-likelihood, start             -6964.663
Cases                 6,768         Log-likelihood, null              -6964.663
Alternatives              3         Log-likelihood, constants         -5864.998
Free parameters           4         Log-likelihood, final             -5331.252
Fixed parameters          0         Rho-squared                           0.2345
AIC                   10670.504     Rho-squared, adjusted                 0.2340
BIC (over cases)      10697.784     Smallest eigenvalue, -Hessian       203.5

                Estimate    Std error         z          p       95% interval
────────────────────────────────────────────────────────────────────────────────
asc_train        -0.7012      0.05487    -12.78    <0.0001    -0.8087    -0.5936
asc_car          -0.1546      0.04324     -3.58     0.0003    -0.2394    -0.0699
b_time           -1.2779      0.05688    -22.46    <0.0001    -1.3893    -1.1664
b_cost           -1.0838      0.05183    -20.91    <0.0001    -1.1854    -0.9822

NOT CONVERGED: see the top of this report.
";
    assert_eq!(fit(&stopped(), Format::Text), expected);
}

#[test]
fn held_missing_and_warned_as_markdown() {
    let expected = "\
## Mode choice, 50 % sample

Logit, maximum likelihood

| Summary                       | Value                                          |
| ----------------------------- | ---------------------------------------------- |
| Data                          | swissmetro.csv, 10,728 rows                    |
| Converged                     | the Newton decrement fell below its tolerance  |
| Newton decrement              | not measured (tolerance 1e-9)                  |
| Iterations                    | 1 (7 evaluations of the log-likelihood)        |
| Standard errors               | clustered by \"GROUP\": sandwich, 1,192 clusters |
| Decision makers               | 6,768                                          |
| Cases                         | 6,768                                          |
| Alternatives                  | 3                                              |
| Free parameters               | 4                                              |
| Fixed parameters              | 1                                              |
| At a bound                    | 1                                              |
| AIC                           | 10670.504                                      |
| BIC (over cases)              | 10697.784                                      |
| Log-likelihood, start         | -                                              |
| Log-likelihood, null          | -6964.663                                      |
| Log-likelihood, constants     | -                                              |
| Log-likelihood, final         | -5331.252                                      |
| Rho-squared                   | -                                              |
| Rho-squared, adjusted         | 0.2340                                         |
| Smallest eigenvalue, -Hessian | 3.1e-14                                        |

|                                         | Estimate |      Std error |      z |       p | 90% interval |         |
| --------------------------------------- | -------: | -------------: | -----: | ------: | -----------: | ------: |
| asc_train                               |  -0.7012 |         0.0549 | -12.78 | <0.0001 |      -0.8087 | -0.5936 |
| scale                                   |   1.0000 |          fixed |        |         |              |         |
| b_toll                                  |   0.0000 | at lower bound |        |         |              |         |
| b_wait                                  | -12.3457 |              - |      - |       - |            - |       - |
| a_parameter_with_a_rather_long_name:air |   0.2500 |         0.5000 |   0.50 |  0.6100 |      -0.7300 |  1.2300 |
| b_cost\\|x                               |  10.5000 |         0.2500 |  42.00 | <0.0001 |      10.0100 | 10.9900 |

A dash stands for a number that could not be computed.

**Warnings**

1. \"b_toll\" stands at its lower bound 0; its standard error is not computed and it counts as fixed in every covariance
2. 12 cases were dropped
";
    assert_eq!(fit(&troubled(), Format::Markdown), expected);
}

#[test]
fn a_fit_that_did_not_converge_as_latex() {
    let expected = "\
% Needs \\usepackage{booktabs}.
\\begin{table}[htbp]
\\centering
\\caption{Swissmetro: logit (\\textbf{not converged})}
\\label{tab:swissmetro-logit}
\\begin{tabular}{@{}lrrrrrr@{}}
\\toprule
 & Estimate & Std error & z & p & \\multicolumn{2}{c}{95\\% interval} \\\\
\\midrule
asc\\_train & $-0.7012$ & $0.05487$ & $-12.78$ & ${<}0.0001$ & $-0.8087$ & $-0.5936$ \\\\
asc\\_car & $-0.1546$ & $0.04324$ & $-3.58$ & $0.0003$ & $-0.2394$ & $-0.0699$ \\\\
b\\_time & $-1.2779$ & $0.05688$ & $-22.46$ & ${<}0.0001$ & $-1.3893$ & $-1.1664$ \\\\
b\\_cost & $-1.0838$ & $0.05183$ & $-20.91$ & ${<}0.0001$ & $-1.1854$ & $-0.9822$ \\\\
\\midrule
\\multicolumn{2}{l}{Decision makers} & $6{,}768$ & \\multicolumn{3}{l}{Log-likelihood, start} & $-6964.663$ \\\\
\\multicolumn{2}{l}{Cases} & $6{,}768$ & \\multicolumn{3}{l}{Log-likelihood, null} & $-6964.663$ \\\\
\\multicolumn{2}{l}{Alternatives} & $3$ & \\multicolumn{3}{l}{Log-likelihood, constants} & $-5864.998$ \\\\
\\multicolumn{2}{l}{Free parameters} & $4$ & \\multicolumn{3}{l}{Log-likelihood, final} & $-5331.252$ \\\\
\\multicolumn{2}{l}{Fixed parameters} & $0$ & \\multicolumn{3}{l}{Rho-squared} & $0.2345$ \\\\
\\multicolumn{2}{l}{AIC} & $10670.504$ & \\multicolumn{3}{l}{Rho-squared, adjusted} & $0.2340$ \\\\
\\multicolumn{2}{l}{BIC (over cases)} & $10697.784$ \\\\
\\bottomrule
\\end{tabular}

\\medskip
\\begin{minipage}{\\linewidth}
\\footnotesize
\\textbf{NOT CONVERGED:} the limit of 3 iterations was reached. These numbers
belong to the best point reached, not to a maximum.
\\par
Logit, maximum likelihood. Data: swissmetro.csv, 6,768 of 10,728 rows used.
Standard errors: from the Hessian (classical).
\\par
\\end{minipage}
\\end{table}
";
    assert_eq!(fit(&stopped(), Format::Latex), expected);
}

#[test]
fn absurd_numbers_stay_aligned() {
    let rows = "\
asc_train   -0.7012      0.0549     -12.78     <0.0001  -0.8087      -0.5936
asc_car     -0.1546      0.0432      -3.58      0.0003  -0.2394      -0.0699
b_time      -1.2779      0.0569     -22.46     <0.0001  -1.3893      -1.1664
b_cost      -1.0838      0.0518     -20.91     <0.0001  -1.1854      -0.9822
tiny         1.2346e-12  3.200e-13    3.86      0.0001   6.0737e-13   1.8617e-12
huge        -1.2346e12   3.200e11    -3.86      0.0001  -1.8617e12   -6.0737e11
sure         1.5000      1.000e-12    1.50e12  <0.0001   1.5000       1.5000
zero         1.0000e-5   1.0000       0.00      0.9990  -1.9600       1.9600
";
    assert!(fit(&absurd(), Format::Text).ends_with(rows));
}

#[test]
fn text_has_80_columns() {
    for f in [converged(), troubled(), stopped(), absurd(), mixed()] {
        let text = fit(&f, Format::Text);
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }
    // Long values and reasons wrap, and names of 24 characters stand beside their numbers.
    let mut f = stopped();
    f.data.file = "a/rather/long/path/to/the/directory/of/the/data/choices of 2019.csv".to_string();
    f.convergence.reason = "word ".repeat(60);
    f.parameters[0].term = "n".repeat(24);
    let text = fit(&f, Format::Text);
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    assert!(text.contains(&format!("{}  ", "n".repeat(24))));
}

#[test]
fn not_a_number_is_never_printed() {
    let mut f = troubled();
    for p in &mut f.parameters {
        p.estimate = f64::NAN;
        p.std_error = p.std_error.map(|_| f64::NAN);
        p.statistic = p.statistic.map(|_| f64::INFINITY);
        p.p_value = p.p_value.map(|_| f64::NAN);
        p.conf_low = p.conf_low.map(|_| f64::NEG_INFINITY);
        p.conf_high = p.conf_high.map(|_| f64::NAN);
    }
    (f.aic, f.bic, f.log_likelihood) = (f64::NAN, f64::INFINITY, f64::NAN);
    (f.draws, f.tastes) = (mixed().draws, mixed().tastes);
    for taste in f.tastes.iter_mut().flat_map(|tastes| &mut tastes.coefficients) {
        (taste.mean, taste.sd) = (known(f64::NAN), quantity(f64::INFINITY, f64::NAN));
        taste.share_positive = quantity(f64::NAN, f64::NAN);
        taste.quantiles = vec![known(f64::NEG_INFINITY)];
    }
    for group in f.tastes.iter_mut().flat_map(|tastes| &mut tastes.groups) {
        group.covariance[0][0] = quantity(-1.0, f64::NAN);
        group.correlation[1][0] = quantity(f64::NAN, f64::INFINITY);
    }
    f.convergence.criterion = Some(f64::NAN);
    for format in Format::ALL {
        let written = fit(&f, format);
        assert!(!written.contains("NaN"), "{written}");
        assert!(!written.contains("inf,") && !written.contains(" inf"), "{written}");
    }
}

#[test]
fn not_converged_is_in_every_format() {
    for (format, mark) in [
        (Format::Text, "NOT CONVERGED: the limit of 3 iterations was reached"),
        (Format::Json, "\"converged\": false"),
        (Format::Csv, ",false,,false\n"),
        (
            Format::Latex,
            "\\textbf{NOT CONVERGED:} the limit of 3 iterations was reached",
        ),
        (
            Format::Markdown,
            "> **NOT CONVERGED**: the limit of 3 iterations was reached",
        ),
    ] {
        assert!(fit(&stopped(), format).contains(mark), "{format}");
        assert!(!fit(&converged(), format).contains(mark), "{format}");
    }
    assert!(fit(&stopped(), Format::Text).ends_with("\nNOT CONVERGED: see the top of this report.\n"));
}

#[test]
fn an_evaluation_is_not_called_an_estimation() {
    let mut f = stopped();
    f.convergence.iterations = 0;
    let text = fit(&f, Format::Text);
    assert!(text.contains("Logit, evaluated at the starting values\n"));
    assert!(text.contains("  These numbers belong to the starting values; nothing was estimated.\n"));
}

#[test]
fn csv_reads_back_to_the_same_bits() {
    let f = troubled();
    let records = csv::parse(&fit(&f, Format::Csv));
    assert_eq!(
        records[0].join(","),
        "term,estimate,std_error,statistic,p_value,conf_low,conf_high,fixed,at_bound,converged"
    );
    assert_eq!(records.len(), f.parameters.len() + 1);
    for (record, p) in records[1..].iter().zip(&f.parameters) {
        assert_eq!(record[0], p.term);
        let numbers = [
            Some(p.estimate),
            p.std_error,
            p.statistic,
            p.p_value,
            p.conf_low,
            p.conf_high,
        ];
        for (field, number) in record[1..7].iter().zip(numbers) {
            match number {
                Some(number) => {
                    let read: f64 = field.parse().unwrap();
                    assert_eq!(read.to_bits(), number.to_bits());
                }
                None => assert_eq!(field, ""),
            }
        }
        assert_eq!(record[7], p.fixed.to_string());
        assert_eq!(record[8], p.at_bound.clone().unwrap_or_default());
        assert_eq!(record[9], "true");
    }
}

#[test]
fn json_reads_back_equal() {
    let mut f = troubled();
    f.rho_squared = None;
    for f in [converged(), stopped(), absurd(), mixed(), f] {
        let text = fit(&f, Format::Json);
        assert!(text.starts_with("{\n  \"format\": 1,\n") && text.ends_with("\n}\n"));
        assert_eq!(serde_json::from_str::<Fit>(&text).unwrap(), f);
    }
    assert!(fit(&converged(), Format::Json).contains("      [0.30000000000000004, 1e-300],\n"));
}

#[test]
fn only_json_has_timings() {
    for format in Format::ALL {
        let has = fit(&converged(), format).contains("0.0213");
        assert_eq!(has, format == Format::Json);
    }
}

#[test]
fn kinds_of_standard_errors_are_in_words() {
    let mut f = converged();
    for (kind, words) in [
        ("hessian", "from the Hessian (classical)"),
        ("opg", "from the outer product of the scores of decision makers"),
        ("robust", "robust: sandwich, scores summed by decision maker"),
        ("bootstrap", "bootstrap"),
    ] {
        f.covariance_kind = kind.to_string();
        assert!(fit(&f, Format::Text).contains(&format!("Standard errors   {words}\n")));
    }
}

#[test]
fn a_model_without_parameters_or_title_is_reported() {
    let mut f = converged();
    f.parameters.clear();
    f.title = " ".to_string();
    let text = fit(&f, Format::Text);
    assert!(text.starts_with("Logit\nLogit, maximum likelihood\n"));
    assert!(text.ends_with("\nThe model has no parameters.\n"));
    assert!(fit(&f, Format::Markdown).ends_with("\nThe model has no parameters.\n"));
}

#[test]
fn style_changes_no_word() {
    for f in [converged(), troubled(), stopped(), mixed()] {
        let mut stripped = fit_text(&f, Style::Ansi);
        assert!(stripped.starts_with("\u{1b}[1m"));
        for code in ["\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"] {
            stripped = stripped.replace(code, "");
        }
        assert_eq!(stripped, fit(&f, Format::Text));
    }
}

/// A choice-based sample whose alternatives were sampled three times.
fn sampled() -> Fit {
    let mut fit = converged();
    fit.model.specification = json!({ "alternatives": {
        "train": { "code": 1.0, "sampling_rate": 0.04 },
        "car": { "code": 3.0 },
    } });
    fit.sampling = Some(SamplingReport {
        method: "importance".to_string(),
        number: SampleSize::Same(50),
        seed: 7,
        replications: 3,
        estimates_sd: vec![Some(0.0123), None, Some(0.00456), Some(0.0201)],
        log_likelihood_sd: Some(1.2345),
    });
    fit
}

#[test]
fn sampled_alternatives_as_text() {
    let text = fit(&sampled(), Format::Text);
    let expected = "\
Data              swissmetro.csv, 6,768 of 10,728 rows used
Sampling rates    train 0.04, car 1 (choice-based sample)
Choice sets       importance samples of 50 alternatives, seed 7
Other samples     over 3, the log-likelihood has a standard deviation of 1.23
Converged         the Newton decrement fell below its tolerance
";
    assert!(text.contains(expected), "{text}");
    let expected = "\
              Estimate  Std error  Sd samples       z        p    95% interval
────────────────────────────────────────────────────────────────────────────────
asc_train      -0.7012    0.05487     0.01230  -12.78  <0.0001  -0.8087  -0.5936
asc_car        -0.1546    0.04324     -         -3.58   0.0003  -0.2394  -0.0699
b_time         -1.2779    0.05688     0.00456  -22.46  <0.0001  -1.3893  -1.1664
b_cost         -1.0838    0.05183     0.02010  -20.91  <0.0001  -1.1854  -0.9822

Sd samples: standard deviation of an estimate over samples of alternatives. It
tells how far another sample would move the estimate; the standard errors hold
for the one sample that it is from.
";
    assert!(text.ends_with(expected), "{text}");
    let strata = [("core".to_string(), 10), ("rest".to_string(), 1200)].into();
    let mut once = sampled();
    if let Some(report) = &mut once.sampling {
        report.method = "stratified".to_string();
        (report.number, report.replications, report.log_likelihood_sd) = (SampleSize::Strata(strata), 1, None);
    }
    let text = fit(&once, Format::Text);
    assert!(text.contains("Choice sets       stratified samples of 10 of \"core\", 1,200 of \"rest\", seed 7\n"));
    assert!(
        !text.contains("Sd samples") && !text.contains("Other samples"),
        "{text}"
    );
}

#[test]
fn sampled_alternatives_in_every_format() {
    let csv = fit(&sampled(), Format::Csv);
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",converged,sd_over_samples"));
    assert!(lines.next().unwrap().ends_with(",true,0.0123"));
    assert!(lines.next().unwrap().ends_with(",true,"));
    let markdown = fit(&sampled(), Format::Markdown);
    assert!(markdown.contains("| Estimate | Std error | Sd samples |"), "{markdown}");
    assert!(markdown.contains("Sd samples: standard deviation of an estimate"));
    let latex = fit(&sampled(), Format::Latex);
    assert!(
        latex.contains("Std error & Sd samples & z & p & \\multicolumn{2}{c}{95\\% interval}"),
        "{latex}"
    );
    assert!(
        latex.contains("\\multicolumn{4}{l}{Log-likelihood, final} & "),
        "{latex}"
    );
    assert!(
        latex.contains("Choice sets: importance samples of 50 alternatives, seed 7."),
        "{latex}"
    );
    assert!(fit(&sampled(), Format::Json).contains("\"sampling\": {"));
    assert!(!fit(&converged(), Format::Json).contains("\"sampling\""));
}

fn quantity(estimate: f64, std_error: f64) -> Quantity {
    Quantity {
        estimate,
        std_error: Some(std_error),
    }
}

fn known(estimate: f64) -> Quantity {
    Quantity {
        estimate,
        std_error: None,
    }
}

/// Train trips: a correlated group with a lognormal in it, its draws measured.
fn mixed() -> Fit {
    let mut fit = converged();
    fit.title = "Train trips: mixed logit".to_string();
    fit.model.family = "mixed logit".to_string();
    fit.model.specification = json!({ "random": {
        "time": { "distribution": "lognormal" },
        "change": { "distribution": "normal" },
        "comfort": { "distribution": "truncated_normal", "varies": "case" },
    } });
    fit.parameters = vec![
        estimate("price", -0.14666, 0.00841, 0.0),
        estimate("time", 0.39412, 0.051891, 0.0),
        estimate("change", -0.99548, 0.16040, 0.0),
        without_error("comfort", 1.0, true, None),
        estimate("chol_time_time", 0.85222, 0.050243, 0.0),
        estimate("chol_change_time", -0.05210, 0.16180, 0.7474),
        estimate("chol_change_change", -1.76125, 0.18211, 0.0),
        estimate("sd_comfort", -0.50670, 0.22551, 0.0246),
    ];
    fit.draws = Some(DrawsReport {
        method: "sobol".to_string(),
        number: 1024,
        number_within: Some(100),
        antithetic: false,
        seed: 7,
        dimensions: 3,
        simulation_error: Some(SimulationError {
            replications: 8,
            log_likelihood: 0.4321,
            estimates: vec![
                Some(0.00021),
                Some(0.00412),
                Some(0.0102),
                None,
                Some(0.00398),
                Some(0.0121),
                Some(0.0161),
                Some(0.0191),
            ],
            largest_ratio: Some(0.0885),
        }),
        path: [(256, 0.441), (512, 0.212), (1024, 0.0885)]
            .map(|(number, ratio)| DrawsTried {
                number,
                log_likelihood: -5331.3,
                largest_ratio: Some(ratio),
            })
            .to_vec(),
        starts: Some(StartsReport {
            number: 5,
            draws: 64,
            log_likelihoods: vec![-5340.01, -5340.05, -5340.06, -5352.9],
        }),
    });
    let quantiles = |values: [f64; 5]| values.map(|value| quantity(value, 0.1 * value.abs())).to_vec();
    fit.tastes = Some(TasteReport {
        coefficients: vec![
            TasteDescription {
                coefficient: "time".to_string(),
                distribution: "lognormal".to_string(),
                mean: quantity(2.13254, 0.21345),
                sd: quantity(2.20127, 0.34567),
                share_positive: known(1.0),
                quantiles: quantiles([0.36512, 0.83462, 1.48308, 2.63533, 6.02411]),
            },
            TasteDescription {
                coefficient: "change".to_string(),
                distribution: "normal".to_string(),
                mean: quantity(-0.99548, 0.16040),
                sd: quantity(1.76202, 0.18200),
                share_positive: quantity(0.28602, 0.02841),
                quantiles: quantiles([-3.89374, -2.18394, -0.99548, 0.19298, 1.90278]),
            },
            TasteDescription {
                coefficient: "comfort".to_string(),
                distribution: "truncated_normal".to_string(),
                mean: quantity(1.02981, 0.08123),
                sd: quantity(0.47313, 0.18211),
                share_positive: known(1.0),
                quantiles: quantiles([0.27511, 0.68211, 1.01561, 1.35123, 1.83992]),
            },
        ],
        derivatives: TasteDerivatives::default(),
        groups: vec![TasteCovariance {
            coefficients: vec!["time".to_string(), "change".to_string()],
            covariance: vec![
                vec![quantity(0.72628, 0.08564)],
                vec![quantity(-0.04440, 0.13795), quantity(3.10472, 0.64136)],
            ],
            correlation: vec![vec![known(1.0)], vec![quantity(-0.02957, 0.09174), known(1.0)]],
        }],
    });
    fit
}

#[test]
fn a_mixed_logit_as_text() {
    let text = fit(&mixed(), Format::Text);
    let expected = "\
Train trips: mixed logit
Mixed logit, maximum simulated likelihood

Data              swissmetro.csv, 6,768 of 10,728 rows used
Draws             1,024 Sobol (Owen) per decision maker × 100 per case, 3
                  dimensions, seed 7
Simulation error  ln L ± 0.432, estimates up to 0.088 of a standard error (8
                  randomisations)
Draws tried       256 → 512 → 1,024, with errors up to 0.44 → 0.21 → 0.088 of a
                  standard error
Starting points   5, compared with 64 draws: 3 within 0.1 of the best
                  log-likelihood, 1 without a result
Converged         the Newton decrement fell below its tolerance
Newton decrement  3.1e-13 (tolerance 1e-9)
Iterations        6 (7 evaluations of the log-likelihood)
Standard errors   from the Hessian (classical)

Decision makers       6,768         Log-likelihood, start             -6964.663
Cases                 6,768         Log-likelihood, null              -6964.663
Alternatives              3         Log-likelihood, constants         -5864.998
Free parameters           4         Log-likelihood, final             -5331.252
Fixed parameters          1         Rho-squared                           0.2345
AIC                   10670.504     Rho-squared, adjusted                 0.2340
BIC (over cases)      10697.784     Smallest eigenvalue, -Hessian       203.5

                 Estimate Std error Sim. error      z       p    95% interval
────────────────────────────────────────────────────────────────────────────────
price            -0.14666   0.00841    0.00021 -17.44 <0.0001 -0.16314  -0.13018
time              0.39412   0.05189    0.00412   7.60 <0.0001  0.29242   0.49582
change           -0.99548   0.16040    0.01020  -6.21 <0.0001 -1.30986  -0.68110
comfort           1.00000 fixed
chol_time_time    0.85222   0.05024    0.00398  16.96 <0.0001  0.75375   0.95069
chol_change_time -0.05210   0.16180    0.01210  -0.32  0.7474 -0.36922   0.26502
chol_change_change
                 -1.76125   0.18211    0.01610  -9.67 <0.0001 -2.11818  -1.40432
sd_comfort       -0.50670   0.22551    0.01910  -2.25  0.0246 -0.94869  -0.06471

Sim. error: standard deviation of an estimate over randomisations of the draws:
how far other draws would move it.

The sign of sd_comfort has no meaning: its absolute value gives the same
distribution. The sign of chol_change_change has no meaning: a column of a
Cholesky factor may be multiplied by -1 without changing anything.

Distribution of tastes
                               Mean      Sd  Positive       5%   Median      95%
────────────────────────────────────────────────────────────────────────────────
time                         2.133   2.201     100.0%   0.365    1.483    6.024
  lognormal                 (0.213) (0.346)            (0.037)  (0.148)  (0.602)
change                      -0.995   1.762      28.6%  -3.894   -0.995    1.903
  normal                    (0.160) (0.182)     (2.8)  (0.389)  (0.100)  (0.190)
comfort                      1.030   0.473     100.0%   0.275    1.016    1.840
  truncated normal, by case (0.081) (0.182)            (0.028)  (0.102)  (0.184)

Correlation of time and change
             Sd     time  change
────────────────────────────────
time     0.852    1
        (0.050)
change   1.762   -0.030        1
        (0.182)  (0.092)

Over decision makers; positive: share of them whose coefficient is above 0. In
parentheses: standard errors by the delta method. Sds and correlations of a
group are those of the normal parts of its coefficients.
";
    assert_eq!(text, expected);
}

#[test]
fn a_mixed_logit_in_every_format() {
    let csv = fit(&mixed(), Format::Csv);
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",converged,simulation_error"));
    assert!(lines.next().unwrap().ends_with(",true,0.00021"));
    assert!(lines.nth(2).unwrap().ends_with(",true,,true,"));
    let markdown = fit(&mixed(), Format::Markdown);
    for part in [
        "| Estimate | Std error | Sim. error |",
        "\n### Distribution of tastes\n\n|  ",
        "| time                        |   2.133 |   2.201 |   100.0% |   0.365 |   1.483 |   6.024 |\n",
        "|   lognormal                 | (0.213) | (0.346) |          | (0.037) | (0.148) | (0.602) |\n",
        "\n### Correlation of time and change\n\n|        |      Sd |    time | change |\n",
        "| change |   1.762 |  -0.030 |      1 |\n",
        "The sign of sd_comfort has no meaning",
    ] {
        assert!(markdown.contains(part), "{part}\n{markdown}");
    }
    let latex = fit(&mixed(), Format::Latex);
    for part in [
        "Std error & Sim. error & z & p & \\multicolumn{2}{c}{95\\% interval}",
        "Mixed logit, maximum simulated likelihood. Data",
        "Simulation error: ln L \\ensuremath{\\pm} 0.432",
        "\\caption{Train trips: mixed logit. Distribution of tastes}\n\\label{tab:train-trips-mixed-logit-distribution-of-tastes}",
        "\n\\quad lognormal & ($0.213$) & ($0.346$) &  & ($0.037$)",
        "\\caption{Train trips: mixed logit. Correlation of time and change}",
        "change & $1.762$ & $-0.030$ & $1$ \\\\\n & ($0.182$) & ($0.092$) \\\\\n",
    ] {
        assert!(latex.contains(part), "{part}\n{latex}");
    }
    assert_eq!(
        latex.matches("\\begin{table}").count(),
        latex.matches("\\end{table}").count()
    );
    for part in ["\"draws\": {", "\"tastes\": {"] {
        assert!(fit(&mixed(), Format::Json).contains(part));
        assert!(!fit(&converged(), Format::Json).contains(part));
    }
}

#[test]
fn draws_are_in_words() {
    let said = |change: &dyn Fn(&mut DrawsReport)| {
        let mut f = mixed();
        f.draws.iter_mut().for_each(change);
        fit(&f, Format::Markdown)
    };
    let row = |name: &str, value: &str| format!("| {name:<29} | {value} ");
    let halton = said(&|draws| {
        draws.method = "halton".to_string();
        (draws.number, draws.number_within, draws.dimensions) = (500, None, 1);
        (draws.simulation_error, draws.starts) = (None, None);
        draws.path.clear();
    });
    assert!(
        halton.contains(&row("Draws", "500 Halton per decision maker, 1 dimension")),
        "{halton}"
    );
    assert!(halton.contains(&row("Simulation error", "not measured")));
    for absent in ["Draws tried", "Starting points", "Sim. error"] {
        assert!(!halton.contains(absent));
    }
    let antithetic = said(&|draws| {
        draws.method = "mlhs".to_string();
        (draws.number_within, draws.antithetic) = (None, true);
        draws.starts.iter_mut().for_each(|starts| starts.number = 4);
    });
    let words = "1,024 modified Latin hypercube per decision maker, 3 dimensions, antithetic, seed 7";
    assert!(antithetic.contains(&row("Draws", words)), "{antithetic}");
    let words = "4, compared with 64 draws: 3 within 0.1 of the best log-likelihood";
    assert!(antithetic.contains(&row("Starting points", words)), "{antithetic}");
    let rule = said(&|draws| {
        draws.method = "quadrature".to_string();
        (draws.number, draws.number_within, draws.dimensions) = (400, None, 2);
        draws.simulation_error = None;
        draws.path.clear();
    });
    assert!(rule.contains("Mixed logit, maximum likelihood by quadrature\n"));
    assert!(
        rule.contains(&row("Draws", "Gauss quadrature with 400 points, 2 dimensions")),
        "{rule}"
    );
    assert!(!rule.contains("Simulation error"));
}

#[test]
fn signs_are_remarked_on_where_they_are_negative() {
    let mut f = mixed();
    f.parameters.iter_mut().for_each(|p| p.estimate = p.estimate.abs());
    assert!(!fit(&f, Format::Text).contains("no meaning"));
    f.parameters[4].estimate = -1.0;
    f.parameters[6].estimate = -1.0;
    let text = fit(&f, Format::Markdown);
    assert!(text.contains("The signs of chol_time_time and chol_change_change have no meaning: a column"));
    // An off-diagonal element has a meaning.
    f.parameters[4].estimate = 1.0;
    f.parameters[5].estimate = -1.0;
    f.parameters[6].estimate = 1.0;
    assert!(!fit(&f, Format::Text).contains("no meaning"));
}

#[test]
fn wide_correlations_come_in_parts_as_text() {
    let mut f = mixed();
    let n = 7;
    let row = |row: usize| {
        (0..=row)
            .map(|column| quantity(if row == column { 1.0 } else { -0.0005 }, 0.123))
            .collect()
    };
    if let Some(tastes) = &mut f.tastes {
        tastes.groups = vec![TasteCovariance {
            coefficients: (1..=n).map(|at| format!("b_attribute_{at}")).collect(),
            covariance: (0..n).map(row).collect(),
            correlation: (0..n).map(row).collect(),
        }];
    }
    let text = fit(&f, Format::Text);
    assert!(text.contains("\nCorrelation of b_attribute_1, b_attribute_2,"));
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let heads: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().contains("b_attribute_6  b_"))
        .collect();
    assert_eq!(heads, ["               b_attribute_6  b_attribute_7"]);
    assert!(fit(&f, Format::Markdown).contains(" b_attribute_1 | b_attribute_2 | "));
}

#[test]
fn scales_stand_in_the_head_with_their_test() {
    let mut fit = converged();
    fit.parameters.push(estimate("mu_sp", 0.5234, 0.1132, 0.0));
    let scale = |name: &str, when: Option<&str>, factor: &str, test: Option<ScaleTest>| ScaleReport {
        name: name.to_string(),
        when: when.map(str::to_string),
        n_cases: 4021,
        factor: factor.to_string(),
        test,
    };
    let test = |statistic, p_value| ScaleTest {
        term: "mu_sp".to_string(),
        estimate: 0.52341,
        statistic,
        p_value,
    };
    fit.scales = vec![
        scale("sp", Some("SP == 1"), "mu_sp", Some(test(Some(-4.2102), Some(2.6e-5)))),
        scale("sp", Some("SP == 1"), "mu_sp", Some(test(Some(-2.5), Some(0.01242)))),
        scale("sp", Some("SP == 1"), "mu_sp", Some(test(None, None))),
        scale("age", None, "exp(g * age)", None),
    ];
    let text = super::fit(&fit, Format::Text);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("Scale ")).collect();
    assert_eq!(
        lines,
        [
            "Scale             sp: mu_sp = 0.5234 where SP == 1 (4,021 cases)",
            "Scale against 1   mu_sp: z = -4.21, p <0.0001",
            "Scale             sp: mu_sp = 0.5234 where SP == 1 (4,021 cases)",
            "Scale against 1   mu_sp: z = -2.50, p = 0.0124",
            "Scale             sp: mu_sp = 0.5234 where SP == 1 (4,021 cases)",
            "Scale against 1   mu_sp: z = -, p = -",
            "Scale             age: exp(g * age)",
        ]
    );
    assert!(super::fit(&fit, Format::Markdown).contains("age: exp(g \\* age)"));
}

fn ordered(n_thresholds: usize) -> Fit {
    let mut fit = converged();
    fit.model.family = "ordered logit".to_string();
    fit.proportional_odds = Some(ProportionalOdds {
        statistic: 9.876,
        degrees_of_freedom: 2 * n_thresholds - 2,
        p_value: 0.0426,
        coefficients: ["b_time", "b_cost"]
            .map(|term| ProportionalCoefficient {
                term: term.to_string(),
                estimates: (0..n_thresholds).map(|m| -0.25 - m as f64).collect(),
                statistic: 4.5,
                degrees_of_freedom: n_thresholds - 1,
                p_value: 0.105,
            })
            .to_vec(),
    });
    fit
}

#[test]
fn proportional_odds_as_text() {
    let text = super::fit(&ordered(3), Format::Text);
    let table = "\
Proportional odds: is one coefficient enough for all thresholds?
";
    assert!(text.contains(table), "{text}");
    let row = |name: &str| text.lines().rfind(|line| line.starts_with(name)).unwrap_or_default();
    let cells = |name: &str| row(name).split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    assert_eq!(
        cells("b_cost"),
        ["b_cost", "-0.250", "-1.250", "-2.250", "4.50", "2", "0.1050"]
    );
    assert_eq!(cells("all together"), ["all", "together", "9.88", "4", "0.0426"]);
    assert!(
        text.contains("binary logits of what lies above each of the 3"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn proportional_odds_that_were_not_tested() {
    let mut fit = ordered(3);
    fit.proportional_odds = None;
    let said = |fit: &Fit| super::fit(fit, Format::Text).contains("Proportional odds were not tested");
    assert!(said(&fit));
    fit.model.family = "ordered probit".to_string();
    assert!(!said(&fit));
    fit.model.family = "ordered logit".to_string();
    fit.warnings
        .push("proportional odds were not tested: separated".to_string());
    assert!(!said(&fit));
}

#[test]
fn proportional_odds_of_many_thresholds() {
    let fit = ordered(9);
    let text = super::fit(&fit, Format::Text);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains("above 9"), "{text}");
    let markdown = super::fit(&fit, Format::Markdown);
    assert!(markdown.contains("above 9"), "{markdown}");
    assert!(super::fit(&fit, Format::Latex).contains("-8.25"));
    let json: Fit = serde_json::from_str(&super::fit(&fit, Format::Json)).expect("a fit");
    assert_eq!(json, fit);
}
