# make demo and make test set everything up by themselves: they need Python >= 3.11, pip and this checkout.
PYTHON ?= python3
UV := .tools/uv/bin/uv
PY := .venv/bin/python
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

.PHONY: demo test test-slow lock format clean help

help:
	@echo "make demo        a simulated runner, start to finish, and the path of their knee report"
	@echo "make test        every check that takes less than ten minutes"
	@echo "make test-slow   the slow tests"
	@echo "make format      put the code in order"
	@echo "make lock        resolve the dependencies again"

demo: .venv/.run
	@.venv/bin/goodknee demo -o goodknee-demo.html

test: .venv/.dev
	@$(PY) tools/check.py

test-slow: .venv/.dev
	@$(PY) tools/check.py --slow

format: .venv/.dev
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

$(UV):
	@echo "Fetching uv into .tools (once)"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools/uv uv==$(UV_VERSION)

$(PY): | $(UV)
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'GoodKnee needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12 $(MAKECMDGOALS)')"
	@$(UV) venv --quiet --python $(PYTHON) .venv

# The tests' environment holds the runner's too, so making it satisfies both stamps.
.venv/.dev: locks/dev.txt pyproject.toml | $(PY)
	@echo "Installing what GoodKnee and its tests need (once)"
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(PY) locks/dev.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(PY) --editable .
	@$(PY) -m compileall -q src
	@touch .venv/.run .venv/.dev

.venv/.run: locks/run.txt pyproject.toml | $(PY)
	@echo "Installing what GoodKnee needs (once)"
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(PY) locks/run.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(PY) --editable .
	@$(PY) -m compileall -q src
	@rm -f .venv/.dev && touch .venv/.run

lock: | $(UV)
	@$(UV) lock --quiet
	@$(UV) export --quiet --no-header --no-annotate --no-emit-project --no-dev --group build -o locks/run.txt
	@$(UV) export --quiet --no-header --no-annotate --no-emit-project --group build --group dev -o locks/dev.txt

clean:
	@rm -rf .venv .tools goodknee-demo.html
