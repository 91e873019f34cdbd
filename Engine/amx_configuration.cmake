# Included by every project of libllama's when it is set up; flags of the user's stay as they are.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include \"${CMAKE_CURRENT_LIST_DIR}/amx_configuration.hpp\">")
