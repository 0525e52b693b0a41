#!/usr/bin/env bash
# --stats and --time-trace show every pass.
. "$SRC/tests/lib/common.sh"
c main <<< 'int main(void) { return 0; }'
gcc -B"$GOLD_GO_B" main.o -o app -Wl,--stats,--time-trace=trace.json 2> log
has '^ *resolve +[0-9]' log
has 'peak memory' log
python3 -c 'import json; e = json.load(open("trace.json"))["traceEvents"]; assert any(x["name"] == "write" for x in e)'
