//! The tables of a model file, one function each.

use std::ops::Range;

use logsum_data::{AlternativeSchema, Code, Derived, Layout, Missing, RankingSchema, Schema, WideChoice, near_miss};
use logsum_estimate::Parameter;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::counts::{self, Tally};
use super::reader::{Problem, Reader, Section, kind, number};
use super::{ModelFile, nests, ordered, probit, random, ranking, sampling, scale, simulate};
use crate::specification::{DeclaredParameter, Specification};

/// Tables of the interface that this version does not estimate yet.
pub(super) const LATER: [&str; 1] = ["classes"];

pub(super) fn parse(text: &str, name: &str) -> Result<ModelFile, Vec<Problem>> {
    let reader = Reader::new(text, name);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error.span().filter(|range| range.end <= text.len()).unwrap_or(0..0);
        let message = match error.message().trim() {
            "duplicate key" => {
                let key = text.get(range.clone()).unwrap_or_default().trim_matches(['"', '\'']);
                format!("\"{key}\" stands twice in its table; keep one")
            }
            message => message.replace('\n', "; "),
        };
        reader.broken(range, message);
    }
    let file = read(&reader, root.get_ref(), !errors.is_empty());
    let problems = reader.into_problems();
    match file {
        Some(file) if problems.is_empty() => Ok(file),
        _ => Err(problems),
    }
}

/// Reads what is there; `broken` texts are not blamed for what may stand in the part that did not parse.
fn read(reader: &Reader<'_>, root: &DeTable<'_>, broken: bool) -> Option<ModelFile> {
    let root = Section::new(reader, "the model file", 0..0, root);
    let title = root.text("title").unwrap_or_default();
    let ranks = root.section("ranking").map(ranking::read);
    let data = root.section("data");
    if data.is_none() && root.take("data").is_none() {
        root.missing("data", "the model file needs [data] with the file and its layout");
    }
    let data = data.and_then(|section| read_data(section, ranks.as_ref()));
    let derived = root.section("columns").map(read_columns).unwrap_or_default();
    let alternatives = root.section("alternatives");
    // Names also of those whose codes are wrong: their utilities are not to blame.
    let names: Vec<&str> = alternatives.iter().flat_map(|section| section.names()).collect();
    // Where a count says what was chosen, nothing is coded.
    let coded = match &data {
        Some(data) => data.schema.counts_of_alternatives().is_empty(),
        None => !counts::are_meant(&root),
    };
    let alternatives = alternatives.map(|section| read_alternatives(section, coded));
    let alternatives = alternatives.unwrap_or_default();
    if let Some(data) = &data {
        counts::check_names(reader, &data.counted, &names);
    }
    let (mut parameters, unstarted) = root.section("parameters").map(read_parameters).unwrap_or_default();
    let utility = root.section("utility");
    // Classes have utilities of their own.
    let elsewhere = root.names().any(|name| name == "classes");
    if utility.is_none() && !elsewhere && root.take("utility").is_none() {
        root.missing(
            "utility",
            "the model file needs [utility] with an expression for each alternative, or \"all\"",
        );
    }
    let (all, own) = utility.map(|section| read_utility(section, &names)).unwrap_or_default();
    let layout = data.as_ref().map(|data| &data.schema.layout);
    let synthetic = root.section("simulate").map(|section| simulate::read(section, layout));
    let sampling = root
        .section("sampling")
        .and_then(|section| sampling::read(section, data.as_ref().map(|data| &data.schema.layout)));
    if let (Some(ranks), Some(_)) = (&ranks, &sampling) {
        reader.problem(
            ranks.span.clone(),
            "[ranking] does not go with [sampling], whose correction does not hold for the stages of a ranking; remove one \
             of them",
        );
    }
    let mixing = random::read(&root, broken);
    let probit = probit::read(&root, &names);
    let nests = root.section("nests").map(|section| nests::read(section, &names));
    let scales = root.section("scale").map(|section| {
        let symbols = parameters.iter().map(|declared| declared.symbol.as_str());
        let tastes = mixing.iter().flat_map(|mixing| &mixing.random);
        let symbols: Vec<&str> = symbols.chain(tastes.map(|random| random.symbol.as_str())).collect();
        scale::read(&section, &symbols)
    });
    let scales = scales.unwrap_or_default();
    let ordered = root
        .section("ordered")
        .and_then(|section| ordered::read(section, &names));
    if let Some(mixing) = &mixing {
        start_elsewhere(&mut parameters, &unstarted, mixing.second_estimates());
    }
    if let Some(ordered) = &ordered {
        let own = |name: &str| {
            let mut started = parameters
                .iter()
                .filter(|declared| !unstarted.contains(&declared.symbol));
            let declared = started.find(|declared| declared.symbol == name)?;
            Some(declared.parameter.start)
        };
        let thresholds = ordered.thresholds(own);
        start_elsewhere(&mut parameters, &unstarted, thresholds);
    }
    start_elsewhere(
        &mut parameters,
        &unstarted,
        scale::parameters(&scales).map(|name| (name, 1.0)),
    );
    if broken {
        root.abandon();
    } else {
        root.finish(later);
    }
    let Data {
        file,
        separator,
        decimal_comma,
        schema,
        ..
    } = data?;
    let specification = Specification {
        parameters,
        all,
        own,
        scales,
        mixing,
        probit,
        nests,
        generator: None,
        ordered,
    };
    Some(ModelFile {
        title,
        file,
        separator,
        decimal_comma,
        schema: Schema {
            derived,
            alternatives,
            ..schema
        },
        specification: specification.completed(),
        synthetic,
        sampling,
    })
}

