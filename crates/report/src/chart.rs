//! Pictures of numbers as SVG: curves and points on two axes, dots with whiskers beside their names.
//!
//! The same input gives the same bytes. Numbers without a place on the axes (not finite, beyond
//! 1e±300, not positive where the axis is logarithmic) are left out, and the picture says how many.

mod canvas;
mod frame;
mod scale;
mod series;
mod whiskers;

#[cfg(test)]
mod tests;

pub use scale::Scale;
pub use whiskers::{DotAndWhisker, Whisker};

use canvas::{Canvas, GREY, PALETTE};
use frame::{EDGE, Look, Plot};
use scale::Range;
use series::{Point, Series};

/// Width of the picture and height of its plot.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// Unbroken, in a colour of its own.
    #[default]
    Solid,
    /// Broken, in a colour of its own.
    Dashed,
    /// Grey and broken, behind the data: what they are held against.
    Reference,
}

/// Curves and points on two axes.
///
/// Series are drawn in the order given, references behind all others, in colours that people of every
/// colour vision tell apart. The legend stands above the plot; a series without a name is not in it.
///
/// ```
/// use logsum_report::{Chart, Scale, Stroke};
///
/// let draws = [100.0, 1_000.0, 10_000.0];
/// let picture = Chart::new("Simulation error of the choice probabilities")
///     .x("draws R", Scale::Log)
///     .y("root mean squared error", Scale::Log)
///     .line("1/√R", draws.map(|r: f64| (r, 0.5 / r.sqrt())), Stroke::Reference)
///     .points("pseudo-random", [(100.0, 0.049), (1_000.0, 0.0161), (10_000.0, 0.0048)])
///     .svg();
/// assert!(picture.contains("draws R"));
/// ```
#[derive(Clone, Debug)]
pub struct Chart {
    title: String,
    x: (String, Scale),
    y: (String, Scale),
    series: Vec<Series>,
    vertical: Vec<(String, f64)>,
    horizontal: Vec<(String, f64)>,
    notes: Vec<String>,
}

impl Chart {
    /// An empty chart with linear axes; no title is written if it is empty.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x: Default::default(),
            y: Default::default(),
            series: Vec::new(),
            vertical: Vec::new(),
            horizontal: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The label of the horizontal axis, units included, and its scale.
    pub fn x(mut self, label: impl Into<String>, scale: Scale) -> Self {
        self.x = (label.into(), scale);
        self
    }

    /// The label of the vertical axis, units included, and its scale.
    pub fn y(mut self, label: impl Into<String>, scale: Scale) -> Self {
        self.y = (label.into(), scale);
        self
    }

    /// A line through (x, y) in their order, with a gap where a value has no place.
    pub fn line(self, name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) -> Self {
        self.with(Series::new(name.into(), points).stroked(stroke))
    }

    /// A mark at each (x, y).
    pub fn points(self, name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(Series::new(name.into(), points).marked())
    }

    /// A mark at each (x, y) and a line through them.
    pub fn line_and_points(
        self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
        stroke: Stroke,
    ) -> Self {
        self.with(Series::new(name.into(), points).stroked(stroke).marked())
    }

