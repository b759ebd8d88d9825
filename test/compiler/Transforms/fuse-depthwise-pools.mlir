// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise=lanes=8 -swage-form-kernels | FileCheck %s
// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise="lanes=8 least-bytes=1000000" -swage-form-kernels | FileCheck %s --check-prefix=LARGE
// RUN: swage-opt %s -split-input-file -swage-fuse-depthwise="lanes=8 band-bytes=3000" -swage-form-kernels | FileCheck %s --check-prefix=NARROW

// A convolution of three channels, its activation and the pool over that are one
// kernel, unless what lies between is small.
// LARGE-LABEL: func.func @stem
// LARGE: kernel.call @contraction
// LARGE: kernel.call @contraction
// CHECK-LABEL: func.func @stem
// CHECK: kernel.call @depthwise_1x5x5x24_f32_0 ins(%{{.*}} : tensor<1x23x23x3xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @depthwise_1x5x5x24_f32_0
// CHECK-SAME: backend = "llvm", kind = "depthwise"
// CHECK: arith.mulf
// CHECK: arith.maximumf
// CHECK-NOT: tensor.pad
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
// CHECK: arith.maximumf
// CHECK: kernel.return
#image = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#filter = affine_map<(n, y, x, c, v, u, k) -> (v, u, k, c)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#pooled = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @stem(%x: tensor<1x23x23x3xf32>) -> tensor<1x5x5x24xf32> {
  %filter = arith.constant dense<0.5> : tensor<3x3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<1x11x11x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x11x11x24xf32>) -> tensor<1x11x11x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<1x23x23x3xf32>, tensor<3x3x3x24xf32>) outs(%f0 : tensor<1x11x11x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x11x11x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x11x11x24xf32>) outs(%e0 : tensor<1x11x11x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x11x11x24xf32>
  %taps = tensor.empty() : tensor<3x3xf32>
  %e1 = tensor.empty() : tensor<1x5x5x24xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<1x5x5x24xf32>) -> tensor<1x5x5x24xf32>
  %3 = linalg.generic {indexing_maps = [#pooled, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %taps : tensor<1x11x11x24xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x5x5x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x5x5x24xf32>
  return %3 : tensor<1x5x5x24xf32>
}

// -----

// With the borders of both. Where a band's memory holds few rows, too many of the
// convolution's would be computed twice.
// NARROW-LABEL: func.func @borders
// NARROW: kernel.call @contraction
// NARROW: kernel.call @contraction
// CHECK-LABEL: func.func @borders
// CHECK: kernel.call @depthwise_1x6x6x24_f32_0 ins(%{{.*}} : tensor<1x23x23x3xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @depthwise_1x6x6x24_f32_0
// CHECK: tensor.pad
// CHECK: arith.mulf
// CHECK: tensor.pad
// CHECK: arith.maximumf
// CHECK: kernel.return
#image = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#filter = affine_map<(n, y, x, c, v, u, k) -> (v, u, k, c)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#pooled = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @borders(%x: tensor<1x23x23x3xf32>) -> tensor<1x6x6x24xf32> {
  %filter = arith.constant dense<0.5> : tensor<7x7x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %bordered = tensor.pad %x low[0, 3, 3, 0] high[0, 3, 3, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x23x23x3xf32> to tensor<1x29x29x3xf32>
  %e0 = tensor.empty() : tensor<1x12x12x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x12x12x24xf32>) -> tensor<1x12x12x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%bordered, %filter : tensor<1x29x29x3xf32>, tensor<7x7x3x24xf32>) outs(%f0 : tensor<1x12x12x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x12x12x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x12x12x24xf32>) outs(%e0 : tensor<1x12x12x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x12x12x24xf32>
  %2 = tensor.pad %1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %least : f32
  } : tensor<1x12x12x24xf32> to tensor<1x14x14x24xf32>
  %taps = tensor.empty() : tensor<3x3xf32>
  %e1 = tensor.empty() : tensor<1x6x6x24xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<1x6x6x24xf32>) -> tensor<1x6x6x24xf32>
  %3 = linalg.generic {indexing_maps = [#pooled, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%2, %taps : tensor<1x14x14x24xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x6x6x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x6x6x24xf32>
  return %3 : tensor<1x6x6x24xf32>
}

// -----

// Somebody else needs what is pooled.
// CHECK-LABEL: func.func @used
// CHECK: kernel.call @contraction
// CHECK: kernel.call @contraction
// CHECK-NOT: @depthwise
#image = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#filter = affine_map<(n, y, x, c, v, u, k) -> (v, u, k, c)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#pooled = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @used(%x: tensor<1x23x23x3xf32>) -> (tensor<1x5x5x24xf32>, tensor<1x11x11x24xf32>) {
  %filter = arith.constant dense<0.5> : tensor<3x3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<1x11x11x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x11x11x24xf32>) -> tensor<1x11x11x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<1x23x23x3xf32>, tensor<3x3x3x24xf32>) outs(%f0 : tensor<1x11x11x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x11x11x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x11x11x24xf32>) outs(%e0 : tensor<1x11x11x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x11x11x24xf32>
  %taps = tensor.empty() : tensor<3x3xf32>
  %e1 = tensor.empty() : tensor<1x5x5x24xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<1x5x5x24xf32>) -> tensor<1x5x5x24xf32>
  %3 = linalg.generic {indexing_maps = [#pooled, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %taps : tensor<1x11x11x24xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x5x5x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x5x5x24xf32>
  return %3, %1 : tensor<1x5x5x24xf32>, tensor<1x11x11x24xf32>
}

// -----

// As many channels as a vector has lanes are left to other forms of convolutions.
// CHECK-LABEL: func.func @deep
// CHECK: kernel.call @contraction
// CHECK: kernel.call @contraction
// CHECK-NOT: @depthwise
#image = affine_map<(n, y, x, c, v, u, k) -> (n, y + v, x + u, k)>
#filter = affine_map<(n, y, x, c, v, u, k) -> (v, u, k, c)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#pooled = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @deep(%x: tensor<1x23x23x8xf32>) -> tensor<1x10x10x24xf32> {
  %filter = arith.constant dense<0.5> : tensor<3x3x8x24xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<1x21x21x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x21x21x24xf32>) -> tensor<1x21x21x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<1x23x23x8xf32>, tensor<3x3x8x24xf32>) outs(%f0 : tensor<1x21x21x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x21x21x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x21x21x24xf32>) outs(%e0 : tensor<1x21x21x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x21x21x24xf32>
  %taps = tensor.empty() : tensor<2x2xf32>
  %e1 = tensor.empty() : tensor<1x10x10x24xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<1x10x10x24xf32>) -> tensor<1x10x10x24xf32>
  %3 = linalg.generic {indexing_maps = [#pooled, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %taps : tensor<1x21x21x24xf32>, tensor<2x2xf32>) outs(%f1 : tensor<1x10x10x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x10x10x24xf32>
  return %3 : tensor<1x10x10x24xf32>
}

// -----

// Sizes that only a run knows.
// CHECK-LABEL: func.func @dynamic
// CHECK: kernel.call @contraction
// CHECK: kernel.call @contraction
// CHECK-NOT: @depthwise
#image = affine_map<(n, y, x, c, v, u, k) -> (n, y * 2 + v, x * 2 + u, k)>
#filter = affine_map<(n, y, x, c, v, u, k) -> (v, u, k, c)>
#result = affine_map<(n, y, x, c, v, u, k) -> (n, y, x, c)>
#id = affine_map<(n, y, x, c) -> (n, y, x, c)>
#pooled = affine_map<(n, y, x, c, v, u) -> (n, y * 2 + v, x * 2 + u, c)>
#taps = affine_map<(n, y, x, c, v, u) -> (v, u)>
#window = affine_map<(n, y, x, c, v, u) -> (n, y, x, c)>
func.func @dynamic(%x: tensor<1x?x?x3xf32>, %rows: index, %places: index) -> tensor<1x?x?x24xf32> {
  %filter = arith.constant dense<0.5> : tensor<3x3x3x24xf32>
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty(%rows, %rows) : tensor<1x?x?x24xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x?x?x24xf32>) -> tensor<1x?x?x24xf32>
  %0 = linalg.generic {indexing_maps = [#image, #filter, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %filter : tensor<1x?x?x3xf32>, tensor<3x3x3x24xf32>) outs(%f0 : tensor<1x?x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x?x?x24xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<1x?x?x24xf32>) outs(%e0 : tensor<1x?x?x24xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.maximumf %a, %zero : f32
    linalg.yield %m : f32
  } -> tensor<1x?x?x24xf32>
  %taps = tensor.empty() : tensor<3x3xf32>
  %e1 = tensor.empty(%places, %places) : tensor<1x?x?x24xf32>
  %f1 = linalg.fill ins(%least : f32) outs(%e1 : tensor<1x?x?x24xf32>) -> tensor<1x?x?x24xf32>
  %3 = linalg.generic {indexing_maps = [#pooled, #taps, #window], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%1, %taps : tensor<1x?x?x24xf32>, tensor<3x3xf32>) outs(%f1 : tensor<1x?x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.maximumf %o, %a : f32
    linalg.yield %m : f32
  } -> tensor<1x?x?x24xf32>
  return %3 : tensor<1x?x?x24xf32>
}
