#!/usr/bin/env bash
# run-one.sh SCRIPT: runs one test script in a fresh folder, $WORK, that is removed afterwards. The script
# gets GOLD_GO (the linker) and SRC (the source tree); it may source $SRC/tests/lib/common.sh.
# What gold-go made there is then checked for what loaders rely on (check_image.py).
# With KEEP=1 the folder stays, for a look.
set -euo pipefail
script=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SRC=${SRC:-$(realpath "$here/../..")}
export GOLD_GO=${GOLD_GO:-$SRC/build/release/gold-go}
export LC_ALL=C.UTF-8
WORK=$(mktemp -d "${TMPDIR:-/tmp}/gold-go-test.XXXXXX")
export WORK
if [ -n "${KEEP:-}" ]; then
  echo "kept: $WORK" >&2
else
  trap 'rm -rf "$WORK"' EXIT
fi
cd "$WORK"
status=0
bash "$script" < /dev/null || status=$?
if [ "$status" = 77 ] && [ -n "${SKIPS:-}" ]; then
  mkdir -p "$SKIPS"
  name=${TEST_NAME:-$script}
  echo "skipped: $name: $(cat "$WORK/.skip-reason" 2> /dev/null || echo "no reason given")" \
    > "$SKIPS/${name//\//.}"
fi
if [ "$status" = 0 ] && command -v python3 > /dev/null; then
  allowed=$(sed -n 's/^# image-check: allow //p' "$script" | tr '\n' ' ')
  python3 -B "$SRC/tests/lib/check_image.py" --allow="$allowed" "$WORK" || {
    echo "FAIL: an image is not as a loader wants it" >&2
    status=1
  }
fi
exit "$status"
