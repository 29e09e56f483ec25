# Deploy Portal: `make run` and `make test` need Python 3.11 or later and make, nothing else.
# Everything is made below this folder (.venv, node_modules, var); `make clean` removes it.

SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
EMBEDDED := $(PY) -m deploy_portal.embedded
# Test processes beside each other; on two cores two more work while others wait for a browser or a clock.
JOBS ?= 4
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test demo backup restore pictures bench audit chaos check lint services format lock clean

help: ## What can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/installed node_modules/installed ## Prepare .venv and the front-end packages

run: setup ## The whole portal with a demo, on http://127.0.0.1:8000 (PORT=, MAIL_PORT=, SMTP_PORT=)
	@$(EMBEDDED) run

test: setup ## The whole suite with services of its own (ARGS="tests/x -k y", JOBS=4, NO_BROWSER=1)
	@$(EMBEDDED) test -- -n $(JOBS) --dist loadgroup $(ARGS)

demo: setup ## A fresh pair of demo deployments in the database of `make run`
	@eval "$$($(EMBEDDED) shell-env --folder var)" && $(PY) manage.py demo

backup: setup ## The portal as one file, also while it runs (FILE=backups/portal-TIME.tar)
	@$(EMBEDDED) backup "$(FILE)"

restore: setup ## Replace the portal by a backup, held until an administrator releases it (FILE=…)
	@$(EMBEDDED) restore "$(FILE)"

pictures: setup ## Take docs/pictures from a fresh running demo, whose deployment is carried out (ADDRESS=http://127.0.0.1:8000)
	@$(PY) docs/pictures.py $(or $(ADDRESS),http://127.0.0.1:8000)

bench: setup ## Print the measured figures; asserts none of them
	@$(EMBEDDED) with -- $(PY) -m bench

audit: setup ## The long proofs: the API fuzzed (API_FUZZ_EXAMPLES=2000), sign-off and moved times in many orders, every page looked at
	@PORTAL_AUDIT=1 API_FUZZ_EXAMPLES=$${API_FUZZ_EXAMPLES:-2000} $(EMBEDDED) test -- -n $(JOBS) --dist loadgroup --timeout 3600 tests/api/test_openapi.py tests/approvals/test_state_machine.py tests/communications/test_reschedule_machine.py tests/audit/test_large.py tests/gates/test_read_report.py tests/e2e/test_accessibility.py tests/e2e/test_stored_scripts.py $(ARGS)

chaos: setup ## Kill workers, wipe the broker, act all at once, many times over
	@PORTAL_CHAOS=1 $(EMBEDDED) test -- -n $(JOBS) --dist loadgroup --timeout 3600 tests/gates/test_chaos.py tests/monitoring/test_chaos.py tests/communications/test_chaos.py tests/approvals/test_storm.py $(ARGS)

check: setup ## Style, types, import contracts, migrations, state diagram, deployment settings
	@PY=$(PY) sh .ci/check

services: setup ## Only PostgreSQL and Valkey, for developers; prints what to export
	@$(EMBEDDED) services

format: setup ## Let ruff put the code in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: setup ## Pin the newest allowed versions with hashes
	@PY=$(PY) sh requirements/lock

clean: ## Remove everything that was made, the data of `make run` included
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Deploy Portal needs Python 3.11 or later, this is " + sys.version.split()[0] + ": install a newer one, or name it with PYTHON=/path/to/python3.")'
	@echo "Installing the Python packages into .venv …"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --cache-dir "$(CURDIR)/var/cache/pip" --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc | .venv/installed
	@echo "Installing the front-end packages into node_modules …"
	@PY=$(PY) sh requirements/front-end
	@touch $@
