// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise -swage-form-kernels | FileCheck %s
// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise=least-bytes=1000000 -swage-form-kernels | FileCheck %s --check-prefix=LARGE
// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise=least-projected-bytes=10000 -swage-form-kernels | FileCheck %s --check-prefix=FEW
// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise=most-weight-bytes=1000 -swage-form-kernels | FileCheck %s --check-prefix=FEW

// A product with its activation, the padding, and a window over each channel are
// one kernel; what follows the window joins it.
// LARGE-LABEL: func.func @main
// LARGE: kernel.call @contraction
// LARGE: kernel.call @contraction
// CHECK-LABEL: func.func @main
// CHECK: kernel.call @depthwise_1x4x4x24_f32_0 ins(%{{.*}} : tensor<1x8x8x5xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @depthwise_1x4x4x24_f32_0
// CHECK-SAME: backend = "llvm", kind = "depthwise"
// CHECK: arith.mulf
// CHECK: arith.maximumf
// CHECK: tensor.pad
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
// CHECK: arith.minimumf
// CHECK: kernel.return
#image = affine_map<(n, y, x, c, k) -> (n, y, x, k)>
#filter = affine_map<(n, y, x, c, k) -> (k, c)>
#result = affine_map<(n, y, x, c, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#padded = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u, c)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @main(%x: tensor<1x8x8x5xf32>) -> tensor<1x4x4x24xf32> {
  %filter = arith.constant dense<0.5> : tensor<5x24xf32>
  %taps = arith.constant dense<0.25> : tensor<3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %six = arith.constant 6.0 : f32
  %e0 = tensor.empty() : tensor<1x8x8x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x8x8x24xf32>) -> tensor<1x8x8x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x8x8x5xf32>, tensor<5x24xf32>) outs(%f0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x8x8x24xf32>) outs(%e0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x24xf32>
  %2 = tensor.pad %1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x24xf32> to tensor<1x10x10x24xf32>
  %e1 = tensor.empty() : tensor<1x4x4x24xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4x4x24xf32>) -> tensor<1x4x4x24xf32>
  %3 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x10x10x24xf32>, tensor<3x3x24xf32>) outs(%f1 : tensor<1x4x4x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x4x4x24xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3 : tensor<1x4x4x24xf32>) outs(%e1 : tensor<1x4x4x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.minimumf %a, %six : f32
    linalg.yield %m : f32
  } -> tensor<1x4x4x24xf32>
  return %4 : tensor<1x4x4x24xf32>
}

// -----

// Somebody else needs what the product gives.
// CHECK-LABEL: func.func @main
// CHECK: kernel.call @contraction
// CHECK: kernel.call @contraction
// CHECK-NOT: @depthwise
#image = affine_map<(n, y, x, c, k) -> (n, y, x, k)>
#filter = affine_map<(n, y, x, c, k) -> (k, c)>
#result = affine_map<(n, y, x, c, k) -> (n, y, x, c)>
#padded = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u, c)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @main(%x: tensor<1x8x8x5xf32>) -> (tensor<1x8x8x24xf32>, tensor<1x8x8x24xf32>) {
  %filter = arith.constant dense<0.5> : tensor<5x24xf32>
  %taps = arith.constant dense<0.25> : tensor<3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<1x8x8x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x8x8x24xf32>) -> tensor<1x8x8x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %filter : tensor<1x8x8x5xf32>, tensor<5x24xf32>) outs(%f0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x24xf32>
  %2 = tensor.pad %0 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x24xf32> to tensor<1x10x10x24xf32>
  %3 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x10x10x24xf32>, tensor<3x3x24xf32>) outs(%f0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x24xf32>
  return %0, %3 : tensor<1x8x8x24xf32>, tensor<1x8x8x24xf32>
}

// -----

// A window, its activation and a product of that are one kernel, with the padding
// before and the sum behind, unless what lies between is small or the product has
// many weights.
// LARGE-LABEL: func.func @projection
// FEW-LABEL: func.func @projection
// FEW: kernel.call @contraction
// FEW: kernel.call @contraction
// CHECK-LABEL: func.func @projection
// CHECK: kernel.call @depthwise_1x8x8x12_f32_0 ins(%{{.*}}, %{{.*}} : tensor<1x8x8x24xf32>, tensor<1x8x8x12xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @depthwise_1x8x8x12_f32_0
// CHECK-SAME: backend = "llvm", kind = "depthwise"
// CHECK: tensor.pad
// CHECK: arith.mulf
// CHECK: arith.maximumf
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]
// CHECK: kernel.return
#image = affine_map<(n, y, x, c, k) -> (n, y, x, k)>
#filter = affine_map<(n, y, x, c, k) -> (k, c)>
#result = affine_map<(n, y, x, c, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#padded = affine_map<(n, y, x, c, v, u) -> (n, y + v, x + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u, c)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @projection(%x: tensor<1x8x8x24xf32>, %r: tensor<1x8x8x12xf32>) -> tensor<1x8x8x12xf32> {
  %filter = arith.constant dense<0.5> : tensor<24x12xf32>
  %taps = arith.constant dense<0.25> : tensor<3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x24xf32> to tensor<1x10x10x24xf32>
  %e0 = tensor.empty() : tensor<1x8x8x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x8x8x24xf32>) -> tensor<1x8x8x24xf32>
  %1 = linalg.generic {indexing_maps = [#padded, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%0, %taps : tensor<1x10x10x24xf32>, tensor<3x3x24xf32>) outs(%f0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x24xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%1 : tensor<1x8x8x24xf32>) outs(%e0 : tensor<1x8x8x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x24xf32>
  %e1 = tensor.empty() : tensor<1x8x8x12xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8x8x12xf32>) -> tensor<1x8x8x12xf32>
  %3 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%2, %filter : tensor<1x8x8x24xf32>, tensor<24x12xf32>) outs(%f1 : tensor<1x8x8x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x12xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3, %r : tensor<1x8x8x12xf32>, tensor<1x8x8x12xf32>) outs(%e1 : tensor<1x8x8x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x12xf32>
  return %4 : tensor<1x8x8x12xf32>
}

// -----

// A product with a constant that gives one number has no channels.
// CHECK-LABEL: func.func @number
// CHECK: kernel.call @contraction
func.func @number(%x: tensor<5xf32>) -> tensor<f32> {
  %w = arith.constant dense<0.5> : tensor<5xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %y = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> ()>], iterator_types = ["reduction"]}
      ins(%x, %w : tensor<5xf32>, tensor<5xf32>) outs(%f : tensor<f32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %y : tensor<f32>
}
