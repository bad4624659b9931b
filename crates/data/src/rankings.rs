//! Rankings: alternatives in their order, as far as it is known, from ranks in rows or codes in columns.

use std::collections::HashSet;

use crate::alternatives::{Coded, Decoder, UnknownCodes, key};
use crate::draft::{Context, RowState};
use crate::error::{DataError, Places, Samples};
use crate::long::{CaseIndex, LongColumns, NO_CASE};
use crate::outcomes::{CaseOutcome, Outcomes};
use crate::schema::RankingSchema;

/// The rankings of all cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Rankings {
    /// Those of case c are `start[c]..start[c + 1]`.
    start: Vec<usize>,
    /// Positions of the ranked pairs within their cases, the best first; the worst, where it is known, last.
    positions: Vec<u32>,
    best_worst: bool,
}

/// The alternatives of a case in their order, as positions within the case; those in neither list come between, in an
/// order that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranking<'a> {
    /// The best first.
    pub best: &'a [u32],
    /// The worst first.
    pub worst: &'a [u32],
}

impl Ranking<'_> {
    /// Sizes of the sets from which the ranked alternatives of a case with `n` of them are taken, in the order of the
    /// stages: the best, then the worst. A set of one leaves no choice and is no stage.
    pub fn set_sizes(self, n: usize) -> impl Iterator<Item = usize> {
        (n - self.len() + 1..=n).rev().filter(|&size| size > 1)
    }

    /// Ranked alternatives.
    fn len(&self) -> usize {
        self.best.len() + self.worst.len()
    }
}

impl Rankings {
    pub(crate) fn new<'a>(rankings: impl Iterator<Item = Ranking<'a>>, best_worst: bool) -> Self {
        let mut all = Rankings {
            start: vec![0],
            positions: Vec::new(),
            best_worst,
        };
        for ranking in rankings {
            all.positions.extend_from_slice(ranking.best);
            all.positions.extend_from_slice(ranking.worst);
            all.start.push(all.positions.len());
        }
        all
    }

    /// From the rank of each pair, case by case; 0 where it has none.
    pub(crate) fn from_ranks<'a>(ranks: impl Iterator<Item = &'a [f64]>, best_worst: bool) -> Self {
        let mut all = Rankings::new(std::iter::empty(), best_worst);
        for ranks in ranks {
            let first = all.positions.len();
            all.positions
                .extend((0..ranks.len() as u32).filter(|&position| ranks[position as usize] > 0.0));
            all.positions[first..].sort_by(|&a, &b| ranks[a as usize].total_cmp(&ranks[b as usize]));
            all.start.push(all.positions.len());
        }
        all
    }

    /// The ranking of a case.
    pub fn of(&self, case: usize) -> Ranking<'_> {
        let positions = &self.positions[self.start[case]..self.start[case + 1]];
        let (best, worst) = positions.split_at(positions.len() - usize::from(self.best_worst));
        Ranking { best, worst }
    }

    /// Whether the worst alternative of every case is known besides the best.
    pub fn is_best_worst(&self) -> bool {
        self.best_worst
    }

    /// Smallest and largest number of ranked alternatives of a case.
    pub fn lengths(&self) -> (usize, usize) {
        let lengths = self.start.windows(2).map(|bounds| bounds[1] - bounds[0]);
        (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0))
    }

    /// The same with other positions, each by its case and what it was.
    pub(crate) fn moved(&self, position: impl Fn((usize, &u32)) -> u32) -> Self {
        let cases = self.start.windows(2).enumerate();
        let positions = cases.flat_map(|(case, bounds)| {
            let of_case = &self.positions[bounds[0]..bounds[1]];
            of_case.iter().map(move |slot| (case, slot))
        });
        Rankings {
            positions: positions.map(position).collect(),
            ..self.clone()
        }
    }

    /// Numbers that tell rankings apart: the length of each, and its positions.
    pub(crate) fn values(&self) -> Vec<u32> {
        let mut values = Vec::with_capacity(self.positions.len() + self.start.len());
        for bounds in self.start.windows(2) {
            values.push((bounds[1] - bounds[0]) as u32);
            values.extend_from_slice(&self.positions[bounds[0]..bounds[1]]);
        }
        values
    }
}

/// A rank as it stands in a long table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    case: u32,
    rank: u32,
    row: u32,
}

/// What is known of a case before its ranks are compared.
#[derive(Clone, Copy, Default)]
struct Seen {
    first_row: Option<u32>,
    /// Whether a rank could not be read.
    unread: bool,
    /// Whether the filter removes rows with a rank.
    elsewhere: bool,
}

