# What can be done with this checkout. `make` alone lists it.

CARGO ?= cargo
export CARGO

program = $(or $(CARGO_TARGET_DIR),target)/release/logsum

# Homebrew keeps OpenBLAS where pkg-config does not look by itself.
ifeq ($(shell uname -s),Darwin)
export PKG_CONFIG_PATH := $(shell brew --prefix openblas 2>/dev/null)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif

.PHONY: help setup build demo test lint validate bench

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##  *\(.*\)/\1	\2/p' Makefile | expand -t 10

setup:  ## install the system's OpenBLAS and pkg-config where they are missing
	@sh .ci/setup

build: setup  ## the program, in target/release/logsum
	$(CARGO) build --release

demo: build  ## estimate a model of the Swissmetro survey and print the report
	$(program) estimate datasets/swissmetro/logit.toml

# Release, because the numerical tests would crawl without it, and so that demo and test share one build.
# Doctests are included; benches are compiled by `lint` and run by `bench`.
test: setup  ## every test of every crate
	$(CARGO) test --release --workspace

lint: setup  ## format, lints and documentation; warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings
	$(CARGO) clippy --release --package logsum --lib --no-default-features --features openblas-system -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --workspace --no-deps

validate: build  ## the simulations in full: a hundred million draws, a thousand estimations
	$(program) simulate gumbel-max --utilities 1.0,0.5,0.2,-0.3,-1 --draws 1e8
	$(program) estimate datasets/swissmetro/logit.toml --quiet --output $(dir $(program))validate.json
	$(program) simulate recovery datasets/swissmetro/logit.toml --parameters $(dir $(program))validate.json --cases 6768 --replications 1000

bench: setup  ## the benchmarks, under target/criterion
	$(CARGO) bench --package logsum --bench '*'
