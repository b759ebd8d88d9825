//===- Recurrent.cpp - recurrent layers -----------------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The lowerings of the operators in Recurrent.td. The input's part of all
// gates is one matrix product over the whole sequence, before the loop; what is
// left in a step is a product with the state and the gates' arithmetic.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/Lowering.h"
#include "dialects/NN/Inference.h"
#include "dialects/NN/ScalarBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// An activation with its constants.
struct Activation {
  StringRef name;
  double alpha, beta;

  Value build(const ScalarBuilder &s, Value x) const {
    Value zero = s.constant(0);
    auto affine = [&] {
      return s.add(s.mul(x, s.constant(alpha)), s.constant(beta));
    };
    if (name == "relu")
      return s.max(x, zero);
    if (name == "tanh")
      return s.tanh(x);
    if (name == "sigmoid")
      return s.sigmoid(x);
    if (name == "affine")
      return affine();
    if (name == "leaky_relu")
      return s.select(s.less(x, zero), s.mul(x, s.constant(alpha)), x);
    if (name == "thresholded_relu")
      return s.select(s.less(s.constant(alpha), x), x, zero);
    if (name == "scaled_tanh")
      return s.mul(s.tanh(s.mul(x, s.constant(beta))), s.constant(alpha));
    if (name == "hard_sigmoid")
      return s.clamp(affine(), 0, 1);
    if (name == "elu")
      return s.select(
          s.less(x, zero),
          s.mul(s.sub(s.exp(x), s.constant(1)), s.constant(alpha)), x);
    if (name == "softsign")
      return s.div(x, s.add(s.constant(1), s.abs(x)));
    assert(name == "softplus" && "the verifier knows the names");
    return s.softplus(x);
  }
};

/// lhs times the transpose of rhs, both matrices, in the accumulator's type.
Value createProduct(OpBuilder &b, Location loc, Value lhs, Value rhs) {
  Sizes sizes{tensor::getMixedSize(b, loc, lhs, 0),
              tensor::getMixedSize(b, loc, rhs, 0)};
  Type type = getAccumulatorType(elementTypeOf(lhs));
  Value init = createFilled(b, loc, sizes, createScalarConstant(b, loc, type, 0));
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  auto maps = AffineMap::inferFromExprList(
      ArrayRef<ArrayRef<AffineExpr>>{{m, k}, {n, k}, {m, n}}, b.getContext());
  auto parallel = utils::IteratorType::parallel;
  auto product = linalg::GenericOp::create(
      b, loc, init.getType(), ValueRange{lhs, rhs}, init, maps,
      {parallel, parallel, utils::IteratorType::reduction},
      [](OpBuilder &inner, Location l, ValueRange args) {
        Value sum = createMultiplyAdd(inner, l, args[0], args[1], args[2]);
        linalg::YieldOp::create(inner, l, sum);
      });
  return product.getResult(0);
}

