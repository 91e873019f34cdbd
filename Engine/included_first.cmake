# Included by every project of libllama's when the engine is set up; flags of the user's stay as they are.
include("${CMAKE_CURRENT_LIST_DIR}/amx_configuration.cmake")
add_compile_options("$<$<COMPILE_LANGUAGE:C>:SHELL:-include \"${CMAKE_CURRENT_LIST_DIR}/patient_threads.h\">")
