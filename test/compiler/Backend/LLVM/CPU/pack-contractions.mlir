// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -swage-pack-contractions=target=x86-64-v3 -split-input-file | FileCheck %s

// A constant matrix is read from panels; the last one is filled up with zeros.
// CHECK-DAG: #[[$FROM:.*]] = affine_map<(d0, d1, d2) -> (d1, d0 * 16 + d2)>
// CHECK-DAG: #[[$READ:.*]] = affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>
// CHECK-LABEL: func.func @main
// CHECK: %[[PADDED:.*]] = tensor.pad %{{.*}} low[0, 0] high[0, {{[0-9]+}}]
// CHECK: %[[PACKED:.*]] = linalg.generic {indexing_maps = [#[[$FROM]]
// CHECK-SAME: ins(%[[PADDED]]
// CHECK: linalg.generic {{.*}}#[[$READ]]{{.*}}"reduction"{{.*}} ins(%{{.*}}, %[[PACKED]]
func.func @main(%x: tensor<64x32xf32>) -> tensor<64x50xf32> {
  %w = arith.constant dense_resource<w> : tensor<32x50xf32>
  %0 = nn.matmul %x, %w : tensor<64x32xf32>, tensor<32x50xf32> -> tensor<64x50xf32>
  return %0 : tensor<64x50xf32>
}

// -----

// A matrix that each run brings stays as it is.
// CHECK-LABEL: func.func @main
// CHECK-NOT: tensor.pad
// CHECK-NOT: floordiv
func.func @main(%x: tensor<64x32xf32>, %w: tensor<32x50xf32>) -> tensor<64x50xf32> {
  %0 = nn.matmul %x, %w : tensor<64x32xf32>, tensor<32x50xf32> -> tensor<64x50xf32>
  return %0 : tensor<64x50xf32>
}
