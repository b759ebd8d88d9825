# Thin wrappers that give every library of the compiler the same flags, the
# shared precompiled header and the generated headers.

set(SWAGE_INCLUDES ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}
                   ${CMAKE_SOURCE_DIR}/runtime/include)

# Flags of code that includes LLVM or MLIR headers.
function(swage_compiler_flags target)
  target_include_directories(${target} PRIVATE ${SWAGE_INCLUDES})
  target_include_directories(${target} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  separate_arguments(definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_definitions(${target} PRIVATE ${definitions})
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wno-unused-parameter -Wno-comment>
    # A precompiled header that ccache can key by content.
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  if(NOT SWAGE_EXCEPTIONS)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  endif()
  if(SWAGE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# All TableGen outputs hang from this target, so that a library may include any
# generated header without naming who makes it.
add_custom_target(swage-tablegen)

# swage_tablegen_target(NAME): groups the mlir_tablegen calls before it.
function(swage_tablegen_target name)
  add_public_tablegen_target(${name})
  add_dependencies(swage-tablegen ${name})
endfunction()

# The header that nearly every file includes, compiled once.
set(SWAGE_PCH ${CMAKE_BINARY_DIR}/dialects/CMakeFiles/SwagePCH.dir/cmake_pch.hxx.pch)

function(swage_add_precompiled)
  set(header ${CMAKE_SOURCE_DIR}/cmake/Precompiled.h)
  add_library(SwagePCH OBJECT ${CMAKE_SOURCE_DIR}/cmake/Precompiled.cpp)
  swage_compiler_flags(SwagePCH)
  target_precompile_headers(SwagePCH PRIVATE ${header})
  # What it is made of, for ccache: its own bytes hold the paths of this build.
  file(SHA256 ${header} hash)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  file(WRITE ${SWAGE_PCH}.sum
    "${hash} ${LLVM_PACKAGE_VERSION} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} "
    "${CMAKE_CXX_FLAGS_${type}} ${SWAGE_SANITIZE}")
endfunction()

# As target_precompile_headers(... REUSE_FROM), but with an option whose path
# ccache knows to take relative to the build.
function(swage_use_precompiled target)
  add_dependencies(${target} SwagePCH)
  target_compile_options(${target} PRIVATE "SHELL:-include-pch ${SWAGE_PCH}")
  get_target_property(sources ${target} SOURCES)
  set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${SWAGE_PCH})
endfunction()

# swage_library(NAME sources... [LINK libs...]): a static library of the compiler.
function(swage_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  swage_compiler_flags(${name})
  add_dependencies(${name} swage-tablegen)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  if(NOT ARG_NO_PCH)
    swage_use_precompiled(${name})
  endif()
  set_property(GLOBAL APPEND PROPERTY SWAGE_LIBRARIES ${name})
endfunction()
