//===- Containers.cpp - lowering of sequences, maps and optionals ---------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// A container is the handle of a value that the run owns. A tensor goes in by a
// copy and comes out as a view of what is stored.
//
//===----------------------------------------------------------------------===//
#include "compiler/Conversion/NNToLinalg/RuntimeCalls.h"
#include "dialects/NN/Inference.h"

using namespace mlir;

namespace swage::nn {
namespace {

/// A position as an integer, and whether there is one: two operands of calls.
Values createPosition(OpBuilder &b, Location loc, ValueRange operands,
                      unsigned index) {
  if (index >= operands.size())
    return {createInteger(b, loc, 0), createInteger(b, loc, 0)};
  Value position = createScalarRead(b, loc, operands[index]);
  if (position.getType() != b.getI64Type())
    position = arith::ExtSIOp::create(b, loc, b.getI64Type(), position);
  return {position, createInteger(b, loc, 1)};
}

/// What stands for a tensor or container in a call.
Value createHandle(OpBuilder &b, Location loc, Value stored, Value original) {
  if (!isa<TensorType>(original.getType()))
    return stored;
  return createBox(b, loc, stored, elementTypeOf(original));
}

/// What a handle stands for, as a value of `type`.
Value createOpened(OpBuilder &b, Location loc, Value handle, Type type) {
  return isa<TensorType>(type) ? createUnbox(b, loc, handle, type) : handle;
}

struct SequenceLowering
    : LowerToLinalgInterface::ExternalModel<SequenceLowering, SequenceOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value sequence = createInvoke(b, loc, "swage_rt_sequence_empty", {});
    for (auto [stored, original] : llvm::zip(operands, op->getOperands())) {
      Values arguments{sequence, createHandle(b, loc, stored, original)};
      arguments.append(createPosition(b, loc, {}, 0));
      sequence = createInvoke(b, loc, "swage_rt_sequence_insert", arguments);
    }
    return Values{sequence};
  }
};

struct SequenceInsertLowering
    : LowerToLinalgInterface::ExternalModel<SequenceInsertLowering,
                                            SequenceInsertOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Values arguments{operands[0],
                     createHandle(b, loc, operands[1], op->getOperand(1))};
    arguments.append(createPosition(b, loc, operands, 2));
    return Values{createInvoke(b, loc, "swage_rt_sequence_insert", arguments)};
  }
};

struct SequenceEraseLowering
    : LowerToLinalgInterface::ExternalModel<SequenceEraseLowering,
                                            SequenceEraseOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Values arguments{operands[0]};
    arguments.append(createPosition(b, loc, operands, 1));
    return Values{createInvoke(b, loc, "swage_rt_sequence_erase", arguments)};
  }
};

struct SequenceAtLowering
    : LowerToLinalgInterface::ExternalModel<SequenceAtLowering, SequenceAtOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value position = createPosition(b, loc, operands, 1).front();
    Value handle =
        createInvoke(b, loc, "swage_rt_sequence_at", {operands[0], position});
    return Values{createUnbox(b, loc, handle, op->getResult(0).getType())};
  }
};

struct SequenceLengthLowering
    : LowerToLinalgInterface::ExternalModel<SequenceLengthLowering,
                                            SequenceLengthOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value length = createInvoke(b, loc, "swage_rt_sequence_length", operands);
    return Values{tensor::FromElementsOp::create(
        b, loc, cast<RankedTensorType>(op->getResult(0).getType()), length)};
  }
};

struct SequenceConcatLowering
    : LowerToLinalgInterface::ExternalModel<SequenceConcatLowering,
                                            SequenceConcatOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto concat = cast<SequenceConcatOp>(op);
    Location loc = op->getLoc();
    Value handle =
        createInvoke(b, loc, "swage_rt_sequence_concat",
                     {operands[0], createInteger(b, loc, concat.getAxis()),
                      createInteger(b, loc, concat.getNewAxis())});
    return Values{createUnbox(b, loc, handle, concat.getType())};
  }
};

