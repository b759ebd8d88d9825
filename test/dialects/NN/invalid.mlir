// Every refusal of the elementwise, linear and shape operators.
//
// RUN: swage-opt %s -verify-diagnostics -split-input-file

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// Shapes that do not broadcast.
func.func @f(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error@+2 {{operands of shapes 'tensor<2xf32>', 'tensor<3xf32>' do not broadcast to a common shape}}
  // expected-error@+1 {{'nn.add' op failed to infer returned types}}
  %0 = nn.add %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

// A matrix product of a scalar.
func.func @f(%a: tensor<f32>, %b: tensor<3xf32>) {
  // expected-error@+2 {{a matrix product needs operands of rank 1 or more, but has 'tensor<f32>' and 'tensor<3xf32>'}}
  // expected-error@+1 {{'nn.matmul' op failed to infer returned types}}
  %0 = nn.matmul %a, %b : tensor<f32>, tensor<3xf32> -> tensor<f32>
  return
}

// -----

// Contracted sizes that differ (M1).
func.func @f(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error@+2 {{contracts 3 elements with 4: operands are 'tensor<2x3xf32>' and 'tensor<4x5xf32>'}}
  // expected-error@+1 {{'nn.matmul' op failed to infer returned types}}
  %0 = nn.matmul %a, %b : tensor<2x3xf32>, tensor<4x5xf32> -> tensor<2x5xf32>
  return
}

// -----

// Leading dimensions that do not broadcast (M2).
func.func @f(%a: tensor<2x3x4xf32>, %b: tensor<5x4x6xf32>) {
  // expected-error@+2 {{the leading dimensions of 'tensor<2x3x4xf32>' and 'tensor<5x4x6xf32>' do not broadcast}}
  // expected-error@+1 {{'nn.matmul' op failed to infer returned types}}
  %0 = nn.matmul %a, %b : tensor<2x3x4xf32>, tensor<5x4x6xf32> -> tensor<2x3x6xf32>
  return
}

// -----

// A softmax along an axis that is not there.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{axis 2 is outside of 'tensor<2x3xf32>'}}
  // expected-error@+1 {{'nn.softmax' op failed to infer returned types}}
  %0 = nn.softmax %a {axis = 2} : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// A reduction of an axis that is not there.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{axis -1 is outside of 'tensor<2x3xf32>'}}
  // expected-error@+1 {{'nn.reduce_sum' op failed to infer returned types}}
  %0 = nn.reduce_sum %a [-1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

// Dimensions that the input lacks.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{dimensions [1, 3) are not a part of the input's rank 2}}
  // expected-error@+1 {{'nn.shape' op failed to infer returned types}}
  %0 = nn.shape %a {start = 1, end = 3} : tensor<2x3xf32> -> tensor<2xi64>
  return
}

// -----

// A shape of unknown length (R1).
func.func @f(%a: tensor<6xf32>, %s: tensor<?xi64>) {
  // expected-error@+2 {{the rank of the result is not known: the shape operand has type 'tensor<?xi64>'}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<?xi64> -> tensor<6xf32>
  return
}

// -----

// Two sizes that are left open (R2).
func.func @f(%a: tensor<6xf32>) {
  %s = arith.constant dense<-1> : tensor<2xi64>
  // expected-error@+2 {{the shape has more than one -1}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<2xi64> -> tensor<2x3xf32>
  return
}

// -----

// A 0 beyond the input's rank (R3).
func.func @f(%a: tensor<6xf32>) {
  %s = arith.constant dense<[6, 0]> : tensor<2xi64>
  // expected-error@+2 {{0 at place 1 of the shape stands for a size of the input, which has rank 1}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<2xi64> -> tensor<6x1xf32>
  return
}

// -----

// A negative size.
func.func @f(%a: tensor<6xf32>) {
  %s = arith.constant dense<-2> : tensor<1xi64>
  // expected-error@+2 {{the shape has a negative size, -2}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<1xi64> -> tensor<6xf32>
  return
}

// -----

// Another number of elements (R4).
func.func @f(%a: tensor<6xf32>) {
  %s = arith.constant dense<[2, 4]> : tensor<2xi64>
  // expected-error@+2 {{cannot reshape 'tensor<6xf32>', which has 6 elements, to 8}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<2xi64> -> tensor<2x4xf32>
  return
}

// -----

// A number of elements that cannot be divided (R4).
func.func @f(%a: tensor<6xf32>) {
  %s = arith.constant dense<[4, -1]> : tensor<2xi64>
  // expected-error@+2 {{cannot reshape 6 elements to a multiple of 4}}
  // expected-error@+1 {{'nn.reshape' op failed to infer returned types}}
  %0 = nn.reshape %a, %s : tensor<6xf32>, tensor<2xi64> -> tensor<4x1xf32>
  return
}

// -----

// A dimension twice.
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{[0, 0] is not a permutation of the dimensions of 'tensor<2x3xf32>'}}
  // expected-error@+1 {{'nn.transpose' op failed to infer returned types}}
  %0 = nn.transpose %a [0, 0] : tensor<2x3xf32> -> tensor<2x2xf32>
  return
}

// -----

