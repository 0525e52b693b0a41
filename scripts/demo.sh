#!/usr/bin/env bash
# scripts/demo.sh BUILD: links C++ and C programs with `BUILD/gold-go link` and runs them, printing each
# command. The programs stay in BUILD/demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
out=$build/demo
mkdir -p "$out"
[ -x "$build/gold-go" ] || {
  echo "$build/gold-go was not built" >&2
  exit 1
}

show() {
  echo "\$ $*"
  "$@"
}

for source in tests/demo/*.cc; do
  name=${source##*/}
  show g++ -std=c++20 -O2 -c "$source" -o "$out/${name%.cc}.o"
done
show "$build/gold-go" link "$out/main.o" "$out/words.o" -o "$out/words" --pie --strip
show "$out/words" | tee "$out/words.txt"
sed 1d "$out/words.txt" | diff - tests/demo/expected.txt

show gcc -O2 -c tests/demo/static.c -o "$out/static.o"
show "$build/gold-go" link "$out/static.o" -o "$out/static" --static
show "$out/static"
echo "demo: both programs were linked by $build/gold-go and ran"
