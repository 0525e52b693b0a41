#!/usr/bin/env bash
# A meson project: meson asks the linker for its name by --version, and then links shared and static libraries,
# symbols hidden by a version script, and programs with its --start-group, --as-needed and run paths.
. "$SRC/tests/lib/common.sh"
need meson ninja
mkdir project
cat > project/meson.build <<'M'
project('example', 'c', 'cpp', version: '2.1.0', default_options: ['b_pie=true', 'b_ndebug=true', 'b_asneeded=true', 'b_lundef=true'])
cc = meson.get_compiler('c')
message('the linker is ' + cc.get_linker_id())
assert(cc.has_link_argument('-Wl,--as-needed'))
assert(not cc.has_link_argument('-Wl,--no-such-option-of-any-linker'))
assert(cc.has_function('cos', dependencies: cc.find_library('m')))
map = meson.current_source_dir() / 'lib.map'
shared = shared_library('both', 'lib.c', version: '2.1.0', link_args: '-Wl,--version-script=' + map, link_depends: 'lib.map', install: true)
static = static_library('part', 'part.c')
whole = shared_library('whole', link_whole: static, install: true)
app = executable('app', 'main.cpp', link_with: [shared, static], dependencies: dependency('threads'), install: true)
executable('of_whole', 'main.cpp', link_with: [shared, whole], install: true)
test('runs', app)
M
echo 'int helper(void) { return 2; } int both(void) { return helper() * 20; }' > project/lib.c
echo 'BOTH_2 { global: both; local: *; };' > project/lib.map
echo 'int part(void) { return 2; }' > project/part.c
cat > project/main.cpp <<'C'
#include <iostream>
extern "C" int both(), part();
int main() { std::cout << both() + part() << "\n"; }
C
cat > native.ini <<M
[binaries]
c = ['gcc', '-B$GOLD_GO_B']
cpp = ['g++', '-B$GOLD_GO_B']
M
meson setup --native-file native.ini --prefix "$WORK/prefix" --libdir lib build project > log 2>&1 || { tail -n 30 log; fail "meson setup"; }
has 'the linker is ld\.' log
ninja -C build > log 2>&1 || { tail -n 30 log; fail "build"; }
run 42 build/app
run 42 build/of_whole
meson test -C build > log 2>&1 || { tail -n 30 log; fail "meson test"; }
meson install -C build > log 2>&1 || { tail -n 30 log; fail "meson install"; }
run 42 env LD_LIBRARY_PATH="$WORK/prefix/lib" prefix/bin/app
by_gold_go build/app build/of_whole build/libboth.so.2.1.0 build/libwhole.so prefix/bin/app
readelf --dyn-syms -W build/libboth.so > out
has 'both@@BOTH_2' out
lacks 'helper' out
readelf -dW build/app > out
lacks 'libpthread|libm\.so' out
