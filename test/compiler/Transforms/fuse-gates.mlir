// RUN: swage-opt %s -split-input-file -swage-fuse-gates | FileCheck %s
// RUN: swage-opt %s -split-input-file -swage-fuse-gates -swage-form-kernels | FileCheck %s --check-prefix=KERNELS

// The columns of a product become gates of units, and with what combines them it
// is one kernel.
// CHECK-DAG: #[[$WEIGHTS:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, d2, d3)>
// CHECK-DAG: #[[$FIRST:.*]] = affine_map<(d0, d1) -> (d0, 0, d1)>
// CHECK-DAG: #[[$SECOND:.*]] = affine_map<(d0, d1) -> (d0, 1, d1)>
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0, 1], [2]] output_shape [2, 8, 5] : tensor<16x5xf32> into tensor<2x8x5xf32>
// CHECK: %[[P:.*]] = linalg.generic {indexing_maps = [#{{.*}}, #[[$WEIGHTS]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%{{.*}}, %[[W]]
// CHECK-SAME: attrs = {kernel.gates = 0 : i64}
// CHECK-NOT: extract_slice
// CHECK: linalg.generic {indexing_maps = [#[[$FIRST]], #[[$SECOND]], #{{.*}}, #{{.*}}]
// CHECK-SAME: ins(%[[P]], %[[P]], %{{.*}} : tensor<3x2x8xf32>, tensor<3x2x8xf32>, tensor<3x8xf32>)
// CHECK-SAME: attrs = {kernel.gates = 0 : i64}
// KERNELS-LABEL: func.func @main
// KERNELS: kernel.call @gates_3x8_f32
// KERNELS: kernel.func @gates_3x8_f32
// KERNELS-SAME: backend = "llvm", kind = "gates"
// KERNELS: math.exp
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (n, k)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<3x5xf32>, %h: tensor<3x8xf32>) -> tensor<3x8xf32> {
  %w = arith.constant dense<0.5> : tensor<16x5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x16xf32>) -> tensor<3x16xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %i = tensor.extract_slice %p[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %c = tensor.extract_slice %p[0, 8] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %r0 = tensor.empty() : tensor<3x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i, %c, %h : tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %d: f32, %o: f32):
    %t = math.exp %b : f32
    %m = arith.mulf %a, %t : f32
    %s = arith.addf %m, %d : f32
    linalg.yield %s : f32
  } -> tensor<3x8xf32>
  return %r : tensor<3x8xf32>
}

// -----

