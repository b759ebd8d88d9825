# The installed package: find_package(Swage), headers, the Python package.
include(CMakePackageConfigHelpers)

set(SWAGE_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Swage)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/SwageConfig.cmake.in
  ${CMAKE_BINARY_DIR}/SwageConfig.cmake
  INSTALL_DESTINATION ${SWAGE_PACKAGE_DIR})
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/SwageConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/SwageConfig.cmake
  ${CMAKE_BINARY_DIR}/SwageConfigVersion.cmake
  DESTINATION ${SWAGE_PACKAGE_DIR} COMPONENT swage)
install(EXPORT SwageTargets NAMESPACE Swage::
  DESTINATION ${SWAGE_PACKAGE_DIR} COMPONENT swage)
# Found by programs that have this folder on PYTHONPATH.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/python/swage
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/python3/dist-packages COMPONENT swage
  FILES_MATCHING PATTERN "*.py")
