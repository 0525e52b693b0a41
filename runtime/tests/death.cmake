# Runs PROG with WHAT and wants exit code CODE and TEXT on the standard error.
execute_process(COMMAND ${EMULATOR} ${PROG} ${WHAT} RESULT_VARIABLE code ERROR_VARIABLE err)
if(NOT code STREQUAL CODE OR NOT err MATCHES "${TEXT}")
  message(FATAL_ERROR "exit code ${code}, not ${CODE}; or no \"${TEXT}\" in:\n${err}")
endif()
