//===- KernelSpec.cpp - a kernel as plain structs -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Names, queries and the printer.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/KernelSpec.h"
#include <algorithm>
#include <set>
#include <sstream>

namespace swage::halide {

const char *getName(Element element) {
  static const char *const names[] = {"bool", "i8",   "i16", "i32", "i64",
                                      "f16",  "bf16", "f32", "f64", "index"};
  return names[static_cast<int>(element)];
}

bool isFloat(Element element) {
  return element == Element::F16 || element == Element::BF16 ||
         element == Element::F32 || element == Element::F64;
}

unsigned getBits(Element element) {
  static const unsigned bits[] = {8, 8, 16, 32, 64, 16, 16, 32, 64, 32};
  return bits[static_cast<int>(element)];
}

const char *getName(Opcode opcode) {
  static const char *const names[] = {
      "constant", "loop",    "size",      "acc",    "read",     "add",
      "sub",      "mul",     "div",       "divu",   "floordiv", "ceildiv",
      "ceildivu", "rem",     "remu",      "mod",    "min",      "max",
      "minnum",   "maxnum",  "minu",      "maxu",   "neg",      "abs",
      "fma",      "and",     "or",        "xor",    "shl",      "shr",
      "shru",     "sqrt",    "floor",     "ceil",   "trunc",    "roundeven",
      "copysign", "library", "eq",        "ne",     "lt",       "le",
      "ltu",      "leu",     "unordered", "select", "cast",     "castu",
      "tou",      "bitcast"};
  return names[static_cast<int>(opcode)];
}

std::optional<int64_t> KernelSpec::constant(ExprId id) const {
  const Expression &expr = expressions[id];
  if (expr.opcode != Opcode::Constant || isFloat(expr.type))
    return std::nullopt;
  return expr.integer;
}

std::optional<int> LinearIndex::loop() const {
  if (constant != 0 || coefficients.size() != 1 ||
      coefficients.begin()->second != 1)
    return std::nullopt;
  return coefficients.begin()->first;
}

std::optional<LinearIndex> linearIndex(const KernelSpec &spec, ExprId id) {
  const Expression &expr = spec[id];
  LinearIndex result;
  switch (expr.opcode) {
  case Opcode::Constant:
    if (isFloat(expr.type))
      return std::nullopt;
    result.constant = expr.integer;
    return result;
  case Opcode::Loop:
    result.coefficients[expr.index] = 1;
    return result;
  case Opcode::Add:
  case Opcode::Sub:
  case Opcode::Mul: {
    auto left = linearIndex(spec, expr.operands[0]);
    auto right = linearIndex(spec, expr.operands[1]);
    if (!left || !right)
      return std::nullopt;
    if (expr.opcode == Opcode::Mul) {
      if (!left->coefficients.empty())
        std::swap(left, right);
      if (!left->coefficients.empty())
        return std::nullopt;
      int64_t factor = left->constant;
      if (factor == 0)
        return result;
      result = *right;
      result.constant *= factor;
      for (auto &[loop, coefficient] : result.coefficients)
        coefficient *= factor;
      return result;
    }
    int64_t sign = expr.opcode == Opcode::Sub ? -1 : 1;
    result = *left;
    result.constant += sign * right->constant;
    for (auto [loop, coefficient] : right->coefficients)
      if ((result.coefficients[loop] += sign * coefficient) == 0)
        result.coefficients.erase(loop);
    return result;
  }
  default:
    return std::nullopt;
  }
}

bool dependsOn(const KernelSpec &spec, ExprId id, int loop) {
  const Expression &expr = spec[id];
  if (expr.opcode == Opcode::Loop)
    return expr.index == loop;
  return std::any_of(
      expr.operands.begin(), expr.operands.end(),
      [&](ExprId operand) { return dependsOn(spec, operand, loop); });
}

void forEachRead(const KernelSpec &spec, const Stage &stage,
                 const std::function<void(ExprId)> &visit) {
  std::set<ExprId> seen;
  auto walk = [&](auto &self, ExprId id) -> void {
    if (!seen.insert(id).second)
      return;
    if (spec[id].opcode == Opcode::Read)
      visit(id);
    for (ExprId operand : spec[id].operands)
      self(self, operand);
  };
  for (const auto *list : {&stage.inits, &stage.values})
    for (ExprId id : *list)
      walk(walk, id);
}

int64_t Schedule::get(const std::string &name, int64_t otherwise) const {
  auto found = parameters.find(name);
  return found == parameters.end() || found->second.empty()
             ? otherwise
             : found->second.front();
}

namespace {

/// Writes a KernelSpec as text.
class Printer {
public:
  explicit Printer(const KernelSpec &spec) : spec(spec) {}

