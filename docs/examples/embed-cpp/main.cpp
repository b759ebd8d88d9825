// The compiler in a C++ program: one compiled model, run by several threads.
//
//   c++ -std=c++17 main.cpp -lswage -pthread -o main
//   ./main tiny.onnx
#include <cstdio>
#include <swage/swage.hpp>
#include <thread>

int main(int argc, char **argv) try {
  swage::Options options;
  options.threads(1).dim("batch", 2);
  swage::Module module =
      swage::Module::compile(argc > 1 ? argv[1] : "tiny.onnx", options);
  for (const swage::Value &value : module.outputs())
    std::printf("output %s: %s\n", value.name.c_str(),
                swage_dtype_name(value.dtype));

  swage::Tensor x({2, 4}, std::vector<float>{1, 2, 3, 4, 4, 3, 2, 1});
  std::vector<swage::Tensor> results[2];
  std::thread other([&] { results[1] = module.run({x}); });
  results[0] = module.run({x});
  other.join();

  for (const std::vector<swage::Tensor> &outputs : results) {
    const float *scores = outputs[0].data<float>();
    std::printf("%.5f %.5f %.5f\n", scores[0], scores[1], scores[2]);
  }
} catch (const std::exception &problem) {
  std::fprintf(stderr, "%s\n", problem.what());
  return 1;
}
