# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes models with strings and containers, and what they give.

usage: cases.py FOLDER      writes FOLDER/CASE/model.onnx and its data sets

Expected values come from Python's own lists, strings and numpy.
"""

import os
import sys

import numpy as np
import onnx
from onnx import MapProto, OptionalProto, SequenceProto, TensorProto as T, TypeProto
from onnx import helper, numpy_helper

node = helper.make_node
f32 = np.float32


# ---- Types and files ----


def tensor(dtype, dims=None):
    return helper.make_tensor_type_proto(dtype, dims)


def sequence(inner):
    return helper.make_sequence_type_proto(inner)


def optional(inner):
    return helper.make_optional_type_proto(inner)


def dictionary(key, element):
    result = TypeProto()
    result.map_type.key_type = key
    result.map_type.value_type.CopyFrom(tensor(element, []))
    return result


def value(name, type_proto):
    return helper.make_value_info(name, type_proto)


def to_proto(type_proto, content):
    """`content` as the message that a file of that type holds."""
    if type_proto.HasField("sequence_type"):
        inner = type_proto.sequence_type.elem_type
        message = SequenceProto(elem_type=SequenceProto.TENSOR)
        values = message.tensor_values
        if inner.HasField("map_type"):
            message.elem_type, values = SequenceProto.MAP, message.map_values
        for each in content:
            values.append(to_proto(inner, each))
        return message
    if type_proto.HasField("map_type"):
        kind = type_proto.map_type
        message = MapProto(key_type=kind.key_type)
        message.values.elem_type = SequenceProto.TENSOR
        for key, each in content.items():
            if kind.key_type == T.STRING:
                message.string_keys.append(key.encode())
            else:
                message.keys.append(key)
            message.values.tensor_values.append(to_proto(kind.value_type, each))
        return message
    if type_proto.HasField("optional_type"):
        inner = type_proto.optional_type.elem_type
        message = OptionalProto()
        if content is not None and inner.HasField("sequence_type"):
            message.elem_type = OptionalProto.SEQUENCE
            message.sequence_value.CopyFrom(to_proto(inner, content))
        elif content is not None:
            message.elem_type = OptionalProto.TENSOR
            message.tensor_value.CopyFrom(to_proto(inner, content))
        return message
    array = np.asarray(content)
    if type_proto.tensor_type.elem_type == T.STRING:
        message = T(data_type=T.STRING, dims=array.shape)
        message.string_data.extend(str(text).encode() for text in array.flat)
        return message
    return numpy_helper.from_array(array)


def write(folder, name, nodes, inputs, outputs, *runs, opset=20, info=()):
    """One model and, for each run, its inputs and the outputs expected."""
    graph = helper.make_graph(
        nodes, name, [value(*each) for each in inputs],
        [value(*each) for each in outputs], value_info=[value(*each) for each in info])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset),
                              helper.make_opsetid("ai.onnx.ml", 4)])
    model.ir_version = 8
    case = os.path.join(folder, name)
    for i, (given, expected) in enumerate(runs):
        data = os.path.join(case, f"test_data_set_{i}")
        os.makedirs(data, exist_ok=True)
        for kind, types, contents in (("input", inputs, given),
                                      ("output", outputs, expected)):
            for j, ((_, type_proto), content) in enumerate(zip(types, contents)):
                message = to_proto(type_proto, content)
                with open(os.path.join(data, f"{kind}_{j}.pb"), "wb") as file:
                    file.write(message.SerializeToString())
    onnx.save(model, os.path.join(case, "model.onnx"))


def graph(nodes, inputs, outputs):
    return helper.make_graph(nodes, "body", [value(*each) for each in inputs],
                             [value(*each) for each in outputs])


def constant(name, array):
    return node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(array)))


def texts(*strings):
    return np.array(strings, dtype=object)


# ---- Sequences ----

SEQ = sequence(tensor(T.FLOAT, [None, 2]))
ANY = sequence(tensor(T.FLOAT))
INT = tensor(T.INT64, [])


def ragged(*sizes):
    return [np.arange(2 * size, dtype=f32).reshape(size, 2) + size for size in sizes]


def sequences(folder):
    items = ragged(2, 0, 3)
    new = np.full((1, 2), -1, f32)

    def inserted(place):
        return items[:place] + [new] + items[place:]

    # Positions that only the run knows: from both ends, and the ends themselves.
    write(folder, "insert",
          [node("SequenceInsert", ["s", "t", "p"], ["r"]),
           node("SequenceLength", ["r"], ["n"])],
          [("s", SEQ), ("t", tensor(T.FLOAT, [None, 2])), ("p", INT)],
          [("r", SEQ), ("n", INT)],
          *[((items, new, np.int64(p)), (inserted(p % 3 if p < 0 else p), np.int64(4)))
            for p in (0, 2, 3, -1, -3)])
    write(folder, "append_to_empty",
          [node("SequenceInsert", ["s", "t"], ["r"])],
          [("s", SEQ), ("t", tensor(T.FLOAT, [None, 2]))], [("r", SEQ)],
          (([], new), ([new],)))
    # Two sequences that go on differently from a common beginning.
    write(folder, "fork",
          [node("SequenceInsert", ["s", "a"], ["left"]),
           node("SequenceInsert", ["s", "b"], ["right"]),
           node("SequenceErase", ["left"], ["back"])],
          [("s", SEQ), ("a", tensor(T.FLOAT, [1, 2])), ("b", tensor(T.FLOAT, [1, 2]))],
          [("left", SEQ), ("right", SEQ), ("back", SEQ)],
          ((items, new, 2 * new), (items + [new], items + [2 * new], items)))
    write(folder, "erase",
          [node("SequenceErase", ["s", "p"], ["r"]),
           node("SequenceAt", ["s", "p"], ["t"])],
          [("s", SEQ), ("p", tensor(T.INT32, [1]))],
          [("r", SEQ), ("t", tensor(T.FLOAT, [None, 2]))],
          *[((items, np.array([p], np.int32)),
             ([x for i, x in enumerate(items) if i != p % 3], items[p % 3]))
            for p in (0, 1, -1)])
    # Of unknown rank until the output's declaration says it.
    write(folder, "declared_rank",
          [node("SequenceAt", ["s", "p"], ["t"])],
          [("s", ANY), ("p", INT)], [("t", tensor(T.FLOAT, ["a", "b"]))],
          (([f32(1), items[0]], np.int64(1)), (items[0],)))
    # Nothing of this is left when the model runs.
    write(folder, "spelled_out",
          [constant("one", np.int64(1)),
           node("SequenceConstruct", ["a", "b", "a"], ["s"]),
           node("SequenceErase", ["s", "one"], ["t"]),
           node("SequenceInsert", ["t", "b", "one"], ["u"]),
           node("SequenceAt", ["u", "one"], ["x"]),
           node("ConcatFromSequence", ["u"], ["y"], axis=-1),
           node("SequenceLength", ["u"], ["n"])],
          [("a", tensor(T.FLOAT, [1, 2])), ("b", tensor(T.FLOAT, [1, 3]))],
          [("x", tensor(T.FLOAT, [1, 3])), ("y", tensor(T.FLOAT, [1, 7])), ("n", INT)],
          ((np.ones((1, 2), f32), np.zeros((1, 3), f32)),
           (np.zeros((1, 3), f32), np.array([[1, 1, 0, 0, 0, 1, 1]], f32), np.int64(3))))


def joins(folder):
    items = ragged(2, 0, 3)
    write(folder, "concat",
          [node("ConcatFromSequence", ["s"], ["y"], axis=0)],
          [("s", SEQ)], [("y", tensor(T.FLOAT, [None, 2]))],
          ((items,), (np.concatenate(items),)))
    square = [np.arange(4, dtype=f32).reshape(2, 2) * k for k in (1, 2, 3)]
    for axis in (0, 1, -1):
        write(folder, f"stack_{axis}",
              [node("ConcatFromSequence", ["s"], ["y"], axis=axis, new_axis=1)],
              [("s", SEQ)], [("y", tensor(T.FLOAT, [None, None, None]))],
              ((square,), (np.stack(square, axis),)))
        write(folder, f"concat_{axis}",
              [node("ConcatFromSequence", ["s"], ["y"], axis=axis)],
              [("s", SEQ)], [("y", tensor(T.FLOAT, [None, None]))],
              ((square,), (np.concatenate(square, axis),)))
    data = np.arange(70, dtype=np.int16).reshape(2, 7, 5)
    out = sequence(tensor(T.INT16))
    for size in (1, 3, 7, 9):
        write(folder, f"split_{size}",
              [node("SplitToSequence", ["x", "n"], ["s"], axis=1, keepdims=0)],
              [("x", tensor(T.INT16, [2, "n", 5])), ("n", tensor(T.INT32, []))],
              [("s", out)],
              ((data, np.int32(size)),
               (np.split(data, range(size, 7, size), 1),)))
    write(folder, "split_list",
          [node("SplitToSequence", ["x", "n"], ["s"], axis=-2)],
          [("x", tensor(T.INT16, [2, "n", 5])), ("n", tensor(T.INT64, ["k"]))],
          [("s", out)],
          ((data, np.array([2, 0, 5])), (np.split(data, [2, 2], 1),)))
    for keep in (0, 1):
        write(folder, f"split_all_{keep}",
              [node("SplitToSequence", ["x"], ["s"], axis=2, keepdims=keep)],
              [("x", tensor(T.INT16, ["a", "b", "c"]))], [("s", out)],
              ((data,), ([x if keep else x[:, :, 0] for x in np.split(data, 5, 2)],)))


# ---- Control flow ----


def control_flow(folder):
    items = ragged(2, 0, 3)
    # A loop that collects what another sequence holds, in reverse, beside a count.
    body = graph(
        [node("SequenceAt", ["s", "i"], ["t"]),
         constant("zero", np.int64(0)),
         node("SequenceInsert", ["r_in", "t", "zero"], ["r_out"]),
         node("Identity", ["cond"], ["cond_out"])],
        [("i", INT), ("cond", tensor(T.BOOL, [])), ("r_in", SEQ)],
        [("cond_out", tensor(T.BOOL, [])), ("r_out", SEQ)])
    write(folder, "loop_reverse",
          [node("SequenceLength", ["s"], ["n"]),
           node("SequenceEmpty", [], ["e"]),
           node("Loop", ["n", "", "e"], ["r"], body=body)],
          [("s", SEQ)], [("r", SEQ)],
          ((items,), (items[::-1],)), (([],), ([],)))
    # Ends by its condition; a branch inside drops or adds.
    then = graph([node("SequenceErase", ["r_in"], ["shorter"])], [], [("shorter", ANY)])
    other = graph([node("Add", ["x", "x"], ["twice"]),
                   node("SequenceInsert", ["r_in", "twice"], ["longer"])],
                  [], [("longer", ANY)])
    body = graph(
        [constant("three", np.int64(3)), constant("four", np.int64(4)),
         node("Equal", ["i", "three"], ["is_three"]),
         node("If", ["is_three"], ["r_out"], then_branch=then, else_branch=other),
         node("Less", ["i", "four"], ["cond_out"])],
        [("i", INT), ("cond", tensor(T.BOOL, [])), ("r_in", ANY)],
        [("cond_out", tensor(T.BOOL, [])), ("r_out", ANY)])
    x = np.arange(3, dtype=f32)
    write(folder, "loop_branch",
          [node("SequenceConstruct", ["x"], ["s"]),
           node("Loop", ["", "go", "s"], ["r"], body=body)],
          [("x", tensor(T.FLOAT, [3])), ("go", tensor(T.BOOL, []))], [("r", ANY)],
          ((x, np.bool_(True)), ([x, 2 * x, 2 * x, 2 * x],)),
          ((x, np.bool_(False)), ([x],)))
    # An optional changes from nothing to something on the way.
    opt = optional(tensor(T.FLOAT, [3]))
    has = graph([node("OptionalGetElement", ["o_in"], ["held"]),
                 node("Add", ["held", "x"], ["more"]),
                 node("Optional", ["more"], ["o_then"])], [], [("o_then", opt)])
    empty = graph([node("Optional", ["x"], ["o_else"])], [], [("o_else", opt)])
    body = graph(
        [node("OptionalHasElement", ["o_in"], ["full"]),
         node("If", ["full"], ["o_out"], then_branch=has, else_branch=empty),
         node("Identity", ["cond"], ["cond_out"])],
        [("i", INT), ("cond", tensor(T.BOOL, [])), ("o_in", opt)],
        [("cond_out", tensor(T.BOOL, [])), ("o_out", opt)])
    write(folder, "loop_optional",
          [node("Loop", ["n", "", "o"], ["r"], body=body)],
          [("n", INT), ("x", tensor(T.FLOAT, [3])), ("o", opt)], [("r", opt)],
          ((np.int64(0), x, None), (None,)),
          ((np.int64(3), x, None), (3 * x,)),
          ((np.int64(2), x, x), (3 * x,)))
    # SequenceMap over two sequences, a tensor and a captured value.
    body = graph([node("Concat", ["a", "b", "c"], ["y"], axis=0),
                  node("Shape", ["y"], ["n"])],
                 [("a", tensor(T.FLOAT, ["p", 2])), ("b", tensor(T.FLOAT, ["q", 2])),
                  ("c", tensor(T.FLOAT, ["r", 2]))],
                 [("y", tensor(T.FLOAT, ["s", 2])), ("n", tensor(T.INT64, [2]))])
    more = ragged(1, 1, 0)
    tail = np.full((1, 2), 9, f32)
    joined = [np.concatenate([a, b, tail]) for a, b in zip(items, more)]
    write(folder, "map",
          [node("SequenceMap", ["s", "t", "x"], ["r", "n"], body=body)],
          [("s", SEQ), ("t", SEQ), ("x", tensor(T.FLOAT, [1, 2]))],
          [("r", SEQ), ("n", sequence(tensor(T.INT64, [2])))],
          ((items, more, tail), (joined, [np.array(y.shape) for y in joined])))
    # Where the sequence does not tell the number of dimensions, the body does.
    body = graph([node("Mul", ["a", "factor"], ["y"])],
                 [("a", tensor(T.FLOAT, ["p", 2]))], [("y", tensor(T.FLOAT, ["p", 2]))])
    unknown = sequence(tensor(T.FLOAT))
    write(folder, "map_undeclared",
          [node("SequenceMap", ["s"], ["r"], body=body)],
          [("s", unknown), ("factor", tensor(T.FLOAT, [1, 2]))], [("r", unknown)],
          ((items, tail), ([9 * each for each in items],)),
          (([], tail), ([],)))


# ---- Optionals ----


def optionals(folder):
    items = ragged(2, 1)
    opt = optional(SEQ)
    write(folder, "optional_sequence",
          [node("OptionalHasElement", ["o"], ["h"]), node("Identity", ["o"], ["p"])],
          [("o", opt)], [("h", tensor(T.BOOL, [])), ("p", opt)],
          ((None,), (np.bool_(False), None)), (([],), (np.bool_(True), [])),
          ((items,), (np.bool_(True), items)))
    write(folder, "optional_get",
          [node("OptionalGetElement", ["o"], ["s"]), node("SequenceLength", ["s"], ["n"])],
          [("o", opt)], [("s", SEQ), ("n", INT)],
          ((items,), (items, np.int64(2))))


# ---- Strings ----

S = tensor(T.STRING, ["n"])


def strings(folder):
    words = texts("alpha", "", "beta", "Gänse", "日本")
    grid = words[[0, 1, 2, 3]].reshape(2, 2)
    write(folder, "moved",
          [constant("i", np.array([[1, -1], [0, 2]])),
           node("Gather", ["x", "i"], ["g"]),
           node("Transpose", ["g"], ["t"]),
           node("Concat", ["t", "g"], ["c"], axis=0),
           node("Where", ["m", "g", "t"], ["w"]),
           constant("flat", np.array([-1])),
           node("Reshape", ["c", "flat"], ["r"]),
           constant("shape", np.array([2, 1, 5])),
           node("Expand", ["x", "shape"], ["e"]),
           constant("twice", np.array([2])),
           node("Tile", ["x", "twice"], ["tile"])],
          [("x", tensor(T.STRING, [5])), ("m", tensor(T.BOOL, [2, 2]))],
          [("c", tensor(T.STRING, [4, 2])), ("w", tensor(T.STRING, [2, 2])),
           ("r", tensor(T.STRING, [8])), ("e", tensor(T.STRING, [2, 1, 5])),
           ("tile", tensor(T.STRING, [10]))],
          ((words, np.array([[True, False], [False, True]])),
           (lambda g: (np.concatenate([g.T, g]),
                       np.where([[True, False], [False, True]], g, g.T),
                       np.concatenate([g.T, g]).reshape(-1),
                       np.broadcast_to(words, (2, 1, 5)), np.tile(words, 2)))(
               words[[[1, -1], [0, 2]]])))
    write(folder, "constants",
          [node("Constant", [], ["k"], value=to_proto(S, words)),
           node("StringConcat", ["x", "k"], ["y"]),
           node("Equal", ["y", "k"], ["e"])],
          [("x", tensor(T.STRING, ["m", 1]))],
          [("y", tensor(T.STRING, ["m", 5])), ("e", tensor(T.BOOL, ["m", 5]))],
          ((texts("", "<").reshape(2, 1),),
           (np.array([words, ["<" + w for w in words]], dtype=object),
            np.array([[True] * 5, [False] * 5]))))
    for name, delimiter, most, cut in (
            ("comma", ",", -1, ["a,b,,c", "", ",", "x"]),
            ("long", "--", -1, ["a--b---c", "--", "-"]),
            ("space", "", -1, ["  a b\t c \n", "", " ", "x\u00a0y\u3000z"]),
            ("most", ",", 1, ["a,b,c", "a", ",,"]),
            ("space_most", "", 1, [" a b  c ", "a ", ""]),
            ("none", ",", 0, ["a,b"])):
        rows = [s.split(delimiter or None, most) for s in cut]
        width = max(map(len, rows))
        attributes = {"delimiter": delimiter} if delimiter else {}
        write(folder, f"split_{name}",
              [node("StringSplit", ["x"], ["y", "n"], maxsplit=most, **attributes)]
              if most >= 0 else
              [node("StringSplit", ["x"], ["y", "n"], **attributes)],
              [("x", S)], [("y", tensor(T.STRING, ["n", "w"])), ("n", tensor(T.INT64, ["n"]))],
              ((texts(*cut),),
               (np.array([row + [""] * (width - len(row)) for row in rows], dtype=object),
                np.array([len(row) for row in rows], np.int64))))
    days = ["Montag", "DIENSTAG", "montag", "Straße", "ÖL", "ÿ", "ΑΒΓ"]
    for change, sensitive, stop, expected in (
            ("LOWER", 1, ["montag"], [d.lower() for d in days if d != "montag"]),
            ("UPPER", 0, ["montag"],
             [d.upper().replace("STRASSE", "STRAßE") for d in days[1:2] + days[3:]]),
            ("NONE", 0, ["ÖL", "dienstag"], [days[i] for i in (0, 2, 3, 5, 6)]),
            ("NONE", 0, days, [""]),
            ("LOWER", 0, [], [d.lower() for d in days])):
        write(folder, f"normalize_{change}_{len(stop)}_{sensitive}",
              [node("StringNormalizer", ["x"], ["y"], case_change_action=change,
                    is_case_sensitive=sensitive, locale="xx_YY", stopwords=stop)]
              if stop else
              [node("StringNormalizer", ["x"], ["y"], case_change_action=change)],
              [("x", tensor(T.STRING, [1, 7]))], [("y", tensor(T.STRING, [1, None]))],
              ((texts(*days).reshape(1, 7),), (texts(*expected).reshape(1, -1),)))
    mails = ["a.b@c.de", "x@y", "", "a.b@c.de\n", "A"]
    write(folder, "regex",
          [node("RegexFullMatch", ["x"], ["y"], pattern=r"(\w|\.)+@\w+\.(?:com|de)|(?i:a)")],
          [("x", S)], [("y", tensor(T.BOOL, ["n"]))],
          ((texts(*mails),), (np.array([True, False, False, False, True]),)))
    out = sequence(S)
    write(folder, "strings_in_sequence",
          [node("SequenceConstruct", ["x", "y"], ["s"]),
           node("SequenceAt", ["s", "p"], ["t"])],
          [("x", S), ("y", tensor(T.STRING, ["m"])), ("p", INT)], [("s", out), ("t", S)],
          ((words, words[:1], np.int64(1)), ([words, words[:1]], words[:1])))


def string_constants(folder):
    write(folder, "constants",
          [node("Constant", [], ["a"], value_string="ä"),
           node("Constant", [], ["b"], value_strings=["x", "", "yz"]),
           node("StringConcat", ["a", "b"], ["y"])],
          [("x", INT)], [("y", tensor(T.STRING, [3])), ("a", tensor(T.STRING, []))],
          ((np.int64(0),), (texts("äx", "ä", "äyz"), np.array("ä", object))))


def numbers(folder):
    for dtype, array, expected in (
            (T.FLOAT, f32([0.1, 1, -0.0, 1e-5, 123456.79, 3e16, 1 / 3, np.nan, np.inf, -np.inf]),
             ["0.1", "1.0", "-0.0", "1e-05", "123456.79", "3e+16", "0.33333334", "NaN", "INF",
              "-INF"]),
            (T.DOUBLE, np.array([0.1, 1 / 3, 1e300, 5e-324]),
             ["0.1", "0.3333333333333333", "1e+300", "5e-324"]),
            (T.FLOAT16, np.array([0.1, 65504, 6e-8], np.float16), ["0.1", "65500.0", "6e-08"]),
            (T.INT8, np.array([-128, 7], np.int8), ["-128", "7"]),
            (T.INT64, np.array([-2**63, 2**63 - 1]), [str(-2**63), str(2**63 - 1)]),
            (T.UINT64, np.array([2**64 - 1], np.uint64), [str(2**64 - 1)]),
            (T.BOOL, np.array([True, False]), ["True", "False"])):
        back = [("y", tensor(dtype, ["n"]))] if dtype not in (T.BOOL, T.FLOAT16) else []
        write(folder, f"cast_{T.DataType.Name(dtype)}",
              [node("Cast", ["x"], ["s"], to=T.STRING)]
              + ([node("Cast", ["s"], ["y"], to=dtype)] if back else []),
              [("x", tensor(dtype, ["n"]))], [("s", S)] + back,
              ((array,), (texts(*expected), array)))
    write(folder, "cast_texts",
          [node("Cast", ["x"], ["y"], to=T.FLOAT), node("Cast", ["x"], ["i"], to=T.INT32)],
          [("x", S)], [("y", tensor(T.FLOAT, ["n"])), ("i", tensor(T.INT32, ["n"]))],
          ((texts(" 100.5 ", "1E8", "+3", "-.5e1", "7"),),
           (f32([100.5, 1e8, 3, -5, 7]), np.array([100, 100000000, 3, -5, 7], np.int32))))


def categories(folder):
    def label(name, given, expected, out, opset=4, **attributes):
        kinds = {np.dtype(object): T.STRING, np.dtype("int64"): T.INT64,
                 np.dtype("float32"): T.FLOAT}
        write(folder, f"label_{name}",
              [node("LabelEncoder", ["x"], ["y"], domain="ai.onnx.ml", **attributes)],
              [("x", tensor(kinds[given.dtype], ["n"]))], [("y", tensor(out, ["n"]))],
              ((given,), (expected,)))

    label("strings", texts("b", "?", "a"), texts("two", "_Unused", "one"), T.STRING,
          keys_strings=["a", "b"], values_strings=["one", "two"])
    label("ints", np.array([5, 7, -5]), texts("five", "none", "minus"), T.STRING,
          keys_int64s=[5, -5], values_strings=["five", "minus"], default_string="none")
    label("floats", f32([np.nan, 1.5, 0]), np.array([1, 2, -1]), T.INT64,
          keys_floats=[float("nan"), 1.5], values_int64s=[1, 2])
    write(folder, "category_mapper",
          [node("CategoryMapper", ["x"], ["i"], domain="ai.onnx.ml",
                cats_strings=["cat", "dog"], cats_int64s=[3, 5], default_int64=-7),
           node("CategoryMapper", ["i"], ["s"], domain="ai.onnx.ml",
                cats_strings=["cat", "dog"], cats_int64s=[3, 5])],
          [("x", S)], [("i", tensor(T.INT64, ["n"])), ("s", S)],
          ((texts("dog", "cow", "cat"),),
           (np.array([5, -7, 3]), texts("dog", "_Unused", "cat"))))
    write(folder, "one_hot",
          [node("OneHotEncoder", ["x"], ["y"], domain="ai.onnx.ml",
                cats_strings=["a", "b", "c"], zeros=1),
           node("OneHotEncoder", ["i"], ["z"], domain="ai.onnx.ml", cats_int64s=[4, 2])],
          [("x", S), ("i", tensor(T.FLOAT, ["m"]))],
          [("y", tensor(T.FLOAT, ["n", 3])), ("z", tensor(T.FLOAT, ["m", 2]))],
          ((texts("b", "x"), f32([2, 4, 0])),
           (f32([[0, 1, 0], [0, 0, 0]]), f32([[0, 1], [1, 0], [0, 0]]))))
    write(folder, "one_hot_strict",
          [node("OneHotEncoder", ["x"], ["y"], domain="ai.onnx.ml",
                cats_strings=["a", "b", "c"], zeros=0)],
          [("x", S)], [("y", tensor(T.FLOAT, ["n", 3]))],
          ((texts("b", "a"),), (f32([[0, 1, 0], [1, 0, 0]]),)))
    write(folder, "ngrams",
          [node("TfIdfVectorizer", ["x"], ["y"], mode="TF", min_gram_length=1,
                max_gram_length=2, max_skip_count=0, ngram_counts=[0, 2],
                ngram_indexes=[0, 1, 3, 2], pool_strings=["a", "b", "a", "b", "b", "c"])],
          [("x", S)], [("y", tensor(T.FLOAT, [4]))],
          ((texts("a", "b", "b", "c", "x", "a"),), (f32([2, 2, 1, 1]),)))


def main():
    folder = sys.argv[1]
    for part in (sequences, joins, control_flow, optionals, strings, string_constants,
                 numbers, categories):
        part(folder)


if __name__ == "__main__":
    main()