// A bias between product and gates is divided too, and so are weights whose
// columns come last, for any number of rows.
// CHECK-LABEL: func.func @main
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [5, 3, 4] : tensor<5x12xf32> into tensor<5x3x4xf32>
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: %[[B:.*]] = tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [3, 4] : tensor<12xf32> into tensor<3x4xf32>
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[P]], %[[B]] : tensor<?x3x4xf32>, tensor<3x4xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[S]], %[[S]] : tensor<?x3x4xf32>, tensor<?x3x4xf32>)
// KERNELS: kernel.call @gates
// KERNELS-NOT: kernel.call
// KERNELS: return
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (k, n)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<?x5xf32>) -> tensor<?x4xf32> {
  %w = arith.constant dense<0.5> : tensor<5x12xf32>
  %bias = arith.constant dense<0.25> : tensor<12xf32>
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%n) : tensor<?x12xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x12xf32>) -> tensor<?x12xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<?x5xf32>, tensor<5x12xf32>) outs(%f : tensor<?x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<?x12xf32>
  %q = linalg.generic {indexing_maps = [#id, affine_map<(b, u) -> (u)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%p, %bias : tensor<?x12xf32>, tensor<12xf32>) outs(%e : tensor<?x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x12xf32>
  %i = tensor.extract_slice %q[0, 0] [%n, 4] [1, 1] : tensor<?x12xf32> to tensor<?x4xf32>
  %c = tensor.extract_slice %q[0, 8] [%n, 4] [1, 1] : tensor<?x12xf32> to tensor<?x4xf32>
  %r0 = tensor.empty(%n) : tensor<?x4xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i, %c : tensor<?x4xf32>, tensor<?x4xf32>) outs(%r0 : tensor<?x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// Slices that begin within a gate, and a product that somebody else reads too,
// stay as they are.
// CHECK-LABEL: func.func @main
// CHECK-NOT: kernel.gates
// CHECK: return
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (n, k)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<3x5xf32>) -> (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x16xf32>) {
  %w = arith.constant dense<0.5> : tensor<16x5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x16xf32>) -> tensor<3x16xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %q = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.subf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %i = tensor.extract_slice %p[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %c = tensor.extract_slice %p[0, 4] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %j = tensor.extract_slice %q[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %k = tensor.extract_slice %q[0, 8] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %r0 = tensor.empty() : tensor<3x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i, %c : tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x8xf32>
  %t = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%j, %k : tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x8xf32>
  return %r, %t, %q : tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x16xf32>
}

// -----

// Gates may be combined by one operation behind another, as in a cell that a
// model spells out.
// CHECK-LABEL: func.func @main
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: %[[N:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<3x2x8xf32>) {{.*}} attrs = {kernel.gates = 0 : i64}
// CHECK: linalg.generic {{.*}} ins(%[[P]], %[[N]] : tensor<3x2x8xf32>, tensor<3x8xf32>) {{.*}} attrs = {kernel.gates = 0 : i64}
// KERNELS: %[[R:.*]]:2 = kernel.call @gates
// KERNELS: return %[[R]]#0, %[[R]]#1
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (n, k)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<3x5xf32>) -> (tensor<3x8xf32>, tensor<3x8xf32>) {
  %w = arith.constant dense<0.5> : tensor<16x5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x16xf32>) -> tensor<3x16xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %i = tensor.extract_slice %p[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %c = tensor.extract_slice %p[0, 8] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %r0 = tensor.empty() : tensor<3x8xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i : tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = math.exp %a : f32
    linalg.yield %t : f32
  } -> tensor<3x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%c, %n : tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x8xf32>
  return %n, %r : tensor<3x8xf32>, tensor<3x8xf32>
}

// -----

// Not if the second reads the first at other places: it has to wait for all.
// CHECK-LABEL: func.func @main
// CHECK-NOT: kernel.gates
// CHECK: return
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (n, k)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<3x5xf32>) -> (tensor<3x8xf32>, tensor<3x8xf32>) {
  %w = arith.constant dense<0.5> : tensor<16x5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x16xf32>) -> tensor<3x16xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %i = tensor.extract_slice %p[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %c = tensor.extract_slice %p[0, 8] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %r0 = tensor.empty() : tensor<3x8xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i : tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = math.exp %a : f32
    linalg.yield %t : f32
  } -> tensor<3x8xf32>
  %r = linalg.generic {indexing_maps = [#id, affine_map<(b, u) -> (2 - b, u)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%c, %n : tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x8xf32>
  return %n, %r : tensor<3x8xf32>, tensor<3x8xf32>
}

// -----

// The parts of input and state may both be products, added before they are cut:
// one of them is in the kernel, and reads the other's result.
// CHECK-LABEL: func.func @main
// CHECK: linalg.generic {{.*}} attrs = {kernel.gates = 0 : i64}
// CHECK: linalg.generic {{.*}} outs(%{{.*}} : tensor<3x16xf32>) {
// CHECK: linalg.generic {{.*}} attrs = {kernel.gates = 0 : i64}
// CHECK: linalg.generic {{.*}} attrs = {kernel.gates = 0 : i64}
// CHECK-NOT: kernel.gates
// KERNELS: kernel.call @contraction
// KERNELS: kernel.call @gates
#rows = affine_map<(b, n, k) -> (b, k)>
#columns = affine_map<(b, n, k) -> (n, k)>
#sums = affine_map<(b, n, k) -> (b, n)>
#id = affine_map<(b, u) -> (b, u)>
func.func @main(%x: tensor<3x5xf32>, %h: tensor<3x5xf32>) -> tensor<3x8xf32> {
  %w = arith.constant dense<0.5> : tensor<16x5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x16xf32>) -> tensor<3x16xf32>
  %p = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %q = linalg.generic {indexing_maps = [#rows, #columns, #sums], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%h, %w : tensor<3x5xf32>, tensor<16x5xf32>) outs(%f : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %g = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%p, %q : tensor<3x16xf32>, tensor<3x16xf32>) outs(%e : tensor<3x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<3x16xf32>
  %i = tensor.extract_slice %g[0, 0] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %c = tensor.extract_slice %g[0, 8] [3, 8] [1, 1] : tensor<3x16xf32> to tensor<3x8xf32>
  %r0 = tensor.empty() : tensor<3x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%i, %c : tensor<3x8xf32>, tensor<3x8xf32>) outs(%r0 : tensor<3x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<3x8xf32>
  return %r : tensor<3x8xf32>
}
