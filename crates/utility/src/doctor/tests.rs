//! The diagnosis against estimations without a decision maker, and against what was put into the data.

use logsum_data::ChoiceData;

use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{Random, WIDE, data, numbers, specification, table, wide_schema, wide_table};

fn fit(specification: &Specification, data: &ChoiceData) -> Fit {
    Model::bind(specification, data)
        .unwrap()
        .fit(&FitOptions::default(), None)
        .unwrap()
}

#[test]
fn influence_is_what_estimation_without_a_decision_maker_shows() {
    let specification = specification(WIDE.0, WIDE.1);
    for schema in [wide_schema(), wide_schema().decision_maker("person")] {
        let data = data(wide_table(400, 5), &schema, &specification);
        let all = fit(&specification, &data);
        let model = Model::bind(&specification, &data).unwrap();
        let found = model.diagnose(&all).unwrap();
        assert_eq!(found.influential.len(), 5);
        assert_eq!(found.mean_displacement, 5.0 / data.n_decision_makers() as f64);
        assert!(found.weak.is_empty());
        for of in &found.influential {
            let case = (0..400).find(|&case| data.place(case).row == of.row.unwrap()).unwrap();
            let maker = |case: usize| data.decision_makers().map_or(case, |makers| makers[case] as usize);
            let others: Vec<bool> = (0..400).map(|other| maker(other) != maker(case)).collect();
            let without = fit(&specification, &data.select(&others));
            let k = all
                .parameters
                .iter()
                .position(|known| known.term == of.parameter)
                .unwrap();
            let (now, then) = (&all.parameters[k], &without.parameters[k]);
            let change = (then.estimate - now.estimate) / now.std_error.unwrap();
            // One step of Newton's method; the rest is of the order of its square.
            assert!((of.change - change).abs() < 0.2 * change.abs(), "{of:?} {change}");
            // ln L of the others at both, and what they gain.
            let theta = |fit: &Fit| fit.parameters.iter().map(|of| of.estimate).collect::<Vec<_>>();
            let own = |theta: &[f64]| model.contributions(theta).unwrap()[maker(case)];
            let of_others = |theta: &[f64]| model.contributions(theta).unwrap().iter().sum::<f64>() - own(theta);
            let gain = 2.0 * (of_others(&theta(&without)) - of_others(&theta(&all)));
            assert!((of.displacement - gain).abs() < 0.2 * gain, "{of:?} {gain}");
            assert!((of.log_likelihood - own(&theta(&all))).abs() < 1e-12);
        }
        assert!(found.influential.is_sorted_by(|a, b| a.displacement >= b.displacement));
        assert!(
            found
                .improbable
                .is_sorted_by(|a, b| a.log_likelihood <= b.log_likelihood)
        );
    }
}

/// Three alternatives with `x`, a near copy of it, `large` and `rare`, and choices by utility x.
fn odd(n: usize) -> (Specification, ChoiceData) {
    let mut random = Random::new(3);
    let mut columns = vec![Vec::new(); 6];
    for case in 0..n {
        let rows: Vec<[f64; 4]> = (0..3)
            .map(|slot| {
                let x = random.between(-1.0, 1.0);
                let near = x + random.between(-0.02, 0.02);
                let rare = if case % 250 == 0 && slot == 1 { 1.0 } else { 0.0 };
                [x, near, random.between(0.0, 1e5), rare]
            })
            .collect();
        let utilities: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        let chosen = random.choose(&utilities);
        for (slot, row) in rows.iter().enumerate() {
            let cells = [case as f64, if slot == chosen { 1.0 } else { 0.0 }];
            for (column, cell) in columns.iter_mut().zip(cells.iter().chain(row)) {
                column.push(*cell);
            }
        }
    }
    let names = ["case", "choice", "x", "near", "large", "rare"];
    let columns = names.into_iter().zip(columns).map(|(name, cells)| numbers(name, cells));
    let mut schema = logsum_data::Schema::long("case", "alt", "choice");
    if let logsum_data::Layout::Long { alternative, .. } = &mut schema.layout {
        *alternative = None;
    }
    let terms = "b_x * x + b_near * near + b_large * large + b_rare * rare";
    let parameters = [("b_x", 0.0), ("b_near", 0.0), ("b_large", 0.0), ("b_rare", 0.0)];
    let specification = specification(&parameters, &[("all", terms)]);
    let data = data(table(columns.collect()), &schema, &specification);
    (specification, data)
}

#[test]
fn what_was_put_into_the_data_is_found() {
    let (specification, data) = odd(1500);
    let fit = fit(&specification, &data);
    let found = Model::bind(&specification, &data).unwrap().diagnose(&fit).unwrap();
    assert!(found.condition.unwrap() > 30.0, "{:?}", found.condition);
    let [weak] = &found.weak[..] else {
        panic!("{:?}", found.weak)
    };
    let mut names: Vec<&str> = weak.loadings.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["b_near", "b_x"]);
    // They stand for each other.
    assert!(weak.loadings[0].1 * weak.loadings[1].1 < 0.0);
    let [pair] = &found.correlated[..] else {
        panic!("{:?}", found.correlated)
    };
    assert_eq!((pair.first.as_str(), pair.second.as_str()), ("b_x", "b_near"));
    assert!(pair.correlation < -0.95);
    let [scaling] = &found.scaling[..] else {
        panic!("{:?}", found.scaling)
    };
    assert_eq!(
        (scaling.parameter.as_str(), &scaling.columns[..]),
        ("b_large", &["large".to_owned()][..])
    );
    // Uniform up to 1e5, within three: 1e5 √(1/12 · 2/3).
    assert!((scaling.spread / 23_570.0 - 1.0).abs() < 0.05, "{scaling:?}");
    assert_eq!(scaling.divide_by, 1e4);
    let [rare] = &found.rare[..] else {
        panic!("{:?}", found.rare)
    };
    assert_eq!((rare.parameter.as_str(), rare.cases, rare.of), ("b_rare", 6, 1500));
    assert!(found.few_choices.is_empty());
}

#[test]
fn alternatives_chosen_seldom() {
    let n = 200;
    let code = |case: usize| if case < 4 { 3.0 } else { 1.0 + (case % 2) as f64 };
    let columns = vec![numbers("choice", (0..n).map(code).collect::<Vec<_>>())];
    let schema = logsum_data::Schema::wide("choice")
        .alternative("a", 1)
        .alternative("b", 2)
        .alternative("c", 3);
    let specification = specification(&[("asc_b", 0.0), ("asc_c", 0.0)], &[("b", "asc_b"), ("c", "asc_c")]);
    let data = data(table(columns), &schema, &specification);
    let fit = fit(&specification, &data);
    let found = Model::bind(&specification, &data).unwrap().diagnose(&fit).unwrap();
    let [few] = &found.few_choices[..] else {
        panic!("{:?}", found.few_choices)
    };
    assert_eq!(
        (few.alternative.as_str(), few.chosen, &few.parameters[..]),
        ("c", 4.0, &["asc_c".to_owned()][..])
    );
    // The four that chose it are those that its constant rests on.
    for of in &found.influential[..4] {
        assert_eq!((of.parameter.as_str(), of.row.unwrap() < 2 + 4), ("asc_c", true));
    }
}
