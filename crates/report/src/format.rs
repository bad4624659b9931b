//! The forms in which results leave.

use std::fmt;
use std::str::FromStr;

/// The form in which a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For the terminal: aligned, 80 columns.
    #[default]
    Text,
    /// Everything, with full precision.
    Json,
    /// The table of results with fixed column names and full precision.
    Csv,
    /// A table for a document that uses the package booktabs.
    Latex,
    /// For a README or a notebook.
    Markdown,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Format; 5] = [Format::Text, Format::Json, Format::Csv, Format::Latex, Format::Markdown];

    /// The name by which a user asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Latex => "latex",
            Format::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name of a format that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no output format \"{name}\"; use text, json, csv, latex or markdown")]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Reads a [`Format::name`], in any case; `tex` and `md` are understood too.
    ///
    /// # Errors
    /// [`UnknownFormat`], which lists the names.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name.to_ascii_lowercase().as_str() {
            "text" | "txt" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            "csv" => Ok(Format::Csv),
            "latex" | "tex" => Ok(Format::Latex),
            "markdown" | "md" => Ok(Format::Markdown),
            _ => Err(UnknownFormat { name: name.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("TeX".parse(), Ok(Format::Latex));
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = "xml".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no output format \"xml\"; use text, json, csv, latex or markdown"
        );
        for format in Format::ALL {
            assert!(error.to_string().contains(format.name()));
        }
    }
}
