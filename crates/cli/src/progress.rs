//! Progress on a terminal, and only there.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use logsum_estimate::Progress;
use logsum_report::number::counted;
use logsum_utility::{DrawMethod, DrawNumber, ModelFile};

/// Iterations that an estimation in stages usually takes in one of them.
const USUAL: u64 = 4;

/// Part of an iteration that it takes to evaluate other draws, for the simulation error.
const REPLICATION: f64 = 0.5;

/// What is left is told if it is more.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// A line on standard error while something takes its time; gone when it is dropped.
pub struct Waiting(Option<ProgressBar>);

impl Waiting {
    /// Hidden if standard error is no terminal, or nobody wants to see it.
    pub fn new(quiet: bool, what: String) -> Self {
        Waiting((!quiet).then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a template of known fields");
            let bar = ProgressBar::new_spinner().with_style(style).with_message(what);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        }))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// One line on standard error that each iteration rewrites.
pub struct Bar {
    bar: Option<ProgressBar>,
    plan: Plan,
    forecast: Mutex<Forecast>,
    /// When all will be over, as far as that is known.
    end: Arc<Mutex<Option<Instant>>>,
}

impl Bar {
    /// Hidden if standard error is no terminal, or nobody wants to see it.
    pub fn new(quiet: bool, plan: Plan) -> Self {
        let end = Arc::new(Mutex::new(None));
        let bar = (!quiet).then(|| {
            let end = end.clone();
            let left = move |_: &ProgressState, out: &mut dyn Write| {
                let end: Option<Instant> = *lock(&end);
                let left = end.map_or(Duration::ZERO, |end| end.saturating_duration_since(Instant::now()));
                if left > WORTH_TELLING {
                    let _ = write!(out, "  about {} left", in_words(left));
                }
            };
            let style = ProgressStyle::with_template("{spinner} {msg}{left}")
                .expect("a template of known fields")
                .with_key("left", left);
            let bar = ProgressBar::new_spinner().with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Bar {
            bar,
            plan,
            forecast: Mutex::new(Forecast::default()),
            end,
        }
    }

    /// Shows an iteration.
    pub fn show(&self, progress: &Progress<'_>) {
        let Some(bar) = &self.bar else { return };
        let (stage, iteration) = (progress.state.stage, progress.state.iterations);
        let (value, criterion) = (progress.log_likelihood, progress.criterion);
        if stage == 0 {
            bar.set_message(logsum_report::progress_line(iteration as usize, value, criterion));
            return;
        }
        let now = Instant::now();
        let left = lock(&self.forecast).after(&self.plan, stage, iteration, now);
        *lock(&self.end) = left.and_then(|left| now.checked_add(left));
        let work = counted(stage, self.plan.noun);
        let line = logsum_report::staged_progress_line(&work, iteration as usize, value, criterion);
        bar.set_message(line);
    }

    /// Clears the line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What is behind a lock, whoever has panicked meanwhile.
fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `12 s`, `3 min`, `2 h`.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds < 99.5 => format!("{seconds:.0} s"),
        _ if seconds < 99.5 * 60.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3600.0),
    }
}

/// The stages of an estimation with random tastes: with more and more draws of each decision maker.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plan {
    noun: &'static str,
    last: Last,
    /// Evaluations for the simulation error.
    replications: usize,
}

/// The stage after which nothing comes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Last {
    #[default]
    Unknown,
    /// The one with so many draws.
    Draws(usize),
    /// There is one only.
    Only,
}

impl Plan {
    /// Of a model.
    pub fn of(file: &ModelFile) -> Self {
        let Some(mixing) = &file.specification.mixing else {
            return Plan::default();
        };
        let draws = &mixing.draws;
        let last = match draws.number {
            // Whether other samples of alternatives are to follow it does not know.
            _ if file.sampling.is_some() => Last::Unknown,
            _ if draws.method == DrawMethod::Quadrature => Last::Only,
            DrawNumber::Auto => Last::Unknown,
            DrawNumber::Number(number) if draws.antithetic => Last::Draws(2 * number),
            DrawNumber::Number(number) => Last::Draws(number),
        };
        let (noun, replications) = match draws.method {
            DrawMethod::Quadrature => ("point", 0),
            _ => ("draw", draws.replications),
        };
        Plan {
            noun,
            last,
            replications,
        }
    }

    /// Numbers of draws of the stages after one, rising.
    fn after(&self, stage: usize) -> Vec<usize> {
        let Last::Draws(all) = self.last else {
            return Vec::new();
        };
        // Each a quarter of the next, in blocks of 32 and no fewer than 64.
        let before = [all / 4 / 32 * 32, all / 4 / 32 * 32 / 4 / 32 * 32];
        let mut stages: Vec<usize> = before.into_iter().filter(|number| *number >= 64).rev().collect();
        stages.push(all);
        stages.retain(|number| *number > stage);
        stages
    }
}

