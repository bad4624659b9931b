//! One coefficient of the table [random].

use std::ops::Range;

use logsum_data::{name_list, near_miss};
use toml::Spanned;
use toml::de::DeValue;

use crate::mixing::{
    RandomCoefficient, Shape, TasteDistribution, Varies, range_problem, second_name, sign_problem, start_problem,
};
use crate::model_file::reader::{Reader, Section, kind, number};

const SHAPES: [Shape; 7] = [
    Shape::Normal,
    Shape::Lognormal,
    Shape::TruncatedNormal,
    Shape::CensoredNormal,
    Shape::JohnsonSb { low: 0.0, high: 1.0 },
    Shape::Uniform,
    Shape::Triangular,
];

/// Keys of named distributions, all of them.
const KEYS: [&str; 9] = [
    "sign",
    "start_sd",
    "start_spread",
    "sd",
    "spread",
    "mean_shift",
    "ln_sd_shift",
    "ln_spread_shift",
    "range",
];

pub(super) fn read(
    reader: &Reader<'_>,
    name: &str,
    span: Range<usize>,
    value: &Spanned<DeValue<'_>>,
) -> Option<RandomCoefficient> {
    let label = format!("random coefficient \"{name}\"");
    let DeValue::Table(table) = value.get_ref() else {
        let message = format!(
            "{label} is a table such as {{ distribution = \"normal\" }}, not {}",
            kind(value)
        );
        reader.problem(value.span(), message);
        return None;
    };
    let entry = Section::new(reader, label, span, table);
    let varies = varies(&entry);
    let distribution = if table.contains_key("transform") {
        transform(entry, name)
    } else {
        named(entry, name)
    };
    Some(RandomCoefficient {
        symbol: name.to_owned(),
        distribution: distribution?,
        varies: varies?,
    })
}

fn varies(entry: &Section<'_, '_, '_>) -> Option<Varies> {
    let Some(value) = entry.take("varies") else {
        return Some(Varies::default());
    };
    let text = entry.reader.text_of("varies", value)?;
    match text.as_str() {
        "decision_maker" => Some(Varies::DecisionMaker),
        "case" => Some(Varies::Case),
        _ => {
            let message = format!("varies is \"decision_maker\" or \"case\", not \"{text}\"");
            entry.reader.problem(value.span(), message);
            None
        }
    }
}

fn transform(entry: Section<'_, '_, '_>, name: &str) -> Option<TasteDistribution> {
    let label = format!("transform of \"{name}\"");
    let value = entry.take("transform")?;
    let transform = entry.reader.expression_of(&label, value);
    entry.finish(|key| {
        if key == "distribution" {
            return Some(format!(
                "\"{name}\" has a distribution and a transform, which exclude each other; keep one"
            ));
        }
        KEYS.contains(&key)
            .then(|| format!("\"{key}\" belongs to a distribution with a name; write it into the transform"))
    });
    transform.map(TasteDistribution::Transform)
}

fn named(entry: Section<'_, '_, '_>, name: &str) -> Option<TasteDistribution> {
    let reader = entry.reader;
    let shape = entry
        .require("distribution", "distribution = \"normal\"")
        .and_then(|value| shape(reader, name, value));
    let Some(shape) = shape else {
        // Which keys belong here depends on the distribution.
        for key in KEYS {
            entry.take(key);
        }
        entry.finish(|_| None);
        return None;
    };
    let (start_key, second_key, ln_key) = if shape.has_spread() {
        ("start_spread", "spread", "ln_spread_shift")
    } else {
        ("start_sd", "sd", "ln_sd_shift")
    };
    let shape = match shape {
        Shape::JohnsonSb { .. } => range(&entry, name),
        other => Some(other),
    };
    let sign = shape.filter(|shape| shape.has_sign()).map_or(Some(1.0), |shape| {
        let Some(value) = entry.take("sign") else {
            return Some(1.0);
        };
        let sign = reader.number_of("sign", value)?;
        sound(&entry, value, sign, sign_problem(name, shape, sign))
    });
    let start = entry.take(start_key).map(|value| {
        let start = reader.number_of(start_key, value)?;
        let problem = shape.and_then(|shape| start_problem(&second_name(name, shape), start));
        sound(&entry, value, start, problem)
    });
    let expression = |key: &'static str| {
        let value = entry.take(key)?;
        Some(reader.expression_of(&format!("{key} of \"{name}\""), value))
    };
    let second = expression(second_key);
    let mean_shift = expression("mean_shift");
    // The name of what it shifts, or the one name for all.
    let ln_sd_shift = expression(ln_key).or_else(|| expression("ln_sd_shift"));
    let kind = shape.map(Shape::name);
    entry.finish(|key| {
        let kind = kind?;
        match key {
            "start_sd" | "sd" | "start_spread" | "spread" | "ln_spread_shift" => {
                let right = match key {
                    "start_sd" | "start_spread" => start_key,
                    "sd" | "spread" => second_key,
                    _ => ln_key,
                };
                let of = if shape?.has_spread() { "a half-width" } else { "a standard deviation" };
                Some(format!(
                    "the second estimate of a {kind} coefficient is {of}; write \"{right}\", not \"{key}\""
                ))
            }
            "ln_sd_shift" => Some(format!("\"ln_sd_shift\" and \"{ln_key}\" are the same; keep one")),
            "sign" => Some(format!(
                "a {kind} coefficient has no sign; only lognormal, truncated_normal and censored_normal coefficients have one"
            )),
            "range" => Some(format!("\"range\" belongs to johnson_sb; a {kind} coefficient has none")),
            "low" | "high" | "lower" | "upper" | "min" | "max" if matches!(shape?, Shape::JohnsonSb { .. }) => {
                Some("the interval of a johnson_sb coefficient is range = [low, high], [0, 1] by default".to_owned())
            }
            "start" | "mean" => Some(format!(
                "the location is the parameter \"{name}\", which starts in [parameters]; \"{start_key}\" is where the second \
                 estimate starts"
            )),
            _ => None,
        }
    });
    Some(TasteDistribution::Named {
        shape: shape?,
        sign: sign?,
        start: given(start)?,
        second: given(second)?,
        mean_shift: given(mean_shift)?,
        ln_sd_shift: given(ln_sd_shift)?,
    })
}

