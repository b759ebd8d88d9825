// RUN: swage-kernel %s --backend=both | FileCheck %s
// RUN: swage-kernel %s --backend=halide --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --backend=halide --num-threads=2 --special | FileCheck %s

// Changes of layout are what their linalg says: sizes that no tile divides, more
// than one operand, channels that become the innermost dimension or the outermost,
// bytes, tiles that a schedule asks for, and rows shorter than a tile.
#id2 = affine_map<(a, b) -> (a, b)>
#t2 = affine_map<(a, b) -> (b, a)>

// CHECK: ok @square halide
kernel.func @square(%x: tensor<100x37xf32>, %out: tensor<37x100xf32>) -> tensor<37x100xf32> {
  %0 = linalg.generic {indexing_maps = [#t2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<100x37xf32>) outs(%out : tensor<37x100xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<37x100xf32>
  kernel.return %0 : tensor<37x100xf32>
}

// CHECK: ok @bias halide
kernel.func @bias(%x: tensor<100x37xf32>, %y: tensor<37x100xf32>, %b: tensor<100xf32>, %out: tensor<37x100xf32>) -> tensor<37x100xf32> {
  %0 = linalg.generic {indexing_maps = [#t2, #id2, affine_map<(a, b) -> (b)>, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y, %b : tensor<100x37xf32>, tensor<37x100xf32>, tensor<100xf32>) outs(%out : tensor<37x100xf32>) {
  ^bb0(%v: f32, %w: f32, %c: f32, %o: f32):
    %1 = arith.addf %v, %w : f32
    %2 = arith.mulf %1, %c : f32
    linalg.yield %2 : f32
  } -> tensor<37x100xf32>
  kernel.return %0 : tensor<37x100xf32>
}

// CHECK: ok @planes halide
kernel.func @planes(%x: tensor<3x50x37xf32>, %out: tensor<50x37x3xf32>) -> tensor<50x37x3xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (c, a, b)>, affine_map<(a, b, c) -> (a, b, c)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<3x50x37xf32>) outs(%out : tensor<50x37x3xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<50x37x3xf32>
  kernel.return %0 : tensor<50x37x3xf32>
}

// CHECK: ok @pixels halide
kernel.func @pixels(%x: tensor<50x37x3xf32>, %out: tensor<3x50x37xf32>) -> tensor<3x50x37xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a, b, c) -> (b, c, a)>, affine_map<(a, b, c) -> (a, b, c)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<50x37x3xf32>) outs(%out : tensor<3x50x37xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<3x50x37xf32>
  kernel.return %0 : tensor<3x50x37xf32>
}

// CHECK: ok @bytes halide
kernel.func @bytes(%x: tensor<100x70xi8>, %out: tensor<70x100xi8>) -> tensor<70x100xi8> {
  %0 = linalg.generic {indexing_maps = [#t2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<100x70xi8>) outs(%out : tensor<70x100xi8>) {
  ^bb0(%v: i8, %o: i8):
    linalg.yield %v : i8
  } -> tensor<70x100xi8>
  kernel.return %0 : tensor<70x100xi8>
}

// CHECK: ok @shuffle halide
kernel.func @shuffle(%x: tensor<5x7x2x29xf32>, %out: tensor<5x7x29x2xf32>) -> tensor<5x7x29x2xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a, b, c, d) -> (a, b, d, c)>, affine_map<(a, b, c, d) -> (a, b, c, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x : tensor<5x7x2x29xf32>) outs(%out : tensor<5x7x29x2xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<5x7x29x2xf32>
  kernel.return %0 : tensor<5x7x29x2xf32>
}

// CHECK: ok @short halide
kernel.func @short(%x: tensor<3x6xf32>, %out: tensor<6x3xf32>) -> tensor<6x3xf32> {
  %0 = linalg.generic {indexing_maps = [#t2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<3x6xf32>) outs(%out : tensor<6x3xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<6x3xf32>
  kernel.return %0 : tensor<6x3xf32>
}

// CHECK: ok @asked halide
kernel.func @asked(%x: tensor<100x70xf32>, %out: tensor<70x100xf32>) -> tensor<70x100xf32>
    attributes {schedule = #kernel.schedule<transposition {register_tile = array<i64: 5, 16>, parallel = array<i64: 1>}>} {
  %0 = linalg.generic {indexing_maps = [#t2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<100x70xf32>) outs(%out : tensor<70x100xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<70x100xf32>
  kernel.return %0 : tensor<70x100xf32>
}

// CHECK: ok @truth halide
kernel.func @truth(%x: tensor<40x30xi1>, %y: tensor<30x40xf32>, %out: tensor<30x40xf32>) -> tensor<30x40xf32> {
  %c = arith.constant 0.0 : f32
  %0 = linalg.generic {indexing_maps = [#t2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<40x30xi1>, tensor<30x40xf32>) outs(%out : tensor<30x40xf32>) {
  ^bb0(%v: i1, %w: f32, %o: f32):
    %1 = arith.select %v, %w, %c : f32
    linalg.yield %1 : f32
  } -> tensor<30x40xf32>
  kernel.return %0 : tensor<30x40xf32>
}
