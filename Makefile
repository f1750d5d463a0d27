# Needs make, git and Python 3.11 or newer; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PIP_TOOLS := pip-tools==7.6.2
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help venv demo test check pytest format bench stress lock clean
MAKEFLAGS += --no-print-directory

help:
	@echo "make venv    install autoflow and its tools into .venv"
	@echo "make demo    a year in a made-up shop, simulated, its last weeks lived through"
	@echo "make test    everything CI runs: check, then all tests with coverage"
	@echo "make check   format, lint, types, imports between rooms"
	@echo "make format  let the formatter and the linter's safe fixes rewrite the code"
	@echo "make bench   measure speed against the raw floor (takes both cores)"
	@echo "make stress  long searches for rare failures"
	@echo "make lock    pin anew what pyproject.toml asks for"
	@echo "make clean   remove .venv and everything that was made"

venv: $(INSTALLED)

$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "autoflow needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ": say which to use with make venv PYTHON=python3.11")'
	@echo "venv: installing the locked packages into .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.lock # the lock is whole: nothing to resolve
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q autoflow
	@touch $@

demo: venv
	@$(BIN)/autoflow demo

test: check pytest

check: venv
	@echo "check: format"
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "check: make format mends it"; exit 1; }
	@echo "check: lint"
	@$(BIN)/ruff check --quiet .
	@echo "check: types"
	@$(BIN)/mypy --no-error-summary
	@echo "check: imports between rooms"
	@$(BIN)/lint-imports --no-cache > .lint-imports.log || { cat .lint-imports.log; exit 1; }

pytest: venv
	@echo "test: all tests, in random order, $(JOBS) at a time"
	@$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term

format: venv
	@echo "format: rewriting the code"
	@$(BIN)/ruff check --quiet --fix --exit-zero .
	@$(BIN)/ruff format --quiet .

bench: venv
	@echo "bench: measuring; leave the machine alone meanwhile"
	@$(BIN)/python -m bench

stress: venv
	@echo "stress: searching for rare failures"
	@$(BIN)/python -m pytest -m stress

# Two locks: what runs autoflow, and that plus what builds and tests it.
lock:
	@echo "lock: resolving pyproject.toml"
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip --quiet --disable-pip-version-check install $(PIP_TOOLS)
	@CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile $(LOCK_FLAGS) --output-file requirements.lock pyproject.toml
	@CUSTOM_COMPILE_COMMAND="make lock" .venv-lock/bin/pip-compile $(LOCK_FLAGS) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@rm -rf .venv-lock

LOCK_FLAGS := --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-emit-options

clean:
	@echo "clean: removing .venv and everything that was made"
	@rm -rf .venv .venv-lock build dist .coverage .coverage.* htmlcov .lint-imports.log \
		.mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
