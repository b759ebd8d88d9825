# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Many uses of operators in one model, compared with another implementation.

A suite collects nodes that have nothing to do with each other. Those whose
results are not given are computed by ONNX Runtime. All become one model per
version of the operators, which `swage check` compiles once.
"""
import os
import pathlib
import shutil
import subprocess
import sys

import numpy
import onnx
from onnx import helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.append(str(ROOT / "test" / "models"))
import peer  # noqa: E402


def element_type(dtype):
    return onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[numpy.dtype(dtype)]


class Suite:
    """Nodes of one version of the operators."""

    def __init__(self, folder, opset, **domains):
        self.folder = pathlib.Path(folder)
        self.opset = opset
        self.domains = domains
        self.nodes, self.inputs, self.initializers = [], {}, []
        self.expected, self.asked = {}, {}

    def add(self, op, inputs, outputs, domain="", constant=(), shapes=None, **attributes):
        """A node on `inputs`, some of which are constants of the model.

        `outputs` holds its expected results, or the element types of results
        that ONNX Runtime is asked for.
        """
        number = len(self.nodes)
        names = []
        for index, value in enumerate(inputs):
            if value is None:
                names.append("")
                continue
            name = f"n{number}_{op}_in{index}"
            value = numpy.asarray(value)
            names.append(name)
            if index in constant:
                self.initializers.append(numpy_helper.from_array(value, name))
            else:
                self.inputs[name] = value
        results = []
        for index, value in enumerate(outputs):
            if value is None:
                results.append("")
                continue
            name = f"n{number}_{op}_out{index}"
            results.append(name)
            if isinstance(value, numpy.ndarray):
                self.expected[name] = value
            else:
                self.asked[name] = numpy.dtype(value)
        self.nodes.append(
            helper.make_node(
                op, names, results, name=f"n{number}_{op}", domain=domain, **attributes
            )
        )

    def model(self):
        def declare(name, dtype, shape):
            return helper.make_tensor_value_info(name, element_type(dtype), shape)

        inputs = [declare(n, v.dtype, v.shape) for n, v in self.inputs.items()]
        outputs = [declare(n, v.dtype, v.shape) for n, v in self.expected.items()]
        outputs += [declare(n, dtype, None) for n, dtype in self.asked.items()]
        graph = helper.make_graph(
            self.nodes, "suite", inputs, outputs, self.initializers
        )
        imports = [helper.make_opsetid("", self.opset)]
        imports += [
            helper.make_opsetid(name.replace("_", "."), version)
            for name, version in self.domains.items()
        ]
        return helper.make_model(graph, opset_imports=imports, ir_version=8)

    def check(self, rtol=1e-3, atol=1e-5, options=()):
        """Compiles and compares; exits with an error where results differ."""
        shutil.rmtree(self.folder, ignore_errors=True)
        data = self.folder / "test_data_set_0"
        data.mkdir(parents=True)
        path = self.folder / "model.onnx"
        onnx.save(self.model(), path)
        if self.asked:
            if not peer.version():
                print("remark: ONNX Runtime is not at hand; nothing is compared")
                return
            results = peer.run(path, self.inputs, list(self.asked))
            self.expected.update(zip(self.asked, results))
            self.asked = {}
            onnx.save(self.model(), path)
        for kind, tensors in (("input", self.inputs), ("output", self.expected)):
            for index, (name, value) in enumerate(tensors.items()):
                proto = numpy_helper.from_array(value, name)
                (data / f"{kind}_{index}.pb").write_bytes(proto.SerializeToString())
        command = ["swage", "check", str(self.folder), "--threads", "1", "-O", "1"]
        command += ["--rtol", str(rtol), "--atol", str(atol), *options]
        subprocess.run(command, check=True)
        print(f"{len(self.nodes)} nodes agree")


def random(*shape, dtype="float32", seed=None):
    """Numbers between -1 and 1, the same in every run."""
    state = numpy.random.RandomState(seed or sum(shape) + 7 * len(shape))
    return state.uniform(-1, 1, shape).astype(dtype)
