// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v4 -canonicalize -cse -split-input-file | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// The stages of a softmax share the loop over rows; what they pass to each other
// takes the memory of one row, and is computed once.
// CHECK-LABEL: func.func private @softmax.body
// CHECK: scf.parallel (%{{.*}}) = (%{{.*}}) to (%c64)
// CHECK-DAG: memref.alloc() {alignment = 64 : i64} : memref<f32>
// CHECK-DAG: memref.alloc() {alignment = 64 : i64} : memref<32xf32>
// CHECK: vector.reduction <maximumf>
// CHECK-COUNT-2: math.exp
// CHECK: vector.reduction <add>
// CHECK-COUNT-2: arith.divf
// CHECK-NOT: scf.parallel
// CHECK-NOT: math.exp
// CHECK: return
kernel.func @softmax(%x: tensor<64x32xf32>, %out: tensor<64x32xf32>) -> tensor<64x32xf32> {
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x32xf32>) outs(%f : tensor<64xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.maximumf %c, %a : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %ee = tensor.empty() : tensor<64x32xf32>
  %exp = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %max : tensor<64x32xf32>, tensor<64xf32>) outs(%ee : tensor<64x32xf32>) {
  ^bb0(%a: f32, %m: f32, %c: f32):
    %d = arith.subf %a, %m : f32
    %s = math.exp %d : f32
    linalg.yield %s : f32
  } -> tensor<64x32xf32>
  %es = tensor.empty() : tensor<64xf32>
  %fs = linalg.fill ins(%zero : f32) outs(%es : tensor<64xf32>) -> tensor<64xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<64x32xf32>) outs(%fs : tensor<64xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %c, %a : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %r = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<64x32xf32>, tensor<64xf32>) outs(%out : tensor<64x32xf32>) {
  ^bb0(%a: f32, %m: f32, %c: f32):
    %d = arith.divf %a, %m : f32
    linalg.yield %d : f32
  } -> tensor<64x32xf32>
  kernel.return %r : tensor<64x32xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A chain of elementwise operations is one loop, without a buffer between.
// CHECK-LABEL: func.func private @chain.body
// CHECK-SAME: #kernel.schedule<elementwise
// CHECK-NOT: memref.alloc
// CHECK: vector.load
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: vector.store
kernel.func @chain(%x: tensor<64x32xf32>, %out: tensor<64x32xf32>) -> tensor<64x32xf32> {
  %e = tensor.empty() : tensor<64x32xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x32xf32>) outs(%e : tensor<64x32xf32>) {
  ^bb0(%a: f32, %c: f32):
    %m = arith.mulf %a, %a : f32
    linalg.yield %m : f32
  } -> tensor<64x32xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%s, %x : tensor<64x32xf32>, tensor<64x32xf32>) outs(%out : tensor<64x32xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.addf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<64x32xf32>
  kernel.return %r : tensor<64x32xf32>
}

// -----

// Padding is a copy into the interior, and a loop for each border; of a tensor
// that holds nothing, only the borders.
// CHECK-LABEL: func.func private @pad.body
// CHECK: vector.load
// CHECK: vector.store
// CHECK: return
kernel.func @pad(%x: tensor<8x64xf32>, %out: tensor<10x64xf32>) -> tensor<10x64xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[1, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<8x64xf32> to tensor<10x64xf32>
  kernel.return %p : tensor<10x64xf32>
}

// CHECK-LABEL: func.func private @borders.body
// CHECK-NOT: vector.load
// CHECK: vector.store
// CHECK: return
kernel.func @borders(%out: tensor<10x64xf32>) -> tensor<10x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x64xf32>
  %p = tensor.pad %e low[1, 0] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<8x64xf32> to tensor<10x64xf32>
  kernel.return %p : tensor<10x64xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// Two results of one operation are one loop, and what both need is computed once.
// CHECK-LABEL: func.func private @siblings.body
// CHECK: scf.for
// CHECK-COUNT-4: math.exp
// CHECK-NOT: math.exp
// CHECK-NOT: scf.for
// CHECK: return
kernel.func @siblings(%x: tensor<64x64xf32>, %p: tensor<64x64xf32>, %q: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64x64xf32>) {
  %r:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<64x64xf32>) outs(%p, %q : tensor<64x64xf32>, tensor<64x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %e = math.exp %a : f32
    %s = arith.addf %e, %a : f32
    linalg.yield %e, %s : f32, f32
  } -> (tensor<64x64xf32>, tensor<64x64xf32>)
  kernel.return %r#0, %r#1 : tensor<64x64xf32>, tensor<64x64xf32>
}
