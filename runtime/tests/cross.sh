#!/usr/bin/env bash
# The runtime and its tests for AArch64, by a cross compiler, under qemu-user.
#   cross.sh build RUNTIME_DIR BUILD_DIR     configures and builds
#   cross.sh test BUILD_DIR REGEX            runs the tests of that name
# Exits with 77 and says why when a tool is missing.
set -euo pipefail
for tool in aarch64-linux-gnu-gcc aarch64-linux-gnu-g++ qemu-aarch64 cmake ctest; do
  command -v "$tool" > /dev/null || {
    echo "skipped: $tool is not installed (scripts/bootstrap.sh test does)"
    exit 77
  }
done
# qemu-user allocates by GLib's slices, whose locks a fork copies as they are: a child of a process with threads can
# wait for one for ever. The C library's allocator knows of forks.
export G_SLICE=always-malloc
case $1 in
build)
  launcher=()
  if command -v ccache > /dev/null; then
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  # The folder of the compiler's libraries is where the emulator looks for the program's.
  cmake -S "$2" -B "$3" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DGO_RT_TESTS=ON \
    -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ "${launcher[@]}" \
    "-DCMAKE_CROSSCOMPILING_EMULATOR=qemu-aarch64;-L;/usr/aarch64-linux-gnu"
  cmake --build "$3" -j "$(nproc)"
  ;;
test) ctest --test-dir "$2" -R "$3" --no-tests=error --output-on-failure -j "$(nproc)" ;;
*) exit 2 ;;
esac
