# How the runtime is compiled, whoever does it: the flags of the target go_rt, and a function by which
# other builds make the archive for a processor of their choice.
get_filename_component(go_rt_dir ${CMAKE_CURRENT_LIST_DIR} ABSOLUTE)
set(go_rt_processors x86_64 aarch64)

# -fPIE and local-exec: the archive is for executables of every kind, never for shared objects.
set(go_rt_flags -std=gnu++20 -O2 -Wall -Wextra -Werror
  -fno-exceptions -fno-rtti -fPIE -ftls-model=local-exec -fno-stack-protector
  -fno-threadsafe-statics -ffunction-sections -fdata-sections -fno-plt
  -fasynchronous-unwind-tables -U_FORTIFY_SOURCE)
set(go_rt_flags_x86_64 -fcf-protection=branch)
set(go_rt_flags_aarch64 -mno-outline-atomics)

# go_rt_archive(OUTPUT PROCESSOR COMPILER): the rule that makes the archive OUTPUT, without debug
# information and free of paths, by a C++ compiler for that processor.
function(go_rt_archive output processor compiler)
  file(GLOB sources CONFIGURE_DEPENDS ${go_rt_dir}/src/*.cc)
  list(APPEND sources ${go_rt_dir}/src/arch/${processor}.S)
  execute_process(COMMAND ${compiler} -print-prog-name=ar OUTPUT_VARIABLE ar OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  cmake_path(REMOVE_EXTENSION output LAST_ONLY OUTPUT_VARIABLE folder)
  file(MAKE_DIRECTORY ${folder})
  set(objects "")
  foreach(source ${sources})
    cmake_path(GET source STEM name)
    set(object ${folder}/${name}.o)
    set(flags ${go_rt_flags} ${go_rt_flags_${processor}} -g0 -ffile-prefix-map=${go_rt_dir}=runtime)
    if(source MATCHES "\\.S$")
      set(flags -I${go_rt_dir}/gdb)
    endif()
    add_custom_command(OUTPUT ${object} DEPENDS ${source} ${go_rt_dir}/gdb/goroutines.py DEPFILE ${object}.d VERBATIM
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${compiler} ${flags} -MD -MF ${object}.d -MT ${object}
        -c -o ${object} ${source}
      COMMENT "Building ${processor} runtime object ${name}.o")
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(OUTPUT ${output} DEPENDS ${objects} VERBATIM
    COMMAND ${CMAKE_COMMAND} -E rm -f ${output}
    COMMAND ${ar} rcsD ${output} ${objects}
    COMMENT "Archiving the runtime for ${processor}")
endfunction()
