# Everything a person runs. `make help` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-sqlite test-postgres test-browser lint format lock diagrams bench load faults venv venv-dev clean python

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$name -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (4,))' >/dev/null 2>&1 && echo $$name && break; done)
BIN := .venv/bin
JOBS ?= 2
PYTEST := $(BIN)/pytest -q
export PORT HOST ONLY N PEOPLE SECONDS SEED

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

demo: venv ## the portal with life-like data on http://127.0.0.1:8000/ (PORT= chooses another)
	@exec $(BIN)/python -P config/supervisor.py

demo-reset: venv ## the same, after removing what an earlier demo left
	@exec $(BIN)/python -P config/supervisor.py --reset

test: lint test-sqlite test-postgres test-browser ## everything: lint, the suite, its PostgreSQL part, its browser part

test-sqlite: venv-dev ## the suite, on SQLite or on DATABASE_URL
	$(PYTEST) -n $(JOBS) --dist loadgroup -m "not postgres and not browser"

test-postgres: venv-dev ## races and locks, on DATABASE_URL or on a PostgreSQL of its own
	$(BIN)/python -m tests.postgres $(PYTEST) -n $(JOBS) --dist loadgroup -m postgres

test-browser: venv-dev ## the pages in a Chromium, where there is one
	$(PYTEST) -m browser

lint: venv-dev ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

format: venv-dev ## formats the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml
lock: venv-dev ## new locks from pyproject.toml
	$(BIN)/$(COMPILE) --output-file requirements.txt
	$(BIN)/$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt

diagrams: venv-dev ## the state diagrams in docs/, drawn from the code
	DEBUG=1 $(BIN)/python manage.py draw_states

bench: venv-dev ## measures, on PostgreSQL: make bench ONLY=enforce|coupons|refunds|peers|lateness|flood|pages|evidence|settlement|start N=20000
	$(BIN)/python -m tests.postgres --large $(BIN)/python -m bench

load: venv-dev ## people on the real servers while deadlines fall due: make load N=100000 PEOPLE=50 SECONDS=180
	$(BIN)/python -m tests.postgres --large $(BIN)/python -m bench.load

faults: venv-dev ## every fault R1 to R32 in its full number, on PostgreSQL; prints a table (ONLY=R2 tries one, SEED= repeats R31)
	FAULTS=long $(BIN)/python -m tests.postgres $(PYTEST) -n $(JOBS) --dist load --maxschedchunk 1 -m fault

clean: ## removes the demo's data and every cache, keeps .venv
	rm -rf var staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

python:
	@test -n "$(PYTHON)" || { echo "Recourse: Python 3.11 or newer was not found; install it, or name it: make demo PYTHON=/path/to/python3" >&2; exit 1; }

venv: python
	@$(PYTHON) config/bootstrap.py requirements.txt

venv-dev: python
	@$(PYTHON) config/bootstrap.py requirements-dev.txt
