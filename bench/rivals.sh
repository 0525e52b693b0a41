#!/usr/bin/env bash
# Builds the newest linkers that bench/run.sh compares with, as their makers ship them, into
# ${XDG_CACHE_HOME:-~/.cache}/gold-go/rivals: wild from its Rust package, mold from its source.
#
#   bench/rivals.sh [wild|mold]...       MOLD_SOURCE=DIR: mold's source is there, nothing is fetched
#
# Both take minutes; JOBS (default: all processors) says how many compilers run at once.
set -euo pipefail
wild=0.10.0
mold=2.42.0
rivals=${XDG_CACHE_HOME:-$HOME/.cache}/gold-go/rivals
jobs=${JOBS:-$(nproc)}
mkdir -p "$rivals"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Its "dist" profile: one unit of code generation, stripped; with mimalloc, as its releases are.
build_wild() {
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_STRIP=true CARGO_TARGET_DIR=$work/wild \
    cargo install wild-linker --version "$wild" --locked --features mimalloc -j "$jobs" --root "$1"
}

# As its dist.sh: clang, mostly static. The targets that no case is for take most of the build.
build_mold() {
  local source=${MOLD_SOURCE:-$work/mold}
  [ -d "$source" ] || git clone --quiet --depth 1 --branch "v$mold" https://github.com/rui314/mold "$source"
  cmake -G Ninja -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DMOLD_MOSTLY_STATIC=1 \
    -DBUILD_TESTING=OFF -DMOLD_TARGETS='X86_64;ARM64LE' -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_INSTALL_PREFIX="$1"
  cmake --build "$work/build" -j "$jobs"
  cmake --install "$work/build" --strip
}

[ $# -gt 0 ] || set -- wild mold
status=0
for name; do
  case $name in wild | mold) ;; *)
    echo "usage: $0 [wild|mold]..." >&2
    exit 2
    ;;
  esac
  prefix=$rivals/$name-${!name}
  [ ! -x "$prefix/bin/$name" ] || continue
  rm -rf "$prefix.part"
  # In the background, since bash forgets -e in a function that is called in a condition.
  ("build_$name" "$prefix.part") > "$work/log" 2>&1 &
  if wait $!; then
    mv "$prefix.part" "$prefix"
    echo "rivals: built $name ${!name}"
  else
    tail -n 5 "$work/log" >&2
    echo "rivals: $name could not be built" >&2
    status=1
  fi
done
exit $status
