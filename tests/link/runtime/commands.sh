#!/usr/bin/env bash
# gold-go runtime: what is inside, and where a compiler finds the headers.
. "$SRC/tests/lib/common.sh"
need g++
"$GOLD_GO" runtime list > list
has "^$(uname -m)-linux: libgo_rt.a, ABI 1" list
has '^header: go/go.hpp' list

"$GOLD_GO" runtime extract all
"$GOLD_GO" runtime extract --target="$(uname -m)" one
diff -r "$SRC/runtime/include" all/include
[ "$(ls one/lib)" = "$(uname -m)-linux" ] || fail "extract --target wrote $(ls one/lib)"
nm one/lib/*/libgo_rt.a > names 2> /dev/null
has 'T go_spawn$' names
fails_with 'no goroutine runtime for riscv64' "$GOLD_GO" runtime extract --target=riscv64 x
fails_with 'usage: gold-go runtime' "$GOLD_GO" runtime
fails_with 'usage: gold-go runtime' "$GOLD_GO" runtime list more

good() { # the folder is absolute, and the compiler finds go.hpp there
  case $1 in /*) ;; *) fail "$1 is not absolute" ;; esac
  echo '#include <go/go.hpp>' | g++ -std=c++20 -fsyntax-only -x c++ -I"$1" -
}
good "$("$GOLD_GO" runtime include-dir)"

# In an installed prefix they are those beside the program.
mkdir -p prefix/bin
cp "$GOLD_GO" prefix/bin/gold-go
cp -r all/include prefix/include
[ "$(prefix/bin/gold-go runtime include-dir)" = "$(pwd -P)/prefix/include" ] || fail "not the prefix's headers"
# Not if they are another version's: then, and for a program alone, the user's cache holds them.
echo '// changed' >> prefix/include/go/go.h
export XDG_CACHE_HOME=$PWD/cache
for where in prefix/bin lone; do
  mkdir -p $where
  cp "$GOLD_GO" $where/gold-go
  dir=$($where/gold-go runtime include-dir)
  case $dir in "$PWD"/cache/*) ;; *) fail "$where: $dir is not in the cache" ;; esac
  good "$dir"
done
diff -r "$SRC/runtime/include" "$dir"
# A cache that was damaged is made anew.
rm "$dir/go/go.h"
[ "$(lone/gold-go runtime include-dir)" = "$dir" ] || fail "another folder"
good "$dir"
[ "$(ls cache/gold-go | wc -l)" = 1 ] || fail "the cache has rests: $(ls cache/gold-go)"
fails_with 'HOME' env -u HOME -u XDG_CACHE_HOME lone/gold-go runtime include-dir
[ "$(lone/gold-go runtime include-dir given)" = "$(pwd -P)/given" ] || fail "not the folder that was given"
good "$PWD/given"
