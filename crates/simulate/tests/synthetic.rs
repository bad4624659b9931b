//! Synthetic choices: are they drawn with the probabilities of the model, in the situations that were asked for?

use logsum_data::{ChoiceData, Column, Layout, Outcome, Source, Table, Values};
use logsum_draws::Seed;
use logsum_simulate::{Design, DesignError, choices};
use logsum_utility::{Model, ModelFile};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Everything stated, wide.
const STATED: &str = r#"
[data]
file = "none.csv"
layout = "wide"
choice = "mode"
filter = "mode != 0"
[alternatives]
walk = 0
bus = { code = 5, available = "has_bus == 1" }
car = 7
[parameters]
asc_bus = -0.5
b_time = -0.1
b_cost = { start = -0.3 }
[utility]
walk = "b_time * t_walk"
bus = "asc_bus + b_time * t_bus + b_cost * 2"
car = "b_time * t_bus / 2 + b_cost * cost"
[simulate]
t_walk = { distribution = "lognormal", mean = 3, sd = 0.5 }
t_bus = "0.5 * t_walk + 5"
cost = { distribution = "uniform", low = 1, high = 6 }
has_bus = { distribution = "bernoulli", probability = 0.7 }
"#;

fn parse(text: &str) -> ModelFile {
    ModelFile::parse(text, "model").unwrap_or_else(|error| panic!("{error}"))
}

/// Without the filter, which would remove walkers after they have walked.
fn stated() -> ModelFile {
    parse(&STATED.replace("filter = \"mode != 0\"\n", ""))
}

fn start(model: &ModelFile) -> Vec<f64> {
    model
        .specification
        .parameters
        .iter()
        .map(|declared| declared.parameter.start)
        .collect()
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).unwrap_or_else(|| panic!("no column {name}")).values {
        Values::Number(values) => values,
        Values::Text(_) => panic!("{name} holds text"),
    }
}

/// p-value of χ² = Σ_j (n_j − Σ_n P_nj)² / Var summed over alternatives, the covariance among them taken into account
/// by leaving out one alternative and inverting the 2 × 2 covariance of the other two.
fn p_value(data: &ChoiceData, theta: &[f64], model: &ModelFile) -> f64 {
    let bound = Model::bind(&model.specification, data).expect("binds");
    let prediction = bound.predict(theta).expect("predicts");
    let Outcome::Chosen(chosen) = data.outcome() else {
        panic!("choices")
    };
    let (mut gap, mut variance) = ([0.0; 2], [[0.0; 2]; 2]);
    for (case, &taken) in chosen.iter().enumerate() {
        let mut p = [0.0; 2];
        let mut y = [0.0; 2];
        for (slot, pair) in data.pairs(case).enumerate() {
            let alternative = data.pair_alternatives()[pair] as usize;
            if alternative < 2 {
                p[alternative] = prediction.probabilities[pair];
                y[alternative] = f64::from(u8::from(taken as usize == slot));
            }
        }
        for i in 0..2 {
            gap[i] += y[i] - p[i];
            for j in 0..2 {
                variance[i][j] += if i == j { p[i] * (1.0 - p[i]) } else { -p[i] * p[j] };
            }
        }
    }
    let determinant = variance[0][0] * variance[1][1] - variance[0][1] * variance[1][0];
    let statistic = (gap[0] * gap[0] * variance[1][1] - 2.0 * gap[0] * gap[1] * variance[0][1]
        + gap[1] * gap[1] * variance[0][0])
        / determinant;
    ChiSquared::new(2.0).expect("two degrees").sf(statistic)
}

#[test]
fn choices_have_the_probabilities_of_the_model_and_of_no_other() {
    let model = stated();
    let theta = start(&model);
    let design = Design::new(&model, None, 20_000, None).unwrap();
    let data = choices(&model.specification, &design, &theta, Seed::new(1)).unwrap();
    // The test at the level 0.001; the seed is fixed, so that it passes always or never.
    let p = p_value(&data, &theta, &model);
    assert!(p > 0.001, "p = {p}");
    // A constant that is wrong by 0.1 is found out.
    let wrong = [theta[0] + 0.1, theta[1], theta[2]];
    let p = p_value(&data, &wrong, &model);
    assert!(p < 0.001, "p = {p}");
}

