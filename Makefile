# Every target sets up what it needs (tools/bootstrap.py). Another Python: make test PYTHON=python3.12

PYTHON ?= python3
ARGS ?=
CHECK_PYTHON = import sys; v = sys.version_info; (3, 11) <= v[:2] <= (3, 13) or sys.exit( \
	'Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is %d.%d; ' % v[:2] + \
	'name another one, such as: make $@ PYTHON=python3.12')
BOOTSTRAP = @$(PYTHON) -c "$(CHECK_PYTHON)" && $(PYTHON) -B -m tools.bootstrap

.PHONY: help demo test test-with-qt test-without-qt test-obs lint bench strings screens pictures clean

help:
	@echo "make demo    a scripted show on this machine: encoder, livedesk, platform and a fault"
	@echo "             (ARGS=\"--headless --seconds 40 --out DIR --json\" without a display)"
	@echo "make test    all tests: the windows', those with real peers, and all others without Qt installed"
	@echo "make test-obs  with a real OBS on a display of its own: as encoder, moved, and alone"
	@echo "make lint    style, types and import walls"
	@echo "make bench   costs and delays, as a table"
	@echo "make strings the texts of the windows, for translators"
	@echo "make screens every page, dialog and state as a picture in out/screens, and a check of each"
	@echo "make pictures the pictures of README and docs, from the running program"
	@echo "make clean   remove environments, caches and results"

demo:
	$(BOOTSTRAP) demo
	@.venv/bin/livedesk demo $(ARGS)

# Two runs of about the same length: what needs Qt or mostly waits for real time, and all others.
test: export QT_QPA_PLATFORM = offscreen
test:
	$(BOOTSTRAP) test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-with-qt test-without-qt

test-with-qt:
	.venv/bin/python -m pytest tests/ui
	.venv/bin/python -m pytest -m "ui or slow or peer" --ignore=tests/ui --ignore=tests/peers
	.venv/bin/python -m pytest tests/peers

test-without-qt:
	.venv-without-qt/bin/python -m pytest -m "not ui and not peer and not slow" \
		--ignore=tests/ui --ignore=tests/peers

test-obs:
	$(BOOTSTRAP) test-obs
	.venv/bin/python -m pytest -s tests/obs $(ARGS)

lint:
	$(BOOTSTRAP) lint
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench:
	$(BOOTSTRAP) bench
	@.venv/bin/python -m benchmarks $(ARGS)

strings:
	$(BOOTSTRAP) lint
	@.venv/bin/python -m tools.make_strings

screens: export QT_QPA_PLATFORM = offscreen
screens:
	$(BOOTSTRAP) pictures
	@.venv/bin/python -m tools.screens $(ARGS)

pictures: export QT_QPA_PLATFORM = offscreen
pictures:
	$(BOOTSTRAP) pictures
	@.venv/bin/python -m tools.pictures $(ARGS)

clean:
	rm -rf .venv .venv-without-qt .tools out dist build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find livedesk tests benchmarks tools -name __pycache__ -prune -exec rm -rf {} +
