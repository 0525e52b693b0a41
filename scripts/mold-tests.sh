#!/usr/bin/env bash
# Runs mold's shell tests with gold-go as the linker:
#
#   scripts/mold-tests.sh SUITE [NAME...]
#
# SUITE is the folder test/ of a checkout of mold's C++ tree: it is only read, and nothing is fetched. All of
# the generic scripts and those of the machine's architecture run, or those named (without ".sh"). Each script
# writes under out/test of the current folder and links by `gcc -B.` or `./mold`, so they run in a folder of
# their own in which ld, ld.mold and mold are gold-go. Exit code 0 is a pass, a line "skipped" a skip.
#
# Environment: GOLD_GO (build/release/gold-go), JOBS (the processors), LIMIT (30, seconds a script),
# OUT (build/mold-tests: results.tsv and the log of each script stay there), TRIPLE and CPU for a cross target.
set -euo pipefail
suite=$(realpath "${1:?usage: $0 SUITE [NAME...]}")
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
linker=$(realpath "${GOLD_GO:-$root/build/release/gold-go}")
out=$(realpath -m "${OUT:-$root/build/mold-tests}")
limit=${LIMIT:-30}
jobs=${JOBS:-$(nproc)}
export TEST_CC=gcc TEST_CXX=g++ TEST_GCC=gcc TEST_GXX=g++ TRIPLE=${TRIPLE:-} CPU=${CPU:-}
if [ -n "$TRIPLE" ]; then
  unset TEST_CC TEST_CXX TEST_GCC TEST_GXX
  MACHINE=${TRIPLE%%-*}
else
  MACHINE=$(uname -m)
fi
export MACHINE
[ -f "$suite/common.inc" ] || {
  echo "$suite is not the test folder of mold" >&2
  exit 2
}
[ -x "$linker" ] || {
  echo "$linker does not exist: build gold-go first" >&2
  exit 2
}

scripts=()
if [ $# -gt 0 ]; then
  scripts=("${@/%/.sh}")
else
  while IFS= read -r script; do
    case $script in
      arch-"$MACHINE"-*) scripts+=("$script") ;;
      arch-*) ;;
      *) scripts+=("$script") ;;
    esac
  done < <(cd "$suite" && printf '%s\n' *.sh | sort)
fi

rm -rf "$out"
mkdir -p "$out/log" "$out/run"
for name in ld ld.mold mold; do
  printf '#!/bin/sh\nexec "%s" ld "$@"\n' "$linker" > "$out/run/$name"
  chmod +x "$out/run/$name"
done

# run_one SCRIPT: prints "RESULT NAME SECONDS".
run_one() {
  local name=${1%.sh} log=$out/log/${1%.sh}.log start=$SECONDS status=0 result=fail
  timeout -k 5 "$limit" bash "$suite/$1" > "$log" 2>&1 < /dev/null || status=$?
  if grep -q 'skipped$' "$log"; then
    result=skip
  elif [ "$status" = 0 ]; then
    result=pass
  elif [ "$status" -ge 124 ]; then
    result=timeout
  fi
  printf '%s\t%s\t%s\n' "$result" "$name" $((SECONDS - start))
}
export -f run_one
export suite out limit

cd "$out/run"
printf '%s\n' "${scripts[@]}" | xargs -P "$jobs" -I{} bash -c 'run_one {}' | sort -k2 > "$out/results.tsv"
rm -rf "$out/run"
count() { awk -F'\t' -v r="$1" '$1 ~ r { n++ } END { print n + 0 }' "$out/results.tsv"; }
echo "pass $(count '^pass$')"
echo "fail $(count '^(fail|timeout)$')"
echo "skip $(count '^skip$')"
echo "all $(wc -l < "$out/results.tsv")"