#[test]
fn simulated_choices_are_no_choice_based_sample() {
    let choices_of = |model: &ModelFile| {
        let design = Design::new(model, None, 200, None).unwrap();
        choices(&model.specification, &design, &start(model), Seed::new(1)).unwrap()
    };
    let plain = stated();
    let mut rated = plain.clone();
    rated.schema = rated.schema.sampling_rate("bus", 0.1);
    let (plain, rated) = (choices_of(&plain), choices_of(&rated));
    assert_eq!(rated.outcome(), plain.outcome());
    assert_eq!(rated.schema(), plain.schema(), "estimated without rates");
}

/// p-values over many seeds are uniform: the test above raises false alarms as often as it says.
#[test]
fn false_alarms_come_at_the_stated_rate() {
    let model = stated();
    let theta = start(&model);
    let design = Design::new(&model, None, 500, None).unwrap();
    let alarms = (0..400)
        .filter(|&seed| {
            let data = choices(&model.specification, &design, &theta, Seed::new(seed)).unwrap();
            p_value(&data, &theta, &model) < 0.1
        })
        .count();
    // 400 × 0.1 = 40 with a standard deviation of 6; four of them on either side.
    assert!((16..=64).contains(&alarms), "{alarms} alarms");
}

#[test]
fn stated_columns_have_their_distributions() {
    let model = stated();
    let design = Design::new(&model, None, 40_000, None).unwrap();
    let data = design.draw(Seed::new(3)).unwrap();
    assert_eq!((data.n_cases(), data.has_outcomes()), (40_000, false));
    let table = data.to_table();
    let (walk, bus) = (numbers(&table, "t_walk"), numbers(&table, "t_bus"));
    assert!(walk.iter().zip(bus).all(|(walk, bus)| *bus == 0.5 * walk + 5.0));
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / 40_000.0;
    // Within four standard errors of the mean, sd / 200.
    let log_walk = mean(&mut walk.iter().map(|value| value.ln()));
    assert!((log_walk - 3.0).abs() < 4.0 * 0.5 / 200.0, "{log_walk}");
    let cost = mean(&mut numbers(&table, "cost").iter().copied());
    assert!((cost - 3.5).abs() < 4.0 * 5.0 / 12.0_f64.sqrt() / 200.0, "{cost}");
    let has_bus = mean(&mut numbers(&table, "has_bus").iter().copied());
    assert!((has_bus - 0.7).abs() < 4.0 * 0.21_f64.sqrt() / 200.0, "{has_bus}");
}

#[test]
fn a_case_is_the_same_however_many_follow_and_whatever_the_threads() {
    let model = stated();
    let theta = start(&model);
    let draw = |cases: usize, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| {
            let design = Design::new(&model, None, cases, None).unwrap();
            choices(&model.specification, &design, &theta, Seed::new(8))
                .unwrap()
                .to_table()
        })
    };
    let few = draw(300, 1);
    let many = draw(5_000, 2);
    for column in &few.columns {
        assert_eq!(
            numbers(&few, &column.name),
            &numbers(&many, &column.name)[..300],
            "{}",
            column.name
        );
    }
    assert_eq!(draw(5_000, 5), many);
}

#[test]
fn the_table_is_read_back_as_the_same_choices() {
    let model = stated();
    let design = Design::new(&model, None, 200, None).unwrap();
    let data = choices(&model.specification, &design, &start(&model), Seed::new(2)).unwrap();
    let again = ChoiceData::new(data.to_table(), &model.schema, &model.specification.uses()).unwrap();
    assert_eq!(
        again.fingerprint(&model.attribute_columns()),
        data.fingerprint(&model.attribute_columns())
    );
}

const PANEL: &str = r#"
[data]
file = "none.csv"
layout = "long"
case = "trip"
alternative = "mode"
choice = "chosen"
decision_maker = "who"
[parameters]
b = 1
[utility]
all = "b * x"
"#;

/// Three decision makers with 1, 2 and 3 trips; x tells them apart.
fn panel() -> ChoiceData {
    let model = parse(PANEL);
    let makers = [1.0, 2.0, 2.0, 3.0, 3.0, 3.0];
    let rows = || (0..6).flat_map(|trip| [0, 1].map(|row| (trip, row)));
    let column = |name: &str, value: &dyn Fn(usize, usize) -> f64| Column {
        name: name.to_owned(),
        values: Values::Number(rows().map(|(trip, row)| value(trip, row)).collect()),
    };
    let columns = vec![
        column("who", &|trip, _| makers[trip]),
        column("trip", &|trip, _| trip as f64),
        column("mode", &|_, row| row as f64),
        column("chosen", &|_, row| (1 - row) as f64),
        column("x", &|trip, row| 10.0 * makers[trip] + (trip + row) as f64),
    ];
    let table = Table {
        source: Source {
            name: "panel.csv".to_owned(),
            first_row: 2,
        },
        n_rows: 12,
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    };
    ChoiceData::new(table, &model.schema, &model.specification.uses()).unwrap()
}