/// Ranks of long data, a row per alternative, read over the whole file so that a filter cannot make gaps.
pub(crate) fn of_rows(
    context: &mut Context<'_>,
    (long, ranking): (&LongColumns<'_>, &RankingSchema),
    cases: &CaseIndex,
    states: &[RowState],
    cells: &[f64],
    outcomes: &mut Outcomes,
) {
    let mut seen = vec![Seen::default(); cases.n_cases];
    let mut ranked: Vec<Ranked> = Vec::new();
    let mut wrong = context.places();
    let mut values = Samples::default();
    let mut known: HashSet<u64> = HashSet::new();
    for (row, &value) in cells[..states.len()].iter().enumerate() {
        let case = cases.of_row[row];
        // Rows of no case have been reported.
        if case == NO_CASE {
            continue;
        }
        let none = value.is_nan() || value == 0.0;
        let seen = &mut seen[case as usize];
        if states[row] == RowState::Out {
            seen.elsewhere |= !none;
            continue;
        }
        seen.first_row.get_or_insert(row as u32);
        if none {
            continue;
        }
        if value >= 1.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX) {
            outcomes.chosen[row] = value;
            ranked.push(Ranked {
                case,
                rank: value as u32,
                row: row as u32,
            });
        } else {
            seen.unread = true;
            wrong.add(|| context.place(row));
            if known.insert(key(value)) {
                values.add(|| value.to_string());
            }
        }
    }
    if !wrong.is_empty() {
        context.errors.push(DataError::NotARank {
            places: wrong,
            column: long.choice.to_owned(),
            values,
        });
    }
    ranked.sort_unstable();
    compare(context, (long, ranking), &seen, &ranked, &mut outcomes.cases);
}

