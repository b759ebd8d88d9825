"""The compiler in a Python program.

    python3 main.py tiny.onnx
"""

import sys

import numpy
import swage

model = swage.compile(sys.argv[1] if len(sys.argv) > 1 else "tiny.onnx")
print(model)

x = numpy.array([[1, 2, 3, 4], [4, 3, 2, 1]], numpy.float32)
scores = model(x)
for row in scores:
    print("%.5f %.5f %.5f" % tuple(row))

# Inputs by name, outputs by name.
assert (model.run({"x": x})["scores"] == scores).all()

# What does not fit is refused before anything runs.
try:
    model(numpy.zeros((1, 5), numpy.float32))
except ValueError as problem:
    print(problem)
