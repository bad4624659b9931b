//! Groups of cases that share a choice set with few others or none: columns over the slots of one case after another.

use super::aligned::Aligned;
use super::choice_set::LANES;
use super::codec::{Reader, put_numbers, put_positions, put_size};
use super::tall_set::{TallSet, Target};

/// Cases of one segment, each with a choice set of its own.
#[derive(Debug)]
pub(crate) struct Tall {
    pub set: usize,
    /// Cases, counted from the segment's first.
    pub cases: Vec<u32>,
    /// Slots before each case, and of all.
    starts: Vec<u32>,
    /// Plan of each slot, or the one of all.
    plans: Vec<u32>,
    /// Case after case the stored columns over its slots, each so long that it fills vectors: the last slot stands
    /// again.
    columns: Aligned,
    /// Numbers of single slots, in order.
    values: Vec<f64>,
    /// How many of them stand before each case; empty if there are none.
    value_starts: Vec<u32>,
    /// Numbers of each case.
    of_case: Vec<f64>,
    /// Chosen slot per case; empty where outcomes are counts.
    chosen: Vec<u32>,
    /// Counts per slot; empty where one alternative is chosen.
    counts: Vec<f64>,
    weights: Vec<f64>,
}

/// One case of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TallCase<'a> {
    /// Counted from the segment's first.
    pub case: u32,
    pub n_slots: usize,
    /// Slots, rounded up to fill vectors.
    pub lanes: usize,
    plans: &'a [u32],
    /// Stored columns, one after another.
    pub columns: &'a [f64],
    pub values: &'a [f64],
    pub of_case: &'a [f64],
    /// Chosen slot, where one is.
    pub chosen: Option<usize>,
    /// Counts per slot, where outcomes are counts.
    pub counts: &'a [f64],
    pub weight: f64,
}

impl<'a> TallCase<'a> {
    pub fn plan(&self, slot: usize) -> usize {
        self.plans[if self.plans.len() == 1 { 0 } else { slot }] as usize
    }

    pub fn column(&self, index: usize) -> &'a [f64] {
        &self.columns[index * self.lanes..][..self.lanes]
    }

    /// How often the slot was chosen.
    pub fn count(&self, slot: usize) -> f64 {
        match self.chosen {
            Some(chosen) => f64::from(u8::from(chosen == slot)),
            None => self.counts[slot],
        }
    }

    /// How many choices were made.
    pub fn choices(&self) -> f64 {
        match self.chosen {
            Some(_) => 1.0,
            None => self.counts.iter().sum(),
        }
    }
}

impl Tall {
    /// The cases one after another.
    pub fn each(&self, set: &TallSet) -> impl Iterator<Item = TallCase<'_>> {
        let mut place = 0;
        let (n_columns, n_of_case) = (set.n_columns, set.n_of_case);
        self.cases.iter().enumerate().map(move |(at, &case)| {
            let slots = self.starts[at] as usize..self.starts[at + 1] as usize;
            let lanes = slots.len().next_multiple_of(LANES);
            let first = place;
            place += n_columns * lanes;
            TallCase {
                case,
                n_slots: slots.len(),
                lanes,
                plans: if self.plans.len() == 1 {
                    &self.plans
                } else {
                    &self.plans[slots.clone()]
                },
                columns: &self.columns[first..place],
                values: match self.value_starts.get(at..at + 2) {
                    Some(bounds) => &self.values[bounds[0] as usize..bounds[1] as usize],
                    None => &[],
                },
                of_case: &self.of_case[at * n_of_case..(at + 1) * n_of_case],
                chosen: self.chosen.get(at).map(|&slot| slot as usize),
                counts: if self.counts.is_empty() {
                    &[]
                } else {
                    &self.counts[slots]
                },
                weight: self.weights[at],
            }
        })
    }

    /// Bytes it takes in memory, near enough.
    pub fn bytes(&self) -> usize {
        let numbers: [&[f64]; 5] = [&self.columns, &self.values, &self.of_case, &self.counts, &self.weights];
        let positions = [&self.cases, &self.starts, &self.plans, &self.value_starts, &self.chosen];
        8 * numbers.iter().map(|numbers| numbers.len()).sum::<usize>()
            + 4 * positions.iter().map(|positions| positions.len()).sum::<usize>()
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        put_size(out, self.set);
        for positions in [&self.cases, &self.starts, &self.plans, &self.value_starts, &self.chosen] {
            put_positions(out, positions);
        }
        let numbers: [&[f64]; 5] = [&self.columns, &self.values, &self.of_case, &self.counts, &self.weights];
        numbers.iter().for_each(|numbers| put_numbers(out, numbers));
    }

    pub fn decode(input: &mut Reader<'_>) -> Self {
        Tall {
            set: input.size(),
            cases: input.positions(),
            starts: input.positions(),
            plans: input.positions(),
            value_starts: input.positions(),
            chosen: input.positions(),
            columns: input.numbers_into(Aligned::zeros),
            values: input.numbers(),
            of_case: input.numbers(),
            counts: input.numbers(),
            weights: input.numbers(),
        }
    }
}

