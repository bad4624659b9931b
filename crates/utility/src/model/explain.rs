//! Findings of the diagnosis in words, naming parameters, columns and alternatives.

use logsum_estimate::NullVector;
use logsum_expressions::{Graph, NodeId};

use super::Model;
use super::diagnose::{Finding, representatives};
use super::plan::{Source, UtilityPlan};
use super::separation::{Certificate, Separation};
use logsum_data::ChoiceData;

impl Model<'_> {
    pub(super) fn explain_null(&self, vector: &NullVector, held: usize) -> Finding {
        let parameters = vector.parameters();
        let names = self.quoted(&parameters);
        let message = match parameters[..] {
            [k] => self.explain_null_alone(k),
            _ if parameters.iter().any(|&k| self.is_in_rest(k)) => format!(
                "{names} are not jointly identified: at the present values moving along {} changes no difference of \
                 utilities; fix one of them, or start elsewhere",
                self.describe(vector)
            ),
            _ => {
                let columns = self.columns_of(&parameters);
                let same = vector.components.iter().all(|&(k, value)| {
                    (value - 1.0).abs() < 1e-6 && self.term_columns[k] == self.term_columns[parameters[0]]
                });
                if same && columns.len() < 2 && self.is_labelled() {
                    let what = columns
                        .first()
                        .map_or("a constant".to_owned(), |column| format!("\"{column}\""));
                    format!(
                        "{names} are not jointly identified: with {what} in every alternative, adding the same to all \
                         of them changes no probability; remove one of them, or fix it at 0"
                    )
                } else {
                    let listed = if columns.is_empty() {
                        "constants".to_owned()
                    } else {
                        quoted(&columns)
                    };
                    format!(
                        "{names} are not jointly identified: what they multiply ({listed}) is collinear within choice \
                         sets, so that moving along {} changes no probability; remove or fix one of them",
                        self.describe(vector)
                    )
                }
            }
        };
        Finding {
            parameters,
            message,
            held: vec![held],
        }
    }

    fn explain_null_alone(&self, k: usize) -> String {
        let name = &self.parameters[k].name;
        let columns = &self.term_columns[k];
        let users = self.users(k);
        let available = &self.facts.times_available;
        if self.is_labelled() && users.iter().all(|&alternative| available[alternative] == 0) {
            let names: Vec<String> = users
                .iter()
                .map(|&alternative| self.facts.alternatives.names[alternative].clone())
                .collect();
            let (noun, verb) = if names.len() == 1 {
                ("alternative", "is")
            } else {
                ("alternatives", "are")
            };
            return format!(
                "\"{name}\" is not identified: it stands with {noun} {}, which {verb} available in no case; remove it",
                quoted(&names)
            );
        }
        if self.is_in_rest(k) {
            return format!(
                "\"{name}\" is not identified: at the present values it changes no difference of utilities; fix it, or \
                 start elsewhere"
            );
        }
        if columns.is_empty() {
            return format!(
                "\"{name}\" is not identified: it adds the same to every alternative of a case, which changes no \
                 probability; remove it from one alternative"
            );
        }
        let (verb, these) = if columns.len() == 1 {
            ("does", "it")
        } else {
            ("do", "them")
        };
        format!(
            "\"{name}\" is not identified: what it multiplies ({}) {verb} not differ between the alternatives of any \
             case; let {these} enter some alternatives only, or interact {these} with an attribute",
            quoted(columns)
        )
    }

    pub(super) fn explain_separation(&self, separation: &Separation) -> Vec<Finding> {
        let mut certificates: Vec<&Certificate> = separation.certificates.iter().collect();
        let mut lost: Vec<&NullVector> = separation.lost.iter().collect();
        let mut findings = Vec::new();
        let chosen = &self.facts.times_chosen;
        let available = &self.facts.times_available;
        for alternative in (0..chosen.len()).filter(|&at| self.is_labelled() && chosen[at] == 0.0 && available[at] > 0)
        {
            // What stands with this alternative alone.
            let own = |k: usize| self.users(k) == [alternative];
            let is_own = |certificate: &&Certificate| certificate.direction.iter().all(|&(k, _)| own(k));
            let ours: Vec<&Certificate> = certificates.iter().copied().filter(is_own).collect();
            if ours.is_empty() {
                continue;
            }
            certificates.retain(|certificate| !is_own(certificate));
            let mut parameters: Vec<usize> = ours
                .iter()
                .flat_map(|one| one.direction.iter().map(|&(k, _)| k))
                .collect();
            let lost_here = |vector: &&NullVector| vector.parameters().iter().all(|&k| own(k));
            parameters.extend(
                lost.iter()
                    .filter(|vector| lost_here(vector))
                    .flat_map(|vector| vector.parameters()),
            );
            lost.retain(|vector| !lost_here(vector));
            parameters.sort_unstable();
            parameters.dedup();
            findings.push(self.explain_never_chosen(alternative, parameters, available[alternative]));
        }
        if certificates.is_empty() && lost.is_empty() {
            return findings;
        }
        if separation.complete {
            findings.push(self.explain_complete(&certificates, &lost, separation.n_cases));
            return findings;
        }
        findings.extend(
            certificates
                .into_iter()
                .map(|certificate| self.explain_certificate(certificate, separation.n_cases)),
        );
        let left: Vec<NullVector> = lost.into_iter().cloned().collect();
        let held = representatives(&left);
        findings.extend(
            left.iter()
                .zip(held)
                .map(|(vector, held)| self.explain_lost(vector, held)),
        );
        findings
    }

    fn explain_never_chosen(&self, alternative: usize, parameters: Vec<usize>, available: usize) -> Finding {
        let name = &self.facts.alternatives.names[alternative];
        let (verb, estimates) = have(parameters.len());
        let (stands, them) = match parameters.len() {
            1 => ("it alone stands", "the parameter"),
            _ => ("they alone stand", "the parameters"),
        };
        Finding {
            message: format!(
                "{} {verb} no finite {estimates}: alternative \"{name}\", with which {stands}, is never chosen in the \
                 {available} cases that offer it; remove the alternative, or fix {them}",
                self.quoted(&parameters),
            ),
            held: parameters.clone(),
            parameters,
        }
    }

    fn explain_certificate(&self, certificate: &Certificate, n_cases: usize) -> Finding {
        let parameters: Vec<usize> = certificate.direction.iter().map(|&(k, _)| k).collect();
        let (verb, estimates) = have(parameters.len());
        let besides = if certificate.beyond { "besides, " } else { "" };
        Finding {
            message: format!(
                "{} {verb} no finite {estimates}{}: {besides}the choices are quasi-completely separated: moving {} makes no \
                 choice less likely and {} of {n_cases} cases ever more likely; remove or fix a parameter, or merge rare \
                 categories",
                self.quoted(&parameters),
                self.in_columns(&parameters),
                self.moves(&certificate.direction),
                certificate.strict_cases,
            ),
            parameters,
            held: vec![certificate.held],
        }
    }

    /// Every choice is decided, so that no parameter is left with an estimate that means anything.
    fn explain_complete(&self, certificates: &[&Certificate], lost: &[&NullVector], n_cases: usize) -> Finding {
        // Later directions break the ties that earlier ones leave.
        let mut direction: Vec<(usize, f64)> = Vec::new();
        for &(k, value) in certificates.iter().flat_map(|certificate| &certificate.direction) {
            if !direction.iter().any(|(known, _)| *known == k) {
                direction.push((k, value));
            }
        }
        direction.sort_by_key(|(k, _)| *k);
        let mut parameters: Vec<usize> = direction.iter().map(|&(k, _)| k).collect();
        parameters.extend(lost.iter().flat_map(|vector| vector.parameters()));
        parameters.sort_unstable();
        parameters.dedup();
        let (verb, estimates) = have(parameters.len());
        Finding {
            message: format!(
                "{} {verb} no finite {estimates}{}: the choices are perfectly separated: moving {} predicts all {n_cases} \
                 cases without error; look for a column that gives the choice away, and remove or fix a parameter",
                self.quoted(&parameters),
                self.in_columns(&parameters),
                self.moves(&direction),
            ),
            held: parameters.clone(),
            parameters,
        }
    }

    fn moves(&self, direction: &[(usize, f64)]) -> String {
        let one = |&(k, value): &(usize, f64)| {
            format!(
                "\"{}\" to {}",
                self.parameters[k].name,
                if value > 0.0 { "+∞" } else { "−∞" }
            )
        };
        direction.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn in_columns(&self, parameters: &[usize]) -> String {
        let columns = self.columns_of(parameters);
        match columns.len() {
            0 => String::new(),
            1 => format!(" (column {})", quoted(&columns)),
            _ => format!(" (columns {})", quoted(&columns)),
        }
    }

    fn explain_lost(&self, vector: &NullVector, held: usize) -> Finding {
        let parameters = vector.parameters();
        let (verb, it) = if parameters.len() == 1 {
            ("has", "it matters")
        } else {
            ("have", "they matter")
        };
        Finding {
            message: format!(
                "{} {verb} no unique estimate: {it} only in choices that the separation already decides; mend that first",
                self.quoted(&parameters)
            ),
            parameters,
            held: vec![held],
        }
    }

    /// A combination in words, its first component positive.
    pub(super) fn describe(&self, vector: &NullVector) -> String {
        let sign = vector.components[0].1.signum();
        let components = vector.components.iter().map(|&(k, value)| (k, sign * value)).collect();
        let names: Vec<&str> = self
            .parameters
            .iter()
            .map(|parameter| parameter.name.as_str())
            .collect();
        NullVector { components }.describe(&names)
    }

    /// Columns that stand with parameter `k`, in whatever multiplies it.
    pub(crate) fn columns_with(&self, k: usize) -> &[String] {
        &self.term_columns[k]
    }

    /// Alternatives whose utility has parameter `k`.
    pub(crate) fn users(&self, k: usize) -> Vec<usize> {
        let uses = |plan: &UtilityPlan| plan.parameters().contains(&(k as u32));
        let using: Vec<bool> = self.blocks.plans.iter().map(uses).collect();
        (0..self.plan_of.len())
            .filter(|&alternative| using[self.plan_of[alternative]])
            .collect()
    }

    /// Whether some utility is not linear in parameter `k`.
    pub(super) fn is_in_rest(&self, k: usize) -> bool {
        self.blocks
            .plans
            .iter()
            .flat_map(|plan| &plan.rest)
            .any(|rest| rest.parameters.contains(&(k as u32)))
    }

    fn is_labelled(&self) -> bool {
        self.facts.alternatives.labelled
    }

    /// Columns that stand with any of the parameters, each once.
    pub(super) fn columns_of(&self, parameters: &[usize]) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for column in parameters.iter().flat_map(|&k| &self.term_columns[k]) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        columns
    }

    pub(super) fn quoted(&self, parameters: &[usize]) -> String {
        let names: Vec<String> = parameters.iter().map(|&k| self.parameters[k].name.clone()).collect();
        quoted(&names)
    }
}

/// Columns that stand with each parameter, from whatever multiplies it; none for a constant.
pub(super) fn term_columns(
    graph: &Graph,
    data: &ChoiceData,
    plans: &[UtilityPlan],
    n_parameters: usize,
) -> Vec<Vec<String>> {
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); n_parameters];
    let mut note = |k: u32, node: NodeId| {
        for id in graph.columns_of(node) {
            let name = &data.columns()[id.0 as usize].name;
            if !columns[k as usize].contains(name) {
                columns[k as usize].push(name.clone());
            }
        }
    };
    for plan in plans {
        for &(k, source) in &plan.terms {
            if let Source::Node(node) = source {
                note(k, node);
            }
        }
        if let Some(rest) = &plan.rest {
            rest.parameters
                .iter()
                .zip(&rest.firsts)
                .for_each(|(&k, &first)| note(k, first));
        }
    }
    columns
}

fn have(parameters: usize) -> (&'static str, &'static str) {
    if parameters == 1 {
        ("has", "estimate")
    } else {
        ("have", "estimates")
    }
}

pub(super) fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ")
}
