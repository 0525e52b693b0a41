# The goroutine runtime inside gold-go: its archive for each processor that a compiler is there for, and
# its headers, packed into one file by gold-go-pack-runtime, which becomes read-only data of the room
# runtime_embed.
include(${PROJECT_SOURCE_DIR}/runtime/archive.cmake)

set(goldgo_runtime_dir ${PROJECT_BINARY_DIR}/embedded-runtime)
set(goldgo_pack ${goldgo_runtime_dir}/runtime.pack)
set(parts "")
set(inputs "")
foreach(processor ${go_rt_processors})
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL processor)
    set(goldgo_runtime_cxx_${processor} ${CMAKE_CXX_COMPILER})
  else()
    find_program(goldgo_runtime_cxx_${processor} ${processor}-linux-gnu-g++)
  endif()
  if(NOT goldgo_runtime_cxx_${processor})
    message(STATUS "${processor}-linux-gnu-g++ not found: gold-go carries no goroutine runtime for ${processor}")
    continue()
  endif()
  set(archive ${goldgo_runtime_dir}/${processor}/libgo_rt.a)
  go_rt_archive(${archive} ${processor} ${goldgo_runtime_cxx_${processor}})
  list(APPEND parts --archive ${processor} ${archive})
  list(APPEND inputs ${archive})
endforeach()
set(include_dir ${PROJECT_SOURCE_DIR}/runtime/include)
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${include_dir} ${include_dir}/*)
list(SORT headers)
foreach(header ${headers})
  list(APPEND parts --header ${header} ${include_dir}/${header})
  list(APPEND inputs ${include_dir}/${header})
endforeach()

add_executable(gold-go-pack-runtime ${PROJECT_SOURCE_DIR}/src/runtime_embed/pack_main.cc)
target_link_libraries(gold-go-pack-runtime PRIVATE goldgo_readers)
set_target_properties(gold-go-pack-runtime PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${goldgo_runtime_dir})
add_custom_command(OUTPUT ${goldgo_pack} DEPENDS ${inputs} gold-go-pack-runtime VERBATIM
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:gold-go-pack-runtime>
    ${goldgo_pack} ${parts}
  COMMENT "Packing the runtime")

file(CONFIGURE OUTPUT ${goldgo_runtime_dir}/runtime.S @ONLY CONTENT
"  .section .rodata.goldgo_runtime, \"a\"
  .balign 8
  .globl goldgo_runtime_pack, goldgo_runtime_pack_end
  .hidden goldgo_runtime_pack
  .hidden goldgo_runtime_pack_end
goldgo_runtime_pack:
  .incbin \"@goldgo_pack@\"
goldgo_runtime_pack_end:
  .section .note.GNU-stack, \"\", %progbits
")
set_source_files_properties(${goldgo_runtime_dir}/runtime.S PROPERTIES OBJECT_DEPENDS ${goldgo_pack})
target_sources(goldgo_runtime_embed PRIVATE ${goldgo_runtime_dir}/runtime.S)

# `gold-go runtime include-dir` finds the headers beside a program in its build tree.
file(CREATE_LINK ${include_dir} ${PROJECT_BINARY_DIR}/include SYMBOLIC)
