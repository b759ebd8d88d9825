# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes small ONNX models for the tests of the frontend.

usage: models.py FOLDER NAME...    writes FOLDER/NAME.onnx

Each function below makes one model: a message, or the bytes of a file.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper

node = helper.make_node


def value(name, dims=(2, 3), dtype=T.FLOAT):
    return helper.make_tensor_value_info(name, dtype, dims)


def model(nodes, inputs=None, outputs=None, initializers=(), opset=17, ir=8, **more):
    graph = helper.make_graph(
        nodes,
        "test",
        [value("x")] if inputs is None else inputs,
        [value("y", None)] if outputs is None else outputs,
        list(initializers),
        **more,
    )
    imports = [] if opset is None else [helper.make_opsetid("", opset)]
    result = helper.make_model(graph, opset_imports=imports)
    if opset is None:
        del result.opset_import[:]
    result.ir_version = ir
    return result


def relu():
    return model([node("Relu", ["x"], ["y"], "act")])


# ---- Files that are no models ----


def empty():
    return b""


def text():
    return b"ir_version: 8\n"


def noise():
    return bytes(range(255, 0, -1)) * 8


def truncated():
    weights = numpy_helper.from_array(np.ones((64, 64), np.float32), "w")
    whole = model([node("Add", ["x", "w"], ["y"])], [value("x", (64, 64))], None, [weights])
    return whole.SerializeToString()[:-2000]


def no_graph():
    result = onnx.ModelProto()
    result.ir_version = 8
    return result


def deep():
    """Messages nested without end: graph, node, attribute, graph, ..."""

    def field(number, content):
        def varint(n):
            out = bytearray()
            while n > 127:
                out.append(n & 127 | 128)
                n >>= 7
            return bytes(out + bytes([n]))

        return varint(number << 3 | 2) + varint(len(content)) + content

    content = b"x" * 2000
    for _ in range(400):
        content = field(1, field(5, field(6, content)))
    return b"\x08\x08" + field(7, content)


# ---- Models that break the rules ----


def no_opset():
    return model([node("Relu", ["x"], ["y"])], opset=None)


def new_opset():
    return model([node("Relu", ["x"], ["y"])], opset=999)


def new_format():
    return model([node("Relu", ["x"], ["y"])], ir=99)


def defined_twice():
    return model([node("Relu", ["x"], ["y"], "first"), node("Abs", ["x"], ["y"], "second")])


def undefined():
    return model([node("Add", ["x", "nowhere"], ["y"], "sum")])


def undefined_output():
    return model([node("Relu", ["x"], ["z"])])


def cyclic():
    return model(
        [
            node("Add", ["x", "c"], ["a"], "first"),
            node("Relu", ["a"], ["b"], "second"),
            node("Neg", ["b"], ["c"], "third"),
            node("Abs", ["c"], ["y"], "last"),
        ]
    )


def unsorted():
    return model([node("Abs", ["a"], ["y"], "last"), node("Neg", ["x"], ["a"], "first")])


def foreign_domain():
    return model([node("Relu", ["x"], ["y"], "act", domain="com.example")])


def missing_input():
    return model([node("Add", ["x"], ["y"], "sum")])


def wrong_types():
    return model(
        [node("Add", ["x", "i"], ["y"], "sum")], [value("x"), value("i", (2, 3), T.INT64)]
    )


def wrong_shapes():
    return model([node("Add", ["x", "z"], ["y"], "sum")], [value("x"), value("z", (2, 4))])


def wrong_attribute():
    return model([node("Flatten", ["x"], ["y"], "flat", axis=1.5)])


def unknown_attribute():
    return model([node("Relu", ["x"], ["y"], "act", speed=11)])


def wrong_output_type():
    return model([node("Relu", ["x"], ["y"])], outputs=[value("y", (2, 3), T.INT32)])


def short_weights():
    weights = helper.make_tensor("w", T.FLOAT, [2, 3], b"\0" * 24, raw=True)
    weights.raw_data = b"\0" * 20
    return model([node("Add", ["x", "w"], ["y"], "sum")], initializers=[weights])


def negative_dims():
    weights = helper.make_tensor("w", T.FLOAT, [0], [])
    weights.dims[0] = -1
    return model([node("Add", ["x", "w"], ["y"], "sum")], initializers=[weights])


def huge_dims():
    weights = helper.make_tensor("w", T.FLOAT, [0], [])
    del weights.dims[:]
    weights.dims.extend([1 << 40, 1 << 40])
    return model([node("Add", ["x", "w"], ["y"], "sum")], initializers=[weights])


def recursive_function():
    result = model([node("f", ["x"], ["y"], domain="local")])
    result.opset_import.append(helper.make_opsetid("local", 1))
    result.functions.append(
        helper.make_function(
            "local", "f", ["a"], ["b"], [node("f", ["a"], ["b"], domain="local")],
            [helper.make_opsetid("local", 1)],
        )
    )
    return result


# ---- Models that are not supported ----


def several_unsupported():
    return model(
        [
            node("NoSuchOp", ["x"], ["a"], "one"),
            node("Relu", ["a"], ["b"], "innocent"),
            node("NorThis", ["x", "b"], ["c"], "two"),
            node("Relu", ["x"], ["d"]),
            node("Missing", ["d"], ["y"]),
        ]
    )


def unranked():
    return model([node("Relu", ["x"], ["y"])], [value("x", None)])


# ---- Data in other files ----