struct SequenceSplitLowering
    : LowerToLinalgInterface::ExternalModel<SequenceSplitLowering,
                                            SequenceSplitOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    auto split = cast<SequenceSplitOp>(op);
    Location loc = op->getLoc();
    return Values{
        createInvoke(b, loc, "swage_rt_sequence_split",
                     {createHandle(b, loc, operands[0], split.getTensor()),
                      createHandle(b, loc, operands[1], split.getSplit()),
                      createInteger(b, loc, split.getAxis()),
                      createInteger(b, loc, split.getKeepDims())})};
  }
};

struct MapLowering : LowerToLinalgInterface::ExternalModel<MapLowering, MapOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    return Values{
        createInvoke(b, loc, "swage_rt_map",
                     {createHandle(b, loc, operands[0], op->getOperand(0)),
                      createHandle(b, loc, operands[1], op->getOperand(1))})};
  }
};

/// The keys of a map are its part 0, the values its part 1.
template <typename OpTy, int64_t part>
struct MapPartLowering
    : LowerToLinalgInterface::ExternalModel<MapPartLowering<OpTy, part>, OpTy> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value handle = createInvoke(b, loc, "swage_rt_map_part",
                                {operands[0], createInteger(b, loc, part)});
    return Values{createUnbox(b, loc, handle, op->getResult(0).getType())};
  }
};

struct SomeLowering
    : LowerToLinalgInterface::ExternalModel<SomeLowering, SomeOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    return Values{
        createHandle(b, op->getLoc(), operands[0], op->getOperand(0))};
  }
};

struct NoneLowering
    : LowerToLinalgInterface::ExternalModel<NoneLowering, NoneOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange,
                                  OpBuilder &b) const {
    return Values{createInteger(b, op->getLoc(), 0)};
  }
};

struct HasElementLowering
    : LowerToLinalgInterface::ExternalModel<HasElementLowering, HasElementOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value has = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne,
                                      operands[0], createInteger(b, loc, 0));
    RankedTensorType type = getStorageTensor(op->getResult(0).getType());
    Value byte = arith::ExtUIOp::create(b, loc, type.getElementType(), has);
    return Values{tensor::FromElementsOp::create(b, loc, type, byte)};
  }
};

struct GetElementLowering
    : LowerToLinalgInterface::ExternalModel<GetElementLowering, GetElementOp> {
  FailureOr<Values> lowerToLinalg(Operation *op, ValueRange operands,
                                  OpBuilder &b) const {
    Location loc = op->getLoc();
    Value handle = createInvoke(b, loc, "swage_rt_optional_get", operands);
    return Values{createOpened(b, loc, handle, op->getResult(0).getType())};
  }
};

struct ContainerCastLowering
    : LowerToLinalgInterface::ExternalModel<ContainerCastLowering,
                                            ContainerCastOp> {
  FailureOr<Values> lowerToLinalg(Operation *, ValueRange operands,
                                  OpBuilder &) const {
    return Values(operands);
  }
};

} // namespace

void registerContainerLowerings(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    SequenceOp::attachInterface<SequenceLowering>(*context);
    SequenceInsertOp::attachInterface<SequenceInsertLowering>(*context);
    SequenceEraseOp::attachInterface<SequenceEraseLowering>(*context);
    SequenceAtOp::attachInterface<SequenceAtLowering>(*context);
    SequenceLengthOp::attachInterface<SequenceLengthLowering>(*context);
    SequenceConcatOp::attachInterface<SequenceConcatLowering>(*context);
    SequenceSplitOp::attachInterface<SequenceSplitLowering>(*context);
    MapOp::attachInterface<MapLowering>(*context);
    MapKeysOp::attachInterface<MapPartLowering<MapKeysOp, 0>>(*context);
    MapValuesOp::attachInterface<MapPartLowering<MapValuesOp, 1>>(*context);
    SomeOp::attachInterface<SomeLowering>(*context);
    NoneOp::attachInterface<NoneLowering>(*context);
    HasElementOp::attachInterface<HasElementLowering>(*context);
    GetElementOp::attachInterface<GetElementLowering>(*context);
    ContainerCastOp::attachInterface<ContainerCastLowering>(*context);
  });
}

} // namespace swage::nn