// Nothing to concatenate.
func.func @f() {
  // expected-error@+2 {{nothing to concatenate}}
  // expected-error@+1 {{'nn.concat' op failed to infer returned types}}
  %0 = "nn.concat"() {axis = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

// An axis that the inputs lack.
func.func @f(%a: tensor<2xf32>) {
  // expected-error@+2 {{axis 1 is outside of 'tensor<2xf32>'}}
  // expected-error@+1 {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a {axis = 1} : tensor<2xf32> -> tensor<2xf32>
  return
}

// -----

// Inputs that differ beside the axis (C1).
func.func @f(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error@+2 {{cannot concatenate 'tensor<2x3xf32>' and 'tensor<4x3xf32>' along axis 1}}
  // expected-error@+1 {{'nn.concat' op failed to infer returned types}}
  %0 = nn.concat %a, %b {axis = 1} : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x6xf32>
  return
}

// -----

// Fewer starts than axes (S1).
func.func @f(%a: tensor<4x4xf32>) {
  %i = arith.constant dense<1> : tensor<1xi64>
  // expected-error@+2 {{starts, ends and steps must have 2 elements each, as there are axes}}
  // expected-error@+1 {{'nn.slice' op failed to infer returned types}}
  %0 = nn.slice %a[%i, %i, %i] {axes = array<i64: 0, 1>} : tensor<4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4x4xf32>
  return
}

// -----

// An axis that the input lacks.
func.func @f(%a: tensor<4xf32>) {
  %i = arith.constant dense<1> : tensor<1xi64>
  // expected-error@+2 {{axis 1 is outside of 'tensor<4xf32>'}}
  // expected-error@+1 {{'nn.slice' op failed to infer returned types}}
  %0 = nn.slice %a[%i, %i, %i] {axes = array<i64: 1>} : tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4xf32>
  return
}

// -----

// A step of zero (S2).
func.func @f(%a: tensor<4xf32>) {
  %i = arith.constant dense<0> : tensor<1xi64>
  // expected-error@+2 {{the step of axis 0 is zero}}
  // expected-error@+1 {{'nn.slice' op failed to infer returned types}}
  %0 = nn.slice %a[%i, %i, %i] {axes = array<i64: 0>} : tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<4xf32>
  return
}

// -----

// A shape of unknown length.
func.func @f(%a: tensor<1xf32>, %s: tensor<?xi64>) {
  // expected-error@+2 {{the rank of the result is not known: the shape operand has type 'tensor<?xi64>'}}
  // expected-error@+1 {{'nn.expand' op failed to infer returned types}}
  %0 = nn.expand %a, %s : tensor<1xf32>, tensor<?xi64> -> tensor<4xf32>
  return
}

// -----

// A shape to which the input does not broadcast.
func.func @f(%a: tensor<2xf32>) {
  %s = arith.constant dense<3> : tensor<1xi64>
  // expected-error@+2 {{'tensor<2xf32>' does not broadcast to [3]}}
  // expected-error@+1 {{'nn.expand' op failed to infer returned types}}
  %0 = nn.expand %a, %s : tensor<2xf32>, tensor<1xi64> -> tensor<3xf32>
  return
}

// -----

// An axis that the data lacks.
func.func @f(%a: tensor<2xf32>, %i: tensor<1xi64>) {
  // expected-error@+2 {{axis 1 is outside of 'tensor<2xf32>'}}
  // expected-error@+1 {{'nn.gather' op failed to infer returned types}}
  %0 = nn.gather %a, %i {axis = 1} : tensor<2xf32>, tensor<1xi64> -> tensor<2xf32>
  return
}

// -----

// Pads for another rank (P1).
func.func @f(%a: tensor<2x3xf32>) {
  %p = arith.constant dense<1> : tensor<2xi64>
  // expected-error@+2 {{needs 4 pads for 'tensor<2x3xf32>'}}
  // expected-error@+1 {{'nn.pad' op failed to infer returned types}}
  %0 = nn.pad %a, %p : tensor<2x3xf32>, tensor<2xi64> -> tensor<4x3xf32>
  return
}

// -----

// Pads that remove more than there is.
func.func @f(%a: tensor<2xf32>) {
  %p = arith.constant dense<-2> : tensor<2xi64>
  // expected-error@+2 {{pads remove more than all of dimension 0 of 'tensor<2xf32>'}}
  // expected-error@+1 {{'nn.pad' op failed to infer returned types}}
  %0 = nn.pad %a, %p : tensor<2xf32>, tensor<2xi64> -> tensor<2xf32>
  return
}

// -----

// Matrices that are not square have no determinant (D1).
func.func @f(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{a determinant needs square matrices, not 'tensor<2x3xf32>'}}
  // expected-error@+1 {{'nn.det' op failed to infer returned types}}
  %0 = nn.det %a : tensor<2x3xf32> -> tensor<f32>
  return
}

// -----

// Bits are read as elements of the same size (E1).
func.func @f(%a: tensor<2xf32>) {
  // expected-error@+1 {{cannot read elements of type 'f32' as 'i16', which has another size}}
  %0 = nn.bitcast %a {to = i16} : tensor<2xf32> -> tensor<2xi16>
  return
}
