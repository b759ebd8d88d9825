//===- KernelOps.td - operations of the kernel dialect -----*- tablegen -*-===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Kernels, calls of kernels, and the buffers of a run.
//
//===----------------------------------------------------------------------===//
#ifndef SWAGE_KERNEL_OPS
#define SWAGE_KERNEL_OPS

include "dialects/Kernel/KernelAttributes.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_FuncOp : Kernel_Op<"func", [
    AffineScope, AutomaticAllocationScope, FunctionOpInterface,
    IsolatedFromAbove, Symbol
  ]> {
  let summary = "One fused group of operations, compiled as a unit";
  let description = [{
    The arguments are the inputs followed by one destination per result, in
    order; a result has its destination's type. The body is linalg, tensor, scf
    and arith operations on tensors, in one block ended by `kernel.return`.

    1. (K1) There are at least as many arguments as results.
    2. (K2) The last arguments have the results' types.

    Example:

    ```mlir
    kernel.func @relu(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32>
        attributes {backend = "llvm"} {
      %zero = arith.constant 0.0 : f32
      %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                           iterator_types = ["parallel"]}
          ins(%x : tensor<4xf32>) outs(%out : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32):
        %m = arith.maximumf %a, %zero : f32
        linalg.yield %m : f32
      } -> tensor<4xf32>
      kernel.return %y : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<StrAttr>:$backend,
    OptionalAttr<Kernel_ScheduleAttr>:$schedule,
    OptionalAttr<DictArrayAttr>:$arg_attrs,
    OptionalAttr<DictArrayAttr>:$res_attrs
  );
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::FunctionType":$type)>
  ];
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The arguments that are only read.
    unsigned getNumInputs() { return getFunctionType().getNumInputs() - getFunctionType().getNumResults(); }
  }];
}

def Kernel_ReturnOp : Kernel_Op<"return", [
    Pure, ReturnLike, Terminator, HasParent<"FuncOp">
  ]> {
  let summary = "Ends a kernel and names its results";
  let arguments = (ins Variadic<AnyType>:$results);
  let assemblyFormat = "attr-dict ($results^ `:` type($results))?";
  let hasVerifier = 1;
}

def Kernel_CallOp : Kernel_Op<"call", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>
  ]> {
  let summary = "Runs a kernel into destinations";
  let description = [{
    On tensors the results are the destinations' new values; on buffers there
    are no results and the destinations are written.

    1. (K3) The operands have the types of the kernel's arguments; on buffers,
       the tensor types of the operands' element types and shapes.

    Example:

    ```mlir
    %y = kernel.call @relu ins(%x : tensor<4xf32>) outs(%d : tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins
    FlatSymbolRefAttr:$callee,
    Variadic<AnyType>:$inputs,
    Variadic<AnyShaped>:$outs
  );
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $callee (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    `outs` `(` $outs `:` type($outs) `)` attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
  }];
}

def Kernel_PreparedOp : Kernel_Op<"prepared", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>
  ]> {
  let summary = "A tensor that is computed once, when the model is loaded";
  let description = [{
    It is result `index` of the module's function @prepare, which takes nothing
    and runs before the first run.

    1. (K5) There is a function @prepare with a result `index` of that type.

    Example:

    ```mlir
    %filter = kernel.prepared 0 : tensor<6x6x4x64x16xf32>
    ```
  }];
  let arguments = (ins I64Attr:$index);
  let results = (outs AnyStaticShapeTensor:$tensor);
  let assemblyFormat = "$index attr-dict `:` type($tensor)";
}

