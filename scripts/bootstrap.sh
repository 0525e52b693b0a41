#!/usr/bin/env bash
# Installs what a level of work needs and is missing:
#
#   scripts/bootstrap.sh demo|test|real|bench
#
# Debian's packages come by apt, by name. What Debian has in no static form is built from source into a
# per-user prefix, a folder <name>-<version>-<compiler> each: $GOLD_GO_DEPS, by default
# ${XDG_CACHE_HOME:-~/.cache}/gold-go/deps. When nothing is missing it returns at once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/deps.conf
. "$here/deps.conf"
# shellcheck source=scripts/packages.sh
. "$here/packages.sh"

level=${1:-demo}
case $level in
  demo | test | real | bench) ;;
  *)
    echo "usage: $0 demo|test|real|bench" >&2
    exit 2
    ;;
esac

jobs=${JOBS:-$(nproc)}
deps=${GOLD_GO_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/gold-go/deps}

say() { echo "bootstrap: $*" >&2; }

sudo=()
if [ "$(id -u)" != 0 ]; then
  sudo=(sudo -n)
fi

apt_usable() {
  command -v apt-get > /dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null; }
}

# The named packages that are not installed, one a line.
missing_packages() {
  command -v dpkg-query > /dev/null || { printf '%s\n' "$@"; return; }
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2> /dev/null | sed -n 's/^installed //p' | sort -u)
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! apt_usable; then
    say "these packages are missing and apt can't be used here; going on without: ${missing[*]}"
    return 0
  fi
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq)
  local install=("${apt[@]}" install -y --no-install-recommends) package failed=()
  say "installing ${missing[*]}"
  "${install[@]}" "${missing[@]}" > "$log" 2>&1 && return 0
  # The lists may be old or absent; and one name that is unknown should not keep the others away.
  "${apt[@]}" update >> "$log" 2>&1 || true
  "${install[@]}" "${missing[@]}" >> "$log" 2>&1 && return 0
  for package in "${missing[@]}"; do
    "${install[@]}" "$package" >> "$log" 2>&1 || failed+=("$package")
  done
  if [ ${#failed[@]} -gt 0 ]; then
    grep '^E:' "$log" | sort -u >&2 || true
    say "apt could not install ${failed[*]}; going on without"
  fi
}

# debian_source NAME: the source of a Debian package in the current folder. The system's own list of
# sources is left alone: a copy of it, turned into deb-src, is used with lists of its own.
debian_source() {
  local state=$work/apt file
  if [ ! -d "$state" ]; then
    mkdir -p "$state/sources.d" "$state/lists/partial" "$state/cache/archives/partial"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
      [ -f "$file" ] || continue
      sed -E 's/^Types:.*/Types: deb-src/; s/^deb[[:space:]]/deb-src /' "$file" \
        > "$state/sources.d/$(basename "$file")"
    done
  fi
  local options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$state/sources.d"
    -o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
  [ -f "$state/updated" ] || apt-get "${options[@]}" update
  touch "$state/updated"
  apt-get "${options[@]}" source "$1"
}

# build NAME SUFFIX FUNCTION: runs FUNCTION PREFIX in a fresh folder unless the prefix is there. The
# prefix appears whole, so that a build that is stopped leaves nothing half done. With optional=1 a failure
# is not the end.
build() {
  local name=$1 version=${!1} prefix
  prefix=$deps/$name-$version-$compiler${2:+-$2}
  [ ! -d "$prefix" ] || return 0
  mkdir -p "$deps" "$work/$name$2"
  say "building $name $version${2:+ ($2)}"
  local start=$SECONDS
  # In the background, since bash forgets -e in a function that is called in a condition.
  (
    cd "$work/$name$2"
    "$3" "$prefix.part"
  ) > "$log" 2>&1 &
  if ! wait $!; then
    tail -n 30 "$log" >&2
    rm -rf "$prefix.part"
    say "$name could not be built"
    [ -n "${optional:-}" ]
    return
  fi
  rm -rf "$prefix" && mv "$prefix.part" "$prefix"
  say "built $name in $((SECONDS - start)) s"
}

cmake_install() { # SOURCE PREFIX OPTION...
  local source=$1 prefix=$2
  shift 2
  rm -rf "$prefix"
  cmake -G Ninja -S "$source" -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ "$@"
  cmake --build build -j "$jobs"
  cmake --install build
}

build_onetbb() {
  debian_source onetbb
  cmake_install onetbb-"$onetbb"*/ "$1" -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF
}

# The thread sanitizer sees races where a library is not instrumented.
build_onetbb_tsan() {
  debian_source onetbb
  cmake_install onetbb-"$onetbb"*/ "$1" -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF \
    -DTBB_SANITIZE=thread
}

build_mimalloc() {
  debian_source mimalloc
  cmake_install mimalloc-"$mimalloc"*/ "$1" -DMI_BUILD_SHARED=OFF -DMI_BUILD_OBJECT=OFF \
    -DMI_BUILD_TESTS=OFF -DMI_OVERRIDE=ON -DMI_INSTALL_TOPLEVEL=ON
}

build_lief() {
  # Of a source package pip wants to know the metadata as well, which setup.py of this one gives only from
  # a checkout. By then it is unpacked, and --no-clean leaves it there.
  TMPDIR=$PWD python3 -m pip download --no-clean --no-deps --no-binary :all: --no-build-isolation \
    "lief==$lief" || true
  cmake_install pip-download-*/lief*/ "$1" -DLIEF_PYTHON_API=OFF -DLIEF_C_API=OFF -DLIEF_EXAMPLES=OFF \
    -DLIEF_TESTS=OFF -DLIEF_USE_CCACHE=OFF -DLIEF_LOGGING=OFF -DLIEF_ART=OFF -DLIEF_DEX=OFF \
    -DLIEF_OAT=OFF -DLIEF_VDEX=OFF
}

# A Python environment with the newest LIEF, for the checks that test scripts make of an image.
make_venv() {
  local venv=$deps/python
  [ ! -x "$venv/bin/python3" ] || "$venv/bin/python3" -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("lief"))' || rm -rf "$venv"
  [ ! -x "$venv/bin/python3" ] || return 0
  say "making a Python environment with lief"
  if ! { python3 -m venv "$venv" && "$venv/bin/python3" -m pip install --quiet lief; } > "$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -rf "$venv"
    say "no lief for Python: the checks that need it will be skipped"
  fi
}

