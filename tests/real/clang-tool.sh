#!/usr/bin/env bash
# A tool on clang's and LLVM's static libraries, some 310 archives and 110 MB of it linked, compiles a function
# and calls it.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/real/lib.sh"
clang_tool
for kind in --pie --static; do
  "$GOLD_GO" link "${clang_tool[@]}" -o "tool$kind" "$kind"
  run 385 "./tool$kind"
done
"$GOLD_GO" link "${clang_tool[@]}" -o small --static --gc-sections --strip
run 385 ./small
[ "$(stat -c %s small)" -lt "$(stat -c %s tool--static)" ]
