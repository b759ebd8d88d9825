// RUN: swage-kernel %s --backend=llvm 2>&1 | FileCheck %s

// What keeps a kernel from vectors is told, once, with its place. The numbers are
// right all the same.
// CHECK-NOT: remark
#id = affine_map<(a, b) -> (a, b)>
kernel.func @iota(%x: tensor<8x64xf32>, %out: tensor<8x64xf32>) -> tensor<8x64xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<8x64xf32>) outs(%out : tensor<8x64xf32>) {
  ^bb0(%v: f32, %o: f32):
    %a = linalg.index 0 : index
    %b = linalg.index 1 : index
    // CHECK: [[@LINE+1]]:10: remark: kernel @iota: computes one element at a time: 'affine.apply' has no vectorised form
    %c = affine.apply affine_map<(d0, d1) -> (d0 * 64 + d1)>(%a, %b)
    %d = arith.index_cast %c : index to i32
    %e = arith.sitofp %d : i32 to f32
    %f = arith.addf %v, %e : f32
    linalg.yield %f : f32
  } -> tensor<8x64xf32>
  kernel.return %0 : tensor<8x64xf32>
}
// CHECK-NOT: remark
// CHECK: ok @iota
