#!/usr/bin/env bash
# DuckDB as its makers ship it for Windows answers a query under Wine. Its archives come from GCC 14 on UCRT:
# one function of newer C++ libraries stands under another name in older ones.
. "$SRC/tests/link/pe/lib.sh"
. "$SRC/tests/real/lib.sh"
wine_prefix
dir=$(duckdb_module windows-amd64)
[ -n "$dir" ] || skip "DuckDB's archives can't be fetched"
duckdb_program $MINGW_CXX
seekpos=_ZNSt15basic_streambufIcSt11char_traitsIcEE7seekposESt4fpos
build() { # OUTPUT ARGUMENT...
  mingw g++ -static -o "$@" -lws2_32 -lwsock32 -lrstrtmgr -lbcrypt -lucrt \
    "-Wl,--defsym,${seekpos}I9_MbstatetESt13_Ios_Openmode=${seekpos}IiESt13_Ios_Openmode"
  wine_run "$(printf '332833500\nown')" "$1"
}
build duck.exe duck.o -Wl,--start-group "$dir"/*.a -Wl,--end-group
# With equal functions folded, which exceptions pass through.
build folded.exe duck.o -Wl,--start-group "$dir"/*.a -Wl,--end-group -Wl,--icf=all
[ "$(stat -c %s folded.exe)" -lt "$(stat -c %s duck.exe)" ] || fail "nothing is folded"
