# Everything this project needs, on a machine with Python 3.11+ and make.
# DATABASE_URL, PORT, STAJ_DEMO_PASSWORD and PYTHON may be set; see README.md.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
FLASK := $(BIN)/flask --app app
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
PYBABEL_KEYWORDS := -k _ -k _l -k N_ -k Say

.PHONY: help run test check bench pictures docs lock translations clean test-python

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(RUN_READY) $(CATALOGUES) ## set everything up and serve a clickable university on 127.0.0.1:$(PORT)
	@$(FLASK) db upgrade
	@$(FLASK) seed apply --once seed/data
	@PUBLIC_URL=$${PUBLIC_URL:-http://127.0.0.1:$(PORT)} $(FLASK) seed demo
	@echo "Staj: http://127.0.0.1:$(PORT)/  (Ctrl-C stops it)"
	@PUBLIC_URL=$${PUBLIC_URL:-http://127.0.0.1:$(PORT)} PATH="$(BIN):$$PATH" sh serve.sh $(PORT)

test: $(DEV_READY) $(CATALOGUES) ## the whole suite, on SQLite and PostgreSQL, with a real browser
	@$(BIN)/python -m tests.browser.find
	@$(BIN)/python -m tests.tools
	$(BIN)/pytest

test-python: ## the same suite on another Python: make test-python PYTHON=python3.13
	$(MAKE) test VENV=.venv-other

check: $(DEV_READY) $(CATALOGUES) ## format, lint, types, floors, translations, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python translations/check.py
	$(FLASK) docs check

bench: $(DEV_READY) $(CATALOGUES) ## times, ratios, plans and profiles on both databases
	$(BIN)/python -m bench

pictures: $(DEV_READY) $(CATALOGUES) ## make the pictures of the guides and the readme anew
	STAJ_PICTURES=1 $(BIN)/pytest -q -n 0 tests/browser/test_pictures.py

docs: $(DEV_READY) ## write the generated documents anew
	$(FLASK) docs write

translations: $(DEV_READY) ## bring new sentences into the catalogues
	$(BIN)/pybabel -q extract -F translations/babel.cfg $(PYBABEL_KEYWORDS) --no-location --sort-output -o translations/messages.pot .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations -w 120 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	rm translations/messages.pot

lock: $(DEV_READY) ## resolve the requirements anew (hashes, no addresses)
	$(BIN)/pip install -q uv
	cd requirements && for what in run dev; do ../$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate $$what.in -o $$what.txt; done

clean: ## remove what was made here (the data in var/ stays)
	rm -rf .venv .venv-other .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

%.mo: %.po $(RUN_READY)
	@$(BIN)/pybabel -q compile -i $< -o $@

$(RUN_READY): requirements/run.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the server needs …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(DEV_READY): requirements/dev.txt $(RUN_READY)
	@echo "Installing what the tests need …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
