# Two commands for users: `make demo` and `make test`. Both build what they need in .venv on their first run.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: help demo test lint notebooks bench clean
.DEFAULT_GOAL := help

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.core ## write the report on the sample cohort into reports/ and say where
	@$(BIN)/cusum demo

test: $(VENV)/.dev ## run every check: style, types, layers, docstrings, spelling, doctests, tests with coverage
	@$(BIN)/python .ci/checks.py --workers $(WORKERS)

lint: $(VENV)/.dev ## run the quick checks alone, without the tests
	@$(BIN)/python .ci/checks.py --quick

notebooks: $(VENV)/.dev ## run each notebook to the end
	@$(BIN)/python -m pytest tests/notebooks -m notebook

bench: $(VENV)/.dev ## time the heavy calculations
	@for script in $(wildcard benchmarks/*.py); do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

clean: ## remove the environment, the caches and the written report
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage coverage.xml htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find reports -mindepth 1 -maxdepth 1 ! -name README.md ! -name images -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11. Name a newer one: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Building the environment in $(VENV) (once, a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/.made
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.made
	@$(PIP) --editable ".[dev]"
	@touch $@ $(VENV)/.core
