#!/usr/bin/env bash
# /dev/null stays what it is; a running program may be linked over.
. "$SRC/tests/lib/common.sh"
c main <<< '#include <unistd.h>
int main(void) { sleep(5); return 0; }'
gcc -B"$GOLD_GO_B" main.o -o app
./app & pid=$!
gcc -B"$GOLD_GO_B" main.o -o app
kill $pid
gcc -B"$GOLD_GO_B" main.o -o /dev/null
[ -c /dev/null ] || fail "/dev/null is gone"
