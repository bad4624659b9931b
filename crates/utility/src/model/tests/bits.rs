//! The same bits on any number of threads.

use logsum_estimate::{LogLikelihood, Order};

use super::bind;
use crate::estimation::FitOptions;
use crate::inference::CovarianceKind;
use crate::testing::{WIDE, data, specification, wide_schema, wide_table};

pub(super) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool of threads");
    pool.install(work)
}

#[test]
fn evaluations_and_scores_over_many_segments() {
    let specification = specification(
        &[("asc_b", 0.2), ("b_time", -0.5), ("lambda", 0.5), ("b_cost", -0.4)],
        &[
            ("a", "b_time * boxcox(time_a / 10, lambda) + b_cost * cost_a"),
            ("b", "asc_b + b_time * boxcox(time_b / 10, lambda) + b_cost * cost_b"),
            ("c", "b_time * time_c / 10 + b_cost * cost_c"),
        ],
    );
    for schema in [wide_schema(), wide_schema().decision_maker("person")] {
        let data = data(wide_table(5000, 1), &schema, &specification);
        let model = bind(&specification, &data);
        assert!(
            model.blocks.segments.len() >= 2,
            "more than one segment, or nothing is shared out"
        );
        let theta = model.start();
        let work = || {
            let evaluation = model.evaluate(&theta, Order::Hessian).unwrap();
            let mut scores = Vec::new();
            model
                .visit_scores(&theta, &mut |_, score| scores.extend_from_slice(score))
                .unwrap();
            (
                evaluation.log_likelihood.to_bits(),
                evaluation.score,
                evaluation.hessian,
                scores,
            )
        };
        let one = on_threads(1, work);
        for threads in [2, 5] {
            assert!(on_threads(threads, work) == one, "{threads} threads");
        }
    }
}

#[test]
fn a_whole_fit() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(
        wide_table(4000, 2),
        &wide_schema().decision_maker("person"),
        &specification,
    );
    let model = bind(&specification, &data);
    let work = || {
        let options = FitOptions {
            covariance: CovarianceKind::Clustered(vec!["person".to_owned()]),
            ..FitOptions::default()
        };
        let mut fit = model.fit(&options, None).unwrap();
        fit.elapsed_seconds = Default::default();
        fit
    };
    assert_eq!(on_threads(1, work), on_threads(2, work));
}

#[test]
fn segments_hold_whole_decision_makers_and_every_case_once() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(
        wide_table(6000, 3),
        &wide_schema().decision_maker("person"),
        &specification,
    );
    let model = bind(&specification, &data);
    let makers = data.decision_makers().unwrap();
    let mut next = 0;
    for index in 0..model.blocks.segments.len() {
        let visited = model.blocks.segments.visit(index, |segment| {
            assert_eq!(segment.cases.start, next);
            next = segment.cases.end;
            assert!(segment.cases.start == 0 || makers[segment.cases.start - 1] != makers[segment.cases.start]);
            let mut cases: Vec<u32> = segment.groups.iter().flat_map(|group| group.cases().to_vec()).collect();
            cases.sort_unstable();
            assert!(cases.iter().copied().eq(0..segment.cases.len() as u32));
            Ok(())
        });
        visited.unwrap();
    }
    assert_eq!(next, 6000);
}
