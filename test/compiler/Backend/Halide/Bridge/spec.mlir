// RUN: swage-kernel %s --dump=spec | FileCheck %s

// Parallel loops are the result's dimensions, reductions come after them.
// CHECK-LABEL: kernel @matmul
// CHECK-NEXT: operand 0: f32[33, 65] = %[[A:.*]]
// CHECK-NEXT: operand 1: f32[65, 47] = %[[B:.*]]
// CHECK-NEXT: operand 2: f32[33, 47]
// CHECK-NEXT: stage {{.*}}: %[[C:.*]]: f32[33, 47] over [65]
// CHECK-NEXT: init 0:f32
// CHECK-NEXT: step add(acc, mul(%[[A]][i0, i2], %[[B]][i2, i1]))
// CHECK-NEXT: output %[[C]] to operand 2
kernel.func @matmul(%a: tensor<33x65xf32>, %b: tensor<65x47xf32>, %out: tensor<33x47xf32>) -> tensor<33x47xf32> {
  %z = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<33x47xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<33x47xf32>) -> tensor<33x47xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<33x65xf32>, tensor<65x47xf32>) outs(%f : tensor<33x47xf32>) -> tensor<33x47xf32>
  kernel.return %0 : tensor<33x47xf32>
}

// Sizes that only a run knows are numbered as the calling convention has them;
// a result in another order reorders the loops.
// CHECK-LABEL: kernel @transposed
// CHECK-NEXT: operand 0: f32[n0, 4, n1] = %[[X:.*]]
// CHECK-NEXT: operand 1: f32[4, n2, n3]
// CHECK-NEXT: stage {{.*}}: %[[Y:.*]]: f32[4, n2, n3]
// CHECK-NEXT: value max(%[[X]][i2, i0, i1], 0:f32)
// CHECK-NEXT: output %[[Y]] to operand 1
kernel.func @transposed(%x: tensor<?x4x?xf32>, %out: tensor<4x?x?xf32>) -> tensor<4x?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (b, c, a)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<?x4x?xf32>) outs(%out : tensor<4x?x?xf32>) {
  ^bb0(%v: f32, %o: f32):
    %m = arith.maximumf %v, %zero : f32
    linalg.yield %m : f32
  } -> tensor<4x?x?xf32>
  kernel.return %0 : tensor<4x?x?xf32>
}

// Strides of buffers are given like sizes.
// CHECK-LABEL: kernel @strided
// CHECK-NEXT: operand 0: i8[n0] strides [n1] = %[[X:.*]]
// CHECK-NEXT: operand 1: i8[n2]
// CHECK: value %[[X]][i0]
kernel.func @strided(%x: tensor<?xi8>, %out: tensor<?xi8>) -> tensor<?xi8>
    attributes {buffers = [memref<?xi8, strided<[?]>>, memref<?xi8>]} {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xi8>) outs(%out : tensor<?xi8>) {
  ^bb0(%v: i8, %o: i8):
    linalg.yield %v : i8
  } -> tensor<?xi8>
  kernel.return %0 : tensor<?xi8>
}

// A window on a padded image: the padding is a stage, the window reads it at
// sums of loops.
// CHECK-LABEL: kernel @window
// CHECK: stage s0_pad: %[[PAD:.*]]: f32[10]
// CHECK-NEXT: t0 = sub(i0, 1)
// CHECK-NEXT: value select(and(le(0, t0), le(t0, 7)), %{{.*}}[max(min(t0, 7), 0)], 0:f32)
// CHECK-NEXT: stage s1_reduce: %{{.*}}: f32[4] over [3]
// CHECK: step add(acc, mul(%[[PAD]][add(mul(i0, 2), i1)], %{{.*}}[i1]))
kernel.func @window(%x: tensor<8xf32>, %w: tensor<3xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[1] high[1] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<8xf32> to tensor<10xf32>
  %init = linalg.fill ins(%zero : f32) outs(%out : tensor<4xf32>) -> tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(o, k) -> (o * 2 + k)>, affine_map<(o, k) -> (k)>, affine_map<(o, k) -> (o)>],
                       iterator_types = ["parallel", "reduction"]}
      ins(%padded, %w : tensor<10xf32>, tensor<3xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%v: f32, %f: f32, %acc: f32):
    %p = arith.mulf %v, %f : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  kernel.return %0 : tensor<4xf32>
}

