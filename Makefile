.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
# The first of these that is new enough makes the environment; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$p" && break; done)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/base.stamp ## start the server on PORT (8000) with everything it needs
	@$(PY) manage.py migrate --verbosity 0
	@exec $(PY) manage.py serve

.PHONY: demo
demo: $(VENV)/base.stamp ## the same with a ready room and simulated voters, in data/demo
	@exec $(PY) manage.py demo

.PHONY: test
test: test-embedded test-servers ## every test, on both kinds of stores, in a real browser too (ARGS="-k word" for some)

# Hundreds of servers and commands are started: what was compiled once is kept, whatever the environment says.
test-embedded test-servers: export PYTHONDONTWRITEBYTECODE =

.PHONY: test-embedded
test-embedded: $(VENV)/test.stamp ## every test on SQLite, and those that start stores of their own
	@CHROMIUM_PATH="$$(.ci/chromium)" && export CHROMIUM_PATH && $(PYTEST) $(ARGS) || $(NONE_IS_FINE)

# Once more what a store may change, in real servers that are found or brought along: see tests/stores.
.PHONY: test-servers
test-servers: $(VENV)/test.stamp ## the tests of whatever touches a store, on PostgreSQL and Redis
	@$(PY) -m tests.stores $(PYTEST) $(ARGS) || $(NONE_IS_FINE)

.PHONY: check
check: format-check lint types imports migrations deploy docs-check ## format, lint, types, import floors, migrations, deploy check, docs

.PHONY: fmt
fmt: $(VENV)/dev.stamp ## put all code into shape
	$(VENV)/bin/ruff format --quiet
	$(VENV)/bin/ruff check --fix --quiet
	$(VENV)/bin/djangofmt frontend/templates

.PHONY: format-check
format-check: $(VENV)/dev.stamp
	$(VENV)/bin/ruff format --check --quiet
	$(VENV)/bin/djangofmt --check frontend/templates

.PHONY: lint
lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check --quiet
	$(VENV)/bin/djangofmt check frontend/templates
	$(VENV)/bin/oxlint --deny-warnings frontend/static
	$(VENV)/bin/codespell

.PHONY: types
types: $(VENV)/dev.stamp
	$(VENV)/bin/mypy

.PHONY: imports
imports: $(VENV)/dev.stamp
	$(VENV)/bin/lint-imports

.PHONY: migrations
migrations: $(VENV)/dev.stamp
	$(PY) manage.py makemigrations --check --dry-run

# As an operator would run it in public; nothing is connected to.
.PHONY: deploy
deploy: $(VENV)/dev.stamp
	@echo "manage.py check --deploy"
	@PUBLIC_URL=https://polls.example.org DATABASE_URL=postgresql://polls@127.0.0.1/polls \
	REDIS_URL=redis://127.0.0.1 DEBUG=off SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	$(PY) manage.py check --deploy --fail-level WARNING

.PHONY: docs-check
docs-check: $(VENV)/dev.stamp
	$(PY) .ci/check_docs.py

.PHONY: fault
fault: $(VENV)/test.stamp ## kill everything at random, 50 times, and count (N=10 for fewer; SEEDS="17 42" repeats)
	@exec $(PY) -m tests.fault $(if $(SEEDS),--seeds $(SEEDS),--runs $(or $(N),50))

.PHONY: soak
soak: $(VENV)/test.stamp ## people come and go for MINUTES (10), and nothing may be left of them
	@exec $(PY) -m tests.fault.soak --minutes $(or $(MINUTES),10)

.PHONY: bench
bench: $(VENV)/bench.stamp ## measure, with baselines in the same run, at most 10 minutes
	@exec $(PY) -m bench

.PHONY: bench-quick
bench-quick: $(VENV)/bench.stamp ## the same in at most a minute
	@exec $(PY) -m bench --quick

# Tests wait for servers and browsers half of the time, so there are two processes a core; a file stays together with
# the servers it has started, and tests/order.py says which file is next.
PYTEST = $(PY) -m pytest --numprocesses $$($(PY) -c "import os; print(min(6, 2 * os.cpu_count()))") \
	--dist loadfile --no-loadscope-reorder
# pytest ends with 5 when ARGS choose no test of a run; without ARGS that is a failure.
NONE_IS_FINE = { status=$$?; [ $$status -eq 5 ] && [ -n '$(ARGS)' ]; } || exit $${status:-1}

.PHONY: bench-hall
bench-hall: $(VENV)/bench.stamp ## 10,000 sockets on two workers, and one of them killed in the middle, a minute and a half
	@exec $(PY) -m bench hall

.PHONY: lock
lock: $(VENV)/dev.stamp ## compile requirements/ anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(call compile,dev,--extra dev $(UPGRADE))
	$(call compile,base,--constraint requirements/dev.txt)
	$(call compile,test,--extra test --constraint requirements/dev.txt)
	$(call compile,bench,--extra bench --constraint requirements/dev.txt)

.PHONY: clean
clean: ## remove the environment and caches; data/ stays
	rm -rf $(VENV) .*_cache .coverage htmlcov test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# No index in the files: they are good for every mirror, because the hashes say what may come from it.
compile = $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --output-file requirements/$(1).txt $(2)

# The files are complete. Without --no-deps pip looks again for what one package asks of another with an extra, finds the
# newest version instead of the locked one, and refuses it for having no hash.
$(VENV)/%.stamp: requirements/%.txt | $(PY)
	@echo "Installing $< into $(VENV)"
	@if command -v uv >/dev/null; then uv pip install --quiet --python $(PY) --no-deps --require-hashes -r $<; \
	else $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<; fi
	@touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "live_polls needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3" >&2; exit 1; }
	@if command -v uv >/dev/null; then uv venv --quiet --seed --python "$(PYTHON)" $(VENV); \
	else "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	echo "This Python cannot make environments; install its venv package (on Debian: apt install python3-venv)." >&2; exit 1; }; fi
