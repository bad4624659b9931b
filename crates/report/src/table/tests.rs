use super::*;

fn numbers() -> Table {
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Value", Align::Decimal),
        ("From to", Align::Decimal),
        ("", Align::Decimal),
    ])
    .span_header(2, 2);
    table.row(["a", "-1.50", "1", "2.5"]);
    table.row(["b_c|d", "250.25", "-10.0", "-"]);
    table.row_with_note(["c", "1.2e-12"], "held <5 %");
    table.rule();
    table.row(["sum", "3"]);
    table
}

#[test]
fn text_stands_on_the_decimal_point() {
    let expected = "\
Name       Value   From to
────────────────────────────
a       -1.50       1    2.5
b_c|d  250.25     -10.0  -
c        1.2e-12  held <5 %
────────────────────────────
sum      3
";
    assert_eq!(numbers().text(), expected);
}

#[test]
fn markdown_is_aligned_and_escaped() {
    let expected = "\
| Name   |   Value |   From to |     |
| ------ | ------: | --------: | --: |
| a      |   -1.50 |         1 | 2.5 |
| b_c\\|d |  250.25 |     -10.0 |   - |
| c      | 1.2e-12 | held <5 % |     |
| sum    |       3 |           |     |
";
    assert_eq!(numbers().markdown(), expected);
}

#[test]
fn latex_has_rules_and_spans() {
    let expected = "\
\\begin{tabular}{@{}lrrr@{}}
\\toprule
Name & Value & \\multicolumn{2}{c}{From to} \\\\
\\midrule
a & $-1.50$ & $1$ & $2.5$ \\\\
b\\_c\\textbar{}d & $250.25$ & $-10.0$ & -- \\\\
c & $1.2\\times 10^{-12}$ & \\multicolumn{2}{l}{held \\textless{}5 \\%} \\\\
\\midrule
sum & $3$ \\\\
\\bottomrule
\\end{tabular}
";
    assert_eq!(numbers().latex(), expected);
}

#[test]
fn long_names_give_way() {
    let mut table = Table::new([("Name", Align::Left), ("Value", Align::Right)]).at_most(30);
    table.row(["a_name_of_twenty_five_chars", "12345"]);
    table.row(["short", "1"]);
    let expected = "\
Name                     Value
──────────────────────────────
a_name_of_twenty_five_chars
                         12345
short                        1
";
    assert_eq!(table.text(), expected);
}

#[test]
fn narrow_tables_stretch_to_their_width() {
    let mut table = Table::new([("", Align::Left), ("", Align::Right)])
        .at_least(20)
        .indent(2);
    table.row(["a", "1"]);
    assert_eq!(table.text(), "  a                1\n");
}

#[test]
fn names_with_escapes_stay_on_their_line() {
    let mut table = Table::new([("", Align::Left), ("", Align::Right)]);
    table.row(["a\n\u{1b}[31mb", "1"]);
    assert_eq!(table.text(), "a  [31mb  1\n");
}

#[test]
fn style_adds_escapes_and_nothing_else() {
    let plain = numbers().text();
    let styled = numbers().styled(Style::Ansi);
    assert_ne!(plain, styled);
    let mut stripped = styled;
    for code in ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(plain, stripped);
}

#[test]
#[should_panic(expected = "no more cells than the table has columns")]
fn a_row_that_is_too_long_is_a_bug() {
    Table::new([("a", Align::Left)]).row(["1", "2"]);
}

#[test]
fn what_is_too_wide_moves_together_from_the_left() {
    let mut table = Table::new([
        ("", Align::Left),
        ("First", Align::Right),
        ("Second", Align::Right),
        ("Third", Align::Right),
    ]);
    table.row(["a_name_of_21_the_long", "1", "2", "3"]);
    let heads = |table: &Table, width: usize| {
        let text = table.clone().at_most(width).text();
        text.lines().next().unwrap_or_default().to_owned()
    };
    // Three columns together make room for the name; from 39 on it has a line of its own, and they need not.
    assert_eq!(heads(&table, 43), format!("{}  First  Second  Third", " ".repeat(21)));
    assert_eq!(heads(&table, 42), format!("{} First  Second  Third", " ".repeat(21)));
    assert_eq!(heads(&table, 41), format!("{} First Second  Third", " ".repeat(21)));
    assert_eq!(heads(&table, 40), format!("{} First Second Third", " ".repeat(21)));
    assert_eq!(heads(&table, 39), format!("{}  First  Second  Third", " ".repeat(17)));
    assert_eq!(heads(&table, 37), format!("{} First  Second  Third", " ".repeat(16)));
    assert_eq!(heads(&table, 10), format!("{} First Second Third", " ".repeat(16)));
}
