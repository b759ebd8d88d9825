//===- Expressions.cpp - scalar expressions in Halide ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Translates the expressions of a KernelSpec. Pipelines are compiled with
// strict_float, but Halide takes that for float arithmetic alone: comparisons
// it inverts and folds as if there were no NaN. So only `<`, `==` and is_nan
// are used, the former inside of a select between floats, which keeps their
// meaning.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Emitter/Dimensions.h"
#include "compiler/Backend/Halide/Emitter/Pipeline.h"
#include <cstring>

using Halide::Expr;
using Halide::Type;

namespace swage::halide {

Type typeOf(Element element) {
  switch (element) {
  case Element::Bool:
    return Halide::Bool();
  case Element::F16:
    return Halide::Float(16);
  case Element::BF16:
    return Halide::BFloat(16);
  case Element::F32:
    return Halide::Float(32);
  case Element::F64:
    return Halide::Float(64);
  default:
    return Halide::Int(getBits(element));
  }
}

Type memoryTypeOf(Element element) {
  return element == Element::Bool ? Halide::UInt(8) : typeOf(element);
}

namespace {

/// 1 where `condition` holds, as a float that Halide leaves alone.
Expr asFloat(Expr condition) {
  return Halide::select(condition, Expr(1.0f), Expr(0.0f));
}
Expr holds(Expr truth) { return truth > 0.5f; }

/// A selection between floats.
Expr choose(Expr condition, Expr a, Expr b) {
  return Halide::select(condition, a, b);
}

/// Comparisons of floats, as 1 or 0.
Expr isLess(Expr a, Expr b) { return asFloat(a < b); }
/// Halide takes `a == a` for true.
Expr isEqual(Expr a, Expr b) {
  return choose(Halide::is_nan(a), Expr(0.0f), asFloat(a == b));
}
Expr isLessOrEqual(Expr a, Expr b) {
  return choose(a < b, Expr(1.0f), isEqual(a, b));
}
Expr isNotEqual(Expr a, Expr b) { return Expr(1.0f) - isEqual(a, b); }

bool isFloatType(const Expr &e) { return e.type().is_float(); }

Expr logicalNot(Expr a) {
  // Not `!a`, which would invert a comparison of floats.
  return (Halide::cast<uint8_t>(a) ^ Expr(uint8_t(1))) != Expr(uint8_t(0));
}

Type unsignedOf(Type type) {
  return type.is_bool() ? type : type.with_code(halide_type_uint);
}

Expr unsigned_(Expr e) { return Halide::reinterpret(unsignedOf(e.type()), e); }

/// Evaluates expressions of one kernel for one place.
class Evaluator {
public:
  Evaluator(Pipeline &pipeline, const std::vector<Expr> &loops,
            const std::vector<Expr> &accumulators,
            const std::map<ExprId, Expr> &given)
      : pipeline(pipeline), spec(pipeline.spec), loops(loops),
        accumulators(accumulators), done(given) {}

  Expr get(ExprId id) {
    auto found = done.find(id);
    if (found != done.end())
      return found->second;
    Expr result = make(spec[id]);
    done[id] = result;
    return result;
  }

private:
  Expr make(const Expression &expr) {
    Type type = typeOf(expr.type);
    switch (expr.opcode) {
    case Opcode::Constant:
      return constant(expr, type);
    case Opcode::Loop:
      return loops.at(expr.index);
    case Opcode::Size:
      return pipeline.sizes.at(expr.index);
    case Opcode::Accumulator:
      return accumulators.at(expr.index);
    case Opcode::Read: {
      std::vector<Expr> indices;
      for (ExprId operand : expr.operands)
        indices.push_back(get(operand));
      return pipeline.read(expr.index, indices);
    }
    default:
      break;
    }
    std::vector<Expr> operands;
    for (ExprId operand : expr.operands)
      operands.push_back(get(operand));
    Expr a = operands[0];
    Expr b = operands.size() > 1 ? operands[1] : Expr();
    Expr c = operands.size() > 2 ? operands[2] : Expr();
    if (expr.opcode == Opcode::Select)
      return makeSelect(expr, type, a, b, c);
    if (isFloatType(a))
      return makeFromFloats(expr, type, a, b, c);
    if (a.type().is_bool())
      return makeFromBools(expr, type, a, b);
    return makeFromIntegers(expr, type, a, b);
  }