/// How long an estimation in stages has still to go, from the iterations so far: their cost is that of the draws.
#[derive(Debug, Default)]
struct Forecast {
    /// The stage with its first report.
    began: Option<(usize, u64, Instant)>,
    /// Seconds of an iteration for each draw.
    cost: Option<f64>,
}

impl Forecast {
    /// After an iteration of a stage that ended now.
    fn after(&mut self, plan: &Plan, stage: usize, iteration: u64, now: Instant) -> Option<Duration> {
        match self.began {
            Some((number, first, began)) if number == stage && iteration > first => {
                let seconds = now.saturating_duration_since(began).as_secs_f64();
                self.cost = Some(seconds / (iteration - first) as f64 / stage as f64);
            }
            Some((number, ..)) if number == stage => {}
            _ => self.began = Some((stage, iteration, now)),
        }
        if plan.last == Last::Unknown {
            return None;
        }
        let later = plan.after(stage);
        let here = USUAL.saturating_sub(iteration).max(1);
        let all = later.last().copied().unwrap_or(stage);
        let iterations = here as f64 * stage as f64 + USUAL as f64 * later.iter().sum::<usize>() as f64;
        let draws = iterations + REPLICATION * plan.replications as f64 * all as f64;
        Duration::try_from_secs_f64(self.cost? * draws).ok()
    }
}

/// A bar on standard error for work of known size.
pub struct Counter {
    bar: Option<ProgressBar>,
}

impl Counter {
    /// Hidden if standard error is no terminal, or nobody wants to see it.
    pub fn new(total: u64, what: &str, quiet: bool) -> Self {
        let bar = (!quiet).then(|| {
            let template = format!("{{bar:30}} {{human_pos}} of {{human_len}} {what}, {{eta}} left");
            let style = ProgressStyle::with_template(&template).expect("a template of known fields");
            ProgressBar::new(total).with_style(style)
        });
        Counter { bar }
    }

    /// One more is done.
    pub fn add_one(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// So much is done.
    pub fn set(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    /// Clears the line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(last: Last, replications: usize) -> Plan {
        Plan {
            noun: "draw",
            last,
            replications,
        }
    }

    #[test]
    fn stages_are_those_of_the_estimation() {
        let plan = plan(Last::Draws(500), 0);
        assert_eq!(plan.after(0), [96, 500]);
        assert_eq!(plan.after(96), [500]);
        assert_eq!(plan.after(500), [0; 0]);
        let plan = Plan {
            last: Last::Draws(2048),
            ..plan
        };
        assert_eq!(plan.after(0), [128, 512, 2048]);
        let plan = Plan {
            last: Last::Draws(100),
            ..plan
        };
        assert_eq!(plan.after(0), [100]);
    }

    #[test]
    fn time_left_is_work_left() {
        let began = Instant::now();
        let at = |seconds: f64| began + Duration::from_secs_f64(seconds);
        let mut forecast = Forecast::default();
        let plan = plan(Last::Draws(2048), 4);
        // 0.01 s for each draw: 4 iterations of 512 and 2,048 after these, and 4 replications at half the cost.
        assert_eq!(forecast.after(&plan, 128, 0, at(0.0)), None);
        let left = forecast.after(&plan, 128, 1, at(1.28)).map(|left| left.as_secs_f64());
        let expected = 0.01 * (3.0 * 128.0 + 4.0 * 512.0 + 4.0 * 2048.0 + 2.0 * 2048.0);
        assert!((left.unwrap() - expected).abs() < 1e-6, "{left:?}");
        // Until the next stage has measured its own iterations, it is judged by those before.
        let left = forecast.after(&plan, 2048, 0, at(9.0)).map(|left| left.as_secs_f64());
        assert!((left.unwrap() - 0.01 * 6.0 * 2048.0).abs() < 1e-6, "{left:?}");
        // More iterations than usual: one more is to come.
        let left = forecast
            .after(&plan, 2048, 10, at(9.0 + 102.4))
            .map(|left| left.as_secs_f64());
        assert!((left.unwrap() - 0.005 * 3.0 * 2048.0).abs() < 1e-6, "{left:?}");
    }

    #[test]
    fn nothing_is_foretold_of_an_automatic_number() {
        let mut forecast = Forecast::default();
        let now = Instant::now();
        let unknown = plan(Last::Unknown, 4);
        assert_eq!(forecast.after(&unknown, 128, 0, now), None);
        assert_eq!(forecast.after(&unknown, 128, 1, now + Duration::from_secs(1)), None);
        let mut forecast = Forecast::default();
        let only = plan(Last::Only, 0);
        assert_eq!(forecast.after(&only, 400, 0, now), None);
        let left = forecast.after(&only, 400, 1, now + Duration::from_secs(1));
        assert!((left.unwrap().as_secs_f64() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn times_in_words() {
        for (seconds, words) in [(2.4, "2 s"), (99.0, "99 s"), (180.0, "3 min"), (7300.0, "2 h")] {
            assert_eq!(in_words(Duration::from_secs_f64(seconds)), words);
        }
    }
}