# Zig's package brings a libc++ for musl.
add_zig() {
  local python=$deps/python/bin/python3
  [ -x "$python" ] && ! "$python" -c 'import ziglang' 2> /dev/null || return 0
  "$python" -m pip install --quiet ziglang > "$log" 2>&1 || say "no ziglang: C++ against musl will not be tested"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log

packages=("${packages_demo[@]}")
case $level in
  test) packages+=("${packages_test[@]}") ;;
  real)
    packages+=("${packages_test[@]}" "${packages_real[@]}")
    # Newer ones than Debian's are often there.
    command -v cargo > /dev/null || packages+=(cargo rustc libstd-rust-dev-windows)
    command -v go > /dev/null || packages+=(golang-go)
    ;;
  bench)
    packages+=("${packages_bench[@]}")
    command -v go > /dev/null || packages+=(golang-go)
    ;;
esac
install_packages "${packages[@]}"
if [ "$level" = real ] && command -v rustup > /dev/null; then
  rustup target add x86_64-pc-windows-gnu || echo "no Rust for Windows: its test will be skipped" >&2
fi

compiler=gcc$(gcc -dumpversion | cut -d. -f1)
build onetbb "" build_onetbb
build mimalloc "" build_mimalloc
case $level in
  test | real)
    build onetbb tsan build_onetbb_tsan
    optional=1 build lief "" build_lief # without it there is no gold-go-inspect
    make_venv
    [ "$level" != real ] || add_zig
    ;;
esac
