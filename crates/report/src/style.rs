//! Bold, dim and alarm on terminals that show them.

/// Whether text carries ANSI escapes. The words are the same either way.
///
/// Whether the output is a terminal, and what `NO_COLOR` says, is for the caller to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Characters only.
    #[default]
    Plain,
    /// Titles bold, rules dim, alarms bold red.
    Ansi,
}

impl Style {
    /// For titles and column heads.
    pub fn bold(self, text: &str) -> String {
        self.wrap(text, "1")
    }

    /// For rules.
    pub fn dim(self, text: &str) -> String {
        self.wrap(text, "2")
    }

    /// For what must not be overlooked.
    pub fn alarm(self, text: &str) -> String {
        self.wrap(text, "1;31")
    }

    fn wrap(self, text: &str, code: &str) -> String {
        match self {
            Style::Ansi if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_string(),
        }
    }
}