  Expr makeSelect(const Expression &expr, Type type, Expr condition, Expr a,
                  Expr b) {
    if (type.is_bool())
      return (condition && a) || (logicalNot(condition) && b);
    // A comparison of floats between floats keeps its meaning as it is.
    const Expression &test = spec[expr.operands[0]];
    if (type.is_float() && test.opcode == Opcode::Lt &&
        isFloat(spec.typeOf(test.operands[0])))
      return choose(get(test.operands[0]) < get(test.operands[1]), a, b);
    return Halide::select(condition, a, b);
  }

  Expr constant(const Expression &expr, Type type) {
    if (type.is_bool())
      return expr.integer ? Halide::Internal::const_true()
                          : Halide::Internal::const_false();
    if (!type.is_float())
      return Halide::Internal::IntImm::make(type, expr.integer);
    // Halide prints and folds finite constants; others go by their bits.
    double value = expr.number;
    if (value == value && value - value == 0)
      return Halide::Internal::make_const(type, value);
    if (type.bits() == 64)
      return Halide::reinterpret(type, Halide::Internal::UIntImm::make(
                                           Halide::UInt(64), bitsOf(value)));
    float narrow = static_cast<float>(value);
    uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof bits);
    Expr single = Halide::reinterpret(
        Halide::Float(32),
        Halide::Internal::UIntImm::make(Halide::UInt(32), bits));
    return type.bits() == 32 ? single : Halide::cast(type, single);
  }

  static uint64_t bitsOf(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  }

  Expr library(const std::string &name, Type type, std::vector<Expr> operands) {
    return Halide::Internal::Call::make(type, name, operands,
                                        Halide::Internal::Call::PureExtern);
  }

  Expr makeFromFloats(const Expression &expr, Type type, Expr a, Expr b,
                      Expr c) {
    switch (expr.opcode) {
    case Opcode::Add:
      return a + b;
    case Opcode::Sub:
      return a - b;
    case Opcode::Mul:
      return a * b;
    case Opcode::Div:
      return a / b;
    case Opcode::Fma:
      return library(type.bits() == 64 ? "fma" : "fmaf", type, {a, b, c});
    case Opcode::Max:
      if (isNumber(expr.operands[1])) // false for NaN, which then is taken
        return choose(a < b, b, a);
      return choose(b < a, a, choose(Halide::is_nan(a), a, b));
    case Opcode::Min:
      if (isNumber(expr.operands[1]))
        return choose(b < a, b, a);
      return choose(a < b, a, choose(Halide::is_nan(a), a, b));
    case Opcode::MaxNum:
      if (isNumber(expr.operands[1]))
        return choose(b < a, a, b);
      return choose(b < a, a, choose(Halide::is_nan(b), a, b));
    case Opcode::MinNum:
      if (isNumber(expr.operands[1]))
        return choose(a < b, a, b);
      return choose(a < b, a, choose(Halide::is_nan(b), a, b));
    case Opcode::Neg:
      return flipSign(a);
    case Opcode::Abs:
      return Halide::abs(a);
    case Opcode::Sqrt:
      return Halide::sqrt(a);
    case Opcode::Floor:
      return Halide::floor(a);
    case Opcode::Ceil:
      return Halide::ceil(a);
    case Opcode::Trunc:
      return Halide::trunc(a);
    case Opcode::RoundEven:
      return Halide::round(a);
    case Opcode::CopySign:
      return copySign(a, b);
    case Opcode::Rem:
      return library(type.bits() == 64 ? "fmod" : "fmodf", type, {a, b});
    case Opcode::Library:
      if (b.defined())
        return library(expr.function, type, {a, b});
      return library(expr.function, type, {a});
    case Opcode::Eq:
      return holds(isEqual(a, b));
    case Opcode::Ne:
      return holds(isNotEqual(a, b));
    case Opcode::Lt:
      return holds(isLess(a, b));
    case Opcode::Le:
      return holds(isLessOrEqual(a, b));
    case Opcode::Unordered:
      return Halide::is_nan(a) || Halide::is_nan(b);
    case Opcode::Cast:
      return castFromFloat(type, a);
    case Opcode::ToU:
      return Halide::reinterpret(type, Halide::cast(unsignedOf(type), a));
    case Opcode::Bitcast:
      return Halide::reinterpret(type, a);
    default:
      throw Halide::InternalError(std::string("'") + getName(expr.opcode) +
                                  "' of floats");
    }
  }

