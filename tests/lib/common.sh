# Helpers for link tests: . "$SRC/tests/lib/common.sh"
#
# A test reads like an example: an input in a few lines, one command, what must be seen. It runs in a
# fresh folder (see run-one.sh) and fails at the first command that fails.
# shellcheck shell=bash
set -euo pipefail

# The folder for `gcc -B`, in which ld is gold-go.
# shellcheck disable=SC2153
GOLD_GO_B=$(dirname "$GOLD_GO")/libexec/gold-go
# Python with the newest LIEF, if bootstrap could make it.
GOLD_GO_PYTHON=${GOLD_GO_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/gold-go/deps}/python/bin/python3
# So that forks of emulated programs with threads end: see runtime/tests/cross.sh.
export GOLD_GO_B GOLD_GO_PYTHON G_SLICE=always-malloc

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

# skip REASON: the machine lacks what the test needs.
skip() {
  echo "SKIP: $*"
  echo "$*" > "$WORK/.skip-reason"
  exit 77
}

# need TOOL...: skips the test unless all the tools are there.
need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" > /dev/null || skip "$tool is not installed"
  done
}

# c NAME [FLAG...] < source, cxx and asm likewise: compiles standard input to NAME.o.
c() {
  cat > "$1.c"
  "${CC:-gcc}" -c -O1 "${@:2}" -o "$1.o" "$1.c"
}
cxx() {
  cat > "$1.cc"
  "${CXX:-g++}" -c -O1 "${@:2}" -o "$1.o" "$1.cc"
}
asm() {
  cat > "$1.s"
  "${CC:-gcc}" -c "${@:2}" -o "$1.o" "$1.s"
}

# run EXPECTED COMMAND...: the command must succeed and print exactly this.
run() {
  local expected=$1 got
  shift
  got=$("$@") || fail "$* ended with $?, having printed: $got"
  [ "$got" = "$expected" ] || fail "$* printed '$got', not '$expected'"
}

# has PATTERN FILE, lacks PATTERN FILE: an extended regular expression matches some line, or none.
has() {
  grep -qE -- "$1" "$2" || {
    cat "$2" >&2
    fail "$2 has no line like: $1"
  }
}
lacks() {
  if grep -E -- "$1" "$2" >&2; then
    fail "$2 has a line like: $1"
  fi
}

# fails_with PATTERN COMMAND...: the command must end with exit code 1 (never a signal) and say PATTERN.
fails_with() {
  local pattern=$1 status=0
  shift
  "$@" > "$WORK/.out" 2>&1 || status=$?
  [ "$status" = 1 ] || fail "$* ended with $status, not 1: $(cat "$WORK/.out")"
  has "$pattern" "$WORK/.out"
}

# by_gold_go FILE...: gold-go made these images: it says so in .comment, as compilers do of objects.
by_gold_go() {
  local image
  for image; do
    readelf -p .comment "$image" | grep 'gold-go' > /dev/null || fail "$image was linked by another linker"
  done
}

# same FILE FILE: equal byte for byte.
same() {
  cmp "$1" "$2" || fail "$1 and $2 differ"
}

# says STATUS COMMAND... < TEXT: the command must end with this exit code and print exactly TEXT. Files are
# named as in the text: the folder of the test is <dir>.
says() {
  local status=$1 got=0
  shift
  cat > "$WORK/.expected"
  "$@" > "$WORK/.out" 2>&1 || got=$?
  [ "$got" = "$status" ] || fail "$* ended with $got, not $status: $(cat "$WORK/.out")"
  sed -i "s,$WORK,<dir>,g" "$WORK/.out"
  diff -u "$WORK/.expected" "$WORK/.out" >&2 || fail "$* says something else (< wanted, > said)"
}
