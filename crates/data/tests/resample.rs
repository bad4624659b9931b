//! Cases taken again, other outcomes, and the way back to a table.

mod common;

use common::{read, read_table, sets, table, values};
use logsum_data::{ChoiceData, Outcome, Schema, Values};

const WIDE: &str = "mode,id,av,time,purpose\n1,7,1,10,work\n2,7,1,20,NA\n2,9,0,30,leisure";

fn wide() -> (Schema, ChoiceData) {
    let schema = Schema::wide("mode")
        .alternative_if("car", 1, common::expression("av == 1"))
        .alternative("bus", 2)
        .alternative("walk", 3)
        .decision_maker("id");
    let data = read(WIDE, &schema, &["b"], &[("all", "b * time")]).unwrap();
    (schema, data)
}

#[test]
fn data_go_to_a_table_and_back() {
    let (schema, data) = wide();
    assert_eq!(data.to_table(), table(WIDE));
    let again = read_table(data.to_table(), &schema, &["b"], &[("all", "b * time")]).unwrap();
    let columns = ["mode", "id", "av", "time", "purpose"];
    assert_eq!(again.fingerprint(&columns), data.fingerprint(&columns));

    let text =
        "trip,who,mode,chosen,cost\n5,1,car,1,2\n5,1,bus,0,1\n3,1,bus,1,4\n3,1,walk,0,3\n8,2,bus,0,1\n8,2,car,1,6";
    let schema = Schema::long("trip", "mode", "chosen").decision_maker("who");
    let data = read(text, &schema, &["b"], &[("all", "b * cost")]).unwrap();
    let again = read_table(data.to_table(), &schema, &["b"], &[("all", "b * cost")]).unwrap();
    assert_eq!(sets(&again), sets(&data));
    assert_eq!(again.to_table(), data.to_table());
}

#[test]
fn cases_are_taken_as_often_as_asked_and_numbered_anew() {
    let (schema, data) = wide();
    let taken = data.resample(&[2, 1, 2], Some(&[0, 1, 1]));
    assert_eq!(sets(&taken), ["bus* walk", "car bus* walk", "bus* walk"]);
    assert_eq!((taken.n_cases(), taken.n_decision_makers(), taken.n_pairs()), (3, 2, 7));
    assert_eq!(values(&taken, "time").1, [30.0, 20.0, 30.0]);
    let written = taken.to_table();
    let column = |name: &str| written.column(name).unwrap().values.clone();
    assert_eq!(column("id"), Values::Number([1.0, 2.0, 2.0].into()));
    assert_eq!(column("mode"), Values::Number([2.0, 2.0, 2.0].into()));
    // A reader of the table sees what the data say.
    let read_again = read_table(written, &schema, &["b"], &[("all", "b * time")]).unwrap();
    let columns = ["mode", "id", "av", "time", "purpose"];
    assert_eq!(read_again.fingerprint(&columns), taken.fingerprint(&columns));
}

#[test]
fn cases_of_long_data_keep_their_choice_sets() {
    let text = "trip,mode,chosen,cost\n5,car,1,2\n5,bus,0,1\n3,bus,1,4\n3,walk,0,3\n8,bus,0,1\n8,car,1,6";
    let schema = Schema::long("trip", "mode", "chosen");
    let data = read(text, &schema, &["b"], &[("all", "b * cost")]).unwrap();
    let taken = data.resample(&[1, 2, 1], None);
    assert_eq!(sets(&taken), ["bus* walk", "bus car*", "bus* walk"]);
    let written = taken.to_table();
    assert_eq!(written.n_rows, 6);
    assert_eq!(
        written.column("trip").unwrap().values,
        Values::Number([1.0, 1.0, 2.0, 2.0, 3.0, 3.0].into())
    );
    let again = read_table(written, &schema, &["b"], &[("all", "b * cost")]).unwrap();
    assert_eq!(again.fingerprint(&["cost"]), taken.fingerprint(&["cost"]));
}

#[test]
fn outcomes_are_replaced_and_written_as_codes() {
    let (_, data) = wide();
    let other = data.with_outcome(Outcome::Chosen(vec![2, 0, 1]));
    assert_eq!(sets(&other), ["car bus walk*", "car* bus walk", "bus walk*"]);
    let written = other.to_table();
    assert_eq!(
        written.column("mode").unwrap().values,
        Values::Number([3.0, 1.0, 3.0].into())
    );

    let schema = Schema::wide("mode").alternative("car", "C").alternative("bus", "B");
    let data = read("mode,x\nC,1\nB,2", &schema, &["b"], &[("all", "b * x")]).unwrap();
    let written = data.with_outcome(Outcome::Chosen(vec![1, 1])).to_table();
    let Values::Text(codes) = &written.column("mode").unwrap().values else {
        panic!("codes stay texts")
    };
    assert_eq!([codes.get(0), codes.get(1)], [Some("B"), Some("B")]);
}

#[test]
#[should_panic(expected = "choices lie in their choice sets")]
fn a_choice_outside_its_set_is_a_broken_promise() {
    let (_, data) = wide();
    let _ = data.with_outcome(Outcome::Chosen(vec![0, 0, 2]));
}

#[test]
fn a_table_computes_columns() {
    let table = table("a,b,t\n1,2,x\n3,NA,y");
    let values = table
        .evaluate("twice", &common::expression("2 * a + (t == 'x')"))
        .unwrap();
    assert_eq!(values, [3.0, 6.0]);
    let missing = table.evaluate("b", &common::expression("a + b")).unwrap();
    assert!(missing[0] == 3.0 && missing[1].is_nan());
    let error = table
        .evaluate("simulated column \"c\"", &common::expression("a + c"))
        .unwrap_err();
    assert!(
        error.to_string().starts_with("simulated column \"c\", column 5: "),
        "{error}"
    );
}
