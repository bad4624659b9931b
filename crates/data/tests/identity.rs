//! Groups, fingerprints, descriptions.

mod common;

use common::{car_and_bus, expression, long, read, read_table, table};
use logsum_data::describe::{AlternativeDescription, ColumnDescription, Summary, describe_table};
use logsum_data::{ChoiceData, Layout, Missing, Schema};

const WIDE: &str = "
    choice,who,x,env,w,extra
    1,b,1,town,1,5
    2,a,2,land,1,6
    1,b,,town,2,7
    2,c,4,,1,8";

fn wide(text: &str, schema: &Schema) -> ChoiceData {
    read(text, schema, &[], &[]).unwrap()
}

#[test]
fn groups_are_numbered_by_first_appearance_over_the_cases() {
    let data = wide(WIDE, &car_and_bus());
    assert_eq!(data.group_by("who").unwrap(), (vec![0, 1, 0, 2], 3));
    assert_eq!(data.group_by("w").unwrap(), (vec![0, 0, 1, 0], 2));
    let panel = wide(WIDE, &car_and_bus().decision_maker("who"));
    assert_eq!(panel.group_by("who").unwrap(), (vec![0, 0, 1, 2], 3));
    assert_eq!(panel.group_by("extra").unwrap(), (vec![0, 1, 2, 3], 4));
    assert_eq!(panel.group_by("w").unwrap(), (vec![0, 1, 0, 0], 2));
    let text = "case,alt,choice,zone\n1,a,1,0\n1,b,0,-0\n2,a,1,3\n2,b,0,3\n3,a,1,0\n3,b,0,0";
    let long = read(text, &long(), &[], &[]).unwrap();
    assert_eq!(long.group_by("zone").unwrap(), (vec![0, 1, 0], 2));
}

#[test]
fn fingerprints_depend_on_what_the_model_uses_alone() {
    let schema = car_and_bus().weight(expression("w")).decision_maker("who");
    let used = ["x", "env"];
    let print = |text: &str| wide(text, &schema).fingerprint(&used);
    let original = print(WIDE);
    assert_eq!(original.len(), 16);
    assert!(original.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(print(WIDE), original);

    // Not on the order of the columns, nor on those that are not used, nor on that of the names asked for.
    let mut turned = table(WIDE);
    turned.columns.reverse();
    turned.all_names.reverse();
    let turned = read_table(turned, &schema, &[], &[]).unwrap();
    assert_eq!(turned.fingerprint(&["env", "x", "env"]), original);
    let mut other = table(&WIDE.replace("extra", "more").replace(",5", ",9"));
    other.source.name = "other.parquet".to_owned();
    other.source.first_row = 1;
    assert_eq!(
        read_table(other, &schema, &[], &[]).unwrap().fingerprint(&used),
        original
    );
    // Decision makers count, not what they are called.
    assert_eq!(print(&WIDE.replace(",c,", ",z,")), original);

    let changes = [
        ("attribute", WIDE.replace("2,a,2,", "2,a,2.5,")),
        ("missing attribute", WIDE.replace("1,b,,town", "1,b,0,town")),
        ("text", WIDE.replace("land", "lamd")),
        ("missing text", WIDE.replace("4,,1", "4,town,1")),
        ("outcome", WIDE.replace("1,b,1,", "2,b,1,")),
        ("weight", WIDE.replace("land,1", "land,3")),
        ("decision maker", WIDE.replace(",c,", ",a,")),
        ("case", WIDE.replace("2,c,4,,1,8", "")),
    ];
    for (what, text) in changes {
        assert_ne!(print(&text), original, "{what}");
    }
    let data = wide(WIDE, &schema);
    assert_ne!(data.fingerprint(&["x"]), original);
    assert_ne!(data.fingerprint(&["x", "env", "extra"]), original);
    let renamed = Schema::wide("choice").alternative("auto", 1).alternative("bus", 2);
    let renamed = renamed.weight(expression("w")).decision_maker("who");
    assert_ne!(wide(WIDE, &renamed).fingerprint(&used), original);
    let unavailable = schema.alternative_if("walk", 3, expression("choice == 2 or w < 2"));
    let restricted = unavailable.clone().filter(expression("extra > 5"));
    assert_ne!(wide(WIDE, &unavailable).fingerprint(&used), original);
    assert_ne!(
        wide(WIDE, &restricted).fingerprint(&used),
        wide(WIDE, &unavailable).fingerprint(&used)
    );
}

#[test]
fn fingerprints_tell_choice_sets_and_counts_apart() {
    let text = "case,alt,choice\n1,a,1\n1,b,0\n1,c,0\n2,a,1\n2,b,0";
    let moved = "case,alt,choice\n1,a,1\n1,b,0\n2,c,0\n2,a,1\n2,b,0";
    let print = |text: &str, schema: &Schema| read(text, schema, &[], &[]).unwrap().fingerprint(&[]);
    assert_ne!(print(text, &long()), print(moved, &long()));
    assert_eq!(
        print(text, &long()),
        print("choice,alt,case\n0,c,x\n1,a,x\n0,b,x\n0,b,y\n1,a,y", &long())
    );
    let counts = Schema {
        layout: Layout::Long {
            case: "case".to_owned(),
            alternative: Some("alt".to_owned()),
            choice: "choice".to_owned(),
            counts: true,
        },
        ..long()
    };
    assert_ne!(print(text, &long()), print(text, &counts));
}

#[test]
fn description_of_wide_data() {
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("x > 1 or choice == 1"))
        .alternative("bus", 2)
        .alternative("walk", 3)
        .decision_maker("who")
        .weight(expression("w"))
        .missing(Missing::DropCase);
    let described = wide(WIDE, &schema).describe(&["env", "x", "nonsense"]);
    assert_eq!(
        (described.file.as_str(), described.layout.as_str()),
        ("data.csv", "wide")
    );
    assert_eq!((described.rows_read, described.rows_used, described.n_cases), (4, 4, 4));
    assert_eq!(
        (described.n_decision_makers, described.cases_per_decision_maker),
        (3, Some((1, 2)))
    );
    assert_eq!(described.choice_set_sizes, [(3, 4)]);
    assert_eq!((described.total_weight, described.counts), (Some(5.0), false));
    let alternative = |name: &str, code: &str, available, chosen| AlternativeDescription {
        name: name.to_owned(),
        code: code.to_owned(),
        available,
        chosen,
    };
    let expected = [
        alternative("car", "1", 4, 2.0),
        alternative("bus", "2", 4, 2.0),
        alternative("walk", "3", 4, 0.0),
    ];
    assert_eq!(described.alternatives, expected);
    let expected = [
        ColumnDescription {
            name: "x".to_owned(),
            varies_within_cases: None,
            missing: 1,
            summary: Summary::Number {
                min: 1.0,
                mean: 7.0 / 3.0,
                max: 4.0,
            },
        },
        ColumnDescription {
            name: "env".to_owned(),
            varies_within_cases: None,
            missing: 1,
            summary: Summary::Text {
                distinct: 2,
                examples: vec!["land".to_owned(), "town".to_owned()],
            },
        },
    ];
    assert_eq!(described.columns, expected);
}

