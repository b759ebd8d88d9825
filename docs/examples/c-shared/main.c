/* A model in a shared library, with a batch size that the program chooses.

     swage compile tiny.onnx --emit=shared -o libtiny.so
     cc main.c libtiny.so -Wl,-rpath,. -o main

   Where shapes are known only at run time, the generic interface describes
   tensors: the header contains it. */
#include "tiny.h"
#include <stdio.h>

int main(void) {
  swage_session *session;
  char *error;
  const swage_session_options options = {1, NULL}; /* one thread */
  if (swage_session_create(tiny_model(), &options, &session, &error)) {
    fprintf(stderr, "%s\n", error);
    swage_free(error);
    return 1;
  }

  float x[2][4] = {{1, 2, 3, 4}, {4, 3, 2, 1}};
  swage_tensor input = {x, SWAGE_F32, 2, {2, 4}};
  /* Without data: the run allocates the output and says how large it is. */
  swage_tensor output = {NULL, SWAGE_F32, 0, {0}};
  if (swage_session_run(session, &input, &output, NULL, &error)) {
    fprintf(stderr, "%s\n", error);
    swage_free(error);
    swage_session_destroy(session);
    return 1;
  }

  const float *scores = output.data;
  for (int64_t row = 0; row < output.dims[0]; ++row)
    printf("%.5f %.5f %.5f\n", scores[3 * row], scores[3 * row + 1],
           scores[3 * row + 2]);
  swage_free(output.data);
  swage_session_destroy(session);
  return 0;
}
