// RUN: swage-kernel %s --size=60,100,100,60,60 --tolerance=1e-4 | FileCheck %s
// RUN: swage-kernel %s --size=5,5,5,5,5 --tolerance=1e-4 | FileCheck %s
// RUN: swage-kernel %s --size=131,131,131,131,131 --tolerance=1e-4 --target=x86-64-v3 --num-threads=2 | FileCheck %s
// RUN: swage-kernel %s --size=32,32,32,32,32 --tolerance=1e-4 --target=x86-64-v2 | FileCheck %s
// RUN: swage-opt %s -swage-lower-kernels-cpu=target=x86-64-v4 -canonicalize -cse | FileCheck %s --check-prefix=LOOPS

// Chains of two products in blocks of rows, against plain loops.

#queries = affine_map<(b, h, s, t, d) -> (b, h, s, d)>
#keys = affine_map<(b, h, s, t, d) -> (b, h, t, d)>
#scores = affine_map<(b, h, s, t, d) -> (b, h, s, t)>
#values = affine_map<(b, h, s, d, t) -> (b, h, t, d)>
#weights = affine_map<(b, h, s, d, t) -> (b, h, s, t)>
#result = affine_map<(b, h, s, d, t) -> (b, h, s, d)>
#id = affine_map<(b, h, s, t) -> (b, h, s, t)>
#row = affine_map<(b, h, s, t) -> (b, h, s)>
#limit = affine_map<(b, h, s, t) -> (s)>
#vector = affine_map<(s) -> (s)>
#mask = affine_map<(b, h, s, t) -> (b, 0, 0, t)>

// Rows and elements that fill neither tiles nor vectors.
// CHECK: ok @odd

// The scores of a block of rows, and no more, are in memory; they become weights
// in place.
// LOOPS-LABEL: func.func private @odd.body
// LOOPS: scf.parallel {{.*}} to (%c2, %c3, %c2)
// LOOPS: memref.alloc() {{.*}} : memref<27x80xf32>
// LOOPS: memref.alloc() {{.*}} : memref<27x1xf32>
// LOOPS: memref.alloc() {{.*}} : memref<27x1xf32>
// LOOPS-NOT: memref.alloc
// LOOPS: vector.reduction <maximumf>
// LOOPS: math.exp
// LOOPS: vector.reduction <add>
// LOOPS-NOT: scf.parallel
// LOOPS: return
kernel.func @odd(%q: tensor<2x3x41x20xf32>, %k: tensor<2x3x75x20xf32>, %v: tensor<2x3x75x21xf32>, %m: tensor<2x1x1x75xf32>, %out: tensor<2x3x41x21xf32>) -> tensor<2x3x41x21xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %c = arith.constant 0.25 : f32
  %e0 = tensor.empty() : tensor<2x3x41x75xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x3x41x75xf32>) -> tensor<2x3x41x75xf32>
  %p = linalg.generic {indexing_maps = [#queries, #keys, #scores], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<2x3x41x20xf32>, tensor<2x3x75x20xf32>) outs(%f0 : tensor<2x3x41x75xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b fastmath<contract> : f32
    %1 = arith.addf %o, %0 fastmath<contract> : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x41x75xf32>
  %e1 = tensor.empty() : tensor<2x3x41x75xf32>
  %s = linalg.generic {indexing_maps = [#id, #mask, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%p, %m : tensor<2x3x41x75xf32>, tensor<2x1x1x75xf32>) outs(%e1 : tensor<2x3x41x75xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.addf %0, %b : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x41x75xf32>
  %e2 = tensor.empty() : tensor<2x3x41xf32>
  %f2 = linalg.fill ins(%low : f32) outs(%e2 : tensor<2x3x41xf32>) -> tensor<2x3x41xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%s : tensor<2x3x41x75xf32>) outs(%f2 : tensor<2x3x41xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.maximumf %o, %a : f32
    linalg.yield %0 : f32
  } -> tensor<2x3x41xf32>
  %e3 = tensor.empty() : tensor<2x3x41x75xf32>
  %x = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%s, %max : tensor<2x3x41x75xf32>, tensor<2x3x41xf32>) outs(%e3 : tensor<2x3x41x75xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.subf %a, %b : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x41x75xf32>
  %e4 = tensor.empty() : tensor<2x3x41xf32>
  %f4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x3x41xf32>) -> tensor<2x3x41xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x : tensor<2x3x41x75xf32>) outs(%f4 : tensor<2x3x41xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  } -> tensor<2x3x41xf32>
  %e5 = tensor.empty() : tensor<2x3x41x21xf32>
  %f5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<2x3x41x21xf32>) -> tensor<2x3x41x21xf32>
  %y = linalg.generic {indexing_maps = [#weights, #values, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %v : tensor<2x3x41x75xf32>, tensor<2x3x75x21xf32>) outs(%f5 : tensor<2x3x41x21xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b fastmath<contract> : f32
    %1 = arith.addf %o, %0 fastmath<contract> : f32
    linalg.yield %1 : f32
  } -> tensor<2x3x41x21xf32>
  %r = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %sum : tensor<2x3x41x21xf32>, tensor<2x3x41xf32>) outs(%out : tensor<2x3x41x21xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2x3x41x21xf32>
  kernel.return %r : tensor<2x3x41x21xf32>
}

