# Needs python3 (3.11 or newer) with venv, and make; everything it makes stands in .venv/ and var/.
#
#   make demo          set up, then the main job: two desks, a relay, two bots, one audit; at its
#                      end both desks in the browser (make demo DESK=0 ends without them)
#   make test          set up, then the tests that need nothing else of this machine
#   make test-all      the same, and a program that a test needs and does not find is a failure
#   make browser       the desk in a real Chromium (Debian: chromium, fonts-noto-core)
#   make screenshots   pictures of every page into docs/screenshots
#   make faults        kill the real relay under load and look for losses (faults-long: more often)
#   make fuzz          random bytes against the decoder
#   make bench         measure, print a table and JSON (bench-long: longer runs)
#   make spec          write the field tables of protocol/SPEC.md anew
#   make vendor-check  compare the files of others that stand in the tree with their hashes
#   make vendor        compare them with their packages too (needs npm)
#   make words         gather the words of the desk's pages into its catalogues, and compile them
#   make lock          resolve the locks anew; `make lock ARGS=--upgrade` takes newer versions
#   make clean         remove .venv/, var/ and what the tools leave behind
#
# Options for the program behind a target go in ARGS: make demo ARGS="--scenario FILE --json".

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Empty: desks at the end of the demo on a terminal; 0: never.
DESK ?=

# Only wheels, so that installing runs no code; only pinned hashes; nothing said but errors.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
LOCKED := $(PIP_INSTALL) --require-hashes --only-binary :all:
# .ci/run puts coverage in front.
PYTEST ?= $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test test-all browser screenshots faults faults-long fuzz bench bench-long spec \
  words vendor vendor-check lock clean
.DELETE_ON_ERROR:
.SUFFIXES:
.NOTPARALLEL:

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

# A stamp names what was installed last; it is older than its lock whenever the lock changed.
$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Paraph needs Python 3.11 or newer, and '$(PYTHON)' was not found." >&2; \
	  echo "hint: install it (Debian: apt install python3 python3-venv), or: make PYTHON=/path/to/python3 ..." >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Paraph needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." >&2; \
	  echo "hint: name a newer one: make PYTHON=/path/to/python3.11 ..." >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Paraph needs Python's venv module, and '$(PYTHON)' comes without it." >&2; \
	  echo "hint: Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/made requirements.txt requirements-build.txt pyproject.toml
	@echo "Setting up: the pinned packages that Paraph runs on (once, about 20 seconds)"
	@$(LOCKED) -r requirements.txt -r requirements-build.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@mkdir -p var && touch $@

$(VENV)/tools: $(VENV)/runtime requirements-dev.txt
	@echo "Setting up: the pinned tools that test it (once, about 20 seconds)"
	@$(LOCKED) -r requirements-dev.txt
	@touch $@

demo: $(VENV)/runtime
	@$(BIN)/paraph demo --out var/demo $(if $(filter 0,$(DESK)),--no-desk) $(ARGS)

test: $(VENV)/tools
	$(PYTEST) -q --ignore=tests/faults $(ARGS)

test-all: export PARAPH_TEST_ALL := 1
test-all: test

browser: $(VENV)/tools
	$(PYTEST) -q tests/browser $(ARGS)

screenshots: $(VENV)/tools
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

faults: $(VENV)/tools
	$(BIN)/python -m pytest -q tests/faults $(ARGS)

# The property tests too, with hypothesis' long profile.
faults-long: export PARAPH_LONG := 1
faults-long: $(VENV)/tools
	$(BIN)/python -m pytest -q tests/faults tests/protocol tests/hostile $(ARGS)

fuzz: $(VENV)/tools
	$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(VENV)/tools
	$(BIN)/python -m bench $(ARGS)

bench-long: $(VENV)/tools
	$(BIN)/python -m bench --long $(ARGS)

spec: $(VENV)/tools
	$(BIN)/python -m tests.support.spec_tables --write

words: $(VENV)/tools
	$(BIN)/python -m tests.support.catalogues --write

vendor-check: $(VENV)/tools
	$(BIN)/python -m tests.support.vendored

vendor: $(VENV)/tools
	$(BIN)/python -m tests.support.vendored --fetch

# --no-emit-index-url keeps addresses out; a version must be seven days old.
COMPILE := UV_CACHE_DIR=var/cache/uv $(BIN)/uv pip compile --quiet --generate-hashes \
  --no-emit-index-url --universal --python-version 3.11 --exclude-newer 7d \
  --custom-compile-command "make lock"
lock: $(VENV)/tools
	$(COMPILE) $(ARGS) pyproject.toml -o requirements.txt
	$(COMPILE) $(ARGS) --group build -c requirements.txt -o requirements-build.txt
	$(COMPILE) $(ARGS) pyproject.toml --group dev -c requirements.txt -c requirements-build.txt \
	  -o requirements-dev.txt
	@! grep -n '://' requirements*.txt

clean:
	rm -rf $(VENV) var dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find protocol server client tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
