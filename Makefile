# Every target sets up what it needs: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run demo test check gen bench dist clean

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable .
	touch $@

run: $(VENV)/.ready ## serve from ./data
	$(BIN)/certmanager serve --data-dir data

demo: $(VENV)/.ready ## the main job from end to end, in a temporary directory
	$(BIN)/python tools/demo.py

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.ready
	$(BIN)/python tools/check.py

gen: $(VENV)/.ready ## the Python code of the contract
	$(BIN)/buf generate

bench: $(VENV)/.ready
	$(BIN)/python -m bench

dist: $(VENV)/.ready
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
