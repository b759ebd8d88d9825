// RUN: swage-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{needs a destination argument for each of its 1 results, but has 0 arguments}}
kernel.func @k() -> tensor<2xf32> {
  %0 = tensor.empty() : tensor<2xf32>
  kernel.return %0 : tensor<2xf32>
}

// -----

// expected-error @below {{result #0 has type 'tensor<2xf32>', but its destination, argument #1, has type 'tensor<3xf32>'}}
kernel.func @k(%x: tensor<2xf32>, %out: tensor<3xf32>) -> tensor<2xf32> {
  kernel.return %x : tensor<2xf32>
}

// -----

kernel.func @k(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @below {{returns (), but the kernel's results are ('tensor<2xf32>')}}
  kernel.return
}

// -----

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @below {{calls @missing, which is not a kernel}}
  %0 = kernel.call @missing ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{passes ('tensor<3xf32>', 'tensor<3xf32>'), but @k takes ('tensor<2xf32>', 'tensor<2xf32>')}}
  %0 = kernel.call @k ins(%x : tensor<3xf32>) outs(%x : tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
// expected-note @below {{the kernel is defined here}}
kernel.func @k(%x: tensor<2xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  kernel.return %x : tensor<2xf32>
}

// -----

func.func @main(%c: i1, %n: index) {
  // expected-error @below {{has shapes of 3 dimensions, but 1 sizes}}
  kernel.require %c, "no" [1, 2](%n)
  return
}

// -----

func.func @main(%c: i1) {
  // expected-error @below {{has a shape of rank -1}}
  kernel.require %c, "no" [-1]
  return
}

// -----

func.func @main() -> tensor<4xf32> {
  // expected-error @below {{needs a function @prepare}}
  %0 = kernel.prepared 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @main() -> tensor<4xf32> {
  // expected-error @below {{is result #0 of type 'tensor<4xf32>', but @prepare gives ('tensor<3xf32>')}}
  %0 = kernel.prepared 0 : tensor<4xf32>
  return %0 : tensor<4xf32>
}
// expected-note @below {{the function is defined here}}
func.func @prepare() -> tensor<3xf32> {
  %0 = arith.constant dense<1.0> : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

func.func @main(%n: index) {
  // expected-error @below {{has 1 sizes for 2 dynamic dimensions}}
  %a = kernel.arena 64 (%n) : memref<?x?xf32>
  return
}
