// RUN: swage-opt %s --split-input-file --verify-diagnostics

func.func @mixed(%a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{a sequence of 'f32' cannot hold a 'tensor<2xi64>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence %a, %b of f32 : tensor<2xf32>, tensor<2xi64> -> <tensor<2xf32>>
  return
}

// -----

func.func @insert(%s: !nn.sequence<tensor<2xf32>>, %t: tensor<2xi64>) {
  // expected-error @below {{a 'tensor<2xi64>' cannot go into a '!nn.sequence<tensor<2xf32>>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_insert %s, %t : <tensor<2xf32>>, tensor<2xi64> -> <tensor<2xf32>>
  return
}

// -----

func.func @position(%s: !nn.sequence<tensor<2xf32>>, %p: tensor<2xi64>) {
  // expected-error @below {{a position has one element, not the 'tensor<2xi64>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_erase %s at %p : <tensor<2xf32>>, tensor<2xi64> -> <tensor<2xf32>>
  return
}

// -----

func.func @unranked(%s: !nn.sequence<tensor<*xf32>>, %p: tensor<i64>) {
  // expected-error @below {{the number of dimensions of the tensors that it takes from a container is not known}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_at %s at %p : <tensor<*xf32>>, tensor<i64> -> tensor<2xf32>
  return
}

// -----

func.func @empty(%s: !nn.sequence<f32>, %p: tensor<i64>) {
  // expected-error @below {{it takes a tensor from a sequence that is always empty}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_at %s at %p : <f32>, tensor<i64> -> tensor<2xf32>
  return
}

// -----

func.func @concat_axis(%s: !nn.sequence<tensor<2xf32>>) {
  // expected-error @below {{axis 1 is outside of 'tensor<2xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_concat %s {axis = 1, new_axis = false} : <tensor<2xf32>> -> tensor<?xf32>
  return
}

// -----

func.func @split_axis(%t: tensor<2xf32>, %n: tensor<i64>) {
  // expected-error @below {{axis 1 is outside of 'tensor<2xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.sequence_split %t, %n {axis = 1, keep_dims = true} : tensor<2xf32>, tensor<i64> -> <tensor<2xf32>>
  return
}

// -----

func.func @cast(%s: !nn.sequence<tensor<2xf32>>) {
  // expected-error @below {{cannot take a '!nn.sequence<tensor<2xf32>>' for a '!nn.sequence<tensor<3xf32>>'}}
  %0 = nn.container_cast %s : !nn.sequence<tensor<2xf32>> -> !nn.sequence<tensor<3xf32>>
  return
}

// -----

// expected-error @below {{a sequence holds tensors or maps, not 'index'}}
func.func private @sequence_type() -> !nn.sequence<index>

// -----

// expected-error @below {{an optional holds a tensor or a sequence, not 'f32'}}
func.func private @optional_type() -> !nn.optional<f32>

// -----

func.func @strings() {
  // expected-error @below {{a 'tensor<3x!nn.string>' cannot hold 2 strings}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.string_constant ["a", "b"] [3] -> tensor<3x!nn.string>
  return
}

// -----

func.func @pairs(%a: tensor<2x!nn.string>, %b: tensor<3x!nn.string>) {
  // expected-error @below {{strings of 'tensor<2x!nn.string>' and 'tensor<3x!nn.string>' are no pairs}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.string_concat %a, %b : tensor<2x!nn.string>, tensor<3x!nn.string> -> tensor<2x!nn.string>
  return
}

// -----

func.func @rows(%a: tensor<2x2x!nn.string>) {
  // expected-error @below {{needs a vector or a matrix of one row, not 'tensor<2x2x!nn.string>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.string_normalize %a {stop_words = [], change_case = "none", case_sensitive = true} : tensor<2x2x!nn.string> -> tensor<2x2x!nn.string>
  return
}

// -----

func.func @case(%a: tensor<2x!nn.string>) {
  // expected-error @below {{there is no case 'title'; it is none, lower or upper}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.string_normalize %a {stop_words = [], change_case = "title", case_sensitive = true} : tensor<2x!nn.string> -> tensor<2x!nn.string>
  return
}

// -----

func.func @map(%k: tensor<2xi64>, %v: tensor<3xf32>) {
  // expected-error @below {{a 'tensor<2xi64>' cannot be the keys of a 'tensor<3xf32>' in a map}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.map %k to %v : tensor<2xi64>, tensor<3xf32> -> <i64, f32>
  return
}

// -----

// expected-error @below {{a map has keys of i64 or strings, not 'f32'}}
func.func private @map_keys() -> !nn.map<f32, f32>

// -----

// expected-error @below {{a map has single elements as values, not 'tensor<2xf32>'}}
func.func private @map_values() -> !nn.map<i64, tensor<2xf32>>
