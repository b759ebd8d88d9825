// RUN: swage-opt %s -swage-expand-math | FileCheck %s

// No function of the library is left on f32, scalars and vectors alike.

// CHECK-LABEL: func.func @exp
// CHECK-NOT: math.exp
// CHECK: return
func.func @exp(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.exp %x : f32
  %b = math.exp %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @exp2
// CHECK-NOT: math.exp2
// CHECK: return
func.func @exp2(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.exp2 %x : f32
  %b = math.exp2 %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @expm1
// CHECK-NOT: math.expm1
// CHECK: return
func.func @expm1(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.expm1 %x : f32
  %b = math.expm1 %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @log
// CHECK-NOT: math.log
// CHECK: return
func.func @log(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.log %x : f32
  %b = math.log %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @log2
// CHECK-NOT: math.log2
// CHECK: return
func.func @log2(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.log2 %x : f32
  %b = math.log2 %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @log10
// CHECK-NOT: math.log10
// CHECK: return
func.func @log10(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.log10 %x : f32
  %b = math.log10 %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @log1p
// CHECK-NOT: math.log1p
// CHECK: return
func.func @log1p(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.log1p %x : f32
  %b = math.log1p %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @tanh
// CHECK-NOT: math.tanh
// CHECK: return
func.func @tanh(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.tanh %x : f32
  %b = math.tanh %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @erf
// CHECK-NOT: math.erf
// CHECK: return
func.func @erf(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.erf %x : f32
  %b = math.erf %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @asinh
// CHECK-NOT: math.asinh
// CHECK: return
func.func @asinh(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.asinh %x : f32
  %b = math.asinh %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @acosh
// CHECK-NOT: math.acosh
// CHECK: return
func.func @acosh(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.acosh %x : f32
  %b = math.acosh %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @atanh
// CHECK-NOT: math.atanh
// CHECK: return
func.func @atanh(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.atanh %x : f32
  %b = math.atanh %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// CHECK-LABEL: func.func @rsqrt
// CHECK-NOT: math.rsqrt
// CHECK: return
func.func @rsqrt(%x: f32, %v: vector<16xf32>) -> (f32, vector<16xf32>) {
  %a = math.rsqrt %x : f32
  %b = math.rsqrt %v : vector<16xf32>
  return %a, %b : f32, vector<16xf32>
}

// A logistic function has one power of two, made of its exponent's bits, and x
// times it is one quotient.
// CHECK-LABEL: func.func @silu
// CHECK-SAME: (%[[X:.*]]: vector<8xf32>)
// CHECK: %[[BELOW:.*]] = arith.minimumf %[[X]]
// CHECK: arith.maximumf %[[BELOW]]
// CHECK: %[[BITS:.*]] = arith.shli
// CHECK: arith.bitcast %[[BITS]] : vector<8xi32> to vector<8xf32>
// CHECK: %[[RESULT:.*]] = arith.divf %[[X]], %{{.*}} : vector<8xf32>
// CHECK-NEXT: return %[[RESULT]]
func.func @silu(%x: vector<8xf32>) -> vector<8xf32> {
  %scalar = arith.constant 1.0 : f32
  %one = vector.broadcast %scalar : f32 to vector<8xf32>
  %n = arith.negf %x : vector<8xf32>
  %e = math.exp %n : vector<8xf32>
  %d = arith.addf %one, %e : vector<8xf32>
  %s = arith.divf %one, %d : vector<8xf32>
  %r = arith.mulf %s, %x : vector<8xf32>
  return %r : vector<8xf32>
}

// Who needs the exponential gets it.
// CHECK-LABEL: func.func @both
// CHECK: %[[ONE:.*]] = arith.constant 1.0
// CHECK: arith.minnumf
// CHECK: arith.divf %[[ONE]]
func.func @both(%x: f32) -> (f32, f32) {
  %one = arith.constant 1.0 : f32
  %n = arith.negf %x : f32
  %e = math.exp %n : f32
  %d = arith.addf %e, %one : f32
  %s = arith.divf %one, %d : f32
  return %s, %e : f32, f32
}

// Small results of 1 + erf(x) are computed as such.
// CHECK-LABEL: func.func @one_plus_erf
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: math.absf %[[X]]
// CHECK: %[[NEGATIVE:.*]] = arith.cmpf olt, %[[X]]
// CHECK: %[[REST:.*]] = arith.subf %{{.*}}, %[[TAIL:.*]] fastmath<contract>
// CHECK: arith.select %[[NEGATIVE]], %[[TAIL]], %[[REST]]
func.func @one_plus_erf(%x: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %e = math.erf %x : f32
  %r = arith.addf %one, %e : f32
  return %r : f32
}

// Other types are the library's business.
// CHECK-LABEL: func.func @double
// CHECK: math.acosh %{{.*}} : f64
func.func @double(%x: f64) -> f64 {
  %a = math.acosh %x : f64
  return %a : f64
}

// NaN passes through, and where the argument is too large the result is what the
// function tends to: the polynomial never sees either.
// CHECK-LABEL: func.func @limits
// CHECK-SAME: (%[[X:.*]]: f32)
// CHECK: %[[LOW:.*]] = arith.constant -1.040000e+02 : f32
// CHECK: %[[ABOVE:.*]] = arith.maxnumf %[[X]], %[[LOW]]
// CHECK: %[[HIGH:.*]] = arith.constant 8.900000e+01 : f32
// CHECK: arith.minnumf %[[ABOVE]], %[[HIGH]]
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]]
// CHECK: %[[RESULT:.*]] = arith.select %[[NAN]], %[[X]],
// CHECK: return %[[RESULT]]
func.func @limits(%x: f32) -> f32 {
  %a = math.exp %x : f32
  return %a : f32
}

// Targets that scale vectors by powers of two do so; scalars, and vectors of
// lengths that no register has, are scaled by way of their exponents' bits.
// RUN: swage-opt %s -swage-expand-math=ldexp | FileCheck %s --check-prefix=LDEXP
// LDEXP-LABEL: @scaled
// LDEXP: %[[N:.*]] = arith.fptosi %{{.*}} : vector<16xf32> to vector<16xi32>
// LDEXP: llvm.call_intrinsic "llvm.ldexp"(%{{.*}}, %[[N]]) : (vector<16xf32>, vector<16xi32>) -> vector<16xf32>
// LDEXP: arith.shli %{{.*}} : vector<5xi32>
// LDEXP: arith.shli %{{.*}} : i32
// LDEXP-NOT: llvm.ldexp
func.func @scaled(%v: vector<16xf32>, %odd: vector<5xf32>, %s: f32) -> (vector<16xf32>, vector<5xf32>, f32) {
  %0 = math.exp %v : vector<16xf32>
  %1 = math.exp %odd : vector<5xf32>
  %2 = math.exp %s : f32
  return %0, %1, %2 : vector<16xf32>, vector<5xf32>, f32
}
