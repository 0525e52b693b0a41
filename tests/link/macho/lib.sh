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
