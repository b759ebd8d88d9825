// RUN: swage-opt %s -split-input-file -swage-nn-to-linalg -canonicalize -cse -swage-fuse-elementwise -swage-fuse-attention -cse -swage-form-kernels | FileCheck %s

// The standard spelling, as PyTorch exports it: heads are split by reshapes and
// transpositions, keys are transposed, the scores divided. One kernel reads what
// was there before the transpositions, and divides by the sums at the end.
// CHECK-LABEL: func.func @heads
// CHECK: kernel.call @attention_1x128x4x64_f32_0 ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x128x4x64xf32>, tensor<1x128x4x64xf32>, tensor<1x128x4x64xf32>)
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK-LABEL: kernel.func @attention_1x128x4x64_f32_0
// CHECK-SAME: backend = "llvm", kind = "attention"
// CHECK: arith.mulf
// CHECK: arith.divf %{{.*}}, %cst
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
// CHECK: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]
// CHECK: arith.mulf
// CHECK: arith.divf
// CHECK: kernel.return
func.func @heads(%q: tensor<1x128x256xf32>, %k: tensor<1x128x256xf32>, %v: tensor<1x128x256xf32>) -> tensor<1x128x256xf32> {
  %split = arith.constant dense<[1, 128, 4, 64]> : tensor<4xi64>
  %join = arith.constant dense<[1, 128, 256]> : tensor<3xi64>
  %scale = arith.constant dense<8.0> : tensor<f32>
  %0 = nn.reshape %q, %split : tensor<1x128x256xf32>, tensor<4xi64> -> tensor<1x128x4x64xf32>
  %1 = nn.transpose %0 [0, 2, 1, 3] : tensor<1x128x4x64xf32> -> tensor<1x4x128x64xf32>
  %2 = nn.reshape %k, %split : tensor<1x128x256xf32>, tensor<4xi64> -> tensor<1x128x4x64xf32>
  %3 = nn.transpose %2 [0, 2, 3, 1] : tensor<1x128x4x64xf32> -> tensor<1x4x64x128xf32>
  %4 = nn.reshape %v, %split : tensor<1x128x256xf32>, tensor<4xi64> -> tensor<1x128x4x64xf32>
  %5 = nn.transpose %4 [0, 2, 1, 3] : tensor<1x128x4x64xf32> -> tensor<1x4x128x64xf32>
  %6 = nn.matmul %1, %3 : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %7 = nn.div %6, %scale : tensor<1x4x128x128xf32>, tensor<f32> -> tensor<1x4x128x128xf32>
  %8 = nn.softmax %7 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %9 = nn.matmul %8, %5 : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  %10 = nn.transpose %9 [0, 2, 1, 3] : tensor<1x4x128x64xf32> -> tensor<1x128x4x64xf32>
  %11 = nn.reshape %10, %join : tensor<1x128x4x64xf32>, tensor<3xi64> -> tensor<1x128x256xf32>
  return %11 : tensor<1x128x256xf32>
}

// -----

// The scale on the queries, as a factor; a mask that is added. Where it hides the
// end of rows is found out once, by a kernel of its own, and said in the scores.
// CHECK-LABEL: func.func @added_mask
// CHECK: kernel.call @rows_2x96_i32
// CHECK: kernel.call @attention_2x4x96x64_f32
// CHECK-NOT: kernel.call
// CHECK: return
// CHECK: kernel.func @attention_2x4x96x64_f32
// CHECK: %[[I:.*]] = linalg.index 3
// CHECK: %[[P:.*]] = arith.index_cast %[[I]] : index to i32
// CHECK: %[[C:.*]] = arith.cmpi slt, %[[P]], %{{.*}} : i32
// CHECK: arith.select %[[C]], %{{.*}}, %{{.*}} : f32
// CHECK: kernel.func @rows_2x96_i32
// CHECK: %[[LOW:.*]] = arith.constant -1.000000e+09 : f32
// CHECK: %[[H:.*]] = arith.cmpf ole, %{{.*}}, %[[LOW]] : f32
// CHECK: arith.select %[[H]], %c0_i32, %{{.*}} : i32
// CHECK: arith.maxsi
func.func @added_mask(%q: tensor<2x4x96x64xf32>, %k: tensor<2x4x64x96xf32>, %v: tensor<2x4x96x64xf32>, %mask: tensor<2x1x96x96xf32>) -> tensor<2x4x96x64xf32> {
  %scale = arith.constant dense<0.125> : tensor<f32>
  %0 = nn.mul %q, %scale : tensor<2x4x96x64xf32>, tensor<f32> -> tensor<2x4x96x64xf32>
  %1 = nn.matmul %0, %k : tensor<2x4x96x64xf32>, tensor<2x4x64x96xf32> -> tensor<2x4x96x96xf32>
  %2 = nn.add %1, %mask : tensor<2x4x96x96xf32>, tensor<2x1x96x96xf32> -> tensor<2x4x96x96xf32>
  %3 = nn.softmax %2 {axis = 3 : i64} : tensor<2x4x96x96xf32> -> tensor<2x4x96x96xf32>
  %4 = nn.matmul %3, %v : tensor<2x4x96x96xf32>, tensor<2x4x96x64xf32> -> tensor<2x4x96x64xf32>
  return %4 : tensor<2x4x96x64xf32>
}

