//! Random tastes, before any data: which coefficients vary between decision makers, how, and by which draws.

mod complete;
mod signs;
mod validate;

use logsum_expressions::Expression;

pub(crate) use complete::SECOND_START;
pub use complete::{cholesky_name, second_name};
pub(crate) use validate::{plan_problems, problems, range_problem, sign_problem, start_problem, unused};

/// What makes a logit a mixed logit: the tables `[random]`, `[correlation]`, `[willingness_to_pay_space]`,
/// `[scale_heterogeneity]` and `[draws]` of a model file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mixing {
    /// The random coefficients, in the order of their draws.
    pub random: Vec<RandomCoefficient>,
    /// Groups of coefficients whose normal parts are correlated.
    pub correlation: Vec<Vec<String>>,
    /// Coefficients that are willingness to pay.
    pub willingness_to_pay: Option<WillingnessToPaySpace>,
    /// A scale that varies between decision makers.
    pub scale: Option<ScaleHeterogeneity>,
    /// The draws.
    pub draws: DrawPlan,
}

/// A coefficient that varies.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomCoefficient {
    /// Its name in utilities. Where it has a named distribution this is also the parameter of its location.
    pub symbol: String,
    /// How it is distributed.
    pub distribution: TasteDistribution,
    /// Between whom it varies.
    pub varies: Varies,
}

/// The distribution of a coefficient β, with ξ a standard draw of its own.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "there are a handful of them in a model")]
pub enum TasteDistribution {
    /// One of the usual ones.
    Named {
        /// Its shape.
        shape: Shape,
        /// 1, or −1 for minus the distribution, which only the shapes with positive values have.
        sign: f64,
        /// Starting value of the second estimate; chosen from the data if there is none.
        start: Option<f64>,
        /// An expression of parameters (and characteristics) in place of the second estimate.
        second: Option<Expression>,
        /// An expression added to the location: observed heterogeneity in means.
        mean_shift: Option<Expression>,
        /// An expression whose exponential multiplies the second estimate (in a group, every Cholesky element of the
        /// coefficient's row): observed heterogeneity in ln sd.
        ln_sd_shift: Option<Expression>,
    },
    /// An expression of parameters, characteristics, and standard normal draws `draw`, `draw_1`, `draw_2`, ...
    Transform(Expression),
}

/// Shapes with a location m and a second estimate s.
///
/// | shape | β |
/// |---|---|
/// | normal | m + s ξ |
/// | lognormal | ± exp(m + s ξ) |
/// | truncated normal | ± (m + s ξ, given that it is positive) |
/// | censored normal | ± max(0, m + s ξ) |
/// | Johnson S_B | l + (u − l) / (1 + exp(−m − s ξ)) |
/// | uniform | m + s ξ, ξ uniform on (−1, 1) |
/// | triangular | m + s ξ, ξ symmetric triangular on (−1, 1) |
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Normal.
    Normal,
    /// Exponential of a normal.
    Lognormal,
    /// Normal, given that it is positive.
    TruncatedNormal,
    /// Normal, 0 in place of negative values.
    CensoredNormal,
    /// Logistic transform of a normal to an interval.
    JohnsonSb {
        /// Lower end, l.
        low: f64,
        /// Upper end, u.
        high: f64,
    },
    /// Uniform.
    Uniform,
    /// Symmetric triangular.
    Triangular,
}

/// Between whom a coefficient varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Varies {
    /// Between decision makers, the same in all their cases.
    #[default]
    DecisionMaker,
    /// From case to case, of one decision maker too.
    Case,
}

/// Utility in willingness-to-pay space: each named coefficient ω is money per unit, and what multiplies its attribute is
/// −β_cost ω.
///
/// ```text
/// V = β_cost cost − β_cost ω x = −β_cost (ω x − cost)
/// ```
///
/// # Source
/// Train and Weeks (2005), *Discrete choice models in preference space and willingness-to-pay space*.
#[derive(Clone, Debug, PartialEq)]
pub struct WillingnessToPaySpace {
    /// Symbol of the cost coefficient.
    pub cost: String,
    /// Symbols of the coefficients that are willingness to pay.
    pub coefficients: Vec<String>,
}

