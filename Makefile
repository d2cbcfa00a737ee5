# Every target does its own set-up: `make run` and `make test` work on a fresh machine with Python 3.11 and nothing else.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)
BIN := .venv/bin
ARREARS := $(BIN)/arrears
PORT ?= 3000
# Where lake, state and runs are kept; tests make a whole demo elsewhere with ROOT=...
ROOT ?= $(CURDIR)
MADE := $(ROOT)/data/made
# One more than two processors: a test that waits for a disk or a browser leaves its processor to another.
WORKERS ?= 3

export ARREARS_ROOT := $(ROOT)
export MLFLOW_DISABLE_TELEMETRY := true
export BENTOML_DO_NOT_TRACK := true
export DO_NOT_TRACK := true
# Compiled modules are kept, whatever the shell says: a command without them spends seconds on compiling its libraries.
unexport PYTHONDONTWRITEBYTECODE

# One demo is made at a time, in order.
.NOTPARALLEL:
.PHONY: help made run test lint types unit bench smoke retrain notebooks docs pictures lock clean browser

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

.venv/ready: requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; v == (3, 11) or sys.exit(f"Arrears needs Python 3.11; $(PYTHON) is {v[0]}.{v[1]}. Name another: make PYTHON=/path/to/python3.11")'
	@echo "Setting up .venv from requirements.lock ..."
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(MADE)/lake: | .venv/ready
	@$(ARREARS) load demo
	@mkdir -p $(MADE) && touch $@

$(MADE)/models: $(MADE)/lake
	@$(ARREARS) train propensity --promote
	@$(ARREARS) train roll_rate --promote
	@touch $@

$(MADE)/night: $(MADE)/models
	@$(ARREARS) night --as-of 2005-09-30
	@touch $@

made: $(MADE)/night

run: $(MADE)/night ## load the built-in portfolio, train, run a night, serve it and print a sign-in link
	@exec $(ARREARS) serve --port $(PORT)

test: .venv/ready browser ## every check and test that CI runs
	@$(MAKE) lint types unit

lint: .venv/ready ## style, order of names, arrows between rooms
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: .venv/ready ## mypy: strict in every room, and what tests hand over
	@$(BIN)/mypy

# Threads of boosters sleep while they wait: there are more of them than processors. Folders are begun in their own order:
# the few tests that follow the docs take longest, and by their number they would come last.
unit: .venv/ready
	@OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder --durations 15

bench: .venv/ready ## print speeds and the numbers the models reach
	@$(BIN)/python -m pytest tests/benchmarks -m 'bench or not bench' --durations 0 -n0

smoke: .venv/ready ## run every benchmark at a small size: it proves nothing but that each still runs
	@ARREARS_BENCH=small $(BIN)/python -m pytest tests/benchmarks -m bench --durations 15 --numprocesses $(WORKERS) --dist loadfile

retrain: $(MADE)/lake ## train both models anew and register them beside the champions
	@$(ARREARS) train propensity
	@$(ARREARS) train roll_rate

notebooks: $(MADE)/models ## execute the notebooks in place
	@$(BIN)/jupyter execute --inplace notebooks/*.ipynb

docs: .venv/ready ## write the generated pages of docs/reference anew
	@$(BIN)/python -m tests.docs.generate

pictures: .venv/ready browser ## take the pictures of the pages anew, on a working day of their own
	@ARREARS_PICTURES=$(CURDIR)/docs/pictures $(BIN)/python -m pytest tests/console/test_a_day_in_chromium.py -n0

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade --quiet --output-file requirements.lock

browser: .venv/ready
	@tests/setup/browser

clean: ## remove the virtual environment and everything that was made
	@test ! -s data/state/postgres.name || rm -rf "/var/lib/arrears/$$(cat data/state/postgres.name)"
	@rm -rf .venv data mlruns/mlflow.db mlruns/artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
