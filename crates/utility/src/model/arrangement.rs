//! From choice data to segments: which cases stand together, and what is stored of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use logsum_data::{Level, Outcome};
use logsum_expressions::{Graph, NodeId};
use rayon::prelude::*;

use super::choice_set::ChoiceSet;
use super::kernels::{Kernel, OfSet};
use super::pieces::{Cases, Draft, Part, Piece, Shared};
use super::plan::{Source, UtilityPlan};
use super::segment::{Group, Segment};
use super::tall::{TallCases, TallDraft};
use super::tall_set::TallSet;
use super::wide::Wide;

/// Consecutive decision makers whose contributions are added up before anything else is.
const SEGMENT: usize = 1024;

/// Alternatives of all cases at which a segment ends early, after a whole decision maker: it must not grow with the
/// size of choice sets.
const SEGMENT_PAIRS: usize = 1 << 17;

/// Times as large segments are if cases are alike: so many more share a lane.
const REPEATED: usize = 8;

/// The same of alternatives of all cases, for the sake of memory.
const REPEATED_PAIRS: usize = 2;

/// Cuts parts into segments and fills these.
#[derive(Debug)]
pub(crate) struct Arrangement<'data> {
    pub graph: Graph,
    pub plans: Vec<UtilityPlan>,
    /// Plan of each alternative.
    pub plan_of: Vec<usize>,
    pub sets: Vec<ChoiceSet>,
    pub tall_sets: Vec<TallSet>,
    /// Whether cases that are alike may share a lane.
    pub compress: bool,
    /// The kernel if it is not logit. Then every alternative has a plan of its own, unless only outcomes are not those of
    /// logit.
    pub kernel: Option<Kernel>,
    /// Every node that is stored, ascending.
    nodes: Vec<NodeId>,
    /// Levels met, each kind once.
    levels: Vec<Vec<Level>>,
    /// Choice sets by what tells them apart: the levels' number, then the plans of their slots in order.
    known: HashMap<Vec<u32>, usize>,
    /// Tall sets by what tells them apart: the levels' number, the plan that is not linear, the parameters with columns.
    known_tall: HashMap<(usize, Option<usize>, Vec<u32>), usize>,
    /// Decision makers of a segment, and alternatives of all cases; none before the first segment has told.
    size: Option<(usize, usize)>,
    /// The segment that may still grow.
    open: Draft<'data>,
    next_case: usize,
}

impl<'data> Arrangement<'data> {
    pub fn new(graph: Graph, plans: Vec<UtilityPlan>, plan_of: Vec<usize>, kernel: Option<Kernel>) -> Self {
        let mut nodes: Vec<NodeId> = plans
            .iter()
            .flat_map(UtilityPlan::sources)
            .filter_map(|source| match source {
                Source::Node(node) => Some(node),
                Source::Constant(_) => None,
            })
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        Arrangement {
            graph,
            plans,
            plan_of,
            nodes,
            sets: Vec::new(),
            tall_sets: Vec::new(),
            compress: true,
            kernel,
            levels: Vec::new(),
            known: HashMap::new(),
            known_tall: HashMap::new(),
            size: None,
            open: Draft::default(),
            next_case: 0,
        }
    }

    /// Takes in whole decision makers that follow those before, and hands over the segments that are complete.
    pub fn add<E>(&mut self, data: Shared<'data>, mut take: impl FnMut(Segment) -> Result<(), E>) -> Result<(), E> {
        let levels = self.nodes.iter().map(|&node| data.level(&self.graph, node)).collect();
        let part = Arc::new(Part { data, levels });
        let mut complete = Vec::new();
        let n_cases = part.data.n_cases();
        let makers = part.data.decision_makers();
        let mut first = 0;
        for case in 0..n_cases {
            self.open.n_pairs += part.data.pairs(case).len();
            let ends = case + 1 == n_cases || makers.is_none_or(|makers| makers[case] != makers[case + 1]);
            self.open.n_makers += usize::from(ends);
            let (most_makers, most_pairs) = self.size.unwrap_or((SEGMENT, SEGMENT_PAIRS));
            let full = self.open.n_makers >= most_makers || self.open.n_pairs >= most_pairs;
            if (ends && full) || case + 1 == n_cases {
                self.open.pieces.push(Piece {
                    part: part.clone(),
                    cases: first..case + 1,
                });
                self.next_case += case + 1 - first;
                first = case + 1;
                if full {
                    let next = Draft {
                        first: self.next_case,
                        ..Draft::default()
                    };
                    let draft = std::mem::replace(&mut self.open, next);
                    if self.size.is_none() {
                        take(self.first(draft))?;
                    } else {
                        complete.push(draft);
                    }
                }
            }
        }
        self.build(complete, &mut take)
    }

