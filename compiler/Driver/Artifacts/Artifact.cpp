//===- Artifact.cpp - compiled models as files ----------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Artifacts/Artifact.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "compiler/Driver/Artifacts/ArtifactContents.h"
#include "compiler/Driver/Artifacts/Code.h"
#include "compiler/Driver/Artifacts/Toolchain.h"
#include "compiler/Driver/Artifacts/WorkFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace swage;

static constexpr StringLiteral kindNames[] = {
    "exe",     "shared",  "static", "object", "header",
    "llvm-ir", "bitcode", "asm",    "stmt",   "mlir"};

ArrayRef<StringLiteral> swage::getArtifactKindNames() { return kindNames; }

StringRef swage::getArtifactKindName(ArtifactKind kind) {
  return kindNames[static_cast<unsigned>(kind)];
}

std::optional<ArtifactKind> swage::parseArtifactKind(StringRef name) {
  const StringLiteral *found = find(kindNames, name);
  if (found == std::end(kindNames))
    return std::nullopt;
  return static_cast<ArtifactKind>(found - kindNames);
}

bool swage::needsBitcode(ArtifactKind kind) {
  return kind == ArtifactKind::LLVMIR || kind == ArtifactKind::Bitcode ||
         kind == ArtifactKind::Assembly;
}

bool swage::isBinary(ArtifactKind kind) { return kind <= ArtifactKind::Object; }

Error swage::writeFile(StringRef path, StringRef contents,
                       const TemporaryFileHook &hook) {
  Expected<WorkFiles> work = WorkFiles::create(path, hook);
  if (!work)
    return work.takeError();
  Expected<std::string> file = work->write("text", [&](raw_ostream &os) {
    os << contents;
    return Error::success();
  });
  if (!file)
    return file.takeError();
  work->addResult(*file, path.str());
  return work->finish();
}

namespace {

/// Makes the kinds that are machine code. The steps share what they made.
class BinaryWriter {
public:
  BinaryWriter(const ArtifactContents &contents, const ArtifactOptions &options,
               Toolchain toolchain, WorkFiles work)
      : contents(contents), options(options), toolchain(std::move(toolchain)),
        work(std::move(work)), result(this->work.add("result")),
        constants(contents.getConstants()), layout(constants) {}

  Error write();

private:
  Error writeCode();
  Error writeFacts();
  Error writeWeightsFile();
  Error linkExecutable();
  Error linkShared();
  Error linkStatic();
  Error addOptionalLibraries(std::vector<ArchiveMember> &members);
  Error linkObject();
  Expected<std::string> linkCode();
  Error link(ArrayRef<std::string> arguments);
  std::string getSibling(StringRef extension) const;

  const ArtifactContents &contents;
  const ArtifactOptions &options;
  Toolchain toolchain;
  WorkFiles work;
  Runtime runtime;
  std::string result; ///< the artifact, until it moves into place
  std::vector<ConstantBlob> constants;
  WeightsLayout layout;
  std::vector<std::string> code;    ///< objects of kernels, main and facts
  std::vector<std::string> weights; ///< the object with the weights, if any
};

} // namespace

/// A file beside the output, named after the model.
std::string BinaryWriter::getSibling(StringRef extension) const {
  SmallString<256> path(sys::path::parent_path(options.output));
  sys::path::append(path, contents.getName() + extension);
  return path.str().str();
}

Error BinaryWriter::write() {
  // Looked for before anything large is written. Objects bring none.
  if (options.kind != ArtifactKind::Object) {
    Expected<Runtime> found =
        findRuntime(contents.getTarget(), contents.getMainLibrary(),
                    contents.getOptionalLibraries());
    if (!found)
      return found.takeError();
    runtime = std::move(*found);
  }
  if (Error error = writeCode())
    return error;
  if (Error error = writeFacts())
    return error;
  if (Error error = writeWeightsFile())
    return error;
  Error linked = [&] {
    switch (options.kind) {
    case ArtifactKind::Executable:
      return linkExecutable();
    case ArtifactKind::Shared:
      return linkShared();
    case ArtifactKind::Static:
      return linkStatic();
    default:
      return linkObject();
    }
  }();
  if (linked)
    return linked;
  if (options.kind != ArtifactKind::Executable) {
    Expected<std::string> header = work.write("header", [&](raw_ostream &os) {
      contents.writeHeader(os);
      return Error::success();
    });
    if (!header)
      return header.takeError();
    work.addResult(*header, getSibling(".h"));
  }
  work.addResult(result, options.output);
  return work.finish();
}

