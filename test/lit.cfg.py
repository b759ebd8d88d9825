# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
# How lit runs Swage's tests: suffixes, tools, features and what tests may see.
import os

import lit.formats
import lit.llvm
import lit.util

lit.llvm.initialize(lit_config, config)
from lit.llvm import llvm_config  # noqa: E402

config.name = "Swage"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.swage_build_dir, "test")

# Where tests find networks, peers and the ONNX suites; see docs/Testing.md.
for variable in ("SWAGE_MODEL_CACHE", "SWAGE_PEERS", "SWAGE_ONNX_DATA", "CI"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
config.environment["SWAGE_BUILD_DIR"] = config.swage_build_dir
# Compiled kernels are kept beside the build, not in the user's folder.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.swage_build_dir, "cache")
config.environment["FILECHECK_OPTS"] = "--enable-var-scope --dump-input=fail"

tools = os.path.join(config.swage_build_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    (tools, config.llvm_tools_dir, config.environment["PATH"])
)
config.substitutions.append(("%python", "/usr/bin/python3"))
config.substitutions.append(("%swage_src", config.swage_source_dir))
config.substitutions.append(("%swage_build", config.swage_build_dir))

# Printers and parsers are tested twice over: every swage-opt test can be run
# through a round trip of its textual form.
if os.environ.get("SWAGE_VERIFY_ROUNDTRIP"):
    config.substitutions.append(("swage-opt", "swage-opt --verify-roundtrip"))


def importable(module):
    return os.system(f"/usr/bin/python3 -c 'import {module}' >/dev/null 2>&1") == 0


if os.environ.get("SWAGE_ONNX_DATA"):
    config.available_features.add("onnx-data")
if os.path.isdir("/usr/share/libonnx-testdata/data/node"):
    config.available_features.add("onnx-testdata")
if os.path.isfile(os.path.join(config.swage_source_dir, ".cache/demo/network.onnx")):
    config.available_features.add("demo")
# Half a gigabyte: made by `test/models/build.py gpt2_cached`, or by ./dev bench.
built = os.path.join(config.swage_build_dir, "models")
models = os.environ.get("SWAGE_MODEL_CACHE") or built
if os.path.isfile(os.path.join(models, "gpt2_cached", "model.onnx")):
    config.available_features.add("gpt2")
# What takes much longer than all else together.
if os.environ.get("SWAGE_LONG_TESTS"):
    config.available_features.add("long")
if importable("torch"):
    config.available_features.add("torch")
if importable("onnx"):
    config.available_features.add("onnx")
if importable("PIL"):
    config.available_features.add("pillow")
if importable("sklearn"):
    config.available_features.add("sklearn")
# Code for another machine can be linked and run.
if lit.util.which("aarch64-linux-gnu-gcc") and lit.util.which("qemu-aarch64"):
    config.available_features.add("aarch64")
