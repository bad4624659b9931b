//! The simulated log-likelihood as it stands in a textbook: decision maker by decision maker, draw by draw, case by case,
//! by the interpreter.

use logsum_data::{ChoiceData, Outcome};
use logsum_draws::{Maker, Method, PointSet, Seed, Variate, normal_cdf, normal_quantile, quadrature};
use logsum_expressions::Expression;

use super::plain::{choices, plain_expression, weight};
use crate::mixing::{
    DrawMethod, DrawNumber, Mixing, Shape, TasteDistribution, Varies, cholesky_name, is_draw, second_name,
};
use crate::specification::Specification;

/// What each decision maker adds to the simulated ln L, with the draws of the specification; where choices are counted and
/// nobody is named, each choice.
pub(crate) fn mixed(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Vec<f64> {
    let specification = specification.clone().completed();
    let twin = Twin::new(&specification, data, theta);
    let of_maker = |(position, cases): (usize, Vec<usize>)| twin.of_maker(position, &cases);
    makers(data).into_iter().enumerate().flat_map(of_maker).collect()
}

/// Cases of each decision maker, in order.
fn makers(data: &ChoiceData) -> Vec<Vec<usize>> {
    let Some(of_case) = data.decision_makers() else {
        return (0..data.n_cases()).map(|case| vec![case]).collect();
    };
    let mut makers: Vec<Vec<usize>> = Vec::new();
    for case in 0..data.n_cases() {
        match makers.last_mut() {
            Some(cases) if of_case[cases[0]] == of_case[case] => cases.push(case),
            _ => makers.push(vec![case]),
        }
    }
    makers
}

/// A standard draw: that of a coefficient, one with a number, that of the scale.
#[derive(Clone, Debug, PartialEq)]
enum Standard {
    Own(String),
    Shared(String),
    Scale,
}

/// What draws there are, in order.
#[derive(Default)]
struct Dimensions {
    standards: Vec<Standard>,
    variates: Vec<Variate>,
}

impl Dimensions {
    fn new(mixing: &Mixing, varies: Varies) -> Self {
        let mut dimensions = Dimensions::default();
        for random in mixing.random.iter().filter(|random| random.varies == varies) {
            match &random.distribution {
                TasteDistribution::Named { shape, .. } => {
                    let variate = match shape {
                        Shape::Uniform => Variate::Uniform,
                        Shape::Triangular => Variate::Triangular,
                        _ => Variate::Normal,
                    };
                    dimensions.add(Standard::Own(random.symbol.clone()), variate);
                }
                TasteDistribution::Transform(transform) => {
                    for name in transform.names().into_iter().filter(|name| is_draw(name)) {
                        let standard = standard(name, &random.symbol);
                        if !dimensions.standards.contains(&standard) {
                            dimensions.add(standard, Variate::Normal);
                        }
                    }
                }
            }
        }
        if varies == Varies::DecisionMaker && mixing.scale.is_some() {
            dimensions.add(Standard::Scale, Variate::Normal);
        }
        dimensions
    }

    fn add(&mut self, standard: Standard, variate: Variate) {
        self.standards.push(standard);
        self.variates.push(variate);
    }
}

fn standard(name: &str, symbol: &str) -> Standard {
    match name {
        "draw" => Standard::Own(symbol.to_owned()),
        name => Standard::Shared(name.to_owned()),
    }
}

/// Values of standard draws; those that are not in it are 0.
type Draws = Vec<(Standard, f64)>;

fn value_of(draws: &Draws, standard: &Standard) -> f64 {
    let known = draws.iter().find(|(known, _)| known == standard);
    known.map_or(0.0, |(_, value)| *value)
}

struct Twin<'a> {
    specification: &'a Specification,
    mixing: &'a Mixing,
    data: &'a ChoiceData,
    theta: &'a [f64],
    symbols: Vec<String>,
    coefficients: Vec<String>,
    between: Dimensions,
    within: Dimensions,
}

impl<'a> Twin<'a> {
    fn new(specification: &'a Specification, data: &'a ChoiceData, theta: &'a [f64]) -> Self {
        let mixing = specification.mixing.as_ref().expect("a mixed model");
        Twin {
            specification,
            mixing,
            data,
            theta,
            symbols: specification.symbols(),
            coefficients: specification.coefficients(),
            between: Dimensions::new(mixing, Varies::DecisionMaker),
            within: Dimensions::new(mixing, Varies::Case),
        }
    }

    fn method(&self) -> Method {
        let plan = &self.mixing.draws;
        match plan.method {
            DrawMethod::Halton => Method::Halton {
                drop: plan.drop,
                leap: plan.leap,
            },
            DrawMethod::ScrambledHalton => Method::ScrambledHalton,
            DrawMethod::Sobol => Method::Sobol,
            DrawMethod::Mlhs => Method::Mlhs,
            DrawMethod::Random | DrawMethod::Quadrature => Method::Random,
        }
    }

