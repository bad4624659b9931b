//! A result made of facts, tables and remarks, in every form that people read.

use serde::Serialize;

use crate::text::{WIDTH, labelled, one_line, width, wrap};
use crate::{Format, Style, Table, json, latex as tex, markdown as md};

/// Least width of the labels of facts.
const LABEL: usize = 18;

/// A page under construction; empty parts are not written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub title: String,
    /// One line below the title.
    pub subtitle: String,
    pub facts: Vec<(String, String)>,
    /// Tables with their headings; LaTeX has the first only, its heading in the caption.
    pub tables: Vec<(String, Table)>,
    /// Sentences below everything.
    pub notes: Vec<String>,
}

impl Page {
    pub fn new(title: impl Into<String>, subtitle: impl Into<String>) -> Page {
        Page {
            title: title.into(),
            subtitle: subtitle.into(),
            ..Page::default()
        }
    }

    pub fn fact(&mut self, label: impl Into<String>, value: impl Into<String>) {
        self.facts.push((label.into(), value.into()));
    }

    pub fn table(&mut self, heading: impl Into<String>, table: Table) {
        self.tables.push((heading.into(), table));
    }

    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// In a format; JSON is the value itself, CSV the given text.
    pub fn write(&self, format: Format, style: Style, value: &impl Serialize, csv: impl FnOnce() -> String) -> String {
        match format {
            Format::Text => self.text(style),
            Format::Json => json::pretty(value),
            Format::Csv => csv(),
            Format::Latex => self.latex(),
            Format::Markdown => self.markdown(),
        }
    }

    fn text(&self, style: Style) -> String {
        let mut text = style.bold(&one_line(&self.title)) + "\n";
        if !self.subtitle.is_empty() {
            text.push_str(&wrap(&self.subtitle, "", WIDTH));
        }
        if !self.facts.is_empty() {
            text.push('\n');
        }
        let room = self
            .facts
            .iter()
            .map(|(label, _)| width(label) + 2)
            .fold(LABEL, usize::max);
        for (label, value) in &self.facts {
            text.push_str(&labelled(label, value, room));
        }
        for (heading, table) in self.tables.iter().filter(|(_, table)| !table.is_empty()) {
            text.push('\n');
            if !heading.is_empty() {
                text.push_str(&wrap(heading, "", WIDTH));
            }
            text.push_str(&table.styled(style));
        }
        for note in &self.notes {
            text.push('\n');
            text.push_str(&wrap(note, "", WIDTH));
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = format!("## {}\n", md::escape(&self.title));
        if !self.subtitle.is_empty() {
            text.push_str(&format!("\n{}\n", md::escape(&self.subtitle)));
        }
        for (position, (label, value)) in self.facts.iter().enumerate() {
            let gap = if position == 0 { "\n" } else { "" };
            text.push_str(&format!("{gap}- {}: {}\n", md::escape(label), md::escape(value)));
        }
        for (heading, table) in self.tables.iter().filter(|(_, table)| !table.is_empty()) {
            text.push('\n');
            if !heading.is_empty() {
                text.push_str(&format!("{}\n\n", md::escape(heading)));
            }
            text.push_str(&table.markdown());
        }
        for note in &self.notes {
            text.push_str(&format!("\n{}\n", md::escape(note)));
        }
        text
    }

    fn latex(&self) -> String {
        let mut notes: Vec<String> = self
            .facts
            .iter()
            .map(|(label, value)| format!("{}: {}.", tex::escape(label), tex::escape(value)))
            .collect();
        notes.extend(self.notes.iter().map(|note| tex::escape(note)));
        let (heading, body) = match self.tables.iter().find(|(_, table)| !table.is_empty()) {
            Some((heading, table)) => (heading.as_str(), table.latex()),
            None => ("", String::new()),
        };
        let caption = if heading.is_empty() {
            self.title.clone()
        } else {
            format!("{}. {heading}", self.title)
        };
        tex::float(&tex::escape(&caption), &self.title, &body, &[notes.join(" ")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Align;

    fn page() -> Page {
        let mut table = Table::new([("Name", Align::Left), ("Share", Align::Decimal)]);
        table.row(["a_b", "12.5%"]);
        let mut page = Page::new("A title", "What it is.");
        page.fact("Draws", "1,000");
        page.table("Shares", table);
        page.table("Nothing", Table::new([("Empty", Align::Left)]));
        page.note("A remark.");
        page
    }

    #[test]
    fn text_has_all_parts_but_empty_tables() {
        assert_eq!(
            page().text(Style::Plain),
            "A title\nWhat it is.\n\nDraws             1,000\n\nShares\nName  Share\n───────────\na_b   12.5%\n\nA remark.\n"
        );
    }

    #[test]
    fn markdown_and_latex_escape() {
        let markdown = page().markdown();
        assert!(
            markdown.starts_with("## A title\n\nWhat it is.\n\n- Draws: 1,000\n\nShares\n\n| Name"),
            "{markdown}"
        );
        let latex = page().latex();
        for part in ["\\caption{A title. Shares}", "a\\_b & ", "Draws: 1,000. A remark."] {
            assert!(latex.contains(part), "{latex}");
        }
    }

    #[test]
    fn json_and_csv_are_handed_in() {
        let json = page().write(Format::Json, Style::Plain, &[1.5], || unreachable!());
        assert_eq!(json, "[\n  1.5\n]\n");
        assert_eq!(
            page().write(Format::Csv, Style::Plain, &(), || "a,b\n".to_owned()),
            "a,b\n"
        );
    }
}
