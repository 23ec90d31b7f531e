# Everything a clone needs: `make` lists the targets. Works with GNU make 3.81 and BSD tools.
# Python 3.11 or newer is enough; uv is used where it is present. PYTHON=... names one to use.

SHELL = /bin/sh
VENV = .venv
BIN = $(VENV)/bin
PROTOCOL = dexamethasone-40
ARGS =
PORT = auto
FOLDER =
comma = ,

.PHONY: help run test test-all check native compiled coverage net mutants bench chip-cache faults thresholds leads \
  nuisance circuit schematic page census hil docs clean

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.run ## Watch a session on the virtual bench (PROTOCOL=name, ARGS="--plain ...")
	@$(BIN)/iontobench run $(PROTOCOL) $(ARGS)

# Modules are compiled, and their asserts rewritten, once and not in each process of the tests.
KEEP_BYTECODE = PYTHONDONTWRITEBYTECODE=

test: $(VENV)/.test $(VENV)/.native $(VENV)/.compiled $(VENV)/.asserts ## Run the tests that CI runs
	@workers=$$($(BIN)/python -m tests.support.workers) && \
	$(KEEP_BYTECODE) $(BIN)/python -m pytest -n $$workers --dist loadfile --no-loadscope-reorder -rsfE -m "not long" tests

test-all: $(VENV)/.test $(VENV)/.docs $(VENV)/.notebook $(VENV)/.native $(VENV)/.asserts ## Run all tests, the long ones too
	@$(BIN)/python -m iontobench.compiled.build || true
	@$(KEEP_BYTECODE) IONTOBENCH_PROFILE=long $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rsfE tests

check: $(VENV)/.lint build/stubs/.done ## Lint, format, types and spelling, then the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/basedpyright -p firmware
	@$(BIN)/codespell
	@$(MAKE) test

native: $(VENV)/.test ## Compile the emulator of `--on chip` for this Python: three times as fast
	@$(compile_emulator)
	@touch $(VENV)/.native

compiled: $(VENV)/.test ## Compile control and simulation for this Python; `--compiled` uses it
	@$(BIN)/python -m iontobench.compiled.build

coverage: $(VENV)/.test ## Lines and branches of the firmware's core; fails below 100 %
	@$(BIN)/python -m coverage run -m pytest -m "not long" tests/core
	@$(BIN)/python -m coverage report

net: $(VENV)/.test ## Does every protocol still do the same, to the tick? ARGS=--write stores anew
	@$(BIN)/python -m tests.net $(ARGS)

mutants: $(VENV)/.mutants ## Alter the core, thousands of times: do its tests notice? Half an hour
	@$(BIN)/python -m tests.mutants $(ARGS)

bench: $(VENV)/.test $(VENV)/.native ## Measure the figures of the README into build/bench.json
	@$(BIN)/python -m iontobench.benchmarks build/bench.json
	@$(BIN)/python -m tests.page.figures build/bench.json

chip-cache: $(VENV)/.test ## The tick with a model of the flash cache (ARGS="--all --seconds 60")
	@$(BIN)/python -m iontobench.benchmarks.chip_cache $(ARGS)

faults: $(VENV)/.run ## Every fault in every phase on every load, into build/fault-matrix.json
	@$(BIN)/iontobench faults $(ARGS)

thresholds: $(VENV)/.run ## Every threshold by Monte Carlo: nuisance and miss, as a table
	@$(BIN)/python -m iontobench.campaign.thresholds $(ARGS)

leads: $(VENV)/.run ## 10,000 seeds of a drying load on an intermittent lead
	@$(BIN)/python -m iontobench.campaign.leads $(ARGS)

nuisance: $(VENV)/.run ## 1,000 sessions with nothing wrong: no trip. 200 of 6 min: no warning, lifts told
	@$(BIN)/python -m iontobench.campaign.nuisance $(ARGS)
	@$(BIN)/python -m iontobench.campaign.long_holds $(ARGS)

circuit: $(VENV)/.run ## The stages in ngspice, requirement by requirement, into build/circuit
	@$(BIN)/python -m iontobench.circuit $(ARGS)
	@$(BIN)/python -m iontobench.circuit.dac
	@$(BIN)/python -m iontobench.circuit.demo

schematic: $(VENV)/.circuit ## Draw the stages' diagrams and the breadboard's plan anew
	@$(BIN)/python -m iontobench.circuit.schematic $(ARGS)

page: $(VENV)/.page ## Make the page as a folder of static files, build/page (FOLDER=other)
	@$(BIN)/python -m iontobench.page.build $(FOLDER)

