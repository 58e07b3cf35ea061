# Prerequisites: git, make, Python 3.11 or 3.12, Java 17 or newer. Everything else is set up here.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
SHOP ?= shop
DATE ?= 2025-03-31
JOBS ?= 2
TESTS ?= tests
KILLS ?= 200
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist loadfile
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3,$(shell command -v $(p) 2>/dev/null)))
UV_VERSION := $(shell sed -n 's/^uv==//p' requirements.lock)
TORCH := $(shell grep -E '^torch==' requirements.lock)
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)

.PHONY: help check-machine install hooks services run up test test-fast faults format lint bench docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

check-machine:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 is missing; install it, for example: sudo apt-get install python3.11 python3.11-venv"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else "Python %d.%d does not fit, 3.11 or 3.12 is needed; name one: make install PYTHON=/path/to/python3.11" % sys.version_info[:2])'
	@command -v java >/dev/null || { echo "Java 17 is missing; install it, for example: sudo apt-get install openjdk-17-jre-headless"; exit 1; }
	@java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | { read -r v; [ "$${v:-0}" -ge 17 ] || { echo "Java $$v is too old, 17 is needed; for example: sudo apt-get install openjdk-17-jre-headless"; exit 1; }; }

install: $(VENV)/installed ## set up the virtual environment from requirements.lock

# The lock is complete, so packages come without their dependencies. Only torch is asked again with them: its wheel
# for GPUs names further packages (CUDA), its wheel for CPUs names none that are not here. Byte code is compiled at once:
# where it may not be written later (PYTHONDONTWRITEBYTECODE, read-only folders), every process would compile all that
# it imports, and a night has a dozen.
$(VENV)/installed: requirements.lock setup.cfg pyproject.toml | check-machine
	@echo "setting up $(VENV) (some minutes, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock $(TORCH)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

run: check-machine install ## make the demo shop, run one night through Airflow, show its tables
	@test -f $(SHOP)/nightshelf.toml || $(BIN)/nightshelf init $(SHOP)
	@$(BIN)/nightshelf run $(SHOP) --date $(DATE)
	@$(BIN)/nightshelf preview $(SHOP)
	@echo 'next: . $(BIN)/activate, then'
	@echo '  nightshelf sql $(SHOP) "select user_id, rank, product_id, reason_text from user_topk limit 5"'
	@echo '  nightshelf report $(SHOP)    open the report page of the night'
	@echo '  nightshelf up $(SHOP)        serve Airflow, MLflow and the reports, until Ctrl-C'
	@echo 'your own files: README.md, "Your own shop"'

up: install ## start Airflow, MLflow and the reports on this machine (Ctrl-C stops them)
	@$(BIN)/nightshelf up $(SHOP)

test: check-machine install ## run all tests (JOBS=2 processes; TESTS=tests/… for a part)
	@$(PYTEST) $(TESTS)

test-fast: check-machine install ## run the tests without whole nights, real data and what is marked slow
	@$(PYTEST) $(TESTS) -m "not night and not realdata and not slow"

faults: install ## disturb nights at KILLS=200 moments, and all that `make test` does in part (hours; goes on where it stopped)
	@$(BIN)/python -m tests.faults.killed_nights --kills $(KILLS) --jobs $(JOBS)
	@NIGHTSHELF_ALL_FAULTS=1 $(PYTEST) tests/faults tests/pipelines/night/test_store.py tests/pipelines/publish

format: install ## sort imports and format all Python files
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

lint: install ## check style, format, layers and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --config setup.cfg --no-cache
	@$(BIN)/mypy

hooks: install ## let git run the checks of .pre-commit-config.yaml before each commit
	@$(BIN)/pre-commit install

services: ## install PostgreSQL, Redis and Chromium (Debian, as root); `make test` needs none of them
	@[ "$$(id -u)" = 0 ] || { echo "make services installs Debian packages and must run as root: sudo make services"; exit 1; }
	apt-get update
	apt-get install --yes --no-install-recommends postgresql redis-server chromium

bench: install ## list the benchmarks, each with its command
	@$(BIN)/python -m benchmarks

docs: install ## write the generated documents again
	@$(BIN)/python -m pipelines.report.reference_docs
	@$(BIN)/python -m spark_jobs.cleaning.rule_docs

clean: ## remove the virtual environment and caches; shops stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
