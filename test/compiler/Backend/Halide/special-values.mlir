// RUN: swage-kernel %s --backend=halide --special | FileCheck %s
// RUN: swage-kernel %s --backend=halide --special --fp=strict | FileCheck %s
// NaN and infinities are what IEEE says, also where Halide would invert a
// comparison or fold one.

#row = affine_map<(i, j) -> (i)>
#id = affine_map<(i, j) -> (i, j)>

// Softmax of rows in which a mask of -inf has left out elements.
// CHECK: ok @masked_softmax
kernel.func @masked_softmax(%x: tensor<9x40xf32>, %mask: tensor<9x40xi1>, %out: tensor<9x40xf32>) -> tensor<9x40xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<9x40xf32>
  %e1 = tensor.empty() : tensor<9xf32>
  %masked = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mask : tensor<9x40xf32>, tensor<9x40xi1>) outs(%e0 : tensor<9x40xf32>) {
  ^bb0(%a: f32, %m: i1, %o: f32):
    %r = arith.select %m, %lowest, %a : f32
    linalg.yield %r : f32
  } -> tensor<9x40xf32>
  %i0 = linalg.fill ins(%lowest : f32) outs(%e1 : tensor<9xf32>) -> tensor<9xf32>
  %max = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%masked : tensor<9x40xf32>) outs(%i0 : tensor<9xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.maximumf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<9xf32>
  %exp = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%masked, %max : tensor<9x40xf32>, tensor<9xf32>) outs(%e0 : tensor<9x40xf32>) {
  ^bb0(%a: f32, %m: f32, %o: f32):
    %d = arith.subf %a, %m : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<9x40xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<9xf32>) -> tensor<9xf32>
  %sum = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<9x40xf32>) outs(%i1 : tensor<9xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.addf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<9xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<9x40xf32>, tensor<9xf32>) outs(%out : tensor<9x40xf32>) {
  ^bb0(%a: f32, %s: f32, %o: f32):
    %r = arith.divf %a, %s : f32
    linalg.yield %r : f32
  } -> tensor<9x40xf32>
  kernel.return %y : tensor<9x40xf32>
}

// Every comparison, as a number and as a choice.
// CHECK: ok @comparisons
kernel.func @comparisons(%x: tensor<20x64xf32>, %y: tensor<20x64xf32>, %out: tensor<20x64xi32>) -> tensor<20x64xi32> {
  %0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<20x64xf32>, tensor<20x64xf32>) outs(%out : tensor<20x64xi32>) {
  ^bb0(%a: f32, %b: f32, %o: i32):
    %zero = arith.constant 0 : i32
    %true = arith.constant true
    %c0 = arith.cmpf oeq, %a, %b : f32
    %c1 = arith.cmpf ogt, %a, %b : f32
    %c2 = arith.cmpf oge, %a, %b : f32
    %c3 = arith.cmpf olt, %a, %b : f32
    %c4 = arith.cmpf ole, %a, %b : f32
    %c5 = arith.cmpf one, %a, %b : f32
    %c6 = arith.cmpf ord, %a, %b : f32
    %c7 = arith.cmpf ueq, %a, %b : f32
    %c8 = arith.cmpf ugt, %a, %b : f32
    %c9 = arith.cmpf uge, %a, %b : f32
    %c10 = arith.cmpf ult, %a, %b : f32
    %c11 = arith.cmpf ule, %a, %b : f32
    %c12 = arith.cmpf une, %a, %b : f32
    %c13 = arith.cmpf uno, %a, %b : f32
    %c14 = arith.cmpf une, %a, %a : f32
    %c15 = arith.xori %c4, %true : i1
    %v0 = arith.extui %c0 : i1 to i32
    %v1 = arith.extui %c1 : i1 to i32
    %v2 = arith.extui %c2 : i1 to i32
    %v3 = arith.extui %c3 : i1 to i32
    %v4 = arith.extui %c4 : i1 to i32
    %v5 = arith.extui %c5 : i1 to i32
    %v6 = arith.extui %c6 : i1 to i32
    %v7 = arith.extui %c7 : i1 to i32
    %v8 = arith.extui %c8 : i1 to i32
    %v9 = arith.extui %c9 : i1 to i32
    %v10 = arith.extui %c10 : i1 to i32
    %v11 = arith.extui %c11 : i1 to i32
    %v12 = arith.extui %c12 : i1 to i32
    %v13 = arith.extui %c13 : i1 to i32
    %v14 = arith.extui %c14 : i1 to i32
    %v15 = arith.select %c15, %o, %zero : i32
    %two = arith.constant 2 : i32
    %s0 = arith.addi %v0, %v1 : i32
    %t0 = arith.muli %s0, %two : i32
    %s1 = arith.addi %t0, %v2 : i32
    %t1 = arith.muli %s1, %two : i32
    %s2 = arith.addi %t1, %v3 : i32
    %t2 = arith.muli %s2, %two : i32
    %s3 = arith.addi %t2, %v4 : i32
    %t3 = arith.muli %s3, %two : i32
    %s4 = arith.addi %t3, %v5 : i32
    %t4 = arith.muli %s4, %two : i32
    %s5 = arith.addi %t4, %v6 : i32
    %t5 = arith.muli %s5, %two : i32
    %s6 = arith.addi %t5, %v7 : i32
    %t6 = arith.muli %s6, %two : i32
    %s7 = arith.addi %t6, %v8 : i32
    %t7 = arith.muli %s7, %two : i32
    %s8 = arith.addi %t7, %v9 : i32
    %t8 = arith.muli %s8, %two : i32
    %s9 = arith.addi %t8, %v10 : i32
    %t9 = arith.muli %s9, %two : i32
    %s10 = arith.addi %t9, %v11 : i32
    %t10 = arith.muli %s10, %two : i32
    %s11 = arith.addi %t10, %v12 : i32
    %t11 = arith.muli %s11, %two : i32
    %s12 = arith.addi %t11, %v13 : i32
    %t12 = arith.muli %s12, %two : i32
    %s13 = arith.addi %t12, %v14 : i32
    linalg.yield %s13 : i32
  } -> tensor<20x64xi32>
  kernel.return %0 : tensor<20x64xi32>
}

// Largest and smallest numbers, arithmetic that must not be simplified, and
// signs.
// CHECK: ok @arithmetic
kernel.func @arithmetic(%x: tensor<20x64xf32>, %y: tensor<20x64xf32>, %o0: tensor<20x64xf32>, %o1: tensor<20x64xf32>, %o2: tensor<20x64xf32>, %o3: tensor<20x64xf32>, %o4: tensor<20x64xf32>) -> (tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>) {
  %r:5 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<20x64xf32>, tensor<20x64xf32>)
      outs(%o0, %o1, %o2, %o3, %o4 : tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>) {
  ^bb0(%a: f32, %b: f32, %q0: f32, %q1: f32, %q2: f32, %q3: f32, %q4: f32):
    %zero = arith.constant 0.0 : f32
    %inf = arith.constant 0x7F800000 : f32
    %max = arith.maximumf %a, %b : f32
    %min = arith.minimumf %a, %b : f32
    %difference = arith.subf %a, %a : f32
    %product = arith.mulf %b, %zero : f32
    %nothing = arith.addf %difference, %product : f32
    %maxnum = arith.maxnumf %a, %b : f32
    %minnum = arith.minnumf %maxnum, %inf : f32
    %negative = arith.negf %a : f32
    %sign = math.copysign %b, %negative : f32
    linalg.yield %max, %min, %nothing, %minnum, %sign : f32, f32, f32, f32, f32
  } -> (tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>)
  kernel.return %r#0, %r#1, %r#2, %r#3, %r#4 : tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>, tensor<20x64xf32>
}

// Maximum and sum of rows with NaN in them.
// CHECK: ok @rows
kernel.func @rows(%x: tensor<40x9xf32>, %o0: tensor<40xf32>, %o1: tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>) {
  %lowest = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40xf32>
  %i0 = linalg.fill ins(%lowest : f32) outs(%e : tensor<40xf32>) -> tensor<40xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e : tensor<40xf32>) -> tensor<40xf32>
  %r:2 = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<40x9xf32>) outs(%i0, %i1 : tensor<40xf32>, tensor<40xf32>) {
  ^bb0(%a: f32, %m: f32, %s: f32):
    %p = arith.maximumf %m, %a : f32
    %q = arith.addf %s, %a : f32
    linalg.yield %p, %q : f32, f32
  } -> (tensor<40xf32>, tensor<40xf32>)
  kernel.return %r#0, %r#1 : tensor<40xf32>, tensor<40xf32>
}

// To 16 bits and back.
// CHECK: ok @narrow
kernel.func @narrow(%x: tensor<20x64xf32>, %o0: tensor<20x64xf16>, %o1: tensor<20x64xbf16>, %o2: tensor<20x64xf32>) -> (tensor<20x64xf16>, tensor<20x64xbf16>, tensor<20x64xf32>) {
  %r:3 = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<20x64xf32>) outs(%o0, %o1, %o2 : tensor<20x64xf16>, tensor<20x64xbf16>, tensor<20x64xf32>) {
  ^bb0(%a: f32, %q0: f16, %q1: bf16, %q2: f32):
    %half = arith.truncf %a : f32 to f16
    %brain = arith.truncf %a : f32 to bf16
    %wide = arith.extf %half : f16 to f32
    linalg.yield %half, %brain, %wide : f16, bf16, f32
  } -> (tensor<20x64xf16>, tensor<20x64xbf16>, tensor<20x64xf32>)
  kernel.return %r#0, %r#1, %r#2 : tensor<20x64xf16>, tensor<20x64xbf16>, tensor<20x64xf32>
}
