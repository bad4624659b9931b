//! The model file in pieces, and how they are put on paper.

use logsum_data::{Confidence, Guess, Table};

use super::missing::plural;
use super::writing::{comment, key, quoted};

/// What will stand in the model file.
#[derive(Default)]
pub(super) struct Draft {
    /// "wide" or "long", and what that means here.
    pub layout: (&'static str, String),
    /// Entries of `[data]` as key, value and comment.
    pub data: Vec<(String, String, String)>,
    /// Entries of `[data]` that are left out for now, as they would stand there, with a comment.
    pub options: Vec<(String, String)>,
    /// `[alternatives]` of wide data: name, entry, comment.
    pub alternatives: Vec<(String, String, String)>,
    /// What is said above `[alternatives]`.
    pub about_alternatives: Vec<String>,
    /// Parameters with a comment each.
    pub parameters: Vec<(String, String)>,
    /// Utilities: name and expression.
    pub utility: Vec<(String, String)>,
    /// What is said above `[utility]`.
    pub about_utility: Vec<String>,
    /// What is said at the end: what was left out, and what could be added.
    pub afterwards: Vec<String>,
}

impl Draft {
    pub fn entry(&mut self, key: &str, value: &str, comment: String) {
        self.data.push((key.to_owned(), quoted(value), comment));
    }

    pub fn parameter(&mut self, name: &str, comment: String) {
        self.parameters.push((name.to_owned(), comment));
    }

    /// The text of the file.
    pub fn write(&self, table: &Table, file: &str) -> String {
        let name = &table.source.name;
        let mut text = String::new();
        for line in [
            format!(
                "A starter model for {name}, from a look at its {} {} and {} {}.",
                table.n_rows,
                plural(table.n_rows, "row"),
                table.columns.len(),
                plural(table.columns.len(), "column")
            ),
            "The guesses say why they were made: check them, correct what is wrong, and make the model yours."
                .to_owned(),
        ] {
            paragraph(&mut text, &line);
        }
        text += &format!("\ntitle = {}\n\n[data]\n", quoted(&format!("{name}: starter model")));

        let (layout, meaning) = &self.layout;
        let mut entries = vec![
            ("file".to_owned(), quoted(file), String::new()),
            ("layout".to_owned(), quoted(layout), meaning.clone()),
        ];
        entries.extend(self.data.iter().cloned());
        table_lines(&mut text, &entries);
        for (entry, comment_) in &self.options {
            text += &format!("# {}   # {}\n", comment(entry), comment(comment_));
        }
        if !self.alternatives.is_empty() {
            text.push('\n');
            self.about_alternatives
                .iter()
                .for_each(|line| paragraph(&mut text, line));
            text += "[alternatives]\n";
            table_lines(&mut text, &self.alternatives);
        }
        text += "\n[parameters]                # starting values\n";
        let parameters: Vec<_> = self
            .parameters
            .iter()
            .map(|(name, comment)| (name.clone(), "0.0".to_owned(), comment.clone()))
            .collect();
        table_lines(&mut text, &parameters);
        text.push('\n');
        self.about_utility.iter().for_each(|line| paragraph(&mut text, line));
        text += "[utility]\n";
        let utility: Vec<_> = self
            .utility
            .iter()
            .map(|(name, expression)| (name.clone(), quoted(expression), String::new()))
            .collect();
        table_lines(&mut text, &utility);
        if !self.afterwards.is_empty() {
            text.push('\n');
            self.afterwards.iter().for_each(|line| paragraph(&mut text, line));
        }
        text
    }
}

/// A guess as a comment: the reason, and how far it is to be trusted.
pub(super) fn because<T>(guess: &Guess<T>) -> String {
    match guess.confidence {
        Confidence::Strong => guess.reason.clone(),
        Confidence::Fair => format!("probably: {}", guess.reason),
        Confidence::Weak => format!("CHECK, little speaks for it: {}", guess.reason),
    }
}

/// `key = value   # comment`, aligned.
fn table_lines(text: &mut String, entries: &[(String, String, String)]) {
    let keys: Vec<String> = entries.iter().map(|(name, _, _)| key(name)).collect();
    let width = |lengths: &mut dyn Iterator<Item = usize>| lengths.filter(|length| *length <= 60).max().unwrap_or(0);
    let key_width = width(&mut keys.iter().map(|key| key.chars().count()));
    let with_comment = entries.iter().filter(|(_, _, comment)| !comment.is_empty());
    let value_width = width(&mut with_comment.map(|(_, value, _)| value.chars().count()));
    for (key, (_, value, said)) in keys.iter().zip(entries) {
        *text += &match said.is_empty() {
            true => format!("{key:key_width$} = {value}\n"),
            false => format!("{key:key_width$} = {value:value_width$}   # {}\n", comment(said)),
        };
    }
}

/// A comment over as many lines as it takes.
fn paragraph(text: &mut String, said: &str) {
    const WIDTH: usize = 110;
    let said = comment(said);
    let mut line = String::from("#");
    for word in said.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line != "#" {
            *text += &line;
            text.push('\n');
            // Later lines are set in, so that one can see where a remark begins.
            line = String::from("#  ");
        }
        line.push(' ');
        line += word;
    }
    *text += &line;
    text.push('\n');
}
