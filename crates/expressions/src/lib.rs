//! The expression language of logsum: utilities, filters, availability, weights, derived columns.
//!
//! Source text becomes an [`Expression`] (a syntax tree with places in the source), and with its
//! names resolved a node of a [`Graph`], in which equal parts are one. There it can be
//! differentiated, split into what is linear in parameters and what is not, and compiled to a
//! [`Program`] over lanes. [`interpret`] evaluates one row and says why a value is not finite.
//!
//! The crate knows neither files nor choices: columns and parameters are numbers.
//!
//! ```
//! use logsum_expressions::*;
//!
//! struct Names;
//! impl Scope for Names {
//!     fn resolve(&self, name: &str) -> Option<Symbol> {
//!         match name {
//!             "time" => Some(Symbol::Number(ColumnId(0))),
//!             "asc" => Some(Symbol::Parameter(ParameterId(0))),
//!             "b" => Some(Symbol::Parameter(ParameterId(1))),
//!             _ => None,
//!         }
//!     }
//!     fn names(&self) -> Vec<String> {
//!         ["time", "asc", "b"].map(String::from).to_vec()
//!     }
//! }
//!
//! let mut graph = Graph::new();
//! let utility = Expression::parse("asc + b * time / 100")?;
//! let utility = lower(&utility, &Names, &mut graph).map_err(|errors| errors[0].clone())?;
//! let slope = graph.derivative(utility, With::Parameter(ParameterId(1)));
//!
//! let program = Program::new(&graph, &[utility, slope], &|_| false);
//! let mut workspace = Workspace::new();
//! program.run(&[&[50.0, 200.0]], &[0.25, -1.0], 2, &mut workspace);
//! assert_eq!(workspace.output(0), [-0.25, -1.75]);
//! assert_eq!(workspace.output(1), [0.5, 2.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod boxcox;
mod derive;
mod expression;
mod graph;
mod interpret;
mod lexer;
mod linear;
mod lower;
mod numbers;
mod operation;
mod parser;
mod program;
mod simplify;
mod span;
mod suggest;
#[cfg(test)]
mod testing;

pub use ast::{Ast, BinaryOperator, Comparison, Function, Kind, UnaryOperator};
pub use boxcox::boxcox;
pub use derive::With;
pub use expression::Expression;
pub use graph::{ColumnId, Graph, Node, NodeId, ParameterId, Real, TextId};
pub use interpret::{Fault, FaultKind, Row, Value, interpret};
pub use lexer::is_plain_name;
pub use linear::LinearForm;
pub use lower::{LowerError, Place, Scope, Symbol, lower};
pub use parser::{MAX_DEPTH, ParseError};
pub use program::{Program, Workspace};
pub use span::{Span, caret, position, snippet};
pub use suggest::suggest;