    /// Draws of a decision maker, each with its weight.
    fn draws(&self, maker: Maker) -> Vec<(Draws, f64)> {
        let plan = &self.mixing.draws;
        let DrawNumber::Number(number) = plan.number else {
            panic!("a number of draws");
        };
        let variates = &self.between.variates;
        let (points, weights) = if plan.method == DrawMethod::Quadrature {
            let rule = quadrature(variates, number).unwrap();
            (rule.points, rule.weights)
        } else {
            let seed = Seed::new(plan.seed).split(1);
            let set = PointSet::new(self.method(), number, plan.antithetic, seed, variates.clone()).unwrap();
            let n = set.number();
            let mut points = vec![0.0; n * variates.len()];
            set.fill(maker, 0..n, &mut points);
            (points, vec![1.0 / n as f64; n])
        };
        let n = weights.len();
        let draw = |r: usize| {
            let of = self.between.standards.iter().enumerate();
            of.map(|(d, standard)| (standard.clone(), points[d * n + r])).collect()
        };
        (0..n).map(|r| (draw(r), weights[r])).collect()
    }

    /// Draws of a case for each of its decision maker's.
    fn draws_of_case(&self, maker: Maker, n_between: usize) -> Vec<Vec<Draws>> {
        if self.within.variates.is_empty() {
            return vec![vec![Draws::new()]; n_between];
        }
        let plan = &self.mixing.draws;
        let all = n_between * plan.number_within;
        let seed = Seed::new(plan.seed).split(2);
        // Their dimensions are those behind the decision maker's.
        let variates = [self.between.variates.as_slice(), &self.within.variates].concat();
        let set = PointSet::new(self.method(), all, false, seed, variates).unwrap();
        let mut points = vec![0.0; all * set.n_dimensions()];
        set.fill(maker, 0..all, &mut points);
        let points = points.split_off(all * self.between.variates.len());
        let draw = |at: usize| {
            let of = self.within.standards.iter().enumerate();
            of.map(|(d, standard)| (standard.clone(), points[d * all + at]))
                .collect()
        };
        let of_draw = |r: usize| {
            (0..plan.number_within)
                .map(|w| draw(r * plan.number_within + w))
                .collect()
        };
        (0..n_between).map(of_draw).collect()
    }

    /// Weighted ln L of a decision maker's choices together; of each where they are counted and nobody is named.
    fn of_maker(&self, position: usize, cases: &[usize]) -> Vec<f64> {
        let data = self.data;
        let maker = Maker {
            position: position as u64,
            key: data.decision_maker_keys()[cases[0]],
        };
        let draws = self.draws(maker);
        // ln P of every pair of the cases at every draw.
        let mut ln_probabilities: Vec<Vec<f64>> = vec![Vec::new(); draws.len()];
        for (place, &case) in cases.iter().enumerate() {
            let of_case = Maker {
                position: case as u64,
                key: Seed::new(maker.key).split(place as u64).stream(0).open01().to_bits(),
            };
            let within = self.draws_of_case(of_case, draws.len());
            for ((draw, _), (within, out)) in draws.iter().zip(within.iter().zip(&mut ln_probabilities)) {
                let at = |inner: &Draws| self.ln_probabilities(case, &[draw.clone(), inner.clone()].concat());
                let each: Vec<Vec<f64>> = within.iter().map(at).collect();
                let even = -(each.len() as f64).ln();
                out.extend((0..data.pairs(case).len()).map(|j| ln_sum_exp(each.iter().map(|one| one[j] + even))));
            }
        }
        let pairs: Vec<usize> = cases.iter().flat_map(|&case| data.pairs(case)).collect();
        let ln_average = |times: &dyn Fn(usize) -> f64| {
            let at = |((_, weight), ln_p): (&(Draws, f64), &Vec<f64>)| {
                let product: f64 = pairs.iter().zip(ln_p).map(|(&pair, ln_p)| times(pair) * ln_p).sum();
                weight.ln() + product
            };
            let values: Vec<f64> = draws.iter().zip(&ln_probabilities).map(at).collect();
            ln_sum_exp(values.iter().copied())
        };
        let (choices, weight) = (choices(data), weight(data, cases[0]));
        let alone = matches!(data.outcome(), Outcome::Counts(_)) && data.decision_makers().is_none();
        if !alone {
            return vec![weight * ln_average(&|pair| choices[pair])];
        }
        let one = |&chosen: &usize| {
            let ln_p = ln_average(&|pair| if pair == chosen { 1.0 } else { 0.0 });
            weight * choices[chosen] * ln_p
        };
        pairs.iter().filter(|pair| choices[**pair] > 0.0).map(one).collect()
    }