#[test]
fn decision_makers_are_resampled_whole() {
    let (model, data) = (parse(PANEL), panel());
    let design = Design::new(&model, Some(&data), 50, None).unwrap();
    let drawn = design.draw(Seed::new(1)).unwrap();
    assert_eq!(drawn.n_cases(), 50);
    let table = drawn.to_table();
    let (who, x) = (numbers(&table, "who"), numbers(&table, "x"));
    // All rows of a new decision maker come from one old one, and in its order.
    for maker in 1..=drawn.n_decision_makers() {
        let own: Vec<f64> = (0..who.len())
            .filter(|&row| who[row] == maker as f64)
            .map(|row| x[row])
            .collect();
        let old: Vec<f64> = numbers(&data.to_table(), "x")
            .iter()
            .copied()
            .filter(|value| (value / 10.0).floor() == (own[0] / 10.0).floor())
            .collect();
        // The last may have been cut short.
        assert!(
            own == old || maker == drawn.n_decision_makers() && old.starts_with(&own),
            "{own:?} {old:?}"
        );
    }
    let fixed = Design::new(&model, Some(&data), 50, Some(4))
        .unwrap()
        .draw(Seed::new(1))
        .unwrap();
    assert_eq!((fixed.n_cases(), fixed.n_decision_makers()), (50, 13));
}

