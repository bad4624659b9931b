//! Cases as differences to the chosen alternative, for the kernel.

use super::cases::{Cases, Unit};
use super::kernel::{CURVATURE, CaseRows, Rows};

impl Rows {
    /// Takes the choices of a unit; `fixed` are the values of the coefficients behind the first `n_random`.
    pub fn build(&mut self, cases: &Cases, unit: &Unit, fixed: &[f64], n_random: usize, order: u8) {
        self.cases.clear();
        self.base.clear();
        self.numbers.clear();
        self.products.clear();
        self.patterns.clear();
        for choice in &cases.choices[unit.choices.start as usize..unit.choices.end as usize] {
            let slots = cases.slots_of(choice.case);
            let chosen = slots.start + choice.chosen as usize;
            let (_, chosen_numbers) = cases.slot(chosen);
            let n_rows = slots.len() - 1;
            self.cases.push(CaseRows {
                first_row: self.base.len() as u32,
                n_rows: n_rows as u32,
                first_number: self.numbers.len() as u32,
                first_product: self.products.len() as u32,
                pattern: choice.form.pattern,
                uniform: choice.form.uniform,
            });
            let forms = &cases.patterns.forms[choice.form.first_form as usize..][..n_rows];
            self.patterns.extend(forms.iter().map(|form| form.pattern));
            for (slot, form) in slots.filter(|&slot| slot != chosen).zip(forms) {
                let (_, numbers) = cases.slot(slot);
                let pattern = &cases.patterns.all[form.pattern as usize];
                let first = self.numbers.len();
                if let Some(places) = form.places {
                    let places = &cases.patterns.places[places as usize];
                    let at = |numbers: &[f64], place: Option<u32>| place.map_or(0.0, |at| numbers[1 + at as usize]);
                    let differences = places
                        .iter()
                        .map(|&(one, other)| at(numbers, one) - at(chosen_numbers, other));
                    self.numbers.extend(differences);
                } else {
                    // The offset stands before the terms.
                    let terms = 1..1 + pattern.coefficients.len();
                    let differences = numbers[terms.clone()]
                        .iter()
                        .zip(&chosen_numbers[terms])
                        .map(|(a, b)| a - b);
                    self.numbers.extend(differences);
                }
                let row = &self.numbers[first..];
                let mut base = numbers[0] - chosen_numbers[0];
                if !cases.corrections.is_empty() {
                    base += cases.corrections[slot] - cases.corrections[chosen];
                }
                for (&x, &c) in row[pattern.n_random..]
                    .iter()
                    .zip(&pattern.coefficients[pattern.n_random..])
                {
                    base += x * fixed[c as usize - n_random];
                }
                self.base.push(base);
                if order >= CURVATURE {
                    for (at, &x) in row.iter().enumerate() {
                        self.products.extend(row[..=at].iter().map(|&y| x * y));
                    }
                }
            }
        }
    }
}