// -----

// A boolean mask that chooses: `Where`.
// CHECK-LABEL: func.func @chosen
// CHECK: kernel.call @rows_96_i32
// CHECK: kernel.call @attention_1x4x96x64_f32
// CHECK: return
// CHECK: kernel.func @rows_96_i32
// CHECK-NOT: arith.cmpf
// CHECK: kernel.return
func.func @chosen(%q: tensor<1x4x96x64xf32>, %k: tensor<1x4x64x96xf32>, %v: tensor<1x4x96x64xf32>, %mask: tensor<1x1x96x96xi1>) -> tensor<1x4x96x64xf32> {
  %low = arith.constant dense<-3.40282347E+38> : tensor<f32>
  %1 = nn.matmul %q, %k : tensor<1x4x96x64xf32>, tensor<1x4x64x96xf32> -> tensor<1x4x96x96xf32>
  %2 = nn.select %mask, %1, %low : tensor<1x1x96x96xi1>, tensor<1x4x96x96xf32>, tensor<f32> -> tensor<1x4x96x96xf32>
  %3 = nn.softmax %2 {axis = 3 : i64} : tensor<1x4x96x96xf32> -> tensor<1x4x96x96xf32>
  %4 = nn.matmul %3, %v : tensor<1x4x96x96xf32>, tensor<1x4x96x64xf32> -> tensor<1x4x96x64xf32>
  return %4 : tensor<1x4x96x64xf32>
}

// -----

// A causal mask made of positions is computed where it is used: nothing of its
// size is in memory.
// CHECK-LABEL: func.func @causal
// CHECK-NOT: kernel.call @map
// CHECK: kernel.call @{{.*}}_128_i32
// CHECK-NOT: 128x128
// CHECK: kernel.call @attention_1x4x128x64_f32
// CHECK-NOT: kernel.call
// CHECK: return
func.func @causal(%q: tensor<1x4x128x64xf32>, %k: tensor<1x4x64x128xf32>, %v: tensor<1x4x128x64xf32>, %offset: tensor<128x1xi64>, %keys: tensor<128xi64>) -> tensor<1x4x128x64xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %0 = nn.less_equal %keys, %offset : tensor<128xi64>, tensor<128x1xi64> -> tensor<128x128xi1>
  %1 = nn.select %0, %zero, %low : tensor<128x128xi1>, tensor<f32>, tensor<f32> -> tensor<128x128xf32>
  %2 = nn.matmul %q, %k : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %3 = nn.add %2, %1 : tensor<1x4x128x128xf32>, tensor<128x128xf32> -> tensor<1x4x128x128xf32>
  %4 = nn.softmax %3 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.matmul %4, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  return %5 : tensor<1x4x128x64xf32>
}

// -----

// A bias that hides nothing by its kind leaves no limits: it multiplies.
// CHECK-LABEL: func.func @no_mask
// CHECK: kernel.call @attention
// CHECK-NOT: kernel.call
// CHECK: return
func.func @no_mask(%q: tensor<1x4x128x64xf32>, %k: tensor<1x4x64x128xf32>, %v: tensor<1x4x128x64xf32>, %gate: tensor<128x128xf32>) -> tensor<1x4x128x64xf32> {
  %2 = nn.matmul %q, %k : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %3 = nn.mul %2, %gate : tensor<1x4x128x128xf32>, tensor<128x128xf32> -> tensor<1x4x128x128xf32>
  %4 = nn.softmax %3 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.matmul %4, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  return %5 : tensor<1x4x128x64xf32>
}

// -----

