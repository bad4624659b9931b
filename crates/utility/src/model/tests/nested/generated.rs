//! A generating function of one's own: that of nested logit gives nested logit.

use logsum_estimate::{LogLikelihood, Order, differences};

use super::*;
use crate::generator::{Generated, GeneratingFunction};

/// G = Σ_nests (Σ_j y_j^(1/λ))^λ, alternatives 0 to 2 in one nest and the others alone.
#[derive(Debug)]
struct OneNest;

impl GeneratingFunction for OneNest {
    fn parameters(&self) -> Vec<String> {
        vec!["lambda_0".to_owned()]
    }

    fn evaluate(&self, alternatives: &[u32], y: &[f64], own: &[f64], out: &mut Generated) -> Result<(), String> {
        let lambda = own[0];
        if lambda <= 0.0 {
            return Err("not positive".to_owned());
        }
        let n = y.len();
        let inside: Vec<usize> = (0..n).filter(|&at| alternatives[at] < 3).collect();
        let power = |at: usize| y[at].powf(1.0 / lambda);
        let sum: f64 = inside.iter().map(|&at| power(at)).sum();
        let d_sum: f64 = inside
            .iter()
            .map(|&at| -power(at) * y[at].ln() / (lambda * lambda))
            .sum();
        let alone = (0..n).filter(|at| !inside.contains(at));
        out.value = alone.clone().map(|at| y[at]).sum();
        alone.for_each(|at| out.first[at] = 1.0);
        if inside.is_empty() {
            return Ok(());
        }
        out.value += sum.powf(lambda);
        out.of_parameters[0] = sum.powf(lambda) * (sum.ln() + lambda * d_sum / sum);
        for &i in &inside {
            let slope = y[i].powf(1.0 / lambda - 1.0);
            out.first[i] = sum.powf(lambda - 1.0) * slope;
            let d_ln = sum.ln() + (lambda - 1.0) * d_sum / sum - y[i].ln() / (lambda * lambda);
            out.first_of_parameters[i] = out.first[i] * d_ln;
            for &j in &inside {
                let other = y[j].powf(1.0 / lambda - 1.0);
                let mut second = (lambda - 1.0) / lambda * sum.powf(lambda - 2.0) * slope * other;
                if i == j {
                    second += (1.0 / lambda - 1.0) * sum.powf(lambda - 1.0) * slope / y[i];
                }
                out.second[i * n + j] = second;
            }
        }
        Ok(())
    }
}

#[test]
fn it_gives_the_same_as_the_nests() {
    let own = logit().parameter("lambda_0", 0.7).generated_by(OneNest);
    let nest = nested(logit(), vec![Nest::new("n", ["a", "b", "c"], expression("lambda_0"))]);
    let data = choices(80, 3, &own);
    let theta = [0.5, -0.2, 0.3, 0.1, 0.9, 0.6];
    let (own, nest) = (bind(&own, &data), bind(&nest, &data));
    let of = |model: &Model<'_>| model.evaluate(&theta, Order::Hessian).unwrap();
    let (a, b) = (of(&own), of(&nest));
    assert_near(a.log_likelihood, b.log_likelihood, 1e-13, 1.0);
    for (a, b) in a.score.iter().zip(&b.score) {
        assert_near(*a, *b, 1e-11, 1.0);
    }
    // Central differences of the score: 1e-10 of its size, and sums of 80 cases.
    for (a, b) in a.hessian.iter().zip(&b.hessian) {
        assert_near(*a, *b, 1e-7, 1.0);
    }
    let (score, _) = differences(&own, &theta, &[0.1; 6]).unwrap();
    for (a, b) in a.score.iter().zip(&score) {
        assert_near(*a, *b, 1e-7, 1.0);
    }
    let (a, b) = (own.predict(&theta).unwrap(), nest.predict(&theta).unwrap());
    for (a, b) in a.probabilities.iter().zip(&b.probabilities) {
        assert_near(*a, *b, 1e-13, 1.0);
    }
    for (a, b) in a.logsums.iter().zip(&b.logsums) {
        assert_near(*a, *b, 1e-13, 1.0);
    }
}

#[test]
fn it_is_estimated() {
    let own = logit().parameter("lambda_0", 0.7).generated_by(OneNest);
    let nest = nested(logit(), vec![Nest::new("n", ["a", "b", "c"], expression("lambda_0"))]);
    let data = choices(400, 6, &own);
    let fit = |specification: &Specification| {
        let options = crate::estimation::FitOptions::default();
        bind(specification, &data).fit(&options, None).unwrap()
    };
    let (own, nest) = (fit(&own), fit(&nest));
    assert!(own.converged, "{}", own.convergence.reason);
    assert_near(own.log_likelihood, nest.log_likelihood, 1e-10, 1.0);
    for (a, b) in own.parameters.iter().zip(&nest.parameters) {
        assert_near(a.estimate, b.estimate, 1e-6, 1.0);
        assert_near(a.std_error.unwrap(), b.std_error.unwrap(), 1e-6, 1.0);
    }
}
