//! Every error, its whole message.

use super::*;

fn message(change: impl Fn(&mut Experiment)) -> String {
    let mut experiment = experiment(&[0.0, 1.0, 2.0], Noise::Gumbel);
    change(&mut experiment);
    let error = experiment.check().expect_err("a problem");
    assert_eq!(experiment.run().expect_err("the same").to_string(), error.to_string());
    error.to_string()
}

#[test]
fn experiments_that_cannot_be_run() {
    let cases: Vec<(String, &str)> = vec![
        (
            message(|e| e.utilities = vec![1.0]),
            "1 utility; a choice needs at least 2 alternatives",
        ),
        (
            message(|e| e.utilities = vec![0.0; 65_537]),
            "65537 utilities; use at most 65536",
        ),
        (
            message(|e| e.utilities[1] = f64::NAN),
            "utility of alternative 2 is NaN; give a finite number",
        ),
        (
            message(|e| e.utilities[0] = f64::NEG_INFINITY),
            "utility of alternative 1 is -inf; give a finite number",
        ),
        (
            message(|e| e.temperature = 0.0),
            "temperature 0; give a positive finite number",
        ),
        (
            message(|e| e.temperature = f64::INFINITY),
            "temperature inf; give a positive finite number",
        ),
        (
            message(|e| e.draws = 0),
            "0 draws; use at least 1 (a million or more is usual)",
        ),
        (
            message(|e| e.top = 4),
            "orderings of the top 4 of 3 alternatives; use at most 3",
        ),
        (
            message(|e| {
                e.utilities = vec![0.0; 100];
                e.top = 4;
            }),
            "the top 4 of 100 alternatives can be ordered in more than 1048576 ways; count fewer places",
        ),
        (
            message(|e| e.noise = Noise::Student { degrees: 2.0 }),
            "student noise with 2 degrees of freedom; use more than 2, so that the variance is finite",
        ),
        (
            message(|e| {
                e.noise = Noise::GevNested {
                    dissimilarity: 1.5,
                    members: vec![0, 1],
                }
            }),
            "nest dissimilarity 1.5; use at least 1e-10 and at most 1",
        ),
        (
            message(|e| {
                e.noise = Noise::GevNested {
                    dissimilarity: 9e-11,
                    members: vec![0, 1],
                }
            }),
            "nest dissimilarity 0.00000000009; use at least 1e-10 and at most 1",
        ),
        (
            message(|e| {
                e.noise = Noise::CorrelatedNormal {
                    correlation: -0.6,
                    members: vec![0, 1, 2],
                }
            }),
            "correlation -0.6 among 3 alternatives; use at least -0.5 and less than 1",
        ),
        (
            message(|e| {
                e.noise = Noise::GevNested {
                    dissimilarity: 0.5,
                    members: vec![1, 3],
                }
            }),
            "alternative 4 is to share its noise, but there are only 3; name existing alternatives",
        ),
        (
            message(|e| {
                e.noise = Noise::CorrelatedNormal {
                    correlation: 0.5,
                    members: vec![1, 1],
                }
            }),
            "alternative 2 is named twice among those that share their noise; name it once",
        ),
        (
            message(|e| {
                e.noise = Noise::GevNested {
                    dissimilarity: 0.5,
                    members: vec![1],
                }
            }),
            "1 alternatives share their noise; name at least 2",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn noises_that_cannot_be_read() {
    let cases = [
        ("gumble", "noise \"gumble\" is not known; did you mean \"gumbel\"?"),
        (
            "cauchy",
            "noise \"cauchy\" is not known; choose among gumbel, normal, logistic, exponential, uniform, laplace, \
             student:DEGREES, gev-nested:DISSIMILARITY, correlated-normal:CORRELATION, exponential-race",
        ),
        (
            "student",
            "noise \"student\": \"\" is not a number; after the colon give its degrees of freedom, such as student:5",
        ),
        (
            "gev-nested:half",
            "noise \"gev-nested\": \"half\" is not a number; after the colon give the nest's dissimilarity, such as \
             gev-nested:0.5",
        ),
        ("normal:2", "noise \"normal\" takes no parameter; leave out \":2\""),
        (
            "student:nan",
            "student noise with NaN degrees of freedom; use more than 2, so that the variance is finite",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Noise::parse(text, 3, None).expect_err(text).to_string(), expected);
    }
}

#[test]
fn noises_are_read_as_they_are_shown() {
    for text in [
        "gumbel",
        "normal",
        "logistic",
        "exponential",
        "uniform",
        "laplace",
        "student:5",
        "gev-nested:0.5",
        "correlated-normal:-0.25",
        "exponential-race",
    ] {
        assert_eq!(Noise::parse(text, 4, None).expect(text).to_string(), text);
    }
    let members = |members: Option<&[usize]>| match Noise::parse(" gev-nested : 0.5 ", 4, members) {
        Ok(Noise::GevNested { members, .. }) => members,
        other => panic!("{other:?}"),
    };
    assert_eq!(members(None), [2, 3]);
    assert_eq!(members(Some(&[0, 3, 1])), [0, 3, 1]);
}