  std::string run() {
    out << "kernel @" << spec.name << "\n";
    for (size_t i = 0; i < spec.operands.size(); ++i) {
      const Operand &operand = spec.operands[i];
      out << "  operand " << i << ": " << getName(operand.element);
      list(operand.shape);
      if (!operand.strides.empty()) {
        out << " strides ";
        list(operand.strides);
      }
      if (operand.tensor >= 0)
        out << " = %" << operand.tensor;
      out << "\n";
    }
    for (size_t id = 0; id < spec.tensors.size(); ++id) {
      const Tensor &tensor = spec.tensors[id];
      if (tensor.operand >= 0 || tensor.stage >= 0)
        continue;
      out << "  literal %" << id << ": " << getName(tensor.element);
      list(tensor.shape);
      out << "\n";
    }
    for (const Stage &stage : spec.stages)
      print(stage);
    for (const Output &output : spec.outputs)
      out << "  output %" << output.tensor << " to operand " << output.operand
          << "\n";
    return out.str();
  }

private:
  void list(const std::vector<ExprId> &ids) {
    out << "[";
    for (size_t i = 0; i < ids.size(); ++i) {
      out << (i ? ", " : "");
      print(ids[i]);
    }
    out << "]";
  }

  /// What occurs more than once in a stage gets a name and a line of its own.
  void nameShared(const Stage &stage) {
    names.clear();
    std::map<ExprId, int> uses;
    auto count = [&](auto &self, ExprId id) -> void {
      if (uses[id]++ == 0)
        for (ExprId operand : spec[id].operands)
          self(self, operand);
    };
    for (const auto *roots : {&stage.inits, &stage.values})
      for (ExprId root : *roots)
        count(count, root);
    for (auto [id, number] : uses) {
      if (number < 2 || spec[id].operands.empty() ||
          spec[id].opcode == Opcode::Read)
        continue;
      out << "    t" << names.size() << " = ";
      print(id);
      out << "\n";
      names[id] = static_cast<int>(names.size());
    }
  }

  void print(const Stage &stage) {
    out << "  stage " << stage.name << ":";
    for (TensorId result : stage.results) {
      const Tensor &tensor = spec.tensors[result];
      out << " %" << result << ": " << getName(tensor.element);
      list(tensor.shape);
    }
    if (stage.isReduction()) {
      out << " over ";
      list(stage.reductions);
    }
    out << "\n";
    nameShared(stage);
    for (size_t i = 0; i < stage.values.size(); ++i) {
      if (stage.isReduction()) {
        out << "    init ";
        print(stage.inits[i]);
        out << "\n";
      }
      out << (stage.isReduction() ? "    step " : "    value ");
      print(stage.values[i]);
      out << "\n";
    }
  }

  void print(ExprId id) {
    if (auto found = names.find(id); found != names.end()) {
      out << "t" << found->second;
      return;
    }
    const Expression &expr = spec[id];
    switch (expr.opcode) {
    case Opcode::Constant:
      if (isFloat(expr.type))
        out << expr.number;
      else
        out << expr.integer;
      if (expr.type != Element::Index)
        out << ":" << getName(expr.type);
      return;
    case Opcode::Loop:
      out << "i" << expr.index;
      return;
    case Opcode::Size:
      out << "n" << expr.index;
      return;
    case Opcode::Accumulator:
      out << "acc";
      if (expr.index)
        out << expr.index;
      return;
    case Opcode::Read:
      out << "%" << expr.index;
      list(expr.operands);
      return;
    default:
      break;
    }
    if (expr.opcode == Opcode::Library)
      out << expr.function;
    else
      out << getName(expr.opcode);
    if (expr.opcode == Opcode::Cast || expr.opcode == Opcode::CastU ||
        expr.opcode == Opcode::ToU || expr.opcode == Opcode::Bitcast)
      out << ":" << getName(expr.type);
    out << "(";
    for (size_t i = 0; i < expr.operands.size(); ++i) {
      out << (i ? ", " : "");
      print(expr.operands[i]);
    }
    out << ")";
  }

  const KernelSpec &spec;
  std::map<ExprId, int> names;
  std::ostringstream out;
};

} // namespace

std::string print(const KernelSpec &spec) { return Printer(spec).run(); }

} // namespace swage::halide