    /// Hands over the last segment.
    pub fn finish<E>(&mut self, mut take: impl FnMut(Segment) -> Result<(), E>) -> Result<(), E> {
        let last = std::mem::take(&mut self.open);
        if last.pieces.is_empty() {
            return Ok(());
        }
        self.build(vec![last], &mut take)
    }

    /// Fills the first segment, which settles the size of the others.
    fn first(&mut self, draft: Draft<'data>) -> Segment {
        let compress = std::mem::replace(&mut self.compress, false);
        let members = self.members(&draft);
        let mut segment = self.fill(&draft, members);
        self.compress = compress;
        let mut repeated = 0;
        for group in &mut segment.groups {
            if let (Group::Wide(group), true) = (group, compress) {
                let set = &self.sets[group.set];
                repeated += if group.repeats(set, REPEATED) {
                    group.cases.len()
                } else {
                    0
                };
                group.compress(set);
            }
        }
        self.size = Some(match 2 * repeated > segment.cases.len() {
            true => (REPEATED * SEGMENT, REPEATED_PAIRS * SEGMENT_PAIRS),
            false => (SEGMENT, SEGMENT_PAIRS),
        });
        segment
    }

    /// Fills segments, some at a time in parallel.
    fn build<E>(
        &mut self,
        drafts: Vec<Draft<'data>>,
        take: &mut impl FnMut(Segment) -> Result<(), E>,
    ) -> Result<(), E> {
        let large = self.size.is_some_and(|(makers, _)| makers > SEGMENT);
        let at_a_time = rayon::current_num_threads() * if large { 1 } else { 4 };
        let mut drafts = drafts.into_iter().peekable();
        while drafts.peek().is_some() {
            let batch: Vec<(Draft<'data>, Vec<Members>)> = drafts
                .by_ref()
                .take(at_a_time)
                .map(|draft| {
                    let members = self.members(&draft);
                    (draft, members)
                })
                .collect();
            let filled: Vec<Segment> = batch
                .into_par_iter()
                .map(|(draft, members)| self.fill(&draft, members))
                .collect();
            for segment in filled {
                take(segment)?;
            }
        }
        Ok(())
    }

    /// Cases of a segment by choice set; those that share theirs with few others together.
    fn members(&mut self, draft: &Draft<'data>) -> Vec<Members> {
        let levels = draft.levels();
        let kind = self
            .levels
            .iter()
            .position(|known| *known == levels)
            .unwrap_or_else(|| {
                self.levels.push(levels.clone());
                self.levels.len() - 1
            });
        let nodes = self.nodes.clone();
        let level = |node: NodeId| levels[nodes.binary_search(&node).expect("every node is known")];
        let mut members = Vec::new();
        let mut tall: BTreeMap<Option<usize>, (Vec<u32>, Vec<usize>)> = BTreeMap::new();
        for (mut key, cases) in self.alike(draft) {
            let tall_set = match self.kernel {
                None => TallSet::suits(&self.plans, &key, cases.len()),
                Some(_) => None,
            };
            if let Some(rest) = tall_set {
                let (all, slots) = tall
                    .entry(rest)
                    .or_insert_with(|| (Vec::new(), vec![0; self.plans.len()]));
                all.extend(&cases);
                key.iter().for_each(|&plan| slots[plan as usize] += cases.len());
                continue;
            }
            key.push(kind as u32);
            let set = self.known.get(&key).copied().unwrap_or_else(|| {
                let set = self.choice_set(&key[..key.len() - 1], &level);
                self.sets.push(set);
                self.known.insert(key, self.sets.len() - 1);
                self.sets.len() - 1
            });
            members.push(Members::Wide(set, cases));
        }
        for (rest, (mut cases, slots)) in tall {
            let slots = slots.into_iter().enumerate().filter(|(_, slots)| *slots > 0).collect();
            let key = (kind, rest, TallSet::dense(&self.plans, &slots));
            let set = self.known_tall.get(&key).copied().unwrap_or_else(|| {
                self.tall_sets.push(TallSet::new(&self.plans, rest, &key.2, &level));
                self.known_tall.insert(key, self.tall_sets.len() - 1);
                self.tall_sets.len() - 1
            });
            cases.sort_unstable();
            members.push(Members::Tall(set, cases));
        }
        members
    }

    /// The choice set whose slots have these plans.
    fn choice_set(&self, plans: &[u32], level: &dyn Fn(NodeId) -> Level) -> ChoiceSet {
        let Some(kernel) = &self.kernel else {
            return ChoiceSet::new(&self.plans, plans, true, level);
        };
        let mut set = ChoiceSet::new(&self.plans, plans, kernel.is_invariant(), level);
        if kernel.joint().is_some() {
            set.kernel = Some(OfSet::new(kernel, &set, plans));
            return set;
        }
        let alternative = |plan: &u32| {
            let of_plan = self.plan_of.iter().position(|known| *known == *plan as usize);
            of_plan.expect("a plan of its own") as u32
        };
        let alternatives: Vec<u32> = plans.iter().map(alternative).collect();
        set.kernel = Some(OfSet::new(kernel, &set, &alternatives));
        set
    }

    /// Cases of a segment with the same plans in the same order, as they are met first.
    fn alike(&self, draft: &Draft<'data>) -> Vec<(Vec<u32>, Vec<u32>)> {
        let mut alike: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
        let mut position: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut key: Vec<u32> = Vec::new();
        let mut before = 0;
        let mut relative = 0;
        for piece in &draft.pieces {
            let data = &piece.part.data;
            for case in piece.cases.clone() {
                key.clear();
                let alternatives = &data.pair_alternatives()[data.pairs(case)];
                key.extend(alternatives.iter().map(|&at| self.plan(at)));
                if alike.get(before).is_none_or(|(same, _)| *same != key) {
                    before = position.get(&key).copied().unwrap_or_else(|| {
                        position.insert(key.clone(), alike.len());
                        alike.push((key.clone(), Vec::new()));
                        alike.len() - 1
                    });
                }
                alike[before].1.push(relative);
                relative += 1;
            }
        }
        alike
    }

    /// The plan of an alternative: that of all if it is met in later parts only, as unlabelled ones may be.
    fn plan(&self, alternative: u32) -> u32 {
        self.plan_of.get(alternative as usize).map_or(0, |&plan| plan as u32)
    }

    /// Computes what a segment stores.
    fn fill(&self, draft: &Draft<'data>, members: Vec<Members>) -> Segment {
        let cases = draft.cases();
        let mut groups: Vec<Filling> = members
            .into_iter()
            .map(|members| match members {
                Members::Wide(set, members) => Filling::Wide(self.wide(&cases, set, members)),
                Members::Tall(set, members) => Filling::Tall(set, self.tall_draft(&cases, set, members)),
            })
            .collect();
        let levels = draft.levels();
        let mut users: HashMap<NodeId, Vec<(usize, usize, Option<usize>)>> = HashMap::new();
        for (index, group) in groups.iter().enumerate() {
            if let Filling::Wide(group) = group {
                for (column, &(node, slot)) in self.sets[group.set].columns.iter().enumerate() {
                    users.entry(node).or_default().push((index, column, slot));
                }
            }
        }
        for (&node, &level) in self.nodes.iter().zip(&levels) {
            let wide = users.remove(&node).unwrap_or_default();
            let tall = |group: &Filling| matches!(group, Filling::Tall(set, _) if self.tall_sets[*set].users.contains_key(&node));
            if wide.is_empty() && !groups.iter().any(tall) {
                continue;
            }
            let values = draft.values(&self.graph, node, level);
            for (index, column, slot) in wide {
                if let Filling::Wide(group) = &mut groups[index] {
                    let set = &self.sets[group.set];
                    match slot {
                        None => group.store(set, column, |case| values[case as usize]),
                        Some(slot) => group.store(set, column, |case| values[cases.start[case as usize] + slot]),
                    }
                }
            }
            for group in &mut groups {
                if let Filling::Tall(set, group) = group {
                    let set = &self.tall_sets[*set];
                    let targets = set.users.get(&node).map_or(&[][..], Vec::as_slice);
                    match level {
                        Level::Case => group.store(set, targets, |case, _| values[case as usize]),
                        Level::Pair => group.store(set, targets, |_, pair| values[pair]),
                    }
                }
            }
        }
        let n = cases.of.len();
        let finished = |group| match group {
            Filling::Wide(mut group) => {
                if self.compress {
                    group.compress(&self.sets[group.set]);
                }
                Group::Wide(group)
            }
            Filling::Tall(set, group) => Group::Tall(group.finish(&self.tall_sets[set])),
        };
        Segment {
            groups: groups.into_iter().map(finished).collect(),
            cases: draft.first..draft.first + n,
            rows: cases
                .of
                .iter()
                .map(|&(piece, case)| {
                    let data = &draft.pieces[piece].part.data;
                    data.row_number(data.pairs(case).start) as u64
                })
                .collect(),
        }
    }

    fn wide(&self, cases: &Cases<'_, 'data>, set: usize, members: Vec<u32>) -> Wide {
        let n_slots = self.sets[set].slots.len();
        let (mut chosen, mut counts) = (Vec::new(), Vec::new());
        match cases.pieces[0].part.data.outcome() {
            Outcome::Chosen(_) => chosen = members.iter().map(|&case| cases.chosen(case)).collect(),
            Outcome::Counts(_) => {
                for slot in 0..n_slots {
                    counts.extend(members.iter().map(|&case| cases.count(case, slot)));
                }
            }
            // Nothing was chosen as far as is known, and contributes nothing.
            Outcome::None => counts = vec![0.0; n_slots * members.len()],
        }
        let weights = members.iter().map(|&case| cases.weight(case)).collect();
        let n_columns = self.sets[set].columns.len();
        Wide::new(set, n_columns, members, (chosen, counts), weights)
    }

    fn tall_draft(&self, cases: &Cases<'_, 'data>, set: usize, members: Vec<u32>) -> TallDraft {
        let n_slots = |case: u32| cases.start[case as usize + 1] - cases.start[case as usize];
        let n_slots: Vec<usize> = members.iter().map(|&case| n_slots(case)).collect();
        let mut plans = Vec::with_capacity(n_slots.iter().sum());
        for &case in &members {
            let (data, case) = cases.at(case);
            let alternatives = &data.pair_alternatives()[data.pairs(case)];
            plans.extend(alternatives.iter().map(|&at| self.plan(at)));
        }
        let (mut chosen, mut counts) = (Vec::new(), Vec::new());
        match cases.pieces[0].part.data.outcome() {
            Outcome::Chosen(_) => chosen = members.iter().map(|&case| cases.chosen(case)).collect(),
            Outcome::Counts(_) => {
                for (&case, &n_slots) in members.iter().zip(&n_slots) {
                    counts.extend((0..n_slots).map(|slot| cases.count(case, slot)));
                }
            }
            Outcome::None => counts = vec![0.0; plans.len()],
        }
        let of = TallCases {
            first_pairs: members.iter().map(|&case| cases.start[case as usize]).collect(),
            weights: members.iter().map(|&case| cases.weight(case)).collect(),
            cases: members,
            n_slots,
            plans,
            chosen,
            counts,
        };
        TallDraft::new(set, &self.tall_sets[set], of)
    }
}

/// Cases of a segment, counted from its first, and their set.
enum Members {
    Wide(usize, Vec<u32>),
    Tall(usize, Vec<u32>),
}

/// A group that is being filled.
enum Filling {
    Wide(Wide),
    Tall(usize, TallDraft),
}
