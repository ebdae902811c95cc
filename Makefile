# All commands of this project; `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

STATE   := $(CURDIR)/.emaildb
RELEASE := $(CURDIR)/.build/release/emaildb
DEBUG   := $(CURDIR)/.build/debug/emaildb
SCRIPTS := deployment/scripts
MAJORS  ?= 15 16 17 18

# The server: PostgreSQL 16 fetched into .emaildb, or an installed one named by EMAILDB_POSTGRES (holds bin/postgres).
ifndef EMAILDB_POSTGRES
EMAILDB_POSTGRES := $(STATE)/postgresql/16
FETCH := $(SCRIPTS)/fetch-postgresql 16
else
FETCH := test -x "$(EMAILDB_POSTGRES)/bin/postgres" || \
  { echo "EMAILDB_POSTGRES=$(EMAILDB_POSTGRES) holds no bin/postgres" >&2; exit 1; }
endif
export EMAILDB_POSTGRES
ifdef SEED
export EMAILDB_SEED := $(SEED)
endif

# No target may connect to a database that the caller's environment names.
export EMAILDB_CONFIG := none
unexport DATABASE_URL PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS

# PgBouncer: unpacked by setup-test, or Debian's in /usr/sbin. Tests block Swift's few concurrency threads in libpq; with more
# than four at once, tests with a time limit run into it.
TEST_ENV  := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-4} PATH="$(STATE)/pgbouncer/bin:$(STATE)/monitoring/bin:$$PATH:/usr/sbin"
TEST_ARGS  = --disable-xctest $(if $(FILTER),--filter '$(FILTER)')

.PHONY: help setup setup-test server build dist install test-dist demo stop check test test-matrix soak sanitize image up down \
  test-container bench bench-scale bench-init bench-verify peers mutants lint format step release embed layout codes reference docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install what is missing to build and run (Debian packages)
	@$(SCRIPTS)/setup

setup-test: setup
	@$(SCRIPTS)/setup test
	@$(SCRIPTS)/fetch-postgresql 14

server: setup
	@$(FETCH)

build: setup ## Build the release binary, .build/release/emaildb
	swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -s -Xlinker --gc-sections --product emaildb

dist: build ## Pack the release: Debian package, tarball with install script, checksums, list of parts, in .build/dist
	@$(SCRIPTS)/setup dist
	@$(SCRIPTS)/dist "$(RELEASE)" .build/dist

install: build ## Install the release with man pages and completions (PREFIX=/usr/local DESTDIR=)
	@$(SCRIPTS)/setup dist
	@DESTDIR="$(DESTDIR)" PREFIX="$(or $(PREFIX),/usr/local)" $(SCRIPTS)/dist "$(RELEASE)" --install

test-dist: dist server ## Pack twice and compare the bytes; install into folders, and into an empty Debian where an engine runs
	@$(SCRIPTS)/test-dist "$(RELEASE)" .build/dist
	@$(SCRIPTS)/test-install .build/dist || [ $$? -eq 77 ]

demo: server build ## Start a private PostgreSQL 16 in .emaildb, create the database, store sample mail, print how to connect and search
	"$(RELEASE)" dev start --postgres "$$EMAILDB_POSTGRES"
	@settings=$$("$(RELEASE)" dev env) && eval "$$settings" && set -x && "$(RELEASE)" init && "$(RELEASE)" status
	"$(RELEASE)" dev status
	"$(RELEASE)" dev start --sample

stop: ## Stop the demo server; its data stays
	@if [ -x "$(RELEASE)" ]; then "$(RELEASE)" dev stop; \
	elif [ -x "$(DEBUG)" ]; then "$(DEBUG)" dev stop; \
	elif [ -n "$$(find "$(STATE)" -maxdepth 3 -name postmaster.pid 2>/dev/null)" ]; then \
	  echo "a server may be running in .emaildb and the binary that stops it is gone: make build stop" >&2; exit 1; fi

check: lint ## Check style, and run every test that needs no server
	swift build --build-tests
	EMAILDB_POSTGRES=none swift test --skip-build --quiet --disable-xctest --skip 'MailTests|MonitoringTests|ContainerTests'

test: server setup-test ## Run all tests on PostgreSQL 16 (FILTER=regex SEED=n)
	swift build --product emaildb
	$(TEST_ENV) swift test $(TEST_ARGS)

test-matrix: setup-test ## Run all tests on PostgreSQL 15, 16, 17 and 18 (MAJORS="15 18" FILTER=regex)
	@for major in $(MAJORS); do $(SCRIPTS)/fetch-postgresql $$major || exit; done
	swift build --product emaildb
	@summary=; failed=0; \
	for major in $(MAJORS); do \
	  echo "==> PostgreSQL $$major"; started=$$SECONDS; \
	  if $(TEST_ENV) EMAILDB_POSTGRES="$(STATE)/postgresql/$$major" swift test $(TEST_ARGS); \
	  then result=ok; else result=FAILED; failed=1; fi; \
	  summary+="PostgreSQL $$major: $$result, $$((SECONDS - started)) s"$$'\n'; \
	done; \
	printf '\n%s' "$$summary"; exit $$failed

soak: FILTER ?= Soak|CounterTests|PlanGateTests
soak: server setup-test ## Run the random-kill, fuzz, sixteen-writer and plan tests at full length (SEED=n repeats a run)
	swift build --product emaildb
	$(TEST_ENV) EMAILDB_SOAK=1 swift test $(TEST_ARGS)

sanitize: server ## Run the tests of libpq's client under two sanitizers, and init, verify and status under valgrind
	@$(SCRIPTS)/setup sanitize
	$(TEST_ENV) $(SCRIPTS)/sanitize address
	$(TEST_ENV) $(SCRIPTS)/sanitize thread
	swift build --product emaildb
	@$(FRESH) "$(DEBUG)" $(SCRIPTS)/sanitize memcheck "$(DEBUG)"

