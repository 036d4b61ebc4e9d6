# Every outside library, found once. docs/decisions/dependencies.md says why each is here.
set(SURGSIGMA_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers
  # GCC 12 warns of overlapping copies inside std::string operator+ when it optimises (its bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(OpenSSL REQUIRED)

find_library(XXHASH_LIBRARY xxhash REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
add_library(xxhash INTERFACE)
target_link_libraries(xxhash INTERFACE ${XXHASH_LIBRARY})
add_library(zstd INTERFACE)
target_link_libraries(zstd INTERFACE ${ZSTD_LIBRARY})

# DuckDB: a prebuilt library pinned in cmake/duckdb.lock and unpacked by `./dev setup`; a user's own may be named.
set(DUCKDB_ROOT ${CMAKE_SOURCE_DIR}/build/deps/duckdb CACHE PATH "Folder with include/duckdb.h and lib/libduckdb.so")
if(NOT EXISTS ${DUCKDB_ROOT}/include/duckdb.h)
  message(FATAL_ERROR "DuckDB is not in ${DUCKDB_ROOT}: run ./dev setup, or pass -DDUCKDB_ROOT=<folder>")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES IMPORTED_LOCATION ${DUCKDB_ROOT}/lib/libduckdb.so IMPORTED_NO_SONAME ON
  INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_ROOT}/include)

find_package(PkgConfig REQUIRED)
# HTTP: known to the room `infer` alone.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
add_library(httplib INTERFACE)
target_link_libraries(httplib INTERFACE PkgConfig::HTTPLIB)

# Pixels: known to the room `media` alone.
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
pkg_check_modules(PICTURES REQUIRED IMPORTED_TARGET libjpeg libturbojpeg libpng libwebp libtiff-4)
# Debian keeps OpenCV's own CMake files in a package that pulls in everything else of OpenCV, so the libraries are found here.
find_path(OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(part core imgproc calib3d)
  find_library(OPENCV_${part} opencv_${part} REQUIRED)
endforeach()
add_library(ffmpeg INTERFACE)
target_link_libraries(ffmpeg INTERFACE PkgConfig::FFMPEG)
add_library(pictures INTERFACE)
target_link_libraries(pictures INTERFACE PkgConfig::PICTURES)
add_library(opencv INTERFACE)
target_include_directories(opencv SYSTEM INTERFACE ${OPENCV_INCLUDE})
target_link_libraries(opencv INTERFACE ${OPENCV_core} ${OPENCV_imgproc} ${OPENCV_calib3d})
