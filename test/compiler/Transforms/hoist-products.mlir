// RUN: swage-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(swage-hoist-products))' | FileCheck %s

// A cell as Scan and Loop spell it: the product of the input and its bias are
// done for all steps; that of the state stays.
// CHECK-LABEL: @cell
// CHECK-SAME: %[[X:[^:]*]]: tensor<64x1x8xf32>
// CHECK: %[[P:.*]] = nn.matmul %[[X]], %{{.*}} : tensor<64x1x8xf32>, tensor<8x4xf32> -> tensor<64x1x4xf32>
// CHECK: %[[S:.*]] = nn.add %[[P]], %{{.*}} : tensor<64x1x4xf32>, tensor<4xf32>
// CHECK: scf.for
// CHECK: %[[STEP:.*]] = tensor.extract_slice %[[S]][%{{.*}}, 0, 0] [1, 1, 4] [1, 1, 1] : tensor<64x1x4xf32> to tensor<1x4xf32>
// CHECK: nn.matmul %{{.*}} : tensor<1x4xf32>, tensor<4x4xf32>
// CHECK: nn.add %[[STEP]]
// CHECK: scf.yield
func.func @cell(%x: tensor<64x1x8xf32>, %h: tensor<1x4xf32>, %w: tensor<8x4xf32>, %r: tensor<4x4xf32>, %b: tensor<4xf32>) -> tensor<1x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %y = scf.for %t = %c0 to %c64 step %c1 iter_args(%state = %h) -> tensor<1x4xf32> {
    %n = arith.index_cast %t : index to i64
    %i = tensor.from_elements %n : tensor<i64>
    %0 = nn.gather %x, %i {axis = 0 : i64} : tensor<64x1x8xf32>, tensor<i64> -> tensor<1x8xf32>
    %1 = nn.matmul %0, %w : tensor<1x8xf32>, tensor<8x4xf32> -> tensor<1x4xf32>
    %2 = nn.add %1, %b : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
    %3 = nn.matmul %state, %r : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
    %4 = nn.add %2, %3 : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
    %5 = nn.tanh %4 : tensor<1x4xf32> -> tensor<1x4xf32>
    scf.yield %5 : tensor<1x4xf32>
  }
  return %y : tensor<1x4xf32>
}

// -----

// Backwards through a sequence of any length.
// CHECK-LABEL: @backwards
// CHECK: nn.matmul %{{.*}} : tensor<?x8xf32>, tensor<8x4xf32> -> tensor<?x4xf32>
// CHECK: scf.for
// CHECK-NOT: nn.matmul
// CHECK: scf.yield
func.func @backwards(%x: tensor<?x8xf32>, %h: tensor<4xf32>, %w: tensor<8x4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %last = arith.subi %n, %c1 : index
  %y = scf.for %t = %c0 to %n step %c1 iter_args(%state = %h) -> tensor<4xf32> {
    %at = arith.subi %last, %t : index
    %number = arith.index_cast %at : index to i64
    %i = tensor.from_elements %number : tensor<i64>
    %0 = nn.gather %x, %i {axis = 0 : i64} : tensor<?x8xf32>, tensor<i64> -> tensor<8xf32>
    %1 = nn.matmul %0, %w : tensor<8xf32>, tensor<8x4xf32> -> tensor<4xf32>
    %2 = nn.add %1, %state : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    scf.yield %2 : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

// A few of many steps, a place that a tensor gives, and weights of each step:
// all stay where they are.
// CHECK-LABEL: @kept
// CHECK-NOT: nn.matmul
// CHECK: scf.for
// CHECK: nn.matmul
// CHECK: nn.matmul
// CHECK: nn.matmul
// CHECK: scf.yield
func.func @kept(%x: tensor<64x1x8xf32>, %h: tensor<1x8xf32>, %w: tensor<8x8xf32>, %ws: tensor<64x8x8xf32>, %places: tensor<64xi64>) -> tensor<1x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %y = scf.for %t = %c0 to %c2 step %c1 iter_args(%state = %h) -> tensor<1x8xf32> {
    %n = arith.index_cast %t : index to i64
    %i = tensor.from_elements %n : tensor<i64>
    %0 = nn.gather %x, %i {axis = 0 : i64} : tensor<64x1x8xf32>, tensor<i64> -> tensor<1x8xf32>
    %1 = nn.matmul %0, %w : tensor<1x8xf32>, tensor<8x8xf32> -> tensor<1x8xf32>
    %j = nn.gather %places, %i {axis = 0 : i64} : tensor<64xi64>, tensor<i64> -> tensor<i64>
    %2 = nn.gather %x, %j {axis = 0 : i64} : tensor<64x1x8xf32>, tensor<i64> -> tensor<1x8xf32>
    %3 = nn.matmul %2, %w : tensor<1x8xf32>, tensor<8x8xf32> -> tensor<1x8xf32>
    %own = nn.gather %ws, %i {axis = 0 : i64} : tensor<64x8x8xf32>, tensor<i64> -> tensor<8x8xf32>
    %4 = nn.matmul %state, %own : tensor<1x8xf32>, tensor<8x8xf32> -> tensor<1x8xf32>
    %5 = nn.add %1, %3 : tensor<1x8xf32>, tensor<1x8xf32> -> tensor<1x8xf32>
    %6 = nn.add %5, %4 : tensor<1x8xf32>, tensor<1x8xf32> -> tensor<1x8xf32>
    scf.yield %6 : tensor<1x8xf32>
  }
  return %y : tensor<1x8xf32>
}
