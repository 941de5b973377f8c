# VibeServe: set up, search, check, test. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made

.PHONY: setup search check test hostile chaos clean

setup: $(STAMP) bubblewrap

search: setup
	$(BIN)/vibeserve search chat --model small --agent recipes --policy bandit --candidates 6 --hours 0.12

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright --pythonpath $(BIN)/python

test: $(STAMP) bubblewrap
	$(BIN)/pytest -m 'not chaos and not alone' --numprocesses 3 --dist loadfile
	$(BIN)/pytest -m alone

# Every cheating candidate through the gates and, where these cannot tell, through a duel; `make test` runs the quick half.
hostile: $(STAMP) bubblewrap
	$(BIN)/python -m tests.hostile

# Kills server and worker at every boundary of a search and at random, and all that measures; half an hour and the whole machine.
chaos: $(STAMP) bubblewrap
	$(BIN)/python -m tests.chaos
	$(BIN)/pytest -m chaos tests/chaos

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache

# torch comes first and by exact version: on a machine without a GPU a range would pull gigabytes of CUDA.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "VibeServe needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[torch,dev]'
	touch $@

.PHONY: bubblewrap
bubblewrap:
	@command -v bwrap >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq bubblewrap; \
	  elif sudo -n true 2>/dev/null && command -v apt-get >/dev/null; then sudo apt-get update -qq && sudo apt-get install -y -qq bubblewrap; \
	  else echo "The sandbox needs bubblewrap: install it with your package manager (apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap)." >&2; exit 1; fi; }
