//! What stands around the data: title, legend, axes, notes.

use super::canvas::{Anchor, Canvas, GREY, GRID, INK, lines, text_width};
use super::scale::{Range, Scale, Tick};

/// Room at the edge of the picture.
pub(super) const EDGE: f64 = 14.0;

const TITLE: &str = r#"font-size="15" font-weight="bold""#;
pub(super) const LABEL: &str = r#"font-size="13""#;
pub(super) const SMALL: &str = r#"font-size="12""#;

/// The rectangle of the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Plot {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Narrows the plot until the label of its last tick ends left of `limit`.
    pub(super) fn make_room_for_last(&mut self, range: &Range, ticks: &[Tick], limit: f64) {
        let ends = ticks.iter().filter_map(|tick| {
            let label = tick.label.as_ref()?;
            Some(self.x(range, tick.value) + text_width(label, 12.0) / 2.0)
        });
        self.width -= (ends.fold(limit, f64::max) - limit).min(self.width / 2.0);
    }

    pub(super) fn x(&self, range: &Range, value: f64) -> f64 {
        self.left + self.width * range.share(value)
    }

    pub(super) fn y(&self, range: &Range, value: f64) -> f64 {
        self.bottom() - self.height * range.share(value)
    }
}

/// How a series is drawn, in the plot and in the legend.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub colour: &'static str,
    /// Attributes of the line; `None` for no line.
    pub line: Option<String>,
    pub mark: Option<usize>,
}

/// Writes title and legend from the top of a picture so many pixels wide; returns where the plot may
/// begin.
pub(super) fn header(canvas: &mut Canvas, title: &str, legend: &[(&str, Look)], width: f64) -> f64 {
    let (left, width) = (EDGE, width - 2.0 * EDGE);
    let mut y = EDGE;
    // Bold letters are wider.
    for line in lines(title, 15.0 * 1.1, width) {
        y += 15.0;
        canvas.text((left, y), Anchor::Start, TITLE, &line);
        y += 5.0;
    }
    y += 3.0;
    let legend: Vec<_> = legend.iter().filter(|(name, _)| !name.trim().is_empty()).collect();
    const SAMPLE: f64 = 26.0;
    const GAP: f64 = 6.0;
    const BETWEEN: f64 = 20.0;
    let mut x = left;
    for (i, (name, look)) in legend.iter().enumerate() {
        let sample = if look.line.is_some() { SAMPLE } else { SAMPLE / 3.0 };
        let room = width - sample - GAP;
        let taken = sample + GAP + text_width(name, 12.0).min(room);
        if i == 0 || x + taken > left + width {
            x = left;
            y += if i == 0 { 12.0 } else { 19.0 };
        }
        if let Some(line) = &look.line {
            canvas.polyline(&[(x, y), (x + sample, y)], line, look.colour);
        }
        if let Some(mark) = look.mark {
            canvas.mark(mark, (x + sample / 2.0, y), look.colour);
        }
        canvas.shortened((x + sample + GAP, y + 4.2), Anchor::Start, SMALL, name, room);
        x += taken + BETWEEN;
    }
    y + if legend.is_empty() { 7.0 } else { 20.0 }
}

/// Ticks of a horizontal axis so many pixels wide, their labels apart from each other.
pub(super) fn x_ticks(range: &Range, width: f64) -> Vec<Tick> {
    range.ticks(|ticks| {
        ticks.windows(2).all(|pair| {
            let apart = width * (range.share(pair[1].value) - range.share(pair[0].value));
            let half = |tick: &Tick| tick.label.as_ref().map_or(0.0, |label| text_width(label, 12.0) / 2.0);
            apart >= half(&pair[0]) + half(&pair[1]) + 14.0
        })
    })
}

/// Ticks of a vertical axis so many pixels high.
pub(super) fn y_ticks(range: &Range, height: f64) -> Vec<Tick> {
    range.ticks(|ticks| {
        let apart = |pair: &[Tick]| height * (range.share(pair[1].value) - range.share(pair[0].value));
        ticks.windows(2).all(|pair| apart(pair) >= 28.0)
    })
}