/// Scale heterogeneity, the generalised multinomial logit: with σ_n = exp(−τ²/2 + τ ξ_n), whose mean is 1, coefficients
/// with mean β and deviation η_n become
///
/// ```text
/// σ_n β + (γ + σ_n (1 − γ)) η_n
/// ```
///
/// # Source
/// Fiebig, Keane, Louviere and Wasi (2010), *The generalized multinomial logit model*.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleHeterogeneity {
    /// τ, an expression of parameters.
    pub tau: Expression,
    /// γ, an expression of parameters; 0 scales deviations as means.
    pub gamma: Expression,
    /// Symbols of the coefficients that are scaled; all coefficients of the utilities if it is empty.
    pub coefficients: Vec<String>,
}

/// How many draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawNumber {
    /// So many per decision maker; nodes per dimension for quadrature.
    Number(usize),
    /// As many as it takes: doubled until the simulation error of every estimate is a small part of its standard error.
    Auto,
}

/// Where draws come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawMethod {
    /// Halton sequences, consecutive stretches for consecutive decision makers.
    Halton,
    /// Halton sequences with random digit permutations, of their own for each decision maker.
    ScrambledHalton,
    /// Sobol points with Owen's scrambling.
    Sobol,
    /// Modified Latin hypercube.
    Mlhs,
    /// Pseudo-random numbers.
    Random,
    /// Gauss product rule.
    Quadrature,
}

/// The table `[draws]`.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawPlan {
    /// Draws per decision maker.
    pub number: DrawNumber,
    /// Draws of each case for each of the decision maker's, of coefficients that vary from case to case.
    pub number_within: usize,
    /// Where they come from.
    pub method: DrawMethod,
    /// Whether every draw is joined by its reflection, which doubles their number.
    pub antithetic: bool,
    /// Seed.
    pub seed: u64,
    /// Elements of Halton sequences that are dropped first.
    pub drop: u64,
    /// One element of Halton sequences in so many is taken.
    pub leap: u64,
    /// Independent randomisations from which the simulation error is measured; 0 does not measure it.
    pub replications: usize,
    /// Where the number is automatic: largest simulation error, as a part of the standard error.
    pub tolerance: f64,
}

impl Default for DrawPlan {
    fn default() -> Self {
        DrawPlan {
            number: DrawNumber::Number(500),
            number_within: 100,
            method: DrawMethod::Halton,
            antithetic: false,
            seed: 1,
            drop: 100,
            leap: 1,
            replications: 5,
            tolerance: 0.1,
        }
    }
}

impl Shape {
    /// Name in model files.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Normal => "normal",
            Shape::Lognormal => "lognormal",
            Shape::TruncatedNormal => "truncated_normal",
            Shape::CensoredNormal => "censored_normal",
            Shape::JohnsonSb { .. } => "johnson_sb",
            Shape::Uniform => "uniform",
            Shape::Triangular => "triangular",
        }
    }

    /// Whether its draw is a normal one to which correlation can be given.
    pub fn has_normal_part(self) -> bool {
        matches!(
            self,
            Shape::Normal | Shape::Lognormal | Shape::CensoredNormal | Shape::JohnsonSb { .. }
        )
    }

    /// Whether its second estimate is a half-width, not a standard deviation.
    pub fn has_spread(self) -> bool {
        matches!(self, Shape::Uniform | Shape::Triangular)
    }

    /// Whether its location is not of the size of the coefficient.
    pub(crate) fn is_of_the_logarithm(self) -> bool {
        matches!(self, Shape::Lognormal | Shape::JohnsonSb { .. })
    }

    /// Whether a sign can turn it round.
    pub fn has_sign(self) -> bool {
        matches!(self, Shape::Lognormal | Shape::TruncatedNormal | Shape::CensoredNormal)
    }
}

impl DrawMethod {
    /// All of them, by their names in model files.
    pub const NAMES: [(&'static str, DrawMethod); 6] = [
        ("halton", DrawMethod::Halton),
        ("scrambled_halton", DrawMethod::ScrambledHalton),
        ("sobol", DrawMethod::Sobol),
        ("mlhs", DrawMethod::Mlhs),
        ("random", DrawMethod::Random),
        ("quadrature", DrawMethod::Quadrature),
    ];

    /// Name in model files.
    pub fn name(self) -> &'static str {
        let (name, _) = Self::NAMES
            .into_iter()
            .find(|(_, method)| *method == self)
            .expect("every method has a name");
        name
    }
}