    /// A mark at each x, y with a vertical bar from low to high: (x, y, low, high).
    ///
    /// A bar runs to the edge of the plot where its end is infinite or not positive on a logarithmic
    /// axis; there is none if an end is NaN.
    pub fn points_with_bars(
        self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64, f64, f64)>,
    ) -> Self {
        let points = points.into_iter().map(|(x, y, low, high)| Point {
            x,
            y,
            bar: Some((low, high)),
        });
        self.with(Series::of(name.into(), points).marked())
    }

    /// A vertical reference line.
    pub fn vertical(mut self, name: impl Into<String>, x: f64) -> Self {
        self.vertical.push((name.into(), x));
        self
    }

    /// A horizontal reference line.
    pub fn horizontal(mut self, name: impl Into<String>, y: f64) -> Self {
        self.horizontal.push((name.into(), y));
        self
    }

    /// A remark below the plot: where the numbers come from.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// The picture, 640 pixels wide.
    pub fn svg(&self) -> String {
        let looks = self.looks();
        let mut legend: Vec<(&str, Look)> = self.series.iter().map(|s| s.name.as_str()).zip(looks.clone()).collect();
        let (vertical, horizontal) = self.reference_looks();
        let references = self.vertical.iter().chain(&self.horizontal);
        let references = references.map(|(name, _)| name.as_str());
        legend.extend(references.zip(vertical.into_iter().chain(horizontal)));

        let mut canvas = Canvas::default();
        let top = frame::header(&mut canvas, &self.title, &legend, WIDTH);
        let all: usize = self.series.iter().map(|series| series.points.len()).sum();
        let left_out: usize = self.series.iter().map(|s| s.left_out(self.x.1, self.y.1)).sum();
        let ranges = self.x_range().zip(self.y_range()).filter(|_| left_out < all);
        let ticks_y = ranges.map(|(_, y)| frame::y_ticks(&y, HEIGHT)).unwrap_or_default();
        let label_room = if self.y.0.trim().is_empty() { 0.0 } else { 22.0 };
        let left = EDGE + label_room + frame::widest(&ticks_y) + 9.0;
        let mut plot = Plot {
            left,
            top,
            width: WIDTH - left - EDGE - 6.0,
            height: HEIGHT,
        };
        let ticks_x = ranges.map(|(x, _)| frame::x_ticks(&x, plot.width)).unwrap_or_default();
        if let Some((x, _)) = &ranges {
            plot.make_room_for_last(x, &ticks_x, WIDTH - EDGE / 2.0);
        }
        frame::y_axis(
            &mut canvas,
            &plot,
            ranges.as_ref().map(|(_, y)| (y, ticks_y.as_slice())),
            &self.y.0,
        );
        let end = frame::x_axis(
            &mut canvas,
            &plot,
            ranges.as_ref().map(|(x, _)| (x, ticks_x.as_slice())),
            &self.x.0,
        );
        frame::axes(&mut canvas, &plot);
        match &ranges {
            Some((x, y)) => self.draw(&mut canvas, &plot, (x, y), &looks),
            None => frame::no_data(&mut canvas, &plot),
        }
        let notes: Vec<String> = self
            .notes
            .iter()
            .cloned()
            .chain(frame::left_out(left_out, &[self.x.1, self.y.1]))
            .collect();
        let height = frame::notes(&mut canvas, &notes, WIDTH, end);
        canvas.document(&self.title, &self.description(), (WIDTH, height))
    }

    fn draw(&self, canvas: &mut Canvas, plot: &Plot, (x, y): (&Range, &Range), looks: &[Look]) {
        let (vertical, horizontal) = self.reference_looks();
        for ((_, at), look) in self
            .vertical
            .iter()
            .zip(&vertical)
            .filter(|((_, at), _)| self.x.1.shows(*at))
        {
            let at = plot.x(x, *at);
            draw_reference(canvas, [(at, plot.top), (at, plot.bottom())], look);
        }
        for ((_, at), look) in self
            .horizontal
            .iter()
            .zip(&horizontal)
            .filter(|((_, at), _)| self.y.1.shows(*at))
        {
            let at = plot.y(y, *at);
            draw_reference(canvas, [(plot.left, at), (plot.right(), at)], look);
        }
        let is_reference = |series: &Series| series.stroke == Some(Stroke::Reference);
        for behind in [true, false] {
            for (series, look) in self.series.iter().zip(looks) {
                if is_reference(series) == behind {
                    series.draw(canvas, plot, (x, self.x.1), (y, self.y.1), look);
                }
            }
        }
    }

    /// The range of x of all that has a place on both axes.
    fn x_range(&self) -> Option<Range> {
        let shown = |point: &&Point| self.y.1.shows(point.y);
        let points = self
            .series
            .iter()
            .flat_map(|s| s.points.iter().filter(shown).map(|p| p.x));
        Range::of(self.x.1, points.chain(self.vertical.iter().map(|(_, x)| *x)))
    }

    fn y_range(&self) -> Option<Range> {
        let shown = |point: &&Point| self.x.1.shows(point.x);
        let points = self.series.iter().flat_map(|s| s.points.iter()).filter(shown);
        let values = points.flat_map(|point| {
            let ends = point.bar.filter(|_| self.y.1.shows(point.y));
            [point.y]
                .into_iter()
                .chain(ends.into_iter().flat_map(|(low, high)| [low, high]))
        });
        Range::of(self.y.1, values.chain(self.horizontal.iter().map(|(_, y)| *y)))
    }

    /// Colours and marks by order; references count on their own.
    fn looks(&self) -> Vec<Look> {
        let (mut coloured, mut references) = (0, 0);
        let looks = self.series.iter().map(|series| {
            let n = if series.stroke == Some(Stroke::Reference) {
                &mut references
            } else {
                &mut coloured
            };
            *n += 1;
            match series.stroke {
                Some(Stroke::Reference) => Look {
                    mark: series.is_marked.then_some(*n - 1),
                    ..reference(*n - 1)
                },
                stroke => Look::of(*n - 1, stroke, series.is_marked),
            }
        });
        looks.collect()
    }

    /// Looks of the vertical and of the horizontal lines, which go on from the series that are references.
    fn reference_looks(&self) -> (Vec<Look>, Vec<Look>) {
        let first = self
            .series
            .iter()
            .filter(|s| s.stroke == Some(Stroke::Reference))
            .count();
        let second = first + self.vertical.len();
        let looks = |from: usize, n: usize| (from..from + n).map(reference).collect();
        (looks(first, self.vertical.len()), looks(second, self.horizontal.len()))
    }

    /// What the picture shows, for those who do not see it.
    fn description(&self) -> String {
        let axis = |(label, scale): &(String, Scale)| match scale {
            Scale::Linear => label.clone(),
            Scale::Log => format!("{label} (log scale)"),
        };
        let names = self.series.iter().map(|series| series.name.as_str());
        let lines = self
            .vertical
            .iter()
            .chain(&self.horizontal)
            .map(|(name, _)| name.as_str());
        let names: Vec<&str> = names.chain(lines).filter(|name| !name.trim().is_empty()).collect();
        format!("{} against {}: {}", axis(&self.y), axis(&self.x), names.join(", "))
    }
}

impl Look {
    /// The look of the n-th series.
    fn of(n: usize, stroke: Option<Stroke>, is_marked: bool) -> Self {
        // Colours that come again are told apart by their dashes.
        let dashes = match stroke {
            Some(Stroke::Dashed) => r#" stroke-dasharray="6 3""#,
            _ if n >= PALETTE.len() => r#" stroke-dasharray="2 2""#,
            _ => "",
        };
        Self {
            colour: PALETTE[n % PALETTE.len()],
            line: stroke.map(|_| format!(r#"stroke-width="1.8"{dashes}"#)),
            mark: is_marked.then_some(n),
        }
    }
}

/// The look of the n-th reference.
fn reference(n: usize) -> Look {
    let dashes = ["5 4", "1.5 3", "9 3 1.5 3"][n % 3];
    Look {
        colour: GREY,
        line: Some(format!(r#"stroke-width="1.2" stroke-dasharray="{dashes}""#)),
        mark: None,
    }
}

/// Draws a reference line across the plot.
fn draw_reference(canvas: &mut Canvas, ends: [(f64, f64); 2], look: &Look) {
    if let Some(line) = &look.line {
        canvas.polyline(&ends, line, look.colour);
    }
}