/// Where a slot stands while a group is filled.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// In the first column of its case.
    column: usize,
    /// From a column to the next.
    lanes: u32,
    /// Its first number among those of single slots.
    value: u32,
    /// The case's position in the group.
    at: u32,
    /// Pair, counted from the segment's first.
    pair: u32,
}

/// A group whose columns are being filled.
#[derive(Debug)]
pub(crate) struct TallDraft {
    tall: Tall,
    /// Slots by plan.
    places: Vec<Place>,
    /// The first place of each plan, and their number.
    of_plan: Vec<usize>,
}

/// What a group starts from.
pub(crate) struct TallCases {
    /// Cases, counted from the segment's first.
    pub cases: Vec<u32>,
    /// The first pair of each, counted from the segment's first.
    pub first_pairs: Vec<usize>,
    /// Slots of each.
    pub n_slots: Vec<usize>,
    /// Plan of each slot, case after case.
    pub plans: Vec<u32>,
    pub chosen: Vec<u32>,
    pub counts: Vec<f64>,
    pub weights: Vec<f64>,
}

impl TallDraft {
    /// A group with room for its columns.
    pub fn new(index: usize, set: &TallSet, of: TallCases) -> Self {
        let mut of_plan = vec![0; set.plans.len() + 1];
        for &plan in &of.plans {
            of_plan[plan as usize + 1] += 1;
        }
        for plan in 0..set.plans.len() {
            of_plan[plan + 1] += of_plan[plan];
        }
        let mut next = of_plan.clone();
        let mut places = vec![Place::default(); of.plans.len()];
        let (mut starts, mut value_starts) = (vec![0], vec![0]);
        let (mut slot, mut column, mut value) = (0, 0, 0);
        for (at, &n_slots) in of.n_slots.iter().enumerate() {
            let lanes = n_slots.next_multiple_of(LANES);
            for within in 0..n_slots {
                let plan = of.plans[slot] as usize;
                places[next[plan]] = Place {
                    column: column + within,
                    lanes: lanes as u32,
                    value,
                    at: at as u32,
                    pair: (of.first_pairs[at] + within) as u32,
                };
                next[plan] += 1;
                value += set.plans[plan].n_values as u32;
                slot += 1;
            }
            column += lanes * set.n_columns;
            starts.push(slot as u32);
            value_starts.push(value);
        }
        if value == 0 {
            value_starts.clear();
        }
        let mut plans = of.plans;
        if plans.iter().all(|plan| *plan == plans[0]) {
            plans.truncate(1);
            plans.shrink_to_fit();
        }
        let mut draft = TallDraft {
            tall: Tall {
                set: index,
                starts,
                plans,
                columns: Aligned::zeros(column),
                values: vec![0.0; value as usize],
                value_starts,
                of_case: vec![0.0; of.cases.len() * set.n_of_case],
                cases: of.cases,
                chosen: of.chosen,
                counts: of.counts,
                weights: of.weights,
            },
            places,
            of_plan,
        };
        for &(column, plan, number) in &set.constants {
            draft.fill(Target::Column(column), plan, |_, _| number);
        }
        draft
    }

    /// Takes in the values of a node: `value(case, pair)`, both counted from the segment's first.
    pub fn store(&mut self, set: &TallSet, targets: &[(Target, u32)], value: impl Fn(u32, usize) -> f64) {
        for &(target, plan) in targets {
            match target {
                Target::OfCase(index) => {
                    let all = self.tall.of_case.chunks_exact_mut(set.n_of_case);
                    for (numbers, &case) in all.zip(&self.tall.cases) {
                        numbers[index] = value(case, 0);
                    }
                }
                _ => self.fill(target, plan, &value),
            }
        }
    }

    fn fill(&mut self, target: Target, plan: u32, value: impl Fn(u32, usize) -> f64) {
        let tall = &mut self.tall;
        for place in &self.places[self.of_plan[plan as usize]..self.of_plan[plan as usize + 1]] {
            let value = value(tall.cases[place.at as usize], place.pair as usize);
            match target {
                Target::Column(column) => tall.columns[place.column + column * place.lanes as usize] = value,
                Target::Next(index) => tall.values[place.value as usize + index] = value,
                Target::OfCase(_) => {}
            }
        }
    }

    /// The group, once every column is filled.
    pub fn finish(mut self, set: &TallSet) -> Tall {
        let mut place = 0;
        for bounds in self.tall.starts.windows(2) {
            let n_slots = (bounds[1] - bounds[0]) as usize;
            let lanes = n_slots.next_multiple_of(LANES);
            for column in self.tall.columns[place..place + set.n_columns * lanes].chunks_exact_mut(lanes) {
                let last = column[n_slots - 1];
                column[n_slots..].fill(last);
            }
            place += set.n_columns * lanes;
        }
        self.tall
    }
}