def external(location, write=None, offset=None, length=None):
    tensor = helper.make_tensor("w", T.FLOAT, [0], [])
    tensor.dims[0] = 1000
    tensor.data_location = T.EXTERNAL
    entries = {"location": location, "offset": offset, "length": length}
    for key, text_value in entries.items():
        if text_value is not None:
            tensor.external_data.add(key=key, value=str(text_value))
    if write is not None:
        with open(os.path.join(sys.argv[1], location), "wb") as file:
            file.write(write)
    return model([node("Mul", ["x", "w"], ["y"], "scale")], [value("x", (1000,))], None, [tensor])


def external_good():
    data = b"\0" * 16 + np.arange(1000, dtype=np.float32).tobytes()
    return external("weights.bin", data, 16, 4000)


def external_above():
    return external("../weights.bin")


def external_absolute():
    return external("/etc/passwd")


def external_link():
    os.symlink("/etc/passwd", os.path.join(sys.argv[1], "link.bin"))
    return external("link.bin")


def external_missing():
    return external("nothing.bin")


def external_short():
    return external("stub.bin", b"\0" * 100)


def external_length():
    return external("short.bin", b"\0" * 4000, 0, 3996)


def external_offset():
    return external("short.bin", b"\0" * 4000, 8)


# ---- What importing keeps ----


def symbolic():
    return model(
        [node("Add", ["x", "z"], ["y"])],
        [value("x", ("batch", 3)), value("z", ("batch", 3))],
        [value("y", ("batch", 3))],
    )


def old_initializers():
    """Before format 4 every initializer is also an input."""
    weights = numpy_helper.from_array(np.ones(3, np.float32), "w")
    return model([node("Add", ["x", "w"], ["y"])], [value("x"), value("w", (3,))], None,
                 [weights], ir=3)


def typed_fields():
    """Every element type through the list that holds it."""
    x = [value("x", (), T.INT64)]
    tensors, nodes, outputs = [], [], []

    def add(dtype, field, data, dims=(2,)):
        tensor = T()
        tensor.name, tensor.data_type = f"t{dtype}", dtype
        tensor.dims.extend(dims)
        getattr(tensor, field).extend(data)
        tensors.append(tensor)
        nodes.append(node("Identity", [tensor.name], [f"y{dtype}"]))
        outputs.append(value(f"y{dtype}", None, dtype))

    add(T.FLOAT, "float_data", [1.5, -2])
    add(T.UINT8, "int32_data", [1, 255])
    add(T.INT8, "int32_data", [1, -1])
    add(T.UINT16, "int32_data", [1, 65535])
    add(T.INT16, "int32_data", [1, -1])
    add(T.INT32, "int32_data", [1, -1])
    add(T.INT64, "int64_data", [1, -1])
    add(T.BOOL, "int32_data", [1, 0])
    add(T.FLOAT16, "int32_data", [0x3C00, 0xC000])
    add(T.DOUBLE, "double_data", [1.5, -2])
    add(T.UINT32, "uint64_data", [1, 0xFFFFFFFF])
    add(T.UINT64, "uint64_data", [1, 0xFFFFFFFFFFFFFFFF])
    add(T.COMPLEX64, "float_data", [1, 2, 3, 4])
    add(T.BFLOAT16, "int32_data", [0x3F80, 0xC000])
    add(17, "int32_data", [0x38, 0xC0])  # float8e4m3fn
    add(19, "int32_data", [0x3C, 0xC0])  # float8e5m2
    add(21, "int32_data", [0xF1, 0x02], (3,))  # uint4
    add(22, "int32_data", [0xF1, 0x02], (3,))  # int4
    add(23, "int32_data", [0xC2], (2,))  # float4e2m1
    add(25, "int32_data", [0b11_10_01_00], (4,))  # uint2
    add(26, "int32_data", [0b11_10_01_00], (4,))  # int2
    return model(nodes, x, outputs, tensors)


def function():
    """A local function with an attribute that its call gives and one it does not."""
    leaky = onnx.NodeProto()
    leaky.op_type = "LeakyRelu"
    leaky.input.append("a")
    leaky.output.append("b")
    attribute = leaky.attribute.add()
    attribute.name, attribute.ref_attr_name, attribute.type = "alpha", "slope", 1
    hard = node("HardSigmoid", ["b"], ["c"])
    attribute = hard.attribute.add()
    attribute.name, attribute.ref_attr_name, attribute.type = "beta", "absent", 1
    result = model([node("f", ["x"], ["h"], domain="local", slope=0.25),
                    node("f", ["h"], ["y"], domain="local", slope=0.5)])
    result.opset_import.append(helper.make_opsetid("local", 1))
    result.functions.append(
        helper.make_function("local", "f", ["a"], ["c"], [leaky, hard],
                             [helper.make_opsetid("", 17)], ["slope", "absent"]))
    return result


def shape_arithmetic():
    """The shape of x, with its first dimension kept and the rest joined."""
    two = numpy_helper.from_array(np.array([0]), "first")
    rest = numpy_helper.from_array(np.array([-1]), "rest")
    return model(
        [
            node("Shape", ["x"], ["shape"]),
            node("Gather", ["shape", "first"], ["batch"]),
            node("Concat", ["batch", "rest"], ["sizes"], axis=0),
            node("Reshape", ["x", "sizes"], ["y"]),
        ],
        [value("x", ("batch", 3, 4))], None, [two, rest],
    )


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for name in names:
        made = globals()[name]()
        if not isinstance(made, bytes):
            made = made.SerializeToString()
        with open(os.path.join(folder, name + ".onnx"), "wb") as file:
            file.write(made)


main()
