//! Rankings: alternatives in their order, as far as it is known, from ranks in rows or codes in columns.

use std::collections::HashSet;

use crate::alternatives::{Coded, Decoder, UnknownCodes, key};
use crate::draft::{Context, RowState};
use crate::error::{DataError, Places, Samples};
use crate::long::{CaseIndex, LongColumns, NO_CASE};
use crate::outcomes::{CaseOutcome, Outcomes};
use crate::schema::{Joint, RankingSchema};

/// The rankings of all cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Rankings {
    /// Those of case c are `start[c]..start[c + 1]`.
    start: Vec<usize>,
    /// Positions of the ranked pairs within their cases, the best first; the worst, where it is known, last.
    positions: Vec<u32>,
    /// Whether each of them shares the rank of the one before; empty where no two may.
    tied: Vec<bool>,
    best_worst: bool,
    joint: Option<Joint>,
}

/// The alternatives of a case in their order, as positions within the case; those in neither list come between, in an
/// order that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranking<'a> {
    /// The best first.
    pub best: &'a [u32],
    /// The worst first.
    pub worst: &'a [u32],
    /// Whether each of the best shares the rank of the one before; empty if none does.
    pub tied: &'a [bool],
}

impl<'a> Ranking<'a> {
    /// The best, those together that share a rank, each with the number of alternatives from which they are taken if
    /// there are `n` of them all.
    ///
    /// What leaves no choice is left out: what would take all that are left.
    pub fn groups(self, n: usize) -> impl Iterator<Item = (&'a [u32], usize)> {
        let mut from = 0;
        let groups = std::iter::from_fn(move || {
            let rest = self.tied.get(from + 1..).unwrap_or_default();
            let size = 1 + rest.iter().take_while(|tied| **tied).count();
            let group = self.best.get(from..from + size)?;
            from += size;
            Some((group, n + size - from))
        });
        groups.take_while(|(group, left)| group.len() < *left)
    }

    /// Place of an alternative among the best, from 0 on; those that share a rank have the place of the first of them.
    pub fn place(self, slot: u32) -> Option<usize> {
        let at = self.best.iter().position(|best| *best == slot)?;
        let before = self.tied.get(..=at).unwrap_or_default().iter().rev();
        Some(at - before.take_while(|tied| **tied).count())
    }

    /// Sizes of the sets from which the ranked alternatives of a case with `n` of them are taken, in the order of the
    /// stages: the best, then the worst. A set of one leaves no choice and is no stage; those that share a rank are
    /// taken one after another, but not if they are all that are left.
    pub fn set_sizes(self, n: usize) -> impl Iterator<Item = usize> {
        let of_best = self
            .groups(n)
            .flat_map(|(group, left)| (left - group.len() + 1..=left).rev());
        let left = n - self.best.len();
        let of_worst = self.worst.iter().enumerate().map(move |(at, _)| left - at);
        of_best.chain(of_worst.filter(|&size| size > 1))
    }
}

impl Rankings {
    /// Of no case.
    fn none(schema: &RankingSchema) -> Self {
        Rankings {
            start: vec![0],
            positions: Vec::new(),
            tied: Vec::new(),
            best_worst: schema.best_worst,
            joint: schema.joint(),
        }
    }

    /// Of some of the cases, in that order.
    pub(crate) fn of_cases(&self, cases: &[usize]) -> Self {
        let mut some = Rankings {
            start: vec![0],
            positions: Vec::new(),
            tied: Vec::new(),
            ..*self
        };
        for &case in cases {
            let bounds = self.start[case]..self.start[case + 1];
            some.positions.extend_from_slice(&self.positions[bounds.clone()]);
            some.tied.extend_from_slice(self.tied.get(bounds).unwrap_or_default());
            some.start.push(some.positions.len());
        }
        some
    }

