// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v3 -canonicalize -cse | FileCheck %s --check-prefix=COPIES

// The gradient of a matrix: rows are contiguous across the reduction, and both
// operands lie pages apart.
// CHECK: ok @pages_apart
// COPIES-LABEL: func.func private @pages_apart.body
// COPIES: memref.alloc() {{.*}} : memref<1024x512xf32>
// COPIES: memref.alloc() {{.*}} : memref<16x512x16xf32>
kernel.func @pages_apart(%a: tensor<512x1024xf32>, %b: tensor<512x256xf32>, %out: tensor<1024x256xf32>) -> tensor<1024x256xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1024x256xf32>) -> tensor<1024x256xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<512x1024xf32>, tensor<512x256xf32>) outs(%f : tensor<1024x256xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<1024x256xf32>
  kernel.return %r : tensor<1024x256xf32>
}

// No size is that of whole squares.
// CHECK: ok @odd_steps
// COPIES-LABEL: func.func private @odd_steps.body
// COPIES: memref.alloc() {{.*}} : memref<48x80xf32>
kernel.func @odd_steps(%a: tensor<77x48xf32>, %b: tensor<77x200xf32>, %out: tensor<48x200xf32>) -> tensor<48x200xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<48x200xf32>) -> tensor<48x200xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<77x48xf32>, tensor<77x200xf32>) outs(%f : tensor<48x200xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<48x200xf32>
  kernel.return %r : tensor<48x200xf32>
}

// Rows that do not fill a vector stay as they are.
// CHECK: ok @odd_rows
// COPIES-LABEL: func.func private @odd_rows.body
// COPIES-NOT: memref.alloc
kernel.func @odd_rows(%a: tensor<64x37xf32>, %b: tensor<64x200xf32>, %out: tensor<37x200xf32>) -> tensor<37x200xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<37x200xf32>) -> tensor<37x200xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<64x37xf32>, tensor<64x200xf32>) outs(%f : tensor<37x200xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<37x200xf32>
  kernel.return %r : tensor<37x200xf32>
}

// In a batch, with the vectors' operand across, too.
// CHECK: ok @batch
// COPIES-LABEL: func.func private @batch.body
// COPIES: memref.alloc() {{.*}} : memref<3x32x64xf32>
// COPIES: memref.alloc() {{.*}} : memref<3x8x64x16xf32>
kernel.func @batch(%a: tensor<3x64x32xf32>, %b: tensor<3x128x64xf32>, %out: tensor<3x32x128xf32>) -> tensor<3x32x128xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<3x32x128xf32>) -> tensor<3x32x128xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (b, k, m)>, affine_map<(b, m, n, k) -> (b, n, k)>, affine_map<(b, m, n, k) -> (b, m, n)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<3x64x32xf32>, tensor<3x128x64xf32>) outs(%f : tensor<3x32x128xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x32x128xf32>
  kernel.return %r : tensor<3x32x128xf32>
}

// Few columns: turning would cost more than it saves.
// CHECK: ok @few_columns
// COPIES-LABEL: func.func private @few_columns.body
// COPIES-NOT: memref.alloc
kernel.func @few_columns(%a: tensor<256x512xf32>, %b: tensor<256x24xf32>, %out: tensor<512x24xf32>) -> tensor<512x24xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<512x24xf32>) -> tensor<512x24xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<256x512xf32>, tensor<256x24xf32>) outs(%f : tensor<512x24xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<512x24xf32>
  kernel.return %r : tensor<512x24xf32>
}

// Two loops are summed over, and what they read is in no order of theirs.
// CHECK: ok @two_reductions
// COPIES-LABEL: func.func private @two_reductions.body
// COPIES: memref.alloc() {{.*}} : memref<32x6x48xf32>
// COPIES: memref.alloc() {{.*}} : memref<11x40x6x24xf32>
kernel.func @two_reductions(%a: tensor<40x6x32xf32>, %b: tensor<40x6x256xf32>, %out: tensor<32x256xf32>) -> tensor<32x256xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<32x256xf32>) -> tensor<32x256xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, i, j) -> (j, i, m)>, affine_map<(m, n, i, j) -> (j, i, n)>, affine_map<(m, n, i, j) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<40x6x32xf32>, tensor<40x6x256xf32>) outs(%f : tensor<32x256xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<32x256xf32>
  kernel.return %r : tensor<32x256xf32>
}

// A window that goes from the end of an image to its start, over a filter that
// lies across the vectors.
// CHECK: ok @backwards
kernel.func @backwards(%a: tensor<4x10x24xf32>, %b: tensor<3x64x24xf32>, %out: tensor<4x8x64xf32>) -> tensor<4x8x64xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<4x8x64xf32>) -> tensor<4x8x64xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(n, x, k, r, c) -> (n, x - r + 2, c)>, affine_map<(n, x, k, r, c) -> (r, k, c)>, affine_map<(n, x, k, r, c) -> (n, x, k)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<4x10x24xf32>, tensor<3x64x24xf32>) outs(%f : tensor<4x8x64xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %z, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x8x64xf32>
  kernel.return %r : tensor<4x8x64xf32>
}
