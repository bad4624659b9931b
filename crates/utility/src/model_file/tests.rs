//! Tests of the model file: what it says when it is right, and when it is wrong.

mod arbitrary;
mod counts;
mod messages;
mod nests;
mod ordered;
mod probit;
mod random;
mod ranking;
mod reading;
mod round_trip;
mod sampling;
mod scale;
mod simulate;

/// A model file in which everything is right.
const BASE: &str = r#"title = "Two modes"

[data]
file = "modes.csv"
layout = "wide"
choice = "CHOICE"

[alternatives]
train = { code = 1, available = "av == 1" }
car = 2

[parameters]
asc = 0
b = { start = 0.5, lower = -1 }

[utility]
train = "asc + b * tt"
car = "b * co"
"#;