/// What to say of a table that the interface has and this version does not.
fn later(name: &str) -> Option<String> {
    LATER.contains(&name).then(|| {
        format!(
            "[{name}] belongs to a model family that this version of logsum does not estimate; it estimates logit, nested, \
             cross-nested, rank-ordered, ordered and mixed logit, and probit"
        )
    })
}

struct Data {
    file: String,
    separator: Option<char>,
    decimal_comma: bool,
    schema: Schema,
    /// Names of alternatives that are counted, with their places.
    counted: Vec<(String, Range<usize>)>,
}

fn read_data(data: Section<'_, '_, '_>, ranks: Option<&ranking::Ranks>) -> Option<Data> {
    let reader = data.reader;
    let file = data
        .require("file", "file = \"choices.csv\"")
        .and_then(|value| reader.text_of("file", value));
    let tally = counts::tally(&data, ranks);
    let layout = match data.require(
        "layout",
        "layout = \"wide\" (a row per case) or \"long\" (a row per alternative)",
    ) {
        None => {
            know_all_layouts(&data);
            None
        }
        Some(value) => reader
            .text_of("layout", value)
            .and_then(|layout| match layout.as_str() {
                "wide" => read_wide(&data, ranks, tally),
                "long" => read_long(&data, ranks, tally).map(|layout| (layout, Vec::new())),
                other => {
                    reader.problem(value.span(), format!("layout is \"wide\" or \"long\", not \"{other}\""));
                    know_all_layouts(&data);
                    None
                }
            }),
    };
    let counted = data.take("choice").map_or(Vec::new(), counts::places);
    let filter = data.expression("filter");
    let decision_maker = data.text("decision_maker");
    let weight = data.expression("weight");
    let missing = data.take("missing").map_or(Some(Missing::Error), |value| {
        let text = reader.text_of("missing", value)?;
        let missing = match text.as_str() {
            "error" => Some(Missing::Error),
            "drop_case" => Some(Missing::DropCase),
            "drop_alternative" => Some(Missing::DropAlternative),
            _ => None,
        };
        if missing.is_none() {
            let message = format!("missing is \"error\", \"drop_case\" or \"drop_alternative\", not \"{text}\"");
            reader.problem(value.span(), message);
        }
        missing
    });
    let separator = data.take("separator").and_then(|value| {
        let text = reader.text_of("separator", value)?;
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) if character.is_ascii() => Some(character),
            _ => {
                reader.problem(
                    value.span(),
                    format!("separator is one ASCII character such as \";\", not \"{text}\""),
                );
                None
            }
        }
    });
    let decimal_comma =
        data.take("decimal_mark")
            .is_some_and(|value| match reader.text_of("decimal_mark", value).as_deref() {
                Some(",") => true,
                Some(".") | None => false,
                Some(other) => {
                    reader.problem(value.span(), format!("decimal_mark is \".\" or \",\", not \"{other}\""));
                    false
                }
            });
    data.finish(|name| match name {
        "case" | "alternative" => Some(format!("\"{name}\" belongs to long data; in wide data a row is a case")),
        _ => None,
    });
    let (layout, further) = layout?;
    let schema = Schema {
        ranking: ranks.map(|ranks| RankingSchema {
            further,
            ..ranks.schema.clone()
        }),
        shares: tally == Some(Tally::Shares),
        filter,
        decision_maker,
        weight,
        missing: missing?,
        ..Schema::of(layout)
    };
    Some(Data {
        file: file?,
        separator,
        decimal_comma,
        schema,
        counted,
    })
}

