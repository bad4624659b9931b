//! Stand-in.
/// Stand-in.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Noise {
    Gumbel,
    Normal,
    Logistic,
    Exponential,
    Uniform,
    Laplace,
    Student { degrees: f64 },
    GevNested { dissimilarity: f64, members: Vec<usize> },
    CorrelatedNormal { correlation: f64, members: Vec<usize> },
    ExponentialRace,
}
