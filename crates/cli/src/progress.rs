//! Progress on a terminal, and only there.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use logsum_estimate::Progress;

/// One line on standard error that each iteration rewrites.
pub struct Bar {
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Hidden if standard error is no terminal, or nobody wants to see it.
    pub fn new(quiet: bool) -> Self {
        let bar = (!quiet).then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}").expect("a template of two known fields");
            let bar = ProgressBar::new_spinner().with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Bar { bar }
    }

    /// Shows an iteration.
    pub fn show(&self, progress: &Progress<'_>) {
        if let Some(bar) = &self.bar {
            let line = logsum_report::progress_line(
                progress.state.iterations as usize,
                progress.log_likelihood,
                progress.criterion,
            );
            bar.set_message(line);
        }
    }

    /// Clears the line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
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