// Somebody looks at the weights: they have to be in memory.
// CHECK-LABEL: func.func @shown
// CHECK-NOT: @attention
// CHECK: return
func.func @shown(%q: tensor<4x128x64xf32>, %k: tensor<4x64x128xf32>, %v: tensor<4x128x64xf32>) -> (tensor<4x128x64xf32>, tensor<4x128x128xf32>) {
  %0 = nn.matmul %q, %k : tensor<4x128x64xf32>, tensor<4x64x128xf32> -> tensor<4x128x128xf32>
  %1 = nn.softmax %0 {axis = 2 : i64} : tensor<4x128x128xf32> -> tensor<4x128x128xf32>
  %2 = nn.matmul %1, %v : tensor<4x128x128xf32>, tensor<4x128x64xf32> -> tensor<4x128x64xf32>
  return %2, %1 : tensor<4x128x64xf32>, tensor<4x128x128xf32>
}

// -----

// One query, as in decoding, goes operation by operation.
// CHECK-LABEL: func.func @decode
// CHECK-NOT: @attention
// CHECK: return
func.func @decode(%q: tensor<4x1x64xf32>, %k: tensor<4x64x128xf32>, %v: tensor<4x128x64xf32>) -> tensor<4x1x64xf32> {
  %0 = nn.matmul %q, %k : tensor<4x1x64xf32>, tensor<4x64x128xf32> -> tensor<4x1x128xf32>
  %1 = nn.softmax %0 {axis = 2 : i64} : tensor<4x1x128xf32> -> tensor<4x1x128xf32>
  %2 = nn.matmul %1, %v : tensor<4x1x128xf32>, tensor<4x128x64xf32> -> tensor<4x1x64xf32>
  return %2 : tensor<4x1x64xf32>
}

// -----

// The softmax is over the queries: not over what the second product sums up.
// CHECK-LABEL: func.func @other_axis
// CHECK-NOT: @attention
// CHECK: return
func.func @other_axis(%q: tensor<4x128x64xf32>, %k: tensor<4x64x128xf32>, %v: tensor<4x128x64xf32>) -> tensor<4x128x64xf32> {
  %0 = nn.matmul %q, %k : tensor<4x128x64xf32>, tensor<4x64x128xf32> -> tensor<4x128x128xf32>
  %1 = nn.softmax %0 {axis = 1 : i64} : tensor<4x128x128xf32> -> tensor<4x128x128xf32>
  %2 = nn.matmul %1, %v : tensor<4x128x128xf32>, tensor<4x128x64xf32> -> tensor<4x128x64xf32>
  return %2 : tensor<4x128x64xf32>
}

// -----

// A network's layers: their weights are packed, and what lies between is an
// activation.
// CHECK-LABEL: func.func @layers
// CHECK-NOT: @attention
// CHECK: return
func.func @layers(%x: tensor<128x64xf32>, %w: tensor<64x256xf32>, %u: tensor<256x64xf32>) -> tensor<128x64xf32> {
  %0 = nn.matmul %x, %w : tensor<128x64xf32>, tensor<64x256xf32> -> tensor<128x256xf32>
  %1 = nn.gelu %0 : tensor<128x256xf32> -> tensor<128x256xf32>
  %2 = nn.matmul %1, %u : tensor<128x256xf32>, tensor<256x64xf32> -> tensor<128x64xf32>
  return %2 : tensor<128x64xf32>
}

// -----

