# `make serve` and `make test` do everything, set-up included. `make help` lists the rest.
SHELL := /bin/bash
# -p: bash reads no $BASH_ENV, which may print.
.SHELLFLAGS := -p -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.SUFFIXES: # no rule of make's own: it would make a file NAME of a NAME.sh beside it

PYTHON ?= python3
PORT ?= 8000
export PYTHON
export NO_MKDOCS_2_WARNING := 1
export PYTHONDONTWRITEBYTECODE := 1
# SITE_URL and REPO_URL are the two addresses of a published site; unset, pages hold no absolute address.
export SITE_URL REPO_URL OFFLINE LAB_ACCEL MACHINE QUICK FRESH ALL REPEAT EFFORT
# The site that `make check` has built and checked, for the checks that look at it; unset, they build one.
export BUILT_SITE
export EDIT_URI_TEMPLATE := $(if $(REPO_URL),$(REPO_URL)/edit/main/docs/{path},)
# What the caller's shell or another repository left in the environment; snippets/runner/checkout.py has the same list.
unexport BASH_ENV CDPATH GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_NAMESPACE
unexport GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CEILING_DIRECTORIES
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_PYTHON PIP_DRY_RUN
CHECKOUT := bash -p snippets/lab/checkout.sh
# The date that pages cite is the caller's or the commit's, so that two builds of one commit are the same bytes; where
# there is neither, pages have none.
ifeq ($(strip $(SOURCE_DATE_EPOCH)),)
SOURCE_DATE_EPOCH := $(shell $(CHECKOUT) date)
endif
ifeq ($(strip $(SOURCE_DATE_EPOCH)),)
unexport SOURCE_DATE_EPOCH
else
export SOURCE_DATE_EPOCH
endif

# Always `python -m`: the scripts in .venv/bin break where the path holds a space.
RUN := .venv/bin/python
SETUP := bash snippets/lab/setup.sh
# $(call install,DIRECTORY): pip of that virtual environment, which installs into it whatever a pip.conf names as target,
# prefix, root or user; no --isolated, since the same configuration says where packages are fetched from.
install = $(1)/bin/python -m pip --disable-pip-version-check --quiet install --no-input --no-user --target= --root=/ --prefix="$(CURDIR)/$(1)"
PIP := $(call install,.venv) --require-hashes
# $(call imports,MODULES): end, before the stamp is written, where the environment cannot import what was installed.
imports = $(RUN) -I -c 'import sys; list(map(__import__, sys.argv[1:]))' $(1) 2>/dev/null || { echo "set-up: pip ended without an error, but .venv cannot import one of: $(1)"; \
	echo "    remedy: remove .venv, and see what .venv/bin/python -m pip config list says of where or whether to install"; exit 1; }
WORKERS ?= 2
# The checks do keep their bytecode, out of the way: without it every worker rewrites every test's assertions again.
PYTEST := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$(CURDIR)/build/pycache" $(RUN) -m pytest
PAGES := $(shell $(CHECKOUT) files '*.md')
SCRIPTS := $(shell $(CHECKOUT) files 'snippets/*.sh' 'tests/fixtures/*.sh' .ci/run .ci/record .ci/propose 'snippets/lab/bin/*' snippets/lab/init snippets/lab/modules)

.PHONY: help serve build offline test check page-text page-shown read built lint types units bench lab shell record amend read-sources guards new-example new-claim new-page new-machine faults addresses audit compare test-on identity hammer successors clean lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

.venv/made.stamp:
	@$(SETUP) venv
	@"$(PYTHON)" -m venv .venv
	@touch $@

.venv/site.stamp: requirements.txt | .venv/made.stamp
	@echo "set-up: Python packages of the site"
	@$(PIP) -r requirements.txt
	@$(call imports,mkdocs material mkdocs_macros jsonschema)
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/made.stamp
	@echo "set-up: Python packages of the checks"
	@$(PIP) -r requirements-dev.txt
	@$(call imports,mkdocs material mkdocs_macros jsonschema pytest mypy ruff proselint)
	@touch $@ .venv/site.stamp

serve: .venv/site.stamp ## build the site and serve it with live reload at http://127.0.0.1:8000
	@$(CHECKOUT) trouble
	@[[ '$(PORT)' =~ ^[1-9][0-9]{0,4}$$ ]] && (( $(PORT) < 65536 )) || { echo "PORT=$(PORT) is no port: give a number from 1 to 65535"; exit 1; }
	@$(RUN) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || { echo "port $(PORT) is in use, or not for this user: choose another with PORT="; exit 1; }
	@echo "Pages, data, snippets, macros, theme and mkdocs.yml show when saved. After a change of requirements.txt: stop with Ctrl-C and run make serve again."
	@$(RUN) -m macros.pages.serve 127.0.0.1:$(PORT)

build: .venv/site.stamp $(if $(OFFLINE),offline) ## build the site into site/; OFFLINE=1: with the archive of `make offline` in it
	@$(CHECKOUT) trouble
	@mkdir -p build && out=$$(mktemp -d build/site.XXXXXX) && trap 'rm -rf "$$out"' EXIT && \
		$(RUN) -m macros.pages.generate "$$out" && \
		chmod -R u=rwX,go=rX "$$out" && rm -rf site && mv "$$out" site # whatever the umask: a web server reads it

