//! Nests as a model specifies them.

use logsum_utility::{Nest, Nests};

use crate::page::Page;
use crate::{Format, Style};

/// What is in each nest, and what is in none; as text or Markdown, nothing in other formats. `alternatives`: names of all.
pub fn nests(nests: &Nests, alternatives: &[String], format: Format, style: Style) -> String {
    match format {
        Format::Text | Format::Markdown => page(nests, alternatives).write(format, style, &(), String::new),
        _ => String::new(),
    }
}

fn page(nests: &Nests, alternatives: &[String]) -> Page {
    let mut page = Page::new("Nests", "");
    for nest in &nests.nests {
        let members = nest.members.iter().map(|member| match &member.allocation {
            None => member.name.clone(),
            Some(allocation) => format!("{} ({})", member.name, allocation.source()),
        });
        let members = members.collect::<Vec<String>>().join(", ");
        let form = if nest.normalised { "" } else { ", not normalised" };
        page.fact(
            &nest.name,
            format!("{members}; dissimilarity {}{form}", nest.dissimilarity.source()),
        );
    }
    let held = |name: &str| {
        nests
            .nests
            .iter()
            .any(|nest: &Nest| nest.members.iter().any(|member| member.name == name))
    };
    let alone: Vec<&str> = alternatives
        .iter()
        .map(String::as_str)
        .filter(|name| !held(name))
        .collect();
    if !alone.is_empty() {
        page.fact(
            "In no nest",
            format!("{}: at the root, with dissimilarity 1", alone.join(", ")),
        );
    }
    page
}
