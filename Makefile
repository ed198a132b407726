# Everything from a fresh clone: `make demo` shows an agent at work, `make test` runs the tests.
# Both create .venv and install first; the second time that takes no time.

.DEFAULT_GOAL := help
.PHONY: help setup dev demo test wheel lint format clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
# Everything the tests use; torch alone is gigabytes, so the demo does without.
EXTRAS := dev,train,llm,text,alfworld,r2r,arm,thor,ros,wire

# The first Python on the path that is new enough; PYTHON=/path/to/python chooses another.
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	echo $$name; break; fi; done)
endif

help:
	@echo 'make demo    an agent does household tasks: a video, and a table of ALFRED metrics'
	@echo 'make test    run the tests'
	@echo 'make wheel   build the wheel and run it outside the checkout'
	@echo 'make lint    import contracts, ruff, mypy'
	@echo 'make format  let ruff format and sort'
	@echo 'make setup   create .venv and install; the others do it themselves'
	@echo 'make dev     the same with everything that the tests use'
	@echo 'make clean   delete .venv, caches and outputs'

setup: $(READY)

dev: $(READY_DEV)

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo 'Python 3.11 or newer is needed and none was found on the path.'; \
		echo 'Debian and Ubuntu: apt-get install python3 python3-venv. Else: PYTHON=/path/to/python make setup'; \
		exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { \
		rm -rf $(VENV); echo 'Creating $(VENV) ...'; $(PYTHON) -m venv $(VENV); } || { \
		rm -rf $(VENV); \
		echo 'The venv module is missing. Debian and Ubuntu: apt-get install python3-venv'; \
		exit 1; }
	@echo 'Installing (a few minutes the first time) ...'
	@$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check \
		--editable . --constraint constraints.txt
	@touch $(READY)

$(READY_DEV): $(READY)
	@echo 'Installing what the tests use, torch among it (some minutes the first time) ...'
	@$(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check \
		--editable '.[$(EXTRAS)]' --constraint constraints.txt
	@touch $(READY_DEV)

demo: setup
	@rm -rf outputs/demo
	@$(BIN)/embodied eval benchmark=household benchmark.limit=4 planner=parsed policy=skills \
		perception=privileged record=video output_dir=outputs/demo

test: $(READY_DEV)
	@$(BIN)/pytest -n auto -m 'not wheel'

wheel: $(READY_DEV)
	@$(BIN)/pytest -m wheel

lint: $(READY_DEV)
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY_DEV)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) outputs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
