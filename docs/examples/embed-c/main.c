/* The compiler in the program: an ONNX file is compiled and run in memory.

     cc main.c -lswage -o main
     ./main tiny.onnx */
#include <stdio.h>
#include <swage/swage.h>

static int fail(char *error) {
  fprintf(stderr, "%s\n", error);
  swage_free(error);
  return 1;
}

int main(int argc, char **argv) {
  char *error;
  swage_module *module;
  if (swage_compile_file(argc > 1 ? argv[1] : "tiny.onnx", NULL, &module,
                         &error))
    return fail(error);

  for (uint32_t i = 0; i < swage_module_num_inputs(module); ++i) {
    const swage_value_info *info = swage_module_input(module, i);
    printf("input %s: %s, rank %d\n", info->name, swage_dtype_name(info->dtype),
           (int)info->rank);
  }

  float x[4] = {1, 2, 3, 4}, scores[3];
  swage_tensor input = {x, SWAGE_F32, 2, {1, 4}};
  swage_tensor output = {scores, SWAGE_F32, 2, {1, 3}};
  if (swage_module_run(module, &input, &output, NULL, &error)) {
    swage_module_destroy(module);
    return fail(error);
  }
  printf("%.5f %.5f %.5f\n", scores[0], scores[1], scores[2]);
  swage_module_destroy(module);
  return 0;
}