def Kernel_BarrierOp : Kernel_Op<"barrier", [Pure, SameOperandsAndResultType]> {
  let summary = "The same tensor, which nothing looks through until there are kernels";
  let description = [{
    An operation on its result is another one than the same operation on its
    operand, and is not computed in one kernel with it. Training so computes
    values again that are not kept for the way back. `swage-form-kernels`
    removes it.

    Example: `%again = kernel.barrier %x : tensor<4x8xf32>`
  }];
  let arguments = (ins AnyTensor:$input);
  let results = (outs AnyTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Kernel_RequireOp : Kernel_Op<"require", [MemoryEffects<[MemWrite]>]> {
  let summary = "Ends the run with a message unless a condition holds";
  let description = [{
    For what only a run can tell: sizes that the model leaves open and that have
    to agree. The message is `message` followed by shapes, which `sizes` holds
    one after the other; `ranks` says how many sizes each has.

    1. (K4) The ranks are not negative and sum to the number of sizes.

    Example:

    ```mlir
    kernel.require %same, "node 'sum' (Add): its operands do not broadcast" [1, 2](%n, %m, %k)
    ```
  }];
  let arguments = (ins I1:$condition, StrAttr:$message, DenseI64ArrayAttr:$ranks, Variadic<Index>:$sizes);
  let assemblyFormat = "$condition `,` $message $ranks (`(` $sizes^ `)`)? attr-dict";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

//===----------------------------------------------------------------------===//
// The buffers of a run
//===----------------------------------------------------------------------===//

def Kernel_InputOp : Kernel_Op<"input", [Pure]> {
  let summary = "The buffer of a model's input";
  let description = [{
    `dims` names the dimensions, of which those of one name are as large in every
    input, and `ranges` holds the least and the greatest size of each, -1 for
    none. The runtime checks both before a run.

    Example:

    ```mlir
    %x = kernel.input 0 {dims = ["batch", ""], ranges = array<i64: 1, 8, 0, -1>} : memref<?x4xf32>
    ```
  }];
  let arguments = (ins I64Attr:$index, OptionalAttr<StrArrayAttr>:$dims, OptionalAttr<DenseI64ArrayAttr>:$ranges);
  let results = (outs AnyMemRef:$buffer);
  let assemblyFormat = "$index attr-dict `:` type($buffer)";
}

def Kernel_OutputOp : Kernel_Op<"output", [MemoryEffects<[MemAlloc, MemWrite]>]> {
  let summary = "The buffer of a model's output, whose shape is known from here on";
  let arguments = (ins I64Attr:$index, Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$buffer);
  let assemblyFormat = "$index (`(` $sizes^ `)`)? attr-dict `:` type($buffer)";
}

def Kernel_ConstantOp : Kernel_Op<"constant", [Pure]> {
  let summary = "The buffer of an entry of the model's constant table";
  let arguments = (ins I64Attr:$index);
  let results = (outs AnyStaticShapeMemRef:$buffer);
  let assemblyFormat = "$index attr-dict `:` type($buffer)";
}

def Kernel_ArenaOp : Kernel_Op<"arena", [Pure]> {
  let summary = "A part of the static workspace";
  let description = [{
    The workspace has room for the greatest sizes.

    1. (K6) There is one size for each dynamic dimension.

    Example:

    ```mlir
    %a = kernel.arena 64 (%n) : memref<?x768xf32>
    ```
  }];
  let arguments = (ins I64Attr:$offset, Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$buffer);
  let assemblyFormat = "$offset (`(` $sizes^ `)`)? attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// What the runtime computes
//===----------------------------------------------------------------------===//

def Kernel_RuntimeOp : Kernel_Op<"runtime", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>
  ]> {
  let summary = "Runs a function of the runtime into destinations";
  let description = [{
    Like a call of a kernel, for what is not tensor code: strings, above all.
    The function is a `swage_kernel` whose `dims` are all sizes of all operands;
    on buffers, those are dense. It overwrites its destinations whole.

    Example:

    ```mlir
    %r = kernel.runtime "swage_rt_string_concat" ins(%a, %b : tensor<?xi64>, tensor<?xi64>)
         outs(%d : tensor<?xi64>) -> tensor<?xi64>
    ```
  }];
  let arguments = (ins
    StrAttr:$callee,
    Variadic<AnyShaped>:$inputs,
    Variadic<AnyShaped>:$outs
  );
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $callee (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    `outs` `(` $outs `:` type($outs) `)` attr-dict (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }
  }];
}

def Kernel_InvokeOp : Kernel_Op<"invoke", [NoMemoryEffect]> {
  let summary = "Calls a function of the runtime on integers and handles";
  let description = [{
    A handle is an `i64` that stands for a value of the run: a tensor, a
    sequence, or nothing (0). Values never change, so the call depends on
    nothing but its operands.

    Example: `%n = kernel.invoke "swage_rt_sequence_length"(%s) : (i64) -> i64`
  }];
  let arguments = (ins StrAttr:$callee, Variadic<I64>:$inputs);
  let results = (outs I64:$result);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, $result)";
}

def Kernel_BoxOp : Kernel_Op<"box", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "A value of the run with the elements of a tensor";
  let description = [{
    `dtype` is the element type's number in the ABI.
  }];
  let arguments = (ins AnyShaped:$tensor, I64Attr:$dtype);
  let results = (outs I64:$handle);
  let assemblyFormat = "$tensor attr-dict `:` type($tensor) `->` type($handle)";
}

def Kernel_UnboxOp : Kernel_Op<"unbox", [NoMemoryEffect]> {
  let summary = "The tensor of a value of the run";
  let description = [{
    Fails the run where the value has another type or shape. Its elements must
    not be written.
  }];
  let arguments = (ins I64:$handle, I64Attr:$dtype);
  let results = (outs AnyShaped:$tensor);
  let assemblyFormat = "$handle attr-dict `:` type($handle) `->` type($tensor)";
}

def Kernel_OutputValueOp : Kernel_Op<"output_value", [MemoryEffects<[MemWrite]>]> {
  let summary = "Makes a value of the run one of the model's outputs";
  let arguments = (ins I64Attr:$index, I64:$handle);
  let assemblyFormat = "$index `,` $handle attr-dict `:` type($handle)";
}

#endif
