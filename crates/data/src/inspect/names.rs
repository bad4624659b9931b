//! What the name of a column suggests. The lists are words that surveys and packages use; a name never decides alone.

/// A part a column may play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Choice,
    Count,
    Rank,
    Case,
    Alternative,
    Person,
    Weight,
    Availability,
}

/// Words with the strength of what they suggest.
type Words = &'static [(u32, &'static str)];

/// What a whole name suggests, its words joined; and what a word among others does.
fn lists(part: Part) -> (Words, Words) {
    match part {
        Part::Choice => (
            &[
                (10, "choice chosen chose"),
                (9, "choose depvar"),
                (8, "selected select selection choices"),
                (7, "pick picked decision y"),
                (6, "dv outcome"),
                (5, "mode vote"),
                (4, "response"),
            ],
            &[(6, "choice chosen"), (5, "chose"), (4, "selected")],
        ),
        Part::Count => (
            &[
                (8, "count counts bookings"),
                (7, "booked sales"),
                (5, "frequency quantity"),
                (4, "freq"),
                (3, "n"),
            ],
            &[(5, "count bookings sales")],
        ),
        Part::Rank => (
            &[(10, "rank ranking"), (5, "ch"), (4, "choice order"), (3, "y")],
            &[
                (8, "rank ranking best worst"),
                (6, "first second third fourth pref preference"),
                (4, "last"),
            ],
        ),
        Part::Case => (
            &[
                (
                    10,
                    "case caseid idcase casenum casenumber chid choiceid idchoice choiceset choicesituation",
                ),
                (9, "situation obsid obsnum"),
                (8, "obs observation gid"),
                (7, "qid tripid"),
                (6, "cs task set group trip"),
                (5, "scenario market id"),
                (4, "individual person personid"),
                (3, "pid firm household hhid"),
            ],
            &[(7, "case"), (6, "situation"), (5, "obs"), (4, "task"), (2, "id")],
        ),
        Part::Alternative => (
            &[
                (10, "alt alternative alternatives altid idalt altnum altno"),
                (9, "option mode"),
                (8, "brand product platform"),
                (7, "profile"),
                (6, "region destination technology party item route zone"),
                (5, "j"),
            ],
            &[(8, "alt alternative"), (6, "option"), (5, "mode")],
        ),
        Part::Person => (
            &[
                (10, "personid respid participantid decisionmaker"),
                (8, "id pid indid userid responseid customerid respnum"),
                (7, "rid hid hhid"),
                (6, "perid"),
            ],
            &[
                (10, "respondent"),
                (9, "person individual indiv participant panelist"),
                (8, "subject"),
                (7, "resp household user customer consumer"),
                (6, "panel voter patient"),
                (5, "hh traveller traveler firm worker"),
            ],
        ),
        Part::Weight => (
            &[(9, "weight weights"), (8, "wgt"), (6, "wt"), (5, "expansion"), (4, "w")],
            &[(6, "weight weights wgt")],
        ),
        Part::Availability => (
            &[(9, "av avail available availability"), (6, "offered")],
            &[(8, "av avail available availability")],
        ),
    }
}

/// How strongly a name suggests a part: 0 not at all, 10 as strongly as a name can.
pub(super) fn suggests(name: &str, part: Part) -> u32 {
    let words = words(name);
    let joined: String = words.concat();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (whole, among) = lists(part);
    let found = |list: Words, word: &str| {
        let holds = |known: &&(u32, &str)| is_in(known.1, word);
        list.iter().find(holds).map_or(0, |(strength, _)| *strength)
    };
    let best = words
        .iter()
        .map(|word| found(among, word))
        .max()
        .unwrap_or(0)
        .max(found(whole, &joined));
    match part {
        // `choice_id` numbers choices, it does not hold them; `choice.c` and `choice1` are something near.
        Part::Choice if best > 0 && (is_identifier(name) || (words.len() > 1 && words.contains(&"situation"))) => 0,
        _ => best,
    }
}

/// Whether a name says that the column numbers or identifies rows, whatever of.
pub(super) fn is_identifier(name: &str) -> bool {
    const MARKS: &str = "id ids index row obs key uuid";
    // `alt_no` numbers alternatives, and `no_changes` counts changes.
    const LAST: &str = "num number nr no";
    const NAMES: &str = "choiceid idchoice caseid idcase chid altid pid gid hhid personid obsid obsnum altnum casenum";
    let words = words(name);
    words.iter().any(|word| is_in(MARKS, word))
        || words.last().is_some_and(|word| is_in(LAST, word))
        || is_in(NAMES, &words.concat())
}

