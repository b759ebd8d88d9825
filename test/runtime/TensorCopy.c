//===- TensorCopy.c - tensor file to .npy, with the runtime's readers -----===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// usage: swage-tensor-copy FROM TO [FROM TO]...
//
//===----------------------------------------------------------------------===//
#include "swage/io.h"
#include <stdio.h>

int main(int argc, char **argv) {
  int failures = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    char *error = NULL;
    swage_tensor tensor;
    swage_status status = swage_tensor_load(argv[i], &tensor, &error);
    if (!status) {
      status = swage_npy_save(argv[i + 1], &tensor, &error);
      swage_free(tensor.data);
    }
    if (status) {
      fprintf(stderr, "error: %s\n", error);
      ++failures;
    }
    swage_free(error);
  }
  return failures != 0;
}
