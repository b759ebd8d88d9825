// RUN: swage-opt %s -pass-pipeline='builtin.module(func.func(swage-unify-sizes,canonicalize))' --split-input-file | FileCheck %s

// Dimensions of one name have one size, others have not.
// CHECK-LABEL: @names
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[A:.*]] = tensor.dim %[[X]], %c1
// CHECK: %[[OTHER:.*]] = arith.cmpi eq, %[[N]], %[[A]]
// CHECK: return %[[TRUE]], %[[OTHER]]
func.func @names(%x: tensor<?x?xf32> {nn.dims = ["n", ""]},
                 %y: tensor<?xf32> {nn.dims = ["n"]}) -> (i1, i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %a = tensor.dim %x, %c1 : tensor<?x?xf32>
  %m = tensor.dim %y, %c0 : tensor<?xf32>
  %same = arith.cmpi eq, %n, %m : index
  %other = arith.cmpi eq, %m, %a : index
  return %same, %other : i1, i1
}

// -----

// What is left of a reshape with -1: (n * s * 768) / (n * 64 * 12) is s, and
// (n * s) elements fill [s, n].
// CHECK-LABEL: @reshape
// CHECK-SAME: %[[X:.*]]: tensor<?x?x768xf32>
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK-DAG: %[[S:.*]] = tensor.dim %[[X]], %c1
// CHECK: return %[[S]], %[[TRUE]]
func.func @reshape(%x: tensor<?x?x768xf32>) -> (index, i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c12 = arith.constant 12 : index
  %c64 = arith.constant 64 : index
  %c768 = arith.constant 768 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x768xf32>
  %s = tensor.dim %x, %c1 : tensor<?x?x768xf32>
  %rows = arith.muli %n, %s : index
  %all = arith.muli %rows, %c768 : index
  %heads = arith.muli %n, %c12 : index
  %others = arith.muli %heads, %c64 : index
  %divisor = arith.maxsi %others, %c1 : index
  %rest = arith.divsi %all, %divisor : index
  %turned = arith.muli %s, %n : index
  %fits = arith.cmpi eq, %rows, %turned : index
  return %rest, %fits : index, i1
}

// -----

// A size is not negative; what broadcasts against itself is itself.
// CHECK-LABEL: @decided
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK: %[[N:.*]] = tensor.dim %[[X]], %c0
// CHECK-NEXT: return %[[N]], %[[N]], %[[N]]
func.func @decided(%x: tensor<?xf32>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %more = arith.addi %n, %c3 : index
  %negative = arith.cmpi slt, %n, %c0 : index
  %wrapped = arith.select %negative, %more, %n : index
  %one = arith.cmpi eq, %n, %c1 : index
  %common = arith.select %one, %wrapped, %n : index
  %least = arith.minsi %more, %n : index
  return %wrapped, %common, %least : index, index, index
}

// -----

// Nothing is made up: a size may be 0, a number may be negative, a division may
// leave a rest, and 32 bits may not hold a size.
// CHECK-LABEL: @undecided
// CHECK: %[[ZERO:.*]] = arith.cmpi eq
// CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt
// CHECK: %[[HALF:.*]] = arith.divsi
// CHECK: %[[DOUBLED:.*]] = arith.muli %[[HALF]]
// CHECK: %[[EVEN:.*]] = arith.cmpi eq, %[[DOUBLED]]
// CHECK: %[[NARROW:.*]] = arith.trunci
// CHECK: %[[WIDE:.*]] = arith.extsi %[[NARROW]]
// CHECK: %[[KEPT:.*]] = arith.cmpi eq, %[[WIDE]]
// CHECK: return %[[ZERO]], %[[NEGATIVE]], %[[EVEN]], %[[KEPT]]
func.func @undecided(%x: tensor<?xf32>, %number: i64) -> (i1, i1, i1, i1) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %none = arith.constant 0 : i64
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %zero = arith.cmpi eq, %n, %c0 : index
  %negative = arith.cmpi slt, %number, %none : i64
  %half = arith.divsi %n, %c2 : index
  %doubled = arith.muli %half, %c2 : index
  %even = arith.cmpi eq, %doubled, %n : index
  %long = arith.index_cast %n : index to i64
  %narrow = arith.trunci %long : i64 to i32
  %wide = arith.extsi %narrow : i32 to i64
  %kept = arith.cmpi eq, %wide, %long : i64
  return %zero, %negative, %even, %kept : i1, i1, i1, i1
}

// -----

