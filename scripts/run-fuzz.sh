#!/usr/bin/env bash
# scripts/run-fuzz.sh BUILD SECONDS [SEED]: runs each fuzz target for a while, from its inputs in
# tests/fuzz/corpus. What it learns stays in BUILD/corpus; a crash ends in a file in BUILD/crashes and exit code 1.
# With a SEED for its random numbers a run begins afresh and tries what the last run with that seed tried, so that
# the same code gives the same result; without, each run tries something new.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
seconds=$2
seed=${3:-0}
failed=0
found=0
# What lives as long as the link is never freed.
export ASAN_OPTIONS=detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
for target in "$build"/fuzz-*; do
  if [ ! -f "$target" ] || [ ! -x "$target" ]; then
    continue
  fi
  found=$((found + 1))
  name=${target##*/fuzz-}
  learned=$build/corpus/$name
  if [ "$seed" != 0 ]; then
    learned=$build/corpus/$name-$seed
    rm -rf "$learned"
  fi
  mkdir -p "$learned" "$build/crashes"
  seeds=()
  # Whole links begin with the seeds of their format's readers.
  for folder in "$name" $(case $name in
    link_elf) echo elf_object archive ;;
    link_pe) echo coff_object ;;
    link_macho) echo macho_object ;;
  esac); do
    if [ -d "tests/fuzz/corpus/$folder" ]; then
      seeds+=("tests/fuzz/corpus/$folder")
    fi
  done
  echo "fuzz $name: $seconds s"
  # A process of a whole link grows: a new one goes on after so many.
  runs=-1
  case $name in link_*) runs=20000 ;; esac
  : > "$build/crashes/$name.log"
  end=$((SECONDS + seconds))
  while [ $SECONDS -lt $end ]; do
    "$target" -seed="$seed" -runs=$runs -max_total_time=$((end - SECONDS)) -timeout=10 -detect_leaks=0 -rss_limit_mb=2048 \
      -malloc_limit_mb=512 -max_len=65536 -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" "$learned" \
      "${seeds[@]}" >> "$build/crashes/$name.log" 2>&1 || {
      tail -n 40 "$build/crashes/$name.log"
      failed=1
      break
    }
  done
  grep -E 'number_of_executed_units|new_units_added' "$build/crashes/$name.log" || true
done
if [ "$found" = 0 ]; then
  echo "no fuzz target was built: nothing was fuzzed"
fi
exit "$failed"