  /// Whether an expression is a float that has become an integer.
  bool isFromFloat(ExprId id) {
    const Expression &expr = spec[id];
    return (expr.opcode == Opcode::Cast || expr.opcode == Opcode::ToU) &&
           isFloat(spec.typeOf(expr.operands[0]));
  }

  /// Whether an expression is a constant other than NaN.
  bool isNumber(ExprId id) {
    const Expression &expr = spec[id];
    return expr.opcode == Opcode::Constant && expr.number == expr.number;
  }

  static Type bitsType(Type type) { return Halide::UInt(type.bits()); }
  static Expr signMask(Type type) {
    return Halide::Internal::UIntImm::make(bitsType(type),
                                           uint64_t(1) << (type.bits() - 1));
  }

  /// -a, of zeros and NaN, too: 0 - a would do neither.
  static Expr flipSign(Expr a) {
    Type bits = bitsType(a.type());
    return Halide::reinterpret(a.type(), Halide::reinterpret(bits, a) ^
                                             signMask(a.type()));
  }

  static Expr copySign(Expr a, Expr sign) {
    Type bits = bitsType(a.type());
    Expr mask = signMask(a.type());
    return Halide::reinterpret(a.type(),
                               (Halide::reinterpret(bits, a) & ~mask) |
                                   (Halide::reinterpret(bits, sign) & mask));
  }

  static Expr castFromFloat(Type type, Expr a) {
    if (type.is_bool())
      return holds(isNotEqual(a, Halide::cast(a.type(), 0.0f)));
    // Between the narrow formats, by way of f32, which holds both.
    if (type.is_float() && type.bits() == 16 && a.type().bits() == 16 &&
        type != a.type())
      return Halide::cast(type, Halide::cast<float>(a));
    if (type.is_float() && type.bits() == 16) {
      // Halide's conversion makes an infinity of NaN.
      Expr nan = Halide::reinterpret(
          type, Expr(uint16_t(type.is_bfloat() ? 0x7fc0 : 0x7e00)));
      return Halide::select(Halide::is_nan(a), nan, Halide::cast(type, a));
    }
    return Halide::cast(type, a);
  }

  Expr makeFromBools(const Expression &expr, Type type, Expr a, Expr b) {
    switch (expr.opcode) {
    case Opcode::And:
    case Opcode::Mul:
    case Opcode::MinU:
    case Opcode::Max: // of 0 and -1
      return a && b;
    case Opcode::Or:
    case Opcode::MaxU:
    case Opcode::Min:
      return a || b;
    case Opcode::Xor:
    case Opcode::Add:
    case Opcode::Sub:
    case Opcode::Ne:
      return bytes(a) != bytes(b);
    case Opcode::Eq:
      return bytes(a) == bytes(b);
    case Opcode::LtU:
      return bytes(a) < bytes(b);
    case Opcode::LeU:
      return bytes(a) <= bytes(b);
    case Opcode::CastU:
    case Opcode::Cast: {
      if (type.is_bool())
        return a;
      // A signed bit is 0 or -1.
      bool minus = expr.opcode == Opcode::Cast;
      if (type.is_float())
        return Halide::select(a, Halide::cast(type, minus ? -1.0f : 1.0f),
                              Halide::cast(type, 0.0f));
      return minus ? Halide::select(a, Halide::cast(type, -1),
                                    Halide::cast(type, 0))
                   : Halide::cast(type, bytes(a));
    }
    default:
      throw Halide::InternalError(std::string("'") + getName(expr.opcode) +
                                  "' of truth values");
    }
  }

  static Expr bytes(Expr a) { return Halide::cast<uint8_t>(a); }

  Expr makeFromIntegers(const Expression &expr, Type type, Expr a, Expr b) {
    auto asSigned = [&](Expr e) { return Halide::reinterpret(type, e); };
    switch (expr.opcode) {
    case Opcode::Add:
      return wraps(expr) ? asSigned(unsigned_(a) + unsigned_(b)) : a + b;
    case Opcode::Sub:
      return wraps(expr) ? asSigned(unsigned_(a) - unsigned_(b)) : a - b;
    case Opcode::Mul:
      return wraps(expr) ? asSigned(unsigned_(a) * unsigned_(b)) : a * b;
    case Opcode::Div: {
      if (isPositiveIndex(expr))
        return a / b;
      return Halide::Internal::Call::make(
          type, Halide::Internal::Call::div_round_to_zero, {a, b},
          Halide::Internal::Call::PureIntrinsic);
    }
    case Opcode::Rem:
      return Halide::Internal::Call::make(
          type, Halide::Internal::Call::mod_round_to_zero, {a, b},
          Halide::Internal::Call::PureIntrinsic);
    // With a positive divisor Halide's own division is the floor.
    case Opcode::FloorDiv:
      return Halide::select(b > 0, a / b, -floorDivNegative(a, b));
    case Opcode::CeilDiv:
      return Halide::select(b > 0, -((-a) / b), a / (-b) * -1);
    case Opcode::Mod:
      return a % b;
    case Opcode::DivU:
      return asSigned(unsigned_(a) / unsigned_(b));
    case Opcode::CeilDivU:
      return asSigned(Halide::select(a == 0, unsigned_(a),
                                     (unsigned_(a) - 1) / unsigned_(b) + 1));
    case Opcode::RemU:
      return asSigned(unsigned_(a) % unsigned_(b));
    case Opcode::Min:
      return Halide::min(a, b);
    case Opcode::Max:
      return Halide::max(a, b);
    case Opcode::MinU:
      return asSigned(Halide::min(unsigned_(a), unsigned_(b)));
    case Opcode::MaxU:
      return asSigned(Halide::max(unsigned_(a), unsigned_(b)));
    case Opcode::Neg:
      return negate(a);
    case Opcode::Abs:
      return Halide::select(a < 0, negate(a), a);
    case Opcode::And:
      return a & b;
    case Opcode::Or:
      return a | b;
    case Opcode::Xor:
      return a ^ b;
    case Opcode::Shl:
      return asSigned(unsigned_(a) << unsigned_(b));
    case Opcode::Shr:
      return a >> unsigned_(b);
    case Opcode::ShrU:
      return asSigned(unsigned_(a) >> unsigned_(b));
    case Opcode::Eq:
      return a == b;
    case Opcode::Ne:
      return a != b;
    case Opcode::Lt:
      return a < b;
    case Opcode::Le:
      return a <= b;
    case Opcode::LtU:
      return unsigned_(a) < unsigned_(b);
    case Opcode::LeU:
      return unsigned_(a) <= unsigned_(b);
    case Opcode::Cast:
      if (type.is_bool()) // the low bit
        return (a & Halide::cast(a.type(), 1)) != Halide::cast(a.type(), 0);
      // Halide takes two conversions for one from the float to the narrow
      // type, which has no place for numbers that the wide one has.
      if (isFromFloat(expr.operands[0]) && type.bits() < a.type().bits())
        return asSigned(Halide::cast(unsignedOf(type), unsigned_(a)));
      return Halide::cast(type, a);
    case Opcode::CastU:
      if (type.is_float())
        return Halide::cast(type, unsigned_(a));
      return Halide::reinterpret(type,
                                 Halide::cast(unsignedOf(type), unsigned_(a)));
    case Opcode::Bitcast:
      return Halide::reinterpret(type, a);
    default:
      throw Halide::InternalError(std::string("'") + getName(expr.opcode) +
                                  "' of integers");
    }
  }

  static Expr negate(Expr a) {
    Expr bits = unsigned_(a);
    return Halide::reinterpret(a.type(), Halide::cast(bits.type(), 0) - bits);
  }

