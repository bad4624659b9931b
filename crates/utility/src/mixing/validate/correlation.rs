//! The groups of correlated coefficients.

use logsum_data::near_miss;

use super::Problems;
use crate::error::MixingError;
use crate::mixing::{TasteDistribution, Varies};

impl Problems<'_> {
    pub(super) fn correlation(&mut self) {
        let groups = &self.mixing.correlation;
        for (position, group) in groups.iter().enumerate() {
            let mut distinct: Vec<&str> = Vec::new();
            for member in group {
                if distinct.contains(&member.as_str()) {
                    self.add(MixingError::MemberTwice { member: member.clone() });
                    continue;
                }
                distinct.push(member);
                if groups[..position].iter().any(|earlier| earlier.contains(member)) {
                    self.add(MixingError::TwoGroups { member: member.clone() });
                    continue;
                }
                self.member(member);
            }
            match group.as_slice() {
                [] => self.add(MixingError::EmptyGroup),
                [member] => self.add(MixingError::GroupOfOne { member: member.clone() }),
                _ => {}
            }
            self.group_varies_alike(&distinct);
        }
    }

    fn member(&mut self, member: &str) {
        let Some(random) = self.mixing.coefficient(member) else {
            let random = self.mixing.random.iter().map(|random| random.symbol.as_str());
            self.add(MixingError::MemberNotRandom {
                member: member.to_owned(),
                suggestion: near_miss(member, random),
            });
            return;
        };
        let shape = random.shape();
        if !shape.is_some_and(|shape| shape.has_normal_part()) {
            self.add(MixingError::NoNormalPart {
                member: member.to_owned(),
                shape,
            });
            return;
        }
        if let TasteDistribution::Named { second: Some(tie), .. } = &random.distribution {
            self.add(MixingError::MemberTied {
                member: member.to_owned(),
                tie: tie.source().to_owned(),
            });
        }
    }

    fn group_varies_alike(&mut self, members: &[&str]) {
        let first = |varies: Varies| {
            let of_kind = |member: &&&str| {
                let random = self.mixing.coefficient(member);
                random.is_some_and(|random| random.varies == varies)
            };
            members.iter().find(of_kind).map(|member| (**member).to_owned())
        };
        if let (Some(within), Some(between)) = (first(Varies::Case), first(Varies::DecisionMaker)) {
            self.add(MixingError::GroupVaries { within, between });
        }
    }
}
