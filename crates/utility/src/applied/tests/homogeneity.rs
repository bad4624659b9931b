use logsum_data::{ChoiceData, Segments};

use super::super::{HomogeneityError, homogeneity};
use crate::comparison::testing::{fitted, logit, mixed};
use crate::model::Model;
use crate::specification::Specification;
use crate::testing::{Random, data, numbers, specification, table};
use logsum_data::Schema;

/// Choices among three alternatives with two attributes by two groups, the second with tastes `tastes` and a scale.
fn groups(n: usize, tastes: [f64; 2], scale: f64, seed: u64) -> (Specification, ChoiceData) {
    let mut random = Random::new(seed);
    let mut cells = vec![Vec::new(); 6];
    for case in 0..n {
        let group = case % 2;
        let attributes: Vec<[f64; 2]> = (0..3).map(|_| [random.normal(), random.normal()]).collect();
        let (of_case, mu) = if group == 0 {
            ([1.0, -0.5], 1.0)
        } else {
            (tastes, scale)
        };
        let utility = |x: &[f64; 2]| mu * (of_case[0] * x[0] + of_case[1] * x[1]);
        let utilities: Vec<f64> = attributes.iter().map(utility).collect();
        let chosen = random.choose(&utilities);
        for (j, [x, y]) in attributes.iter().enumerate() {
            let row = [
                case as f64,
                j as f64,
                f64::from(u8::from(j == chosen)),
                *x,
                *y,
                1.0 + group as f64,
            ];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
    }
    let names = ["case", "alt", "choice", "x", "y", "group"];
    let columns = names
        .iter()
        .zip(cells)
        .map(|(name, cells)| numbers(name, cells))
        .collect();
    let specification = specification(&[("b_x", 0.0), ("b_y", 0.0)], &[("all", "b_x * x + b_y * y")]);
    let data = data(table(columns), &Schema::long("case", "alt", "choice"), &specification);
    (specification, data)
}

/// p-values of the three tests.
fn tested(tastes: [f64; 2], scale: f64, seed: u64) -> [f64; 3] {
    let (specification, data) = groups(600, tastes, scale, seed);
    let fit = fitted(&specification, &data);
    let segments = data.segments("group").unwrap();
    let found = homogeneity(&Model::bind(&specification, &data).unwrap(), &fit, &segments).unwrap();
    let (up_to_scale, of_scale) = (found.equal_up_to_scale.unwrap(), found.equal_scale.unwrap());
    assert_eq!((found.equal.degrees, up_to_scale.degrees, of_scale.degrees), (2, 1, 1));
    // The two parts are the whole.
    assert!((up_to_scale.statistic + of_scale.statistic - found.equal.statistic).abs() < 1e-8);
    [found.equal.p_value, up_to_scale.p_value, of_scale.p_value]
}

fn rejections(tastes: [f64; 2], scale: f64, seeds: std::ops::Range<u64>) -> [usize; 3] {
    let mut counts = [0; 3];
    for seed in seeds {
        let tests = tested(tastes, scale, seed);
        counts
            .iter_mut()
            .zip(tests)
            .for_each(|(count, p)| *count += usize::from(p < 0.05));
    }
    counts
}

#[test]
fn each_test_rejects_what_it_is_for() {
    // Of 300 tests at 5% between 5 and 27 reject with a probability of 99.8%.
    let usual = 5..=27;
    let same = rejections([1.0, -0.5], 1.0, 0..300);
    assert!(same.iter().all(|count| usual.contains(count)), "{same:?}");
    let scaled = rejections([1.0, -0.5], 2.0, 1000..1100);
    assert!(
        scaled[0] >= 95 && scaled[1] <= 14 && scaled[2] >= 95,
        "{scaled:?} of 100"
    );
    let other = rejections([0.3, -1.2], 1.0, 2000..2030);
    assert!(other[0] >= 29 && other[1] >= 29, "{other:?} of 30");
}

#[test]
fn segments_are_what_they_are_alone_and_scales_what_a_scale_estimates() {
    let (specification, data) = groups(2000, [1.0, -0.5], 2.0, 9);
    let fit = fitted(&specification, &data);
    let segments = data.segments("group").unwrap();
    let found = homogeneity(&Model::bind(&specification, &data).unwrap(), &fit, &segments).unwrap();
    for (at, segment) in found.segments.iter().enumerate() {
        let keep: Vec<bool> = segments.of_case.iter().map(|&of| of as usize == at).collect();
        let alone = fitted(&specification, &data.select(&keep));
        assert!((segment.log_likelihood - alone.log_likelihood).abs() < 1e-9);
        assert_eq!((segment.n_cases, segment.n_parameters), (1000, 2));
    }
    let scale = found.segments[1].scale.unwrap();
    let error = found.segments[1].scale_std_error.unwrap();
    assert!((scale - 2.0).abs() < 3.0 * error && error < 0.3, "{scale} ± {error}");
    assert_eq!((found.segments[0].scale, found.no_scale), (Some(1.0), None));
}

#[test]
fn parameters_that_a_segment_does_not_identify_are_not_counted() {
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let model = Model::bind(&specification, &data).unwrap();
    // Who has no c says nothing of its constant.
    let segments = data.segments("av_c").unwrap();
    let found = homogeneity(&model, &fit, &segments).unwrap();
    assert_eq!((found.segments[0].n_parameters, found.segments[1].n_parameters), (4, 5));
    assert_eq!(found.equal.degrees, 4);
    assert_eq!(
        found.notes,
        ["Segment 0 does not identify \"asc_c\": degrees of freedom are counted without."]
    );
}

#[test]
fn every_slip_is_told() {
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let model = Model::bind(&specification, &data).unwrap();
    let one = Segments {
        column: "x".to_owned(),
        names: vec!["1".to_owned()],
        of_case: vec![0; data.n_cases()],
    };
    let error = homogeneity(&model, &fit, &one).unwrap_err().to_string();
    assert_eq!(
        error,
        "column \"x\" has one value in all cases: there are no segments to compare"
    );
    let (mixed, panel) = mixed();
    let cases = Segments {
        column: "x".to_owned(),
        names: vec!["1".to_owned(), "2".to_owned()],
        of_case: (0..panel.n_cases() as u32).map(|case| case % 2).collect(),
    };
    let fit = fitted(&mixed, &panel);
    let error = homogeneity(&Model::bind(&mixed, &panel).unwrap(), &fit, &cases).unwrap_err();
    assert!(matches!(error, HomogeneityError::WithinDecisionMaker { .. }), "{error}");
    // A segment of few cases, in which somebody's choice is never made.
    let few = Segments {
        column: "x".to_owned(),
        names: vec!["1".to_owned(), "2".to_owned()],
        of_case: (0..data.n_cases()).map(|case| u32::from(case > 2)).collect(),
    };
    let (specification, data) = logit();
    let fit = fitted(&specification, &data);
    let model = Model::bind(&specification, &data).unwrap();
    let error = homogeneity(&model, &fit, &few).unwrap_err().to_string();
    assert!(error.starts_with("segment \"1\" of \"x\": "), "{error}");
}
