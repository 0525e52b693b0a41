# Helpers for Mach-O link tests: . "$SRC/tests/link/macho/lib.sh" after common.sh.
# shellcheck shell=bash
need clang-19 llvm-objdump-19 llvm-nm-19 llvm-readobj-19

# mc ARCH NAME [FLAG...] < source: compiles C for macOS 13 to NAME.o.
mc() {
  local arch=$1 name=$2
  shift 2
  cat > "$name.c"
  clang-19 -target "$arch-apple-macos13" -c -O1 -o "$name.o" "$@" "$name.c"
}

# masm ARCH NAME < assembly
masm() {
  cat > "$2.s"
  clang-19 -target "$1-apple-macos13" -c -o "$2.o" "$2.s"
}

# ld64 ARCH ARGUMENT...: links as clang would for macOS 13.
ld64() {
  local arch=$1
  shift
  "$GOLD_GO" ld64 -arch "$arch" -platform_version macos 13.0 13.3 "$@"
}

# run_macho ARCH PROGRAM [ARGUMENT...]: runs it under machorun after checking its structure.
run_macho() {
  local arch=$1 here
  shift
  here=$(dirname "$GOLD_GO")
  check_macho "$1"
  case $arch:$(uname -m) in
    x86_64:x86_64) "$here/machorun-x86_64" "$@" ;;
    arm64:aarch64) "$here/machorun-aarch64" "$@" ;;
    arm64:*) timeout 60 qemu-aarch64 -L /usr/aarch64-linux-gnu "$here/machorun-aarch64" "$@" ;;
    *) fail "no way to run $arch here" ;;
  esac
}

# can_run ARCH: true if programs of the architecture run here.
can_run() {
  case $1:$(uname -m) in
    x86_64:x86_64) [ -x "$(dirname "$GOLD_GO")/machorun-x86_64" ] ;;
    arm64:*) [ -x "$(dirname "$GOLD_GO")/machorun-aarch64" ] && { [ "$(uname -m)" = aarch64 ] || command -v qemu-aarch64 > /dev/null; } ;;
    *) false ;;
  esac
}

# expect_run ARCH STATUS OUTPUT PROGRAM [ARGUMENT...]: structure, exit code and output; only the structure where the
# architecture can't run.
expect_run() {
  local arch=$1 status=$2 expected=$3 got code=0
  shift 3
  check_macho "$1"
  can_run "$arch" || return 0
  got=$(run_macho "$arch" "$@") || code=$?
  [ "$code" = "$status" ] || fail "$* ($arch) ended with $code, not $status, having printed: $got"
  [ "$got" = "$expected" ] || fail "$* ($arch) printed '$got', not '$expected'"
}

# check_macho IMAGE...: what the kernel and dyld insist on, and the code signature byte by byte.
check_macho() {
  python3 "$SRC/tests/lib/check_macho.py" "$@"
}
