# One command for each thing a person wants. Everything is installed into .venv, from wheels only, by locked hashes.
#
#   make demo    a market, a client and an algorithm, on this machine, in a minute
#   make test    lint, types, import contracts, then the tests with coverage: what CI runs
#   make lint    the first three of those
#   make bench   the benchmarks, on plain Python; make bench-compiled runs them on what make compile made
#   make compile the hot modules as machine code, in an environment of their own (a C compiler, 2-3 minutes)
#   make lock    writes requirements/*.txt anew (LOCK_ARGS=--upgrade takes the newest releases)
#   make test-quickfix-official    the FIX tests on QuickFIX's own source distribution (a C++ compiler, 6-12 minutes)
#   make clean   removes what the tools left behind, not the environments

PYTHON ?= python3
VENV ?= .venv
COMPILED_VENV ?= .venv-compiled
OFFICIAL_VENV ?= .venv-official
LOCK_ARGS ?=

BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# The locks are complete, so pip has nothing to resolve, and must not: asked for `coverage[toml]`, pip before 23.3 looks past
# the pin of `coverage` to the newest release, and then refuses it. `pip check` says whether a lock lacks anything.
LOCKED := --require-hashes --only-binary=:all: --no-deps
PIP_CHECK := -m pip check --disable-pip-version-check
# pip compiles on one core, and the packages' own tests too: half of an installation's time. This is on all, without those.
COMPILE := -m compileall -q -j 0 -x '/tests/'
# The build backend comes from the lock too, so that nothing unlocked is fetched.
PROJECT := --no-deps --no-build-isolation --editable .
BUILD_FILES := pyproject.toml hatch_build.py
SOURCES = $(shell find router algos simulator fixspec config -type f -not -path '*/__pycache__/*') sessions.cfg

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench bench-compiled compile lock test-quickfix-official clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.demo
	$(BIN)/sluice demo

# One thread of linear algebra a process: the tests have the cores already, and more would spin beside them. Bytecode is
# kept whatever the surroundings say: the tests start hundreds of processes, and each would compile the product anew.
# Files are handed out in the order of tests/conftest.py, not by the number of their tests.
test: lint
	OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --cov --numprocesses=auto --dist=loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

compile: $(COMPILED_VENV)/.compiled

# -P: the folder it is started in must not hide what is installed.
bench-compiled: $(COMPILED_VENV)/.compiled
	$(COMPILED_VENV)/bin/python -P -m benchmarks

# A wheel in an environment of its own, and never libraries beside the sources: those would run on after an edit. The
# benchmarks and the tests are found behind it, in this folder.
$(COMPILED_VENV)/.compiled: requirements/dev.txt $(BUILD_FILES) $(SOURCES)
	test -x $(COMPILED_VENV)/bin/python || $(PYTHON) -m venv $(COMPILED_VENV)
	$(COMPILED_VENV)/bin/python $(PIP_INSTALL) $(LOCKED) -r requirements/dev.txt
	SLUICE_COMPILE=1 $(COMPILED_VENV)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --force-reinstall .
	$(COMPILED_VENV)/bin/python $(PIP_CHECK)
	echo '$(CURDIR)' > $$($(COMPILED_VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sluice-folder.pth
	@touch $@

# Stamps: made again when a lock or the packaging changes, and only then.
$(VENV)/.demo: requirements/demo.txt $(BUILD_FILES) | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) --no-compile $(LOCKED) -r requirements/demo.txt
	$(BIN)/python $(COMPILE) $(VENV)/lib
	$(BIN)/python $(PIP_INSTALL) $(PROJECT)
	$(BIN)/python $(PIP_CHECK)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(BUILD_FILES) | $(BIN)/python
	$(BIN)/python $(PIP_INSTALL) --no-compile $(LOCKED) -r requirements/dev.txt
	$(BIN)/python $(COMPILE) $(VENV)/lib
	$(BIN)/python $(PIP_INSTALL) $(PROJECT)
	$(BIN)/python $(PIP_CHECK)
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or later is needed; {sys.executable} is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

# Locked on the oldest Python we support, whose choices hold on the newer ones.
# SLUICE_PURE: the locks must not say whether this machine has a compiler.
PIP_COMPILE = SLUICE_PURE=1 CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for editable $(LOCK_ARGS)

lock: $(VENV)/.dev
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "locks are made on Python 3.11")'
	$(PIP_COMPILE) --extra quickfix-tls --extra analysis -o requirements/demo.txt pyproject.toml
	$(PIP_COMPILE) --extra quickfix-tls --extra analysis --extra dask --extra dev -c requirements/demo.txt -o requirements/dev.txt pyproject.toml
	$(PIP_COMPILE) --extra quickfix --extra analysis --extra dask --extra dev -c requirements/dev.txt -o requirements/official.txt pyproject.toml

# quickfix is built here by its own setup.py (with a setuptools that pip fetches); all else is the wheels of .venv.
$(OFFICIAL_VENV)/.official: requirements/official.txt $(BUILD_FILES)
	test -x $(OFFICIAL_VENV)/bin/python || $(PYTHON) -m venv $(OFFICIAL_VENV)
	$(OFFICIAL_VENV)/bin/python $(PIP_INSTALL) $(LOCKED) --no-binary=quickfix -r requirements/official.txt
	$(OFFICIAL_VENV)/bin/python $(PIP_INSTALL) $(PROJECT)
	$(OFFICIAL_VENV)/bin/python $(PIP_CHECK)
	@touch $@

test-quickfix-official: $(OFFICIAL_VENV)/.official
	$(OFFICIAL_VENV)/bin/python -m pytest -m fix

clean:
	rm -rf .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
