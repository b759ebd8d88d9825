//===- HandmadeModel.cpp - a compiled model without a compiler ------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "test/compiler/Driver/HandmadeModel.h"
#include "compiler/Backend/LLVM/Codegen.h"
#include "swage/artifact.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;
using namespace swage;
using namespace swage::test;

/// The kernel: buffers are x, scale, bias, y; the count is a dynamic size.
static constexpr StringLiteral kernelText = R"(
declare void @swage_rt_parallel_for(ptr, ptr, ptr, i64, i64)

define private void @slice(ptr %exec, ptr %buffers, i64 %begin, i64 %end) {
entry:
  %x = load ptr, ptr %buffers
  %scale.at = getelementptr ptr, ptr %buffers, i64 1
  %scale.data = load ptr, ptr %scale.at
  %scale = load float, ptr %scale.data
  %bias.at = getelementptr ptr, ptr %buffers, i64 2
  %bias.data = load ptr, ptr %bias.at
  %bias = load float, ptr %bias.data
  %y.at = getelementptr ptr, ptr %buffers, i64 3
  %y = load ptr, ptr %y.at
  br label %loop
loop:
  %i = phi i64 [ %begin, %entry ], [ %next, %body ]
  %more = icmp slt i64 %i, %end
  br i1 %more, label %body, label %done
body:
  %in = getelementptr float, ptr %x, i64 %i
  %value = load float, ptr %in
  %scaled = fmul float %value, %scale
  %sum = fadd float %scaled, %bias
  %out = getelementptr float, ptr %y, i64 %i
  store float %sum, ptr %out
  %next = add i64 %i, 1
  br label %loop
done:
  ret void
}

define void @swage_affine_f32(ptr %exec, ptr %buffers, ptr %dims) {
  %count = load i64, ptr %dims
  call void @swage_rt_parallel_for(ptr %exec, ptr @slice, ptr %buffers, i64 %count, i64 2)
  ret void
}
)";

/// The main function: scales into the arena's start, then copies to the output.
static constexpr StringLiteral mainText = R"(
%exec = type {{ ptr, ptr, ptr, ptr }
%tensor = type {{ ptr, i32, i32, [16 x i64] }

declare ptr @swage_rt_output(ptr, i64, i64, ptr)
declare void @swage_affine_f32(ptr, ptr, ptr)

define i32 @{0}_entry(ptr %exec) {{
  %constants = load ptr, ptr %exec
  %scale = load ptr, ptr %constants
  %bias.at = getelementptr ptr, ptr %constants, i64 1
  %bias = load ptr, ptr %bias.at
  %arena.at = getelementptr %exec, ptr %exec, i64 0, i32 1
  %arena = load ptr, ptr %arena.at
  %inputs.at = getelementptr %exec, ptr %exec, i64 0, i32 2
  %inputs = load ptr, ptr %inputs.at
  %x = load ptr, ptr %inputs
  %dims = getelementptr %tensor, ptr %inputs, i64 0, i32 3
  %count = load i64, ptr %dims
  %y = call ptr @swage_rt_output(ptr %exec, i64 0, i64 1, ptr %dims)
  %buffers = alloca [4 x ptr]
  store ptr %x, ptr %buffers
  %b1 = getelementptr ptr, ptr %buffers, i64 1
  store ptr %scale, ptr %b1
  %b2 = getelementptr ptr, ptr %buffers, i64 2
  store ptr %bias, ptr %b2
  %b3 = getelementptr ptr, ptr %buffers, i64 3
  store ptr %y, ptr %b3
  call void @swage_affine_f32(ptr %exec, ptr %buffers, ptr %dims)
  %first = load float, ptr %y
  store float %first, ptr %arena
  ret i32 0
}
)";

static Expected<ObjectCode> compile(StringRef text, StringRef symbol,
                                    const TargetInfo &target) {
  LLVMContext context;
  SMDiagnostic problem;
  std::unique_ptr<Module> module = parseAssemblyString(text, problem, context);
  if (!module)
    return createStringError(problem.getMessage());
  module->setTargetTriple(Triple(target.triple));
  ObjectCode code;
  code.symbol = symbol;
  raw_svector_ostream os(code.bitcode);
  WriteBitcodeToFile(*module, os);
  Expected<SmallVector<char, 0>> object =
      emit(*module, target, 2, EmitKind::Object);
  if (!object)
    return object.takeError();
  code.object = std::move(*object);
  return code;
}

Expected<ObjectCode> test::makeKernel(const TargetInfo &target) {
  return compile(kernelText, "swage_affine_f32", target);
}

Expected<CompiledModel> test::makeModel(const HandmadeOptions &options) {
  static const float scale = 2.0f, bias = 0.5f;
  CompiledModel model;
  model.name = options.name;
  model.target = options.target;
  model.entry = options.name + "_entry";
  ValueSignature value;
  value.dtype = SWAGE_F32;
  value.dims = {options.dynamic ? -1 : 4};
  if (options.dynamic)
    value.dimNames = {"n"};
  value.name = "x";
  model.signature.inputs.push_back(value);
  value.name = "y";
  model.signature.outputs.push_back(value);
  model.arenaSize = model.naiveArenaSize = 64;
  model.constants.resize(2);
  model.constants[0].data = reinterpret_cast<const char *>(&scale);
  model.constants[1].data = reinterpret_cast<const char *>(&bias);
  model.constants[0].size = model.constants[1].size = sizeof(float);
  model.metadata["producer"] = "handmade";
  Expected<ObjectCode> kernel = makeKernel(options.target);
  if (!kernel)
    return kernel.takeError();
  Expected<ObjectCode> main =
      compile(formatv(mainText.data(), options.name).str(), model.entry,
              options.target);
  if (!main)
    return main.takeError();
  model.objects.push_back(std::move(*main));
  model.objects.push_back(std::move(*kernel));
  return model;
}
