#!/usr/bin/env bash
# Runs test suites and adds up what they report.
#   summary.sh reset | report
#   summary.sh swift NAME COMMAND…   a Swift Testing run
#   summary.sh plain NAME COMMAND…   a suite whose last line is «N passed, N failed[, N skipped]»
set -uo pipefail
ledger=.build/test-summary
mkdir -p .build

case "$1" in
reset)
    rm -f "$ledger"
    ;;
report)
    awk '{p += $1; f += $2; s += $3} END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0}' "$ledger"
    ;;
swift | plain)
    kind=$1
    name=$2
    shift 2
    echo "== $name" >&2
    output=$(mktemp)
    "$@" 2>&1 | tee "$output"
    status=${PIPESTATUS[0]}
    if [ "$kind" = swift ]; then
        total=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$output" | tail -n 1)
        failed=$(grep -cE '^. *✘? ?Test .* failed after' "$output")
        skipped=$(grep -cE ' Test .* skipped' "$output")
        line="$((${total:-0} - failed - skipped)) $failed $skipped"
        [ -n "${total:-}" ] || { echo "$name: no test ran" >&2; status=1; }
    else
        line=$(sed -nE 's/^(.*: )?([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?.*/\2 \3 \5/p' "$output" | tail -n 1)
        [ -n "$line" ] || { echo "$name: no result line" >&2; status=1; line="0 1 0"; }
    fi
    echo "$line" >> "$ledger"
    rm -f "$output"
    exit "$status"
    ;;
esac
