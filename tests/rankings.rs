//! Rankings as a user meets them: estimates, what is read again, and what is said of files that hold none.

mod support;

use std::fmt::Write;
use std::path::Path;

use logsum::Fit;
use logsum::tables::{Columns, ReadOptions};
use support::{bits, logsum, ran};

/// Uniform numbers between 0 and 1.
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }
}

const ALTERNATIVES: [&str; 4] = ["red", "green", "blue", "white"];

/// Of each of 400 respondents the prices and qualities of four alternatives, and these from the best to the worst by
/// utility −price + 0.8 quality + 0.5 [red] and Gumbel noise; white is not offered to every third.
fn answers() -> Vec<([f64; 4], [f64; 4], Vec<usize>)> {
    let mut uniform = uniform(7);
    let answer = |respondent: usize| {
        let price = [(); 4].map(|()| (30.0 * uniform()).round() / 10.0);
        let quality = [(); 4].map(|()| (50.0 * uniform()).round() / 10.0);
        let mut utility = [0.0; 4];
        for j in 0..4 {
            let noise = -(-uniform().ln()).ln();
            utility[j] = -price[j] + 0.8 * quality[j] + if j == 0 { 0.5 } else { 0.0 } + noise;
        }
        let mut order: Vec<usize> = (0..if respondent.is_multiple_of(3) { 3 } else { 4 }).collect();
        order.sort_by(|&a, &b| utility[b].total_cmp(&utility[a]));
        (price, quality, order)
    };
    (0..400).map(answer).collect()
}

/// A row per respondent: the two best and the worst, prices, qualities.
fn wide() -> String {
    let mut table = "who,best,second,worst,white,p1,p2,p3,p4,q1,q2,q3,q4\n".to_owned();
    for (who, (price, quality, order)) in answers().into_iter().enumerate() {
        let [best, second, worst] = [order[0], order[1], order[order.len() - 1]].map(|j| ALTERNATIVES[j]);
        let _ = write!(
            table,
            "{},{best},{second},{worst},{}",
            who / 2,
            u8::from(order.len() == 4)
        );
        for number in price.into_iter().chain(quality) {
            let _ = write!(table, ",{number}");
        }
        table.push('\n');
    }
    table
}

/// A row per alternative: the ranks of the two best.
fn long() -> String {
    let mut table = "case,colour,rank,price,quality\n".to_owned();
    for (case, (price, quality, order)) in answers().into_iter().enumerate() {
        for j in 0..4 {
            let Some(at) = order.iter().position(|&ranked| ranked == j) else {
                continue;
            };
            let rank = if at < 2 { (at + 1).to_string() } else { String::new() };
            let _ = writeln!(table, "{case},{},{rank},{},{}", ALTERNATIVES[j], price[j], quality[j]);
        }
    }
    table
}

fn wide_model(choice: &str, table: &str) -> String {
    let mut text = format!(
        "title = \"Colours\"\n[data]\nfile = \"wide.csv\"\nlayout = \"wide\"\nchoice = {choice}\n\n[alternatives]\n\
         red = {{ code = \"red\" }}\ngreen = {{ code = \"green\" }}\nblue = {{ code = \"blue\" }}\n\
         white = {{ code = \"white\", available = \"white == 1\" }}\n\n\
         [parameters]\nasc_red = 0.0\nb_price = 0.0\nb_quality = 0.0\n\n[utility]\n"
    );
    for (j, name) in ALTERNATIVES.iter().enumerate() {
        let constant = if j == 0 { "asc_red + " } else { "" };
        let _ = writeln!(text, "{name} = \"{constant}b_price * p{0} + b_quality * q{0}\"", j + 1);
    }
    text + table
}

const RANKED: &str = "\n[ranking]\n";

fn long_model() -> String {
    "title = \"Colours\"\n[data]\nfile = \"long.csv\"\nlayout = \"long\"\ncase = \"case\"\nalternative = \"colour\"\n\
     choice = \"rank\"\n\n[parameters]\nasc_red = 0.0\nb_price = 0.0\nb_quality = 0.0\n\n[utility]\n\
     all = \"b_price * price + b_quality * quality\"\nred = \"asc_red\"\n\n[ranking]\n"
        .to_owned()
}

fn write_file(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("writes");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write_file(folder.path(), "wide.csv", &wide());
    write_file(folder.path(), "long.csv", &long());
    write_file(folder.path(), "two.toml", &wide_model("[\"best\", \"second\"]", RANKED));
    let best_worst = format!("{RANKED}best_worst = true\n");
    write_file(
        folder.path(),
        "worst.toml",
        &wide_model("[\"best\", \"second\", \"worst\"]", &best_worst),
    );
    write_file(folder.path(), "best.toml", &wide_model("\"best\"", ""));
    write_file(folder.path(), "long.toml", &long_model());
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

fn fit(folder: &Path, model: &str) -> Fit {
    let (code, out, err) = run(folder, &["estimate", model, "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("a fit")
}

/// ln L at the estimates, stage by stage, of the best in their order and of the worst.
fn by_hand(fit: &Fit, n_best: usize, worst: bool) -> f64 {
    let [red, b_price, b_quality] = [0, 1, 2].map(|k| fit.parameters[k].estimate);
    let mut sum = 0.0;
    for (price, quality, order) in answers() {
        let utility = |j: usize| b_price * price[j] + b_quality * quality[j] + if j == 0 { red } else { 0.0 };
        let mut left = order.clone();
        for _ in 0..n_best {
            sum += utility(left[0]) - left.iter().map(|&j| utility(j).exp()).sum::<f64>().ln();
            left.remove(0);
        }
        if worst {
            let last = left[left.len() - 1];
            sum += -utility(last) - left.iter().map(|&j| (-utility(j)).exp()).sum::<f64>().ln();
        }
    }
    sum
}

#[test]
fn estimates_of_rankings() {
    let folder = folder();
    let two = fit(folder.path(), "two.toml");
    assert_eq!(two.model.family, "rank-ordered logit");
    assert_eq!(
        (two.n_cases, two.n_decision_makers, two.data.rows_used),
        (400, 400, 400)
    );
    assert!((two.log_likelihood - by_hand(&two, 2, false)).abs() < 1e-9);
    let null = -(134.0 * (3.0 * 2.0_f64).ln() + 266.0 * (4.0 * 3.0_f64).ln());
    assert!(
        (two.log_likelihood_null - null).abs() < 1e-9,
        "{}",
        two.log_likelihood_null
    );
    let constants = two.log_likelihood_constants.expect("labelled alternatives");
    assert!(constants > null && constants < two.log_likelihood);
    assert!((two.bic - (3.0 * 400_f64.ln() - 2.0 * two.log_likelihood)).abs() < 1e-9);
    // Close to the truth, and closer than with the best alone.
    for (parameter, truth) in two.parameters.iter().zip([0.5, -1.0, 0.8]) {
        let error = parameter.std_error.expect("an error");
        assert!((parameter.estimate - truth).abs() < 3.0 * error, "{parameter:?}");
    }
    let best = fit(folder.path(), "best.toml");
    assert!(two.parameters[1].std_error < best.parameters[1].std_error);

    let long = fit(folder.path(), "long.toml");
    assert!((two.log_likelihood - long.log_likelihood).abs() < 1e-10 * two.log_likelihood.abs());
    assert_eq!(long.data.rows_used, 400 * 4 - 134);

    let worst = fit(folder.path(), "worst.toml");
    assert_eq!(worst.model.family, "best-worst logit");
    assert!((worst.log_likelihood - by_hand(&worst, 2, true)).abs() < 1e-9);
    assert_eq!(worst.log_likelihood_constants, None);
    assert!(
        worst.warnings[0].contains("constants only is not computed for rankings that tell the worst"),
        "{:?}",
        worst.warnings
    );
}

/// The long table with all that are ranked: of every fourth respondent the two best are as good as each other, of every
/// fourth the second and the third.
fn with_ties() -> String {
    let mut table = "case,colour,rank,price,quality\n".to_owned();
    for (case, (price, quality, order)) in answers().into_iter().enumerate() {
        let ranks = match case % 4 {
            1 => [1, 1, 3, 0],
            2 => [1, 2, 2, 0],
            _ => [1, 2, 3, 0],
        };
        for j in 0..order.len() {
            let rank = ranks[order.iter().position(|&ranked| ranked == j).expect("all are ranked")];
            let _ = writeln!(table, "{case},{},{rank},{},{}", ALTERNATIVES[j], price[j], quality[j]);
        }
    }
    table
}

#[test]
fn ties_as_other_programs_take_them() {
    let folder = folder();
    write_file(folder.path(), "long.csv", &with_ties());
    let model = |name: &str, ties: &str| {
        write_file(folder.path(), name, &(long_model() + &format!("ties = \"{ties}\"\n")));
        fit(folder.path(), name)
    };
    let efron = model("efron.toml", "efron");
    assert_eq!(efron.model.family, "rank-ordered logit");
    // statsmodels 0.14, PHReg(rank, ..., strata=case, ties="efron"); groups of all that are left censored.
    let expected = [
        (0.3862466622693347, 0.08651426406553017),
        (-0.8168897849868616, 0.05736972057271677),
        (0.6580674844187157, 0.03830632362414884),
    ];
    assert!(
        (efron.log_likelihood + 777.3090757776963).abs() < 1e-9,
        "{}",
        efron.log_likelihood
    );
    for (parameter, (estimate, error)) in efron.parameters.iter().zip(expected) {
        assert!((parameter.estimate - estimate).abs() < 1e-7, "{parameter:?}");
        assert!(
            (parameter.std_error.expect("an error") - error).abs() < 1e-7,
            "{parameter:?}"
        );
    }
    // In whatever order those stand that tie, the truth is nearer to the sum over them all.
    let exact = model("exact.toml", "exact");
    let z = |fit: &Fit| {
        let of = |(parameter, truth): (&logsum::utility::Estimate, f64)| {
            ((parameter.estimate - truth) / parameter.std_error.expect("an error")).abs()
        };
        fit.parameters.iter().zip([0.5, -1.0, 0.8]).map(of).fold(0.0, f64::max)
    };
    assert!(z(&exact) < 3.0 && z(&efron) > 3.0, "{} {}", z(&exact), z(&efron));
    let (code, out, err) = run(folder.path(), &["estimate", "exact.toml"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("Ties              exact, the sum over all orders\n"),
        "{out}"
    );
    let (_, out, _) = run(folder.path(), &["check", "exact.toml"]);
    assert!(out.contains("in their order; 200 cases have ties\n"), "{out}");
    let err = said("long.csv", &with_ties(), "long.toml");
    assert!(
        err.contains("or let them tie with ties = \"efron\" or \"exact\" in [ranking]"),
        "{err}"
    );
}

#[test]
fn ranks_in_a_column_of_each_alternative() {
    let folder = folder();
    let wide: String = wide()
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let rank = |name: &str| match cells[1..3].iter().position(|cell| *cell == name) {
                Some(at) => (at + 1).to_string(),
                None => String::new(),
            };
            match cells[0] {
                "who" => format!("{line},r1,r2,r3,r4\n"),
                _ => format!("{line},{}\n", ALTERNATIVES.map(rank).join(",")),
            }
        })
        .collect();
    write_file(folder.path(), "wide.csv", &wide);
    let ranks = "{ red = \"r1\", green = \"r2\", blue = \"r3\", white = \"r4\" }";
    write_file(folder.path(), "ranks.toml", &wide_model(ranks, RANKED));
    let (ranks, codes) = (fit(folder.path(), "ranks.toml"), fit(folder.path(), "two.toml"));
    assert_eq!(bits(&ranks), bits(&codes));
    let (code, _, err) = run(
        folder.path(),
        &["estimate", "ranks.toml", "-o", "ranks.json", "--quiet"],
    );
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(folder.path(), &["predict", "ranks.json", "wide.csv"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Observed"), "{out}");
}

#[test]
fn the_best_and_the_worst_as_one_choice() {
    let folder = folder();
    let text = wide_model("[\"best\", \"worst\"]", "\n[ranking]\nmax_diff = true\n");
    write_file(folder.path(), "pairs.toml", &text);
    let found = fit(folder.path(), "pairs.toml");
    assert_eq!(found.model.family, "max-diff logit");
    let [red, b_price, b_quality] = [0, 1, 2].map(|k| found.parameters[k].estimate);
    let mut by_hand = 0.0;
    for (price, quality, order) in answers() {
        let utility = |j: usize| b_price * price[j] + b_quality * quality[j] + if j == 0 { red } else { 0.0 };
        let pairs = order
            .iter()
            .flat_map(|&k| order.iter().filter(move |&&l| l != k).map(move |&l| (k, l)));
        let all: f64 = pairs.map(|(k, l)| (utility(k) - utility(l)).exp()).sum();
        by_hand += utility(order[0]) - utility(order[order.len() - 1]) - all.ln();
    }
    assert!(
        (found.log_likelihood - by_hand).abs() < 1e-9,
        "{} {by_hand}",
        found.log_likelihood
    );
    let text = wide_model("[\"best\", \"second\", \"worst\"]", "\n[ranking]\nmax_diff = true\n");
    write_file(folder.path(), "more.toml", &text);
    let (code, out, err) = run(folder.path(), &["estimate", "more.toml", "--quiet"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("choice lists their two columns"), "{err}");
}

#[test]
fn text_and_parquet_give_the_same_bits() {
    let folder = folder();
    for (table, models) in [("wide", &["two.toml", "worst.toml"][..]), ("long", &["long.toml"])] {
        let path = |ending: &str| folder.path().join(format!("{table}.{ending}"));
        let cells = logsum::tables::read(&path("csv"), Columns::All, &ReadOptions::default()).expect("reads");
        logsum::tables::write(&path("parquet"), &cells).expect("writes");
        for model in models {
            let text = fit(folder.path(), model);
            let file = std::fs::read_to_string(folder.path().join(model)).expect("reads");
            write_file(folder.path(), "parquet.toml", &file.replace(".csv", ".parquet"));
            let parquet = fit(folder.path(), "parquet.toml");
            assert_eq!(bits(&text), bits(&parquet), "{model}");
            assert_eq!(text.data.fingerprint, parquet.data.fingerprint, "{model}");
        }
    }
}

#[test]
fn a_fit_is_read_again() {
    let folder = folder();
    let fits = [
        ("two.toml", "two.json"),
        ("worst.toml", "worst.json"),
        ("best.toml", "best.json"),
    ];
    for (model, fit) in fits {
        let (code, _, err) = run(folder.path(), &["estimate", model, "-o", fit, "--quiet"]);
        assert_eq!(code, 0, "{err}");
    }
    let (code, out, err) = run(folder.path(), &["show", "two.json", "--cluster", "who"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("Rank-ordered logit"), "{out}");
    assert!(out.contains("clustered"), "{out}");

    // Predicted is the best of all, from the data of the estimation and from others.
    let predict = |arguments: &[&str]| {
        let (code, out, err) = run(folder.path(), &[&["predict"], arguments, &["-o", "p.csv"]].concat());
        assert_eq!(code, 0, "{err}");
        (
            out,
            std::fs::read_to_string(folder.path().join("p.csv")).expect("predictions"),
            err,
        )
    };
    let (out, rows, err) = predict(&["two.json"]);
    assert_eq!(err, "");
    assert_eq!(rows.lines().count(), 401);
    assert!(
        rows.starts_with("row,probability_red,probability_green,probability_blue,probability_white,logsum"),
        "{rows}"
    );
    assert!(out.contains("Observed"), "{out}");
    let (_, again, err) = predict(&["two.json", "wide.csv"]);
    assert_eq!((again, err.as_str()), (rows, ""));
    let without: String = wide()
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            [&cells[..1], &cells[4..]].concat().join(",") + "\n"
        })
        .collect();
    write_file(folder.path(), "new.csv", &without);
    let (out, _, err) = predict(&["worst.json", "new.csv"]);
    assert!(!out.contains("Observed") && err.is_empty(), "{out}{err}");

    // The last rank belongs to the data of a fit.
    let swapped = |(row, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if row == 5 {
            cells.swap(2, 3);
        }
        cells.join(",") + "\n"
    };
    let changed: String = wide().lines().enumerate().map(swapped).collect();
    write_file(folder.path(), "wide.csv", &changed);
    let (code, _, err) = run(folder.path(), &["predict", "two.json"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("is not the data that \"two.json\" was estimated on"),
        "{err}"
    );
    let (code, _, err) = run(folder.path(), &["predict", "best.json"]);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn what_check_and_init_say() {
    let folder = folder();
    let (code, out, err) = run(folder.path(), &["check", "worst.toml"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "Rankings          the 2 best and the worst\n",
        "  Best  ",
        "3 free parameters, all identified",
    ] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    let (_, out, _) = run(folder.path(), &["check", "long.toml"]);
    assert!(out.contains("Rankings          the 2 best, in their order\n"), "{out}");

    let table =
        "task,best,second,third,price_1,price_2,price_3\n1,1,2,3,4,5,6\n2,2,3,1,5,4,6\n3,3,1,2,6,5,4\n4,1,3,2,4,4,6\n";
    write_file(folder.path(), "plain.csv", table);
    let (code, _, err) = run(folder.path(), &["init", "plain.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("choice = [\"best\", \"second\", \"third\"] (the best first; check the order)"),
        "{err}"
    );
}

#[test]
fn random_tastes_of_rankings() {
    let folder = folder();
    let mixed = "\n[random]\nb_price = { distribution = \"normal\" }\n[draws]\nnumber = 50\nmethod = \"sobol\"\n";
    let text =
        wide_model("[\"best\", \"second\"]", RANKED).replace("choice =", "decision_maker = \"who\"\nchoice =") + mixed;
    write_file(folder.path(), "mixed.toml", &text);
    let fit = fit(folder.path(), "mixed.toml");
    assert_eq!(fit.model.family, "rank-ordered mixed logit");
    assert_eq!((fit.n_cases, fit.n_decision_makers), (400, 200));
    let plain = self::fit(folder.path(), "two.toml");
    assert!(fit.log_likelihood >= plain.log_likelihood - 1e-6);
    assert!((fit.log_likelihood_null - plain.log_likelihood_null).abs() < 1e-9);
}

#[test]
fn simulation_says_that_it_has_none() {
    let folder = folder();
    let text = wide_model("[\"best\", \"second\"]", RANKED).replace("b_price = 0.0", "b_price = -1.0");
    write_file(folder.path(), "true.toml", &text);
    for arguments in [
        &["simulate", "choices", "true.toml", "--cases", "10", "-o", "s.csv"][..],
        &["simulate", "recovery", "true.toml", "--cases", "10"],
    ] {
        let (code, _, err) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains("outcomes are rankings, and these cannot be simulated yet"),
            "{err}"
        );
    }
}

/// What is said of a model with other data.
#[track_caller]
fn said(file: &str, data: &str, model: &str) -> String {
    let folder = folder();
    write_file(folder.path(), file, data);
    let (code, out, err) = run(folder.path(), &["estimate", model, "--quiet"]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    err
}

#[test]
fn tables_that_hold_no_ranking() {
    let rows = |rows: &str| format!("case,colour,rank,price,quality\n1,red,1,1,2\n1,blue,2,2,1\n{rows}");
    let cases = [
        (
            "2,red,1,1,2\n2,blue,1,2,2\n",
            "row 5 (case 2): rank 1 stands twice in its case (column \"rank\")",
        ),
        (
            "2,red,1,1,2\n2,blue,3,2,2\n",
            "row 5 (case 2): rank 3 stands in its case without the one before it",
        ),
        (
            "2,red,1,1,2\n2,blue,1.5,2,2\n",
            "row 5 (case 2): column \"rank\" holds 1.5, but a rank is a whole number",
        ),
        (
            "2,red,1,1,2\n2,blue,-2,2,2\n",
            "row 5 (case 2): column \"rank\" holds -2, but a rank is a whole number",
        ),
        (
            "2,red,0,1,2\n2,blue,,2,2\n",
            "row 4 (case 2): no alternative is chosen; every case needs a rank 1",
        ),
        ("2,red,first,1,2\n2,blue,2,2,2\n", "row 4, column \"rank\""),
    ];
    for (more, expected) in cases {
        let err = said("long.csv", &rows(more), "long.toml");
        assert!(err.contains("long.csv") && err.contains(expected), "{expected}\n{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }

    let row = |best: &str, second: &str, worst: &str, white: u8| {
        format!(
            "who,best,second,worst,white,p1,p2,p3,p4,q1,q2,q3,q4\n1,red,blue,green,1,1,2,3,4,1,2,3,4\n\
             1,{best},{second},{worst},{white},1,2,3,4,1,2,3,4\n"
        )
    };
    let cases = [
        (
            row("red", "red", "blue", 1),
            "alternative \"red\" is ranked twice, in the columns \"best\" and \"second\"",
        ),
        (
            row("red", "blue", "red", 1),
            "alternative \"red\" is ranked twice, in the columns \"best\" and \"worst\"",
        ),
        (
            row("red", "white", "blue", 0),
            "the ranked alternative \"white\" is unavailable (\"white == 1\" is 0)",
        ),
        (
            row("red", "pink", "blue", 1),
            "column \"second\" has the code \"pink\", which is not among the alternatives",
        ),
        (
            row("", "red", "blue", 1),
            "no value in column \"best\", but the best alternative is needed in every row",
        ),
        (
            row("red", "green", "", 1),
            "no value in column \"worst\", but the worst alternative is needed in every row",
        ),
    ];
    for (table, expected) in cases {
        let err = said("wide.csv", &table, "worst.toml");
        assert!(
            err.contains(&format!("wide.csv, row 3: {expected}")),
            "{expected}\n{err}"
        );
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    // The second may be missing, the best may not.
    let folder = folder();
    write_file(
        folder.path(),
        "wide.csv",
        &(wide() + "0,red,,green,1,1,2,3,4,1,2,3,4\n"),
    );
    let found = fit(folder.path(), "worst.toml");
    assert_eq!(found.n_cases, 401);
}
