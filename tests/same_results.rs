//! One model, one result: however many threads, whatever the format of the file, the form of the model, the order of rows.

mod support;

use std::sync::Arc;

use logsum::data::{Column, Table, Values};
use logsum::tables::{Columns, ReadOptions};
use logsum::{ChoiceData, Fit, FitOptions, Formula, LogLikelihood, Model, Schema, Specification, column, parameter};

fn fit(data: &ChoiceData, specification: &Specification) -> Fit {
    let model = Model::bind(specification, data).unwrap_or_else(|error| panic!("{error}"));
    model
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads")
        .install(work)
}

fn travel_mode() -> Table {
    let path = support::root().join("datasets/travel_mode/travel_mode.csv");
    logsum::tables::read(&path, Columns::All, &ReadOptions::default()).expect("reads")
}

fn travel_mode_schema() -> Schema {
    Schema::long("individual", "mode", "choice")
}

/// Estimates and log-likelihood agree to 1e-10, relative: the same sums in another order.
fn assert_close(one: &Fit, other: &Fit) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-10 * a.abs().max(b.abs());
    assert!(
        close(one.log_likelihood, other.log_likelihood),
        "{} {}",
        one.log_likelihood,
        other.log_likelihood
    );
    assert_eq!(one.parameters.len(), other.parameters.len());
    for estimate in &one.parameters {
        let twin = other
            .parameters
            .iter()
            .find(|twin| twin.term == estimate.term)
            .expect("the same parameters");
        assert!(
            close(estimate.estimate, twin.estimate),
            "{}: {} {}",
            estimate.term,
            estimate.estimate,
            twin.estimate
        );
        let errors = (
            estimate.std_error.expect("a standard error"),
            twin.std_error.expect("a standard error"),
        );
        assert!(close(errors.0, errors.1), "{}: {errors:?}", estimate.term);
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    for model in [
        "swissmetro/logit.toml",
        "swissmetro/box_cox.toml",
        "swissmetro/panel.toml",
        "mode_canada/ragged.toml",
    ] {
        let path = support::root().join("datasets").join(model);
        let one = with_threads(1, || support::bits(&support::estimate(&path)));
        for threads in [2, 5] {
            assert_eq!(
                with_threads(threads, || support::bits(&support::estimate(&path))),
                one,
                "{model}, {threads} threads"
            );
        }
    }
}

#[test]
fn parquet_and_csv_give_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    for model in [
        "swissmetro/logit.toml",
        "mode_canada/ragged.toml",
        "travel_mode/logit.toml",
    ] {
        let (file, data) = support::load(&support::root().join("datasets").join(model));
        let csv = support::root().join("datasets").join(model).with_file_name(&file.file);
        let table = logsum::tables::read(&csv, Columns::All, &ReadOptions::default()).expect("reads");
        let parquet = folder.path().join("table.parquet");
        logsum::tables::write(&parquet, &table).expect("writes");
        let again = logsum::tables::read(&parquet, Columns::All, &ReadOptions::default()).expect("reads");
        let from_parquet = ChoiceData::new(again, &file.schema, &file.specification.uses()).expect("sound data");
        let fits = [fit(&data, &file.specification), fit(&from_parquet, &file.specification)];
        assert_eq!(support::bits(&fits[0]), support::bits(&fits[1]), "{model}");
    }
}

#[test]
fn the_builder_and_the_model_file_give_the_same_bits() {
    let (file, data) = support::load(&support::root().join("datasets/swissmetro/logit.toml"));
    let term = |time: &str, cost: &str| parameter("b_time") * column(time) / 100.0 + parameter("b_cost") * column(cost);
    let written = Specification::new()
        .parameter("asc_train", 0.0)
        .parameter("asc_car", 0.0)
        .parameter("b_time", 0.0)
        .parameter("b_cost", 0.0)
        .utility("train", parameter("asc_train") + term("TRAIN_TT", "train_cost"))
        .utility("swissmetro", term("SM_TT", "sm_cost"))
        .utility(
            "car",
            parameter("asc_car")
                + parameter("b_time") * column("CAR_TT") / 100.0
                + parameter("b_cost") * column("CAR_CO") / 100.0,
        );
    assert_eq!(
        support::bits(&fit(&data, &file.specification)),
        support::bits(&fit(&data, &written))
    );
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let table = travel_mode();
    let formula = Formula::parse("gc + ttme | hinc | 0").expect("parses");
    let alternatives: Vec<String> = ["1", "2", "3", "4"].map(str::to_owned).to_vec();
    let specification = formula
        .specification(&alternatives, Some("4"))
        .expect("a base that is there");
    let data = |table: Table| ChoiceData::new(table, &travel_mode_schema(), &specification.uses()).expect("sound data");
    let in_order = fit(&data(table.clone()), &specification);

    // 840 and 373 have no common divisor: every row is taken once, no two of a case side by side.
    let order: Vec<usize> = (0..table.n_rows).map(|row| row * 373 % table.n_rows).collect();
    let shuffled = Table {
        columns: table.columns.iter().map(|column| take(column, &order)).collect(),
        ..table
    };
    assert_close(&in_order, &fit(&data(shuffled), &specification));
}

