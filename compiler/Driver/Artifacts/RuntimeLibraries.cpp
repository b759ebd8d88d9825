//===- RuntimeLibraries.cpp - where our runtime lies ----------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <dlfcn.h>

using namespace llvm;
using namespace swage;

/// The folder of the program or shared library that contains this code.
static std::string getOwnFolder() {
  static char anchor = 0;
  Dl_info info;
  SmallString<256> path;
  // Of a program that was found on PATH the loader knows only the bare name.
  if (!dladdr(&anchor, &info) || !StringRef(info.dli_fname).contains('/') ||
      sys::fs::real_path(info.dli_fname, path))
    path = sys::fs::getMainExecutable("", &anchor);
  return sys::path::parent_path(path).str();
}

/// Folders that may hold the runtime, best first.
static SmallVector<std::string> getFolders() {
  if (std::optional<std::string> chosen =
          sys::Process::GetEnv("SWAGE_RUNTIME_DIR"))
    return {*chosen};
  std::string own = getOwnFolder();
  SmallVector<std::string> folders;
  // From PREFIX/bin to PREFIX/<libdir>, and libswage.so's own folder.
  for (const char *relative : {"../" SWAGE_INSTALL_LIBDIR, "../lib", "."}) {
    SmallString<256> folder(own);
    sys::path::append(folder, relative);
    sys::path::remove_dots(folder, /*remove_dot_dot=*/true);
    if (!is_contained(folders, StringRef(folder)))
      folders.push_back(folder.str().str());
  }
  return folders;
}

/// The C files below the folder `name` of the runtime's sources.
static void addSources(StringRef runtime, StringRef name,
                       std::vector<std::string> &files) {
  std::error_code code;
  for (sys::fs::directory_iterator i(runtime + "/" + name, code), end;
       i != end && !code; i.increment(code))
    if (sys::path::extension(i->path()) == ".c")
      files.push_back(i->path());
}

/// The runtime's sources, with the flags that they are compiled with. Nothing
/// when they are not there.
static std::optional<Runtime> findSources(StringRef mainLibrary) {
  std::string own = getOwnFolder();
  // From PREFIX/bin, PREFIX/lib and PREFIX/lib/<machine>.
  for (const char *relative : {"/../share", "/../../share"}) {
    std::string folder = own + relative + "/swage/runtime";
    if (!sys::fs::exists(folder + "/include/swage/artifact.h"))
      continue;
    Runtime runtime;
    runtime.isSource = true;
    runtime.library = {"-std=c11",
                       "-O2",
                       "-DNDEBUG",
                       "-fPIC",
                       "-I",
                       folder,
                       "-I",
                       folder + "/include",
                       "-pthread",
                       "-fvisibility=hidden",
                       "-ffunction-sections",
                       "-fdata-sections",
                       "-DSWAGE_VERSION=\"" SWAGE_VERSION "\""};
    for (StringRef name :
         {"core", "io", "parallel", "program", "training", "values"})
      addSources(folder, name, runtime.library);
    addSources(folder,
               mainLibrary == "swage_rt_main" ? "executable" : "trainable",
               runtime.main);
    return runtime;
  }
  return std::nullopt;
}

Expected<Runtime> swage::findRuntime(const TargetInfo &target,
                                     StringRef mainLibrary,
                                     ArrayRef<const OptionalLibrary *> wanted) {
  bool native = isNative(target);
  SmallVector<std::string> folders = getFolders();
  for (std::string &folder : folders) {
    if (!native)
      folder += "/swage/" + target.triple;
    std::string library = folder + "/libswage_rt.a";
    std::vector<std::string> optional;
    for (const OptionalLibrary *each : wanted)
      optional.push_back(folder + "/libswage_" + each->name.str() + ".a");
    if (sys::fs::exists(library) &&
        all_of(optional,
               [](const std::string &path) { return sys::fs::exists(path); }))
      return Runtime{
          {library}, {(folder + "/lib" + mainLibrary + ".a").str()}, optional};
  }
  if (!wanted.empty() && !native)
    return createStringError(
        formatv("the model {0}, which needs libswage_{1}.a for '{2}'; looked "
                "in {3}",
                wanted.front()->purpose, wanted.front()->name, target.triple,
                join(folders, ", ")));
  if (std::optional<Runtime> sources = findSources(mainLibrary);
      sources && !native)
    return std::move(*sources);
  return createStringError(
      formatv("cannot find the runtime libswage_rt.a for '{0}'; looked in {1}; "
              "set SWAGE_RUNTIME_DIR to the folder that holds it",
              target.triple, join(folders, ", ")));
}
