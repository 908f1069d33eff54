# Siyu. `make demo` runs it, `make test` tests it; both set up .venv themselves.
# Needs Python >= 3.11 with pip, git and make; everything else comes from the package indexes.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
# Tests wait for engines and pages a third of their time: three workers keep two cores busy. Each may take 3 GB.
PYTEST_WORKERS ?= $(or $(shell awk '/^MemAvailable/ { print ($$2 > 12000000) ? 3 : 2 }' /proc/meminfo 2>/dev/null),2)

# uv does not read pip's configuration: a mirror that pip is set to is handed on.
PIP_MIRROR := $(or $(PIP_INDEX_URL),$(shell $(PYTHON) -m pip config get global.index-url 2>/dev/null))
ifneq ($(PIP_MIRROR),)
export UV_DEFAULT_INDEX ?= $(PIP_MIRROR)
endif

# What lint, types and tests of the pages need besides: two thirds of all npm packages, and nothing that runs asks for them.
tools test check chaos contract docs lock: TOOLS := --tools

.PHONY: setup tools web demo up test check check-code check-web format bench chaos contract docs lock clean

# Bytecode is made here and not by the first start; where Python may not write any, no later start would have it either.
# Of the libraries what Siyu loads: all of them have ten times as much. With the tools also what the tests load, which is more:
# at their start every worker would make it for itself.
LOADED := siyu.app.cli.everything, siyu.app.demo.filling, siyu.app.relief, siyu.app.web, siyu.app.worker, siyu.insight.lifetime.refitting

setup: $(STAMP)  ## make .venv with the locked dependencies, and the console
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python -m scripts.web $(TOOLS)

tools: setup  ## the same, and what checks and tests of the pages need

web: setup  ## build the console into the package when it is not fresh (setup does it; this is its name)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Siyu needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@# Debian's Python comes without venv; uv makes one there.
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv >/dev/null 2>&1 || { \
		rm -rf .venv && $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .bootstrap uv && \
		.bootstrap/bin/uv venv --quiet --seed --python $(PYTHON) .venv && rm -rf .bootstrap; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@# Before Siyu itself: where the console is fresh, its build hook asks for no node.
	@$(BIN)/python -m scripts.web $(TOOLS)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python $(if $(TOOLS),-m pytest --collect-only -qq >/dev/null 2>&1 || true,-c 'import $(LOADED)')
	@touch $(STAMP)

demo: setup  ## run Siyu on its embedded engines with the demo brand in it; DEMO="--people 2000" makes a smaller one
	@$(BIN)/siyu demo $(DEMO)

up: setup  ## run Siyu on its embedded engines, empty
	@$(BIN)/siyu up

test: setup  ## every test, in some ten minutes on 2 cores
	@$(BIN)/python -m scripts.chromium
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadscope

check: setup  ## format, lint, types, order of rooms, docs, licences, index hosts; the same for web/, beside it
	@$(MAKE) --no-print-directory --jobs 2 --output-sync check-code check-web

check-code:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m scripts.docs --check
	@$(BIN)/python -m scripts.licences
	@$(BIN)/python -m scripts.hosts

check-web:
	@$(BIN)/python -m scripts.web --check

format: setup  ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup  ## every benchmark, in full
	@$(BIN)/python -m benchmarks

chaos: setup  ## 50 rounds of kill -9 under load, and 1,000 examples of each property instead of 100
	@SIYU_CHAOS_ROUNDS=50 $(BIN)/python -m pytest -m chaos tests/chaos --timeout 3600
	@$(BIN)/python -m pytest -m hypothesis --hypothesis-profile long tests/unit -n $(PYTEST_WORKERS) --dist loadscope --timeout 3600

contract: setup  ## the API against its OpenAPI, with 200 requests a route each way instead of a few
	@SIYU_CONTRACT_EXAMPLES=200 $(BIN)/python -m pytest tests/contract --timeout 3600

docs: setup  ## make the generated reference again
	@$(BIN)/python -m scripts.docs
	@$(BIN)/python -m scripts.web run schema

lock: setup  ## resolve the dependencies again (hashes, no index named)
	@$(BIN)/python -m scripts.web update --include=dev
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --upgrade --output-file requirements.lock

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache
