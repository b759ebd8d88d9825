//===- Adaptor.cpp - Halide's code under our calling convention -----------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Halide gives bitcode, not an object: so the function that fills its buffer
// descriptors is inlined and the descriptors vanish, LLVM's newer code
// generator knows the processor, and each multiplication and addition gets just
// the freedom that the options grant.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Bridge/Adaptor.h"
#include "compiler/Backend/Halide/Emitter/Emitter.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace swage::halide {
namespace {

/// Functions of Halide's runtime and of ours that do the same, with the same
/// parameters.
constexpr std::pair<StringLiteral, StringLiteral> kRuntimeNames[] = {
    {"halide_malloc", "swage_rt_alloc"},
    {"halide_free", "swage_rt_free"},
    {"halide_do_par_for", "swage_rt_halide_par_for"},
};

/// halide_type_t: a code of its own for each kind of number.
uint32_t getTypeBits(Element element) {
  enum { Int = 0, UInt = 1, Float = 2, BFloat = 4 };
  unsigned code = element == Element::Bool   ? UInt
                  : element == Element::BF16 ? BFloat
                  : isFloat(element)         ? Float
                                             : Int;
  return code | getBits(element) << 8 | 1u << 16;
}

class AdaptorBuilder {
public:
  AdaptorBuilder(Module &module, const KernelSpec &spec)
      : module(module), context(module.getContext()), builder(context),
        spec(spec), ptr(builder.getPtrTy()), i32(builder.getInt32Ty()),
        i64(builder.getInt64Ty()) {}

  Error run(StringRef symbol) {
    Function *inner = module.getFunction(entryName);
    if (!inner)
      return createStringError("Halide made no function");
    Function *adaptor = Function::Create(
        FunctionType::get(builder.getVoidTy(), {ptr, ptr, ptr}, false),
        Function::ExternalLinkage, symbol, module);
    builder.SetInsertPoint(BasicBlock::Create(context, "", adaptor));
    exec = adaptor->getArg(0);
    buffers = adaptor->getArg(1);
    loadSizes(adaptor->getArg(2));
    checkSizes();
    SmallVector<Value *> arguments = {exec};
    for (Value *size : sizes)
      arguments.push_back(builder.CreateTrunc(size, i32));
    for (auto [number, operand] : enumerate(spec.operands))
      if (operand.tensor >= 0)
        arguments.push_back(createDescriptor(number));
    for (const Output &output : spec.outputs)
      arguments.push_back(createDescriptor(output.operand));
    if (inner->arg_size() != arguments.size())
      return createStringError("Halide's function takes other arguments");
    builder.CreateCall(inner, arguments);
    builder.CreateRetVoid();
    for (Function &function : module)
      if (!function.isDeclaration() && &function != adaptor) {
        function.setLinkage(Function::PrivateLinkage);
        function.setComdat(nullptr);
      }
    for (GlobalVariable &global : module.globals())
      if (!global.isDeclaration())
        global.setLinkage(GlobalVariable::PrivateLinkage);
    return bindRuntime();
  }

private:
  void loadSizes(Value *dims) {
    for (unsigned i = 0; i < spec.numSizes; ++i)
      sizes.push_back(
          builder.CreateLoad(i64, builder.CreateConstGEP1_64(i64, dims, i)));
  }

  /// A size or stride in 64 bits.
  Value *evaluate(ExprId id) {
    const Expression &expression = spec[id];
    if (expression.opcode == Opcode::Size)
      return sizes[expression.index];
    assert(expression.opcode == Opcode::Constant &&
           "operands have given or constant sizes");
    return builder.getInt64(expression.integer);
  }

  /// Halide counts in 32 bits; larger tensors end the run.
  void checkSizes() {
    Value *tooLarge = nullptr;
    for (const Operand &operand : spec.operands) {
      bool isDynamic = false;
      Value *bytes = builder.getInt64(getBits(operand.element) / 8);
      for (ExprId size : operand.shape) {
        isDynamic |= !spec.constant(size);
        bytes = builder.CreateMul(bytes, evaluate(size));
      }
      if (!isDynamic)
        continue;
      Value *exceeds =
          builder.CreateICmpUGT(bytes, builder.getInt64(INT32_MAX));
      tooLarge = tooLarge ? builder.CreateOr(tooLarge, exceeds) : exceeds;
    }
    if (!tooLarge)
      return;
    Function *adaptor = builder.GetInsertBlock()->getParent();
    auto *fail = BasicBlock::Create(context, "", adaptor);
    auto *go = BasicBlock::Create(context, "", adaptor);
    builder.CreateCondBr(tooLarge, fail, go);
    builder.SetInsertPoint(fail);
    createFailure(exec, "a tensor of 2 GB or more came to a kernel that was "
                        "compiled by Halide; compile the model with "
                        "--backend=llvm");
    builder.SetInsertPoint(go);
  }

