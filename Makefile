# Two commands do everything: `make demo` and `make test`. Python >= 3.11 is all they need; uv is used when it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without its bytecode every start of the program would compile pandas anew; uv and some settings of pip leave it out.
COMPILE := $(BIN)/python -m compileall -q -j 0 $(VENV)/lib src >/dev/null || true
UV := $(shell command -v uv 2>/dev/null)

.PHONY: demo test lint bench clean

demo: $(VENV)/.run
	$(BIN)/needs demo demo

test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

$(BIN)/python:
ifdef UV
	uv venv --python $(PYTHON) $(VENV)
else
	$(PYTHON) -m venv $(VENV)
endif

$(VENV)/.run: pyproject.toml requirements.txt | $(BIN)/python
ifdef UV
	uv pip install --python $(BIN)/python -r requirements.txt
	uv pip install --python $(BIN)/python --no-deps -e .
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
endif
	$(COMPILE)
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt requirements-svy.txt
ifdef UV
	uv pip install --python $(BIN)/python -r requirements-dev.txt
	uv pip install --python $(BIN)/python --no-deps -r requirements-svy.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-svy.txt
endif
	$(COMPILE)
	touch $@

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
