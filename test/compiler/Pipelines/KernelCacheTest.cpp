//===- KernelCacheTest.cpp - tests of the cache of kernels ----------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What a key depends on, and how the folder is kept small.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/KernelCache.h"
#include "compiler/Pipelines/CompileKernels.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace swage;
namespace fs = llvm::sys::fs;

namespace {

struct KernelCacheTest : testing::Test {
  void TestBody() override {}

  KernelCacheTest() {
    context.loadDialect<kernel::KernelDialect, arith::ArithDialect,
                        tensor::TensorDialect>();
    options.target = TargetInfo::host();
    module = parse("1.0");
  }

  OwningOpRef<ModuleOp> parse(StringRef number, StringRef attributes = "") {
    return parseSourceString<ModuleOp>(
        ("kernel.func @k(%out: tensor<2xf32>) -> tensor<2xf32> " + attributes +
         "{\n  %c = arith.constant dense<[0.0, " + number +
         "]> : tensor<2xf32>\n  kernel.return %c : tensor<2xf32>\n}")
            .str(),
        &context);
  }

  std::string keyOf(ModuleOp module) {
    auto kernel = *module.getOps<kernel::FuncOp>().begin();
    return KernelCache::getKey(kernel, getDenseOperands(kernel), options);
  }

  MLIRContext context;
  KernelOptions options;
  OwningOpRef<ModuleOp> module;
};

struct Folder {
  Folder() { fs::createUniqueDirectory("swage-cache", path); }
  ~Folder() { fs::remove_directories(path); }

  /// The sum of the files' sizes.
  uint64_t size() const {
    uint64_t total = 0;
    std::error_code code;
    for (fs::directory_iterator i(path, code), end; i != end; i.increment(code))
      total += i->status()->getSize();
    return total;
  }

  SmallString<128> path;
};

CompiledKernel makeKernel(StringRef symbol, size_t bytes) {
  CompiledKernel kernel;
  kernel.symbol = symbol.str();
  kernel.object.assign(bytes, 'o');
  kernel.statements = "produce";
  return kernel;
}

} // namespace

// The same kernel for the same purpose has the same key.
TEST_F(KernelCacheTest, KeysAreStable) {
  EXPECT_EQ(keyOf(*module), keyOf(*parse("1.0")));
}

// Whatever may change the code changes the key.
TEST_F(KernelCacheTest, KeysTellAllApart) {
  std::vector<std::string> keys = {keyOf(*module), keyOf(*parse("2.0"))};
  keys.push_back(keyOf(*parse("1.0", "attributes {backend = \"halide\"}")));
  keys.push_back(
      keyOf(*parse("1.0", "attributes {backend = \"halide\", schedule = "
                          "#kernel.schedule<plain>}")));
  KernelOptions usual = options;
  auto with = [&](auto change) {
    options = usual;
    change(options);
    keys.push_back(keyOf(*module));
    options = usual;
  };
  with([](KernelOptions &o) { o.optLevel = 1; });
  with([](KernelOptions &o) { o.strictFP = true; });
  with([](KernelOptions &o) { o.checks = true; });
  with([](KernelOptions &o) { o.keepBitcode = true; });
  with([](KernelOptions &o) { o.keepStatements = true; });
  with([](KernelOptions &o) { o.target.cpu += "-other"; });
  with([](KernelOptions &o) { o.target.features += ",+xyz"; });
  with([](KernelOptions &o) { o.target.triple = "aarch64-linux-gnu"; });
  with([](KernelOptions &o) { o.target.vectorBits /= 2; });
  with([](KernelOptions &o) { o.target.l2Bytes *= 2; });
  auto kernel = *module->getOps<kernel::FuncOp>().begin();
  auto strided =
      cast<MemRefType>(parseType("memref<2xf32, strided<[3]>>", &context));
  keys.push_back(KernelCache::getKey(kernel, {strided}, options));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

// Weights that the text only names belong to the key. Each has a context of its
// own, where the name is the same.
TEST(KernelCacheKey, KnowsTheBytesOfResources) {
  auto keyWith = [](float number) {
    KernelCacheTest fixture;
    auto type = RankedTensorType::get({2}, Float32Type::get(&fixture.context));
    float values[] = {number, number};
    auto resource = DenseResourceElementsAttr::get(
        type, "weights",
        HeapAsmResourceBlob::allocateAndCopyInferAlign(
            ArrayRef<float>(values)));
    fixture.module->walk(
        [&](arith::ConstantOp op) { op.setValueAttr(resource); });
    return fixture.keyOf(*fixture.module);
  };
  EXPECT_EQ(keyWith(1), keyWith(1));
  EXPECT_NE(keyWith(1), keyWith(2));
}

// What was stored is found whole.
TEST_F(KernelCacheTest, FindsWhatWasStored) {
  Folder folder;
  KernelCache cache(folder.path);
  std::string key = keyOf(*module);
  EXPECT_FALSE(cache.find(key));
  cache.store(key, makeKernel("k", 1000));
  auto found = cache.find(key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->symbol, "k");
  EXPECT_EQ(found->object.size(), 1000u);
  EXPECT_EQ(found->statements, "produce");
  EXPECT_FALSE(cache.find(keyOf(*parse("2.0"))));
}

// A file under another kernel's name is no hit.
TEST_F(KernelCacheTest, ChecksTheKeyInTheFile) {
  Folder folder;
  KernelCache cache(folder.path);
  cache.store("aaaa", makeKernel("k", 10));
  fs::rename(folder.path + "/aaaa.kernel", folder.path + "/bbbb.kernel");
  EXPECT_FALSE(cache.find("bbbb"));
}

// The folder stays within its bound; what was used last stays.
TEST_F(KernelCacheTest, TrimsWhatWasUsedLongestAgo) {
  Folder folder;
  KernelCache cache(folder.path);
  for (int i = 0; i < 10; ++i)
    cache.store("key" + std::to_string(i), makeKernel("k", 1000));
  // The higher the number, the longer ago it was used.
  for (int i = 0; i < 10; ++i) {
    int descriptor;
    ASSERT_FALSE(fs::openFileForWrite(
        folder.path + "/key" + std::to_string(i) + ".kernel", descriptor,
        fs::CD_OpenExisting, fs::OF_Append));
    fs::setLastAccessAndModificationTime(descriptor,
                                         std::chrono::system_clock::now() -
                                             std::chrono::hours(24 + i));
    ::close(descriptor);
  }
  ASSERT_TRUE(cache.find("key9"));
  cache.trim(5000);
  EXPECT_LE(folder.size(), 5000u);
  EXPECT_GE(folder.size(), 3000u);
  EXPECT_TRUE(cache.find("key9"));
  EXPECT_TRUE(cache.find("key0"));
  EXPECT_FALSE(cache.find("key8"));
}

// Without a folder nothing is found, and nothing fails.
TEST_F(KernelCacheTest, CanBeOff) {
  for (const char *name : {"off", "/proc/nowhere"}) {
    KernelCache cache(name);
    cache.store("key", makeKernel("k", 10));
    EXPECT_FALSE(cache.find("key"));
    cache.trim();
  }
}
