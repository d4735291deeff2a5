# opsdesk: `make run` shows the backlog of 58,251 real tickets, `make test` checks everything that is promised.
# Needs Python 3.11 or newer and make; everything else goes into .venv, Java for Spark included.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN    := .venv/bin
PARAMS ?= params/boston311.yaml
HAS_EMULATORS := $(filter Linux-x86_64,$(shell uname -sm | tr ' ' -))

.DEFAULT_GOAL := help
.PHONY: help run quality test test-deploy jars emulators lab lint lock audit docs clean

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)' 2>/dev/null \
	  || { echo "opsdesk needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt-get install python3 python3-venv)."; exit 1; }
	@echo "Setting up .venv, once: Python packages, about 570 MB to fetch (Spark is 320 of them), 1.3 GB on disk ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip==26.2
	@$(BIN)/python deploy/set_up.py requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test-ready: requirements-dev.lock .venv/ready
	@echo "Setting up the tools of the tests, once: about 150 MB to fetch ..."
	@$(BIN)/python deploy/set_up.py requirements-dev.lock
	@touch $@

run: .venv/ready  ## ingest, backfill, transform and chart the Boston 311 export (PARAMS=... for another)
	@$(BIN)/opsdesk run $(PARAMS)

.quality/ready: deploy/quality/requirements.lock | .venv/ready
	@echo "Setting up .quality, Great Expectations, once: 540 MB on disk ..."
	@rm -rf .quality && $(BIN)/python -m venv .quality
	@.quality/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

quality: .venv/ready .quality/ready  ## let Great Expectations check the published tables (PARAMS=...)
	@$(BIN)/opsdesk quality $(PARAMS)

.emulators/ready: lib/opsdesk/emulators/requirements.lock | .venv/ready
	@$(if $(HAS_EMULATORS),,echo "The emulators are there for Linux on x86_64 only."; exit 1)
	@echo "Setting up .emulators (once, about a minute) ..."
	@rm -rf .emulators && $(BIN)/python -m venv .emulators
	@.emulators/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.spark4/ready: tests/spark4.lock | .venv/ready
	@echo "Setting up .spark4, the other Spark line, for the tests (once, about a minute) ..."
	@rm -rf .spark4
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-compile \
	  --require-hashes --target .spark4 -r $<
	@touch $@

.scheduler/ready: tests/scheduler.lock | .venv/ready
	@echo "Setting up .scheduler, jupyter-scheduler for the tests (once, 10 MB to fetch) ..."
	@rm -rf .scheduler
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target .scheduler -r $<
	@touch $@

.airflow%/ready: deploy/airflow/airflow%.lock | .venv/ready
	@echo "Setting up .airflow$*, a line of Airflow for the tests of deploy/airflow (once, under a minute, 300 MB) ..."
	@rm -rf .airflow$* && $(BIN)/python -m venv .airflow$*
	@.airflow$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $< \
	  && touch $@ || echo "It could not be installed: the tests of deploy/airflow will say so."

jars: .venv/ready  ## fetch Google's connectors for Spark (once, 92 MB; then offline)
	@$(BIN)/python -m opsdesk.spark.fetch_jars

emulators: .emulators/ready  ## install the emulators of Cloud Storage and BigQuery (`opsdesk emulators` starts them)

DEPLOY := .quality/ready .airflow2/ready .airflow3/ready .scheduler/ready
test: .venv/test-ready .spark4/ready $(DEPLOY) jars $(if $(HAS_EMULATORS),.emulators/ready)  ## lint, then every test
	@BIN=$(BIN) sh tests/run.sh

test-deploy: .venv/test-ready $(DEPLOY)  ## the tests of deploy/ alone
	@$(BIN)/python -m pytest -n 2 --dist loadgroup tests/deploy

lab: .venv/ready  ## JupyterLab on the trends of the last good run
	@$(BIN)/opsdesk lab

lint: .venv/test-ready  ## ruff, the directions between the rooms, types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/mypy

docs: .venv/ready  ## write docs/tables.md, deploy/looker and the picture of the rooms again
	@$(BIN)/python -m opsdesk.catalogue.docs_page > docs/tables.md
	@$(BIN)/python -m opsdesk.catalogue.lookml deploy/looker
	@$(BIN)/python benchmarks/picture.py

PIN := compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
# what .venv has already
IN_VENV = $(shell sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' requirements-dev.lock)
lock: .venv/test-ready  ## choose the pins of pyproject.toml, of the emulators and of Airflow again
	@$(BIN)/uv pip $(PIN) pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip $(PIN) pyproject.toml --extra dev -c requirements.lock --output-file requirements-dev.lock
	@$(BIN)/uv pip $(PIN) tests/scheduler.in -c requirements-dev.lock $(IN_VENV) --output-file tests/scheduler.lock
	@$(BIN)/uv pip $(PIN) lib/opsdesk/emulators/requirements.in --output-file lib/opsdesk/emulators/requirements.lock
	@$(BIN)/uv pip $(PIN) deploy/quality/requirements.in --output-file deploy/quality/requirements.lock
	@$(BIN)/uv pip $(PIN) deploy/airflow/airflow2.in --output-file deploy/airflow/airflow2.lock
	@$(BIN)/uv pip $(PIN) deploy/airflow/airflow3.in --output-file deploy/airflow/airflow3.lock

.audit/ready: | .venv/ready
	@rm -rf .audit && $(BIN)/python -m venv .audit
	@.audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 \
	  || { echo "pip-audit could not be installed: the pins are not checked."; rm -rf .audit; exit 3; }
	@touch $@

audit: .audit/ready  ## look for known advisories about the pinned packages; exit codes: 1 found, 3 not checked
	@$(BIN)/python deploy/audit.py .audit/bin/pip-audit requirements.lock requirements-dev.lock lib/opsdesk/emulators/requirements.lock deploy/quality/requirements.lock

clean:  ## remove the environment and what runs wrote, but for the lakes
	@rm -rf .venv .emulators .spark4 .quality .scheduler .airflow2 .airflow3 .audit jars outputs/*/runs outputs/*/latest outputs/*/quality* outputs/*/*.duckdb*
