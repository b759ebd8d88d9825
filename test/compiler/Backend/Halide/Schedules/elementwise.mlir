// RUN: swage-kernel %s --backend=both | FileCheck %s
// RUN: swage-kernel %s --backend=halide --target=x86-64-v2 | FileCheck %s
// RUN: swage-kernel %s --backend=halide --num-threads=2 --special | FileCheck %s
// RUN: swage-kernel %s --backend=halide --target=x86-64-v3 --dump=stmt | FileCheck %s --check-prefix=STMT

// What changes elements one by one is what its linalg says: rows that no vector
// divides, operands by column, elements that several stages read, one long row,
// and types of several sizes.
#id2 = affine_map<(a, b) -> (a, b)>
#in = affine_map<(a, b) -> (b)>

// CHECK: ok @relu halide
kernel.func @relu(%x: tensor<56x1801xf32>, %out: tensor<56x1801xf32>) -> tensor<56x1801xf32> {
  %c = arith.constant 0.0 : f32
  %0 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<56x1801xf32>) outs(%out : tensor<56x1801xf32>) {
  ^bb0(%v: f32, %o: f32):
    %1 = arith.maximumf %v, %c : f32
    linalg.yield %1 : f32
  } -> tensor<56x1801xf32>
  kernel.return %0 : tensor<56x1801xf32>
}

// CHECK: ok @scale halide
kernel.func @scale(%x: tensor<196x58xf32>, %y: tensor<58xf32>, %z: tensor<58xf32>, %out: tensor<196x58xf32>) -> tensor<196x58xf32> {
  %c = arith.constant 0.0 : f32
  %0 = linalg.generic {indexing_maps = [#id2, #in, #in, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y, %z : tensor<196x58xf32>, tensor<58xf32>, tensor<58xf32>) outs(%out : tensor<196x58xf32>) {
  ^bb0(%v: f32, %a: f32, %b: f32, %o: f32):
    %1 = arith.mulf %v, %a : f32
    %2 = arith.addf %1, %b : f32
    %3 = arith.maximumf %2, %c : f32
    linalg.yield %3 : f32
  } -> tensor<196x58xf32>
  kernel.return %0 : tensor<196x58xf32>
}
// What two later stages read is computed for a step of vectors, not for all rows.
// STMT: produce s2_map
// STMT: .steps, 0,
// STMT: produce s0_map

// CHECK: ok @twice halide
kernel.func @twice(%x: tensor<128x512xf32>, %out: tensor<128x512xf32>) -> tensor<128x512xf32> {
  %c = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<128x512xf32>
  %0 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<128x512xf32>) outs(%e : tensor<128x512xf32>) {
  ^bb0(%v: f32, %o: f32):
    %1 = arith.negf %v : f32
    %2 = math.exp %1 : f32
    linalg.yield %2 : f32
  } -> tensor<128x512xf32>
  %3 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<128x512xf32>) outs(%e : tensor<128x512xf32>) {
  ^bb0(%v: f32, %o: f32):
    %1 = arith.addf %v, %c : f32
    linalg.yield %1 : f32
  } -> tensor<128x512xf32>
  %4 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%0, %3 : tensor<128x512xf32>, tensor<128x512xf32>) outs(%out : tensor<128x512xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %1 = arith.divf %v, %w : f32
    linalg.yield %1 : f32
  } -> tensor<128x512xf32>
  kernel.return %4 : tensor<128x512xf32>
}

// CHECK: ok @line halide
kernel.func @line(%x: tensor<40001xf32>, %out: tensor<40001xf32>) -> tensor<40001xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], iterator_types = ["parallel"]}
      ins(%x : tensor<40001xf32>) outs(%out : tensor<40001xf32>) {
  ^bb0(%v: f32, %o: f32):
    %1 = math.tanh %v : f32
    linalg.yield %1 : f32
  } -> tensor<40001xf32>
  kernel.return %0 : tensor<40001xf32>
}