// Slices and reshapes vanish in the places that are read.
// CHECK-LABEL: kernel @views
// CHECK-NOT: stage s1
// CHECK: t0 = add(mul(i0, 2), 1)
// CHECK-NEXT: value %{{.*}}[floordiv(t0, 3), mod(t0, 3)]
kernel.func @views(%x: tensor<4x3xf32>, %out: tensor<5xf32>) -> tensor<5xf32> {
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<4x3xf32> into tensor<12xf32>
  %slice = tensor.extract_slice %flat[1] [5] [2] : tensor<12xf32> to tensor<5xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%slice : tensor<5xf32>) outs(%out : tensor<5xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<5xf32>
  kernel.return %0 : tensor<5xf32>
}

// Joined tensors.
// CHECK-LABEL: kernel @joined
// CHECK: stage s0_concat: %[[C:.*]]: f32[5]
// CHECK-NEXT: value select(lt(i0, 2), %[[A:.*]][max(min(i0, 1), 0)], %[[B:.*]][max(min(sub(i0, 2), 2), 0)])
// CHECK-NEXT: stage s1_insert: %{{.*}}: f32[5]
// CHECK: value select({{.*}}, %[[A]][{{.*}}], %[[C]][i0])
kernel.func @joined(%a: tensor<2xf32>, %b: tensor<3xf32>, %out: tensor<5xf32>) -> tensor<5xf32> {
  %c = tensor.concat dim(0) %a, %b : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
  %d = tensor.insert_slice %a into %c[3] [2] [1] : tensor<2xf32> into tensor<5xf32>
  kernel.return %d : tensor<5xf32>
}

// Elements at places that data choose; an index from data has 64 bits until it
// is known to lie in the tensor.
// CHECK-LABEL: kernel @gathered
// CHECK: literal %[[TABLE:.*]]: i32[3]
// CHECK: value %[[TABLE]][cast:index(max(min(cast:i64(%{{.*}}[i0]), 2:i64), 0:i64))]
kernel.func @gathered(%at: tensor<7xi32>, %out: tensor<7xi32>) -> tensor<7xi32> {
  %table = arith.constant dense<[5, 6, 7]> : tensor<3xi32>
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%at : tensor<7xi32>) outs(%out : tensor<7xi32>) {
  ^bb0(%v: i32, %o: i32):
    %i = arith.index_cast %v : i32 to index
    %e = tensor.extract %table[%i] : tensor<3xi32>
    linalg.yield %e : i32
  } -> tensor<7xi32>
  kernel.return %0 : tensor<7xi32>
}

// Several results of one loop are one stage when they reduce.
// CHECK-LABEL: kernel @both
// CHECK: stage s0_reduce: %[[SUM:.*]]: f32[4] %[[MAX:.*]]: f32[4] over [9]
// CHECK-NEXT: init 0:f32
// CHECK-NEXT: step add(acc, %[[X:.*]][i0, i1])
// CHECK-NEXT: init -inf:f32
// CHECK-NEXT: step max(acc1, %[[X]][i0, i1])
// CHECK-NEXT: output %[[SUM]] to operand 1
// CHECK-NEXT: output %[[MAX]] to operand 2
kernel.func @both(%x: tensor<4x9xf32>, %o0: tensor<4xf32>, %o1: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %i0 = linalg.fill ins(%zero : f32) outs(%o0 : tensor<4xf32>) -> tensor<4xf32>
  %i1 = linalg.fill ins(%lowest : f32) outs(%o1 : tensor<4xf32>) -> tensor<4xf32>
  %r:2 = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a)>],
                         iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x9xf32>) outs(%i0, %i1 : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%v: f32, %s: f32, %m: f32):
    %p = arith.addf %s, %v : f32
    %q = arith.maximumf %m, %v : f32
    linalg.yield %p, %q : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  kernel.return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// Numbers of 16 bits are rounded after each operation.
// CHECK-LABEL: kernel @half
// CHECK: value cast:f16(add(cast:f32(%[[X:.*]][i0]), cast:f32(%[[X]][i0])))
kernel.func @half(%x: tensor<4xf16>, %out: tensor<4xf16>) -> tensor<4xf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf16>) outs(%out : tensor<4xf16>) {
  ^bb0(%v: f16, %o: f16):
    %s = arith.addf %v, %v : f16
    linalg.yield %s : f16
  } -> tensor<4xf16>
  kernel.return %0 : tensor<4xf16>
}
