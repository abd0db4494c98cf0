# ppp, the PostgreSQL Partition Proxy. `make` alone lists the targets.
# Works with GNU make 3.81, which is what macOS has.

MVN = mvn -B
PPP = bin/ppp

# For ppp and psql: make psql-initech ARGS="-c 'SELECT count(*) FROM books'"
ARGS =

SOURCES := pom.xml $(shell find src/main -type f)
SCRIPTS := bin/ppp $(wildcard src/build/make-archive src/build/record-classes \
  bench/run bench/mirror bench/lib.sh bench/everyone bench/convert bench/partitions bench/inspection bench/rollups bench/jobs bench/replication bench/operations .ci/run .ci/dockerd .ci/docker-base/build .ci/docker-base/*.sh docker/*/*.sh)

.DEFAULT_GOAL := help

.PHONY: help build test demo bench clean shellcheck in-action \
  start-containers stop-containers initialize-databases teardown-databases migrations \
  psql-veneer psql-veneer-admin show-logs-veneer FORCE

help: ## List these targets
	@sed -n -e 's/-%:/-NAME:/' -e 's/^\([A-Za-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r target what; do printf '  %-21s %s\n' "$$target" "$$what"; done

# --- build

build: target/ppp.jsa ## Build what bin/ppp runs

# Old versions of libraries would stay in target/lib, and in the class path.
target/ppp.jar: $(SOURCES)
	rm -rf target/lib
	$(MVN) -q package -DskipTests
	touch $@

target/ppp.jsa: target/ppp.jar src/build/make-archive src/build/connection.classes bin/ppp
	src/build/make-archive

test: ## Run all tests, on real PostgreSQL servers
	$(MVN) verify

shellcheck: ## Check the shell scripts
	shellcheck $(SCRIPTS)

# Stopping is best effort: a checkout without a build or without servers can be cleaned, too.
clean: ## Remove build output and this checkout's demo servers
	@if [ -d .ppp ] && [ -f target/ppp.jar ]; then \
	  $(PPP) stop --delete-data --yes || \
	    echo 'The servers in .ppp are left as they are.' >&2; \
	  for demo in .ppp/demo-*/shards.yaml; do \
	    if [ -f "$$demo" ]; then $(PPP) stop --delete-data --yes --config "$$demo"; fi; \
	  done; \
	elif [ -d .ppp ]; then \
	  echo 'The servers in .ppp are left as they are: make build, then make clean.' >&2; \
	fi
	$(MVN) -q clean

# --- see it work

demo: build ## Start servers, initialize, migrate, query through the veneer
	$(PPP) demo bookstore $(ARGS)

bench: build ## Compare ppp with plain psql (TENANTS=200)
	bench/run
	bench/partitions
	bench/rollups
	bench/jobs
	bench/replication
	bench/operations
	bench/convert
	ROWS=10000000 bench/convert

in-action: build ## Make the outputs in IN_ACTION.md anew
	$(MVN) verify -Dgolden.update=true -Dit.test=InActionIT -Dtest=None \
	  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

# --- the servers of shards.yaml

start-containers: build ## Start the veneer and the shards as Docker containers
	$(PPP) start --runtime docker $(ARGS)

stop-containers: build ## Stop them, and keep their data
	$(PPP) stop $(ARGS)

initialize-databases: build ## Make the servers match shards.yaml
	$(PPP) initialize $(ARGS)

teardown-databases: build ## Remove what ppp made on the veneer
	$(PPP) teardown --all $(ARGS)

migrations: build ## Migrate every tenant
	$(PPP) migrate $(ARGS)

psql-veneer: build ## psql on the veneer, as the role that may use every tenant
	$(PPP) psql veneer $(ARGS)

psql-veneer-admin: build ## psql on the veneer, as the owner
	$(PPP) psql veneer --admin $(ARGS)

show-logs-veneer: build ## Statements that the veneer was asked
	$(PPP) show-logs veneer $(ARGS)

psql-%: build FORCE ## psql on a tenant's shard, or on a shard: make psql-initech
	$(PPP) psql $* $(ARGS)

show-logs-%: build FORCE ## Statements that a shard was asked for a tenant
	$(PPP) show-logs $* $(ARGS)

FORCE:
