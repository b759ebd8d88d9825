//===- typed.c - training by a generated header -------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Trains with the functions of a generated header, over the examples of two
// files of raw data: a learning rate of 0.01, batches of 10 in their order.
//
//===----------------------------------------------------------------------===//
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 10, PIXELS = 36, CLASSES = 3, BATCHES = 9 };

static void check(int32_t status) {
  if (status) {
    printf("failed (%d): %s\n", (int)status, net_error());
    exit(1);
  }
}

static void *read_file(const char *path, size_t size) {
  void *bytes = malloc(size);
  FILE *file = fopen(path, "rb");
  if (!bytes || !file || fread(bytes, 1, size, file) != size)
    exit(2);
  fclose(file);
  return bytes;
}

int main(void) {
  float *x = read_file("x.raw", sizeof(float) * BATCHES * BATCH * PIXELS);
  int64_t *target = read_file("t.raw", sizeof(int64_t) * BATCHES * BATCH);
  double loss, first = 0, last = 0;
  float scores[BATCH * CLASSES], again[BATCH * CLASSES], bias[CLASSES];
  for (int epoch = 0; epoch < 5; ++epoch)
    for (int i = 0; i < BATCHES; ++i) {
      check(net_train_step(x + i * BATCH * PIXELS, target + i * BATCH, 0.01,
                           &loss));
      if (epoch == 0)
        first += loss / BATCHES;
      last = epoch == 4 ? last + loss / BATCHES : 0;
    }
  printf("learns: %s\n", last < 0.5 * first ? "yes" : "no");
  printf("state: %d bytes\n", (int)net_state_size());

  check(net_evaluate(x, target, &loss, scores));
  check(net_run(x, again));
  printf("evaluation and run agree: %s\n",
         memcmp(scores, again, sizeof scores) == 0 ? "yes" : "no");

  /* A state that is written comes back. */
  check(net_save("state"));
  check(net_get("head.bias", bias, sizeof bias));
  for (int i = 0; i < CLASSES; ++i)
    bias[i] += 1;
  check(net_set("head.bias", bias, sizeof bias));
  check(net_run(x, again));
  printf("another bias: %.3f\n", (double)(again[0] - scores[0]));
  check(net_load("state"));
  check(net_run(x, again));
  printf("loaded: %s\n",
         memcmp(scores, again, sizeof scores) == 0 ? "the same" : "other");

  /* The next training begins anew. */
  net_unload();
  check(net_train_step(x, target, 0.01, &loss));
  printf("anew: %s\n", loss > 0.8 * first ? "yes" : "no");

  printf("mistake: %d", (int)net_get("head.bais", bias, sizeof bias));
  printf(", %s\n", net_error());
  printf("mistake: %d", (int)net_set("head.bias", bias, 4));
  printf(", %s\n", net_error());
  printf("mistake: %d", (int)net_run(NULL, again));
  printf(", %s\n", net_error());
  net_unload();
  free(x);
  free(target);
  return 0;
}
