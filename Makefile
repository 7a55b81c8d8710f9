# Two commands matter: `make run` starts the service, `make test` proves it. `make help` lists the rest.
SHELL = /bin/sh
.DEFAULT_GOAL = help
VENV ?= .venv
BIN = $(VENV)/bin
export VENV

.PHONY: help run test check types pytest trials bench bench-matching audit-deps lock format translations clean

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: ## Install, set up, load demo data and start web, worker and sequencer (PORT, DATA_DIR, DATABASE_URL)
	@sh scripts/run.sh

test: ## Everything: linters, types, layers, licences, all tests on both databases and in the browser
	@sh scripts/packages.sh
	@sh scripts/venv.sh requirements-dev.txt
	@$(MAKE) --no-print-directory translations lint pytest

check: ## Linters and types only
	@sh scripts/venv.sh requirements-dev.txt
	@$(MAKE) --no-print-directory translations lint

.PHONY: lint
lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml ipplatform config.py wsgi.py
	$(BIN)/python -m scripts.licences requirements.txt

pytest:
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

trials: ## The long counts (kill cycles, mutations, races, fuzzing) in full, written to docs/trials.md
	@sh scripts/packages.sh
	@sh scripts/venv.sh requirements-dev.txt
	@$(MAKE) --no-print-directory translations
	TRIALS=full $(BIN)/python -m tests.trials

bench: ## Speed, written to docs/benchmarks.md
	@sh scripts/packages.sh
	@sh scripts/venv.sh requirements-dev.txt
	@$(MAKE) --no-print-directory translations
	$(BIN)/python -m tests.bench

bench-matching: ## Quality and speed of search and matching on the retrieval sets
	@sh scripts/venv.sh requirements-dev.txt
	$(BIN)/python -m tests.bench.matching

audit-deps: ## Ask the advisory database about known holes in the locked requirements (needs the network)
	@sh scripts/venv.sh requirements-dev.txt
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt

lock: ## Resolve requirements*.in anew into the hash-locked requirements*.txt
	@sh scripts/venv.sh requirements-dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 requirements-dev.in -o requirements-dev.txt

format: ## Let ruff fix and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations:
	@sh scripts/translations.sh

clean: ## Remove what the tools made; keeps DATA_DIR
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
