// RUN: swage-opt %s -swage-kernel-to-llvm=entry=f -verify-diagnostics -split-input-file

// Tensors must have become buffers.
// expected-error@below {{@main has arguments or results: it is not on buffers}}
module {
  func.func @main(%x: tensor<4xf32>) {
    return
  }
}

// -----

// expected-error@below {{@prepare has arguments or results: it is not on buffers}}
module {
  func.func @main() {
    return
  }
  func.func @prepare() -> tensor<1xf32> {
    %0 = arith.constant dense<1.0> : tensor<1xf32>
    return %0 : tensor<1xf32>
  }
}
