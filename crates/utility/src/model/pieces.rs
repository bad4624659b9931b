//! Pieces of choice data that make up a segment: its cases may come from several parts of a file.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

use logsum_data::{ChoiceData, Level, Outcome};
use logsum_expressions::{Graph, NodeId};

/// Choice data that a caller keeps, or that live as long as somebody needs them.
#[derive(Clone, Debug)]
pub(crate) enum Shared<'data> {
    Borrowed(&'data ChoiceData),
    Owned(Arc<ChoiceData>),
}

impl Deref for Shared<'_> {
    type Target = ChoiceData;

    fn deref(&self) -> &ChoiceData {
        match self {
            Shared::Borrowed(data) => data,
            Shared::Owned(data) => data,
        }
    }
}

/// Choice data with the levels of the nodes that are stored.
#[derive(Debug)]
pub(crate) struct Part<'data> {
    pub data: Shared<'data>,
    pub levels: Vec<Level>,
}

/// Cases of one part that belong to one segment.
#[derive(Clone, Debug)]
pub(crate) struct Piece<'data> {
    pub part: Arc<Part<'data>>,
    pub cases: Range<usize>,
}

/// A segment before its columns are filled.
#[derive(Debug, Default)]
pub(crate) struct Draft<'data> {
    pub pieces: Vec<Piece<'data>>,
    /// First case, as numbered over all parts.
    pub first: usize,
    pub n_makers: usize,
    pub n_pairs: usize,
}

impl<'data> Draft<'data> {
    /// The level of each node: that of the case if it varies within no case.
    pub fn levels(&self) -> Vec<Level> {
        let mut levels = self.pieces[0].part.levels.clone();
        for piece in &self.pieces[1..] {
            for (level, other) in levels.iter_mut().zip(&piece.part.levels) {
                *level = (*level).max(*other);
            }
        }
        levels
    }

    /// Where the cases stand.
    pub fn cases(&self) -> Cases<'_, 'data> {
        let mut of = Vec::new();
        let mut start = vec![0];
        for (index, piece) in self.pieces.iter().enumerate() {
            for case in piece.cases.clone() {
                of.push((index, case));
                start.push(start[start.len() - 1] + piece.part.data.pairs(case).len());
            }
        }
        Cases {
            pieces: &self.pieces,
            of,
            start,
        }
    }

    /// Values of a node over the cases or pairs of the segment.
    pub fn values(&self, graph: &Graph, node: NodeId, level: Level) -> Cow<'_, [f64]> {
        let part = |piece: &'_ Piece<'data>| -> Vec<f64> {
            piece
                .part
                .data
                .evaluate_cases(graph, node, level, piece.cases.clone())
                .into_owned()
        };
        match &self.pieces[..] {
            [only] => only.part.data.evaluate_cases(graph, node, level, only.cases.clone()),
            pieces => Cow::Owned(pieces.iter().flat_map(part).collect()),
        }
    }
}

/// The cases of a segment in the parts from which they come.
pub(crate) struct Cases<'a, 'data> {
    pub pieces: &'a [Piece<'data>],
    /// Piece and case in its part.
    pub of: Vec<(usize, usize)>,
    /// Pairs of each case, counted from the segment's first.
    pub start: Vec<usize>,
}

impl Cases<'_, '_> {
    pub fn at(&self, case: u32) -> (&ChoiceData, usize) {
        let (piece, case) = self.of[case as usize];
        (&self.pieces[piece].part.data, case)
    }

    pub fn chosen(&self, case: u32) -> u32 {
        let (data, case) = self.at(case);
        match data.outcome() {
            Outcome::Chosen(chosen) => chosen[case],
            _ => unreachable!("all parts have outcomes of one kind"),
        }
    }

    pub fn count(&self, case: u32, slot: usize) -> f64 {
        let (data, case) = self.at(case);
        match data.outcome() {
            Outcome::Counts(counts) => counts[data.pairs(case).start + slot],
            _ => unreachable!("all parts have outcomes of one kind"),
        }
    }

    pub fn weight(&self, case: u32) -> f64 {
        let (data, case) = self.at(case);
        data.weights().map_or(1.0, |weights| weights[case])
    }
}