/// Whether a word names an attribute, such as a time or a cost.
pub(super) fn is_attribute(word: &str) -> bool {
    const WORDS: &str = "time tt ivt ovt ivtt ovtt wait waiting walk walking access egress transfers transfer headway \
        he hw freq frequency cost co tc fare price toll distance dist av avail available \
        availability catch comfort change changes seats service quality disp display feat feature \
        risk noise speed range acc size type fuel pollution space station brand country weight \
        income delay reliability duration length invest";
    words(word).iter().any(|word| is_in(WORDS, word))
}

/// Whether a word names an alternative that studies often have: a mode of transport, a yes or no, a none.
pub(super) fn is_alternative(word: &str) -> bool {
    const WORDS: &str = "car auto drive driver carpool pool bus coach tram rail train metro subway sm air plane \
        flight pt transit walk foot bike bicycle cycle taxi ferry boat ship moto motorcycle scooter \
        truck hsr ridehail uber beach pier charter none optout nochoice sq statusquo left right gas";
    let words = words(word);
    words.iter().any(|word| is_in(WORDS, word)) || is_in(WORDS, &words.concat())
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// The words of a name in lower case: cut at what is no letter or digit, at `aB`, at `ABc` and between letters and digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut start = 0;
    let mut words = Vec::new();
    let mut push = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            words.push(word.to_lowercase());
        }
    };
    for cut in cuts(name) {
        push(&name[start..cut.left]);
        start = cut.right;
    }
    push(&name[start..]);
    words
}

/// A place at which a name can be cut: `..left` and `right..` remain, what stands between separates them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub left: usize,
    pub right: usize,
}

/// All places at which a name can be cut into two parts that are not empty.
pub(super) fn cuts(name: &str) -> Vec<Cut> {
    let characters: Vec<(usize, char)> = name.char_indices().collect();
    let is_separator = |c: char| !c.is_alphanumeric();
    let mut cuts = Vec::new();
    let mut at = 1;
    while at < characters.len() {
        let (offset, here) = characters[at];
        let before = characters[at - 1].1;
        if is_separator(here) {
            let end = characters[at..]
                .iter()
                .find(|(_, c)| !is_separator(*c))
                .map(|(end, _)| *end);
            let Some(end) = end else { break };
            if !is_separator(before) {
                cuts.push(Cut {
                    left: offset,
                    right: end,
                });
            }
            while characters[at].0 < end {
                at += 1;
            }
        } else {
            let next_is_lower = characters.get(at + 1).is_some_and(|(_, c)| c.is_lowercase());
            let humps = here.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_is_lower));
            if humps || (before.is_alphabetic() && here.is_numeric()) || (before.is_numeric() && here.is_alphabetic()) {
                cuts.push(Cut {
                    left: offset,
                    right: offset,
                });
            }
        }
        at += 1;
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, expected) in [
            ("TRAIN_TT", vec!["train", "tt"]),
            ("WalkingTimePT", vec!["walking", "time", "pt"]),
            ("PTTime", vec!["pt", "time"]),
            ("price.beach", vec!["price", "beach"]),
            ("pf1", vec!["pf", "1"]),
            ("_x1", vec!["x", "1"]),
            ("a__b ", vec!["a", "b"]),
            ("Zürich", vec!["zürich"]),
            ("", vec![]),
            ("...", vec![]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn names_suggest_parts() {
        assert_eq!(suggests("CHOICE", Part::Choice), 10);
        assert_eq!(suggests("choice_id", Part::Choice), 0);
        assert_eq!(suggests("choiceid", Part::Choice), 0);
        assert_eq!(suggests("Choice made", Part::Choice), 6);
        assert!(suggests("obsID", Part::Case) > suggests("id", Part::Case));
        assert!(suggests("id", Part::Person) > suggests("obsID", Part::Person));
        assert_eq!(suggests("person_id", Part::Person), 10);
        assert_eq!(suggests("price", Part::Weight), 0);
        assert!(suggests("TRAIN_AV", Part::Availability) > 0);
    }
}