impl RandomCoefficient {
    /// A coefficient with a usual distribution.
    pub fn new(symbol: impl Into<String>, shape: Shape) -> Self {
        RandomCoefficient {
            symbol: symbol.into(),
            distribution: TasteDistribution::Named {
                shape,
                sign: 1.0,
                start: None,
                second: None,
                mean_shift: None,
                ln_sd_shift: None,
            },
            varies: Varies::DecisionMaker,
        }
    }

    /// A coefficient that is an expression of standard normal draws.
    pub fn transform(symbol: impl Into<String>, transform: Expression) -> Self {
        RandomCoefficient {
            symbol: symbol.into(),
            distribution: TasteDistribution::Transform(transform),
            varies: Varies::DecisionMaker,
        }
    }

    /// Its shape, if it has a usual one.
    pub fn shape(&self) -> Option<Shape> {
        match self.distribution {
            TasteDistribution::Named { shape, .. } => Some(shape),
            TasteDistribution::Transform(_) => None,
        }
    }

    /// Expressions in it, each with what it is.
    pub fn expressions(&self) -> Vec<(&'static str, &Expression)> {
        match &self.distribution {
            TasteDistribution::Named {
                shape,
                second,
                mean_shift,
                ln_sd_shift,
                ..
            } => [
                (if shape.has_spread() { "spread" } else { "sd" }, second),
                ("mean_shift", mean_shift),
                (
                    if shape.has_spread() {
                        "ln_spread_shift"
                    } else {
                        "ln_sd_shift"
                    },
                    ln_sd_shift,
                ),
            ]
            .into_iter()
            .filter_map(|(name, expression)| Some((name, expression.as_ref()?)))
            .collect(),
            TasteDistribution::Transform(transform) => vec![("transform", transform)],
        }
    }
}

impl Mixing {
    /// Whether tastes are: a probit has draws without them.
    pub fn is_random(&self) -> bool {
        !self.random.is_empty() || self.scale.is_some()
    }

    /// The random coefficient of that name.
    pub fn coefficient(&self, symbol: &str) -> Option<&RandomCoefficient> {
        self.random.iter().find(|random| random.symbol == symbol)
    }

    /// The group in which a coefficient is correlated with others.
    pub fn group_of(&self, symbol: &str) -> Option<&[String]> {
        self.correlation
            .iter()
            .find(|group| group.iter().any(|member| member == symbol))
            .map(Vec::as_slice)
    }

    /// Every expression of it, each with a label for messages.
    pub fn expressions(&self) -> Vec<(String, &Expression)> {
        let of_coefficients = self.random.iter().flat_map(|random| {
            let label = |(name, expression)| (format!("{name} of \"{}\"", random.symbol), expression);
            random.expressions().into_iter().map(label).collect::<Vec<_>>()
        });
        let of_scale = self.scale.iter().flat_map(|scale| {
            [
                ("tau of [scale_heterogeneity]".to_owned(), &scale.tau),
                ("gamma of [scale_heterogeneity]".to_owned(), &scale.gamma),
            ]
        });
        of_coefficients.chain(of_scale).collect()
    }

    /// Names that it uses: those in its expressions, and second estimates.
    pub(crate) fn used_names(&self) -> Vec<String> {
        let in_expressions = self
            .expressions()
            .into_iter()
            .flat_map(|(_, expression)| expression.names());
        let in_expressions = in_expressions.map(str::to_owned).collect::<Vec<_>>();
        let second = self.second_estimates().into_iter().map(|(name, _)| name);
        in_expressions.into_iter().chain(second).collect()
    }

    /// Names of draws that its expressions may use: `draw`, and those that are numbered.
    pub fn draw_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for random in &self.random {
            if let TasteDistribution::Transform(transform) = &random.distribution {
                for name in transform.names() {
                    if is_draw(name) && !names.iter().any(|known| known == name) {
                        names.push(name.to_owned());
                    }
                }
            }
        }
        names
    }
}

/// Whether a name is that of a standard draw: `draw`, `draw_1`, `draw_2`, ...
pub fn is_draw(name: &str) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    name == "draw" || name.strip_prefix("draw_").is_some_and(digits)
}
