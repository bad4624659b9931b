//! The covariance that was asked for, as its options say together.

use logsum_utility::{BootstrapOptions, Correction, CovarianceKind, FitError};

use crate::args::{BootstrapArgs, CovarianceArgs};
use crate::failure::Failure;

/// What stands behind standard errors.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The covariance, if one was asked for.
    pub kind: Option<CovarianceKind>,
    /// Its small-sample factor, if one was.
    pub correction: Option<Correction>,
    /// Whether anything was said of the resamples of a bootstrap: how many, their seed, what is resampled.
    pub resamples: bool,
}

impl Asked {
    /// Options that all commands have.
    pub fn of(args: &CovarianceArgs) -> Result<Self, Failure> {
        if let Some(confidence) = args.confidence
            && !(confidence > 0.0 && confidence < 1.0)
        {
            return Err(Failure::bad_input(FitError::Confidence(confidence)));
        }
        let kind: Option<CovarianceKind> = args
            .covariance
            .as_deref()
            .map(|name| name.parse().map_err(|error: String| Failure::bad_input(error)))
            .transpose()?;
        let columns = &args.cluster;
        let kind = match (kind, columns.as_slice()) {
            (None | Some(CovarianceKind::Clustered(_)), [_, ..]) => Some(CovarianceKind::Clustered(columns.clone())),
            (Some(CovarianceKind::Clustered(_)), []) => {
                return Err(Failure::bad_input(
                    "--covariance clustered needs --cluster COLUMN, the column whose values are the clusters",
                ));
            }
            (Some(CovarianceKind::Bootstrap(options)), [column]) => Some(CovarianceKind::Bootstrap(BootstrapOptions {
                cluster: Some(column.clone()),
                ..options
            })),
            (Some(CovarianceKind::Bootstrap(_)), [_, _, ..]) => {
                return Err(Failure::bad_input(format!(
                    "--covariance bootstrap resamples the groups of one column, and --cluster names {}; leave one",
                    columns.len()
                )));
            }
            (Some(kind), [_, ..]) => {
                return Err(Failure::bad_input(format!(
                    "--cluster belongs to --covariance clustered or bootstrap, not {kind}"
                )));
            }
            (kind, []) => kind,
        };
        let correction: Option<Correction> = args
            .correction
            .as_deref()
            .map(|name| name.parse().map_err(|error: String| Failure::bad_input(error)))
            .transpose()?;
        if correction.is_some() && !matches!(kind, Some(CovarianceKind::Robust | CovarianceKind::Clustered(_))) {
            return Err(Failure::bad_input(
                "--correction belongs to --covariance robust, or to clusters: give one of them with it",
            ));
        }
        Ok(Asked {
            resamples: matches!(kind, Some(CovarianceKind::Bootstrap(_))) && !columns.is_empty(),
            kind,
            correction,
        })
    }

    /// With what is said of a bootstrap. `seed` is that of the option named so, `shared` whether other things take it too.
    pub fn resampling(
        mut self,
        args: &BootstrapArgs,
        seed: Option<u64>,
        name: &str,
        shared: bool,
    ) -> Result<Self, Failure> {
        let interval = args
            .interval
            .as_deref()
            .map(|kind| kind.parse().map_err(|error: String| Failure::bad_input(error)))
            .transpose()?;
        let Some(CovarianceKind::Bootstrap(options)) = &mut self.kind else {
            let stray = [
                args.replications.map(|_| "--replications"),
                args.interval.as_ref().map(|_| "--interval"),
                seed.filter(|_| !shared).map(|_| name),
            ];
            return match stray.into_iter().flatten().next() {
                Some(option) => Err(Failure::bad_input(format!(
                    "{option} belongs to --covariance bootstrap: give that with it"
                ))),
                None => Ok(self),
            };
        };
        if let Some(replications) = args.replications.filter(|replications| *replications < 2) {
            return Err(Failure::bad_input(format!(
                "--replications {replications}: a standard deviation needs at least 2, and 500 or more are usual"
            )));
        }
        options.replications = args.replications.unwrap_or(options.replications);
        options.interval = interval.unwrap_or(options.interval);
        options.seed = seed.unwrap_or(options.seed);
        self.resamples |= args.replications.is_some() || seed.is_some();
        Ok(self)
    }

    /// Whether resamples are.
    pub fn is_bootstrap(&self) -> bool {
        matches!(self.kind, Some(CovarianceKind::Bootstrap(_)))
    }

    /// Columns that it needs besides those of the model.
    pub fn columns(&self) -> Vec<&str> {
        match &self.kind {
            Some(CovarianceKind::Clustered(columns)) => columns.iter().map(String::as_str).collect(),
            Some(CovarianceKind::Bootstrap(options)) => options.cluster.as_deref().into_iter().collect(),
            _ => Vec::new(),
        }
    }
}
