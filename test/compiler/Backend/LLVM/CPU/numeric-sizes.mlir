// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-kernel %s --num-threads=2 | FileCheck %s
// RUN: swage-kernel %s --special | FileCheck %s
// RUN: swage-kernel %s --target=x86-64-v3 | FileCheck %s
// RUN: swage-kernel %s --target=x86-64-v2 | FileCheck %s

// Sizes that fit no vector and no tile: 1, primes, one more than a tile.

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#bt = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
#panels = affine_map<(m, n, k) -> (n floordiv 32, k, n mod 32)>
#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

// CHECK: ok @one
kernel.func @one(%a: tensor<1x1xf32>, %b: tensor<1x1xf32>, %out: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x1xf32>) -> tensor<1x1xf32>
  %r = linalg.matmul ins(%a, %b : tensor<1x1xf32>, tensor<1x1xf32>) outs(%f : tensor<1x1xf32>) -> tensor<1x1xf32>
  kernel.return %r : tensor<1x1xf32>
}

// CHECK: ok @primes
kernel.func @primes(%a: tensor<13x17xf32>, %b: tensor<17x53xf32>, %out: tensor<13x53xf32>) -> tensor<13x53xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<13x53xf32>) -> tensor<13x53xf32>
  %r = linalg.matmul ins(%a, %b : tensor<13x17xf32>, tensor<17x53xf32>) outs(%f : tensor<13x53xf32>) -> tensor<13x53xf32>
  kernel.return %r : tensor<13x53xf32>
}

// One row and one column.
// CHECK: ok @row
kernel.func @row(%a: tensor<1x127xf32>, %b: tensor<127x67xf32>, %out: tensor<1x67xf32>) -> tensor<1x67xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x67xf32>) -> tensor<1x67xf32>
  %r = linalg.matmul ins(%a, %b : tensor<1x127xf32>, tensor<127x67xf32>) outs(%f : tensor<1x67xf32>) -> tensor<1x67xf32>
  kernel.return %r : tensor<1x67xf32>
}

// CHECK: ok @column
kernel.func @column(%a: tensor<67x127xf32>, %b: tensor<127x1xf32>, %out: tensor<67x1xf32>) -> tensor<67x1xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<67x1xf32>) -> tensor<67x1xf32>
  %r = linalg.matmul ins(%a, %b : tensor<67x127xf32>, tensor<127x1xf32>) outs(%f : tensor<67x1xf32>) -> tensor<67x1xf32>
  kernel.return %r : tensor<67x1xf32>
}

// A second operand that has to be brought in order, with few rows and many.
// CHECK: ok @transposed_few
kernel.func @transposed_few(%a: tensor<5x37xf32>, %b: tensor<41x37xf32>, %out: tensor<5x41xf32>) -> tensor<5x41xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<5x41xf32>) -> tensor<5x41xf32>
  %r = linalg.generic {indexing_maps = [#a, #bt, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<5x37xf32>, tensor<41x37xf32>) outs(%f : tensor<5x41xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<5x41xf32>
  kernel.return %r : tensor<5x41xf32>
}

// CHECK: ok @transposed_many
kernel.func @transposed_many(%a: tensor<71x37xf32>, %b: tensor<41x37xf32>, %out: tensor<71x41xf32>) -> tensor<71x41xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<71x41xf32>) -> tensor<71x41xf32>
  %r = linalg.generic {indexing_maps = [#a, #bt, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<71x37xf32>, tensor<41x37xf32>) outs(%f : tensor<71x41xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<71x41xf32>
  kernel.return %r : tensor<71x41xf32>
}

// Rows that lie a page apart, a long reduction in several parts, panels with a
// tail, and a bias and activation behind it.
// CHECK: ok @parts
kernel.func @parts(%a: tensor<83x1024xf32>, %b: tensor<3x1024x32xf32>, %bias: tensor<75xf32>, %out: tensor<83x75xf32>) -> tensor<83x75xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<83x75xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<83x75xf32>) -> tensor<83x75xf32>
  %r = linalg.generic {indexing_maps = [#a, #panels, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<83x1024xf32>, tensor<3x1024x32xf32>) outs(%f : tensor<83x75xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %z, %m : f32
    linalg.yield %s : f32
  } -> tensor<83x75xf32>
  %q = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%r, %bias : tensor<83x75xf32>, tensor<75xf32>) outs(%out : tensor<83x75xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %s = arith.addf %x, %y : f32
    %t = arith.maximumf %s, %zero : f32
    linalg.yield %t : f32
  } -> tensor<83x75xf32>
  kernel.return %q : tensor<83x75xf32>
}

// A window with steps over a padded image; filters in panels with a tail.
// CHECK: ok @convolution
#window = affine_map<(n, y, x, k, r, s, c) -> (n, y * 2 + r, x * 2 + s, c)>
#filter = affine_map<(n, y, x, k, r, s, c) -> (k floordiv 32, r, s, c, k mod 32)>
#image = affine_map<(n, y, x, k, r, s, c) -> (n, y, x, k)>
kernel.func @convolution(%x: tensor<2x27x25x67xf32>, %w: tensor<2x3x3x67x32xf32>, %out: tensor<2x14x13x37xf32>) -> tensor<2x14x13x37xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x27x25x67xf32> to tensor<2x29x27x67xf32>
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<2x14x13x37xf32>) -> tensor<2x14x13x37xf32>
  %r = linalg.generic {indexing_maps = [#window, #filter, #image],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %w : tensor<2x29x27x67xf32>, tensor<2x3x3x67x32xf32>) outs(%f : tensor<2x14x13x37xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x14x13x37xf32>
  kernel.return %r : tensor<2x14x13x37xf32>
}

// Each channel by itself.
// CHECK: ok @depthwise
#tap = affine_map<(n, y, x, c, r, s) -> (n, y + r, x + s, c)>
#weight = affine_map<(n, y, x, c, r, s) -> (r, s, c)>
#channel = affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>
kernel.func @depthwise(%x: tensor<1x11x13x19xf32>, %w: tensor<3x3x19xf32>, %out: tensor<1x9x11x19xf32>) -> tensor<1x9x11x19xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<1x9x11x19xf32>) -> tensor<1x9x11x19xf32>
  %r = linalg.generic {indexing_maps = [#tap, #weight, #channel],
                       iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x11x13x19xf32>, tensor<3x3x19xf32>) outs(%f : tensor<1x9x11x19xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %c, %m : f32
    linalg.yield %s : f32
  } -> tensor<1x9x11x19xf32>
  kernel.return %r : tensor<1x9x11x19xf32>
}

// Sums along rows of every length, then along columns.
// CHECK: ok @rows
kernel.func @rows(%x: tensor<7x101xf32>, %out: tensor<7xf32>) -> tensor<7xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<7xf32>) -> tensor<7xf32>
  %r = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<7x101xf32>) outs(%f : tensor<7xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %c, %a : f32
    linalg.yield %s : f32
  } -> tensor<7xf32>
  kernel.return %r : tensor<7xf32>
}

// CHECK: ok @columns
kernel.func @columns(%x: tensor<101x7xf32>, %out: tensor<7xf32>) -> tensor<7xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%out : tensor<7xf32>) -> tensor<7xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(j, i) -> (i, j)>, affine_map<(j, i) -> (j)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<101x7xf32>) outs(%f : tensor<7xf32>) {
  ^bb0(%a: f32, %c: f32):
    %s = arith.maximumf %c, %a : f32
    linalg.yield %s : f32
  } -> tensor<7xf32>
  kernel.return %r : tensor<7xf32>
}
