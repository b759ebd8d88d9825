/* A model in a static library, called through its typed function.

     swage compile tiny.onnx --emit=static --dim batch=1 -o libtiny.a
     cc main.c libtiny.a -lm -pthread -o main

   The library contains weights, code and runtime; nothing of Swage needs to be
   installed where the program is built or runs. */
#include "tiny.h"
#include <stdio.h>

int main(void) {
  const float x[4] = {1, 2, 3, 4};
  float scores[3];
  /* NULL: the model allocates its own workspace. */
  if (tiny_run(x, scores, NULL)) {
    fprintf(stderr, "%s\n", tiny_error());
    return 1;
  }
  printf("%.5f %.5f %.5f\n", scores[0], scores[1], scores[2]);
  tiny_unload();
  return 0;
}
