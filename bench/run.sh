#!/usr/bin/env bash
# Times the same link with every linker that is found, interleaved, the output removed before each run, and
# writes docs/benchmarks.md: medians of wall and CPU time, peak memory.
#   GOLD_GO=build/release/gold-go bench/run.sh [ROUNDS]
set -euo pipefail
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GOLD_GO=${GOLD_GO:-$src/build/release/gold-go}
exec python3 "$src/bench/compare.py" "${1:-7}" "$src/docs/benchmarks.md"
