# PythonBPF: `make help` lists what can be made. The recipes are in scripts/ and bench/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CARGO ?= cargo
PYTHON ?= python3
export CARGO PYTHON

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

.PHONY: build
build: ## Build target/release/pythonbpf and the package in .venv
	@scripts/setup.sh build
	@scripts/build.sh

.PHONY: demo
demo: build ## Watch processes start on this kernel, for a few seconds
	@scripts/demo.sh

.PHONY: test
test: build ## Run all tests: Rust, Python, the wheel, and one virtual machine
	@scripts/setup.sh test
	@scripts/wheel.sh
	@scripts/test.sh

.PHONY: wheel
wheel: build ## Build a wheel into dist/
	@scripts/wheel.sh

.PHONY: lint
lint: build ## Check formatting, lints, types, licences and crate edges
	@scripts/setup.sh lint
	@scripts/lint.sh

.PHONY: fuzz
fuzz: ## Fuzz compiler and runtime for SECONDS, by default 600
	@scripts/setup.sh build
	@scripts/fuzz.sh $(or $(SECONDS),600)

.PHONY: bench
bench: build ## Measure against the same programs in C
	@scripts/setup.sh test
	@bench/run.sh

.PHONY: clean
clean: ## Remove all that was built here
	rm -rf target .venv dist python/pythonbpf/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
