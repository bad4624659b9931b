//! What is to be done with missing cells in columns that the model uses.

/// Counts missing cells as cases are shown to it.
#[derive(Default)]
pub(super) struct Missing {
    cases: usize,
    cells: usize,
    /// Some chosen alternative lacks a cell.
    chosen: bool,
    /// Some case would keep fewer than two alternatives.
    too_few: bool,
}

impl Missing {
    /// Adds a case: for each available alternative whether it is chosen, and how many of its cells are missing.
    pub fn add(&mut self, alternatives: impl IntoIterator<Item = (bool, usize)>) {
        let (mut complete, mut cells) = (0, 0);
        for (chosen, missing) in alternatives {
            cells += missing;
            complete += usize::from(missing == 0);
            self.chosen |= chosen && missing > 0;
        }
        if cells > 0 {
            self.cases += 1;
            self.cells += cells;
            self.too_few |= complete < 2;
        }
    }

    /// Entry of `[data]` with a comment, where something is missing.
    pub fn entry(&self) -> Option<(&'static str, String)> {
        let Missing { cases, cells, .. } = self;
        let where_ = format!(
            "{cells} missing {} in {cases} {}",
            plural(*cells, "cell"),
            plural(*cases, "case")
        );
        match (*cells, self.chosen || self.too_few) {
            (0, _) => None,
            (_, true) => Some((
                "drop_case",
                format!("{where_} of the columns used below; such cases are dropped"),
            )),
            (_, false) => Some((
                "drop_alternative",
                format!(
                    "{where_} of the columns used below, never of the chosen alternative; such alternatives are taken as unavailable"
                ),
            )),
        }
    }
}

pub(super) fn plural(n: usize, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{word}s") }
}