// Two heads of keys and values for eight of queries, repeated as exporters spell
// it: a dimension of 1, expanded, and joined. Nothing is repeated, and the scores
// stay in the kernel.
// CHECK-LABEL: func.func @repeated
// CHECK-NEXT: tensor.expand_shape
// CHECK-NOT: linalg
// CHECK: kernel.call @attention_1x2x4x128x16_f32{{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x2x4x128x16xf32>, tensor<1x2x1x128x16xf32>, tensor<1x2x1x128x16xf32>)
// CHECK-NOT: kernel.call
// CHECK: tensor.collapse_shape
// CHECK: return
func.func @repeated(%q: tensor<1x8x128x16xf32>, %k: tensor<1x2x128x16xf32>, %v: tensor<1x2x128x16xf32>) -> tensor<1x8x128x16xf32> {
  %one = arith.constant dense<[1, 2, 1, 128, 16]> : tensor<5xi64>
  %four = arith.constant dense<[1, 2, 4, 128, 16]> : tensor<5xi64>
  %heads = arith.constant dense<[1, 8, 128, 16]> : tensor<4xi64>
  %0 = nn.reshape %k, %one : tensor<1x2x128x16xf32>, tensor<5xi64> -> tensor<1x2x1x128x16xf32>
  %1 = nn.expand %0, %four : tensor<1x2x1x128x16xf32>, tensor<5xi64> -> tensor<1x2x4x128x16xf32>
  %2 = nn.reshape %1, %heads : tensor<1x2x4x128x16xf32>, tensor<4xi64> -> tensor<1x8x128x16xf32>
  %3 = nn.transpose %2 [0, 1, 3, 2] : tensor<1x8x128x16xf32> -> tensor<1x8x16x128xf32>
  %4 = nn.matmul %q, %3 : tensor<1x8x128x16xf32>, tensor<1x8x16x128xf32> -> tensor<1x8x128x128xf32>
  %5 = nn.softmax %4 {axis = 3 : i64} : tensor<1x8x128x128xf32> -> tensor<1x8x128x128xf32>
  %6 = nn.reshape %v, %one : tensor<1x2x128x16xf32>, tensor<5xi64> -> tensor<1x2x1x128x16xf32>
  %7 = nn.expand %6, %four : tensor<1x2x1x128x16xf32>, tensor<5xi64> -> tensor<1x2x4x128x16xf32>
  %8 = nn.reshape %7, %heads : tensor<1x2x4x128x16xf32>, tensor<4xi64> -> tensor<1x8x128x16xf32>
  %9 = nn.matmul %5, %8 : tensor<1x8x128x128xf32>, tensor<1x8x128x16xf32> -> tensor<1x8x128x16xf32>
  return %9 : tensor<1x8x128x16xf32>
}

// -----

// The products in groups of heads, with the heads joined between them, as the
// standard's operator comes: the mask and the softmax are done in groups too.
// CHECK-LABEL: func.func @grouped
// CHECK: kernel.call @attention_1x2x4x128x16_f32
// CHECK-NOT: kernel.call
// CHECK: return
func.func @grouped(%q: tensor<1x2x4x128x16xf32>, %k: tensor<1x2x1x128x16xf32>, %v: tensor<1x2x1x128x16xf32>, %mask: tensor<1x8x128x128xf32>) -> tensor<1x2x4x128x16xf32> {
  %heads = arith.constant dense<[1, 8, 128, 128]> : tensor<4xi64>
  %groups = arith.constant dense<[1, 2, 4, 128, 128]> : tensor<5xi64>
  %0 = nn.matmul %q, %k {transpose_rhs} : tensor<1x2x4x128x16xf32>, tensor<1x2x1x128x16xf32> -> tensor<1x2x4x128x128xf32>
  %1 = nn.reshape %0, %heads : tensor<1x2x4x128x128xf32>, tensor<4xi64> -> tensor<1x8x128x128xf32>
  %2 = nn.mul %1, %mask : tensor<1x8x128x128xf32>, tensor<1x8x128x128xf32> -> tensor<1x8x128x128xf32>
  %3 = nn.softmax %2 {axis = 3 : i64} : tensor<1x8x128x128xf32> -> tensor<1x8x128x128xf32>
  %4 = nn.reshape %3, %groups : tensor<1x8x128x128xf32>, tensor<5xi64> -> tensor<1x2x4x128x128xf32>
  %5 = nn.matmul %4, %v : tensor<1x2x4x128x128xf32>, tensor<1x2x1x128x16xf32> -> tensor<1x2x4x128x16xf32>
  return %5 : tensor<1x2x4x128x16xf32>
}

// -----

// The heads are split in other groups than they were joined from: what is
// between the products cannot be in both.
// CHECK-LABEL: func.func @regrouped
// CHECK-NOT: @attention
// CHECK: return
func.func @regrouped(%q: tensor<1x2x4x128x16xf32>, %k: tensor<1x2x1x128x16xf32>, %v: tensor<1x4x1x128x16xf32>) -> tensor<1x4x2x128x16xf32> {
  %heads = arith.constant dense<[1, 8, 128, 128]> : tensor<4xi64>
  %groups = arith.constant dense<[1, 4, 2, 128, 128]> : tensor<5xi64>
  %0 = nn.matmul %q, %k {transpose_rhs} : tensor<1x2x4x128x16xf32>, tensor<1x2x1x128x16xf32> -> tensor<1x2x4x128x128xf32>
  %1 = nn.reshape %0, %heads : tensor<1x2x4x128x128xf32>, tensor<4xi64> -> tensor<1x8x128x128xf32>
  %3 = nn.softmax %1 {axis = 3 : i64} : tensor<1x8x128x128xf32> -> tensor<1x8x128x128xf32>
  %4 = nn.reshape %3, %groups : tensor<1x8x128x128xf32>, tensor<5xi64> -> tensor<1x4x2x128x128xf32>
  %5 = nn.matmul %4, %v : tensor<1x4x2x128x128xf32>, tensor<1x4x1x128x16xf32> -> tensor<1x4x2x128x16xf32>
  return %5 : tensor<1x4x2x128x16xf32>
}

