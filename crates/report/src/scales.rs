//! Scales as a model specifies them.

use logsum_utility::Scale;

use crate::page::Page;
use crate::{Format, Style};

/// What multiplies the utilities of a case, and where; as text or Markdown, nothing in other formats or without scales.
pub fn scales(scales: &[Scale], format: Format, style: Style) -> String {
    match format {
        Format::Text | Format::Markdown if !scales.is_empty() => {
            let mut page = Page::new("Scales", "");
            for scale in scales {
                let place = scale
                    .condition()
                    .map_or(String::new(), |when| format!(" where {when}, 1 elsewhere"));
                page.fact("Scale", format!("{}: {}{place}", scale.name(), scale.factor()));
            }
            page.write(format, style, &(), String::new)
        }
        _ => String::new(),
    }
}
