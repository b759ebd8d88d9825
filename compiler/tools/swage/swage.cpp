//===- swage.cpp - the compiler's command line ---------------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
#include "compiler/Driver/Status.h"
#include "compiler/tools/swage/Commands.h"

using namespace swage;

int main(int argc, char **argv) {
  CLI::App app("Swage compiles neural networks to native code.", "swage");
  app.set_version_flag("--version", "swage " SWAGE_VERSION);
  app.set_help_all_flag("--help-all",
                        "Print the help of all commands and exit");
  app.require_subcommand(1);
  int status = 0;
  tool::addCompile(app, status);
  tool::addRun(app, status);
  tool::addCheck(app, status);
  tool::addBench(app, status);
  tool::addGenerate(app, status);
  tool::addInspect(app, status);
  tool::addTrain(app, status);
  tool::addDoctor(app, status);
  try {
    // Otherwise a wrong command would be reported as a missing one.
    if (argc > 1 && argv[1][0] != '-')
      app.get_subcommand(argv[1]);
    app.parse(argc, argv);
  } catch (const CLI::OptionNotFound &) {
    std::cerr << "error: there is no command '" << argv[1]
              << "'; swage --help lists the commands\n";
    return getExitCode(Status::Error);
  } catch (const CLI::Success &request) {
    // --help and --version.
    return app.exit(request);
  } catch (const CLI::ParseError &error) {
    std::cerr << "error: " << error.what() << "\n"
              << "swage --help-all lists all commands and options\n";
    return getExitCode(Status::Error);
  }
  return status;
}
