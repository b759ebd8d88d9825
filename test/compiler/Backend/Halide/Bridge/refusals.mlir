// RUN: swage-kernel %s --dump=spec 2>&1 | FileCheck %s
// What Halide cannot take is named where it stands.

kernel.func @loop(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  // CHECK: [[@LINE+1]]:8: remark: not for Halide: 'scf.for' has no counterpart in Halide
  %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%t = %out) -> tensor<4xf32> {
    %e = tensor.extract %x[%i] : tensor<4xf32>
    %n = tensor.insert %e into %t[%i] : tensor<4xf32>
    scf.yield %n : tensor<4xf32>
  }
  kernel.return %0 : tensor<4xf32>
}

// CHECK: [[@LINE+1]]:1: remark: not for Halide: 'kernel.func' works on f8E5M2, which Halide has no type for
kernel.func @narrow(%x: tensor<4xf8E5M2>, %out: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %out : tensor<4xf32>
}

kernel.func @diagonal(%x: tensor<4xf32>, %out: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: [[@LINE+1]]:8: remark: not for Halide: 'linalg.generic' writes its result in an order that Halide cannot
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a, a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%out : tensor<4x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<4x4xf32>
  kernel.return %0 : tensor<4x4xf32>
}

kernel.func @overwritten(%x: tensor<4x3xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: [[@LINE+1]]:8: remark: not for Halide: 'linalg.generic' writes elements of its result more than once
  %0 = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x3xf32>) outs(%out : tensor<4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<4xf32>
  kernel.return %0 : tensor<4xf32>
}

kernel.func @two_orders(%x: tensor<4x3x2xf32>, %o0: tensor<4xf32>, %o1: tensor<3xf32>) -> (tensor<4xf32>, tensor<3xf32>) {
  %zero = arith.constant 0.0 : f32
  // CHECK: [[@LINE+1]]:10: remark: not for Halide: 'linalg.generic' reduces into results of different orders, which Halide cannot
  %r:2 = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (a, b, c)>, affine_map<(a, b, c) -> (a)>, affine_map<(a, b, c) -> (b)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<4x3x2xf32>) outs(%o0, %o1 : tensor<4xf32>, tensor<3xf32>) {
  ^bb0(%v: f32, %p: f32, %q: f32):
    linalg.yield %v, %v : f32, f32
  } -> (tensor<4xf32>, tensor<3xf32>)
  kernel.return %r#0, %r#1 : tensor<4xf32>, tensor<3xf32>
}

kernel.func @entangled(%x: tensor<4x3xf32>, %o0: tensor<4xf32>, %o1: tensor<4xindex>) -> (tensor<4xf32>, tensor<4xindex>) {
  %lowest = arith.constant 0xFF800000 : f32
  %c0 = arith.constant 0 : index
  %i0 = linalg.fill ins(%lowest : f32) outs(%o0 : tensor<4xf32>) -> tensor<4xf32>
  %i1 = linalg.fill ins(%c0 : index) outs(%o1 : tensor<4xindex>) -> tensor<4xindex>
  // CHECK: [[@LINE+1]]:10: remark: not for Halide: 'linalg.generic' reduces into results that depend on each other, which Halide mixes up
  %r:2 = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x3xf32>) outs(%i0, %i1 : tensor<4xf32>, tensor<4xindex>) {
  ^bb0(%v: f32, %best: f32, %at: index):
    %c = arith.cmpf olt, %best, %v : f32
    %p = arith.select %c, %v, %best : f32
    %i = linalg.index 1 : index
    %q = arith.select %c, %i, %at : index
    linalg.yield %p, %q : f32, index
  } -> (tensor<4xf32>, tensor<4xindex>)
  kernel.return %r#0, %r#1 : tensor<4xf32>, tensor<4xindex>
}

kernel.func @function(%x: tensor<4xi32>, %out: tensor<4xi32>) -> tensor<4xi32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<4xi32>) outs(%out : tensor<4xi32>) {
  ^bb0(%v: i32, %o: i32):
    // CHECK: [[@LINE+1]]:10: remark: not for Halide: 'math.ctpop' has no counterpart in Halide
    %n = math.ctpop %v : i32
    linalg.yield %n : i32
  } -> tensor<4xi32>
  kernel.return %0 : tensor<4xi32>
}

// CHECK: [[@LINE+1]]:1: remark: not for Halide: argument #0 has 2 GB or more, and Halide counts in 32 bits
kernel.func @large(%x: tensor<65536x65536xi8>, %out: tensor<1xi8>) -> tensor<1xi8> {
  kernel.return %out : tensor<1xi8>
}

// CHECK: [[@LINE+1]]:1: remark: not for Halide: argument #0 is empty
kernel.func @empty(%x: tensor<0x3xi8>, %out: tensor<1xi8>) -> tensor<1xi8> {
  kernel.return %out : tensor<1xi8>
}

// CHECK-NOT: remark