Error BinaryWriter::writeCode() {
  for (const CompiledModel *model : contents.getModels())
    for (const ObjectCode &part : model->objects) {
      std::string name = formatv("{0}.o", code.size());
      Expected<std::string> path = work.write(name, [&](raw_ostream &os) {
        os.write(part.object.data(), part.object.size());
        return Error::success();
      });
      if (!path)
        return path.takeError();
      code.push_back(*path);
    }
  return Error::success();
}

Error BinaryWriter::writeFacts() {
  FactsOptions facts;
  facts.forExecutable = options.kind == ArtifactKind::Executable;
  if (options.weightsInFile)
    facts.weightsFile = sys::path::filename(getSibling(".weights"));
  LLVMContext context;
  std::unique_ptr<Module> module = contents.buildFacts(context, layout, facts);
  Expected<SmallVector<char, 0>> object =
      emit(*module, contents.getTarget(), options.optLevel, EmitKind::Object);
  if (!object)
    return object.takeError();
  Expected<std::string> path = work.write("facts.o", [&](raw_ostream &os) {
    os.write(object->data(), object->size());
    return Error::success();
  });
  if (!path)
    return path.takeError();
  code.push_back(*path);
  return Error::success();
}

Error BinaryWriter::writeWeightsFile() {
  if (options.weightsInFile) {
    Expected<std::string> path = work.write("weights", [&](raw_ostream &os) {
      writeWeights(os, layout, constants);
      return Error::success();
    });
    if (!path)
      return path.takeError();
    work.addResult(*path, getSibling(".weights"));
    return Error::success();
  }
  Expected<std::string> path = work.write("weights.o", [&](raw_ostream &os) {
    return writeWeightsObject(os, layout, constants, contents.getTarget(),
                              contents.getWeightsSymbol());
  });
  if (!path)
    return path.takeError();
  weights.push_back(*path);
  return Error::success();
}

/// Runs the linker. The arguments go through a file: a model may have more
/// kernels than a command line has room.
Error BinaryWriter::link(ArrayRef<std::string> arguments) {
  Expected<std::string> response =
      work.write("arguments", [&](raw_ostream &os) {
        for (StringRef argument : arguments) {
          os << '"';
          for (char c : argument) {
            if (c == '"' || c == '\\')
              os << '\\';
            os << c;
          }
          os << "\"\n";
        }
        return Error::success();
      });
  if (!response)
    return response.takeError();
  return toolchain.run({"@" + *response});
}

Error BinaryWriter::linkExecutable() {
  std::vector<std::string> arguments = {"-o", result};
  append_range(arguments, code);
  append_range(arguments, weights);
  append_range(arguments, runtime.main);
  for (auto [library, path] :
       zip_equal(contents.getOptionalLibraries(), runtime.optional)) {
    arguments.push_back(path);
    append_range(arguments, library->inExecutables);
  }
  append_range(arguments, runtime.library);
  append_range(arguments, ArrayRef<std::string>{"-pthread", "-Wl,--as-needed",
                                                "-lm", "-Wl,--gc-sections"});
  return link(arguments);
}

Error BinaryWriter::linkShared() {
  std::vector<std::string> publicRuntime = contents.getPublicRuntime();
  Expected<std::string> exports = work.write("exports", [&](raw_ostream &os) {
    os << "{\n  global:\n";
    for (const std::string &symbol : contents.getExportedSymbols())
      os << "    " << symbol << ";\n";
    for (const std::string &symbol : publicRuntime)
      os << "    " << symbol << ";\n";
    os << "  local: *;\n};\n";
    return Error::success();
  });
  if (!exports)
    return exports.takeError();
  std::vector<std::string> arguments = {
      "-shared", "-o", result,
      "-Wl,-soname," + sys::path::filename(options.output).str(),
      "-Wl,--version-script=" + *exports,
      // Two models in one process each use the runtime that they came with.
      "-Wl,-Bsymbolic", "-Wl,-z,defs", "-Wl,--gc-sections"};
  for (const std::string &symbol : publicRuntime)
    arguments.push_back("-Wl,-u," + symbol);
  append_range(arguments, code);
  append_range(arguments, weights);
  for (auto [library, path] :
       zip_equal(contents.getOptionalLibraries(), runtime.optional)) {
    arguments.push_back(path);
    append_range(arguments, library->inShared);
  }
  append_range(arguments, runtime.library);
  append_range(arguments,
               ArrayRef<std::string>{"-pthread", "-Wl,--as-needed", "-lm"});
  return link(arguments);
}

/// All code as one object that shows only what the header declares.
Expected<std::string> BinaryWriter::linkCode() {
  std::string linked = work.add("linked.o");
  std::vector<std::string> arguments = {"-r", "-nostdlib", "-o", linked};
  append_range(arguments, code);
  if (Error error = link(arguments))
    return error;
  std::string local = work.add("local.o");
  if (Error error =
          localizeSymbols(linked, local, contents.getExportedSymbols()))
    return error;
  return local;
}

