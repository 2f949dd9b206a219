# `make run` and `make test` need only Python 3.11 to 3.13, git and make; they install everything else.
# uv is taken from the path if it is there; otherwise the version pinned in uv.lock is fetched into .uv/.

.DEFAULT_GOAL := help
SHELL := /bin/sh
HOME_DIR ?= data
# As one word of the shell, whatever characters the path has. Not every shell replaces ~ in HOME_DIR=~/index; `:^:` is the start of the path.
QUOTED_HOME = '$(subst ','\'',$(subst :^:,,$(subst :^:~/,$(HOME)/,:^:$(HOME_DIR))))'
PORT ?= 3000
PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/uv)
RUN := $(UV) run --locked --no-dev
DEV := $(UV) run --locked --group dev
# Each worker runs whole files, because the tests of a file share fixtures; tests/order.py starts the slow files first. There is a worker
# for each core, so polars and numpy get one thread in each: with more, threads spend a sixth of the time waiting for each other's cores.
PYTEST := OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1 $(DEV) pytest -n logical --dist loadfile --no-loadscope-reorder

export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := true
# Tests and runs start many processes; without byte code each would compile everything that it imports.
export UV_COMPILE_BYTECODE ?= 1
unexport PYTHONDONTWRITEBYTECODE

.uv/uv: uv.lock .ci/get_uv.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) .ci/get_uv.py .uv/uv
	@touch .uv/uv

.PHONY: help run ui test check format docs dictionary counts sbom audit clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(filter .uv/uv,$(UV)) ## build and publish the index of the bundled sample in data/published
	@$(RUN) tension run --home $(QUOTED_HOME)

ui: $(filter .uv/uv,$(UV)) ## start the Dagster UI on http://localhost:3000 (or PORT=...), with the history of runs
	@mkdir -p -- $(QUOTED_HOME)/dagster && cp -- pipeline/dagster.yaml $(QUOTED_HOME)/dagster/dagster.yaml
	@home="$$(CDPATH= cd -- $(QUOTED_HOME) && pwd)" && \
	case "$$home" in *"["*) \
	printf '%s\n' "Dagster takes the [ in $$home for a wildcard and does not find its settings there. Start the UI by a link to this" \
	"folder, e.g. ln -s 'FOLDER' ~/tension-home && make ui HOME_DIR=~/tension-home" >&2; exit 1;; \
	esac && TENSION_HOME="$$home" DAGSTER_HOME="$$home/dagster" $(RUN) dagster dev -w workspace.yaml -p $(PORT)

test: $(filter .uv/uv,$(UV)) ## run all tests except the slow ones, on all cores
	@$(PYTEST) -m "not slow"

check: $(filter .uv/uv,$(UV)) ## run formatters, linters, type checks and all tests, including the slow ones
	@$(DEV) ruff format --check .
	@$(DEV) ruff check .
	@$(DEV) codespell
	@$(DEV) mypy
	@$(DEV) sqlfluff lint --disable-progress-bar sql
	@$(DEV) lint-imports
	@$(PYTEST)

format: $(filter .uv/uv,$(UV)) ## format code and SQL
	@$(DEV) ruff format .
	@$(DEV) ruff check --fix .
	@$(DEV) sqlfluff fix --disable-progress-bar -q sql

docs: run dictionary ## write the generated parts of all documents, with the results of the sample
	@$(DEV) python -m scripts.documents --home $(QUOTED_HOME)

dictionary: $(filter .uv/uv,$(UV)) ## generate docs/data-dictionary.md from the contracts
	@$(DEV) python -m scripts.dictionary > docs/data-dictionary.md

counts: $(filter .uv/uv,$(UV)) ## count the findings of each kind in the sample, and show what changed
	@$(DEV) python -m scripts.counts

sbom: $(filter .uv/uv,$(UV)) ## write sbom.cdx.json, a CycloneDX list of all packages that an installation may have
	@$(UV) export --locked --no-dev --all-extras --group postgres --format cyclonedx1.5 --preview-features sbom-export -q > sbom.cdx.json

audit: $(filter .uv/uv,$(UV)) ## look up known vulnerabilities of the locked packages at osv.dev
	@$(UV) audit --locked --preview-features audit-command; code=$$?; \
	test $$code -le 1 || echo "NOT AUDITED: advisory data could not be fetched from osv.dev; nothing is known about the packages" >&2; \
	exit $$code

clean: ## remove everything that runs created, including the lake and the published files in data/
	rm -rf data .pytest_cache .ruff_cache .mypy_cache .hypothesis
