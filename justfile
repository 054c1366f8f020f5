# What CI runs is `just check`. `just` alone lists the recipes.

set shell := ["bash", "-euo", "pipefail", "-c"]

tools := justfile_directory() / "target/tools"

export PATH := tools / "bin:" + env("PATH")

[private]
default:
    @just --list --unsorted

# All that CI runs
check: fmt lint template test (budgets "list_servers" "get_server") doc deny

# Formatting
fmt:
    cargo fmt --all --check

# Clippy, warnings denied
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# All tiers of tests: the README's second command
test:
    cargo test --workspace

# The API documentation, private items included, warnings denied
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --lib

# Licences, bans and sources of the dependencies, and advisories where their database can be had
deny: deny-tool
    cargo deny --all-features check bans licenses sources
    @if timeout 60 cargo deny fetch db >/dev/null 2>&1; then cargo deny check advisories; \
     else echo "skipped: the advisory database cannot be reached from here"; fi

[private]
deny-tool:
    @command -v cargo-deny >/dev/null || cargo install cargo-deny --version 0.20.2 --locked --root {{ tools }}

# Write docs/openapi.json anew from the code
openapi:
    BERTH_UPDATE_OPENAPI=1 cargo test -p berth-tests --test routes openapi

# The Lambda packages, for arm64 (or `just package --x86-64`), into dist/
package *FLAGS:
    infra/package {{ FLAGS }}

# The template, looked over by cfn-lint and checkov
template:
    infra/check-template

# To AWS: NAME [--yes] [--x86-64] [Parameter=Value]…; docs/deploy.md explains
deploy *ARGS:
    infra/deploy {{ ARGS }}

# Back to the deployment before the present one, in AWS: NAME [--yes]; data and tokens stay
rollback *ARGS:
    infra/rollback {{ ARGS }}

# Delete a stack in AWS: NAME [--yes] [--delete-data]; without the last, table and buckets stay
destroy *ARGS:
    infra/destroy {{ ARGS }}

# The same template into an emulator on this machine, with a smoke test: [Parameter=Value]…
deploy-local *ARGS:
    infra/deploy-local {{ ARGS }}

# Stop that emulator
destroy-local:
    infra/destroy-local

# Size and start of the functions against infra/budgets.json: [--write | --data DIR] [FUNCTION…]; fails when a package is too large. CI
# prints the two that have a hard budget: with whole-program optimization all seven take twice as long to build
budgets *ARGS:
    infra/budgets {{ ARGS }}

# The first TLS handshake under the processor shares of small functions, as a table; makes a control group, so as root
handshake *ARGS:
    infra/budgets --handshake {{ ARGS }}

# All benchmarks over one catalogue, as tables for the docs; FILE is one that berth sync reads
bench FILE="":
    tests/bench/all {{ FILE }}

# Fuzz the parsers that strangers reach, each for SECONDS; needs a nightly toolchain
fuzz SECONDS="60":
    #!/usr/bin/env bash
    set -euo pipefail
    if ! cargo +nightly --version >/dev/null 2>&1; then
        echo "skipped: fuzzing needs a nightly toolchain, and there is none (rustup toolchain install nightly)"
        exit 0
    fi
    command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --version 0.13.2 --locked --root {{ tools }}
    for target in publish_body cursor search proof path; do
        found=target/fuzz/corpus/$target
        mkdir -p "$found"
        # What it finds goes into the first folder; the second holds the seeds.
        cargo +nightly fuzz run --target-dir target/fuzz "$target" "$found" "fuzz/corpus/$target" -- \
            -max_total_time={{ SECONDS }} -timeout=10 -print_final_stats=1
    done

# Serve a registry from here
serve *ARGS:
    cargo run --release -p berth -- serve {{ ARGS }}
