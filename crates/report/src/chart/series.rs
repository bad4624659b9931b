//! One series of points, and how it is drawn.

use super::Stroke;
use super::canvas::Canvas;
use super::frame::{Look, Plot};
use super::scale::{Range, Scale};

#[derive(Clone, Debug)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
    /// Ends of the vertical bar.
    pub bar: Option<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Series {
    pub name: String,
    pub points: Vec<Point>,
    pub stroke: Option<Stroke>,
    pub is_marked: bool,
}

impl Series {
    pub(super) fn new(name: String, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter();
        Self::of(name, points.map(|(x, y)| Point { x, y, bar: None }))
    }

    pub(super) fn of(name: String, points: impl IntoIterator<Item = Point>) -> Self {
        Self {
            name,
            points: points.into_iter().collect(),
            stroke: None,
            is_marked: false,
        }
    }

    pub(super) fn stroked(mut self, stroke: Stroke) -> Self {
        self.stroke = Some(stroke);
        self
    }

    pub(super) fn marked(mut self) -> Self {
        self.is_marked = true;
        self
    }

    /// Points without a place on the axes.
    pub(super) fn left_out(&self, x: Scale, y: Scale) -> usize {
        let shown = |point: &&Point| x.shows(point.x) && y.shows(point.y);
        self.points.len() - self.points.iter().filter(shown).count()
    }

    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        plot: &Plot,
        (x, scale_x): (&Range, Scale),
        (y, scale_y): (&Range, Scale),
        look: &Look,
    ) {
        let place = |point: &Point| {
            let shown = scale_x.shows(point.x) && scale_y.shows(point.y);
            shown.then(|| (plot.x(x, point.x), plot.y(y, point.y)))
        };
        let places: Vec<Option<(f64, f64)>> = self.points.iter().map(place).collect();
        if let Some(line) = &look.line {
            for part in places.split(|place| place.is_none()) {
                let part: Vec<(f64, f64)> = part.iter().flatten().copied().collect();
                canvas.polyline(&part, line, look.colour);
            }
        }
        let Some(mark) = look.mark else { return };
        for (point, place) in self.points.iter().zip(&places) {
            let ends = point.bar.and_then(|(low, high)| interval(y, scale_y, low, high));
            if let (Some((at, _)), Some(ends)) = (place, ends) {
                let ends = ends.map(|end| ((*at, plot.bottom() - plot.height * end.share), end.is_open));
                whisker(canvas, ends, (3.5, 0.0), look.colour);
            }
        }
        for place in places.iter().flatten() {
            canvas.mark(mark, *place, look.colour);
        }
    }
}

/// Where an interval ends on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    /// Of the axis's length.
    pub share: f64,
    /// The interval goes on beyond the axis.
    pub is_open: bool,
}

/// Both ends of an interval, in ascending order; `None` if one is not a number.
pub(super) fn interval(range: &Range, scale: Scale, low: f64, high: f64) -> Option<[End; 2]> {
    if low.is_nan() || high.is_nan() {
        return None;
    }
    let end = |value: f64| {
        let is_open = !scale.shows(value);
        let share = match is_open {
            false => range.share(value),
            // Above the largest magnitude, or below the smallest of the scale.
            true if value > 1.0 => 1.0,
            true => 0.0,
        };
        End { share, is_open }
    };
    Some([end(low.min(high)), end(low.max(high))])
}

/// A thin line between two ends, with a stroke across each that is not open.
///
/// `across`: half the stroke.
pub(super) fn whisker(canvas: &mut Canvas, ends: [((f64, f64), bool); 2], across: (f64, f64), colour: &str) {
    let style = format!(r#"stroke="{colour}" stroke-width="1.3""#);
    canvas.line(ends[0].0, ends[1].0, &style);
    for ((x, y), is_open) in ends {
        if !is_open {
            canvas.line((x - across.0, y - across.1), (x + across.0, y + across.1), &style);
        }
    }
}