/// Width of the longest label.
pub(super) fn widest(ticks: &[Tick]) -> f64 {
    let labels = ticks.iter().filter_map(|tick| tick.label.as_deref());
    labels.map(|label| text_width(label, 12.0)).fold(0.0, f64::max)
}

/// Grid and labels of the horizontal axis below the plot; returns where what follows may begin.
pub(super) fn x_axis(canvas: &mut Canvas, plot: &Plot, axis: Option<(&Range, &[Tick])>, label: &str) -> f64 {
    let mut y = plot.bottom();
    if let Some((range, ticks)) = axis {
        for tick in ticks {
            let x = plot.x(range, tick.value);
            let long = if tick.label.is_some() { 5.0 } else { 3.0 };
            if let Some(label) = &tick.label {
                canvas.line((x, plot.top), (x, y), &hairline(GRID));
                canvas.text((x, y + 19.0), Anchor::Middle, SMALL, label);
            }
            canvas.line((x, y), (x, y + long), &hairline(INK));
        }
        y += 23.0;
    }
    if !label.trim().is_empty() {
        y += 18.0;
        canvas.shortened(
            (plot.left + plot.width / 2.0, y),
            Anchor::Middle,
            LABEL,
            label,
            plot.width,
        );
    }
    y + EDGE
}

/// Grid and labels of the vertical axis left of the plot.
pub(super) fn y_axis(canvas: &mut Canvas, plot: &Plot, axis: Option<(&Range, &[Tick])>, label: &str) {
    if let Some((range, ticks)) = axis {
        for tick in ticks {
            let y = plot.y(range, tick.value);
            let long = if tick.label.is_some() { 5.0 } else { 3.0 };
            if let Some(label) = &tick.label {
                canvas.line((plot.left, y), (plot.right(), y), &hairline(GRID));
                canvas.text((plot.left - 9.0, y + 4.2), Anchor::End, SMALL, label);
            }
            canvas.line((plot.left - long, y), (plot.left, y), &hairline(INK));
        }
    }
    if !label.trim().is_empty() {
        let (x, y) = (EDGE + 11.0, plot.top + plot.height / 2.0);
        let turned = format!(r#"{LABEL} transform="rotate(-90 {x:.2} {y:.2})""#);
        canvas.shortened((x, y), Anchor::Middle, &turned, label, plot.height);
    }
}

/// The lines at the left and at the bottom.
pub(super) fn axes(canvas: &mut Canvas, plot: &Plot) {
    let corner = (plot.left, plot.bottom());
    canvas.line((plot.left, plot.top), corner, &hairline(INK));
    canvas.line(corner, (plot.right(), plot.bottom()), &hairline(INK));
}

/// Says in the middle of the plot that there is nothing in it.
pub(super) fn no_data(canvas: &mut Canvas, plot: &Plot) {
    let middle = (plot.left + plot.width / 2.0, plot.top + plot.height / 2.0);
    canvas.text(middle, Anchor::Middle, &format!(r#"{LABEL} fill="{GREY}""#), "no data");
}

/// Writes notes from `y` down in a picture so many pixels wide and returns its height.
pub(super) fn notes(canvas: &mut Canvas, notes: &[String], width: f64, mut y: f64) -> f64 {
    for line in notes.iter().flat_map(|note| lines(note, 11.0, width - 2.0 * EDGE)) {
        y += 11.0;
        canvas.text(
            (EDGE, y),
            Anchor::Start,
            &format!(r#"font-size="11" fill="{GREY}""#),
            &line,
        );
        y += 4.0;
    }
    if notes.is_empty() { y } else { y + EDGE - 4.0 }
}

/// What a picture leaves out, said in it.
pub(super) fn left_out(n: usize, scales: &[Scale]) -> Option<String> {
    let (value, has) = if n == 1 { ("value", "has") } else { ("values", "have") };
    let why = if scales.contains(&Scale::Log) {
        "not finite, or ≤ 0 on a log axis"
    } else {
        "not finite"
    };
    (n > 0).then(|| format!("Not shown: {n} {value} that {has} no place on the axes ({why})"))
}

pub(super) fn hairline(colour: &str) -> String {
    format!(r#"stroke="{colour}" stroke-width="0.8""#)
}
