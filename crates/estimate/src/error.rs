//! What keeps a maximisation or a covariance from a result.

/// Why there is no maximum to report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Options that cannot be followed.
    #[error("options: {}", .problems.join("; "))]
    Options {
        /// Each with its value and a remedy.
        problems: Vec<String>,
    },
    /// A vector of starting values of another length than the parameters.
    #[error("{found} starting values for {expected} parameters; give one for each, fixed ones included")]
    StartLength {
        /// Number of parameters.
        expected: usize,
        /// Number of values.
        found: usize,
    },
    /// Starting values that cannot be used.
    #[error("starting values: {}", join(.problems))]
    Start {
        /// One for each parameter concerned.
        problems: Vec<StartProblem>,
    },
    /// ln L is not defined at the starting values.
    #[error("the log-likelihood is not defined at the starting values: {reason}; start elsewhere")]
    StartOutside {
        /// What the evaluation said.
        reason: String,
    },
    /// Stopped before the starting values were evaluated, so there is nothing to show.
    #[error("interrupted before the starting values were evaluated")]
    InterruptedAtStart,
    /// An evaluation failed for good; the best point before it is not lost.
    #[error("at iteration {iterations}, log-likelihood {log_likelihood}: {reason}")]
    Failed {
        /// What the evaluation said.
        reason: String,
        /// Accepted steps so far.
        iterations: u64,
        /// ln L at `theta`.
        log_likelihood: f64,
        /// The best point so far, length K.
        theta: Vec<f64>,
    },
    /// The first evaluation failed for good.
    #[error("{reason}")]
    FailedAtStart {
        /// What the evaluation said.
        reason: String,
    },
    /// The optimiser gave up in a way it should not.
    #[error("the optimiser stopped: {reason}")]
    Optimiser {
        /// What it said.
        reason: String,
    },
}

/// Why a starting value cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StartProblem {
    /// Infinite or not a number.
    #[error("\"{name}\" starts at {value}, which is not a finite number")]
    NotFinite {
        /// The parameter.
        name: String,
        /// Its start.
        value: f64,
    },
    /// Below the lower or above the upper bound.
    #[error("\"{name}\" starts at {value}, outside its bounds [{lower}, {upper}]; move the start or the bounds")]
    OutsideBounds {
        /// The parameter.
        name: String,
        /// Its start.
        value: f64,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// Bounds that leave no room, or are not numbers.
    #[error("\"{name}\" has the bounds [{lower}, {upper}], which admit no value; the lower must not exceed the upper")]
    EmptyBounds {
        /// The parameter.
        name: String,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
}

/// Why there is no covariance. Indices count the parameters from 0, in the order of the likelihood.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CovarianceError {
    /// A combination of parameters about which the matrix holds no information.
    #[error(
        "parameters {} are not jointly identified (smallest eigenvalue {eigenvalue:.1e} of the information, scaled to unit diagonal); fix one of them",
        list(.parameters)
    )]
    NotIdentified {
        /// The parameters in it.
        parameters: Vec<usize>,
        /// Smallest eigenvalue of the matrix scaled to unit diagonal.
        eigenvalue: f64,
    },
    /// A direction in which ln L curves upwards: the point is no maximum.
    #[error(
        "the log-likelihood curves upwards in parameters {} (smallest eigenvalue {eigenvalue:.1e} of the information, scaled to unit diagonal): not a maximum, estimate further",
        list(.parameters)
    )]
    NotMaximum {
        /// The parameters in that direction.
        parameters: Vec<usize>,
        /// Smallest eigenvalue of the matrix scaled to unit diagonal.
        eigenvalue: f64,
    },
    /// An infinite element or one that is not a number.
    #[error("element ({row}, {column}) of the information is {value}, not a finite number")]
    NotFinite {
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
        /// Its value.
        value: f64,
    },
    /// A group for every unit is needed.
    #[error("{found} group codes for {expected} units; give one for each")]
    GroupsLength {
        /// Number of units.
        expected: usize,
        /// Number of codes.
        found: usize,
    },
    /// A group code beyond the number of groups.
    #[error("unit {unit}: group {group} of {n_groups}; codes run from 0 to {n_groups} − 1")]
    GroupCode {
        /// The unit.
        unit: usize,
        /// Its code.
        group: u32,
        /// Number of groups.
        n_groups: usize,
    },
    /// The scores could not be had.
    #[error(transparent)]
    Scores(#[from] crate::EvalError),
}

fn join(problems: &[StartProblem]) -> String {
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

fn list(indices: &[usize]) -> String {
    let texts: Vec<String> = indices.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
