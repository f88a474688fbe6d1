# PoP: `make run` serves it, `make test` proves it. Needs only Python 3.11 or newer (with venv) and make.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin

.PHONY: run test check bench soak fix words screenshots clean

run: .venv/.run
	@exec $(BIN)/pop serve

test: .venv/.test
	@exec $(BIN)/python tools/run_tests.py

check: .venv/.test
	@exec $(BIN)/python tools/run_checks.py

bench: .venv/.test
	@exec $(BIN)/python bench/run.py

soak: .venv/.test  ## the long proofs: PART=kills|cuts|live|flood|bulk|clock|surveys|submissions|gone, SIZE=small
	@exec $(BIN)/python tools/soak.py $(PART) $(SIZE)

fix: .venv/.test  ## put imports and layout in order
	@$(BIN)/ruff check --fix -q . && $(BIN)/ruff format -q .

words: .venv/.test  ## bring the catalogues up to date with the English words
	@$(BIN)/python tools/catalogues.py update

screenshots: .venv/.test  ## draw the pictures of the README again
	@POP_SCREENSHOTS=1 $(BIN)/python -m pytest -q -m browser -k screenshot

.venv/.made:
	@test -n "$(PYTHON)" || { echo "PoP needs Python 3.11 or newer: https://www.python.org/downloads/"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements.txt pyproject.toml
	@echo "Installing what PoP needs (hashes checked) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.test: .venv/.run requirements-test.txt
	@echo "Installing what the tests need (hashes checked) ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

clean:
	rm -rf .venv build *.egg-info
