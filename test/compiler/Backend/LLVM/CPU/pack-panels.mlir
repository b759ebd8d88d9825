// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -swage-pack-contractions=target=x86-64-v4 -split-input-file | FileCheck %s

// Rows of the other operand that lie pages apart get wide panels, for few rows
// at a time.
// CHECK: affine_map<(d0, d1, d2) -> (d1 floordiv 64, d2, d1 mod 64)>
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<196x1024xf32>) -> tensor<196x256xf32> {
  %w = arith.constant dense_resource<w> : tensor<1024x256xf32>
  %0 = nn.matmul %x, %w : tensor<196x1024xf32>, tensor<1024x256xf32> -> tensor<196x256xf32>
  return %0 : tensor<196x256xf32>
}

// -----

// Rows elsewhere are many at a time, over panels of two vectors.
// CHECK: affine_map<(d0, d1, d2) -> (d1 floordiv 32, d2, d1 mod 32)>
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<196x1008xf32>) -> tensor<196x256xf32> {
  %w = arith.constant dense_resource<w> : tensor<1008x256xf32>
  %0 = nn.matmul %x, %w : tensor<196x1008xf32>, tensor<1008x256xf32> -> tensor<196x256xf32>
  return %0 : tensor<196x256xf32>
}
