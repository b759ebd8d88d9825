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

//===----------------------------------------------------------------------===//
// The buffers of a run
//===----------------------------------------------------------------------===//

def Kernel_InputOp : Kernel_Op<"input", [Pure]> {
  let summary = "The buffer of a model's input";
  let arguments = (ins I64Attr:$index);
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
  let arguments = (ins I64Attr:$offset);
  let results = (outs AnyStaticShapeMemRef:$buffer);
  let assemblyFormat = "$offset attr-dict `:` type($buffer)";
}

#endif