  /// In Halide wide signed numbers do not overflow; values of tensors may.
  /// Indices do not, and what Halide knows of them must not be hidden.
  static bool wraps(const Expression &expr) {
    return expr.type == Element::I32 || expr.type == Element::I64;
  }

  /// Floor division by a negative number, negated.
  static Expr floorDivNegative(Expr a, Expr b) { return -((-a) / (-b)); }

  /// Sizes and loops are not negative.
  bool isPositiveIndex(const Expression &expr) const {
    return expr.type == Element::Index &&
           spec.constant(expr.operands[1]).value_or(0) > 0 &&
           isNonNegative(expr.operands[0]);
  }
  bool isNonNegative(ExprId id) const {
    const Expression &expr = spec[id];
    return expr.opcode == Opcode::Loop || expr.opcode == Opcode::Size ||
           spec.constant(id).value_or(-1) >= 0;
  }

  Pipeline &pipeline;
  const KernelSpec &spec;
  const std::vector<Expr> &loops;
  const std::vector<Expr> &accumulators;
  std::map<ExprId, Expr> done;
};

} // namespace

Expr Pipeline::expression(ExprId id, const std::vector<Expr> &loops,
                          const std::vector<Expr> &accumulators,
                          const std::map<ExprId, Expr> &given) {
  return Evaluator(*this, loops, accumulators, given).get(id);
}

Expr Pipeline::expression(ExprId id, int stage) {
  StageFunc &own = stages[stage];
  std::vector<Expr> loops(own.vars.begin(), own.vars.end());
  loops.insert(loops.end(), own.reductions.begin(), own.reductions.end());
  std::vector<Expr> accumulators;
  if (spec.stages[stage].isReduction() && own.func.defined()) {
    std::vector<Expr> place(own.vars.begin(), own.vars.end());
    for (size_t i = 0; i < spec.stages[stage].results.size(); ++i)
      accumulators.push_back(read(spec.stages[stage].results[i], place));
  }
  return expression(id, loops, accumulators);
}

Expr Pipeline::read(TensorId id, const std::vector<Expr> &indices) {
  const Tensor &tensor = spec.tensors[id];
  std::vector<Expr> place = toHalideOrder(indices);
  Expr element;
  if (tensor.operand >= 0) {
    element = inputs[tensor.operand](place);
  } else if (tensor.stage >= 0) {
    Halide::Func func = stages[tensor.stage].func;
    element = func.outputs() == 1 ? Expr(func(place))
                                  : Expr(func(place)[tensor.result]);
  } else {
    Halide::Buffer<> &literal = literals[id];
    if (!literal.defined()) {
      std::vector<int> sizes;
      for (ExprId size : tensor.shape)
        sizes.push_back(static_cast<int>(*spec.constant(size)));
      literal =
          Halide::Buffer<>(memoryTypeOf(tensor.element), toHalideOrder(sizes));
      std::memcpy(literal.data(), tensor.bytes.data(), tensor.bytes.size());
    }
    element = literal(place);
  }
  if (tensor.element == Element::Bool)
    return element != Halide::cast<uint8_t>(0);
  return element;
}

bool Pipeline::isOutput(int stage) const {
  for (const Output &output : spec.outputs)
    if (spec.tensors[output.tensor].stage == stage)
      return true;
  return false;
}

std::vector<int> Pipeline::consumers(int stage) const {
  std::vector<int> result;
  auto reads = [&](auto &self, ExprId id) -> bool {
    const Expression &expr = spec[id];
    if (expr.opcode == Opcode::Read && spec.tensors[expr.index].stage == stage)
      return true;
    for (ExprId operand : expr.operands)
      if (self(self, operand))
        return true;
    return false;
  };
  for (size_t i = 0; i < spec.stages.size(); ++i) {
    const Stage &other = spec.stages[i];
    bool found = false;
    for (const auto *list : {&other.inits, &other.values})
      for (ExprId id : *list)
        found |= reads(reads, id);
    if (found)
      result.push_back(static_cast<int>(i));
  }
  return result;
}

} // namespace swage::halide
