#!/usr/bin/env bash
# gold-go links itself; the self-linked linker links itself again to the same bytes and passes link tests.
. "$SRC/tests/lib/common.sh"
build=$(dirname "$GOLD_GO")
[ -f "$build/build.ninja" ] || skip "needs the build tree"
command=$(ninja -C "$build" -t commands gold-go | grep -oE '[^ ]*c\+\+ [^&]* -o gold-go [^&]*' | tail -n 1)
[ -n "$command" ] || skip "the link command is not in the build tree"
mkdir tools
link() { # LINKER OUTPUT
  ln -sf "$1" tools/ld
  (cd "$build" && eval "${command/ -o gold-go / -B$WORK/tools -o $WORK/$2 }")
}
link "$GOLD_GO" first
link "$WORK/first" second
same first second
mkdir -p bin/libexec/gold-go
cp first bin/gold-go
ln -s ../../gold-go bin/libexec/gold-go/ld
for t in hello-kinds native-link archive-pull comdat; do
  GOLD_GO=$WORK/bin/gold-go bash "$SRC/tests/lib/run-one.sh" "$SRC/tests/link/core/$t.sh"
done