// -----

// Two heads that differ, joined with two more: nothing is repeated.
// CHECK-LABEL: func.func @not_repeated
// CHECK: kernel.call @attention_1x4x128x16_f32{{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x4x128x16xf32>, tensor<1x4x128x16xf32>, tensor<1x4x128x16xf32>)
func.func @not_repeated(%q: tensor<1x4x128x16xf32>, %k: tensor<1x2x2x128x16xf32>, %v: tensor<1x4x128x16xf32>) -> tensor<1x4x128x16xf32> {
  %heads = arith.constant dense<[1, 4, 128, 16]> : tensor<4xi64>
  %2 = nn.reshape %k, %heads : tensor<1x2x2x128x16xf32>, tensor<4xi64> -> tensor<1x4x128x16xf32>
  %4 = nn.matmul %q, %2 {transpose_rhs} : tensor<1x4x128x16xf32>, tensor<1x4x128x16xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.softmax %4 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %9 = nn.matmul %5, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x16xf32> -> tensor<1x4x128x16xf32>
  return %9 : tensor<1x4x128x16xf32>
}

// -----

// The 49 keys of a window are enough for one kernel.
// CHECK-LABEL: func.func @window
// CHECK: kernel.call @attention
// CHECK-NOT: kernel.call
// CHECK: return
func.func @window(%q: tensor<64x49x32xf32>, %k: tensor<64x32x49xf32>, %v: tensor<64x49x32xf32>, %bias: tensor<49x49xf32>) -> tensor<64x49x32xf32> {
  %0 = nn.matmul %q, %k : tensor<64x49x32xf32>, tensor<64x32x49xf32> -> tensor<64x49x49xf32>
  %1 = nn.add %0, %bias : tensor<64x49x49xf32>, tensor<49x49xf32> -> tensor<64x49x49xf32>
  %2 = nn.softmax %1 {axis = 2 : i64} : tensor<64x49x49xf32> -> tensor<64x49x49xf32>
  %3 = nn.matmul %2, %v : tensor<64x49x49xf32>, tensor<64x49x32xf32> -> tensor<64x49x32xf32>
  return %3 : tensor<64x49x32xf32>
}

// -----

// Rows of 16 scores are done sooner operation by operation.
// CHECK-LABEL: func.func @short
// CHECK-NOT: @attention
// CHECK: return
func.func @short(%q: tensor<64x49x32xf32>, %k: tensor<64x32x16xf32>, %v: tensor<64x16x32xf32>) -> tensor<64x49x32xf32> {
  %0 = nn.matmul %q, %k : tensor<64x49x32xf32>, tensor<64x32x16xf32> -> tensor<64x49x16xf32>
  %1 = nn.softmax %0 {axis = 2 : i64} : tensor<64x49x16xf32> -> tensor<64x49x16xf32>
  %2 = nn.matmul %1, %v : tensor<64x49x16xf32>, tensor<64x16x32xf32> -> tensor<64x49x32xf32>
  return %2 : tensor<64x49x32xf32>
}

// -----