#[test]
fn description_of_long_data() {
    let text = "case,alt,choice,x,z,t\n1,a,1,1,5,u\n1,b,0,2,5,v\n2,b,1,3,,w\n2,a,0,3,,w\n2,c,0,3,,w\n3,c,1,9,9,gone\n3,a,0,9,9,gone";
    let schema = long().filter(expression("case < 3"));
    let described = read(text, &schema, &[], &[]).unwrap().describe(&["x", "z", "t"]);
    assert_eq!(
        (described.layout.as_str(), described.rows_read, described.rows_used),
        ("long", 7, 5)
    );
    assert_eq!(described.choice_set_sizes, [(2, 1), (3, 1)]);
    assert_eq!(
        (described.n_decision_makers, described.cases_per_decision_maker),
        (2, None)
    );
    assert_eq!(described.total_weight, None);
    let varies: Vec<_> = described
        .columns
        .iter()
        .map(|column| column.varies_within_cases)
        .collect();
    assert_eq!(varies, [Some(true), Some(false), Some(true)]);
    assert_eq!(described.columns[1].missing, 1);
    let texts = Summary::Text {
        distinct: 3,
        examples: ["u", "v", "w"].map(str::to_owned).to_vec(),
    };
    assert_eq!(described.columns[2].summary, texts);
}

#[test]
fn description_of_a_table_as_it_stands() {
    let described = describe_table(&table("x,y,t\n1,,NA\n3,NA,b\n,,a\n2,,c\n0,,d\n0,,e\n0,,f"));
    assert_eq!(
        described.iter().map(|column| column.missing).collect::<Vec<_>>(),
        [1, 7, 1]
    );
    assert_eq!(
        described[0].summary,
        Summary::Number {
            min: 0.0,
            mean: 1.0,
            max: 3.0
        }
    );
    assert_eq!(described[1].summary, Summary::Empty);
    let texts = Summary::Text {
        distinct: 6,
        examples: ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec(),
    };
    assert_eq!(described[2].summary, texts);
    assert_eq!(describe_table(&table("x"))[0].summary, Summary::Empty);
}
