// RUN: swage-opt %s -canonicalize | FileCheck %s

// Elementwise operators fold by their scalar computation, with broadcasting.
// CHECK-LABEL: func.func @add
func.func @add() -> tensor<2x2xi64> {
  %a = arith.constant dense<[[1], [2]]> : tensor<2x1xi64>
  %b = arith.constant dense<[10, 20]> : tensor<2xi64>
  // CHECK: arith.constant dense<{{\[\[}}11, 21], [12, 22]]> : tensor<2x2xi64>
  // CHECK-NOT: nn.add
  %0 = nn.add %a, %b : tensor<2x1xi64>, tensor<2xi64> -> tensor<2x2xi64>
  return %0 : tensor<2x2xi64>
}

// Unsigned elements keep their meaning.
// CHECK-LABEL: func.func @less_unsigned
func.func @less_unsigned() -> tensor<2xi1> {
  %a = arith.constant dense<[200, 1]> : tensor<2xui8>
  %b = arith.constant dense<100> : tensor<2xui8>
  // CHECK: arith.constant dense<[false, true]> : tensor<2xi1>
  %0 = nn.less %a, %b : tensor<2xui8>, tensor<2xui8> -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// Sums of few integers fold: shape arithmetic needs them.
// CHECK-LABEL: func.func @reduce
func.func @reduce() -> (tensor<i64>, tensor<1xi64>) {
  %a = arith.constant dense<[2, 3, 4]> : tensor<3xi64>
  // CHECK-DAG: arith.constant dense<9> : tensor<i64>
  // CHECK-DAG: arith.constant dense<24> : tensor<1xi64>
  %0 = nn.reduce_sum %a [0] : tensor<3xi64> -> tensor<i64>
  %1 = nn.reduce_prod %a [0] {keep_dims} : tensor<3xi64> -> tensor<1xi64>
  return %0, %1 : tensor<i64>, tensor<1xi64>
}

// The shape of a tensor of known sizes is a constant.
// CHECK-LABEL: func.func @shape
func.func @shape(%a: tensor<2x3x4xf32>) -> tensor<2xi64> {
  // CHECK: arith.constant dense<[3, 4]> : tensor<2xi64>
  %0 = nn.shape %a {start = 1, end = 3} : tensor<2x3x4xf32> -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// One known size is picked out of a shape that is not known as a whole.
// CHECK-LABEL: func.func @known_size
func.func @known_size(%a: tensor<?x3xf32>) -> tensor<i64> {
  %one = arith.constant dense<1> : tensor<i64>
  %shape = nn.shape %a {start = 0, end = 2} : tensor<?x3xf32> -> tensor<2xi64>
  // CHECK: arith.constant dense<3> : tensor<i64>
  %0 = nn.gather %shape, %one {axis = 0} : tensor<2xi64>, tensor<i64> -> tensor<i64>
  return %0 : tensor<i64>
}

// What changes nothing goes.
// CHECK-LABEL: func.func @identities
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>
func.func @identities(%a: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %shape = arith.constant dense<[2, 3]> : tensor<2xi64>
  %0 = nn.reshape %a, %shape : tensor<2x3xf32>, tensor<2xi64> -> tensor<2x3xf32>
  %1 = nn.transpose %a [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  %2 = nn.expand %a, %shape : tensor<2x3xf32>, tensor<2xi64> -> tensor<2x3xf32>
  // CHECK: return %[[A]], %[[A]], %[[A]]
  return %0, %1, %2 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// Constants are moved at compile time.
// CHECK-LABEL: func.func @moves
func.func @moves() -> (tensor<2x2xi64>, tensor<2xi64>, tensor<3xi64>) {
  %a = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>
  %b = arith.constant dense<[5, 6, 7]> : tensor<3xi64>
  %start = arith.constant dense<-1> : tensor<1xi64>
  %end = arith.constant dense<-100> : tensor<1xi64>
  %step = arith.constant dense<-2> : tensor<1xi64>
  %shape = arith.constant dense<3> : tensor<1xi64>
  %one = arith.constant dense<[1]> : tensor<1xi64>
  // CHECK-DAG: arith.constant dense<{{\[\[}}1, 3], [2, 4]]> : tensor<2x2xi64>
  %0 = nn.transpose %a [1, 0] : tensor<2x2xi64> -> tensor<2x2xi64>
  // CHECK-DAG: arith.constant dense<[7, 5]> : tensor<2xi64>
  %1 = nn.slice %b[%start, %end, %step] {axes = array<i64: 0>} : tensor<3xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64> -> tensor<2xi64>
  // CHECK-DAG: arith.constant dense<1> : tensor<3xi64>
  %2 = nn.expand %one, %shape : tensor<1xi64>, tensor<1xi64> -> tensor<3xi64>
  return %0, %1, %2 : tensor<2x2xi64>, tensor<2xi64>, tensor<3xi64>
}