// A causal mask with dimensions of 1 before it, joined with padding: both are
// made of less, and are computed where they are used.
// CHECK-LABEL: func.func @causal_and_padding
// CHECK-NOT: 128x128
// CHECK: kernel.call @attention_1x4x128x64_f32
// CHECK-NOT: kernel.call
// CHECK: return
func.func @causal_and_padding(%q: tensor<1x4x128x64xf32>, %k: tensor<1x4x64x128xf32>, %v: tensor<1x4x128x64xf32>, %offset: tensor<128x1xi64>, %keys: tensor<128xi64>, %padding: tensor<1x1x1x128xf32>) -> tensor<1x4x128x64xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %ones = arith.constant dense<[1, 1, 128, 128]> : tensor<4xi64>
  %0 = nn.less_equal %keys, %offset : tensor<128xi64>, tensor<128x1xi64> -> tensor<128x128xi1>
  %1 = nn.select %0, %zero, %low : tensor<128x128xi1>, tensor<f32>, tensor<f32> -> tensor<128x128xf32>
  %2 = nn.reshape %1, %ones : tensor<128x128xf32>, tensor<4xi64> -> tensor<1x1x128x128xf32>
  %3 = nn.add %2, %padding : tensor<1x1x128x128xf32>, tensor<1x1x1x128xf32> -> tensor<1x1x128x128xf32>
  %4 = nn.matmul %q, %k : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.add %4, %3 : tensor<1x4x128x128xf32>, tensor<1x1x128x128xf32> -> tensor<1x4x128x128xf32>
  %6 = nn.softmax %5 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %7 = nn.matmul %6, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  return %7 : tensor<1x4x128x64xf32>
}

// -----

// A mask that is stored in full is read as it is: it is made of nothing less.
// CHECK-LABEL: func.func @stored_mask
// CHECK: kernel.call @map
// CHECK: kernel.call @attention_1x4x128x64_f32
// CHECK: return
func.func @stored_mask(%q: tensor<1x4x128x64xf32>, %k: tensor<1x4x64x128xf32>, %v: tensor<1x4x128x64xf32>, %stored: tensor<128x128xf32>) -> tensor<1x4x128x64xf32> {
  %scale = arith.constant dense<-1.0e30> : tensor<f32>
  %ones = arith.constant dense<[1, 1, 128, 128]> : tensor<4xi64>
  %0 = nn.mul %stored, %scale : tensor<128x128xf32>, tensor<f32> -> tensor<128x128xf32>
  %1 = nn.reshape %0, %ones : tensor<128x128xf32>, tensor<4xi64> -> tensor<1x1x128x128xf32>
  %4 = nn.matmul %q, %k : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.add %4, %1 : tensor<1x4x128x128xf32>, tensor<1x1x128x128xf32> -> tensor<1x4x128x128xf32>
  %6 = nn.softmax %5 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %7 = nn.matmul %6, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  return %7 : tensor<1x4x128x64xf32>
}

// -----

// Positions that no tensor holds: the mask names the loops of the scores, which
// is what backends know.
// CHECK-LABEL: func.func @ranges
// CHECK: kernel.call @attention_1x4x128x64_f32
// CHECK: kernel.func @attention_1x4x128x64_f32
// CHECK-NOT: affine.apply
// CHECK: linalg.index 2
// CHECK-NOT: affine.apply
// CHECK: kernel.return
func.func @ranges(%q: tensor<1x4x128x64xf32>, %k: tensor<1x4x64x128xf32>, %v: tensor<1x4x128x64xf32>, %n: tensor<i64>) -> tensor<1x4x128x64xf32> {
  %low = arith.constant dense<0xFF800000> : tensor<f32>
  %zero = arith.constant dense<0> : tensor<i64>
  %one = arith.constant dense<1> : tensor<i64>
  %shape = arith.constant dense<[128]> : tensor<1xi64>
  %column = arith.constant dense<[128, 1]> : tensor<2xi64>
  %0 = nn.range %zero, %n, %one : tensor<i64> -> tensor<?xi64>
  %1 = nn.reshape %0, %shape : tensor<?xi64>, tensor<1xi64> -> tensor<128xi64>
  %2 = nn.reshape %0, %column : tensor<?xi64>, tensor<2xi64> -> tensor<128x1xi64>
  %3 = nn.less_equal %1, %2 : tensor<128xi64>, tensor<128x1xi64> -> tensor<128x128xi1>
  %4 = nn.matmul %q, %k : tensor<1x4x128x64xf32>, tensor<1x4x64x128xf32> -> tensor<1x4x128x128xf32>
  %5 = nn.select %3, %4, %low : tensor<128x128xi1>, tensor<1x4x128x128xf32>, tensor<f32> -> tensor<1x4x128x128xf32>
  %6 = nn.softmax %5 {axis = 3 : i64} : tensor<1x4x128x128xf32> -> tensor<1x4x128x128xf32>
  %7 = nn.matmul %6, %v : tensor<1x4x128x128xf32>, tensor<1x4x128x64xf32> -> tensor<1x4x128x64xf32>
  return %7 : tensor<1x4x128x64xf32>
}