/// Keys of either layout are known, so that they are not reported as unknown where the layout is.
fn know_all_layouts(data: &Section<'_, '_, '_>) {
    for key in ["choice", "case", "alternative"] {
        data.take(key);
    }
}

/// The layout, and of rankings the columns of the second, the third, ... alternative.
fn read_wide(
    data: &Section<'_, '_, '_>,
    ranks: Option<&ranking::Ranks>,
    tally: Option<Tally>,
) -> Option<(Layout, Vec<String>)> {
    let example = match (ranks, tally) {
        (None, None) => "choice = \"CHOICE\", the column with the code of the chosen alternative".to_owned(),
        (Some(_), _) => {
            "choice = [\"best\", \"second\"], the columns with the codes of the ranked alternatives, the best first"
                .to_owned()
        }
        (None, Some(tally)) => tally.example(),
    };
    let value = data.require("choice", &example)?;
    if let Some(choice) = counts::of_alternatives(data.reader, value, tally, ranks)? {
        return Some((Layout::Wide { choice }, Vec::new()));
    }
    let mut columns = ranking::columns(data.reader, value, ranks)?.into_iter();
    let choice = WideChoice::Code(columns.next()?);
    Some((Layout::Wide { choice }, columns.collect()))
}

fn read_long(data: &Section<'_, '_, '_>, ranks: Option<&ranking::Ranks>, tally: Option<Tally>) -> Option<Layout> {
    let reader = data.reader;
    let case = data.require("case", "case = \"id\", the column that identifies the case");
    let case = case.and_then(|value| reader.text_of("case", value));
    let alternative = data.text("alternative");
    let example = match (ranks, tally) {
        (Some(_), _) => "choice = \"rank\", the column that is 1 for the best, 2 for the second, ...",
        (None, None) => "choice = \"choice\", the column that is 1 in the chosen row",
        (None, Some(Tally::Counts)) => "choice = \"n\", the column that says how often each alternative was chosen",
        (None, Some(Tally::Shares)) => "choice = \"share\", the column with the share of each alternative",
    };
    let choice = data.require("choice", example);
    let choice = choice.and_then(|value| ranking::column(reader, value));
    Some(Layout::Long {
        case: case?,
        alternative,
        choice: choice?,
        counts: tally.is_some(),
    })
}

fn read_columns(section: Section<'_, '_, '_>) -> Vec<Derived> {
    let one = |(name, _, value): (&str, _, &Spanned<DeValue<'_>>)| {
        let expression = section.reader.expression_of(&format!("column \"{name}\""), value)?;
        Some(Derived {
            name: name.to_owned(),
            expression,
        })
    };
    section.entries().filter_map(one).collect()
}

fn read_alternatives(section: Section<'_, '_, '_>, coded: bool) -> Vec<AlternativeSchema> {
    let reader = section.reader;
    let mut alternatives = Vec::new();
    for (name, span, value) in section.entries() {
        if name == "all" {
            reader.problem(span, "\"all\" stands for every alternative; give this one another name");
            continue;
        }
        let DeValue::Table(table) = value.get_ref() else {
            if let Some(code) = code(reader, name, value) {
                alternatives.push(AlternativeSchema {
                    name: name.to_owned(),
                    code,
                    available: None,
                    sampling_rate: None,
                });
            }
            continue;
        };
        let entry = Section::new(reader, format!("alternative \"{name}\""), span, table);
        let value = match coded {
            true => entry.require("code", "code = 1"),
            false => entry.take("code"),
        };
        let code = match value {
            None if !coded => Some(Code::Text(name.to_owned())),
            value => value.and_then(|value| code(reader, name, value)),
        };
        let available = entry.expression("available");
        let sampling_rate = sampling_rate(&entry, name);
        entry.finish(|_| None);
        if let Some(code) = code {
            alternatives.push(AlternativeSchema {
                name: name.to_owned(),
                code,
                available,
                sampling_rate,
            });
        }
    }
    alternatives
}

