//! The table [draws].

use logsum_data::{name_list, near_miss};
use toml::Spanned;
use toml::de::DeValue;

use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, plan_problems};
use crate::model_file::reader::{Section, count};

/// Nodes per dimension of a quadrature that does not say how many.
const NODES: usize = 20;

pub(super) fn read(section: Section<'_, '_, '_>) -> Option<DrawPlan> {
    let reader = section.reader;
    let usual = DrawPlan::default();
    let method = match section.take("method") {
        None => Some(usual.method),
        Some(value) => reader.text_of("method", value).and_then(|text| {
            let known = DrawMethod::NAMES.into_iter().find(|(name, _)| *name == text);
            if known.is_none() {
                let names = DrawMethod::NAMES.map(|(name, _)| name);
                let near = meant(&text).map_or(String::new(), |name| format!("; did you mean \"{name}\"?"));
                let message = format!("no method \"{text}\" of draws; there are {}{near}", name_list(names));
                reader.problem(value.span(), message);
            }
            known.map(|(_, method)| method)
        }),
    };
    let of_method = match method {
        Some(DrawMethod::Quadrature) => DrawNumber::Number(NODES),
        _ => usual.number,
    };
    let numbers = Numbers { section: &section };
    let number = match section.take("number") {
        None => Some(of_method),
        Some(value) => numbers.number(value),
    };
    let antithetic = match section.take("antithetic") {
        None => Some(usual.antithetic),
        Some(value) => reader.bool_of("antithetic", value),
    };
    let seed = section.whole("seed", 0);
    let drop = numbers.whole("drop", usual.drop, |drop| DrawPlan { drop, ..usual.clone() });
    let leap = numbers.whole("leap", usual.leap, |leap| DrawPlan { leap, ..usual.clone() });
    let number_within = section.whole("number_within", 0);
    let replications = section.whole("replications", 0);
    let tolerance = match section.take("tolerance") {
        None => Some(usual.tolerance),
        Some(value) => reader.number_of("tolerance", value).filter(|tolerance| {
            let plan = DrawPlan {
                tolerance: *tolerance,
                ..usual.clone()
            };
            numbers.is_sound(value, &plan)
        }),
    };
    section.finish(|key| match key {
        "draws" | "n" => Some("the number of draws is \"number\"".to_owned()),
        _ => None,
    });
    Some(DrawPlan {
        number: number?,
        number_within: number_within?.map_or(usual.number_within, |number| number as usize),
        method: method?,
        antithetic: antithetic?,
        seed: seed?.unwrap_or(usual.seed),
        drop: drop?,
        leap: leap?,
        replications: replications?.map_or(usual.replications, |number| number as usize),
        tolerance: tolerance?,
    })
}

struct Numbers<'s, 'r, 'a, 't> {
    section: &'s Section<'r, 'a, 't>,
}

impl Numbers<'_, '_, '_, '_> {
    fn number(&self, value: &Spanned<DeValue<'_>>) -> Option<DrawNumber> {
        let reader = self.section.reader;
        if let Some(text) = value.get_ref().as_str() {
            if text == "auto" {
                return Some(DrawNumber::Auto);
            }
            let message = format!("number is a whole number such as 500, or \"auto\", not \"{text}\"");
            reader.problem(value.span(), message);
            return None;
        }
        let Some(number) = count(value) else {
            reader.problem(value.span(), "number is a whole number such as 500, or \"auto\"");
            return None;
        };
        let number = DrawNumber::Number(number as usize);
        let plan = DrawPlan {
            number,
            ..DrawPlan::default()
        };
        self.is_sound(value, &plan).then_some(number)
    }

    /// A whole number that its plan can do with.
    fn whole(&self, key: &'static str, usual: u64, plan: impl Fn(u64) -> DrawPlan) -> Option<u64> {
        let found = self.section.whole(key, 0)?;
        let Some(number) = found else {
            return Some(usual);
        };
        let value = self.section.take(key)?;
        self.is_sound(value, &plan(number)).then_some(number)
    }

    /// Whether a plan with one value of the file is right.
    fn is_sound(&self, value: &Spanned<DeValue<'_>>, plan: &DrawPlan) -> bool {
        let problems = plan_problems(plan);
        for problem in &problems {
            self.section.reader.problem(value.span(), problem.to_string());
        }
        problems.is_empty()
    }
}

/// What somebody means who has another name for a method.
fn meant(text: &str) -> Option<String> {
    let plain = text.trim().to_lowercase().replace(['-', ' '], "_");
    let name = match plain.as_str() {
        "pseudo" | "pseudo_random" | "monte_carlo" | "mc" | "uniform" | "normal" => "random",
        "lhs" | "latin_hypercube" => "mlhs",
        "scrambled" | "shuffled_halton" => "scrambled_halton",
        "gauss" | "gauss_hermite" | "hermite" => "quadrature",
        _ => {
            let mut names = DrawMethod::NAMES.into_iter().map(|(name, _)| name);
            let exact = names.clone().find(|name| *name == plain);
            return exact.map(str::to_owned).or_else(|| near_miss(&plain, names.by_ref()));
        }
    };
    Some(name.to_owned())
}
