//! Dots with whiskers: one row a parameter, its interval beside its name.

use super::canvas::{Anchor, Canvas, text_width};
use super::frame::{self, EDGE, Look, Plot, SMALL};
use super::scale::{Range, Scale};
use super::series::{interval, whisker};
use super::{PALETTE, draw_reference, reference};

/// Width of the plot, of the longest name, and of a picture at least.
const PLOT: f64 = 400.0;
const NAME: f64 = 260.0;
const LEAST: f64 = 480.0;

/// Height of a row, and what every further series adds to it.
const ROW: f64 = 26.0;
const FURTHER: f64 = 11.0;

/// A value and its interval, of what is called `label`.
#[derive(Clone, Debug, PartialEq)]
pub struct Whisker {
    label: String,
    value: f64,
    interval: (f64, f64),
    inner: Option<(f64, f64)>,
}

impl Whisker {
    /// A value with the interval from low to high.
    ///
    /// The interval runs to the edge of the plot where an end is infinite or not positive on a
    /// logarithmic axis; there is none if an end is NaN.
    pub fn new(label: impl Into<String>, value: f64, low: f64, high: f64) -> Self {
        Self {
            label: label.into(),
            value,
            interval: (low, high),
            inner: None,
        }
    }

    /// A second interval, drawn thick: quartiles within the range, 50% within 95%.
    pub fn inner(mut self, low: f64, high: f64) -> Self {
        self.inner = Some((low, high));
        self
    }
}

/// A picture of one row a parameter (or whatever is estimated): dot, whiskers, and the line on which
/// the dots should lie.
///
/// ```
/// use logsum_report::{DotAndWhisker, Whisker};
///
/// let picture = DotAndWhisker::new("Bias of the estimates")
///     .x("bias in standard errors", Default::default())
///     .reference("no bias", 0.0)
///     .rows("", [Whisker::new("cost", 0.02, -0.07, 0.11), Whisker::new("time", -0.05, -0.14, 0.04)])
///     .svg();
/// assert!(picture.contains(">cost</text>"));
/// ```
#[derive(Clone, Debug)]
pub struct DotAndWhisker {
    title: String,
    x: (String, Scale),
    series: Vec<(String, Vec<Whisker>)>,
    references: Vec<(String, f64)>,
    notes: Vec<String>,
}

impl DotAndWhisker {
    /// A picture without rows on a linear axis; no title is written if it is empty.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x: Default::default(),
            series: Vec::new(),
            references: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The label of the axis, units included, and its scale.
    pub fn x(mut self, label: impl Into<String>, scale: Scale) -> Self {
        self.x = (label.into(), scale);
        self
    }

    /// Rows from the top down in their order.
    ///
    /// Called again, it adds a second series in another colour, below the first where the labels are
    /// the same; new labels get new rows. A series without a name is not in the legend.
    pub fn rows(mut self, name: impl Into<String>, rows: impl IntoIterator<Item = Whisker>) -> Self {
        self.series.push((name.into(), rows.into_iter().collect()));
        self
    }

    /// A vertical line that the dots are held against.
    pub fn reference(mut self, name: impl Into<String>, x: f64) -> Self {
        self.references.push((name.into(), x));
        self
    }

