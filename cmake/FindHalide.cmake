# Halide 14 as Debian packages it: the imported target Halide::Halide.
#
# Halide's own CMake package is of no use: it looks for LLVM 14 and overwrites
# LLVM_DIR.
find_path(Halide_INCLUDE_DIR Halide.h PATH_SUFFIXES halide14)
find_library(Halide_LIBRARY NAMES Halide14 Halide)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Halide
  REQUIRED_VARS Halide_LIBRARY Halide_INCLUDE_DIR)
mark_as_advanced(Halide_INCLUDE_DIR Halide_LIBRARY)
if(Halide_FOUND AND NOT TARGET Halide::Halide)
  add_library(Halide::Halide SHARED IMPORTED)
  set_target_properties(Halide::Halide PROPERTIES
    IMPORTED_LOCATION ${Halide_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Halide_INCLUDE_DIR})
endif()