/// The rate at which those who chose an alternative were sampled.
fn sampling_rate(entry: &Section<'_, '_, '_>, alternative: &str) -> Option<f64> {
    let value = entry.take("sampling_rate")?;
    let rate = entry.reader.number_of("sampling_rate", value)?;
    let sound = rate.is_finite() && rate > 0.0;
    if !sound {
        let message = format!(
            "the sampling_rate of \"{alternative}\" is {rate}; it is a positive number, the share of those who chose the \
             alternative that were sampled (only the ratios of the rates matter)"
        );
        entry.reader.problem(value.span(), message);
    }
    sound.then_some(rate)
}

fn code(reader: &Reader<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Code> {
    if let Some(number) = number(value) {
        return Some(Code::Number(number));
    }
    let code = value.get_ref().as_str().map(|text| Code::Text(text.to_owned()));
    if code.is_none() {
        reader.problem(
            value.span(),
            format!("the code of \"{name}\" is a number or a text, not {}", kind(value)),
        );
    }
    code
}

/// The parameters, and the names of those without a start of their own.
fn read_parameters(section: Section<'_, '_, '_>) -> (Vec<DeclaredParameter>, Vec<String>) {
    let reader = section.reader;
    let mut parameters = Vec::new();
    let mut unstarted = Vec::new();
    for (name, span, value) in section.entries() {
        let mut parameter = Parameter::new(name, 0.0);
        if let DeValue::Table(table) = value.get_ref() {
            let entry = Section::new(reader, format!("parameter \"{name}\""), span, table);
            if !table.contains_key("start") {
                unstarted.push(name.to_owned());
            }
            parameter.start = entry.number("start").unwrap_or(0.0);
            parameter.fixed = entry.bool("fixed").unwrap_or(false);
            parameter.lower = entry.number("lower").unwrap_or(f64::NEG_INFINITY);
            parameter.upper = entry.number("upper").unwrap_or(f64::INFINITY);
            parameter.name = entry.text("label").unwrap_or_else(|| name.to_owned());
            entry.finish(|_| None);
        } else {
            match number(value) {
                Some(start) => parameter.start = start,
                None => reader.problem(
                    value.span(),
                    format!(
                        "parameter \"{name}\" is a starting value, or a table such as {{ start = 0.0, lower = 0.0 }}, not {}",
                        kind(value)
                    ),
                ),
            }
        }
        parameters.push(DeclaredParameter {
            symbol: name.to_owned(),
            parameter,
        });
    }
    (parameters, unstarted)
}

/// What is declared without a start, for its bounds or its label, starts where it naturally does.
fn start_elsewhere<N: AsRef<str>>(
    parameters: &mut [DeclaredParameter],
    unstarted: &[String],
    starts: impl IntoIterator<Item = (N, f64)>,
) {
    for (name, start) in starts {
        let mut declared = parameters
            .iter_mut()
            .filter(|declared| unstarted.contains(&declared.symbol));
        let declared = declared.find(|declared| declared.symbol == name.as_ref() && !declared.parameter.fixed);
        if let Some(declared) = declared {
            declared.parameter.start = start;
        }
    }
}

type Utilities = (
    Option<logsum_expressions::Expression>,
    Vec<(String, logsum_expressions::Expression)>,
);

fn read_utility(section: Section<'_, '_, '_>, alternatives: &[&str]) -> Utilities {
    let reader = section.reader;
    let mut all = None;
    let mut own = Vec::new();
    for (name, span, value) in section.entries() {
        if name == "all" {
            all = reader.expression_of("utility \"all\"", value);
            continue;
        }
        if !alternatives.is_empty() && !alternatives.contains(&name) {
            let suggestion = near_miss(name, alternatives.iter().copied().chain(["all"]));
            let suggestion = suggestion.map_or(String::new(), |known| format!("; did you mean \"{known}\"?"));
            reader.problem(
                span,
                format!("[utility] names \"{name}\", which is not in [alternatives]{suggestion}"),
            );
        }
        if let Some(expression) = reader.expression_of(&format!("utility of \"{name}\""), value) {
            own.push((name.to_owned(), expression));
        }
    }
    (all, own)
}
