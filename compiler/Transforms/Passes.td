//===- Passes.td - passes on graphs and kernels ------------*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_TRANSFORMS_PASSES
#define SWAGE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def SimplifyPass : Pass<"swage-simplify", "::mlir::func::FuncOp"> {
  let summary = "Recognise what models spell out, and fold what constants allow";
  let description = [{
    * Scales and shifts of each channel after a convolution with constant weights
      become part of filter and bias; scales of each column after a matrix
      product with constant weights become part of the weights.
    * Rows that are chosen from a large table, which operations on constants make,
      are chosen before these operations.
    * GELU (with erf or tanh), SiLU, hard swish, hard sigmoid and mish are
      recognised in arithmetic, layer and RMS normalisation in reductions.
    * An average pool that makes an image smaller comes before a convolution of one
      place, and one that keeps its size behind it, where there are fewer channels.
      Padding that adds nothing is left out, as are pools of one element, and zeros
      that a pool counts become its own.

    With `strict`, only what leaves every number as it is.

    ```mlir
    %1 = nn.sigmoid %0 : tensor<4xf32> -> tensor<4xf32>
    %2 = nn.mul %0, %1 : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %2 = nn.silu %0 : tensor<4xf32> -> tensor<4xf32>
    ```
  }];
  let options = [
    Option<"strict", "strict", "bool", "false",
           "Leave the arithmetic as the model has it">
  ];
  let dependentDialects = ["::swage::nn::NNDialect"];
}

