//! The model file as JSON of the same structure, as it stands in a fit file.

use logsum_data::{Code, Layout, Missing, WideChoice};
use serde_json::{Map, Value, json};

use super::{ModelFile, ModelFileError, Problem};

impl ModelFile {
    /// The model file as JSON of the same structure.
    pub fn to_json(&self) -> Value {
        let mut data = Map::new();
        let mut set = |key: &str, value: Value| data.insert(key.to_owned(), value);
        set("file", json!(self.file));
        match &self.schema.layout {
            Layout::Wide { choice } => {
                set("layout", json!("wide"));
                set(
                    "choice",
                    match (choice, &self.schema.ranking) {
                        (WideChoice::Code(choice), Some(ranking)) => {
                            std::iter::once(choice).chain(&ranking.further).cloned().collect()
                        }
                        (WideChoice::Code(choice), None) => json!(choice),
                        (WideChoice::Counts(counts), _) => super::counts::to_json(counts),
                    },
                );
            }
            Layout::Long {
                case,
                alternative,
                choice,
                ..
            } => {
                set("layout", json!("long"));
                set("case", json!(case));
                if let Some(alternative) = alternative {
                    set("alternative", json!(alternative));
                }
                set("choice", json!(choice));
            }
        }
        if self.schema.has_counts() {
            set(if self.schema.shares { "shares" } else { "counts" }, json!(true));
        }
        if let Some(filter) = &self.schema.filter {
            set("filter", json!(filter.source()));
        }
        if let Some(decision_maker) = &self.schema.decision_maker {
            set("decision_maker", json!(decision_maker));
        }
        if let Some(weight) = &self.schema.weight {
            set("weight", json!(weight.source()));
        }
        match self.schema.missing {
            Missing::Error => None,
            Missing::DropCase => set("missing", json!("drop_case")),
            Missing::DropAlternative => set("missing", json!("drop_alternative")),
        };
        if let Some(separator) = self.separator {
            set("separator", json!(separator.to_string()));
        }
        if self.decimal_comma {
            set("decimal_mark", json!(","));
        }

        let mut root = Map::new();
        if !self.title.is_empty() {
            root.insert("title".to_owned(), json!(self.title));
        }
        root.insert("data".to_owned(), Value::Object(data));
        if let Some(ranking) = &self.schema.ranking {
            // The table counts though it may be empty.
            root.insert("ranking".to_owned(), super::ranking::to_json(ranking));
        }
        let derived = self
            .schema
            .derived
            .iter()
            .map(|derived| (derived.name.clone(), json!(derived.expression.source())));
        insert_table(&mut root, "columns", derived.collect());
        insert_table(&mut root, "alternatives", self.alternatives_json());
        insert_table(&mut root, "parameters", self.parameters_json());
        let all = self
            .specification
            .all
            .iter()
            .map(|all| ("all".to_owned(), json!(all.source())));
        let own = self
            .specification
            .own
            .iter()
            .map(|(name, own)| (name.clone(), json!(own.source())));
        insert_table(&mut root, "utility", all.chain(own).collect());
        if let Some(nests) = &self.specification.nests {
            insert_table(&mut root, "nests", super::nests::to_json(nests));
        }
        insert_table(&mut root, "scale", super::scale::to_json(&self.specification));
        if let Some(ordered) = &self.specification.ordered {
            insert_table(&mut root, "ordered", super::ordered::to_json(ordered));
        }
        if let Some(probit) = &self.specification.probit {
            insert_table(&mut root, "probit", super::probit::to_json(probit));
        }
        for (name, table) in self.specification.mixing.iter().flat_map(super::random::to_json) {
            insert_table(&mut root, name, table);
        }
        if let Some(sampling) = &self.sampling {
            insert_table(&mut root, "sampling", super::sampling::to_json(sampling));
        }
        if let Some(synthetic) = &self.synthetic {
            insert_table(&mut root, "simulate", super::simulate::to_json(synthetic));
        }
        Value::Object(root)
    }

    /// Reads what [`ModelFile::to_json`] wrote.
    ///
    /// # Errors
    /// As [`ModelFile::parse`], for a fit file that was edited.
    pub fn from_json(specification: &Value) -> Result<Self, ModelFileError> {
        const NAME: &str = "specification of the fit";
        // One reader for both forms: JSON of this structure is TOML of the same.
        match toml::to_string(specification) {
            Ok(text) => ModelFile::parse(&text, NAME),
            Err(error) => Err(ModelFileError {
                problems: vec![Problem {
                    file: NAME.to_owned(),
                    line: 1,
                    column: 1,
                    message: format!("it is not that of a model file: {error}"),
                    snippet: String::new(),
                }],
            }),
        }
    }

    fn alternatives_json(&self) -> Map<String, Value> {
        let one = |alternative: &logsum_data::AlternativeSchema| {
            let code = match &alternative.code {
                Code::Number(number) => json!(number),
                Code::Text(text) => json!(text),
            };
            let mut entry = Map::new();
            entry.insert("code".to_owned(), code);
            if let Some(available) = &alternative.available {
                entry.insert("available".to_owned(), json!(available.source()));
            }
            if let Some(rate) = alternative.sampling_rate {
                entry.insert("sampling_rate".to_owned(), json!(rate));
            }
            (alternative.name.clone(), Value::Object(entry))
        };
        self.schema.alternatives.iter().map(one).collect()
    }

    fn parameters_json(&self) -> Map<String, Value> {
        let one = |declared: &crate::specification::DeclaredParameter| {
            let parameter = &declared.parameter;
            let mut entry = Map::new();
            entry.insert("start".to_owned(), json!(parameter.start));
            if parameter.fixed {
                entry.insert("fixed".to_owned(), json!(true));
            }
            if parameter.lower.is_finite() {
                entry.insert("lower".to_owned(), json!(parameter.lower));
            }
            if parameter.upper.is_finite() {
                entry.insert("upper".to_owned(), json!(parameter.upper));
            }
            if parameter.name != declared.symbol {
                entry.insert("label".to_owned(), json!(parameter.name));
            }
            (declared.symbol.clone(), Value::Object(entry))
        };
        self.specification.parameters.iter().map(one).collect()
    }
}

fn insert_table(root: &mut Map<String, Value>, name: &str, table: Map<String, Value>) {
    if !table.is_empty() {
        root.insert(name.to_owned(), Value::Object(table));
    }
}
