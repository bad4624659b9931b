//! Nests, before any data: which alternatives are alike, and how much.

mod validate;

use logsum_expressions::Expression;

use crate::model::Model;
use crate::specification::Specification;

pub(crate) use validate::{problems, problems_of_names};

/// What makes a logit a nested or cross-nested one: the table `[nests]` of a model file.
///
/// A nest n with dissimilarity λ_n has the value
///
/// ```text
/// U_n = λ_n ln Σ_c (α_nc exp U_c)^(1/λ_n)
/// ```
///
/// of its members c, alternatives (U_c = V_c) or other nests, with allocations α_nc that are 1 unless they are given. What is
/// in no nest stands at the root, whose dissimilarity is 1; every dissimilarity is relative to that of the root. λ = 1 is
/// logit; utility maximisation for all utilities needs 0 < λ ≤ 1, and of a nest within another no more than that one's.
///
/// A nest that is not normalised has U_n = λ_n ln Σ_c α_nc exp U_c instead: utilities are not divided by λ. It is the form
/// of many older tables; adding the same to all utilities then changes probabilities.
///
/// # Source
/// McFadden (1978), *Modelling the choice of residential location*; Vovsha (1997) and Wen and Koppelman (2001) of
/// cross-nested logit; Chu (1989) of paired combinations; of the form that is not normalised Daly (1987).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nests {
    /// The nests.
    pub nests: Vec<Nest>,
}

/// A nest.
#[derive(Clone, Debug, PartialEq)]
pub struct Nest {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub members: Vec<Member>,
    /// Its dissimilarity λ: a number, a declared parameter, or an expression of them.
    pub dissimilarity: Expression,
    /// Whether utilities are divided by λ.
    pub normalised: bool,
}

/// A member of a nest.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// An alternative or a nest.
    pub name: String,
    /// How much of it belongs to the nest: a number, or an expression of parameters. All of it if nothing is said.
    pub allocation: Option<Expression>,
}

impl Nest {
    /// A nest of these alternatives or nests.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        members: impl IntoIterator<Item = S>,
        dissimilarity: Expression,
    ) -> Self {
        let member = |name: S| Member {
            name: name.into(),
            allocation: None,
        };
        Nest {
            name: name.into(),
            members: members.into_iter().map(member).collect(),
            dissimilarity,
            normalised: true,
        }
    }

    /// A nest of parts of alternatives.
    pub fn of_parts<S: Into<String>>(
        name: impl Into<String>,
        members: impl IntoIterator<Item = (S, Expression)>,
        dissimilarity: Expression,
    ) -> Self {
        let member = |(name, allocation): (S, Expression)| Member {
            name: name.into(),
            allocation: Some(allocation),
        };
        Nest {
            name: name.into(),
            members: members.into_iter().map(member).collect(),
            dissimilarity,
            normalised: true,
        }
    }

    /// Does not divide utilities by the dissimilarity.
    pub fn not_normalised(mut self) -> Self {
        self.normalised = false;
        self
    }
}

impl Nests {
    /// Paired combinatorial logit: a nest for each two of these alternatives, to which 1/(J − 1) of either belongs. The
    /// nest of `a` and `b` is called `a_b`, and `dissimilarity` gives its λ from the place of the two.
    ///
    /// # Source
    /// Chu (1989), *A paired combinatorial logit model for travel demand analysis*; Koppelman and Wen (2000).
    pub fn pairs<S: AsRef<str>>(alternatives: &[S], mut dissimilarity: impl FnMut(usize, usize) -> Expression) -> Self {
        let share = format!("1 / {}", alternatives.len().saturating_sub(1).max(1));
        let share = Expression::parse(&share).expect("a fraction is an expression");
        let mut nests = Vec::new();
        for (j, second) in alternatives.iter().enumerate() {
            for (i, first) in alternatives[..j].iter().enumerate() {
                let members = [first, second].map(|name| (name.as_ref(), share.clone()));
                let name = pair_name(first.as_ref(), second.as_ref());
                nests.push(Nest::of_parts(name, members, dissimilarity(i, j)));
            }
        }
        Nests { nests }
    }

    /// Expressions with labels for messages.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = (String, &Expression)> {
        self.nests.iter().flat_map(|nest| {
            let dissimilarity = (format!("dissimilarity of nest \"{}\"", nest.name), &nest.dissimilarity);
            let allocations = nest.members.iter().filter_map(|member| {
                let label = format!("allocation of \"{}\" to nest \"{}\"", member.name, nest.name);
                Some((label, member.allocation.as_ref()?))
            });
            std::iter::once(dissimilarity).chain(allocations)
        })
    }

    /// Names of parameters in them.
    pub(crate) fn used_names(&self) -> Vec<&str> {
        self.expressions()
            .flat_map(|(_, expression)| expression.names())
            .collect()
    }

    /// Whether alternatives are allocated to nests in parts.
    pub fn is_cross_nested(&self) -> bool {
        let mut members = self.nests.iter().flat_map(|nest| &nest.members);
        members.any(|member| member.allocation.is_some())
    }

    /// Nests one in another, that of the alternatives counted.
    pub fn levels(&self) -> usize {
        fn depth(nests: &Nests, nest: &Nest, left: usize) -> usize {
            let below = nest.members.iter().filter_map(|member| nests.get(&member.name));
            let below = below.map(|inner| if left == 0 { 0 } else { depth(nests, inner, left - 1) });
            1 + below.max().unwrap_or(0)
        }
        let all = self.nests.iter().map(|nest| depth(self, nest, self.nests.len()));
        1 + all.max().unwrap_or(0)
    }

    /// The nest of that name.
    pub fn get(&self, name: &str) -> Option<&Nest> {
        self.nests.iter().find(|nest| nest.name == name)
    }
}

/// What the nest of a pair is called.
pub(crate) fn pair_name(first: &str, second: &str) -> String {
    format!("{first}_{second}")
}

impl Specification {
    /// Adds a nest.
    pub fn nest(mut self, nest: Nest) -> Self {
        self.nests.get_or_insert_default().nests.push(nest);
        self
    }

    /// Sets the nests.
    pub fn nested(mut self, nests: Nests) -> Self {
        self.nests = Some(nests);
        self
    }
}

impl Model<'_> {
    /// The family, as a fit is called.
    pub(crate) fn nested_family(&self, is_mixed: bool) -> &'static str {
        let nests = self.specification().nests.as_ref();
        match (nests.is_some_and(Nests::is_cross_nested), is_mixed) {
            (false, false) => "nested logit",
            (true, false) => "cross-nested logit",
            (false, true) => "mixed nested logit",
            (true, true) => "mixed cross-nested logit",
        }
    }
}