  void createFailure(Value *exec, const Twine &message) {
    FunctionCallee fail = module.getOrInsertFunction(
        "swage_rt_fail",
        FunctionType::get(builder.getVoidTy(), {ptr, ptr}, false));
    cast<Function>(fail.getCallee())->addFnAttr(Attribute::NoReturn);
    builder.CreateCall(fail, {exec, builder.CreateGlobalString(message.str())});
    builder.CreateUnreachable();
  }

  /// A halide_buffer_t for an operand.
  Value *createDescriptor(unsigned number) {
    const Operand &operand = spec.operands[number];
    unsigned rank = operand.shape.size();
    auto *dimType = StructType::get(i32, i32, i32, i32);
    auto *type = StructType::get(i64, ptr, ptr, i64, i32, i32, ptr, ptr);
    Function *function = builder.GetInsertBlock()->getParent();
    IRBuilder<> entry(&function->getEntryBlock(),
                      function->getEntryBlock().begin());
    Value *descriptor = entry.CreateAlloca(type);
    Value *dims = entry.CreateAlloca(dimType, builder.getInt32(rank));
    Value *host = builder.CreateLoad(
        ptr, builder.CreateConstGEP1_64(ptr, buffers, number));
    auto *null = ConstantPointerNull::get(cast<PointerType>(ptr));
    Value *fields[] = {builder.getInt64(0),
                       null,
                       host,
                       builder.getInt64(0),
                       builder.getInt32(getTypeBits(operand.element)),
                       builder.getInt32(rank),
                       dims,
                       null};
    for (auto [index, field] : enumerate(fields))
      builder.CreateStore(field,
                          builder.CreateStructGEP(type, descriptor, index));
    Value *dense = builder.getInt64(1);
    for (unsigned dim = rank; dim-- > 0;) {
      Value *size = evaluate(operand.shape[dim]);
      Value *stride =
          operand.strides.empty() ? dense : evaluate(operand.strides[dim]);
      Value *entries[] = {builder.getInt32(0), builder.CreateTrunc(size, i32),
                          builder.CreateTrunc(stride, i32),
                          builder.getInt32(0)};
      Value *place = builder.CreateConstGEP1_64(dimType, dims, rank - 1 - dim);
      for (auto [index, value] : enumerate(entries))
        builder.CreateStore(value,
                            builder.CreateStructGEP(dimType, place, index));
      dense = builder.CreateMul(dense, size);
    }
    return descriptor;
  }

  /// Halide's runtime is ours; its errors end the run.
  Error bindRuntime() {
    for (auto [theirs, ours] : kRuntimeNames)
      if (Function *function = module.getFunction(theirs))
        function->setName(ours);
    for (Function &function : module) {
      if (!function.isDeclaration() || function.use_empty())
        continue;
      StringRef name = function.getName();
      if (name.consume_front("halide_error_")) {
        std::string words = name.str();
        std::replace(words.begin(), words.end(), '_', ' ');
        builder.SetInsertPoint(BasicBlock::Create(context, "", &function));
        createFailure(function.getArg(0),
                      "a check of Halide's failed: " + words);
        function.setLinkage(Function::PrivateLinkage);
      } else if (name.starts_with("halide_")) {
        return createStringError("Halide calls '" + name +
                                 "', which the runtime does not have");
      }
    }
    return Error::success();
  }

  Module &module;
  LLVMContext &context;
  IRBuilder<> builder;
  const KernelSpec &spec;
  Type *ptr, *i32, *i64;
  Value *exec = nullptr, *buffers = nullptr;
  SmallVector<Value *> sizes;
};

/// What Halide wrote about its own choice of processor.
void dropTarget(Module &module) {
  for (Function &function : module)
    for (const char *name :
         {"target-cpu", "target-features", "tune-cpu", "prefer-vector-width",
          "min-legal-vector-width", "no-nans-fp-math", "no-infs-fp-math",
          "no-signed-zeros-fp-math", "unsafe-fp-math", "frame-pointer"})
      function.removeFnAttr(name);
}

} // namespace

Expected<std::unique_ptr<Module>> adapt(LLVMContext &context, StringRef bitcode,
                                        const KernelSpec &spec,
                                        StringRef symbol,
                                        const KernelOptions &options) {
  Expected<std::unique_ptr<Module>> module =
      parseBitcodeFile(MemoryBufferRef(bitcode, symbol), context);
  if (!module)
    return module.takeError();
  auto machine = options.target.createTargetMachine(/*optLevel=*/0);
  if (!machine)
    return machine.takeError();
  (*module)->setTargetTriple(Triple(options.target.triple));
  (*module)->setDataLayout((*machine)->createDataLayout());
  (*module)->setModuleIdentifier(symbol);
  (*module)->setSourceFileName(symbol);
  if (Error error = AdaptorBuilder(**module, spec).run(symbol))
    return error;
  dropTarget(**module);
  setTarget(**module, options.target);
  // Products may be added to without rounding in between.
  FastMathFlags flags;
  flags.setAllowContract(!options.strictFP);
  setFastMath(**module, flags);
  return module;
}

} // namespace swage::halide