// Of unknown length, with rows that end early: few rows go stage by stage.
// CHECK: ok @limited

// LOOPS-LABEL: func.func private @limited.body
// LOOPS: scf.if
// LOOPS: memref.alloc({{.*}}) {{.*}} : memref<65x?xf32>
// LOOPS: } else {
// LOOPS: memref.alloc({{.*}}) {{.*}} : memref<1x2x?x?xf32>
// LOOPS: return
kernel.func @limited(%q: tensor<1x2x?x20xf32>, %k: tensor<1x2x?x20xf32>, %v: tensor<1x2x?x21xf32>, %m: tensor<?xi32>, %out: tensor<1x2x?x21xf32>) -> tensor<1x2x?x21xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %c2 = arith.constant 2 : index
  %n = tensor.dim %q, %c2 : tensor<1x2x?x20xf32>
  %l = tensor.dim %k, %c2 : tensor<1x2x?x20xf32>
  %e0 = tensor.empty(%n, %l) : tensor<1x2x?x?xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %p = linalg.generic {indexing_maps = [#queries, #keys, #scores], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<1x2x?x20xf32>, tensor<1x2x?x20xf32>) outs(%f0 : tensor<1x2x?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b fastmath<contract> : f32
    %1 = arith.addf %o, %0 fastmath<contract> : f32
    linalg.yield %1 : f32
  } -> tensor<1x2x?x?xf32>
  %nine = arith.constant 9 : i32
  %e6 = tensor.empty(%n) : tensor<?xi32>
  %limit = linalg.generic {indexing_maps = [#vector, #vector], iterator_types = ["parallel"]}
      ins(%m : tensor<?xi32>) outs(%e6 : tensor<?xi32>) {
  ^bb0(%a: i32, %o: i32):
    %0 = arith.muli %a, %nine : i32
    linalg.yield %0 : i32
  } -> tensor<?xi32>
  %e1 = tensor.empty(%n, %l) : tensor<1x2x?x?xf32>
  %s = linalg.generic {indexing_maps = [#id, #limit, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%p, %limit : tensor<1x2x?x?xf32>, tensor<?xi32>) outs(%e1 : tensor<1x2x?x?xf32>) {
  ^bb0(%a: f32, %b: i32, %o: f32):
    %0 = linalg.index 3 : index
    %1 = arith.index_cast %0 : index to i32
    %2 = arith.cmpi slt, %1, %b : i32
    %3 = arith.select %2, %a, %low : f32
    linalg.yield %3 : f32
  } -> tensor<1x2x?x?xf32>
  %e2 = tensor.empty(%n) : tensor<1x2x?xf32>
  %f2 = linalg.fill ins(%low : f32) outs(%e2 : tensor<1x2x?xf32>) -> tensor<1x2x?xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%s : tensor<1x2x?x?xf32>) outs(%f2 : tensor<1x2x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.maximumf %o, %a : f32
    linalg.yield %0 : f32
  } -> tensor<1x2x?xf32>
  %e3 = tensor.empty(%n, %l) : tensor<1x2x?x?xf32>
  %x = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%s, %max : tensor<1x2x?x?xf32>, tensor<1x2x?xf32>) outs(%e3 : tensor<1x2x?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.subf %a, %b : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1x2x?x?xf32>
  %e4 = tensor.empty(%n) : tensor<1x2x?xf32>
  %f4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<1x2x?xf32>) -> tensor<1x2x?xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x : tensor<1x2x?x?xf32>) outs(%f4 : tensor<1x2x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  } -> tensor<1x2x?xf32>
  %e5 = tensor.empty(%n) : tensor<1x2x?x21xf32>
  %f5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<1x2x?x21xf32>) -> tensor<1x2x?x21xf32>
  %y = linalg.generic {indexing_maps = [#weights, #values, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %v : tensor<1x2x?x?xf32>, tensor<1x2x?x21xf32>) outs(%f5 : tensor<1x2x?x21xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b fastmath<contract> : f32
    %1 = arith.addf %o, %0 fastmath<contract> : f32
    linalg.yield %1 : f32
  } -> tensor<1x2x?x21xf32>
  %r = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %sum : tensor<1x2x?x21xf32>, tensor<1x2x?xf32>) outs(%out : tensor<1x2x?x21xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x2x?x21xf32>
  kernel.return %r : tensor<1x2x?x21xf32>
}