/// What becomes of each case; ranks that are no ranking are reported.
fn compare(
    context: &mut Context<'_>,
    (long, ranking): (&LongColumns<'_>, &RankingSchema),
    seen: &[Seen],
    ranked: &[Ranked],
    cases: &mut [CaseOutcome],
) {
    let mut none = context.places();
    let mut alone = context.places();
    let mut twice: Option<(u32, Places)> = None;
    let mut gap: Option<(u32, Places)> = None;
    let mut groups = ranked.chunk_by(|a, b| a.case == b.case).peekable();
    for (case, (seen, outcome)) in seen.iter().zip(cases).enumerate() {
        let of_case = groups
            .next_if(|group| group[0].case as usize == case)
            .unwrap_or_default();
        let Some(first_row) = seen.first_row else { continue };
        if seen.unread {
            continue;
        }
        if seen.elsewhere {
            *outcome = CaseOutcome::Lost;
            continue;
        }
        let Some(last) = of_case.last() else {
            none.add(|| context.place(first_row as usize));
            continue;
        };
        if let Some(pair) = of_case.windows(2).find(|pair| pair[0].rank == pair[1].rank) {
            let (_, places) = twice.get_or_insert_with(|| (pair[1].rank, context.places()));
            places.add(|| context.place(pair[1].row as usize));
        } else if last.rank as usize != of_case.len() {
            let after = of_case.iter().zip(1..).find(|(ranked, rank)| ranked.rank != *rank);
            let (after, _) = after.expect("ranks without a gap end with their number");
            let (_, places) = gap.get_or_insert_with(|| (after.rank, context.places()));
            places.add(|| context.place(after.row as usize));
        } else if ranking.best_worst && of_case.len() < 2 {
            alone.add(|| context.place(last.row as usize));
        }
    }
    let column = || long.choice.to_owned();
    if !none.is_empty() {
        context.errors.push(DataError::NoChoice {
            places: none,
            needed: format!("a rank 1 in column \"{}\"", long.choice),
        });
    }
    if let Some((rank, places)) = twice {
        context.errors.push(DataError::RankTwice {
            places,
            rank,
            column: column(),
        });
    }
    if let Some((rank, places)) = gap {
        context.errors.push(DataError::RankGap {
            places,
            rank,
            column: column(),
        });
    }
    if !alone.is_empty() {
        context.errors.push(DataError::NoWorst { places: alone });
    }
}

/// What is wrong with the codes of wide data, by column.
struct ColumnFaults {
    missing: Places,
    unknown: UnknownCodes,
    /// An alternative that another column has ranked already, and that column.
    twice: Option<(u32, usize, Places)>,
    /// A column before that is empty.
    skipped: Option<(usize, Places)>,
}

/// Ranks of wide data, whose columns hold the codes of the best, the second, ... alternative: the rows whose ranking could
/// be read or has been reported, and row after row the rank of every alternative, 0 where it has none.
pub(crate) fn of_columns(
    context: &mut Context<'_>,
    choice: &str,
    ranking: &RankingSchema,
    kept: &[u32],
    cases_dropped: &mut usize,
) -> Option<(Vec<u32>, Vec<f64>)> {
    let alternatives = &context.schema.alternatives;
    let n = alternatives.len();
    let names: Vec<&str> = std::iter::once(choice)
        .chain(ranking.further.iter().map(String::as_str))
        .collect();
    let mut decoders = Vec::with_capacity(names.len());
    for name in &names {
        let column = context.table.column(name).expect("named columns were looked up before");
        match Decoder::listed(column, alternatives) {
            Ok(decoder) => decoders.push((column, decoder)),
            Err(errors) => {
                context.errors.extend(errors);
                return None;
            }
        }
    }
    let last = names.len() - 1;
    // Without the best, or the worst where there is to be one, it is no ranking.
    let needed = |at: usize| at == 0 || (ranking.best_worst && at == last);
    let mut faults: Vec<ColumnFaults> = names
        .iter()
        .map(|_| ColumnFaults {
            missing: context.places(),
            unknown: UnknownCodes::new(context.file()),
            twice: None,
            skipped: None,
        })
        .collect();
    let mut rows: Vec<u32> = Vec::with_capacity(kept.len());
    let mut ranks: Vec<f64> = Vec::with_capacity(kept.len() * n);
    let mut alone = context.places();
    // The column that has ranked each alternative of the row.
    let mut ranked_by: Vec<Option<usize>> = vec![None; n];
    for row in kept.iter().map(|&row| row as usize) {
        let place = || context.place(row);
        if context.drops_missing() && (0..=last).any(|at| needed(at) && decoders[at].1.decode(row) == Coded::Missing) {
            *cases_dropped += 1;
            continue;
        }
        ranked_by.fill(None);
        let begin = ranks.len();
        ranks.resize(begin + n, 0.0);
        let mut rank = 0.0;
        let mut empty = None;
        for (at, (column, decoder)) in decoders.iter().enumerate() {
            let fault = &mut faults[at];
            let alternative = match decoder.decode(row) {
                Coded::Alternative(alternative) => alternative,
                Coded::Missing if needed(at) => {
                    fault.missing.add(place);
                    continue;
                }
                Coded::Missing => {
                    empty.get_or_insert(at);
                    continue;
                }
                Coded::Unknown => {
                    fault.unknown.add(&column.values, row, place);
                    continue;
                }
            };
            if let Some(before) = ranked_by[alternative as usize] {
                let (.., places) = fault
                    .twice
                    .get_or_insert_with(|| (alternative, before, context.places()));
                places.add(place);
                continue;
            }
            if let (Some(empty), false) = (empty, needed(at)) {
                let (_, places) = fault.skipped.get_or_insert_with(|| (empty, context.places()));
                places.add(place);
                continue;
            }
            rank += 1.0;
            ranked_by[alternative as usize] = Some(at);
            ranks[begin + alternative as usize] = rank;
        }
        if ranking.best_worst && last == 0 {
            alone.add(place);
        }
        rows.push(row as u32);
    }
    if !alone.is_empty() {
        context.errors.push(DataError::NoWorst { places: alone });
    }
    for (name, fault) in names.iter().zip(faults) {
        let column = (*name).to_owned();
        if !fault.missing.is_empty() {
            context.errors.push(DataError::MissingIdentifier {
                places: fault.missing,
                column: column.clone(),
                role: if *name == choice {
                    "the best alternative"
                } else {
                    "the worst alternative"
                },
                droppable: true,
            });
        }
        context.errors.extend(fault.unknown.into_error(name, alternatives));
        if let Some((alternative, first, places)) = fault.twice {
            context.errors.push(DataError::RankedTwice {
                places,
                alternative: alternatives[alternative as usize].name.clone(),
                first: names[first].to_owned(),
                second: column.clone(),
            });
        }
        if let Some((empty, places)) = fault.skipped {
            context.errors.push(DataError::RankSkipped {
                places,
                column,
                empty: names[empty].to_owned(),
            });
        }
    }
    Some((rows, ranks))
}