/// What the layers share. Values inside are in the accumulator's type but for
/// the states, which have the tensors' own.
template <typename OpTy> struct Layer {
  bool reverse, couple = false;
  std::optional<double> clip;
  OpBuilder &b;
  Location loc;
  Type elementType, type;
  Value input, weights, recurrent, bias, lengths;
  SmallVector<Activation> activations;
  OpFoldResult steps, batch, units;

  Layer(OpTy op, typename OpTy::Adaptor operands, OpBuilder &b)
      : reverse(op.getReverse()), b(b), loc(op.getLoc()),
        elementType(elementTypeOf(operands.getInput())),
        type(getAccumulatorType(elementType)), input(operands.getInput()),
        weights(operands.getWeights()), recurrent(operands.getRecurrent()),
        bias(operands.getBias()), lengths(operands.getLengths()) {
    for (auto [name, alpha, beta] :
         llvm::zip(op.getActivations().template getAsRange<StringAttr>(),
                   op.getAlphas(), op.getBetas()))
      activations.push_back({name.getValue(), alpha, beta});
    if (auto attribute = op.getClipAttr())
      clip = attribute.getValueAsDouble();
    if constexpr (std::is_same_v<OpTy, LSTMOp>)
      couple = op.getCouple();
    steps = tensor::getMixedSize(b, loc, input, 0);
    batch = tensor::getMixedSize(b, loc, input, 1);
    units = tensor::getMixedSize(b, loc, recurrent, 1);
  }

  Sizes stateSizes() const { return {batch, units}; }

  /// The initial state, which is zero when it is not given.
  Value initial(Value given) const {
    if (given)
      return given;
    return createFilled(b, loc, stateSizes(),
                        createScalarConstant(b, loc, elementType, 0));
  }

  /// x W + bias for all steps, T x B x (G * H).
  Value project() const {
    OpFoldResult gates = tensor::getMixedSize(b, loc, weights, 0);
    Value rows = reshapeTo(b, loc, input,
                           {mulSizes(b, loc, steps, batch),
                            tensor::getMixedSize(b, loc, input, 2)});
    Value product = createProduct(b, loc, rows, weights);
    if (bias) {
      AffineMap identity = b.getMultiDimIdentityMap(2);
      product = createParallel(
          b, loc, {product, bias}, {identity, identity.dropResult(0)},
          sizesOf(b, loc, product), type,
          [&](OpBuilder &inner, Location l, ValueRange args) {
            ScalarBuilder s(inner, l, type);
            return s.add(args[0], convertFloat(inner, l, args[1], type));
          });
    }
    return reshapeTo(b, loc, product, {steps, batch, gates});
  }

  /// Columns of gate `index` of a B x (G * H) matrix, `count` gates wide.
  Value gate(OpBuilder &at, Value all, int64_t index, int64_t count = 1) const {
    auto times = [&](int64_t n) {
      return mulSizes(at, loc, units, at.getIndexAttr(n));
    };
    OpFoldResult one = at.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(
        at, loc, all, Sizes{at.getIndexAttr(0), times(index)},
        Sizes{batch, times(count)}, Sizes{one, one});
  }

  /// Rows of gate `index` of the recurrent weights.
  Value recurrentRows(int64_t index, int64_t count) const {
    auto times = [&](int64_t n) {
      return mulSizes(b, loc, units, b.getIndexAttr(n));
    };
    OpFoldResult one = b.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(
        b, loc, recurrent, Sizes{times(index), b.getIndexAttr(0)},
        Sizes{times(count), units}, Sizes{one, one});
  }

  /// A generic over B x H. Operands are matrices of that size, or vectors of
  /// H, and come to `body` in the accumulator's type; so do its results, which
  /// overwrite `outs`. A new state overwrites the old one, so that the loop
  /// needs no second buffer.
  Values
  compute(OpBuilder &at, ValueRange operands, ValueRange outs,
          function_ref<Values(const ScalarBuilder &, ValueRange)> body) const {
    AffineMap identity = at.getMultiDimIdentityMap(2);
    SmallVector<AffineMap> maps;
    for (Value operand : operands)
      maps.push_back(rankOf(operand) == 1 ? identity.dropResult(0) : identity);
    maps.append(outs.size(), identity);
    auto parallel = utils::IteratorType::parallel;
    auto generic = linalg::GenericOp::create(
        at, loc, TypeRange(outs), operands, outs, maps, {parallel, parallel},
        [&](OpBuilder &inner, Location l, ValueRange args) {
          ScalarBuilder s(inner, l, type);
          Values wide;
          for (Value arg : args.take_front(operands.size()))
            wide.push_back(convertFloat(inner, l, arg, type));
          Values results = body(s, wide);
          for (auto [value, out] : llvm::zip(results, outs))
            value = convertFloat(inner, l, value, elementTypeOf(out));
          linalg::YieldOp::create(inner, l, results);
        });
    return Values(generic.getResults());
  }

  /// A buffer for one value per unit.
  Value scratch(OpBuilder &at, Type elementType) const {
    return createEmpty(at, loc, stateSizes(), elementType);
  }

  Value activate(const ScalarBuilder &s, unsigned index, Value x) const {
    if (clip)
      x = s.clamp(x, -*clip, *clip);
    return activations[index].build(s, x);
  }

  /// Overwrites `out` with `changed` where the step belongs to the sequence,
  /// and with zero elsewhere or, with `keep`, not at all.
  Value overwriteWithin(OpBuilder &at, Value time, Value changed, Value out,
                        bool keep) const {
    AffineMap identity = at.getMultiDimIdentityMap(2);
    auto parallel = utils::IteratorType::parallel;
    auto generic = linalg::GenericOp::create(
        at, loc, out.getType(), ValueRange{lengths, changed}, out,
        {identity.dropResult(1), identity, identity}, {parallel, parallel},
        [&](OpBuilder &inner, Location l, ValueRange args) {
          Value length = arith::IndexCastOp::create(
              inner, l, inner.getIndexType(), args[0]);
          Value within = arith::CmpIOp::create(
              inner, l, arith::CmpIPredicate::slt, time, length);
          Value rest = keep ? args[2]
                            : createScalarConstant(inner, l, elementType, 0);
          Value chosen =
              arith::SelectOp::create(inner, l, within, args[1], rest);
          linalg::YieldOp::create(inner, l, chosen);
        });
    return generic.getResult(0);
  }

  using Step = function_ref<Values(OpBuilder &, Value projected,
                                   ValueRange states, ValueRange outs)>;

  /// Walks over the sequence. `step` makes new states, the hidden one first, of
  /// the input's part of the gates (B x (G * H)) and the old states, in `outs`.
  /// Returns the outputs and the final states.
  Values walk(ValueRange states, Step step) const {
    Value projected = project();
    OpFoldResult gates = tensor::getMixedSize(b, loc, weights, 0);
    Values carried{createEmpty(b, loc, {steps, batch, units}, elementType)};
    llvm::append_range(carried, states);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value count = asValue(b, loc, steps);
    auto loop = scf::ForOp::create(
        b, loc, zero, count, one, carried,
        [&](OpBuilder &at, Location, Value i, ValueRange args) {
          Value time = i;
          if (reverse) {
            Value last = arith::SubIOp::create(at, loc, count, one);
            time = arith::SubIOp::create(at, loc, last, i);
          }
          OpFoldResult unit = at.getIndexAttr(1), origin = at.getIndexAttr(0);
          Sizes offsets{time, origin, origin}, strides{unit, unit, unit};
          RankedTensorType matrix = RankedTensorType::get(
              {shapeOf(projected)[1], shapeOf(projected)[2]}, type);
          Value now = tensor::ExtractSliceOp::create(
              at, loc, matrix, projected, offsets, Sizes{unit, batch, gates},
              strides);
          ValueRange old = args.drop_front();
          // Beyond its end a sequence's state stays, so it is not overwritten
          // before that is decided.
          Values outs(old);
          if (lengths)
            for (Value &out : outs)
              out = scratch(at, elementType);
          Values changed = step(at, now, old, outs);
          Value output = changed.front();
          if (lengths) {
            output = overwriteWithin(at, time, output,
                                     scratch(at, elementType), false);
            for (auto [state, before] : llvm::zip(changed, old))
              state = overwriteWithin(at, time, state, before, true);
          }
          Values next{tensor::InsertSliceOp::create(at, loc, output, args[0],
                                                    offsets,
                                                    Sizes{unit, batch, units},
                                                    strides)};
          llvm::append_range(next, changed);
          scf::YieldOp::create(at, loc, next);
        });
    return Values(loop.getResults());
  }
};

