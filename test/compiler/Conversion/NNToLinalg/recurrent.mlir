// RUN: swage-opt %s -swage-nn-to-linalg -canonicalize -split-input-file | FileCheck %s

// The input's part of the gates is one product before the loop; a step has the
// state's part, and overwrites the state.
// CHECK-LABEL: @forward
// CHECK-SAME: %[[X:[^:]*]]: tensor<4x3x2xf32>
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[X]]
// CHECK: %[[ALL:.*]] = linalg.generic {{.*}} ins(%[[ROWS]], %{{.*}} : tensor<12x2xf32>, tensor<5x2xf32>)
// CHECK: tensor.expand_shape %[[ALL]]
// CHECK: scf.for %[[T:.*]] = {{.*}} iter_args(%[[Y:.*]] = %{{.*}}, %[[H:.*]] = %{{.*}})
// CHECK:   tensor.extract_slice %{{.*}}[%[[T]], 0, 0]
// CHECK:   linalg.generic {{.*}} ins(%[[H]], %{{.*}} : tensor<3x5xf32>, tensor<5x5xf32>)
// CHECK:   %[[NEW:.*]] = linalg.generic {{.*}} outs(%[[H]] : tensor<3x5xf32>)
// CHECK:     math.tanh
// CHECK:   %[[W:.*]] = tensor.insert_slice %[[NEW]] into %[[Y]][%[[T]], 0, 0]
// CHECK:   scf.yield %[[W]], %[[NEW]]
func.func @forward(%x: tensor<4x3x2xf32>, %w: tensor<5x2xf32>, %r: tensor<5x5xf32>) -> (tensor<4x3x5xf32>, tensor<3x5xf32>) {
  %y, %h = nn.rnn %x, %w, %r {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<5x2xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %y, %h : tensor<4x3x5xf32>, tensor<3x5xf32>
}

// -----

// Backwards; beyond a sequence's end the output is zero and the state stays.
// CHECK-LABEL: @lengths
// CHECK: scf.for %[[I:.*]] = {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[H:.*]] = %{{.*}})
// CHECK:   %[[T:.*]] = arith.subi %{{.*}}, %[[I]]
// CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3xi32>, tensor<3x5xf32>)
// CHECK:     %[[IN:.*]] = arith.cmpi slt, %[[T]]
// CHECK:     arith.select %[[IN]], %{{.*}}, %cst
// CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3xi32>, tensor<3x5xf32>) outs(%[[H]] : tensor<3x5xf32>)
// CHECK:   ^bb0(%{{.*}}: i32, %[[NEW:.*]]: f32, %[[OLD:.*]]: f32)
// CHECK:     arith.select %{{.*}}, %[[NEW]], %[[OLD]]
func.func @lengths(%x: tensor<4x3x2xf32>, %w: tensor<5x2xf32>, %r: tensor<5x5xf32>, %n: tensor<3xi32>) -> (tensor<4x3x5xf32>, tensor<3x5xf32>) {
  %y, %h = nn.rnn %x, %w, %r lengths(%n : tensor<3xi32>)
      {activations = ["tanh"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>, reverse}
      : tensor<4x3x2xf32>, tensor<5x2xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %y, %h : tensor<4x3x5xf32>, tensor<3x5xf32>
}

// -----

// With the reset before the product, a step has two.
// CHECK-LABEL: @reset_before
// CHECK: scf.for
// CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3x5xf32>, tensor<10x5xf32>)
// CHECK:   linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<3x5xf32>, tensor<5x5xf32>)
func.func @reset_before(%x: tensor<4x3x2xf32>, %w: tensor<15x2xf32>, %r: tensor<15x5xf32>) -> tensor<3x5xf32> {
  %y, %h = nn.gru %x, %w, %r {activations = ["sigmoid", "tanh"], alphas = array<f64: 0.0, 0.0>, betas = array<f64: 0.0, 0.0>}
      : tensor<4x3x2xf32>, tensor<15x2xf32>, tensor<15x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}