# Uses the Docker engine that runs here, or starts a private one (deployment/scripts/container-engine).
ENGINE = $(SCRIPTS)/container-engine
COMPOSE = docker compose -f deployment/docker/docker-compose.email-service.yml
image: setup ## Build the images email-postgres, emaildb, email-pgbouncer and email-exporter
	@$(ENGINE) start && $(ENGINE) bases && settings=$$($(ENGINE) env) && eval "$$settings" && $(SCRIPTS)/images

up: setup ## Start the database in a container, on port 5434 of this machine (POSTGRES_PORT=n), and wait for it
	@$(ENGINE) start && settings=$$($(ENGINE) env) && eval "$$settings" && \
	  $(SCRIPTS)/check-port "$${POSTGRES_PORT:-5434}" POSTGRES_PORT metabuilder-email-postgres
	@$(MAKE) image
	@settings=$$($(ENGINE) env) && eval "$$settings" && $(COMPOSE) up --detach --wait email-postgres && $(COMPOSE) ps
	@echo 'psql postgresql://email_service:postgres@localhost:'"$${POSTGRES_PORT:-5434}"'/email_service    # make down stops it'

down: ## Stop what `make up` started; its data stays
	@$(ENGINE) start && settings=$$($(ENGINE) env) && eval "$$settings" && $(COMPOSE) --profile '*' down && $(ENGINE) stop

test-container: setup setup-test ## Test the images on a real engine (ROUNDS=30 FILTER=regex SEED=n)
	$(if $(ROUNDS),EMAILDB_ROUNDS=$(ROUNDS)) $(SCRIPTS)/test-container $(if $(FILTER),--filter '$(FILTER)')

# A new server each time.
FRESH = $(SCRIPTS)/with-server
bench: server build ## Measure loading, reading and searching, and judge the goals (BENCH='--compare FILE --messages N')
	@$(FRESH) --tuned "$(RELEASE)" "$(RELEASE)" bench --format json $(BENCH) >"$(STATE)/bench.json"
	@$(SCRIPTS)/bench-goals "$(STATE)/bench.json"

bench-scale: server build ## Measure with 1,200,000 messages, which stay in .emaildb/scale for the next run (BENCH='--seconds 300')
	@$(FRESH) --tuned --keep "$(STATE)/scale" "$(RELEASE)" "$(RELEASE)" bench --scale --format json $(BENCH) >"$(STATE)/bench-scale.json"
	@$(SCRIPTS)/bench-goals "$(STATE)/bench-scale.json"

bench-init bench-verify: bench-%: server build ## Measure init beside psql, or verify beside pg_dump; fail over a limit (ROUNDS=n)
	@$(FRESH) "$(RELEASE)" $(SCRIPTS)/measure $* "$(RELEASE)" $(if $(ROUNDS),--rounds $(ROUNDS))

peers: server setup-test ## Compare verify with pgTAP, migra, pgrls and squawk on the same mutations; writes Peers.md
	@$(SCRIPTS)/setup peers
	swift build --product emaildb
	$(TEST_ENV) EMAILDB_MUTATIONS="$(STATE)/mutations.json" swift test --disable-xctest --filter mutationsForPeers
	@$(FRESH) "$(DEBUG)" $(SCRIPTS)/compare-peers --binary "$(DEBUG)" --mutations "$(STATE)/mutations.json" \
	  --peers "$(STATE)/peers" --page Sources/EmailDBCommand/Documentation.docc/Peers.md

mutants: server setup-test ## Change a hundred lines of the core rooms, one at a time; fail when tests miss 15 % of them (SEED=n COUNT=n)
	@$(TEST_ENV) $(SCRIPTS)/mutants $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

lint: setup ## Check style: Swift format, file sizes, scripts, SQL files, documentation, Kubernetes manifests
	@$(SCRIPTS)/setup lint
	@$(SCRIPTS)/lint

format: ## Format the Swift sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

step: ## Make the files of a new step of the schema (NAME=words_in_lower_case)
	@$(SCRIPTS)/embed-sql --step '$(NAME)'

release: ## Keep the present schema as that of a release (VERSION=x.y.z): its steps never change again
	@$(SCRIPTS)/fetch-postgresql 15
	swift build --product emaildb
	@EMAILDB_POSTGRES="$(STATE)/postgresql/15" $(FRESH) "$(DEBUG)" $(SCRIPTS)/keep-release "$(DEBUG)" '$(VERSION)'

embed: ## Compile in what was added to sql/ or the documentation, or removed from it
	@$(SCRIPTS)/embed-sql

reference: ## Write the page of commands from the program
	swift build --product emaildb
	@$(SCRIPTS)/reference "$(DEBUG)" --page Sources/EmailDBCommand/Documentation.docc/Commands.md

docs: ## Build the documentation as a static site in .build/docs; a broken link is an error
	@$(SCRIPTS)/docs

layout: server ## Write sql/layout, the expected catalog facts, from a fresh PostgreSQL 16
	swift build --product emaildb
	swift build --product SchemaTool
	@$(FRESH) "$(DEBUG)" .build/debug/SchemaTool
	@git status --short -- sql/layout 2>/dev/null || true

codes: ## Write the page of finding codes, which emaildb verify --explain shows, from the list in Sources/Verify
	swift run SchemaTool --codes

clean: ## Stop the demo server and remove .build* and .emaildb, the demo's data included (DATA=yes: containers' too)
	@$(SCRIPTS)/check-clean $(DATA)
	@$(MAKE) stop
	rm -rf .build .build-asan .build-tsan .build-mutants .emaildb
