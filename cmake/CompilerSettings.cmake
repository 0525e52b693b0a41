# How everything in this tree is compiled: goldgo_settings carries the language, the warnings and the
# sanitizers; goldgo::program adds how a program is linked.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or Sanitize" FORCE)
endif()
foreach(lang C CXX)
  # An assertion ends in a signal, which a linker must not: release builds have none.
  set(CMAKE_${lang}_FLAGS_RELEASE "-O2 -DNDEBUG -ffunction-sections -fdata-sections")
  set(CMAKE_${lang}_FLAGS_DEBUG "-O0 -g")
  set(CMAKE_${lang}_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
endforeach()

# Compiled objects are shared by all clones on a machine: paths are taken relative to the clone.
find_program(goldgo_ccache ccache)
if(goldgo_ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  foreach(lang C CXX)
    set(CMAKE_${lang}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
        CCACHE_NOHASHDIR=1 ${goldgo_ccache})
  endforeach()
endif()

add_library(goldgo_settings INTERFACE)
target_include_directories(goldgo_settings INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(goldgo_settings INTERFACE GOLD_GO_VERSION="${PROJECT_VERSION}")
# For programs alone: with -fPIC the compiler would have to expect that any function is replaced.
target_compile_options(goldgo_settings INTERFACE -fPIE)
target_link_options(goldgo_settings INTERFACE -pie)
target_compile_options(goldgo_settings INTERFACE
  -Wall -Wextra -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  -Wno-missing-field-initializers -Wno-format-nonliteral)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++ 12 uses what it deprecates.
  target_compile_options(goldgo_settings INTERFACE -Wno-deprecated-declarations)
endif()
if(GOLD_GO_WERROR)
  target_compile_options(goldgo_settings INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These guess from optimized code and are wrong too often to stop a build.
    target_compile_options(goldgo_settings INTERFACE -Wno-error=maybe-uninitialized -Wno-error=array-bounds
      -Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=restrict
      -Wno-error=free-nonheap-object -Wno-error=dangling-pointer)
  endif()
endif()

if(GOLD_GO_SANITIZE)
  add_compile_options(-fsanitize=${GOLD_GO_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GOLD_GO_SANITIZE})
  target_compile_definitions(goldgo_settings INTERFACE GOLD_GO_SANITIZED=1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(goldgo_settings INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
if(GOLD_GO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# A program depends on libc alone; sanitizers bring shared libraries of their own.
add_library(goldgo_program INTERFACE)
add_library(goldgo::program ALIAS goldgo_program)
if(NOT GOLD_GO_SANITIZE)
  target_link_options(goldgo_program INTERFACE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,-z,relro
    -Wl,-z,now -Wl,--as-needed)
endif()
if(GOLD_GO_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