    /// From the rank of each pair, case by case; 0 where it has none.
    pub(crate) fn from_ranks<'a>(ranks: impl Iterator<Item = &'a [f64]>, schema: &RankingSchema) -> Self {
        let mut all = Rankings::none(schema);
        for ranks in ranks {
            let rank = |position: &u32| ranks[*position as usize];
            let first = all.positions.len();
            all.positions
                .extend((0..ranks.len() as u32).filter(|position| rank(position) > 0.0));
            let of_case = &mut all.positions[first..];
            of_case.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
            if schema.ties.is_some() {
                let ranked = of_case.iter().enumerate();
                let tied = ranked.map(|(at, position)| at > 0 && rank(position) == rank(&of_case[at - 1]));
                all.tied.extend(tied);
            }
            all.start.push(all.positions.len());
        }
        all
    }

    /// The ranking of a case.
    pub fn of(&self, case: usize) -> Ranking<'_> {
        let bounds = self.start[case]..self.start[case + 1];
        let positions = &self.positions[bounds.clone()];
        let (best, worst) = positions.split_at(positions.len() - usize::from(self.best_worst));
        Ranking {
            best,
            worst,
            tied: self.tied.get(bounds).unwrap_or_default(),
        }
    }

    /// How several alternatives that are one outcome are taken, where there may be such.
    pub fn joint(&self) -> Option<Joint> {
        self.joint
    }

    /// Whether alternatives may share a rank.
    pub(crate) fn may_tie(&self) -> bool {
        matches!(self.joint, Some(Joint::Ties(_)))
    }

    /// Cases with alternatives that share a rank.
    pub fn n_with_ties(&self) -> usize {
        let cases = self.start.windows(2);
        let tied = cases.filter(|bounds| {
            self.tied
                .get(bounds[0]..bounds[1])
                .is_some_and(|tied| tied.contains(&true))
        });
        tied.count()
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

    /// Numbers that tell rankings apart: the length of each, and its positions, those that share the rank of the one
    /// before inverted.
    pub(crate) fn values(&self) -> Vec<u32> {
        let mut values = Vec::with_capacity(self.positions.len() + self.start.len());
        for bounds in self.start.windows(2) {
            values.push((bounds[1] - bounds[0]) as u32);
            let of_case = (bounds[0]..bounds[1]).map(|at| match self.tied.get(at) {
                Some(true) => !self.positions[at],
                _ => self.positions[at],
            });
            values.extend(of_case);
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
    let column = format!("column \"{}\"", long.choice);
    compare(context, (&column, ranking), &seen, &ranked, &mut outcomes.cases);
}

/// Looks at the ranks of wide data, row after row one of every alternative, 0 where it has none.
pub(crate) fn of_table(
    context: &mut Context<'_>,
    ranking: &RankingSchema,
    (rows, states): (&[u32], &[RowState]),
    ranks: &[f64],
) {
    let n = context.schema.alternatives.len();
    let mut ranked = Vec::new();
    let mut seen = Vec::with_capacity(rows.len());
    for (case, (&row, of_case)) in rows.iter().zip(ranks.chunks_exact(n)).enumerate() {
        let known = of_case.iter().filter(|rank| **rank > 0.0);
        ranked.extend(known.map(|&rank| Ranked {
            case: case as u32,
            rank: rank as u32,
            row,
        }));
        seen.push(Seen {
            first_row: Some(row),
            unread: states[case] != RowState::Kept,
            elsewhere: false,
        });
    }
    ranked.sort_unstable();
    let mut cases = vec![CaseOutcome::Kept; rows.len()];
    compare(context, ("the ranks in choice", ranking), &seen, &ranked, &mut cases);
}

/// What becomes of each case; ranks that are no ranking are reported.
fn compare(
    context: &mut Context<'_>,
    (column, ranking): (&str, &RankingSchema),
    seen: &[Seen],
    ranked: &[Ranked],
    cases: &mut [CaseOutcome],
) {
    let mut none = context.places();
    let mut alone = context.places();
    let mut more = context.places();
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
        let shared = of_case.windows(2).find(|pair| pair[0].rank == pair[1].rank);
        if let (Some(pair), None) = (shared, ranking.ties) {
            let (_, places) = twice.get_or_insert_with(|| (pair[1].rank, context.places()));
            places.add(|| context.place(pair[1].row as usize));
        } else if let Some(after) = after_gap(of_case) {
            let (_, places) = gap.get_or_insert_with(|| (after.rank, context.places()));
            places.add(|| context.place(after.row as usize));
        } else if ranking.best_worst && of_case.len() < 2 {
            alone.add(|| context.place(last.row as usize));
        } else if ranking.max_diff && of_case.len() > 2 {
            more.add(|| context.place(last.row as usize));
        }
    }
    if !none.is_empty() {
        context.errors.push(DataError::NoChoice {
            places: none,
            needed: format!("a rank 1 ({column})"),
        });
    }
    if let Some((rank, places)) = twice {
        let column = column.to_owned();
        let ties = ranking.joint().is_none() && !ranking.best_worst;
        context.errors.push(DataError::RankTwice {
            places,
            rank,
            column,
            advice: if ties { TIES } else { "" },
        });
    }
    if let Some((rank, places)) = gap {
        let column = column.to_owned();
        context.errors.push(DataError::RankGap { places, rank, column });
    }
    if !alone.is_empty() {
        context.errors.push(DataError::NoWorst { places: alone });
    }
    if !more.is_empty() {
        context.errors.push(DataError::MoreThanBestAndWorst { places: more });
    }
}

/// What to do about alternatives that share a rank.
const TIES: &str = ", or let them tie with ties = \"efron\" or \"exact\" in [ranking]";

/// The first of the ranks of a case, which ascend, that others should come before. After some that share a rank the next
/// is one more, or as many more as they are.
fn after_gap(of_case: &[Ranked]) -> Option<&Ranked> {
    let mut next = [1, 1];
    let mut groups = of_case.chunk_by(|a, b| a.rank == b.rank);
    let wrong = groups.find(|group| {
        let rank = group[0].rank;
        let fits = next.contains(&rank);
        next = [rank + 1, rank.saturating_add(group.len() as u32)];
        !fits
    });
    wrong.map(|group| &group[0])
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
