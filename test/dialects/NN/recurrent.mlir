// RUN: swage-opt %s | swage-opt | FileCheck %s

// CHECK-LABEL: @every_operand
// CHECK: nn.lstm %{{.*}}, %{{.*}}, %{{.*}} bias(%{{.*}} : tensor<20xf32>) lengths(%{{.*}} : tensor<3xi32>)
// CHECK-SAME: hidden(%{{.*}} : tensor<3x5xf32>) cell(%{{.*}} : tensor<3x5xf32>) peepholes(%{{.*}} : tensor<15xf32>)
func.func @every_operand(%x: tensor<?x3x2xf32>, %w: tensor<20x2xf32>, %r: tensor<20x5xf32>, %b: tensor<20xf32>,
                         %n: tensor<3xi32>, %h: tensor<3x5xf32>, %p: tensor<15xf32>) -> tensor<?x3x5xf32> {
  %y, %yh, %yc = nn.lstm %x, %w, %r bias(%b : tensor<20xf32>) lengths(%n : tensor<3xi32>)
      hidden(%h : tensor<3x5xf32>) cell(%h : tensor<3x5xf32>) peepholes(%p : tensor<15xf32>)
      {activations = ["sigmoid", "tanh", "tanh"], alphas = array<f64: 0.0, 0.0, 0.0>, betas = array<f64: 0.0, 0.0, 0.0>}
      : tensor<?x3x2xf32>, tensor<20x2xf32>, tensor<20x5xf32> -> tensor<?x3x5xf32>, tensor<3x5xf32>, tensor<3x5xf32>
  return %y : tensor<?x3x5xf32>
}

// CHECK-LABEL: @operands_that_must_be
// CHECK: nn.rnn %{{.*}}, %{{.*}}, %{{.*}} {activations = ["relu"]
func.func @operands_that_must_be(%x: tensor<4x3x2xf32>, %w: tensor<5x2xf32>, %r: tensor<5x5xf32>) -> tensor<3x5xf32> {
  %y, %h = nn.rnn %x, %w, %r {activations = ["relu"], alphas = array<f64: 0.0>, betas = array<f64: 0.0>}
      : tensor<4x3x2xf32>, tensor<5x2xf32>, tensor<5x5xf32> -> tensor<4x3x5xf32>, tensor<3x5xf32>
  return %h : tensor<3x5xf32>
}