struct RNNLowering : LowerToLinalgInterface::ExternalModel<RNNLowering, RNNOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    RNNOp::Adaptor adaptor(operands, cast<RNNOp>(op));
    Layer<RNNOp> layer(cast<RNNOp>(op), adaptor, b);
    return layer.walk(
        layer.initial(adaptor.getInitialHidden()),
        [&](OpBuilder &at, Value projected, ValueRange states,
            ValueRange outs) {
          Value product =
              createProduct(at, layer.loc, states[0], layer.recurrent);
          return layer.compute(
              at, {projected, product}, outs,
              [&](const ScalarBuilder &s, ValueRange args) {
                return Values{layer.activate(s, 0, s.add(args[0], args[1]))};
              });
        });
  }
};

struct LSTMLowering
    : LowerToLinalgInterface::ExternalModel<LSTMLowering, LSTMOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    LSTMOp lstm = cast<LSTMOp>(op);
    LSTMOp::Adaptor adaptor(operands, lstm);
    Layer<LSTMOp> layer(lstm, adaptor, b);
    Values peepholes;
    if (Value all = adaptor.getPeepholes())
      for (int64_t i = 0; i < 3; ++i) {
        OpFoldResult offset =
            mulSizes(b, layer.loc, layer.units, b.getIndexAttr(i));
        peepholes.push_back(tensor::ExtractSliceOp::create(
            b, layer.loc, all, offset, layer.units,
            OpFoldResult(b.getIndexAttr(1))));
      }
    Value hidden = layer.initial(adaptor.getInitialHidden());
    Value cell = layer.initial(adaptor.getInitialCell());
    return layer.walk(
        {hidden, cell},
        [&](OpBuilder &at, Value projected, ValueRange states,
            ValueRange outs) {
          Value product =
              createProduct(at, layer.loc, states[0], layer.recurrent);
          Values reads{states[1]};
          for (int64_t i = 0; i < 4; ++i) {
            reads.push_back(layer.gate(at, projected, i));
            reads.push_back(layer.gate(at, product, i));
          }
          llvm::append_range(reads, peepholes);
          return layer.compute(
              at, reads, outs,
              [&](const ScalarBuilder &s, ValueRange args) {
                return buildCell(layer, s, args, !peepholes.empty());
              });
        });
  }

  /// New hidden state and cell of one unit from its old cell, the two parts of
  /// its four gates, and the peephole weights.
  static Values buildCell(const Layer<LSTMOp> &layer, const ScalarBuilder &s,
                          ValueRange args, bool peeps) {
    enum { I, O, F, C };
    Value before = args[0];
    auto gate = [&](int64_t index) {
      return s.add(args[1 + 2 * index], args[2 + 2 * index]);
    };
    auto peep = [&](Value sum, int64_t index, Value cell) {
      return peeps ? s.add(sum, s.mul(args[9 + index], cell)) : sum;
    };
    Value input = layer.activate(s, 0, peep(gate(I), 0, before));
    Value forget = layer.couple
                       ? s.sub(s.constant(1), input)
                       : layer.activate(s, 0, peep(gate(F), 2, before));
    Value candidate = layer.activate(s, 1, gate(C));
    Value cell = s.add(s.mul(forget, before), s.mul(input, candidate));
    Value output = layer.activate(s, 0, peep(gate(O), 1, cell));
    return {s.mul(output, layer.activations[2].build(s, cell)), cell};
  }
};

