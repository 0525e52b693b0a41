#!/usr/bin/env bash
# A CMake project: shared, static and object libraries, a PIE and a static program, install with its change of
# the run path; gold-go as ld by -B, as what CMAKE_LINKER names, and by -fuse-ld; the checks that projects make.
. "$SRC/tests/lib/common.sh"
need cmake ninja
mkdir project
cat > project/CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.18)
project(example VERSION 1.4.2 LANGUAGES C CXX)
include(CheckLinkerFlag)
include(CheckPIESupported)
include(CheckCXXSymbolExists)
check_linker_flag(CXX "LINKER:-z,defs" HAVE_Z_DEFS)
check_linker_flag(CXX "LINKER:--as-needed" HAVE_AS_NEEDED)
check_linker_flag(CXX "LINKER:--no-such-option-of-any-linker" HAVE_NONSENSE)
check_pie_supported(LANGUAGES CXX)
if(NOT CMAKE_CXX_LINK_PIE_SUPPORTED)
  message(FATAL_ERROR "no PIE")
endif()
find_package(Threads REQUIRED)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
add_library(objects OBJECT object.cc)
add_library(shared SHARED shared.cc $<TARGET_OBJECTS:objects>)
set_target_properties(shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 1)
target_link_options(shared PRIVATE LINKER:-z,defs)
target_link_libraries(shared PRIVATE Threads::Threads)
add_library(archive STATIC archive.cc)
target_link_libraries(archive PUBLIC shared)
add_library(plugin MODULE plugin.cc)
add_executable(app main.cc)
target_link_libraries(app PRIVATE archive ${CMAKE_DL_LIBS})
set_target_properties(app PROPERTIES ENABLE_EXPORTS ON)
add_executable(alone alone.cc)
target_link_options(alone PRIVATE -static)
install(TARGETS app shared plugin LIBRARY DESTINATION lib RUNTIME DESTINATION bin)
C
echo 'int object() { return 1; }' > project/object.cc
cat > project/shared.cc <<'C'
#include <thread>
int object();
int shared() { int n = 0; std::thread([&] { n = object() + 1; }).join(); return n; }
C
echo 'int shared(); int archive() { return shared() + 40; }' > project/archive.cc
echo 'extern "C" int of_program(); extern "C" int plugin() { return of_program(); }' > project/plugin.cc
cat > project/main.cc <<'C'
#include <dlfcn.h>
#include <iostream>
int archive();
extern "C" int of_program() { return 7; }
int main(int, char **argv) {
  void *h = dlopen(argv[1], RTLD_NOW);
  auto f = h ? reinterpret_cast<int (*)()>(dlsym(h, "plugin")) : nullptr;
  std::cout << archive() << " " << (f ? f() : -1) << "\n";
}
C
printf '#include <iostream>\nint main() { std::cout << "alone\\n"; }\n' > project/alone.cc

build() { # NAME OPTION...
  local name=$1
  shift
  cmake -G Ninja -S project -B "$name" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$WORK/$name/to" "$@" > "$name.log" 2>&1 \
    || { tail -n 30 "$name.log"; fail "cmake for $name"; }
  has 'HAVE_Z_DEFS - Success' "$name.log"
  has 'HAVE_AS_NEEDED - Success' "$name.log"
  has 'HAVE_NONSENSE - Failed' "$name.log"
  cmake --build "$name" > "$name.log" 2>&1 || { tail -n 30 "$name.log"; fail "build of $name"; }
  run "42 7" "$name/app" "$name/libplugin.so"
  run alone "$name/alone"
  cmake --install "$name" > "$name.log" 2>&1 || { tail -n 30 "$name.log"; fail "install of $name"; }
  run "42 7" "$name/to/bin/app" "$name/to/lib/libplugin.so"
  by_gold_go "$name/app" "$name/alone" "$name/libshared.so.1.4.2" "$name/libplugin.so" "$name/to/bin/app"
  readelf -dW "$name/to/bin/app" > out
  has 'RUNPATH.*\$ORIGIN/\.\./lib' out
  lacks "$WORK" out
}
build by_folder -DCMAKE_C_FLAGS="-B$GOLD_GO_B" -DCMAKE_CXX_FLAGS="-B$GOLD_GO_B"
build by_linker_flags -DCMAKE_LINKER="$GOLD_GO_B/ld" -DCMAKE_EXE_LINKER_FLAGS="-B$GOLD_GO_B" \
  -DCMAKE_SHARED_LINKER_FLAGS="-B$GOLD_GO_B" -DCMAKE_MODULE_LINKER_FLAGS="-B$GOLD_GO_B"
clang=$(command -v clang-19) || exit 0
build by_clang -DCMAKE_C_COMPILER="$clang" -DCMAKE_CXX_COMPILER="${clang/clang/clang++}" \
  -DCMAKE_CXX_FLAGS="--ld-path=$(dirname "$GOLD_GO")/ld.gold-go" \
  -DCMAKE_C_FLAGS="--ld-path=$(dirname "$GOLD_GO")/ld.gold-go"
