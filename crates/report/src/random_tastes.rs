//! Random tastes as a model specifies them.

use logsum_utility::{Mixing, RandomCoefficient, Shape, TasteDistribution, Varies, second_name};

use crate::page::Page;
use crate::{Format, Style};

/// Which coefficients are random, how, and by which draws; as text or Markdown, nothing in other formats.
pub fn random_tastes(mixing: &Mixing, format: Format, style: Style) -> String {
    match format {
        Format::Text | Format::Markdown => page(mixing).write(format, style, &(), String::new),
        _ => String::new(),
    }
}

fn page(mixing: &Mixing) -> Page {
    // A probit may have draws without random tastes.
    let heading = if mixing.is_random() {
        "Random tastes"
    } else {
        "Simulation"
    };
    let mut page = Page::new(heading, "");
    for random in &mixing.random {
        page.fact(random.symbol.clone(), coefficient(mixing, random));
    }
    for group in &mixing.correlation {
        page.fact("Correlated", group.join(", "));
    }
    if let Some(space) = &mixing.willingness_to_pay {
        page.fact(
            "Willingness to pay",
            format!("{}, in units of {}", space.coefficients.join(", "), space.cost),
        );
    }
    if let Some(scale) = &mixing.scale {
        let of = match scale.coefficients.as_slice() {
            [] => "all coefficients".to_string(),
            some => some.join(", "),
        };
        page.fact(
            "Scale",
            format!(
                "of {of}: tau = {}, gamma = {}",
                scale.tau.source(),
                scale.gamma.source()
            ),
        );
    }
    let by_case = mixing.random.iter().any(|random| random.varies == Varies::Case);
    page.fact(
        "Draws",
        crate::fit::draws::planned(&mixing.draws, by_case, mixing.is_random()),
    );
    page
}

/// `normal: mean b_time, sd sd_b_time`.
fn coefficient(mixing: &Mixing, random: &RandomCoefficient) -> String {
    let symbol = &random.symbol;
    let mut text = match &random.distribution {
        TasteDistribution::Transform(transform) => transform.source().to_string(),
        TasteDistribution::Named {
            shape,
            sign,
            second,
            mean_shift,
            ln_sd_shift,
            ..
        } => {
            let (first, spread) = estimates(*shape);
            let mut text = format!("{}: {first} {symbol}", named(*shape, *sign));
            if let Some(shift) = mean_shift {
                text.push_str(&format!(" + {}", shift.source()));
            }
            text.push_str(&match second {
                Some(second) => format!(", {spread} {}", second.source()),
                None if mixing.group_of(symbol).is_some() => format!(", Cholesky elements chol_{symbol}_..."),
                None => format!(", {spread} {}", second_name(symbol, *shape)),
            });
            if let Some(shift) = ln_sd_shift {
                text.push_str(&format!(" times exp({})", shift.source()));
            }
            text
        }
    };
    if random.varies == Varies::Case {
        text.push_str("; from case to case");
    }
    text
}

/// What the two estimates of a shape are.
fn estimates(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Normal => ("mean", "sd"),
        Shape::Lognormal => ("mean of ln", "sd of ln"),
        Shape::TruncatedNormal | Shape::CensoredNormal | Shape::JohnsonSb { .. } => {
            ("mean of its normal", "sd of its normal")
        }
        Shape::Uniform | Shape::Triangular => ("centre", "half-width"),
    }
}

fn named(shape: Shape, sign: f64) -> String {
    let name = match shape {
        Shape::JohnsonSb { low, high } => format!("Johnson S_B from {low} to {high}"),
        other => other.name().replace('_', " "),
    };
    if sign < 0.0 { format!("minus a {name}") } else { name }
}

#[cfg(test)]
mod tests {
    use logsum_utility::{DrawMethod, DrawNumber};

    use super::*;

    #[test]
    fn every_kind_in_words() {
        let mut cost = RandomCoefficient::new("b_cost", Shape::Lognormal);
        if let TasteDistribution::Named { sign, .. } = &mut cost.distribution {
            *sign = -1.0;
        }
        let mut toll = RandomCoefficient::new("b_toll", Shape::Triangular);
        if let TasteDistribution::Named { second, .. } = &mut toll.distribution {
            *second = Some("b_toll".parse().unwrap());
        }
        toll.varies = Varies::Case;
        let mut mixing = Mixing {
            random: vec![
                RandomCoefficient::new("b_time", Shape::Normal),
                RandomCoefficient::new("b_wait", Shape::JohnsonSb { low: 0.0, high: 2.5 }),
                cost,
                toll,
                RandomCoefficient::transform("b_risk", "-exp(m + s * draw)".parse().unwrap()),
            ],
            correlation: vec![vec!["b_time".to_string(), "b_cost".to_string()]],
            ..Mixing::default()
        };
        let expected = "\
Random tastes

b_time            normal: mean b_time, Cholesky elements chol_b_time_...
b_wait            Johnson S_B from 0 to 2.5: mean of its normal b_wait, sd of
                  its normal sd_b_wait
b_cost            minus a lognormal: mean of ln b_cost, Cholesky elements
                  chol_b_cost_...
b_toll            triangular: centre b_toll, half-width b_toll; from case to
                  case
b_risk            -exp(m + s * draw)
Correlated        b_time, b_cost
Draws             500 Halton per decision maker × 100 per case
";
        assert_eq!(random_tastes(&mixing, Format::Text, Style::Plain), expected);
        assert!(random_tastes(&mixing, Format::Markdown, Style::Plain).contains("- b_risk: -exp(m + s \\* draw)\n"));
        assert_eq!(random_tastes(&mixing, Format::Json, Style::Plain), "");

        mixing.random.truncate(1);
        mixing.correlation.clear();
        let mut said = |method, number| {
            (mixing.draws.method, mixing.draws.number) = (method, number);
            random_tastes(&mixing, Format::Markdown, Style::Plain)
        };
        let text = said(DrawMethod::Quadrature, DrawNumber::Number(20));
        assert!(
            text.ends_with("- Draws: Gauss quadrature with 20 nodes per dimension\n"),
            "{text}"
        );
        let text = said(DrawMethod::Sobol, DrawNumber::Auto);
        let words = "as many Sobol (Owen) per decision maker as it takes for errors of 0.1 of a standard error, seed 1";
        assert!(
            text.ends_with(&format!(
                "- b_time: normal: mean b_time, sd sd_b_time\n- Draws: {words}\n"
            )),
            "{text}"
        );
    }
}
