# `make demo` sets up and runs the main job; `make test` sets up what is missing and runs every check.
# Everything is made once: a second run only looks.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps

# llama.cpp's AMX kernels crash on virtual machines whose CPU claims AMX; the compiler may not know the flags (ARM).
AMX_OFF := $(shell echo 'int main(void){return 0;}' | cc -mno-amx-tile -mno-amx-int8 -mno-amx-bf16 -x c -o /dev/null - 2>/dev/null \
	&& echo -mno-amx-tile -mno-amx-int8 -mno-amx-bf16)

.PHONY: help setup models region samples demo test unit lint faults bench lock release clean

help:
	@echo "make demo    set up everything and answer three spoken requests on a real map"
	@echo "make test    set up what is missing, run all tests, ruff and mypy"
	@echo "make unit    the quick tests, without models, on all cores (a minute)"
	@echo "make faults  the long fault-injection suite"
	@echo "make bench   every benchmark"
	@echo "make release what is installed in a car: dist/release (Python 3.11, a C++ compiler, internet);"
	@echo "             MACHINE=aarch64 makes it for 64-bit ARM, with Debian's cross compiler"

setup: $(STAMPS)/installed

$(STAMPS)/venv:
	@bash scripts/check_system.sh "$(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@touch $@

# The hash-locked packages; the longest step is the build of llama-cpp-python (four minutes on two cores).
$(STAMPS)/packages: requirements.lock $(STAMPS)/venv
	@echo "installing the locked packages (llama-cpp-python is compiled: minutes)"
	@CFLAGS="$(AMX_OFF)" CXXFLAGS="$(AMX_OFF)" $(BIN)/python scripts/install_packages.py requirements.lock
	@touch $@

$(STAMPS)/installed: pyproject.toml $(wildcard nav/routing/cch/*.cpp nav/routing/cch/*.h) $(STAMPS)/packages
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

models: setup
	@$(BIN)/xiaogao models pull || echo "some models are missing: going on with what works"

region: models
	@$(BIN)/python scripts/sample_region.py

demo: region
	@$(BIN)/python scripts/demo.py

test: region
	@bash scripts/browser.sh
	@$(BIN)/xiaogao models pull screen-check screen-peers || echo "without axe-core and Ferrostar their tests are skipped"
	@$(BIN)/python scripts/run_checks.py

unit: setup
	@$(BIN)/python -m pytest -m "not models and not slow" -n logical --dist loadfile

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

faults: region
	@XIAOGAO_FAULT_ROUNDS=200 XIAOGAO_FUZZ_CASES=100000 XIAOGAO_FAULT_TABLE=out/faults.md $(BIN)/python -m pytest tests/faults --timeout=36000

bench: region
	@$(BIN)/xiaogao bench all

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe

# The workshop's lock has everything; the car's has no tests and no training; the third builds what comes as source.
lock: setup
	@$(COMPILE) --extra voice --extra sherpa --extra agent --extra serve --extra device --extra graph --extra cluster --extra train --extra dev \
		--output-file requirements.lock pyproject.toml
	@$(BIN)/python scripts/car_lock.py
	@$(COMPILE) --output-file requirements-build.lock requirements-build.in

release:
	@$(PYTHON) scripts/release.py $(MACHINE)

clean:
	rm -rf $(VENV) out build dist *.egg-info
