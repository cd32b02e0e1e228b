# Barter's commands; `make help` lists them. Each works from a fresh clone with Rust, Node with npm, make and a C compiler
# (and Python 3.11 or newer, PostgreSQL or Go, where it says so): what else a command needs, it installs, pinned, under node_modules/ and
# target/. Quiet where all is well; VERBOSE=1 shows everything. Safe under make -j.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export CARGO_TERM_COLOR ?= auto
# A test run must not write gas snapshots; `make gas-update` does.
export FORGE_SNAPSHOT_EMIT ?= false

STEP := tools/step
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
PACKAGES := barter-protocol barter-store barter-http barter-bank barter-bindings barter-compliance barter-index barter-lightning barter-reputation barter-sim barter-sdk barter-cli

# What the recipes wait for.
NPM := node_modules/.installed
CARGO_DENY := target/tools/.cargo-deny-$(CARGO_DENY_VERSION)
CARGO_FUZZ := target/tools/.cargo-fuzz-$(CARGO_FUZZ_VERSION)
VENV := target/venv
PEERS := tools/peers/node_modules/.installed

##@ Use
.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## "; print "make <command>, from a fresh clone" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: $(NPM) ## One whole trade on a local chain, from invoice to both scores
	@$(STEP) "building barter (the first time takes minutes)" cargo build --locked --package barter-cli
	@target/debug/barter demo

.PHONY: deploy-local
deploy-local: $(NPM) ## Deploy to the node at RPC_URL (default http://127.0.0.1:8545)
	@tools/deploy local

.PHONY: deploy-sepolia
deploy-sepolia: $(NPM) ## Deploy to Sepolia; keys and node come from the environment or .env, see .env.example
	@tools/deploy sepolia

##@ Test
.PHONY: test
test: ## Everything that must hold: contracts, committed artifacts, crates
	@$(MAKE) --jobs 2 test-contracts test-rust

.PHONY: test-contracts
test-contracts: check-artifacts ## The contracts' tests: unit, fuzz, invariants
	@$(STEP) --tests "forge test" forge test --no-match-path 'test/gas/**'

.PHONY: test-rust
test-rust: build-rust check-artifacts ## The crates' tests and doctests
	@$(STEP) --tests "cargo test" cargo test --locked --workspace

# Apart, so that it can run while solc, which uses one core, is at work.
.PHONY: build-rust
build-rust: $(NPM)
	@$(STEP) "building the crates' tests" cargo test --locked --workspace --no-run