offline: .venv/site.stamp ## pack the site as build/offline.zip, to read and search without a server or a network
	@$(CHECKOUT) trouble
	@$(RUN) -m macros.pages.offline build/offline.zip

ifeq ($(origin PAGE),command line)
check: .venv/dev.stamp
	@$(CHECKOUT) trouble
	@if [ -f "$(PAGE)" ]; then $(MAKE) -j2 page-text page-shown; else $(RUN) -m macros page "$(PAGE)"; fi

# What is read of the page alone, and the page rendered as the site does it, against all of the data.
page-text: .venv/dev.stamp
	@$(RUN) -m tests.prose "$(PAGE)"
	@$(RUN) -m pymarkdown --config pyproject.toml scan "$(PAGE)"
	@$(RUN) -m codespell_lib "$(PAGE)"

page-shown: .venv/dev.stamp
	@SITE_URL= REPO_URL= EDIT_URI_TEMPLATE= SOURCE_DATE_EPOCH=1577836800 $(RUN) -m macros page "$(PAGE)"
else
check: .venv/dev.stamp read ## every check that needs neither engine nor browser, except the slow ones; PAGE=docs/name.md: all of one changed page, in seconds
	@$(MAKE) -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) lint types built
	@$(MAKE) units BUILT_SITE=build/built
endif

# What is wrong with the data, an example or a page ends the run here, alone: all that follows would fail for it too.
read: .venv/dev.stamp
	@$(CHECKOUT) trouble
	@$(RUN) -m macros

# The site that the checks look at: without addresses, and with a date of its own, whatever the caller has set.
built: .venv/dev.stamp
	@mkdir -p build && rm -rf build/built build/half-built
	@SITE_URL= REPO_URL= EDIT_URI_TEMPLATE= OFFLINE= SOURCE_DATE_EPOCH=1577836800 $(RUN) -m macros.pages.generate build/half-built
	@mv build/half-built build/built

lint: .venv/dev.stamp build/pymarkdown.stamp build/shellcheck.stamp build/prose.stamp
	@$(CHECKOUT) trouble
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --check --quiet . || { echo "remedy: .venv/bin/python -m ruff format ."; exit 1; }
	@$(CHECKOUT) files | tr '\n' '\0' | xargs -0 $(RUN) -m codespell_lib # pyproject.toml says what it skips
	@echo "lint: ruff, codespell, pymarkdown, proselint and shellcheck found nothing"

# These take most of lint's time: they read again only after a change.
build/pymarkdown.stamp: $(PAGES) pyproject.toml Makefile .venv/dev.stamp
	@$(RUN) -m pymarkdown --config pyproject.toml scan $(PAGES)
	@mkdir -p build && touch $@

build/prose.stamp: $(PAGES) $(wildcard docs/data/*.yml) tests/prose.py tests/prose.toml .venv/dev.stamp
	@$(RUN) -m tests.prose
	@mkdir -p build && touch $@

build/shellcheck.stamp: $(SCRIPTS) Makefile .venv/dev.stamp
	@.venv/bin/shellcheck -x -P snippets/lab $(SCRIPTS)
	@mkdir -p build && touch $@

types: .venv/dev.stamp
	@$(RUN) -m mypy

units: .venv/dev.stamp
	@$(PYTEST) -q -n $(WORKERS) --dist worksteal -m "not engine and not browser and not slow"

test: check ## every check: those of make check, then the slow ones, the browser's and the engines'
	@$(SETUP) engines browser start
	@code=0; $(RUN) -m snippets.runner lab whole || code=$$?; \
		if [ $$code = 3 ] && [ "$${CI:-}" != true ]; then echo "set-up: no whole lab here; what needs it is skipped"; else exit $$code; fi
	@BUILT_SITE=build/built $(PYTEST) -q -n $(WORKERS) -m "browser or slow" # not beside the engines: each network that Docker makes has Chromium drop its requests
	@BUILT_SITE=build/built $(PYTEST) -q -n $(WORKERS) --maxschedchunk 1 -m "engine and not browser"

test-on: .venv/site.stamp ## every check on another release of Debian, as root: RELEASE=bookworm, trixie or sid; HOST=cgroup2: chosen sides in a VM with control groups version 2; FRESH=1 makes it again, COMMAND= runs another command there
	@[ -z "$(RELEASE)" ] || [ -z "$(HOST)" ] || { echo "give RELEASE= or HOST=, not both"; exit 1; }
	@$(SETUP) hosts $(if $(HOST),boot)
	@$(RUN) -m snippets.runner test-on "$(RELEASE)$(HOST)" $(COMMAND)

lab: .venv/site.stamp ## build the lab and show what this machine has
	@$(SETUP) engines start
	@$(RUN) -m snippets.runner lab

shell: .venv/site.stamp ## open a shell in which the pages' commands can be typed; what it starts is removed when it ends
	@$(SETUP) engines start
	@$(RUN) -m snippets.runner shell

record: .venv/site.stamp ## run the experiments, rewrite what was recorded; EXAMPLE=section/name for one, ALL=1 for the examples too, QUICK=1 for one short round, REPEAT=1 and REPEAT=2 for two to compare with each other
	@$(CHECKOUT) trouble
	@$(SETUP) engines start
	@$(RUN) -m snippets.runner record $(EXAMPLE)

amend: .venv/site.stamp ## say why a recording still holds although its script changed: EXAMPLE=section/name WHY="what changed, and that nothing measured or shown did"
	@$(RUN) -m snippets.runner amend "$(EXAMPLE)" "$(WHY)"

read-sources: .venv/site.stamp ## say that a source was read, after a change of its entry: SOURCE=key, or several in quotes
	@$(RUN) -m macros sources $(SOURCE)

guards: .venv/site.stamp ## count again what docs/data/guards.yml bounds, after a change that needs it: a reviewer sees each number
	@$(RUN) -m macros guards

new-example: .venv/site.stamp ## begin an example: NAME=section/name, SIDES="container vm"
	@$(RUN) -m macros begin example "$(NAME)" $(SIDES)

new-claim: .venv/site.stamp ## begin a claim: SECTION=resources, or another section of docs/data/comparison.yml; ID= for a number of your choice
	@$(RUN) -m macros begin claim "$(SECTION)" $(ID)

new-page: .venv/site.stamp ## begin a page, and put it into the navigation: PAGE=docs/folder/name.md
	@$(RUN) -m macros begin page "$(PAGE)"

new-machine: .venv/site.stamp ## name this machine, and say what it can record and in what time: MACHINE=my-laptop
	@$(SETUP) engines start
	@$(RUN) -m snippets.runner machine "$(MACHINE)"

faults: .venv/dev.stamp ## break the project on purpose, a fault at a time, and say which the checks refuse: SEED=1 COUNT=160 WRITE=1
	@$(RUN) -m tests.faults.inject --seed $(or $(SEED),1) --count $(or $(COUNT),160) $(if $(WRITE),--write)

addresses: .venv/dev.stamp ## ask each source whether it is still at its address: the only check that asks the network
	@$(RUN) -m tests.addresses

audit: .venv/made.stamp ## ask whether a vulnerability is known of any pinned package
	@"$(PYTHON)" -m venv build/audit && $(call install,build/audit) pip-audit==2.10.1
	@build/audit/bin/python -m pip_audit --require-hashes --disable-pip --progress-spinner off -r requirements-dev.txt

compare: .venv/site.stamp ## print this machine's medians next to the published ones, after make record on this machine
	@$(RUN) -m snippets.runner compare

bench: .venv/dev.stamp ## time the build and the checks against an empty site
	@$(RUN) -m tests.bench

identity: .venv/site.stamp ## draw logo, favicon and social card again, after a change of macros/render/identity.py or its template
	@$(RUN) -m macros.render.identity

hammer: .venv/site.stamp ## kill examples at random moments and say what is left; KILLS= for how often, SECTIONS= for which
	@$(SETUP) engines start
	@$(RUN) -m snippets.runner.hammer $(or $(KILLS),30) $(SECTIONS)

successors: build ## build the site with the generator's likely successors and report what differs
	@"$(PYTHON)" -m venv build/successors
	@$(call install,build/successors) -r <(sed -E '/^ *--hash/d; s/ \\$$//' requirements.txt) properdocs==1.6.7 zensical==0.0.73
	@for generator in properdocs zensical; do \
		rm -rf "build/$$generator"; \
		case $$generator in properdocs) flags=(--strict --site-dir "$$PWD/build/properdocs");; zensical) flags=(--strict);; esac; \
		code=0; PYTHONPATH=. build/successors/bin/python -m $$generator build "$${flags[@]}" >"build/$$generator.log" 2>&1 || code=$$?; \
		echo "$$generator: exit $$code, $$(grep -ci warning "build/$$generator.log" || true) lines with warnings, see build/$$generator.log"; \
	done
	@if [ -d build/properdocs ]; then echo "properdocs: $$(diff -rq site build/properdocs | wc -l) of $$(find site -type f | wc -l) files differ from this generator's"; fi
	@$(MAKE) build >/dev/null  # Zensical writes to site/ as well

clean: ## remove what the lab made, and stop a daemon that the set-up started
	@[ ! -x .venv/bin/python ] || $(RUN) -m snippets.runner clean
	@$(SETUP) stop
	@rm -rf build/site.* build/bench build/pycache build/hosts build/serve

lock: .venv/made.stamp ## pin the requirements again from pyproject.toml
	@"$(PYTHON)" -m venv build/uv && $(call install,build/uv) uv==0.13.9
	@build/uv/bin/python -m uv pip compile pyproject.toml --universal --python-version 3.11.2 --generate-hashes --no-header --no-annotate --quiet -o requirements.txt
	@build/uv/bin/python -m uv pip compile pyproject.toml --group dev --universal --python-version 3.11.2 --generate-hashes --no-header --no-annotate --quiet -o requirements-dev.txt