/// Of a key that may be left out: nothing where it was given and is wrong.
fn given<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

/// A value, unless something is wrong with it, which is reported at its place.
fn sound<T>(
    entry: &Section<'_, '_, '_>,
    value: &Spanned<DeValue<'_>>,
    found: T,
    problem: Option<crate::error::MixingError>,
) -> Option<T> {
    match problem {
        Some(problem) => {
            entry.reader.problem(value.span(), problem.to_string());
            None
        }
        None => Some(found),
    }
}

fn range(entry: &Section<'_, '_, '_>, name: &str) -> Option<Shape> {
    let Some(value) = entry.take("range") else {
        return Some(Shape::JohnsonSb { low: 0.0, high: 1.0 });
    };
    let ends = value.get_ref().as_array();
    let ends = ends.and_then(|items| items.iter().map(number).collect::<Option<Vec<f64>>>());
    let Some([low, high]) = ends.as_deref() else {
        let message = "range is a list of two numbers, [low, high], such as [0, 1]";
        entry.reader.problem(value.span(), message);
        return None;
    };
    let shape = Shape::JohnsonSb { low: *low, high: *high };
    sound(entry, value, shape, range_problem(name, shape))
}

fn shape(reader: &Reader<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Shape> {
    let text = reader.text_of("distribution", value)?;
    let known = SHAPES.into_iter().find(|shape| shape.name() == text);
    if known.is_none() {
        let names = SHAPES.map(Shape::name);
        let hint = match meant(&text) {
            Some(Meant::Shape(shape)) => format!("; did you mean \"{shape}\"?"),
            Some(Meant::ZeroBounded(shape)) => {
                format!("; from 0 to twice the mean it is {{ distribution = \"{shape}\", spread = \"{name}\" }}")
            }
            None => String::new(),
        };
        let message = format!("no distribution \"{text}\"; there are {}{hint}", name_list(names));
        reader.problem(value.span(), message);
    }
    known
}

enum Meant {
    Shape(&'static str),
    ZeroBounded(&'static str),
}

/// What somebody means who has other names for distributions, those of other programs among them.
fn meant(text: &str) -> Option<Meant> {
    let plain = text.trim().to_lowercase().replace(['-', ' '], "_");
    let shape = match plain.as_str() {
        "n" | "gauss" | "gaussian" => "normal",
        "ln" | "log_normal" | "logn" | "lnorm" => "lognormal",
        "tn" | "truncated" | "truncnormal" | "truncnorm" | "truncated_normal" => "truncated_normal",
        "cn" | "censored" => "censored_normal",
        "sb" | "s_b" | "johnson" | "johnsonsb" => "johnson_sb",
        "u" | "unif" | "flat" => "uniform",
        "t" | "tri" | "triangle" => "triangular",
        "zbu" => return Some(Meant::ZeroBounded("uniform")),
        "zbt" => return Some(Meant::ZeroBounded("triangular")),
        _ => {
            let names = SHAPES.map(Shape::name);
            let near = near_miss(&plain, names);
            let exact = names.into_iter().find(|name| *name == plain);
            return exact
                .or_else(|| near.and_then(|near| names.into_iter().find(|name| *name == near)))
                .map(Meant::Shape);
        }
    };
    Some(Meant::Shape(shape))
}
