#!/usr/bin/env bash
# Runs ctest with the given options and prints why tests were skipped before ctest's closing summary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf build/*/Testing/skipped
ctest "$@" 2>&1 | awk '
  /^[0-9]+% tests passed/ {
    while (("cat build/*/Testing/skipped/* 2>/dev/null" | getline line) > 0)
      print line
    print ""
  }
  { print; fflush() }'
