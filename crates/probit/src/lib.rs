//! Multivariate normal orthant probabilities and their derivatives: exact in up to three dimensions, simulated, approximate.
