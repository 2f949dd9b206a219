# `make run` and `make test` set up all they need on a machine that has Python 3.11 to 3.13, git and make.
# uv is used where it is on the path; else the one that uv.lock pins is fetched into .uv/.

.DEFAULT_GOAL := help
SHELL := /bin/sh
HOME_DIR ?= data
PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/uv)
RUN := $(UV) run --locked --no-dev
DEV := $(UV) run --locked --group dev
# A worker takes whole files, since tests of a file share what they build; tests/order.py puts the long ones first.
PYTEST := $(DEV) pytest -n logical --dist loadfile --no-loadscope-reorder

export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := true
# Tests and runs start many processes: without byte code each of them compiles all that it imports.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.uv/uv: uv.lock .ci/get_uv.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) .ci/get_uv.py .uv/uv
	@touch .uv/uv

.PHONY: help run ui test check format dictionary upstreams counts answers clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(filter .uv/uv,$(UV)) ## the main job on the bundled sample: a published index in data/published
	@$(RUN) tension run --home $(HOME_DIR)

ui: $(filter .uv/uv,$(UV)) ## the Dagster UI on http://localhost:3000, with the history of earlier runs
	@mkdir -p "$(abspath $(HOME_DIR))/dagster" && cp pipeline/dagster.yaml "$(abspath $(HOME_DIR))/dagster/dagster.yaml"
	@TENSION_HOME="$(abspath $(HOME_DIR))" DAGSTER_HOME="$(abspath $(HOME_DIR))/dagster" $(RUN) dagster dev -w workspace.yaml

test: $(filter .uv/uv,$(UV)) ## all tests but the slow ones, on all cores
	@$(PYTEST) -m "not slow"

check: $(filter .uv/uv,$(UV)) ## format, lint, types, SQL, borders, and all tests, the slow ones too
	@$(DEV) ruff format --check .
	@$(DEV) ruff check .
	@$(DEV) codespell
	@$(DEV) mypy
	@$(DEV) sqlfluff lint --disable-progress-bar sql
	@$(DEV) lint-imports
	@$(PYTEST)

format: $(filter .uv/uv,$(UV)) ## put code and SQL into the house style
	@$(DEV) ruff format .
	@$(DEV) ruff check --fix .
	@$(DEV) sqlfluff fix --disable-progress-bar -q sql

dictionary: $(filter .uv/uv,$(UV)) ## write docs/data-dictionary.md from the contracts
	@$(DEV) python -m scripts.dictionary > docs/data-dictionary.md

upstreams: $(filter .uv/uv,$(UV)) ## write the tables of upstreams in README.md and docs/operations.md
	@$(DEV) python -m scripts.upstreams

answers: run ## run the queries in README and cookbook again, and write their answers
	@$(DEV) python -m scripts.answers $(HOME_DIR)/published/trade_tension.duckdb

counts: $(filter .uv/uv,$(UV)) ## count the findings of each kind in the sample again, and show what changed
	@$(DEV) python -m scripts.counts

clean: ## remove what runs made (the lake and the published files under data/ included)
	rm -rf data .pytest_cache .ruff_cache .mypy_cache .hypothesis
