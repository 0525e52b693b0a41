# Debian's packages, by the level of scripts/bootstrap.sh that needs them.
# shellcheck shell=bash disable=SC2034

# make demo: what gold-go itself is built with.
packages_demo=(
  ca-certificates ccache cmake doctest-dev dpkg-dev g++ gcc libxxhash-dev libyaml-dev libzstd-dev llvm-19-dev make
  ninja-build pkg-config python3 zlib1g-dev
)

# make test: other compilers, C libraries, architectures, systems, linkers and build systems.
packages_test=(
  autoconf automake clang-19 clang-22 clang-format-19 file g++-aarch64-linux-gnu g++-mingw-w64-x86-64-posix
  g++-mingw-w64-x86-64-win32
  gcc-aarch64-linux-gnu gcc-mingw-w64-x86-64-posix gdb libclang-rt-19-dev libtool lld-19 lld-22 llvm-19
  llvm-22 meson musl-tools patchelf python3-pip python3-venv qemu-system-arm qemu-system-x86 qemu-user shellcheck wine64 xz-utils
)

# make test-real: programs of the world. cargo, rustc and go come too if there are none.
packages_real=(libclang-19-dev libpolly-19-dev libsqlite3-dev)

# make bench: the linkers that are compared, and a clock.
packages_bench=(
  clang-19 g++-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-posix libclang-19-dev libpolly-19-dev lld-19 lld-22 mold
)