/// What these libraries call, such as RE2, the archive's users link themselves.
Error BinaryWriter::addOptionalLibraries(std::vector<ArchiveMember> &members) {
  for (auto [library, path] :
       zip_equal(contents.getOptionalLibraries(), runtime.optional)) {
    std::string name = ("swage_" + library->name + ".o").str();
    std::string object = work.add(name);
    if (Error error = link(
            {"-r", "-nostdlib", "-o", object, "-Wl,--whole-archive", path}))
      return error;
    members.push_back({object, name});
  }
  return Error::success();
}

Error BinaryWriter::linkStatic() {
  Expected<std::string> local = linkCode();
  if (!local)
    return local.takeError();
  std::vector<ArchiveMember> members = {
      {*local, (contents.getName() + ".o").str()}};
  for (const std::string &path : weights)
    members.push_back({path, contents.getWeightsSymbol() + ".o"});
  if (Error error = addOptionalLibraries(members))
    return error;
  if (!runtime.isSource)
    return mergeArchive(result, members, runtime.library.front());
  std::string object = work.add("runtime.o");
  std::vector<std::string> arguments = {"-r", "-nostdlib", "-o", object};
  append_range(arguments, runtime.library);
  if (Error error = link(arguments))
    return error;
  members.push_back({object, "swage_rt.o"});
  return mergeArchive(result, members, "");
}

Error BinaryWriter::linkObject() {
  Expected<std::string> local = linkCode();
  if (!local)
    return local.takeError();
  std::vector<std::string> arguments = {"-r", "-nostdlib", "-o", result,
                                        *local};
  append_range(arguments, weights);
  return link(arguments);
}

/// llvm-ir, bitcode and asm: what a library would contain, weights declared.
static Error writeLLVM(const ArtifactContents &contents,
                       const ArtifactOptions &options) {
  LLVMContext context;
  WeightsLayout layout(contents.getConstants());
  Expected<std::unique_ptr<Module>> module = linkBitcode(
      contents.buildFacts(context, layout, {}), contents.getModels());
  if (!module)
    return module.takeError();
  SmallVector<char, 0> text;
  raw_svector_ostream os(text);
  switch (options.kind) {
  case ArtifactKind::LLVMIR:
    (*module)->print(os, nullptr);
    break;
  case ArtifactKind::Bitcode:
    WriteBitcodeToFile(**module, os);
    break;
  default: {
    Expected<SmallVector<char, 0>> assembly = emit(
        **module, contents.getTarget(), options.optLevel, EmitKind::Assembly);
    if (!assembly)
      return assembly.takeError();
    text = std::move(*assembly);
  }
  }
  return writeFile(options.output, StringRef(text.data(), text.size()),
                   options.onTemporaryFile);
}

/// stmt: the loops of the kernels that Halide compiled, one after the other.
static Error writeStatements(const ArtifactContents &contents,
                             const ArtifactOptions &options) {
  std::string text;
  for (const CompiledModel *model : contents.getModels())
    for (const ObjectCode &code : model->objects)
      if (!code.statements.empty())
        text += "// " + code.symbol + "\n" + code.statements + "\n";
  if (text.empty())
    return createStringError("no kernel was compiled by Halide, so there are "
                             "no statements to write; --backend=halide takes "
                             "every kernel that it can");
  return writeFile(options.output, text, options.onTemporaryFile);
}

static Error write(const ArtifactContents &contents,
                   const ArtifactOptions &options) {
  if (options.kind == ArtifactKind::Header) {
    std::string text;
    raw_string_ostream os(text);
    contents.writeHeader(os);
    return writeFile(options.output, text, options.onTemporaryFile);
  }
  if (options.kind == ArtifactKind::Statements)
    return writeStatements(contents, options);
  if (needsBitcode(options.kind))
    return writeLLVM(contents, options);
  assert(isBinary(options.kind) && "the driver prints modules itself");
  Expected<Toolchain> toolchain = Toolchain::find(contents.getTarget());
  if (!toolchain)
    return toolchain.takeError();
  Expected<WorkFiles> work =
      WorkFiles::create(options.output, options.onTemporaryFile);
  if (!work)
    return work.takeError();
  return BinaryWriter(contents, options, std::move(*toolchain),
                      std::move(*work))
      .write();
}

Error swage::writeArtifact(const CompiledModel &model,
                           const ArtifactOptions &options) {
  return write(*getContents(model), options);
}

Error swage::writeArtifact(const CompiledTraining &training,
                           const ArtifactOptions &options) {
  return write(*getContents(training), options);
}
