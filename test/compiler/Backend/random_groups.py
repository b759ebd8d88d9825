#!/usr/bin/python3
# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Writes kernels of random operations on tensors, for swage-kernel.

usage: random_groups.py --seed S --count N
"""

import argparse
import random

FLOATS = ["f32", "f32", "f32", "f64", "f16"]
INTEGERS = ["i32", "i64", "i8"]

FLOAT_UNARY = ["math.absf", "arith.negf", "math.exp", "math.tanh", "math.floor",
               "math.erf", "math.sin"]
FLOAT_BINARY = ["arith.addf", "arith.subf", "arith.mulf", "arith.maximumf",
                "arith.minimumf", "arith.maxnumf"]
INTEGER_BINARY = ["arith.addi", "arith.subi", "arith.muli", "arith.maxsi",
                  "arith.minui", "arith.xori"]
COMPARISONS = {"f": ["olt", "oge", "une", "ueq", "ugt"], "i": ["slt", "sge", "ne", "ult"]}


def tensor(shape, element):
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def numbers(values):
    return "[" + ", ".join(str(value) for value in values) + "]"


class Kernel:
    """One kernel: values are (name, shape), all of one element type."""

    def __init__(self, name, rng):
        self.rng = rng
        self.name = name
        self.element = rng.choice(FLOATS + INTEGERS)
        self.lines = []
        self.arguments = []
        self.next = 0
        shape = self.random_shape(rng.randint(1, 4))
        self.values = [self.argument(shape)]

    @property
    def is_float(self):
        return self.element.startswith("f")

    def random_shape(self, rank):
        sizes = [1, 2, 3, 5, 8, 17] if rank > 2 else [1, 3, 7, 16, 33, 40]
        return [self.rng.choice(sizes) for _ in range(rank)]

    def fresh(self):
        self.next += 1
        return f"%v{self.next}"

    def emit(self, text):
        self.lines.append("  " + text)

    def argument(self, shape):
        name = f"%arg{len(self.arguments)}"
        self.arguments.append((name, shape))
        return name, shape

    def pick(self):
        return self.rng.choice(self.values[-3:])

    def constant(self, text):
        name = self.fresh()
        kind = f"{text}.0" if self.is_float else text
        self.emit(f"{name} = arith.constant {kind} : {self.element}")
        return name

    def empty(self, shape):
        name = self.fresh()
        self.emit(f"{name} = tensor.empty() : {tensor(shape, self.element)}")
        return name

    def filled(self, shape, value):
        name, out = self.fresh(), self.empty(shape)
        kind = tensor(shape, self.element)
        self.emit(f"{name} = linalg.fill ins({value} : {self.element}) "
                  f"outs({out} : {kind}) -> {kind}")
        return name

    def body(self, operands):
        """Statements of a random scalar body; the name of its result."""
        lines, names = [], list(operands)
        for step in range(self.rng.randint(1, 4)):
            name = f"%s{step}"
            a, b = self.rng.choice(names), self.rng.choice(names)
            roll = self.rng.random()
            if roll < 0.2:
                letter, operation = ("f", "arith.cmpf") if self.is_float else ("i", "arith.cmpi")
                predicate = self.rng.choice(COMPARISONS[letter])
                lines.append(f"    %c{step} = {operation} {predicate}, {a}, {b} : {self.element}")
                lines.append(f"    {name} = arith.select %c{step}, {a}, {b} : {self.element}")
            elif roll < 0.5 and self.is_float:
                lines.append(f"    {name} = {self.rng.choice(FLOAT_UNARY)} {a} : {self.element}")
            else:
                operation = self.rng.choice(FLOAT_BINARY if self.is_float else INTEGER_BINARY)
                lines.append(f"    {name} = {operation} {a}, {b} : {self.element}")
            names.append(name)
        return lines, names[-1]

    def generic(self, inputs, maps, iterators, init, init_map, shape, lines, result):
        name = self.fresh()
        loops = ", ".join(f"d{i}" for i in range(len(iterators)))
        texts = [f"affine_map<({loops}) -> ({', '.join(m)})>" for m in maps + [init_map]]
        kind = tensor(shape, self.element)
        arguments = ", ".join([f"%x{i}: {self.element}" for i in range(len(inputs))]
                              + [f"%acc: {self.element}"])
        self.emit(f"{name} = linalg.generic {{indexing_maps = [{', '.join(texts)}], "
                  f"iterator_types = [{', '.join(chr(34) + i + chr(34) for i in iterators)}]}}")
        self.emit(f"    ins({', '.join(value for value, _ in inputs)} : "
                  f"{', '.join(tensor(s, self.element) for _, s in inputs)}) "
                  f"outs({init} : {kind}) {{")
        self.emit(f"  ^bb0({arguments}):")
        self.lines += lines
        self.emit(f"    linalg.yield {result} : {self.element}")
        self.emit(f"}} -> {kind}")
        self.values.append((name, shape))

    # ---- operations ----------------------------------------------------

    def map(self):
        """Element by element, with a transposed and a broadcast operand."""
        value, shape = self.pick()
        rank = len(shape)
        loops = [f"d{i}" for i in range(rank)]
        order = list(range(rank))
        self.rng.shuffle(order)
        out_shape = [shape[i] for i in order]
        # Dimension i of the first operand is loop place[i].
        place = [order.index(i) for i in range(rank)]
        inputs = [(value, shape)]
        maps = [[loops[p] for p in place]]
        if self.rng.random() < 0.6:
            kept = [i for i in range(rank) if self.rng.random() < 0.5]
            inputs.append(self.argument([out_shape[i] for i in kept]))
            maps.append([loops[i] for i in kept])
        lines, result = self.body([f"%x{i}" for i in range(len(inputs))])
        self.generic(inputs, maps, ["parallel"] * rank, self.empty(out_shape), loops,
                     out_shape, lines, result)

    def reduce(self):
        value, shape = self.pick()
        loops = [f"d{i}" for i in range(len(shape))]
        reduced = [self.rng.random() < 0.5 for _ in shape]
        kept = [i for i, gone in enumerate(reduced) if not gone]
        if self.is_float:
            operation, start = self.rng.choice(
                [("arith.addf", "0"), ("arith.maximumf", "-9"), ("arith.minimumf", "9")])
        else:
            operation, start = self.rng.choice([("arith.addi", "0"), ("arith.maxsi", "-9")])
        out_shape = [shape[i] for i in kept]
        init = self.filled(out_shape, self.constant(start))
        self.generic([(value, shape)], [loops],
                     ["reduction" if gone else "parallel" for gone in reduced], init,
                     [loops[i] for i in kept], out_shape,
                     [f"    %s = {operation} %acc, %x0 : {self.element}"], "%s")

    def contract(self):
        value, shape = self.pick()
        if len(shape) != 2:
            return
        columns = self.rng.choice([1, 5, 16, 33])
        other = self.argument([shape[1], columns])
        add, multiply = ("arith.addf", "arith.mulf") if self.is_float else ("arith.addi", "arith.muli")
        init = self.filled([shape[0], columns], self.constant("0"))
        self.generic([(value, shape), other], [["d0", "d2"], ["d2", "d1"]],
                     ["parallel", "parallel", "reduction"], init, ["d0", "d1"],
                     [shape[0], columns],
                     [f"    %p = {multiply} %x0, %x1 : {self.element}",
                      f"    %s = {add} %acc, %p : {self.element}"], "%s")

    def pad(self):
        value, shape = self.pick()
        low = [self.rng.randint(0, 2) for _ in shape]
        high = [self.rng.randint(0, 2) for _ in shape]
        out_shape = [a + b + c for a, b, c in zip(low, shape, high)]
        name, filler = self.fresh(), self.constant("2")
        indices = ", ".join(f"%i{i}: index" for i in range(len(shape)))
        self.emit(f"{name} = tensor.pad {value} low{numbers(low)} high{numbers(high)} {{")
        self.emit(f"^bb0({indices}):")
        self.emit(f"  tensor.yield {filler} : {self.element}")
        self.emit(f"}} : {tensor(shape, self.element)} to {tensor(out_shape, self.element)}")
        self.values.append((name, out_shape))

    def slice(self):
        value, shape = self.pick()
        offsets, sizes, strides = [], [], []
        for size in shape:
            stride = self.rng.choice([1, 1, 2])
            offset = self.rng.randint(0, size - 1)
            offsets.append(offset)
            strides.append(stride)
            sizes.append(self.rng.randint(1, (size - offset - 1) // stride + 1))
        name = self.fresh()
        self.emit(f"{name} = tensor.extract_slice {value}{numbers(offsets)} {numbers(sizes)} "
                  f"{numbers(strides)} : {tensor(shape, self.element)} to "
                  f"{tensor(sizes, self.element)}")
        self.values.append((name, sizes))

    def insert(self):
        value, shape = self.pick()
        out_shape = [size + self.rng.randint(0, 3) for size in shape]
        into, _ = self.argument(out_shape)
        offsets = [self.rng.randint(0, b - a) for a, b in zip(shape, out_shape)]
        name = self.fresh()
        self.emit(f"{name} = tensor.insert_slice {value} into {into}{numbers(offsets)} "
                  f"{numbers(shape)} {numbers([1] * len(shape))} : "
                  f"{tensor(shape, self.element)} into {tensor(out_shape, self.element)}")
        self.values.append((name, out_shape))

    def concat(self):
        value, shape = self.pick()
        dim = self.rng.randrange(len(shape)) if shape else None
        if dim is None:
            return
        other_shape = list(shape)
        other_shape[dim] = self.rng.randint(1, 5)
        other, _ = self.argument(other_shape)
        out_shape = list(shape)
        out_shape[dim] += other_shape[dim]
        name = self.fresh()
        self.emit(f"{name} = tensor.concat dim({dim}) {value}, {other} : "
                  f"({tensor(shape, self.element)}, {tensor(other_shape, self.element)}) -> "
                  f"{tensor(out_shape, self.element)}")
        self.values.append((name, out_shape))

    def collapse(self):
        value, shape = self.pick()
        if len(shape) < 2:
            return
        at = self.rng.randrange(len(shape) - 1)
        groups = [[i] for i in range(len(shape))]
        groups[at:at + 2] = [[at, at + 1]]
        out_shape = shape[:at] + [shape[at] * shape[at + 1]] + shape[at + 2:]
        name = self.fresh()
        self.emit(f"{name} = tensor.collapse_shape {value} {groups} : "
                  f"{tensor(shape, self.element)} into {tensor(out_shape, self.element)}")
        self.values.append((name, out_shape))

    def expand(self):
        value, shape = self.pick()
        if not shape:
            return
        at = self.rng.randrange(len(shape))
        factor = next((f for f in (2, 3, 5) if shape[at] % f == 0), 1)
        groups, position = [], 0
        for i in range(len(shape)):
            groups.append([position] if i != at else [position, position + 1])
            position += 2 if i == at else 1
        out_shape = shape[:at] + [factor, shape[at] // factor] + shape[at + 1:]
        name = self.fresh()
        self.emit(f"{name} = tensor.expand_shape {value} {groups} output_shape "
                  f"{numbers(out_shape)} : {tensor(shape, self.element)} into "
                  f"{tensor(out_shape, self.element)}")
        self.values.append((name, out_shape))

    def build(self):
        steps = [self.map, self.map, self.map, self.reduce, self.contract, self.pad,
                 self.slice, self.insert, self.concat, self.collapse, self.expand]
        for _ in range(self.rng.randint(1, 5)):
            shape = self.values[-1][1]
            count = 1
            for size in shape:
                count *= size
            if count > 20000 or len(shape) > 5:
                self.slice()
            else:
                self.rng.choice(steps)()
        # The last value comes out, and sometimes one before it. An argument is no
        # result: something has to be computed.
        if len(self.values) == 1:
            self.map()
        results = [self.values[-1]]
        if len(self.values) > 2 and self.rng.random() < 0.3:
            results.append(self.values[-2])
        arguments = self.arguments + [(f"%out{i}", shape) for i, (_, shape) in enumerate(results)]
        signature = ", ".join(f"{name}: {tensor(shape, self.element)}" for name, shape in arguments)
        kinds = ", ".join(tensor(shape, self.element) for _, shape in results)
        names = ", ".join(name for name, _ in results)
        closing = f"  kernel.return {names} : {kinds}"
        arrow = kinds if len(results) == 1 else f"({kinds})"
        head = f"kernel.func @{self.name}({signature}) -> {arrow} {{"
        return "\n".join([head] + self.lines + [closing, "}"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    for number in range(options.count):
        rng = random.Random(options.seed * 1000003 + number)
        print(Kernel(f"random_{options.seed}_{number}", rng).build())


if __name__ == "__main__":
    main()