#[test]
fn values_per_decision_maker_and_case_stand_in_all_their_rows() {
    let model = parse(
        &(PANEL.replace(
            "[utility]\nall = \"b * x\"",
            "c = 1\n[utility]\nall = \"b * x + c * income * mood\"",
        ) + "[simulate]\nrows_per_case = 3\nincome = { distribution = \"normal\", mean = 0, sd = 1, per = \"decision_maker\" }\n\
               mood = { distribution = \"values\", values = [1, 2, 3], per = \"case\" }\n\
               x = { distribution = \"triangular\", low = 0, mode = 1, high = 2 }\n"),
    );
    let data = Design::new(&model, None, 40, Some(4))
        .unwrap()
        .draw(Seed::new(5))
        .unwrap();
    assert_eq!(
        (data.n_cases(), data.n_decision_makers(), data.n_pairs()),
        (40, 10, 120)
    );
    let table = data.to_table();
    let distinct = |name: &str| {
        let mut values: Vec<u64> = numbers(&table, name).iter().map(|value| value.to_bits()).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    assert_eq!((distinct("income"), distinct("mood"), distinct("x")), (10, 3, 120));
    let (income, mood) = (numbers(&table, "income"), numbers(&table, "mood"));
    assert!((0..120).all(|row| income[row] == income[row / 12 * 12] && mood[row] == mood[row / 3 * 3]));
}

#[test]
fn counts_are_drawn_as_many_as_there_were() {
    let text = PANEL.replace("decision_maker = \"who\"", "counts = true");
    let model = parse(&text);
    assert!(matches!(model.schema.layout, Layout::Long { counts: true, .. }));
    let mut table = panel().to_table();
    let chosen = table.columns.iter_mut().find(|column| column.name == "chosen").unwrap();
    chosen.values = Values::Number((0..12).map(|row| f64::from(row % 5) + 1.0).collect());
    let data = ChoiceData::new(table, &model.schema, &model.specification.uses()).unwrap();
    let design = Design::new(&model, Some(&data), 30, None).unwrap();
    let before = design.draw(Seed::new(4).split(0)).unwrap();
    let after = choices(&model.specification, &design, &[1.0], Seed::new(4)).unwrap();
    assert!((0..30).all(|case| before.choices(case) == after.choices(case)));
    assert_ne!(before.outcome(), after.outcome());

    // Another column that is drawn anew does not change how many choose.
    let stated = parse(&format!(
        "{text}[simulate]\nx = {{ distribution = \"normal\", mean = 0, sd = 1 }}\n"
    ));
    let design = Design::new(&stated, Some(&data), 30, None).unwrap();
    let drawn = choices(&stated.specification, &design, &[1.0], Seed::new(4)).unwrap();
    let total = |data: &ChoiceData| (0..30).map(|case| data.choices(case)).collect::<Vec<_>>();
    assert_eq!(total(&drawn), total(&after));
    assert!(total(&drawn).iter().all(|&choices| choices >= 3.0));
}

#[test]
fn a_model_of_constants_needs_no_columns() {
    let model = parse(
        "[data]\nfile = \"none.csv\"\nlayout = \"wide\"\nchoice = \"y\"\n[alternatives]\na = 1\nb = 2\n\
         [parameters]\nasc = 1\n[utility]\na = \"asc\"\n[simulate]\n",
    );
    let design = Design::new(&model, None, 100, None).unwrap();
    let data = choices(&model.specification, &design, &[1.0], Seed::new(1)).unwrap();
    assert_eq!((data.n_cases(), data.n_pairs()), (100, 200));
}

#[test]
fn what_cannot_be_simulated_is_named() {
    let model = stated();
    let message = |design: Result<Design<'_>, DesignError>| design.map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        message(Design::new(&model, None, 0, None)),
        "0 cases; simulate at least 1"
    );
    assert_eq!(
        message(Design::new(&model, None, 10, Some(2))),
        "2 cases per decision maker, but the model's [data] names no decision_maker; name the column, or leave the number out"
    );
    let panel = parse(PANEL);
    assert_eq!(
        message(Design::new(&panel, None, 10, Some(0))),
        "0 cases per decision maker; use at least 1"
    );
    assert_eq!(
        message(Design::new(&panel, None, 10, None)),
        "the model uses \"x\", for which [simulate] states no distribution, and there are no data to resample"
    );
    let x = "[simulate]\nx = { distribution = \"normal\", mean = 0, sd = 1 }\n";
    assert_eq!(
        message(Design::new(&parse(&(PANEL.to_owned() + x)), None, 10, None)),
        "nothing says how many alternatives a simulated case has; list them in [alternatives], or set rows_per_case in [simulate]"
    );
    assert_eq!(
        message(Design::new(
            &parse(&(PANEL.to_owned() + x + "trip = 1")),
            None,
            10,
            None
        )),
        "simulated column \"trip\" is the case of [data], which the simulation numbers itself; remove it from [simulate]"
    );
    assert_eq!(
        message(Design::new(&model, None, 1 << 33, None)),
        "8589934592 rows; at most 4294967295 can be simulated"
    );
    let per = STATED.replace("sd = 0.5 }", "sd = 0.5, per = \"decision_maker\" }");
    assert_eq!(
        message(Design::new(&parse(&per), None, 10, None)),
        "simulated column \"t_walk\" is drawn per decision maker, but the model's [data] names no decision_maker"
    );

    let one = STATED
        .replace("walk = 0\n", "walk = { code = 0, available = \"cost > 3\" }\n")
        .replace("car = 7", "car = { code = 7, available = \"cost > 3\" }")
        .replace("probability = 0.7", "probability = 1")
        .replace("filter = \"mode != 0\"\n", "");
    let one = parse(&one);
    let error = Design::new(&one, None, 100, None)
        .unwrap()
        .draw(Seed::new(1))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("have one alternative only; look at the availability"),
        "{error}"
    );
    let unknown = STATED.replace("0.5 * t_walk", "0.5 * t_wlak");
    let unknown = parse(&unknown);
    let error = Design::new(&unknown, None, 100, None)
        .unwrap()
        .draw(Seed::new(1))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("simulated column \"t_bus\", column 7: "), "{error}");
    let error = choices(
        &model.specification,
        &Design::new(&model, None, 5, None).unwrap(),
        &[1.0],
        Seed::new(1),
    );
    assert_eq!(error.unwrap_err().to_string(), "1 parameters, but the model has 3");

    let message = |text: &str| {
        let model = parse(text);
        let design = match Design::new(&model, None, 50, None) {
            Ok(design) => design,
            Err(error) => return error.to_string(),
        };
        choices(&model.specification, &design, &start(&model), Seed::new(1))
            .unwrap_err()
            .to_string()
    };
    let filtered = message(STATED);
    assert!(
        filtered.starts_with("the filter depends on the choice and would remove "),
        "{filtered}"
    );
    let drawn = STATED.replace(
        "cost = { distribution = \"uniform\", low = 1, high = 6 }",
        "cost = \"mode\"",
    );
    assert_eq!(
        message(&drawn),
        "simulated column \"cost\" uses the choice \"mode\", which is drawn last of all; it cannot be simulated"
    );
    let weighted = STATED
        .replace("filter = \"mode != 0\"", "weight = \"1 + late\"")
        .replace("[alternatives]", "[columns]\nlate = \"mode == 7\"\n[alternatives]");
    assert_eq!(
        message(&weighted),
        "weight uses the choice \"mode\", which is drawn last of all; it cannot be simulated"
    );
}
