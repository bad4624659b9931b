use resvg::usvg::roxmltree::{Document, Node};

use super::*;

/// Contents of the text elements, in order.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("charts are well-formed");
    let elements = document.descendants().filter(|node| node.has_tag_name("text"));
    elements
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

fn attribute(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name)
        .expect("it is there")
        .parse()
        .expect("it is a number")
}

/// Centres of the round marks of a colour in the plot: right of its axis, below its top.
fn circles(svg: &str, colour: &str) -> Vec<(f64, f64)> {
    let (left, top, _, _) = plot(svg);
    let document = Document::parse(svg).unwrap();
    let circles = document.descendants().filter(|node| node.has_tag_name("circle"));
    circles
        .filter(|node| node.attribute("fill") == Some(colour))
        .map(|node| (attribute(node, "cx"), attribute(node, "cy")))
        .filter(|(x, y)| *x >= left && *y >= top)
        .collect()
}

/// Left, top, right, bottom of the plot by its axes: the only lines in ink that are that long.
fn plot(svg: &str) -> (f64, f64, f64, f64) {
    let document = Document::parse(svg).unwrap();
    let lines = document.descendants().filter(|node| node.has_tag_name("line"));
    let ends = |node: Node<'_, '_>| ["x1", "y1", "x2", "y2"].map(|name| attribute(node, name));
    let ink: Vec<[f64; 4]> = lines
        .filter(|node| node.attribute("stroke") == Some(canvas::INK))
        .map(ends)
        .filter(|[x1, y1, x2, y2]| (x2 - x1).abs() + (y2 - y1).abs() > 20.0)
        .collect();
    let [[left, top, _, bottom], [_, _, right, _]] = ink[..] else {
        panic!("two axes, not {}", ink.len());
    };
    (left, top, right, bottom)
}

fn chart() -> Chart {
    let draws = [100.0, 1e3, 1e4];
    Chart::new("Error of <P> & \"more\"")
        .x("draws R", Scale::Log)
        .y("error (utils)", Scale::Log)
        .line("1/√R", draws.map(|r: f64| (r, 1.0 / r.sqrt())), Stroke::Reference)
        .points("RMS", draws.map(|r: f64| (r, 0.9 / r.sqrt())))
        .vertical("default", 500.0)
        .note("seed 1")
}

#[test]
fn all_words_are_there() {
    let svg = chart().svg();
    let texts = texts(&svg);
    for expected in [
        "Error of <P> & \"more\"",
        "1/√R",
        "RMS",
        "default",
        "draws R",
        "error (utils)",
        "seed 1",
        "10²",
        "10³",
        "10⁴",
        "10⁻¹",
        "10⁻²",
    ] {
        assert!(texts.iter().any(|text| text == expected), "{expected:?} in {texts:?}");
    }
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("aria-label"), Some("Error of <P> & \"more\""));
    assert_eq!(root.attribute("role"), Some("img"));
    let title = root.children().find(|node| node.has_tag_name("title")).unwrap();
    assert_eq!(title.text(), Some("Error of <P> & \"more\""));
    let description = root.children().find(|node| node.has_tag_name("desc")).unwrap();
    assert_eq!(
        description.text(),
        Some("error (utils) (log scale) against draws R (log scale): 1/√R, RMS, default")
    );
}

#[test]
fn same_input_same_bytes() {
    assert_eq!(chart().svg(), chart().svg());
}

/// Equal ratios are equal distances, and the third point lies as far from the second as that from
/// the first.
#[test]
fn points_stand_where_their_values_say() {
    let svg = chart().svg();
    let marks = circles(&svg, PALETTE[0]);
    let (left, top, right, bottom) = plot(&svg);
    assert_eq!(marks.len(), 3);
    for (x, y) in &marks {
        assert!(left < *x && *x < right && top < *y && *y < bottom);
    }
    // Coordinates are rounded to 0.01.
    assert!((marks[2].0 - 2.0 * marks[1].0 + marks[0].0).abs() < 0.03);
    assert!((marks[2].1 - 2.0 * marks[1].1 + marks[0].1).abs() < 0.03);
    assert!(
        marks[0].0 < marks[1].0 && marks[0].1 < marks[1].1,
        "x to the right, errors down"
    );
}

