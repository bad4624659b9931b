//! logsum
