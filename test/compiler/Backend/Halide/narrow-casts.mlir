// RUN: swage-kernel %s --backend=both --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --backend=both --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --backend=both | FileCheck %s

// Floats that become integers and then lose their upper bits keep the lower ones,
// also where the narrow type, taken as signed, has no place for the number.
// CHECK: ok @unsigned_shorts
// CHECK: ok @unsigned_bytes
// CHECK-NOT: fail
#id = affine_map<(d0) -> (d0)>
kernel.func @unsigned_shorts(%x: tensor<40xf32>, %out: tensor<40xi16>) -> tensor<40xi16> {
  %scale = arith.constant 6.0e+04 : f32
  %least = arith.constant 0.0 : f32
  %most = arith.constant 6.5535e+04 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<40xf32>) outs(%out : tensor<40xi16>) {
  ^bb0(%a: f32, %o: i16):
    %0 = arith.mulf %a, %scale : f32
    %1 = arith.maximumf %0, %least : f32
    %2 = arith.minimumf %1, %most : f32
    %3 = arith.fptosi %2 : f32 to i32
    %4 = arith.trunci %3 : i32 to i16
    linalg.yield %4 : i16
  } -> tensor<40xi16>
  kernel.return %r : tensor<40xi16>
}

kernel.func @unsigned_bytes(%x: tensor<40xf32>, %out: tensor<40xi8>) -> tensor<40xi8> {
  %scale = arith.constant 2.5e+02 : f32
  %least = arith.constant 0.0 : f32
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<40xf32>) outs(%out : tensor<40xi8>) {
  ^bb0(%a: f32, %o: i8):
    %0 = arith.mulf %a, %scale : f32
    %1 = arith.maximumf %0, %least : f32
    %2 = arith.fptosi %1 : f32 to i32
    %3 = arith.trunci %2 : i32 to i8
    linalg.yield %3 : i8
  } -> tensor<40xi8>
  kernel.return %r : tensor<40xi8>
}
