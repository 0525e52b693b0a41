#!/usr/bin/env bash
# Times the same links with gold-go and every other linker that is found, beside the floor program, and writes
# docs/benchmarks.md. bench/rivals.sh builds the newest mold and wild first, if they are wanted.
#   GOLD_GO=build/release/gold-go bench/run.sh [--rounds N] [CASE...]        (with cases named: only prints)
set -euo pipefail
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export GOLD_GO=${GOLD_GO:-$src/build/release/gold-go}
floor=$(dirname "$GOLD_GO")/gold-go-floor
cmake --build "$(dirname "$GOLD_GO")" --target gold-go-floor > /dev/null || echo "no floor: it could not be built" >&2
report=(--report "$src/docs/benchmarks.md")
for word; do
  [[ $word =~ ^(--.*|[0-9]+)$ ]] || report=()
done
[ ! -x "$floor" ] || report+=(--floor "$floor")
exec python3 -B "$src/bench/compare.py" "${report[@]}" "$@"
