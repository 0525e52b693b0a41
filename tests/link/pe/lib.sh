# Helpers for tests of PE images: . "$SRC/tests/link/pe/lib.sh"
# shellcheck shell=bash
. "$SRC/tests/lib/common.sh"

MINGW=x86_64-w64-mingw32
# compiler gcc|g++ [MODEL]: MinGW's for a model of threads, posix if there is a choice: Debian has both.
compiler() {
  command -v "$MINGW-$1-${2:-posix}" || echo "$MINGW-$1"
}
MINGW_CC=$(compiler gcc) MINGW_CXX=$(compiler g++)
need "$MINGW_CC" "$MINGW_CXX" python3
WINE=$(command -v wine64 || echo /usr/lib/wine/wine64)
export WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe=" GOLD_GO MINGW WINE MINGW_CC MINGW_CXX
unset DISPLAY WAYLAND_DISPLAY

# mingw gcc|g++ ARGUMENT...: compiles, links by gold-go.
mingw() {
  "$(compiler "$1")" -wrapper "$SRC/tests/lib/mingw-wrapper" "${@:2}"
}
# win_clang ARGUMENT...: clang for the same target, likewise.
win_clang() {
  clang-19 --target=x86_64-w64-windows-gnu --ld-path="$(dirname "$GOLD_GO")/ld.gold-go" "$@"
}

# checked IMAGE...: gold-go made it, and Windows' loader would take it.
checked() {
  local f
  for f; do
    [ "$(python3 -B "$SRC/tests/lib/pe-field.py" linker "$f")" = "103.111" ] || fail "$f was not made by gold-go"
  done
  python3 -B "$SRC/tests/lib/check-pe.py" "$@" || fail "not what Windows' loader takes: $*"
}

# One Wine prefix for all tests, made once a machine.
wine_prefix() {
  [ -x "$WINE" ] || skip "Wine is not installed"
  local cache=${GOLD_GO_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/gold-go/deps}
  export WINEPREFIX=${GOLD_GO_WINEPREFIX:-$cache/wineprefix}
  mkdir -p "$cache"
  (
    flock 9
    [ -f "$WINEPREFIX/.ready" ] || { timeout 240 "$WINE" wineboot -i < /dev/null > /dev/null 2>&1 && touch "$WINEPREFIX/.ready"; }
  ) 9> "$cache/wineprefix.lock"
  [ -f "$WINEPREFIX/.ready" ] || skip "Wine can't make its prefix"
}

# wine_run EXPECTED PROGRAM ARGUMENT...: the program prints exactly this, and "= N" on a line of its own if
# it ends with another code than 0.
wine_run() {
  local expected=$1 got status=0
  shift
  wine_prefix
  checked "$1"
  got=$(timeout 120 "$WINE" "$@" 2> "$WORK/.err" | tr -d '\r'; exit "${PIPESTATUS[0]}") || status=$?
  [ "$status" = 0 ] || got=$(printf '%s%s= %s' "$got" "${got:+
}" "$status")
  [ "$got" = "$expected" ] || fail "$* printed '$got', not '$expected'; $(cat "$WORK/.err")"
}

# newer_wine_dll: Rust and Go want bcryptprimitives.dll, which Wine has only since 9.0: makes one. After wine_prefix.
newer_wine_dll() {
  local to=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
  [ -e "$to" ] && return
  printf '#include <windows.h>
BOOLEAN NTAPI SystemFunction036(void *, ULONG);
__declspec(dllexport) BOOL ProcessPrng(BYTE *p, SIZE_T n) { return SystemFunction036(p, n); }' > prng.c
  (unset GOOS GOARCH && mingw gcc -shared prng.c -o bcryptprimitives.dll -ladvapi32)
  checked bcryptprimitives.dll
  cp bcryptprimitives.dll "$to.$$" && mv "$to.$$" "$to"
}
