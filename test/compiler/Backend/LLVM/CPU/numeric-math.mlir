// RUN: swage-kernel %s | FileCheck %s
// RUN: swage-kernel %s --special | FileCheck %s
// RUN: swage-kernel %s --target=x86-64-v3 | FileCheck %s

// Functions that the library has for one element at a time, on vectors.

#id = affine_map<(i) -> (i)>

// CHECK: ok @map_asinh_f64
kernel.func @map_asinh_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.asinh %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_acosh_f64
kernel.func @map_acosh_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.acosh %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_atanh_f64
kernel.func @map_atanh_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.atanh %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_erf_f64
kernel.func @map_erf_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.erf %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_sin_f64
kernel.func @map_sin_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.sin %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_cbrt_f64
kernel.func @map_cbrt_f64(%x: tensor<37xf64>, %out: tensor<37xf64>) -> tensor<37xf64> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf64>) outs(%out : tensor<37xf64>) {
  ^bb0(%a: f64, %b: f64):
    %m = math.cbrt %a : f64
    linalg.yield %m : f64
  } -> tensor<37xf64>
  kernel.return %y : tensor<37xf64>
}

// CHECK: ok @map_asinh_f16
kernel.func @map_asinh_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.asinh %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_acosh_f16
kernel.func @map_acosh_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.acosh %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_atanh_f16
kernel.func @map_atanh_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.atanh %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_erf_f16
kernel.func @map_erf_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.erf %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_sin_f16
kernel.func @map_sin_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.sin %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_cbrt_f16
kernel.func @map_cbrt_f16(%x: tensor<37xf16>, %out: tensor<37xf16>) -> tensor<37xf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xf16>) outs(%out : tensor<37xf16>) {
  ^bb0(%a: f16, %b: f16):
    %m = math.cbrt %a : f16
    linalg.yield %m : f16
  } -> tensor<37xf16>
  kernel.return %y : tensor<37xf16>
}

// CHECK: ok @map_exp_bf16
kernel.func @map_exp_bf16(%x: tensor<37xbf16>, %out: tensor<37xbf16>) -> tensor<37xbf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xbf16>) outs(%out : tensor<37xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    %m = math.exp %a : bf16
    linalg.yield %m : bf16
  } -> tensor<37xbf16>
  kernel.return %y : tensor<37xbf16>
}

// CHECK: ok @map_tanh_bf16
kernel.func @map_tanh_bf16(%x: tensor<37xbf16>, %out: tensor<37xbf16>) -> tensor<37xbf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xbf16>) outs(%out : tensor<37xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    %m = math.tanh %a : bf16
    linalg.yield %m : bf16
  } -> tensor<37xbf16>
  kernel.return %y : tensor<37xbf16>
}

// CHECK: ok @map_sin_bf16
kernel.func @map_sin_bf16(%x: tensor<37xbf16>, %out: tensor<37xbf16>) -> tensor<37xbf16> {
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<37xbf16>) outs(%out : tensor<37xbf16>) {
  ^bb0(%a: bf16, %b: bf16):
    %m = math.sin %a : bf16
    linalg.yield %m : bf16
  } -> tensor<37xbf16>
  kernel.return %y : tensor<37xbf16>
}
