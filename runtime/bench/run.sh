#!/usr/bin/env bash
# run.sh BUILD_DIR: builds the Go twins, runs everything, writes docs/runtime-benchmarks.md. ROUNDS=7.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PATH=$PATH:/usr/local/go/bin
command -v go > /dev/null || {
  echo "no Go toolchain: there is nothing to compare with (scripts/bootstrap.sh bench installs one)" >&2
  exit 1
}
cmake --build "$1" --target go_rt_bench go_rt_net_bench > /dev/null
twins=$(mktemp -d)
trap 'rm -rf "$twins"' EXIT
for source in "$here"/*.go; do
  go build -o "$twins/$(basename "$source" .go)" "$source"
done
python3 "$here/run.py" "$1" "$twins" "$here/../../docs/runtime-benchmarks.md" "${ROUNDS:-7}"