    /// ln P of the alternatives of a case at some tastes.
    fn ln_probabilities(&self, case: usize, draws: &Draws) -> Vec<f64> {
        let names = &self.coefficients;
        let values: Vec<f64> = names.iter().map(|name| self.coefficient(name, case, draws)).collect();
        let utility = |pair: usize| -> f64 {
            let alternative = self.data.pair_alternatives()[pair] as usize;
            // Alternatives that have no names have no utilities of their own.
            let name = self.data.alternatives().names.get(alternative);
            let own = self.specification.own.iter().filter(|(own, _)| Some(own) == name);
            let all = self
                .specification
                .all
                .iter()
                .chain(own.map(|(_, expression)| expression));
            all.map(|expression| plain_expression(self.data, expression, (names, &values), (case, pair)))
                .sum()
        };
        let utilities: Vec<f64> = self.data.pairs(case).map(utility).collect();
        let logsum = ln_sum_exp(utilities.iter().copied());
        utilities.iter().map(|utility| utility - logsum).collect()
    }

    fn parameter(&self, name: &str) -> f64 {
        let at = self.symbols.iter().position(|symbol| symbol == name);
        self.theta[at.unwrap_or_else(|| panic!("{name} is no parameter"))]
    }

    /// An expression of parameters, characteristics, and draws.
    fn expression(&self, expression: &Expression, case: usize, draws: &Draws, symbol: &str) -> f64 {
        let mut names = self.symbols.clone();
        let mut values = self.theta.to_vec();
        for name in expression.names().into_iter().filter(|name| is_draw(name)) {
            names.push(name.to_owned());
            values.push(value_of(draws, &standard(name, symbol)));
        }
        let pair = self.data.pairs(case).start;
        plain_expression(self.data, expression, (&names, &values), (case, pair))
    }

    /// What multiplies attributes in the utilities.
    fn coefficient(&self, symbol: &str, case: usize, draws: &Draws) -> f64 {
        if let Some(space) = &self.mixing.willingness_to_pay
            && space.coefficients.iter().any(|known| known == symbol)
        {
            return -self.scaled(&space.cost, case, draws) * self.by_itself(symbol, case, draws);
        }
        self.scaled(symbol, case, draws)
    }

    fn scaled(&self, symbol: &str, case: usize, draws: &Draws) -> f64 {
        let value = self.by_itself(symbol, case, draws);
        let Some(scale) = &self.mixing.scale else {
            return value;
        };
        if !scale.coefficients.is_empty() && !scale.coefficients.iter().any(|known| known == symbol) {
            return value;
        }
        let middle = self.by_itself(symbol, case, &Draws::new());
        let [tau, gamma] = [&scale.tau, &scale.gamma].map(|source| self.expression(source, case, draws, symbol));
        let sigma = (tau * value_of(draws, &Standard::Scale) - tau * tau / 2.0).exp();
        sigma * middle + (gamma + sigma * (1.0 - gamma)) * (value - middle)
    }

    /// β as its distribution has it; in the middle of tastes if there are no draws.
    fn by_itself(&self, symbol: &str, case: usize, draws: &Draws) -> f64 {
        let Some(random) = self.mixing.coefficient(symbol) else {
            return self.parameter(symbol);
        };
        let (shape, sign, second, mean_shift, ln_sd_shift) = match &random.distribution {
            TasteDistribution::Transform(transform) => return self.expression(transform, case, draws, symbol),
            TasteDistribution::Named {
                shape,
                sign,
                second,
                mean_shift,
                ln_sd_shift,
                ..
            } => (*shape, *sign, second, mean_shift, ln_sd_shift),
        };
        let of = |expression: &Expression| self.expression(expression, case, draws, symbol);
        let draw = |symbol: &str| value_of(draws, &Standard::Own(symbol.to_owned()));
        let m = self.parameter(symbol) + mean_shift.as_ref().map_or(0.0, of);
        let factor = ln_sd_shift.as_ref().map_or(0.0, of).exp();
        let deviation = match (self.mixing.group_of(symbol), second) {
            (Some(group), _) => {
                let last = group.iter().position(|member| member == symbol).expect("in its group");
                let row = group[..=last].iter();
                row.map(|member| self.parameter(&cholesky_name(symbol, member)) * draw(member))
                    .sum()
            }
            (None, Some(second)) => of(second) * draw(symbol),
            (None, None) => self.parameter(&second_name(symbol, shape)) * draw(symbol),
        };
        let index = m + factor * deviation;
        match shape {
            Shape::Normal | Shape::Uniform | Shape::Triangular => index,
            Shape::Lognormal => sign * index.exp(),
            Shape::CensoredNormal | Shape::TruncatedNormal if draws.is_empty() => sign * m,
            Shape::CensoredNormal => sign * index.max(0.0),
            Shape::TruncatedNormal => {
                let s = match second {
                    Some(second) => of(second),
                    None => self.parameter(&second_name(symbol, shape)),
                };
                let s = factor * s.abs();
                let below = normal_cdf(-m / s);
                sign * (m + s * normal_quantile(below + normal_cdf(draw(symbol)) * (1.0 - below)))
            }
            Shape::JohnsonSb { low, high } => low + (high - low) / (1.0 + (-index).exp()),
        }
    }
}

/// ln Σ exp, by the largest.
pub(crate) fn ln_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}
