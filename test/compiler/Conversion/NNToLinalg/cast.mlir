// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize | FileCheck %s

// Floats become bytes by way of a wider integer, so that a negative one wraps
// around as it does in C.
// CHECK-LABEL: func.func @to_byte
// CHECK: %[[WIDE:.*]] = arith.fptosi %{{.*}} : f32 to i32
// CHECK: arith.trunci %[[WIDE]] : i32 to i8
func.func @to_byte(%x: tensor<4xf32>) -> tensor<4xui8> {
  %0 = nn.cast %x {to = ui8} : tensor<4xf32> -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// Whatever is not zero is true, NaN included; a boolean is a byte.
// CHECK-LABEL: func.func @to_bool
// CHECK-SAME: -> tensor<4xi8>
// CHECK: %[[TRUE:.*]] = arith.cmpf une, %{{.*}}, %{{.*}} : f32
// CHECK: arith.extui %[[TRUE]] : i1 to i8
func.func @to_bool(%x: tensor<4xf32>) -> tensor<4xi1> {
  %0 = nn.cast %x {to = i1} : tensor<4xf32> -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// The sign of an integer is that of its type in the model.
// CHECK-LABEL: func.func @from_bytes
// CHECK: arith.uitofp
// CHECK: arith.sitofp
func.func @from_bytes(%x: tensor<4xui8>, %y: tensor<4xi8>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = nn.cast %x {to = f32} : tensor<4xui8> -> tensor<4xf32>
  %1 = nn.cast %y {to = f32} : tensor<4xi8> -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @floats
// CHECK: arith.truncf %{{.*}} : f64 to f16
// CHECK: arith.extf %{{.*}} : f16 to f32
func.func @floats(%x: tensor<4xf64>, %y: tensor<4xf16>) -> (tensor<4xf16>, tensor<4xf32>) {
  %0 = nn.cast %x {to = f16} : tensor<4xf64> -> tensor<4xf16>
  %1 = nn.cast %y {to = f32} : tensor<4xf16> -> tensor<4xf32>
  return %0, %1 : tensor<4xf16>, tensor<4xf32>
}

// No processor goes from f64 to bf16 at once.
// CHECK-LABEL: func.func @to_bf16
// CHECK: %[[SINGLE:.*]] = arith.truncf %{{.*}} : f64 to f32
// CHECK: arith.truncf %[[SINGLE]] : f32 to bf16
func.func @to_bf16(%x: tensor<4xf64>) -> tensor<4xbf16> {
  %0 = nn.cast %x {to = bf16} : tensor<4xf64> -> tensor<4xbf16>
  return %0 : tensor<4xbf16>
}
