// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-winograd=tile=4,4 -swage-form-kernels | FileCheck %s

// Padding, transforms, products, bias, residual sum and activation are one
// kernel, which has the schedule and the small matrices in it. The filter's
// transform is another, on constants alone, in f64.
// CHECK-LABEL: func.func @main
// CHECK: kernel.call @[[FILTER:constant_contraction_6x6x1x64x32_f32_[0-9]+]] ins({{.*}} : tensor<6x3xf64>, tensor<6x3xf64>, tensor<3x3x64x32xf32>)
// CHECK: kernel.call @[[CONV:contraction_1x14x14x32_f32_[0-9]+]] ins({{.*}} : tensor<1x14x14x64xf32>, tensor<6x6x1x64x32xf32>, tensor<32xf32>, tensor<1x14x14x32xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @[[FILTER]]
// CHECK: arith.truncf
// CHECK: kernel.func @[[CONV]]
// CHECK-SAME: schedule = #kernel.schedule<winograd {block = array<i64: {{[0-9]+, [0-9]+}}>, cache_blocks = array<i64: 32>
// CHECK: tensor.pad
// CHECK: arith.constant dense<{{.*}} : tensor<6x6xf32>
// CHECK-COUNT-4: linalg.generic
// CHECK: arith.maximumf
// CHECK: kernel.return
func.func @main(%x: tensor<1x14x14x64xf32>, %r: tensor<1x14x14x32xf32>) -> tensor<1x14x14x32xf32> {
  %w = arith.constant dense_resource<filter> : tensor<32x64x3x3xf32>
  %b = arith.constant dense_resource<bias> : tensor<32xf32>
  %y = nn.conv %x, %w, %b {channels_last, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, group = 1 : i64} : tensor<1x14x14x64xf32>, tensor<32x64x3x3xf32>, tensor<32xf32> -> tensor<1x14x14x32xf32>
  %s = nn.add %y, %r : tensor<1x14x14x32xf32>, tensor<1x14x14x32xf32> -> tensor<1x14x14x32xf32>
  %z = nn.relu %s : tensor<1x14x14x32xf32> -> tensor<1x14x14x32xf32>
  return %z : tensor<1x14x14x32xf32>
}

{-# dialect_resources: { builtin: { filter: "0x040000000000", bias: "0x040000000000" } } #-}