def HoistProductsPass : Pass<"swage-hoist-products", "::mlir::func::FuncOp"> {
  let summary = "Multiply all steps of a sequence with their weights before a loop";
  let description = [{
    A product in a loop of one step of a sequence and weights from outside, and
    what is added to it, the same in each step, are done for all steps at once.

    ```mlir
    scf.for %t = %c0 to %steps step %c1 iter_args(...) {
      %x = nn.gather %sequence, %t {axis = 0 : i64}
      %p = nn.matmul %x, %weights
    ```
    becomes
    ```mlir
    %products = nn.matmul %sequence, %weights
    scf.for %t = %c0 to %steps step %c1 iter_args(...) {
      %p = tensor.extract_slice %products[%t, 0] [1, 4] [1, 1]
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numHoisted", "hoisted", "Products done before a loop">
  ];
}

def LayoutPass : Pass<"swage-layout", "::mlir::func::FuncOp"> {
  let summary = "Put channels last in convolutional networks";
  let description = [{
    Convolutions become channels-last ones between two transpositions. Then
    transpositions move from operands to results as far as they get, and cancel
    where they meet. In a convolutional network those of the image at the front
    and of the features at the end are left over.

    ```mlir
    %1 = nn.conv %0, %w {...} : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32> -> tensor<1x4x6x6xf32>
    %2 = nn.relu %1 : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xf32>
    ```
    becomes
    ```mlir
    %1 = nn.transpose %0 [0, 2, 3, 1] : tensor<1x3x8x8xf32> -> tensor<1x8x8x3xf32>
    %2 = nn.conv %1, %w {channels_last, ...} : tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32> -> tensor<1x6x6x4xf32>
    %3 = nn.relu %2 : tensor<1x6x6x4xf32> -> tensor<1x6x6x4xf32>
    %4 = nn.transpose %3 [0, 3, 1, 2] : tensor<1x6x6x4xf32> -> tensor<1x4x6x6xf32>
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect"];
  let statistics = [
    Statistic<"numConvolutions", "convolutions", "Convolutions put channels last">,
    Statistic<"numMoved", "moved", "Operators that transpositions moved through">
  ];
}

def GrowCachesPass : Pass<"swage-grow-caches", "::mlir::func::FuncOp"> {
  let summary = "Let the keys and values of earlier tokens grow in place";
  let description = [{
    A decoder takes the keys and values of earlier tokens and returns them with
    those of new tokens joined to them. Where a returned join begins with an
    argument, both get the axis of the join as their outermost dimension. Then
    a result begins with the bytes of the argument: a run whose output has the
    buffer of the input writes the rows of new tokens only. The result's
    attribute `nn.grows` names the argument.

    ```mlir
    func.func @main(%past: tensor<4x?x8xf32>, %new: tensor<4x?x8xf32>) -> tensor<4x?x8xf32> {
      %0 = nn.concat %past, %new {axis = 1} : tensor<4x?x8xf32>, tensor<4x?x8xf32> -> tensor<4x?x8xf32>
      return %0 : tensor<4x?x8xf32>
    }
    ```
    becomes
    ```mlir
    func.func @main(%past: tensor<?x4x8xf32>, %new: tensor<4x?x8xf32>) -> (tensor<?x4x8xf32> {nn.grows = 0}) {
      %0 = nn.transpose %new [1, 0, 2] : tensor<4x?x8xf32> -> tensor<?x4x8xf32>
      %1 = nn.concat %past, %0 {axis = 0} : tensor<?x4x8xf32>, tensor<?x4x8xf32> -> tensor<?x4x8xf32>
      return %1 : tensor<?x4x8xf32>
    }
    ```
  }];
  let dependentDialects = ["::swage::nn::NNDialect"];
  let statistics = [
    Statistic<"numCaches", "caches", "Arguments that a result grows from">
  ];
}

def UnifySizesPass : Pass<"swage-unify-sizes", "::mlir::func::FuncOp"> {
  let summary = "Give sizes that are the same in every run one value";
  let description = [{
    Sizes are polynomials over what the model leaves open; dimensions of inputs
    with the same name are the same unknown. A size, or a condition on sizes,
    that is a constant becomes one, and of values with the same polynomial the
    first takes the place of the others. So checks and choices of
    `-swage-nn-to-linalg` and `-swage-check-sizes` that no run can decide
    otherwise fold, and what they guard can be fused.

    ```mlir
    func.func @main(%x: tensor<?xf32> {nn.dims = ["n"]}, %y: tensor<?xf32> {nn.dims = ["n"]}) {
      %n = tensor.dim %x, %c0 : tensor<?xf32>
      %m = tensor.dim %y, %c0 : tensor<?xf32>
      %same = arith.cmpi eq, %n, %m : index
    ```
    becomes
    ```mlir
      %same = arith.constant true
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def FoldWideningPass : Pass<"swage-fold-widening", "::mlir::func::FuncOp"> {
  let summary = "Widen elements of 16 bits where they are read";
  let description = [{
    What reads a tensor that another operation widens, as it is or with borders
    or as a view, reads the narrow tensor and widens each element. Operations
    with a schedule of their own keep their types.

    ```mlir
    %wide = linalg.generic {...} ins(%x : tensor<64x64xbf16>) ... // arith.extf
    %0 = linalg.generic {...} ins(%wide : tensor<64x64xf32>) ... {
    ^bb0(%a: f32, %out: f32):
      %y = math.tanh %a : f32
    ```
    becomes
    ```mlir
    %0 = linalg.generic {...} ins(%x : tensor<64x64xbf16>) ... {
    ^bb0(%a: bf16, %out: f32):
      %b = arith.extf %a : bf16 to f32
      %y = math.tanh %b : f32
    ```
  }];
  let statistics = [
    Statistic<"numReaders", "readers", "Operands that are widened in registers">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def BoundSizesPass : Pass<"swage-bound-sizes", "::mlir::ModuleOp"> {
  let summary = "Say between which sizes kernels work";
  let description = [{
    Gives kernels, as `ranges`, the least and the greatest size of each
    dimension of their arguments, -1 for no limit, where those follow from the
    ranges of the model's dimensions (`nn.ranges`). Backends choose schedules
    for such sizes; nothing relies on them.

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {nn.dims = ["n", ""], nn.ranges = array<i64: 1, 16, 0, -1>})
    ```
    whose kernels then have
    ```mlir
    ranges = [array<i64: 1, 16, 8, 8>, array<i64: 1, 16, 8, 8>]
    ```
  }];
}

def NarrowWeightsPass : Pass<"swage-narrow-weights", "::mlir::func::FuncOp"> {
  let summary = "Store weights in 16 bits";
  let description = [{
    Constant f32 tensors of 4096 elements or more that contractions and lookups
    read become constants of 16 bits, and what reads them widens each element.
    Sums stay f32. Comes after weights are packed; operations with a schedule of
    their own keep their types.

    ```mlir
    %0 = linalg.generic {...} ins(%x, %w : tensor<1x4096xf32>, tensor<4096x4096xf32>) ... {
    ^bb0(%a: f32, %b: f32, %sum: f32):
      %p = arith.mulf %a, %b : f32
    ```
    becomes
    ```mlir
    %narrow = linalg.generic {...} ins(%w : tensor<4096x4096xf32>) {kernel.keeps_finite} ... // arith.truncf
    %0 = linalg.generic {...} ins(%x, %narrow : tensor<1x4096xf32>, tensor<4096x4096xf16>) ... {
    ^bb0(%a: f32, %b: f16, %sum: f32):
      %c = arith.extf %b : f16 to f32
      %p = arith.mulf %a, %c : f32
    ```
  }];
  let options = [
    Option<"type", "type", "std::string", "\"f16\"", "f16 or bf16">
  ];
  let statistics = [
    Statistic<"numWeights", "weights", "Constant tensors that are stored narrow">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def DirectReadsPass : Pass<"swage-direct-reads", "::mlir::func::FuncOp"> {
  let summary = "Make operands of lookups at the places of the loops";
  let description = [{
    An operand of which only a run knows whether it is repeated is looked up
    element by element. Where its sizes turn out to be those of the loops, it
    becomes an operand like others, which can be fused.

    ```mlir
    %i = linalg.index 1 : index
    %p = arith.select %is_one, %c0, %i : index
    %x = tensor.extract %mask[%c0, %p] : tensor<1x?xf32>
    ```
    in a loop over the size of that dimension reads `%mask` by the map
    `(d0, d1) -> (0, d1)`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def FuseElementwisePass : Pass<"swage-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "Merge chains of elementwise operations into one";
  let description = [{
    A generic without reductions that has one user, itself without reductions,
    is computed where it is used. Nothing is computed twice: a producer with a
    smaller iteration space is merged only when it merely moves elements.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def FuseAttentionPass : Pass<"swage-fuse-attention", "::mlir::func::FuncOp"> {
  let summary = "Make one kernel of attention, however it is spelled";
  let description = [{
    A product, elementwise operations and reductions on the rows of its result,
    and a product that sums over the elements of these rows get a common mark,
    `kernel.chain`, where nothing between is used elsewhere. Transpositions of
    what the products read and write become a part of the products, and what
    divides or multiplies whole rows moves behind the second product, where there
    are fewer elements. Where heads share keys and values, these are read where
    they were before they were repeated for each head, and reshapes between the
    products that join or split groups of heads go.

    ```mlir
    %s = linalg.generic ... ins(%query, %keys)      // [b, h, s, t], a product
    %e = linalg.generic ... ins(%s, %maximum)       // exp(s + mask - maximum)
    %n = linalg.generic ... ins(%e)                 // a sum for each row
    %p = linalg.generic ... ins(%e, %n)             // e / n
    %y = linalg.generic ... ins(%p, %values)        // [b, h, s, d], a product
    ```
    becomes
    ```mlir
    %s = linalg.generic ... ins(%query, %keys) attrs = {kernel.chain = 0}
    %e = linalg.generic ... ins(%s, %maximum) attrs = {kernel.chain = 0}
    %n = linalg.generic ... ins(%e) attrs = {kernel.chain = 0}
    %r = linalg.generic ... ins(%e, %values) attrs = {kernel.chain = 0}
    %y = linalg.generic ... ins(%r, %n) attrs = {kernel.chain = 0} // r / n
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"strict", "strict", "bool", "false",
           "Compute every element as before: factors stay in front of the second "
           "product, and what masks hide is not left out">
  ];
  let statistics = [
    Statistic<"numChains", "chains", "Chains of two products that became one kernel">
  ];
}

def FuseDepthwisePass : Pass<"swage-fuse-depthwise", "::mlir::func::FuncOp"> {
  let summary = "Make one kernel of a window over each channel and the product before or behind it";
  let description = [{
    A 1x1 convolution with a constant filter, the elementwise operations on its
    result, the padding of that and a convolution of each channel alone get a
    common mark, `kernel.window`, where nothing between is used elsewhere. So do
    a convolution of each channel alone, if it got none, the elementwise operations
    on its result, and a 1x1 convolution of that.

    A convolution of any window over an image of fewer than `lanes` channels, as
    the first of a network is, gets such a mark together with the pool over its
    result, whether that is padded or not. Rows that two bands need are computed
    twice; where that is estimated to cost more than the pool gains, there is no
    mark.

    ```mlir
    %e = linalg.generic ... ins(%image, %filter)    // [n, y, x, c], a product
    %a = linalg.generic ... ins(%e, %bias)          // relu(e + bias)
    %p = tensor.pad %a
    %d = linalg.generic ... ins(%p, %taps)          // a window over each channel
    ```
    becomes
    ```mlir
    %e = linalg.generic ... ins(%image, %filter) attrs = {kernel.window = 0}
    %a = linalg.generic ... ins(%e, %bias) attrs = {kernel.window = 0}
    %p = tensor.pad %a {kernel.window = 0}
    %d = linalg.generic ... ins(%p, %taps) attrs = {kernel.window = 0}
    ```
  }];
  let options = [
    Option<"leastBytes", "least-bytes", "int64_t", "0", "The size of what a window passes over from which this pays">,
    Option<"leastProjectedBytes", "least-projected-bytes", "int64_t", "0",
           "The same of the tensor between a depthwise convolution and a product of it">,
    Option<"mostWeightBytes", "most-weight-bytes", "int64_t", "INT64_MAX",
           "The size of that product's weights up to which this pays">,
    Option<"lanes", "lanes", "int64_t", "0",
           "Elements of a vector; a convolution of fewer channels may be fused with the pool over its result">,
    Option<"bandBytes", "band-bytes", "int64_t", "INT64_MAX",
           "The size of the memory for the rows of a convolution that a band of the pool needs">
  ];
  let statistics = [
    Statistic<"numFused", "fused", "Windows fused with the products before or behind them">
  ];
}

def FuseGatesPass : Pass<"swage-fuse-gates", "::mlir::func::FuncOp"> {
  let summary = "Make one kernel of a recurrent product and its gates";
  let description = [{
    A product with constant weights whose result is cut into equal slices of
    columns, the gates of a recurrent cell, becomes one with a dimension for gates
    and one for units. The operation that combines the gates reads them there,
    and both get a common mark, `kernel.gates`.

    ```mlir
    %p = linalg.generic ... ins(%state, %weights) -> tensor<1x1024xf32>
    %i = tensor.extract_slice %p[0, 0] [1, 256] [1, 1]
    %o = tensor.extract_slice %p[0, 256] [1, 256] [1, 1]
    ...
    %s = linalg.generic ... ins(%i, %o, ...)
    ```
    becomes
    ```mlir
    %p = linalg.generic ... ins(%state, %by_gate) -> tensor<1x4x256xf32>
    %s = linalg.generic {maps = [(b, u) -> (b, 0, u), (b, u) -> (b, 1, u), ...]}
             ins(%p, %p, ...)
    ```
    An elementwise operation between product and slices is divided likewise.
  }];
  let statistics = [
    Statistic<"numFused", "fused", "Products fused with what combines their gates">
  ];
}

def ScaleWeightsPass : Pass<"swage-scale-weights", "::mlir::func::FuncOp"> {
  let summary = "Multiply weights by the factors of channels";
  let description = [{
    A product that sums over channels, each of which has been multiplied by a
    factor of its own, as in squeeze-and-excitation blocks, reads the image as it
    was, and its constant weights are multiplied instead, if they have fewer
    elements. Rounding is as large as before, but elsewhere: not for
    `--fp=strict`. Comes after weights are packed.

    ```mlir
    %s = linalg.generic ... ins(%x, %gate)      // x[n, y, x, c] * gate[c]
    %y = linalg.generic ... ins(%s, %weights)   // sums over c
    ```
    becomes
    ```mlir
    %w = linalg.generic ... ins(%weights, %gate) // weights[k, c] * gate[c]
    %y = linalg.generic ... ins(%x, %w)
    ```
  }];
  let statistics = [
    Statistic<"numScaled", "scaled", "Products whose weights are multiplied">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def WinogradPass : Pass<"swage-winograd", "::mlir::func::FuncOp"> {
  let summary = "Compute convolutions with fewer multiplications";
  let description = [{
    A convolution in f32 whose filter is constant becomes Winograd's minimal
    filtering F(m, r), in one or two dimensions, where an estimate says that this
    is faster: a transform of the filter, which depends on constants only and is
    run by the compiler, in f64; a transform of the image, tile by tile; a product
    for each point of the transform; and a transform back. The transforms are
    products with small constant matrices. With a stride, the taps and the elements
    of each phase have points of their own, and the transform back adds them up.

    ```mlir
    %y = linalg.generic ... ins(%padded, %filter) // [n, y + dy, x + dx, c] * [dy, dx, c, k]
    ```
    becomes
    ```mlir
    %u = linalg.generic ... ins(%g, %g, %filter)       // [a, b, k floordiv w, c, k mod w]
    %v = linalg.generic ... ins(%bt, %bt, %padded)     // [a, b, n, ty, tx, c]
    %m = linalg.generic ... ins(%v, %u)                // [a, b, n, ty, tx, k]
    %y = linalg.generic ... ins(%at, %at, %m)          // [n, y, x, k]
    ```
    The last two carry `kernel.schedule`, with which `swage-form-kernels` keeps
    them together, and so does a pool of the result whose windows lie side by side
    within tiles, where bias and activation alone are between. Results differ from the direct sum's in the last places;
    docs/Performance.md says by how much.
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "16", "Elements of f32 in a vector">,
    Option<"registers", "registers", "int64_t", "32", "Vector registers">,
    Option<"l2Bytes", "l2-bytes", "int64_t", "1048576", "Size of the second cache">,
    Option<"memoryBytes", "memory-bytes", "double", "7.0", "Bytes that come from memory in the time of a vector's multiply-add">,
    ListOption<"tile", "tile", "int64_t", "Take this tile, rows and columns, for every convolution that has it">
  ];
  let statistics = [
    Statistic<"numRewritten", "convolutions", "Convolutions rewritten">
  ];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def FormKernelsPass : Pass<"swage-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline fused groups of structured operations into kernels";
  let description = [{
    Groups what is best computed together and moves each group into a
    `kernel.func`. A group is one of

    * a *contraction*: a reduction such as a matrix product, a convolution or a
      pooling window, the padding that it reads and the elementwise operations
      that follow it;
    * *rows*: reductions over trailing dimensions and the elementwise operations
      around them, which share the leading dimensions (softmax, normalisation);
    * a *map*: elementwise operations over one iteration space;
    * a *sequence*: a loop nest that works element by element.

    What depends on constants only is kept in groups of its own, which are run
    at compile time. `@main` keeps kernel calls, control flow, views and scalar
    arithmetic. Identical kernels become one.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"
  ];
}

def GrowJoinsPass : Pass<"swage-grow-joins", "::mlir::func::FuncOp"> {
  let summary = "Let a join be part of the larger one that it grows into";
  let description = [{
    Dense networks join all earlier features anew for each layer. Where a join
    has all parts of another and more, and nobody reads the smaller one when the
    next part is written, only the larger one is built: each part is inserted as
    soon as it exists, and the smaller join is a slice of what is there by then.

    ```mlir
    %j1 = tensor.insert_slice %a into %e1[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
    %j2 = tensor.insert_slice %b into %j1[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
    %c = kernel.call @k ins(%j2 : tensor<4xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
    %k1 = tensor.insert_slice %a into %e2[0] [2] [1] : tensor<2xf32> into tensor<6xf32>
    %k2 = tensor.insert_slice %b into %k1[2] [2] [1] : tensor<2xf32> into tensor<6xf32>
    %k3 = tensor.insert_slice %c into %k2[4] [2] [1] : tensor<2xf32> into tensor<6xf32>
    ```
    becomes
    ```mlir
    %k1 = tensor.insert_slice %a into %e[0] [2] [1] : tensor<2xf32> into tensor<6xf32>
    %k2 = tensor.insert_slice %b into %k1[2] [2] [1] : tensor<2xf32> into tensor<6xf32>
    %j2 = tensor.extract_slice %k2[0] [4] [1] : tensor<6xf32> to tensor<4xf32>
    %c = kernel.call @k ins(%j2 : tensor<4xf32>) outs(%d : tensor<2xf32>) -> tensor<2xf32>
    %k3 = tensor.insert_slice %c into %k2[4] [2] [1] : tensor<2xf32> into tensor<6xf32>
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def HoistPadsPass : Pass<"swage-hoist-pads", "::mlir::ModuleOp"> {
  let summary = "Let kernels write into the interior of padded tensors";
  let description = [{
    A kernel that pads its argument by a constant, and does little with it
    beside that, gets the padded tensor instead. The kernel that computes the
    argument writes into its interior; another fills the borders before.

    ```mlir
    %1 = kernel.call @expand ins(%0 : tensor<1x8x8x4xf32>) outs(%e : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
    %2 = kernel.call @depthwise ins(%1 : tensor<1x8x8x4xf32>) outs(%f : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
    ```
    becomes
    ```mlir
    %b = kernel.call @borders_0 outs(%p : tensor<1x10x10x4xf32>) -> tensor<1x10x10x4xf32>
    %1 = kernel.call @expand ins(%0 : tensor<1x8x8x4xf32>) outs(%e : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
    %s = tensor.insert_slice %1 into %b[0, 1, 1, 0] [1, 8, 8, 4] [1, 1, 1, 1] : tensor<1x8x8x4xf32> into tensor<1x10x10x4xf32>
    %2 = kernel.call @depthwise ins(%s : tensor<1x10x10x4xf32>) outs(%f : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
    ```
    and the bufferization of `@main` makes `%1` a part of `%b`.
  }];
  let dependentDialects = ["::swage::kernel::KernelDialect", "::mlir::tensor::TensorDialect"];
}

def BufferizeMainPass : Pass<"swage-bufferize-main", "::mlir::ModuleOp"> {
  let summary = "Give the tensors of @main their buffers";
  let description = [{
    Inputs, outputs and entries of the constant table are named by operations of
    the kernel dialect; results of kernels become allocations, where possible
    the output or the part of a join that they end in. Kernels keep tensors in
    their bodies.

    The results of `@prepare`, where there is one, become entries of the constant
    table behind those that have bytes. Their sizes in bytes are left on the
    module as `kernel.prepared`.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::linalg::LinalgDialect"
  ];
}

def CopiesToKernelsPass : Pass<"swage-copies-to-kernels", "::mlir::ModuleOp"> {
  let summary = "Make kernels of the copies that are left";
  let description = [{
    A copy from the beginning of an input to the beginning of an output is made
    only if they are not the same memory: whoever runs the model may let a cache
    grow in place.
  }];
  let dependentDialects = [
    "::swage::kernel::KernelDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def PlanArenaPass : Pass<"swage-plan-arena", "::mlir::ModuleOp"> {
  let summary = "Place the allocations of @main in one workspace";
  let description = [{
    Allocations get offsets in an arena; two share bytes when they are never
    needed at the same time. Of one whose size a run decides, the place has room
    for the greatest size that the ranges of the model's dimensions, and checks
    before it, allow. Where there is no such limit, the allocation stays one, and
    is released after its last use, like those of `@prepare`.
    The arena's size, and the sum of all sizes for comparison, are left on the
    module as `kernel.arena_size` and `kernel.arena_naive`; how many buffers have
    places for a greatest size, how many have none, and the dimensions that would
    need a limit for that, as `kernel.arena_bounded`, `kernel.arena_open` and
    `kernel.arena_open_dims`.
  }];
  let dependentDialects = ["::swage::kernel::KernelDialect", "::mlir::memref::MemRefDialect"];
}

#endif
