//===- KernelSpec.h - a kernel as plain structs -----------------*- C++ -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// What crosses the wall between MLIR and Halide: the Bridge makes a KernelSpec
// from a `kernel.func`, schedules are chosen by looking at it, and the Emitter
// makes a Halide pipeline of it. Neither MLIR nor Halide appears here.
//
// Dimensions and loops are in MLIR's order, outermost first. The Emitter alone
// knows that Halide's order is the reverse.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_COMPILER_BACKEND_HALIDE_KERNELSPEC_H
#define SWAGE_COMPILER_BACKEND_HALIDE_KERNELSPEC_H

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace swage::halide {

/// The type of a scalar or of a tensor's elements. Index is what sizes and
/// loop indices have: 32 bits.
enum class Element : uint8_t {
  Bool,
  I8,
  I16,
  I32,
  I64,
  F16,
  BF16,
  F32,
  F64,
  Index
};

const char *getName(Element element);
bool isFloat(Element element);
/// Bits in memory: a Bool takes a byte.
unsigned getBits(Element element);

/// What an expression does with its operands.
enum class Opcode : uint8_t {
  // Leaves.
  Constant,    ///< `integer` or `number`, by type
  Loop,        ///< index of loop number `index` of the stage
  Size,        ///< a size that only a run knows: `sizes[index]`
  Accumulator, ///< result number `index` of the reduction so far
  // Element of tensor `index` at the operands, one for each dimension.
  Read,
  // Arithmetic on any number type; operands and result are of one type.
  Add,
  Sub,
  Mul,
  Div,  ///< integers: towards zero
  DivU, ///< operands as unsigned numbers
  FloorDiv,
  CeilDiv,
  CeilDivU,
  Rem, ///< has the sign of the dividend
  RemU,
  Mod,    ///< floor division's remainder; operands non-negative divisor
  Min,    ///< floats: NaN if either operand is
  Max,    ///< floats: NaN if either operand is
  MinNum, ///< floats: the other operand if one is NaN
  MaxNum, ///< floats: the other operand if one is NaN
  MinU,
  MaxU,
  Neg,
  Abs,
  Fma, ///< a * b + c, rounded once
  And,
  Or,
  Xor,
  Shl,
  Shr, ///< copies the sign
  ShrU,
  // Floats.
  Sqrt,
  Floor,
  Ceil,
  Trunc,
  RoundEven,
  CopySign,
  Library, ///< the C function `function` of f32 or f64
  // Comparisons give Bool. On floats Eq, Lt and Le are false, Ne is true when
  // an operand is NaN.
  Eq,
  Ne,
  Lt,
  Le,
  LtU,
  LeU,
  Unordered, ///< either operand is NaN
  Select,    ///< operand 0 ? operand 1 : operand 2
  // Conversions to the expression's type.
  Cast,    ///< numbers by value, signed; integers keep low bits or extend
  CastU,   ///< the same from an unsigned operand
  ToU,     ///< a float to an unsigned integer
  Bitcast, ///< same bits
};

const char *getName(Opcode opcode);

/// An expression is its position in KernelSpec::expressions; operands come
/// before it.
using ExprId = int32_t;

struct Expression {
  Opcode opcode = Opcode::Constant;
  Element type = Element::Index;
  int32_t index = -1;
  int64_t integer = 0;
  double number = 0;
  std::string function;
  std::vector<ExprId> operands;
};

/// A tensor is its position in KernelSpec::tensors.
using TensorId = int32_t;

/// A tensor that the kernel is given, computes, or contains.
struct Tensor {
  Element element = Element::F32;
  std::vector<ExprId> shape; ///< of Constant, Size and arithmetic on them
  int32_t operand = -1;      ///< given: its number among the operands
  int32_t stage = -1;        ///< computed: by this stage,
  int32_t result = 0;        ///< as this result
  std::string bytes;         ///< contained: its elements, row-major

  size_t rank() const { return shape.size(); }
};

/// What computes tensors: all of one shape, element by element. Loops 0 to
/// `numParallel` - 1 are the dimensions of the results, in their order; the
/// others reduce, the last one innermost.
struct Stage {
  std::string name; ///< what it is, for people: "s2_conv"
  std::vector<TensorId> results;
  unsigned numParallel = 0;
  std::vector<ExprId> reductions; ///< sizes of the reduction loops
  std::vector<ExprId> inits;  ///< reductions: the results before the first step
  std::vector<ExprId> values; ///< the results, or those after a step

  bool isReduction() const { return !reductions.empty(); }
};

/// An argument of the kernel, in the order of the calling convention.
struct Operand {
  Element element = Element::F32;
  std::vector<ExprId> shape;
  /// In elements; empty when row-major.
  std::vector<ExprId> strides;
  TensorId tensor = -1; ///< what is read from it; -1 when nothing is
};

/// Where a computed tensor goes.
struct Output {
  TensorId tensor;
  int32_t operand;
};

struct KernelSpec {
  std::string name;
  std::vector<Expression> expressions;
  std::vector<Tensor> tensors;
  std::vector<Operand> operands;
  std::vector<Stage> stages; ///< producers before consumers
  std::vector<Output> outputs;
  /// Number of sizes and strides that a run gives: entry k of the calling
  /// convention's `dims` is Size k.
  unsigned numSizes = 0;

  const Expression &operator[](ExprId id) const { return expressions[id]; }
  Element typeOf(ExprId id) const { return expressions[id].type; }
  /// The value of an integer constant.
  std::optional<int64_t> constant(ExprId id) const;
  /// The size of a dimension where it is known, else nothing.
  std::optional<int64_t> size(const Tensor &tensor, size_t dim) const {
    return constant(tensor.shape[dim]);
  }
};

/// An index as a sum of loops: constant + sum of coefficients[l] * loop l.
struct LinearIndex {
  int64_t constant = 0;
  std::map<int, int64_t> coefficients; ///< none is 0

  /// The loop, when the index is just that.
  std::optional<int> loop() const;
};

/// `id` as a linear index; nothing when it is something else.
std::optional<LinearIndex> linearIndex(const KernelSpec &spec, ExprId id);

/// Whether `id` depends on loop number `loop` of its stage.
bool dependsOn(const KernelSpec &spec, ExprId id, int loop);

/// Visits each expression of `stage` that reads a tensor once.
void forEachRead(const KernelSpec &spec, const Stage &stage,
                 const std::function<void(ExprId)> &visit);

/// Text for people and tests.
std::string print(const KernelSpec &spec);

/// How a kernel's loops are to run: a template's name and its parameters. The
/// plain form of `#kernel.schedule<form {parameters}>`.
struct Schedule {
  std::string form;
  std::map<std::string, std::vector<int64_t>> parameters;

  /// The parameter's only number.
  int64_t get(const std::string &name, int64_t otherwise) const;
};

/// What schedules need to know of the processor.
struct TargetFacts {
  std::string triple, cpu, features; ///< in LLVM's words
  unsigned vectorBits = 128;
  unsigned vectorRegisters = 16;
  bool hasFMA = false;
  int64_t l1Bytes = 32 << 10, l2Bytes = 512 << 10, l3Bytes = 8 << 20;
  bool l2IncludesL1 = false; ///< what the first cache gets, the second has

  int64_t lanes(Element element) const {
    return vectorBits / getBits(element) ? vectorBits / getBits(element) : 1;
  }
};

} // namespace swage::halide

#endif // SWAGE_COMPILER_BACKEND_HALIDE_KERNELSPEC_H
