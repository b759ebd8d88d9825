// RUN: swage-kernel %s | FileCheck %s

// CHECK: ok @matmul
kernel.func @matmul(%a: tensor<37x50xf32>, %b: tensor<50x45xf32>, %out: tensor<37x45xf32>) -> tensor<37x45xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x45xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<37x45xf32>) -> tensor<37x45xf32>
  %r = linalg.matmul ins(%a, %b : tensor<37x50xf32>, tensor<50x45xf32>) outs(%f : tensor<37x45xf32>) -> tensor<37x45xf32>
  kernel.return %r : tensor<37x45xf32>
}

// Columns that end within half a vector.
// CHECK: ok @half_exact
kernel.func @half_exact(%a: tensor<37x50xf32>, %b: tensor<50x24xf32>, %out: tensor<37x24xf32>) -> tensor<37x24xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<37x24xf32>) -> tensor<37x24xf32>
  %r = linalg.matmul ins(%a, %b : tensor<37x50xf32>, tensor<50x24xf32>) outs(%f : tensor<37x24xf32>) -> tensor<37x24xf32>
  kernel.return %r : tensor<37x24xf32>
}

// Columns that end within half a vector.
// CHECK: ok @half_masked
kernel.func @half_masked(%a: tensor<37x50xf32>, %b: tensor<50x21xf32>, %out: tensor<37x21xf32>) -> tensor<37x21xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<37x21xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<37x21xf32>) -> tensor<37x21xf32>
  %r = linalg.matmul ins(%a, %b : tensor<37x50xf32>, tensor<50x21xf32>) outs(%f : tensor<37x21xf32>) -> tensor<37x21xf32>
  kernel.return %r : tensor<37x21xf32>
}
