#!/usr/bin/env bash
# Runs clang-format with the given options over the project's C++ and C files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
formatter=$(command -v clang-format-19 || command -v clang-format) || {
  echo "clang-format is missing: apt-get install clang-format-19" >&2
  exit 1
}
git ls-files -z -- 'src/*.cc' 'src/*.h' 'runtime/*.cc' 'runtime/*.h' 'tests/unit/*.cc' 'tests/fuzz/*.cc' \
  | xargs -0 -r "$formatter" "$@"