    /// A remark below the plot: where the numbers come from.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The picture: as wide as its labels ask for, as high as its rows.
    pub fn svg(&self) -> String {
        let (label, scale) = (&self.x.0, self.x.1);
        let labels = self.labels();
        let widest = labels
            .iter()
            .map(|label| text_width(label, 12.0))
            .fold(0.0, f64::max)
            .min(NAME);
        let left = EDGE + widest + 12.0;
        let width = (left + PLOT + EDGE + 6.0).max(LEAST);
        let row = ROW + FURTHER * self.series.len().saturating_sub(1) as f64;

        let mut canvas = Canvas::default();
        let names = self.series.iter().enumerate();
        let mut legend: Vec<(&str, Look)> = names.map(|(n, (name, _))| (name.as_str(), look(n))).collect();
        let references = self.references.iter().enumerate();
        legend.extend(references.map(|(n, (name, _))| (name.as_str(), reference(n))));
        let top = frame::header(&mut canvas, &self.title, &legend, width);
        let mut plot = Plot {
            left,
            top,
            width: width - left - EDGE - 6.0,
            height: row * labels.len().max(3) as f64,
        };
        let left_out = self.whiskers().filter(|whisker| !scale.shows(whisker.value)).count();
        let range = self.range().filter(|_| left_out < self.whiskers().count());
        let ticks = range
            .map(|range| frame::x_ticks(&range, plot.width))
            .unwrap_or_default();
        if let Some(range) = &range {
            plot.make_room_for_last(range, &ticks, width - EDGE / 2.0);
        }
        let end = frame::x_axis(
            &mut canvas,
            &plot,
            range.as_ref().map(|range| (range, ticks.as_slice())),
            label,
        );
        let middle = |position: usize| {
            let all = plot.height / labels.len().max(1) as f64;
            plot.top + all * (position as f64 + 0.5)
        };
        for (position, label) in labels.iter().enumerate() {
            let y = middle(position);
            canvas.line((plot.left, y), (plot.right(), y), &frame::hairline("#f1f1f1"));
            canvas.shortened((plot.left - 10.0, y + 4.2), Anchor::End, SMALL, label, NAME);
        }
        frame::axes(&mut canvas, &plot);
        if let Some(range) = &range {
            for (n, (_, at)) in self
                .references
                .iter()
                .enumerate()
                .filter(|(_, (_, at))| scale.shows(*at))
            {
                let at = plot.x(range, *at);
                draw_reference(&mut canvas, [(at, plot.top), (at, plot.bottom())], &reference(n));
            }
            for (position, label) in labels.iter().enumerate() {
                self.draw_row(&mut canvas, &plot, range, label, middle(position));
            }
        } else {
            frame::no_data(&mut canvas, &plot);
        }
        let notes: Vec<String> = self
            .notes
            .iter()
            .cloned()
            .chain(frame::left_out(left_out, &[scale]))
            .collect();
        let height = frame::notes(&mut canvas, &notes, width, end);
        canvas.document(&self.title, &self.description(&labels), (width, height))
    }

    fn draw_row(&self, canvas: &mut Canvas, plot: &Plot, range: &Range, label: &str, middle: f64) {
        let first = middle - FURTHER * (self.series.len() as f64 - 1.0) / 2.0;
        for (n, (_, whiskers)) in self.series.iter().enumerate() {
            let y = first + FURTHER * n as f64;
            let colour = PALETTE[n % PALETTE.len()];
            for row in whiskers.iter().filter(|whisker| whisker.label == label) {
                if !self.x.1.shows(row.value) {
                    continue;
                }
                let ends = |(low, high)| {
                    let ends = interval(range, self.x.1, low, high)?;
                    Some(ends.map(|end| ((plot.left + plot.width * end.share, y), end.is_open)))
                };
                if let Some(ends) = ends(row.interval) {
                    whisker(canvas, ends, (0.0, 3.5), colour);
                }
                if let Some([(low, _), (high, _)]) = row.inner.and_then(ends) {
                    canvas.line(low, high, &format!(r#"stroke="{colour}" stroke-width="4""#));
                }
                canvas.mark(n, (plot.x(range, row.value), y), colour);
            }
        }
    }

    fn whiskers(&self) -> impl Iterator<Item = &Whisker> {
        self.series.iter().flat_map(|(_, whiskers)| whiskers)
    }

    /// Labels by their first appearance.
    fn labels(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        let labels = self.whiskers().map(|whisker| whisker.label.as_str());
        labels.filter(|label| seen.insert(*label)).collect()
    }

    fn range(&self) -> Option<Range> {
        let shown = self.whiskers().filter(|whisker| self.x.1.shows(whisker.value));
        let values = shown.flat_map(|whisker| {
            let (low, high) = whisker.interval;
            let inner = whisker.inner.map_or([whisker.value; 2], |(low, high)| [low, high]);
            [whisker.value, low, high].into_iter().chain(inner)
        });
        Range::of(self.x.1, values.chain(self.references.iter().map(|(_, x)| *x)))
    }

    fn description(&self, labels: &[&str]) -> String {
        let scale = match self.x.1 {
            Scale::Linear => "",
            Scale::Log => " (log scale)",
        };
        format!("{}{scale} with intervals for {}", self.x.0, labels.join(", "))
    }
}

fn look(n: usize) -> Look {
    Look {
        colour: PALETTE[n % PALETTE.len()],
        line: Some(r#"stroke-width="1.3""#.to_owned()),
        mark: Some(n),
    }
}
