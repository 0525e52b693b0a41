#!/usr/bin/env bash
# A CMake project for Windows (MinGW's gcc) and for macOS (clang, both architectures): shared and static libraries,
# a module, resources and import libraries, run paths and versions of libraries, with what CMake passes there.
. "$SRC/tests/link/pe/lib.sh"
. "$SRC/tests/link/macho/lib.sh"
need cmake ninja llvm-ar-19 llvm-ranlib-19 llvm-install-name-tool-19 $MINGW-windres
mkdir project
cat > project/CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.18)
project(example VERSION 1.4.2 LANGUAGES C)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_library(both SHARED both.c)
set_target_properties(both PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 1 DEFINE_SYMBOL MAKING)
add_library(part STATIC part.c)
target_link_libraries(part PUBLIC both)
add_library(plugin MODULE plugin.c)
add_executable(app main.c)
target_link_libraries(app PRIVATE part)
set_target_properties(app PROPERTIES ENABLE_EXPORTS ON)
target_link_libraries(plugin PRIVATE app)
if(WIN32)
  enable_language(RC)
  target_sources(app PRIVATE app.rc)
endif()
install(TARGETS app both plugin RUNTIME DESTINATION bin LIBRARY DESTINATION lib ARCHIVE DESTINATION lib)
C
cat > project/both.h <<'C'
#if defined _WIN32 && defined MAKING
#define API __declspec(dllexport)
#elif defined _WIN32
#define API __declspec(dllimport)
#else
#define API __attribute__((visibility("default")))
#endif
API int both(int);
API extern int counter;
C
printf '#include "both.h"\nint counter = 3;\nint both(int x) { return x + counter; }\n' > project/both.c
printf '#include "both.h"\nint part(void) { counter++; return both(10); }\n' > project/part.c
cat > project/plugin.c <<'C'
#ifdef _WIN32
__declspec(dllimport) int of_program(void);
__declspec(dllexport)
#else
int of_program(void);
__attribute__((visibility("default")))
#endif
int plugin(void) { return of_program() + 1; }
C
cat > project/main.c <<'C'
int printf(const char *, ...);
int part(void);
#ifdef _WIN32
__declspec(dllexport)
#else
__attribute__((visibility("default")))
#endif
int of_program(void) { return 6; }
int main(void) { printf("%d\n", part()); return 0; }
C
printf '1 RCDATA { "resource" }\n' > project/app.rc

build() { # NAME OPTION...
  cmake -G Ninja -S project -B "$1" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$WORK/$1/to" "${@:2}" > "$1.log" 2>&1 \
    || { tail -n 30 "$1.log"; fail "cmake for $1"; }
  cmake --build "$1" > "$1.log" 2>&1 || { tail -n 30 "$1.log"; fail "build of $1"; }
  cmake --install "$1" > "$1.log" 2>&1 || { tail -n 30 "$1.log"; fail "install of $1"; }
}

cat > cc <<'S'
#!/bin/sh
exec "$MINGW_CC" -wrapper "$SRC/tests/lib/mingw-wrapper" "$@"
S
chmod +x cc
build windows -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER="$WORK/cc" -DCMAKE_RC_COMPILER="$(command -v $MINGW-windres)"
wine_run 14 windows/to/bin/app.exe
checked windows/to/bin/*.dll windows/to/lib/*.dll
[ -f windows/to/lib/libboth.dll.a ] || fail "no import library"
has '0x53|resource' <(strings windows/to/bin/app.exe)

for arch in x86_64 arm64; do
  build macos-$arch -DCMAKE_SYSTEM_NAME=Darwin -DCMAKE_C_COMPILER="$(command -v clang-19)" -DCMAKE_OSX_SYSROOT= \
    -DCMAKE_OSX_ARCHITECTURES=$arch -DCMAKE_OSX_DEPLOYMENT_TARGET=13.0 -DCMAKE_C_COMPILER_TARGET=$arch-apple-macos13 \
    -DCMAKE_C_FLAGS="--ld-path=$(dirname "$GOLD_GO")/ld64.gold-go" -DCMAKE_AR="$(command -v llvm-ar-19)" \
    -DCMAKE_RANLIB="$(command -v llvm-ranlib-19)" -DCMAKE_INSTALL_NAME_TOOL="$(command -v llvm-install-name-tool-19)" \
    -DCMAKE_INSTALL_RPATH=@executable_path/../lib -DCMAKE_INSTALL_NAME_DIR=@rpath
  # In the folder of the build: installing changes paths, and with them what stands where.
  expect_run $arch 0 14 macos-$arch/app
  check_macho macos-$arch/libboth.1.4.2.dylib macos-$arch/libplugin.so
  llvm-objdump-19 --macho --private-headers macos-$arch/to/lib/libboth.1.4.2.dylib > out
  has 'name @rpath/libboth.1.dylib' out
  has 'current version 1.4.2' out
  has 'compatibility version 1.0.0' out
done
