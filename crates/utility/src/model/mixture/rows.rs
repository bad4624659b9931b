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
            let (chosen_plan, _) = cases.slots[chosen];
            let (_, chosen_numbers) = cases.slot(chosen);
            let n_rows = slots.len() - 1;
            self.cases.push(CaseRows {
                first_row: self.base.len() as u32,
                n_rows: n_rows as u32,
                first_number: self.numbers.len() as u32,
                first_product: self.products.len() as u32,
                pattern: choice.pattern,
                uniform: choice.uniform,
            });
            let patterns = &cases.row_patterns[choice.first_pattern as usize..][..n_rows];
            self.patterns.extend_from_slice(patterns);
            for (slot, &pattern) in slots.filter(|&slot| slot != chosen).zip(patterns) {
                let (plan, _) = cases.slots[slot];
                let (_, numbers) = cases.slot(slot);
                let pattern = &cases.patterns.all[pattern as usize];
                let first = self.numbers.len();
                if plan == chosen_plan {
                    // The offset stands before the terms.
                    let terms = 1..1 + pattern.coefficients.len();
                    let differences = numbers[terms.clone()].iter().zip(&chosen_numbers[terms]).map(|(a, b)| a - b);
                    self.numbers.extend(differences);
                } else {
                    let places = &cases.patterns.places[&(plan, chosen_plan)];
                    let at = |numbers: &[f64], place: Option<u32>| place.map_or(0.0, |at| numbers[1 + at as usize]);
                    let differences = places.iter().map(|&(one, other)| at(numbers, one) - at(chosen_numbers, other));
                    self.numbers.extend(differences);
                }
                let row = &self.numbers[first..];
                let mut base = numbers[0] - chosen_numbers[0];
                if !cases.corrections.is_empty() {
                    base += cases.corrections[slot] - cases.corrections[chosen];
                }
                for (&x, &c) in row[pattern.n_random..].iter().zip(&pattern.coefficients[pattern.n_random..]) {
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