#[test]
fn points_stay_inside_whatever_their_range() {
    for scale in [Scale::Linear, Scale::Log] {
        for values in [
            vec![1e-9, 3e-9],
            vec![2e12, 7e12],
            vec![1e-300, 1e300],
            vec![-5.0, 1e-3, 1e6],
            vec![7.0],
            vec![7.0, 7.0],
            vec![0.0, 0.0, 1e5],
            vec![f64::MIN, 1.0, f64::MAX, f64::NAN, f64::INFINITY],
        ] {
            let points = values.iter().map(|value| (*value, *value));
            let svg = Chart::new("t").x("x", scale).y("y", scale).points("", points).svg();
            assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{values:?}");
            let marks = circles(&svg, PALETTE[0]);
            let (left, top, right, bottom) = plot(&svg);
            let shown = values.iter().filter(|value| scale.shows(**value)).count();
            assert_eq!(marks.len(), shown, "{values:?}");
            assert!(
                marks
                    .iter()
                    .all(|(x, y)| left < *x && *x < right && top < *y && *y < bottom),
                "{values:?}: {marks:?}"
            );
        }
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let note = |chart: Chart| {
        texts(&chart.svg())
            .into_iter()
            .find(|text| text.starts_with("Not shown"))
    };
    let points = [(1.0, 1.0), (2.0, f64::NAN), (-1.0, 3.0), (f64::INFINITY, 1.0)];
    let chart = Chart::new("").points("a", points);
    assert_eq!(
        note(chart.clone()).as_deref(),
        Some("Not shown: 2 values that have no place on the axes (not finite)")
    );
    assert_eq!(
        note(chart.x("x", Scale::Log)).as_deref(),
        Some("Not shown: 3 values that have no place on the axes (not finite, or ≤ 0 on a log axis)")
    );
    assert_eq!(
        note(Chart::new("").points("a", [(1.0, 1.0), (2.0, f64::NAN)])).as_deref(),
        Some("Not shown: 1 value that has no place on the axes (not finite)")
    );
    assert_eq!(note(Chart::new("").points("a", [(1.0, 1.0)])), None);
}

#[test]
fn nothing_to_show_is_said() {
    for chart in [
        Chart::new("t"),
        Chart::new("t").points("a", [(f64::NAN, 1.0)]),
        Chart::new("t")
            .x("x", Scale::Log)
            .line("a", [(0.0, 1.0)], Stroke::Solid),
        Chart::new("t").vertical("v", 1.0).horizontal("h", 2.0),
    ] {
        assert!(texts(&chart.svg()).contains(&"no data".to_owned()));
    }
    let lost = Whisker::new("lost", f64::NAN, 0.0, 1.0);
    for picture in [
        DotAndWhisker::new("t"),
        DotAndWhisker::new("t").rows("", [lost]),
        DotAndWhisker::new("t").reference("zero", 0.0),
    ] {
        assert!(texts(&picture.svg()).contains(&"no data".to_owned()));
    }
    assert!(!texts(&chart().svg()).contains(&"no data".to_owned()));
}

#[test]
fn lines_break_where_a_value_is_missing() {
    let points = [
        (0.0, 1.0),
        (1.0, 2.0),
        (2.0, f64::NAN),
        (3.0, 1.0),
        (4.0, f64::NAN),
        (5.0, 0.0),
        (6.0, 1.0),
    ];
    let svg = Chart::new("").line("", points, Stroke::Solid).svg();
    assert_eq!(svg.matches("<polyline").count(), 2);
    // The point alone between two gaps.
    assert_eq!(circles(&svg, PALETTE[0]).len(), 1);
}

/// Heights of the vertical lines of a colour: bars, not the strokes across their ends.
fn bars(svg: &str, colour: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(svg).unwrap();
    let lines = document.descendants().filter(|node| node.has_tag_name("line"));
    lines
        .filter(|node| node.attribute("stroke") == Some(colour) && attribute(*node, "x1") == attribute(*node, "x2"))
        .map(|node| (attribute(node, "y1"), attribute(node, "y2")))
        .collect()
}

#[test]
fn bars_run_to_the_edge_where_they_have_no_end() {
    let svg = Chart::new("")
        .x("x", Scale::Linear)
        .y("y", Scale::Log)
        .points_with_bars(
            "",
            [
                (1.0, 10.0, 5.0, 20.0),
                (2.0, 10.0, -1.0, 20.0),
                (3.0, 10.0, 5.0, f64::INFINITY),
                (4.0, 10.0, f64::NAN, 20.0),
                (5.0, 10.0, 20.0, 5.0),
            ],
        )
        .svg();
    let (_, top, _, bottom) = plot(&svg);
    let bars = bars(&svg, PALETTE[0]);
    assert_eq!(bars.len(), 4, "none with an end that is not a number");
    assert!(top < bars[0].1 && bars[0].1 < bars[0].0 && bars[0].0 < bottom);
    assert_eq!(bars[1], (bottom, bars[0].1));
    assert_eq!(bars[2], (bars[0].0, top));
    assert_eq!(bars[3], bars[0], "the order of the ends does not matter");
    let horizontal = |line: &&str| line.contains(PALETTE[0]) && line.contains("<line");
    // Four bars; two strokes across two of them, one across the two that are open.
    assert_eq!(svg.lines().filter(horizontal).count(), 4 + 2 + 2 + 1 + 1);
}

#[test]
fn rows_share_a_label_and_keep_their_order() {
    let picture = DotAndWhisker::new("Bias <%>")
        .x("standard errors", Scale::Linear)
        .reference("no bias", 0.0)
        .rows(
            "small",
            [
                Whisker::new("cost", 0.1, -0.1, 0.3),
                Whisker::new("time", -0.2, -0.4, 0.0),
            ],
        )
        .rows(
            "large",
            [
                Whisker::new("time", 0.0, -0.1, 0.1),
                Whisker::new("asc <1>", 0.1, 0.0, 0.2),
            ],
        );
    let svg = picture.svg();
    let texts = texts(&svg);
    let labels: Vec<&String> = texts
        .iter()
        .filter(|text| ["cost", "time", "asc <1>"].contains(&text.as_str()))
        .collect();
    assert_eq!(labels, ["cost", "time", "asc <1>"]);
    for expected in ["Bias <%>", "small", "large", "no bias", "standard errors"] {
        assert!(texts.iter().any(|text| text == expected), "{expected}");
    }
    let dots = circles(&svg, PALETTE[0]);
    assert_eq!(dots.len(), 2);
    assert!(dots[0].1 < dots[1].1 && dots[0].0 > dots[1].0);
    assert_eq!(svg, picture.svg());
}

#[test]
fn long_names_are_cut_and_kept_whole_for_those_who_point_at_them() {
    let name = "a parameter whose name is much too long to stand beside any plot";
    let svg = DotAndWhisker::new("t")
        .rows("", [Whisker::new(name, 1.0, 0.0, 2.0)])
        .svg();
    assert!(svg.contains(&format!("<title>{name}</title>")));
    let label = texts(&svg).into_iter().find(|text| text.ends_with('…')).unwrap();
    assert!(name.starts_with(label.trim_end_matches('…')));
}

/// Labels of an axis must not touch: checked with the widths that layout counts with.
#[test]
fn labels_of_ticks_stay_apart() {
    for values in [[0.0, 1.0], [1e9, 1e9 + 4.0], [-1.2345e-8, 1e-8], [0.0, 99999.0]] {
        let svg = Chart::new("")
            .x("x", Scale::Linear)
            .points("", values.map(|x| (x, x)))
            .svg();
        let (left, _, _, bottom) = plot(&svg);
        let document = Document::parse(&svg).unwrap();
        let spans: Vec<(f64, f64)> = document
            .descendants()
            .filter(|node| node.has_tag_name("text") && node.attribute("text-anchor") == Some("middle"))
            .filter(|node| (attribute(*node, "y") - bottom - 19.0).abs() < 0.1)
            .map(|node| {
                let half = canvas::text_width(node.text().unwrap(), 12.0) / 2.0;
                (attribute(node, "x") - half, attribute(node, "x") + half)
            })
            .collect();
        assert!(spans.len() >= 2 || values[0] >= 1e9, "{values:?}: {spans:?}");
        assert!(
            spans.windows(2).all(|pair| pair[0].1 < pair[1].0),
            "{values:?}: {spans:?}"
        );
        assert!(
            spans.iter().all(|(_, end)| *end <= WIDTH),
            "{values:?}: {spans:?} from {left}"
        );
    }
}
