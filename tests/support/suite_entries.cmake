# Writes the ctest entries of a GoogleTest program, one per suite: most cases take less time than the start of a process,
# which sanitizers make ten times as long. Run with -P after the program was built; `entries` is the file.
execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n[A-Za-z0-9_/]+[.]" suites "\n${list}")
if(NOT suites)
  message(FATAL_ERROR "${program} has no tests:\n${list}")
endif()
set(text "")
foreach(suite IN LISTS suites)
  string(STRIP ${suite} suite)
  string(REGEX REPLACE "[.]$" "" name ${suite})
  string(APPEND text "add_test([=[${prefix}.${name}]=] [=[${program}]=] --gtest_filter=${suite}*)\n"
                     "set_tests_properties([=[${prefix}.${name}]=] PROPERTIES LABELS ${label})\n")
endforeach()
file(WRITE ${entries} "${text}")
