#!/usr/bin/env bash
# scripts/run-fuzz.sh BUILD SECONDS: runs each fuzz target for a while, from its seeds in
# tests/fuzz/corpus. What it learns stays in BUILD/corpus; a crash ends in a file there and exit code 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
seconds=$2
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
  mkdir -p "$build/corpus/$name" "$build/crashes"
  seeds=()
  # Whole links begin with the seeds of their format's readers.
  for seed in "$name" $(case $name in
    link_elf) echo elf_object archive ;;
    link_pe) echo coff_object ;;
    link_macho) echo macho_object ;;
  esac); do
    if [ -d "tests/fuzz/corpus/$seed" ]; then
      seeds+=("tests/fuzz/corpus/$seed")
    fi
  done
  echo "fuzz $name: $seconds s"
  "$target" -max_total_time="$seconds" -timeout=10 -detect_leaks=0 -rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "${seeds[@]}" \
    > "$build/crashes/$name.log" 2>&1 || {
    tail -n 40 "$build/crashes/$name.log"
    failed=1
  }
  grep -E 'number_of_executed_units|new_units_added' "$build/crashes/$name.log" || true
done
if [ "$found" = 0 ]; then
  echo "no fuzz target was built: nothing was fuzzed"
fi
exit "$failed"