census: $(VENV)/.run ## Count files, shared class names, import circles, citations that lead nowhere
	@$(BIN)/python -m tests.census $(ARGS)

hil: $(VENV)/.test ## Our checks on a board with a dummy load (PORT=auto, ARGS="--dummy 5000")
	@$(BIN)/python -m iontobench.hil $(PORT) $(ARGS)

docs: $(VENV)/.docs ## The site of the documentation, into build/site (ARGS=--serve shows it)
	@$(BIN)/python -m tests.site $(ARGS)

clean: ## Remove the environment, builds and caches; records stay
	rm -rf $(VENV) build dist .pytest_cache .hypothesis .ruff_cache
	find firmware host_tools boards tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp a set of extras, so that a second run installs nothing. A larger set covers a smaller.
$(VENV)/.run: pyproject.toml constraints.txt
	@$(call install,)
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	@$(call install,[test$(comma)chip$(comma)native$(comma)data$(comma)examples$(comma)campaign$(comma)cluster])
	@touch $(VENV)/.run $@

$(VENV)/.lint: pyproject.toml constraints.txt
	@$(call install,[lint$(comma)test$(comma)chip$(comma)native$(comma)data$(comma)examples$(comma)campaign$(comma)cluster])
	@touch $(VENV)/.run $(VENV)/.test $@

$(VENV)/.circuit: pyproject.toml constraints.txt
	@$(call install,[circuit])
	@touch $(VENV)/.run $@

$(VENV)/.page: pyproject.toml constraints.txt
	@$(call install,[page])
	@touch $(VENV)/.run $@

$(VENV)/.docs: pyproject.toml constraints.txt
	@$(call install,[docs])
	@touch $(VENV)/.run $@

$(VENV)/.notebook: pyproject.toml constraints.txt
	@$(call install,[notebook])
	@touch $(VENV)/.run $@

$(VENV)/.mutants: pyproject.toml constraints.txt
	@$(call install,[mutants$(comma)test$(comma)chip$(comma)native$(comma)data$(comma)examples$(comma)campaign$(comma)cluster])
	@touch $(VENV)/.run $(VENV)/.test $@

# The slower emulator serves as well: where it cannot be compiled, the reason is said, every time.
$(VENV)/.native: $(VENV)/.test $(wildcard host_tools/iontobench/chip/native_*.py)
	@if $(compile_emulator); then touch $@; fi

# Once, where there is a C compiler: what has changed since runs from its sources, as all does
# without. `make compiled` compiles that too.
$(VENV)/.compiled: $(VENV)/.test
	@$(BIN)/python -m iontobench.compiled.build || true
	@touch $@

# pytest rewrites the asserts of all tests: once, here, and not in both workers at the same time.
# What is wrong with a test is told by the tests.
$(VENV)/.asserts: $(VENV)/.test
	@export $(KEEP_BYTECODE); collect="$(BIN)/python -m pytest --collect-only -qq"; \
	$$collect tests/host >/dev/null 2>&1 & \
	$$collect $(filter-out tests/host/,$(wildcard tests/[a-z]*/)) >/dev/null 2>&1; wait; touch $@

compile_emulator = $(BIN)/python -m iontobench.chip.native_build

# MicroPython's stubs for the firmware's types. Not in the environment: they would shadow CPython.
build/stubs/.done: constraints.txt | $(VENV)/.lint
	@rm -rf build/stubs
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -c constraints.txt --target build/stubs \
	    micropython-rp2-stubs; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
	    --target build/stubs micropython-rp2-stubs; \
	fi
	@touch $@

# $(1): the extras. Makes the environment unless a usable one is there.
install = set -e; \
	works='import sys; sys.exit(sys.version_info < (3, 11))'; \
	$(BIN)/python -c "$$works" 2>/dev/null || { \
	  rm -rf $(VENV); \
	  if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --python "$${PYTHON:->=3.11}" $(VENV); \
	  else $(make_venv); fi; }; \
	echo "Installing IontoBench$(1) into $(VENV): once, about a minute"; \
	if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.$(1)'; \
	else \
	  $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    -c constraints.txt -e '.$(1)'; \
	fi

make_venv = found=; \
	for python in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if [ -n "$$python" ] && "$$python" -c "$$works" 2>/dev/null; then \
	    found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "IontoBench needs Python 3.11 or newer and found none; install it, or say" \
	    "make PYTHON=/path/to/python" >&2; exit 1; fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found has no venv module; install it (on Debian and Ubuntu: python3-venv)," \
	    "or say make PYTHON=/path/to/python" >&2; exit 1; fi; \
	"$$found" -m venv $(VENV)

export PYTHON