// CHECK: ok @narrow halide
kernel.func @narrow(%x: tensor<300x200xf32>, %out: tensor<300x200xi8>) -> tensor<300x200xi8> {
  %e = tensor.empty() : tensor<300x200xf32>
  %0 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<300x200xf32>) outs(%e : tensor<300x200xf32>) {
  ^bb0(%v: f32, %o: f32):
    %1 = math.absf %v : f32
    linalg.yield %1 : f32
  } -> tensor<300x200xf32>
  %2 = linalg.generic {indexing_maps = [#id2, affine_map<(a, b) -> (a, 0)>, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%0, %0 : tensor<300x200xf32>, tensor<300x200xf32>) outs(%out : tensor<300x200xi8>) {
  ^bb0(%v: f32, %w: f32, %o: i8):
    %3 = arith.cmpf olt, %v, %w : f32
    %4 = arith.extui %3 : i1 to i8
    linalg.yield %4 : i8
  } -> tensor<300x200xi8>
  kernel.return %2 : tensor<300x200xi8>
}

// CHECK: ok @mixed halide
kernel.func @mixed(%x: tensor<30x20xf32>, %y: tensor<30x20xi64>, %out: tensor<30x20xf32>) -> tensor<30x20xf32>
    attributes {schedule = #kernel.schedule<elementwise {unroll = array<i64: 3>, parallel = array<i64: 1>}>} {
  %e = tensor.empty() : tensor<30x20xi64>
  %b = tensor.empty() : tensor<30x20xi1>
  %c = arith.constant 3 : i64
  %z = arith.constant 0.0 : f32
  %0 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<30x20xi64>) outs(%e : tensor<30x20xi64>) {
  ^bb0(%v: i64, %o: i64):
    %1 = arith.muli %v, %c : i64
    linalg.yield %1 : i64
  } -> tensor<30x20xi64>
  %2 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<30x20xi64>) outs(%b : tensor<30x20xi1>) {
  ^bb0(%v: i64, %o: i1):
    %1 = arith.cmpi slt, %v, %c : i64
    linalg.yield %1 : i1
  } -> tensor<30x20xi1>
  %3 = linalg.generic {indexing_maps = [#id2, #id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x, %0, %2 : tensor<30x20xf32>, tensor<30x20xi64>, tensor<30x20xi1>) outs(%out : tensor<30x20xf32>) {
  ^bb0(%v: f32, %w: i64, %s: i1, %o: f32):
    %4 = arith.sitofp %w : i64 to f32
    %5 = arith.addf %v, %4 : f32
    %6 = arith.select %s, %5, %z : f32
    linalg.yield %6 : f32
  } -> tensor<30x20xf32>
  kernel.return %3 : tensor<30x20xf32>
}

// What two results need.
// CHECK: ok @corners halide
kernel.func @corners(%x: tensor<90x2xf32>, %y: tensor<90x2xf32>, %a: tensor<90x2xf32>, %b: tensor<90x2xf32>) -> (tensor<90x2xf32>, tensor<90x2xf32>) {
  %c = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<90x2xf32>
  %0 = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<90x2xf32>) outs(%e : tensor<90x2xf32>) {
  ^bb0(%v: f32, %o: f32):
    %3 = arith.divf %v, %c : f32
    linalg.yield %3 : f32
  } -> tensor<90x2xf32>
  %1 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%y, %0 : tensor<90x2xf32>, tensor<90x2xf32>) outs(%a : tensor<90x2xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %3 = arith.subf %v, %w : f32
    linalg.yield %3 : f32
  } -> tensor<90x2xf32>
  %2 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%y, %0 : tensor<90x2xf32>, tensor<90x2xf32>) outs(%b : tensor<90x2xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %3 = arith.addf %v, %w : f32
    linalg.yield %3 : f32
  } -> tensor<90x2xf32>
  kernel.return %1, %2 : tensor<90x2xf32>, tensor<90x2xf32>
}
