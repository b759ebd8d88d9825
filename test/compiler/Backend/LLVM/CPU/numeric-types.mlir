// RUN: swage-kernel %s --tolerance=0.02 | FileCheck %s
// RUN: swage-kernel %s --tolerance=0.02 --target=x86-64-v3 | FileCheck %s

// Element types other than f32: products, elementwise operations, reductions.

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>

// CHECK: ok @matmul_f64
kernel.func @matmul_f64(%a: tensor<29x43xf64>, %b: tensor<43x35xf64>, %out: tensor<29x35xf64>) -> tensor<29x35xf64> {
  %zero = arith.constant 0.0 : f64
  %f = linalg.fill ins(%zero : f64) outs(%out : tensor<29x35xf64>) -> tensor<29x35xf64>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xf64>, tensor<43x35xf64>) outs(%f : tensor<29x35xf64>) -> tensor<29x35xf64>
  kernel.return %r : tensor<29x35xf64>
}

// CHECK: ok @rows_f64
kernel.func @rows_f64(%x: tensor<5x47xf64>, %out: tensor<5xf64>) -> tensor<5xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<5x47xf64>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xf64>) outs(%e : tensor<5x47xf64>) {
  ^bb0(%a: f64, %c: f64):
    %s = arith.mulf %a, %a : f64
    linalg.yield %s : f64
  } -> tensor<5x47xf64>
  %f = linalg.fill ins(%zero : f64) outs(%out : tensor<5xf64>) -> tensor<5xf64>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xf64>) outs(%f : tensor<5xf64>) {
  ^bb0(%a: f64, %c: f64):
    %s = arith.maximumf %c, %a : f64
    linalg.yield %s : f64
  } -> tensor<5xf64>
  kernel.return %r : tensor<5xf64>
}

// CHECK: ok @matmul_f16
kernel.func @matmul_f16(%a: tensor<29x43xf16>, %b: tensor<43x35xf16>, %out: tensor<29x35xf16>) -> tensor<29x35xf16> {
  %zero = arith.constant 0.0 : f16
  %f = linalg.fill ins(%zero : f16) outs(%out : tensor<29x35xf16>) -> tensor<29x35xf16>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xf16>, tensor<43x35xf16>) outs(%f : tensor<29x35xf16>) -> tensor<29x35xf16>
  kernel.return %r : tensor<29x35xf16>
}

// CHECK: ok @rows_f16
kernel.func @rows_f16(%x: tensor<5x47xf16>, %out: tensor<5xf16>) -> tensor<5xf16> {
  %zero = arith.constant 0.0 : f16
  %e = tensor.empty() : tensor<5x47xf16>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xf16>) outs(%e : tensor<5x47xf16>) {
  ^bb0(%a: f16, %c: f16):
    %s = arith.mulf %a, %a : f16
    linalg.yield %s : f16
  } -> tensor<5x47xf16>
  %f = linalg.fill ins(%zero : f16) outs(%out : tensor<5xf16>) -> tensor<5xf16>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xf16>) outs(%f : tensor<5xf16>) {
  ^bb0(%a: f16, %c: f16):
    %s = arith.maximumf %c, %a : f16
    linalg.yield %s : f16
  } -> tensor<5xf16>
  kernel.return %r : tensor<5xf16>
}

// CHECK: ok @matmul_bf16
kernel.func @matmul_bf16(%a: tensor<29x43xbf16>, %b: tensor<43x35xbf16>, %out: tensor<29x35xbf16>) -> tensor<29x35xbf16> {
  %zero = arith.constant 0.0 : bf16
  %f = linalg.fill ins(%zero : bf16) outs(%out : tensor<29x35xbf16>) -> tensor<29x35xbf16>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xbf16>, tensor<43x35xbf16>) outs(%f : tensor<29x35xbf16>) -> tensor<29x35xbf16>
  kernel.return %r : tensor<29x35xbf16>
}

// CHECK: ok @rows_bf16
kernel.func @rows_bf16(%x: tensor<5x47xbf16>, %out: tensor<5xbf16>) -> tensor<5xbf16> {
  %zero = arith.constant 0.0 : bf16
  %e = tensor.empty() : tensor<5x47xbf16>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xbf16>) outs(%e : tensor<5x47xbf16>) {
  ^bb0(%a: bf16, %c: bf16):
    %s = arith.mulf %a, %a : bf16
    linalg.yield %s : bf16
  } -> tensor<5x47xbf16>
  %f = linalg.fill ins(%zero : bf16) outs(%out : tensor<5xbf16>) -> tensor<5xbf16>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xbf16>) outs(%f : tensor<5xbf16>) {
  ^bb0(%a: bf16, %c: bf16):
    %s = arith.maximumf %c, %a : bf16
    linalg.yield %s : bf16
  } -> tensor<5xbf16>
  kernel.return %r : tensor<5xbf16>
}

// CHECK: ok @matmul_i32
kernel.func @matmul_i32(%a: tensor<29x43xi32>, %b: tensor<43x35xi32>, %out: tensor<29x35xi32>) -> tensor<29x35xi32> {
  %zero = arith.constant 0 : i32
  %f = linalg.fill ins(%zero : i32) outs(%out : tensor<29x35xi32>) -> tensor<29x35xi32>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xi32>, tensor<43x35xi32>) outs(%f : tensor<29x35xi32>) -> tensor<29x35xi32>
  kernel.return %r : tensor<29x35xi32>
}