struct GRULowering : LowerToLinalgInterface::ExternalModel<GRULowering, GRUOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    GRUOp gru = cast<GRUOp>(op);
    GRUOp::Adaptor adaptor(operands, gru);
    Layer<GRUOp> layer(gru, adaptor, b);
    Value hidden = layer.initial(adaptor.getInitialHidden());
    if (gru.getResetAfter())
      return layer.walk(
          hidden, [&](OpBuilder &at, Value projected, ValueRange states,
                      ValueRange outs) {
            return stepResetAfter(layer, at, projected, states[0], outs,
                                  adaptor.getHiddenBias());
          });
    Value gateRows = layer.recurrentRows(0, 2);
    Value candidateRows = layer.recurrentRows(2, 1);
    return layer.walk(
        hidden, [&](OpBuilder &at, Value projected, ValueRange states,
                    ValueRange outs) {
          return stepResetBefore(layer, at, projected, states[0], outs,
                                 gateRows, candidateRows);
        });
  }

  static Value mix(const ScalarBuilder &s, Value update, Value candidate,
                   Value before) {
    Value rest = s.sub(s.constant(1), update);
    return s.add(s.mul(rest, candidate), s.mul(update, before));
  }

  static Values stepResetAfter(const Layer<GRUOp> &layer, OpBuilder &at,
                               Value projected, Value hidden, ValueRange outs,
                               Value bias) {
    Value product = createProduct(at, layer.loc, hidden, layer.recurrent);
    Values reads{hidden};
    for (int64_t i = 0; i < 3; ++i) {
      reads.push_back(layer.gate(at, projected, i));
      reads.push_back(layer.gate(at, product, i));
    }
    if (bias)
      reads.push_back(bias);
    return layer.compute(
        at, reads, outs,
        [&](const ScalarBuilder &s, ValueRange args) {
          Value update = layer.activate(s, 0, s.add(args[1], args[2]));
          Value reset = layer.activate(s, 0, s.add(args[3], args[4]));
          Value inner = bias ? s.add(args[6], args[7]) : args[6];
          Value candidate =
              layer.activate(s, 1, s.add(args[5], s.mul(reset, inner)));
          return Values{mix(s, update, candidate, args[0])};
        });
  }

  static Values stepResetBefore(const Layer<GRUOp> &layer, OpBuilder &at,
                                Value projected, Value hidden, ValueRange outs,
                                Value gateRows, Value candidateRows) {
    Value product = createProduct(at, layer.loc, hidden, gateRows);
    Values gates = layer.compute(
        at,
        {hidden, layer.gate(at, projected, 0), layer.gate(at, product, 0),
         layer.gate(at, projected, 1), layer.gate(at, product, 1)},
        {layer.scratch(at, layer.type), layer.scratch(at, layer.elementType)},
        [&](const ScalarBuilder &s, ValueRange args) {
          Value update = layer.activate(s, 0, s.add(args[1], args[2]));
          Value reset = layer.activate(s, 0, s.add(args[3], args[4]));
          return Values{update, s.mul(reset, args[0])};
        });
    Value inner = createProduct(at, layer.loc, gates[1], candidateRows);
    return layer.compute(
        at, {hidden, gates[0], layer.gate(at, projected, 2), inner},
        outs, [&](const ScalarBuilder &s, ValueRange args) {
          Value candidate = layer.activate(s, 1, s.add(args[2], args[3]));
          return Values{mix(s, args[1], candidate, args[0])};
        });
  }
};

} // namespace

void registerRecurrentLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    RNNOp::attachInterface<RNNLowering>(*context);
    LSTMOp::attachInterface<LSTMLowering>(*context);
    GRUOp::attachInterface<GRULowering>(*context);
  });
}

} // namespace swage::nn
