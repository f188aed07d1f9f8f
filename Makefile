# Every target is a thin alias of the command line: `make pipeline P="trees=500"` is
# `.venv/bin/project-name pipeline trees=500`. `make` alone lists the targets.

SHELL   := /bin/sh
PYTHON  ?= python3
LIB     := $(shell sed -n 's/^lib_name *= *//p' settings.ini)
BIN     := .venv/bin
CLI     := $(BIN)/$(subst _,-,$(LIB))
TRIAL   := .quick
# A copy for the lessons of the notebooks, which run beside the tests; stages run in the pipeline and in tests/test_lab.py.
LESSONS := .quick-lessons

# Threads that wait without spinning: on shared cores a fit is many times faster.
OMP_WAIT_POLICY ?= PASSIVE
export OMP_WAIT_POLICY

# What stands behind P=, F=, IN= and the like reaches the command through the environment, never through a shell line.
export P F FROM ONLY FORCE KEEP RUN IN OUT FORMULAS SEED QUICK ROUNDS FLIGHTS TABLES

# A parameter belongs inside of P="...". Outside, make would take it for a variable of its own and nobody would see it.
WORDS := P F FROM ONLY FORCE KEEP RUN IN OUT FORMULAS SEED QUICK ROUNDS FLIGHTS TABLES COVERAGE PYTHON OMP_WAIT_POLICY
LOOSE := $(strip $(foreach v,$(filter-out $(WORDS) MAKE% .% -%,$(.VARIABLES)),$(if $(findstring command line,$(origin $v)),$v)))
ifneq ($(LOOSE),)
$(error $(LOOSE): parameters go inside of P, as in make pipeline P="$(firstword $(LOOSE))=...")
endif

.DEFAULT_GOAL := help
.PHONY: help pipeline status verify prune lab score dist test torture bench check clean export lint tidy lock env

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

pipeline: env  ## run what must run: make pipeline [P="source=my.csv target=bought"] [F=file.yaml] [FROM=stage] [ONLY=stage] [FORCE=1]
	@$(CLI) pipeline --from-make

status: env  ## for each stage: reused or will run, and why; takes the options of make pipeline
	@$(CLI) status --from-make

verify: env  ## check the whole state of the runs: hashes, records, pointers, leftovers
	@$(CLI) verify

prune: env  ## remove old runs: make prune [KEEP=10] or make prune RUN=name
	@$(CLI) prune --from-make

lab: env  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=nbs $(if $(filter 0,$(shell id -u)),--allow-root)

score: env  ## score a table with the model: make score IN=new.csv OUT=scored.csv
	@$(CLI) score --from-make

dist: env  ## build a wheel that carries the model, in dist/
	@$(CLI) dist

test: env check  ## prove it: notebooks, package, and a quick pipeline over a small sample; make test COVERAGE=0 is faster
	@rm -rf $(TRIAL) $(LESSONS)
	@RUNS_DIR=$(TRIAL) P= F= $(CLI) pipeline F=tests/quick.yaml
	@cp -RP $(TRIAL) $(LESSONS)
	@RUNS_DIR=$(LESSONS) $(BIN)/nbdev-test --n-workers 0 --skip-file-re '^[0-9][0-9]' >$(LESSONS)/log 2>&1 & lessons=$$!; \
	  trap 'kill $$lessons' INT TERM HUP; \
	  RUNS_DIR=$(TRIAL) $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadscope $(if $(filter 0,$(COVERAGE)),,--cov --cov-report=term:skip-covered); tests=$$?; \
	  wait $$lessons; learned=$$?; echo "the lessons of the notebooks:"; cat $(LESSONS)/log; \
	  [ $$tests -eq 0 ] && [ $$learned -eq 0 ]
	@rm -rf $(TRIAL) $(LESSONS)

torture: env  ## break runs in every way and see what is left: make torture [SEED=1] [QUICK=1]; takes about half an hour
	@$(BIN)/python -m tests.torture

bench: env  ## measure the engine beside papermill, and the models beside skrub's: make bench [ROUNDS=5] [FLIGHTS=0] [TABLES=0]
	@$(BIN)/python -m benchmarks

check: env  ## fail, naming the file, when a notebook is not clean or the package is not what it exports
	@$(CLI) check

clean: env  ## remove outputs and editors' metadata from the notebooks
	@$(CLI) clean

export: env  ## write the package and the README from the notebooks
	@$(CLI) export

lint: env  ## check the code for mistakes and its format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

tidy: env  ## sort the imports and format the code
	@$(BIN)/ruff check --quiet --fix --select I .
	@$(BIN)/ruff format --quiet .

lock: env  ## resolve requirements.lock anew from settings.ini
	@$(BIN)/uv pip compile setup.py --extra pipeline --extra boost --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-index-url --no-emit-find-links --quiet --upgrade --output-file requirements.lock

env: .venv/.ready  ## make the environment in .venv, as the lock says
.venv/.ready: requirements.lock setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	@echo "making the environment in .venv"
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@if $(BIN)/pip install --quiet --disable-pip-version-check uv; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes --requirement requirements.lock && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	else \
	  $(BIN)/pip install --quiet --require-hashes --requirement requirements.lock && \
	  $(BIN)/pip install --quiet --no-deps --editable .; \
	fi
	@touch .venv/.ready