// CHECK: ok @rows_i32
kernel.func @rows_i32(%x: tensor<5x47xi32>, %out: tensor<5xi32>) -> tensor<5xi32> {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<5x47xi32>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xi32>) outs(%e : tensor<5x47xi32>) {
  ^bb0(%a: i32, %c: i32):
    %s = arith.muli %a, %a : i32
    linalg.yield %s : i32
  } -> tensor<5x47xi32>
  %f = linalg.fill ins(%zero : i32) outs(%out : tensor<5xi32>) -> tensor<5xi32>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xi32>) outs(%f : tensor<5xi32>) {
  ^bb0(%a: i32, %c: i32):
    %s = arith.maxsi %c, %a : i32
    linalg.yield %s : i32
  } -> tensor<5xi32>
  kernel.return %r : tensor<5xi32>
}

// CHECK: ok @matmul_i64
kernel.func @matmul_i64(%a: tensor<29x43xi64>, %b: tensor<43x35xi64>, %out: tensor<29x35xi64>) -> tensor<29x35xi64> {
  %zero = arith.constant 0 : i64
  %f = linalg.fill ins(%zero : i64) outs(%out : tensor<29x35xi64>) -> tensor<29x35xi64>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xi64>, tensor<43x35xi64>) outs(%f : tensor<29x35xi64>) -> tensor<29x35xi64>
  kernel.return %r : tensor<29x35xi64>
}

// CHECK: ok @rows_i64
kernel.func @rows_i64(%x: tensor<5x47xi64>, %out: tensor<5xi64>) -> tensor<5xi64> {
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<5x47xi64>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xi64>) outs(%e : tensor<5x47xi64>) {
  ^bb0(%a: i64, %c: i64):
    %s = arith.muli %a, %a : i64
    linalg.yield %s : i64
  } -> tensor<5x47xi64>
  %f = linalg.fill ins(%zero : i64) outs(%out : tensor<5xi64>) -> tensor<5xi64>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xi64>) outs(%f : tensor<5xi64>) {
  ^bb0(%a: i64, %c: i64):
    %s = arith.maxsi %c, %a : i64
    linalg.yield %s : i64
  } -> tensor<5xi64>
  kernel.return %r : tensor<5xi64>
}

// CHECK: ok @matmul_i8
kernel.func @matmul_i8(%a: tensor<29x43xi8>, %b: tensor<43x35xi8>, %out: tensor<29x35xi8>) -> tensor<29x35xi8> {
  %zero = arith.constant 0 : i8
  %f = linalg.fill ins(%zero : i8) outs(%out : tensor<29x35xi8>) -> tensor<29x35xi8>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xi8>, tensor<43x35xi8>) outs(%f : tensor<29x35xi8>) -> tensor<29x35xi8>
  kernel.return %r : tensor<29x35xi8>
}

// CHECK: ok @rows_i8
kernel.func @rows_i8(%x: tensor<5x47xi8>, %out: tensor<5xi8>) -> tensor<5xi8> {
  %zero = arith.constant 0 : i8
  %e = tensor.empty() : tensor<5x47xi8>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xi8>) outs(%e : tensor<5x47xi8>) {
  ^bb0(%a: i8, %c: i8):
    %s = arith.muli %a, %a : i8
    linalg.yield %s : i8
  } -> tensor<5x47xi8>
  %f = linalg.fill ins(%zero : i8) outs(%out : tensor<5xi8>) -> tensor<5xi8>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xi8>) outs(%f : tensor<5xi8>) {
  ^bb0(%a: i8, %c: i8):
    %s = arith.maxsi %c, %a : i8
    linalg.yield %s : i8
  } -> tensor<5xi8>
  kernel.return %r : tensor<5xi8>
}

// CHECK: ok @matmul_i16
kernel.func @matmul_i16(%a: tensor<29x43xi16>, %b: tensor<43x35xi16>, %out: tensor<29x35xi16>) -> tensor<29x35xi16> {
  %zero = arith.constant 0 : i16
  %f = linalg.fill ins(%zero : i16) outs(%out : tensor<29x35xi16>) -> tensor<29x35xi16>
  %r = linalg.matmul ins(%a, %b : tensor<29x43xi16>, tensor<43x35xi16>) outs(%f : tensor<29x35xi16>) -> tensor<29x35xi16>
  kernel.return %r : tensor<29x35xi16>
}

// CHECK: ok @rows_i16
kernel.func @rows_i16(%x: tensor<5x47xi16>, %out: tensor<5xi16>) -> tensor<5xi16> {
  %zero = arith.constant 0 : i16
  %e = tensor.empty() : tensor<5x47xi16>
  %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<5x47xi16>) outs(%e : tensor<5x47xi16>) {
  ^bb0(%a: i16, %c: i16):
    %s = arith.muli %a, %a : i16
    linalg.yield %s : i16
  } -> tensor<5x47xi16>
  %f = linalg.fill ins(%zero : i16) outs(%out : tensor<5xi16>) -> tensor<5xi16>
  %r = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%m : tensor<5x47xi16>) outs(%f : tensor<5xi16>) {
  ^bb0(%a: i16, %c: i16):
    %s = arith.maxsi %c, %a : i16
    linalg.yield %s : i16
  } -> tensor<5xi16>
  kernel.return %r : tensor<5xi16>
}