// After a check its condition holds; and what is no larger than a size, or 1 as
// soon as that is, needs no repetition but the check.
// CHECK-LABEL: @limited
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[LIMITED:.*]] = arith.minsi %[[N]], %c1024
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[LIMITED]], %[[N]]
// CHECK: kernel.require %[[SAME]]
// CHECK: return %[[N]], %[[TRUE]]
func.func @limited(%x: tensor<?xf32>) -> (index, i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c1024 = arith.constant 1024 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %limited = arith.minsi %n, %c1024 : index
  %one = arith.cmpi eq, %n, %c1 : index
  %common = arith.select %one, %limited, %n : index
  %same = arith.cmpi eq, %limited, %common : index
  %repeated = arith.cmpi eq, %limited, %c1 : index
  %valid = arith.ori %same, %repeated : i1
  kernel.require %valid, "they differ" []
  return %common, %same : index, i1
}

// -----

// What is known of a size decides comparisons: s is at most 512, and its double
// at least 2; whether it is more than 100 only a run knows.
// CHECK-LABEL: @ranges
// CHECK-SAME: %[[X:.*]]: tensor<?xf32>
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK-DAG: %[[S:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[MORE:.*]] = arith.cmpi sgt, %[[S]], %c100
// CHECK: return %[[S]], %[[TRUE]], %[[MORE]]
func.func @ranges(%x: tensor<?xf32> {nn.dims = ["s"], nn.ranges = array<i64: 1, 512>}) -> (index, i1, i1) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c100 = arith.constant 100 : index
  %c512 = arith.constant 512 : index
  %s = tensor.dim %x, %c0 : tensor<?xf32>
  %end = arith.minsi %s, %c512 : index
  %double = arith.muli %s, %c2 : index
  %two = arith.cmpi sge, %double, %c2 : index
  %more = arith.cmpi sgt, %s, %c100 : index
  return %end, %two, %more : index, i1, i1
}

// -----

// Without an upper limit the end has to be found out.
// CHECK-LABEL: @no_limit
// CHECK: arith.minsi
func.func @no_limit(%x: tensor<?xf32> {nn.dims = ["s"], nn.ranges = array<i64: 1, -1>}) -> index {
  %c0 = arith.constant 0 : index
  %c512 = arith.constant 512 : index
  %s = tensor.dim %x, %c0 : tensor<?xf32>
  %end = arith.minsi %s, %c512 : index
  return %end : index
}

// -----

// A slice of a table that a check compares with a size tells how long that is:
// where keys are min(keys, 1024), the keys before them are no more either, and
// rows from min(past, 1024) to min(max(past + n, ...), 1024) are n.
// CHECK-LABEL: @table
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>
// CHECK-DAG: %[[TRUE:.*]] = arith.constant true
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[START:.*]] = arith.minsi
// CHECK: %[[ROWS:.*]] = arith.subi %{{.*}}, %[[START]]
// CHECK: %[[EARLY:.*]] = arith.cmpi eq, %[[ROWS]], %[[N]]
// CHECK: call @before(%[[EARLY]], %[[ROWS]])
// CHECK: kernel.require
// CHECK: call @after(%[[TRUE]], %[[N]])
func.func private @before(i1, index)
func.func private @after(i1, index)
func.func @table(%x: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c1024 = arith.constant 1024 : index
  %n = tensor.dim %x, %c0 : tensor<?x?xf32>
  %past = tensor.dim %x, %c1 : tensor<?x?xf32>
  %keys = arith.addi %past, %n : index
  %start = arith.minsi %past, %c1024 : index
  %end = arith.maxsi %keys, %start : index
  %stop = arith.minsi %end, %c1024 : index
  %rows = arith.subi %stop, %start : index
  %same = arith.cmpi eq, %rows, %n : index
  call @before(%same, %rows) : (i1, index) -> ()
  %columns = arith.minsi %keys, %c1024 : index
  %fits = arith.cmpi eq, %keys, %columns : index
  kernel.require %fits, "too long" [1](%keys)
  call @after(%same, %rows) : (i1, index) -> ()
  return
}

// -----

// A number that may be negative says nothing of its parts.
// CHECK-LABEL: @any_number
// CHECK: %[[LESSER:.*]] = arith.minsi
// CHECK: kernel.require
// CHECK: return %[[LESSER]]
func.func @any_number(%n: index, %m: index) -> index {
  %c8 = arith.constant 8 : index
  %sum = arith.addi %n, %m : index
  %lesser = arith.minsi %n, %c8 : index
  %least = arith.minsi %sum, %c8 : index
  %fits = arith.cmpi eq, %sum, %least : index
  kernel.require %fits, "too long" [1](%sum)
  return %lesser : index
}
