//! Every problem of form of the tables of mixed logit.

use crate::model_file::ModelFile;
use crate::model_file::tests::BASE;

/// What is said of [`BASE`] with tables behind it, which begin in line 19.
fn message(tables: &str) -> String {
    ModelFile::parse(&format!("{BASE}{tables}"), "modes.toml")
        .expect_err("it should not parse")
        .to_string()
}

/// The first line of what is said of one coefficient.
fn of_coefficient(entry: &str) -> String {
    let text = message(&format!("[random]\nb = {entry}\n"));
    assert_eq!(text.lines().count(), 3, "{text}");
    let first = text.lines().next().unwrap();
    let place = first.strip_prefix("modes.toml, line 20, column ");
    place.unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn distributions_by_other_names() {
    let known = "there are \"normal\", \"lognormal\", \"truncated_normal\", \"censored_normal\", \"johnson_sb\", \
                 \"uniform\", \"triangular\"";
    let cases = [
        ("Normal", "normal"),
        ("n", "normal"),
        ("nromal", "normal"),
        ("ln", "lognormal"),
        ("log-normal", "lognormal"),
        ("Log Normal", "lognormal"),
        ("cn", "censored_normal"),
        ("censored-normal", "censored_normal"),
        ("truncnormal", "truncated_normal"),
        ("tn", "truncated_normal"),
        ("sb", "johnson_sb"),
        ("u", "uniform"),
        ("t", "triangular"),
    ];
    for (written, meant) in cases {
        assert_eq!(
            of_coefficient(&format!("{{ distribution = \"{written}\" }}")),
            format!("22: no distribution \"{written}\"; {known}; did you mean \"{meant}\"?")
        );
    }
    assert_eq!(
        of_coefficient("{ distribution = \"gamma\", start_sd = 1, spread = \"b\" }"),
        format!("22: no distribution \"gamma\"; {known}")
    );
    assert_eq!(
        of_coefficient("{ distribution = \"zbt\" }"),
        format!(
            "22: no distribution \"zbt\"; {known}; from 0 to twice the mean it is {{ distribution = \"triangular\", spread = \
             \"b\" }}"
        )
    );
}

#[test]
fn what_is_wrong_with_a_coefficient() {
    let cases = [
        (
            "5",
            "5: random coefficient \"b\" is a table such as { distribution = \"normal\" }, not a number",
        ),
        (
            "\"normal\"",
            "5: random coefficient \"b\" is a table such as { distribution = \"normal\" }, not a text",
        ),
        (
            "{ start_sd = 1 }",
            "1: random coefficient \"b\" needs \"distribution\", such as distribution = \"normal\"",
        ),
        (
            "{ distribtion = \"normal\" }",
            "7: random coefficient \"b\" has no key \"distribtion\"; did you mean \"distribution\"?",
        ),
        (
            "{ distribution = \"normal\", start_ds = 1 }",
            "32: random coefficient \"b\" has no key \"start_ds\"; did you mean \"start_sd\"?",
        ),
        (
            "{ distribution = \"normal\", variance = 1 }",
            "32: random coefficient \"b\" has no key \"variance\"",
        ),
        (
            "{ distribution = 1 }",
            "22: distribution is a text in quotes, not a number",
        ),
        (
            "{ distribution = \"normal\", start_spread = 1 }",
            "32: the second estimate of a normal coefficient is a standard deviation; write \"start_sd\", not \
             \"start_spread\"",
        ),
        (
            "{ distribution = \"normal\", ln_spread_shift = \"b\" }",
            "32: the second estimate of a normal coefficient is a standard deviation; write \"ln_sd_shift\", not \
             \"ln_spread_shift\"",
        ),
        (
            "{ distribution = \"uniform\", start_sd = 1 }",
            "33: the second estimate of a uniform coefficient is a half-width; write \"start_spread\", not \"start_sd\"",
        ),
        (
            "{ distribution = \"triangular\", sd = \"b\" }",
            "36: the second estimate of a triangular coefficient is a half-width; write \"spread\", not \"sd\"",
        ),
        (
            "{ distribution = \"uniform\", ln_spread_shift = \"b\", ln_sd_shift = \"b\" }",
            "56: \"ln_sd_shift\" and \"ln_spread_shift\" are the same; keep one",
        ),
        (
            "{ distribution = \"normal\", start = 1 }",
            "32: the location is the parameter \"b\", which starts in [parameters]; \"start_sd\" is where the second \
             estimate starts",
        ),
        (
            "{ distribution = \"normal\", sign = -1 }",
            "32: a normal coefficient has no sign; only lognormal, truncated_normal and censored_normal coefficients have \
             one",
        ),
        (
            "{ distribution = \"lognormal\", sign = -2 }",
            "42: random coefficient \"b\": its sign is -2; it is 1 or -1",
        ),
        (
            "{ distribution = \"lognormal\", sign = \"-\" }",
            "42: sign is a number, not a text",
        ),
        (
            "{ distribution = \"normal\", range = [0, 1] }",
            "32: \"range\" belongs to johnson_sb; a normal coefficient has none",
        ),
        (
            "{ distribution = \"johnson_sb\", lower = 1 }",
            "36: the interval of a johnson_sb coefficient is range = [low, high], [0, 1] by default",
        ),
        (
            "{ distribution = \"johnson_sb\", range = [1, 0] }",
            "44: random coefficient \"b\": its range is [1, 0]; it needs two finite numbers, the lower one first",
        ),
        (
            "{ distribution = \"johnson_sb\", range = [0, 1, 2], start_sd = 1 }",
            "44: range is a list of two numbers, [low, high], such as [0, 1]",
        ),
        (
            "{ distribution = \"uniform\", start_spread = inf }",
            "48: \"spread_b\" starts at inf, which is not a finite number",
        ),
        (
            "{ distribution = \"normal\", varies = \"person\" }",
            "41: varies is \"decision_maker\" or \"case\", not \"person\"",
        ),
        (
            "{ distribution = \"uniform\", spread = \"b *\" }",
            "46: spread of \"b\": expected a number, a name or '(' but found the end of the expression",
        ),
        (
            "{ transform = \"b * draw\", distribution = \"normal\" }",
            "31: \"b\" has a distribution and a transform, which exclude each other; keep one",
        ),
        (
            "{ transform = \"b * draw\", start_sd = 1 }",
            "31: \"start_sd\" belongs to a distribution with a name; write it into the transform",
        ),
        (
            "{ transform = \"b * )\" }",
            "24: transform of \"b\": expected a number, a name or '(' but found ')'",
        ),
    ];
    for (entry, expected) in cases {
        assert_eq!(of_coefficient(entry), expected);
    }
}

#[test]
fn what_is_wrong_with_the_other_tables() {
    let random = "[random]\nb = { distribution = \"normal\" }\n";
    // Behind [random], in line 21 and after.
    let cases = [
        (
            "[correlation]\n",
            "line 21, column 2: [correlation] needs \"groups\", such as groups = [[\"b_time\", \"b_cost\"]]",
        ),
        (
            "[correlation]\ngroups = []\n",
            "line 22, column 10: groups is a list of groups such as groups = [[\"b_time\", \"b_cost\"]], not an empty list",
        ),
        (
            "[correlation]\ngroups = \"b\"\n",
            "line 22, column 10: groups is a list of groups such as groups = [[\"b_time\", \"b_cost\"]], not a text",
        ),
        (
            "[correlation]\ngroups = [\"b\"]\n",
            "line 22, column 11: a group is a list of coefficients, as in groups = [[\"b_time\", \"b_cost\"]] with its two \
             brackets, not a text",
        ),
        (
            "[correlation]\ngroups = [[\"b\", 1]]\n",
            "line 22, column 11: a group lists names in quotes, and nothing else",
        ),
        (
            "[correlation]\ngroup = [[\"b\", \"c\"]]\n",
            "line 22, column 1: [correlation] has no key \"group\"; did you mean \"groups\"?",
        ),
        (
            "[willingness_to_pay_space]\ncost = \"b\"\ncoefficients = \"c\"\n",
            "line 23, column 16: coefficients is a list of names such as [\"b_time\"], not a text",
        ),
        (
            "[willingness_to_pay_space]\ncoefficients = [\"b\"]\n",
            "line 21, column 2: [willingness_to_pay_space] needs \"cost\", such as cost = \"b_cost\"",
        ),
        (
            "[scale_heterogeneity]\ngamma = 0\n",
            "line 21, column 2: [scale_heterogeneity] needs \"tau\", such as tau = \"tau\", a declared parameter",
        ),
        (
            "[scale_heterogeneity]\ntau = \"b\"\ncoefficients = []\n",
            "line 23, column 16: coefficients is empty; name those that are scaled, or leave it out to scale all",
        ),
        (
            "[scale_heterogeneity]\ntau = \"b +\"\n",
            "line 22, column 11: tau: expected a number, a name or '(' but found the end of the expression",
        ),
        (
            "[draws]\nnumber = 0\n",
            "line 22, column 10: draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)",
        ),
        (
            "[draws]\nnumber = 2.5\n",
            "line 22, column 10: number is a whole number such as 500, or \"auto\"",
        ),
        (
            "[draws]\nnumber = \"all\"\n",
            "line 22, column 10: number is a whole number such as 500, or \"auto\", not \"all\"",
        ),
        (
            "[draws]\nmethod = \"Halton\"\n",
            "line 22, column 10: no method \"Halton\" of draws; there are \"halton\", \"scrambled_halton\", \"sobol\", \
             \"mlhs\", \"random\", \"quadrature\"; did you mean \"halton\"?",
        ),
        (
            "[draws]\nmethod = \"pseudo-random\"\n",
            "line 22, column 10: no method \"pseudo-random\" of draws; there are \"halton\", \"scrambled_halton\", \
             \"sobol\", \"mlhs\", \"random\", \"quadrature\"; did you mean \"random\"?",
        ),
        (
            "[draws]\nantithetic = 1\n",
            "line 22, column 14: antithetic is true or false, not a number",
        ),
        (
            "[draws]\nseed = -1\n",
            "line 22, column 8: seed is a whole number from 0",
        ),
        (
            "[draws]\ndrop = 0\n",
            "line 22, column 8: draws: drop is 0, but the first element of a Halton sequence is 0, which has no quantile; \
             use at least 1",
        ),
        (
            "[draws]\nleap = 0\n",
            "line 22, column 8: draws: leap is 0; it is 1 where every element is taken, 2 for every other, and so on",
        ),
        (
            "[draws]\ntolerance = 0\n",
            "line 22, column 13: draws: tolerance is 0; it is a positive number, the simulation error as a part of the \
             standard error",
        ),
        (
            "[draws]\ndraws = 100\n",
            "line 22, column 1: the number of draws is \"number\"",
        ),
        (
            "[draws]\nnumebr = 100\n",
            "line 22, column 1: [draws] has no key \"numebr\"; did you mean \"number\"?",
        ),
        (
            "[corelation]\ngroups = [[\"b\", \"c\"]]\n",
            "line 21, column 2: the model file has no key \"corelation\"; did you mean \"correlation\"?",
        ),
    ];
    for (tables, expected) in cases {
        let text = message(&format!("{random}{tables}"));
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(text.lines().next().unwrap(), format!("modes.toml, {expected}"));
    }
}

#[test]
fn tables_without_anything_random() {
    let draws = "[draws]\nnumber = 100\n";
    assert_eq!(
        message(draws),
        "modes.toml, line 19, column 2: [draws] is for random coefficients, and there is no [random]; add it, or remove \
         [draws]\n  [draws]\n   ^^^^^"
    );
    assert_eq!(
        message("[correlation]\ngroups = [[\"asc\", \"b\"]]\n")
            .lines()
            .next()
            .unwrap(),
        "modes.toml, line 19, column 2: [correlation] is for random coefficients, and there is no [random]; add it, or \
         remove [correlation]"
    );
    assert_eq!(
        message("[willingness_to_pay_space]\ncost = \"b\"\ncoefficients = [\"asc\"]\n")
            .lines()
            .next()
            .unwrap(),
        "modes.toml, line 19, column 2: [willingness_to_pay_space] is for random coefficients, and there is no [random]; add \
         it, or remove [willingness_to_pay_space]"
    );
    assert_eq!(
        message("[random]\n"),
        "modes.toml, line 19, column 2: [random] is empty; name a coefficient in it, such as b_time = { distribution = \
         \"normal\" }, or remove it\n  [random]\n   ^^^^^^"
    );
    // Probit simulates too.
    let text = message(&format!("{draws}[probit]\ncovariance = \"ful\"\n"));
    assert!(
        text.starts_with("modes.toml, line 22, column 14: no covariance \"ful\""),
        "{text}"
    );
    assert_eq!(text.lines().count(), 3, "{text}");
    // Of a text that is broken where [random] may have been, [draws] is not to blame.
    let text = message(&format!("[random\n{draws}"));
    assert!(!text.contains("there is no [random]"), "{text}");
}