# The suites of what is kept in a database, which run on every one there is, and all tests with "postgres" in their path.
# Chosen by name and not by package, because cargo then finds every crate built as `make test` left it. Files that live for a
# minute need not outlive a power cut, hence no fsync.
INDEX_SUITES = $(patsubst crates/index/tests/%,--test %,$(patsubst %/main.rs,%,$(basename $(wildcard crates/index/tests/*.rs)) $(wildcard crates/index/tests/*/main.rs)))
LOG_SUITES = --test log --test oracle --test sharing --test service
BANK_SUITES = --test network
.PHONY: test-postgres
test-postgres: $(NPM) ## The index's, the log's and the banks' tests on PostgreSQL, a server started for them (PostgreSQL)
	@$(STEP) --tests "tests on PostgreSQL" tools/with-postgres --fsync=off -- sh -c \
	  'cargo test --locked --workspace $(INDEX_SUITES) $(LOG_SUITES) $(BANK_SUITES) && cargo test --locked --workspace --tests postgres'

# What was built is kept for the next time, outside this folder: tools/lnd/build says where.
.PHONY: test-lnd
test-lnd: $(NPM) ## Payments and a whole trade over two real lnd nodes with a btcd, built from source (Go)
	@$(STEP) "building lnd and btcd (the first time takes minutes)" tools/lnd/build
	@$(STEP) "building the tests on lnd" cargo test --locked --workspace --test lnd --no-run
	@$(STEP) --tests "tests on lnd" tools/with-lnd cargo test --locked --workspace --test lnd -- --ignored

.PHONY: test-compat
test-compat: contracts $(VENV)/compat/.installed ## The published Python client, unmodified, against our deployment (Python)
	@$(STEP) --tests "Python client" tools/with-anvil -- test/compat/run
	@grep -A 4 "^call " target/log/Python-client.log

.PHONY: test-peer
test-peer: $(NPM) $(VENV)/peer/.installed ## The published hub, unmodified, as a peer of our reputation service (Python)
	@$(STEP) "building the tests with the published hub" cargo test --locked --workspace --test peer --test service --no-run
	@$(STEP) --tests "published hub" env BARTER_TEST_PYTHON=$(CURDIR)/$(VENV)/peer/bin/python \
	  cargo test --locked --workspace --test peer --test service

.PHONY: test-canonical
test-canonical: $(NPM) $(VENV)/settlement/.installed ## Documents of the bank against canonical JSON and Ed25519 from PyPI (Python)
	@$(STEP) "building the tests with canonical JSON from PyPI" cargo test --locked --workspace --test canonical_python --no-run
	@$(STEP) --tests "canonical JSON" env BARTER_TEST_PYTHON=$(CURDIR)/$(VENV)/settlement/bin/python \
	  cargo test --locked --workspace --test canonical_python

.PHONY: test-v1
test-v1: $(NPM) $(VENV)/settlement/.installed ## A client of the published protocol, written in Python, against two banks (Python)
	@$(STEP) "building the tests with a published client" cargo test --locked --workspace --test network --no-run
	@$(STEP) --tests "published client of banks" env BARTER_TEST_PYTHON=$(CURDIR)/$(VENV)/settlement/bin/python \
	  cargo test --locked --workspace --test network -- published

# SEEDS is how many, FIRST the first; the same numbers try the same. A seed that fails says how it is run alone.
SEEDS ?= 10000
FIRST ?= 0
.PHONY: test-bank
test-bank: $(NPM) ## Banks, clients, network and disks under simulated trouble, 10,000 times (SEEDS, FIRST)
	@$(STEP) "building the simulation of banks" cargo test --locked --workspace --test simulation --no-run
	@$(STEP) --tests "simulation of banks" env BARTER_BANK_SEEDS=$(SEEDS) BARTER_BANK_FIRST=$(FIRST) \
	  cargo test --locked --workspace --test simulation -- --nocapture

# EXAMPLES is how many cases each operation of the service gets; they are the same each time.
EXAMPLES ?= 200
.PHONY: test-openapi
test-openapi: $(NPM) $(VENV)/openapi/.installed ## Schemathesis against the reputation service and its OpenAPI document (Python)
	@$(STEP) "building the reputation service's tests" cargo test --locked --workspace --test service --no-run
	@$(STEP) --tests "schemathesis" env BARTER_TEST_SCHEMATHESIS=$(CURDIR)/$(VENV)/openapi/bin/schemathesis \
	  BARTER_TEST_EXAMPLES=$(EXAMPLES) cargo test --locked --workspace --test service openapi -- --nocapture

.PHONY: test-symbolic
test-symbolic: contracts $(VENV)/symbolic/.installed ## Proofs with Halmos (Python)
	@$(STEP) --tests "Halmos" env FOUNDRY_OUT=target/symbolic/out FOUNDRY_CACHE_PATH=target/symbolic/cache \
	  FOUNDRY_TEST=test/symbolic $(VENV)/symbolic/bin/python test/symbolic/prove.py --forge-build-out target/symbolic/out

.PHONY: rehearse
rehearse: contracts ## deploy-sepolia's way on a local chain with Sepolia's id, and all it must refuse
	@$(STEP) --tests "rehearsal of deploy-sepolia" test/deployment/rehearse

##@ Measure
.PHONY: gas
gas: contracts $(PEERS) ## Compare gas of whole transactions with snapshots/
	@$(STEP) --tests "gas snapshots" env FORGE_SNAPSHOT_CHECK=true forge test --isolate --match-path 'test/gas/**'

.PHONY: gas-update
gas-update: contracts $(PEERS) ## Write snapshots/ anew
	@$(STEP) --tests "gas snapshots, written" env FORGE_SNAPSHOT_EMIT=true forge test --isolate --match-path 'test/gas/**'

.PHONY: coverage
coverage: contracts ## Lines and branches of contracts/ that no test runs; each needs a reason beside it
	@mkdir -p target/coverage
	@$(STEP) "forge coverage" env FOUNDRY_PROFILE=coverage FOUNDRY_OUT=target/coverage/out FOUNDRY_CACHE_PATH=target/coverage/cache \
	  forge coverage --ir-minimum --report lcov --report-file target/coverage/lcov.info
	@tools/coverage target/coverage/lcov.info

.PHONY: bench
bench: $(NPM) $(VENV)/compat/.installed $(VENV)/peer/.installed ## Benchmarks, the Python client's and the published hub's beside ours (Python, PostgreSQL)
	@PYTHON=$(CURDIR)/$(VENV)/compat/bin/python PEER_PYTHON=$(CURDIR)/$(VENV)/peer/bin/python \
	  tools/with-postgres -- cargo bench --locked --workspace

# What CI does a little of, done for long: minutes of kills, and schemathesis for an hour or so.
.PHONY: soak
soak: $(NPM) $(VENV)/openapi/.installed ## A thousand kills of the oracle's log, a million fresh keys and 1,500 cases for each operation at its service (Python)
	@$(STEP) "building the oracle's tests" cargo test --locked --workspace --test crash --test service --no-run
	@$(STEP) --tests "a thousand kills" env BARTER_LOG_KILLS=1000 cargo test --locked --package barter-reputation --test crash
	@$(STEP) --tests "a million fresh keys" env BARTER_FRESH_KEYS=1000000 \
	  cargo test --locked --package barter-reputation --all-features --test service fresh_keys
	@BARTER_TEST_SCHEMATHESIS=$(CURDIR)/$(VENV)/openapi/bin/schemathesis BARTER_TEST_EXAMPLES=1500 \
	  cargo test --locked --package barter-reputation --all-features --test service openapi -- --nocapture

# Looks for disagreement, not for bad memory: without a sanitizer stable Rust is enough. What it finds stays under target/; a crash is an
# error here, and its input is in artifacts/ beside the corpus.
FUZZ_SECONDS ?= 600
FUZZ := target/tools/bin/cargo-fuzz
FUZZ_SIM := model bond
FUZZ_BANK := document call amount invitation plan crowd
FUZZ_TARGETS ?= $(FUZZ_SIM) $(FUZZ_BANK)
FUZZ_DIR = crates/$(if $(filter $*,$(FUZZ_BANK)),bank,sim)/fuzz
# Documents are longer than sequences of calls.
FUZZ_MAX_LEN = $(if $(filter $*,$(FUZZ_BANK)),4096,512)
.PHONY: fuzz
fuzz: $(addprefix fuzz-,$(FUZZ_TARGETS)) ## Random calls on bytecode and models, random bytes at a bank, for FUZZ_SECONDS (600) each (a C++ compiler)

fuzz-%: $(CARGO_FUZZ)
	@mkdir -p target/fuzz/found/$*
	@$(STEP) "building the fuzz target $* (the first time takes minutes)" $(FUZZ) build --sanitizer none \
	  --fuzz-dir $(FUZZ_DIR) --target-dir target/fuzz $*
	@$(STEP) "fuzzing $* for $(FUZZ_SECONDS) s" $(FUZZ) run --sanitizer none --fuzz-dir $(FUZZ_DIR) \
	  --target-dir target/fuzz $* target/fuzz/found/$* $(FUZZ_DIR)/corpus/$* -- \
	  -seed=1 -max_len=$(FUZZ_MAX_LEN) -len_control=20 -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1
	@grep "^stat::" "target/log/fuzzing-$*-for-$(FUZZ_SECONDS)-s.log"

##@ Check
.PHONY: pr
pr: ## What CI does
	@.ci/run

.PHONY: lint
lint: contracts $(CARGO_DENY) ## Formatting, clippy, licences and sources of dependencies
	@$(STEP) "cargo fmt --check" cargo fmt --all --check
	@$(STEP) "forge fmt --check" forge fmt --check
	@$(STEP) "cargo clippy" cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	@$(STEP) "cargo deny" target/tools/bin/cargo-deny --locked --all-features check bans licenses sources

# Apart from lint, because it needs the advisory database, a git repository that closed networks do not reach.
.PHONY: advisories
advisories: $(CARGO_DENY) ## Known vulnerabilities of dependencies (fetches the advisory database with git)
	@$(STEP) "cargo deny check advisories" target/tools/bin/cargo-deny --all-features check advisories

.PHONY: slither
slither: contracts $(VENV)/slither/.installed ## Static analysis with Slither: no finding without a reason (Python)
	@$(STEP) "forge build for Slither" env FOUNDRY_OUT=target/slither/out FOUNDRY_CACHE_PATH=target/slither/cache \
	  forge build contracts --build-info --force
	@$(STEP) "Slither" $(VENV)/slither/bin/python tools/slither target/slither/out

.PHONY: docs
docs: $(NPM) ## The crates' documentation, warnings denied
	@$(STEP) "cargo doc" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --all-features --no-deps

# Cargo builds a package against a registry of files that it makes for the run, and keeps what it unpacked of that under the crate's
# name and version: the next run would build against the crate as it was. A registry of files has no host, hence the name.
CARGO_CACHES = $(addprefix $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/,src cache index)
# A package is no part of the workspace and does not see its profile. Told it, cargo takes the dependencies as `make demo`
# compiled them; without, it compiles all of them anew for each package.
.PHONY: package
package: ## Pack each published crate and build it from the package
	@mkdir -p target
	@rm -rf $(addsuffix /-*,$(CARGO_CACHES))
	@sed -n '/^\[profile\.dev/,/^\[profile\.release/ { /^\[profile\.release/!p }' Cargo.toml >target/profile-dev.toml
	@$(STEP) "cargo package" cargo package --locked --allow-dirty --config target/profile-dev.toml \
	  $(addprefix --package ,$(PACKAGES))

.PHONY: check-artifacts
check-artifacts: contracts ## Whether the committed artifacts are what the compiler gives
	@$(STEP) "artifacts are forge's output" tools/artifacts --check
	@$(STEP) "the simulator's variants are of the same contracts" tools/variants --check

##@ Make
.PHONY: contracts
contracts: $(NPM) ## Compile contracts, tests and scripts
	@$(STEP) "forge build" forge build

.PHONY: artifacts
artifacts: contracts ## Write crates/bindings/artifacts/ from the compiler's output
	@tools/artifacts

.PHONY: variants
variants: artifacts ## Write crates/sim/artifacts/: the contracts with other parameters (half a minute)
	@$(STEP) "the contracts with other parameters" tools/variants

.PHONY: clean
clean: ## Remove what was built; installed tools stay
	@rm -rf out cache broadcast target/debug target/release target/doc target/package target/log target/tmp \
	  target/coverage target/slither target/symbolic target/rehearsal target/variants

.PHONY: distclean
distclean: ## Remove everything that git does not keep, but for .env
	@rm -rf out cache broadcast target node_modules tools/peers/node_modules

# ---------------------------------------------------------------------------------------- what gets installed

# npm ci begins by removing node_modules, and with it the stamp.
$(NPM): package.json package-lock.json tools/link-foundry tools/need
	@tools/need node 20.12 npm 9.0
	@$(STEP) "npm ci" npm ci --ignore-scripts --no-audit --no-fund
	@tools/link-foundry
	@touch $@

$(PEERS): tools/peers/package.json tools/peers/package-lock.json | $(NPM)
	@$(STEP) "npm ci of the contracts gas is compared with" npm ci --prefix tools/peers --ignore-scripts --no-audit --no-fund
	@touch $@

$(VENV)/%/.installed: requirements/%.txt tools/venv
	@$(STEP) "Python packages of requirements/$*.txt" tools/venv $*

# A linter built for one run needs no optimiser: a third of the time.
$(CARGO_DENY):
	@$(STEP) "cargo install cargo-deny (minutes, once)" env CARGO_PROFILE_RELEASE_LTO=off \
	  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR=target/tools/build \
	  cargo install --locked --version $(CARGO_DENY_VERSION) --root target/tools cargo-deny
	@rm -rf target/tools/build
	@touch $@

$(CARGO_FUZZ):
	@$(STEP) "cargo install cargo-fuzz (once)" env CARGO_TARGET_DIR=target/tools/build \
	  cargo install --locked --version $(CARGO_FUZZ_VERSION) --root target/tools cargo-fuzz
	@rm -rf target/tools/build
	@touch $@