fn take(column: &Column, rows: &[usize]) -> Column {
    let Values::Number(cells) = &column.values else {
        panic!("the table has numbers only")
    };
    Column {
        name: column.name.clone(),
        values: Values::Number(rows.iter().map(|&row| cells[row]).collect()),
    }
}

#[test]
fn the_formula_is_the_model_written_out() {
    let (file, data) = support::load(&support::root().join("datasets/travel_mode/logit.toml"));
    let written = fit(&data, &file.specification);
    assert!(
        (written.log_likelihood + 199.128_369).abs() < 1e-5,
        "{}",
        written.log_likelihood
    );

    let formula = Formula::parse("gc + ttme | 0 | 0").expect("parses");
    let alternatives: Vec<String> = ["1", "2", "3", "4"].map(str::to_owned).to_vec();
    let short = formula.specification(&alternatives, None).expect("a base");
    let long = Specification::new().parameter("gc", 0.0).parameter("ttme", 0.0);
    let declared = long.parameters;
    let long = Specification {
        parameters: declared
            .into_iter()
            .map(|mut declared| {
                declared.symbol = format!("b_{}", declared.symbol);
                declared
            })
            .collect(),
        ..Specification::new()
    }
    .utility_of_all(parameter("b_gc") * column("gc") + parameter("b_ttme") * column("ttme"));
    let fits = [&short, &long].map(|specification| {
        let data = ChoiceData::new(travel_mode(), &travel_mode_schema(), &specification.uses()).expect("sound data");
        fit(&data, specification)
    });
    assert_close(&fits[0], &fits[1]);
}

#[test]
fn wide_and_long_forms_agree() {
    let (file, data) = support::load(&support::root().join("datasets/swissmetro/logit.toml"));
    let wide = fit(&data, &file.specification);

    // The same choices with a row per available alternative, made from what the wide data say.
    let mut columns: Vec<(&str, Vec<f64>)> = ["case", "alternative", "choice", "time", "cost"]
        .map(|name| (name, Vec::new()))
        .into();
    let cells = |name: &str| match &data
        .columns()
        .iter()
        .find(|column| column.name == name)
        .expect("a column")
        .values
    {
        Values::Number(cells) => cells.clone(),
        Values::Text(_) => panic!("{name} holds numbers"),
    };
    let attributes = [("TRAIN_TT", "TRAIN_CO"), ("SM_TT", "SM_CO"), ("CAR_TT", "CAR_CO")]
        .map(|(time, cost)| (cells(time), cells(cost)));
    let pass = cells("GA");
    let logsum::data::Outcome::Chosen(chosen) = data.outcome() else {
        panic!("choices, not counts")
    };
    for case in 0..data.n_cases() {
        for (position, pair) in data.pairs(case).enumerate() {
            let alternative = data.pair_alternatives()[pair] as usize;
            let (time, cost) = &attributes[alternative];
            let free = alternative < 2 && pass[case] != 0.0;
            let values = [
                case as f64,
                alternative as f64,
                f64::from(u8::from(chosen[case] as usize == position)),
                time[case] / 100.0,
                if free { 0.0 } else { cost[case] / 100.0 },
            ];
            columns
                .iter_mut()
                .zip(values)
                .for_each(|((_, cells), value)| cells.push(value));
        }
    }
    let table = Table {
        source: data.source().clone(),
        n_rows: columns[0].1.len(),
        all_names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        columns: columns
            .into_iter()
            .map(|(name, cells)| Column {
                name: name.to_owned(),
                values: Values::Number(Arc::from(cells)),
            })
            .collect(),
    };
    let schema = Schema::long("case", "alternative", "choice")
        .alternative("train", 0)
        .alternative("swissmetro", 1)
        .alternative("car", 2);
    let specification = Specification::new()
        .parameter("asc_train", 0.0)
        .parameter("asc_car", 0.0)
        .parameter("b_time", 0.0)
        .parameter("b_cost", 0.0)
        .utility_of_all(parameter("b_time") * column("time") + parameter("b_cost") * column("cost"))
        .utility("train", parameter("asc_train"))
        .utility("car", parameter("asc_car"));
    let long_data = ChoiceData::new(table, &schema, &specification.uses()).expect("sound data");
    assert_eq!(long_data.n_cases(), 6768);
    let long = fit(&long_data, &specification);
    assert_close(&wide, &long);
    let constants = [&wide, &long].map(|fit| fit.log_likelihood_constants.expect("labelled alternatives"));
    assert!(
        (constants[0] - constants[1]).abs() < 1e-10 * constants[0].abs(),
        "{constants:?}"
    );
}

#[test]
fn an_interruption_asked_for_beforehand_stops_at_once() {
    let (file, data) = support::load(&support::root().join("datasets/travel_mode/logit.toml"));
    let flag = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let model = Model::bind(&file.specification, &data)
        .expect("binds")
        .interrupted_by(flag);
    let error = model.fit(&FitOptions::default(), None).expect_err("interrupted");
    assert_eq!(
        error.to_string(),
        "interrupted before the starting values were evaluated"
    );
    assert_eq!(model.parameters().len(), file.specification.parameters.len());
}
