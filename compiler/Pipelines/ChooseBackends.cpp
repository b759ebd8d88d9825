//===- ChooseBackends.cpp - who compiles which kernel ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// The choice is written into the IR, where it can be read and changed.
//
//===----------------------------------------------------------------------===//
#include "compiler/Pipelines/ChooseBackends.h"
#include "compiler/Backend/Halide/Bridge/Bridge.h"
#include "compiler/Backend/Halide/Schedules/ScheduleTemplate.h"
#include "compiler/Pipelines/CompileKernels.h"
#include "compiler/Pipelines/ScheduleFile.h"

using namespace mlir;
using namespace swage;

llvm::ArrayRef<llvm::StringLiteral> swage::getBackendChoices() {
  static constexpr llvm::StringLiteral choices[] = {"auto", "llvm", "halide"};
  return choices;
}

namespace {

class Chooser {
public:
  Chooser(StringRef backend, const TargetInfo &target)
      : wantsHalide(backend == "halide"), wantsLLVM(backend == "llvm"),
        facts(halide::getFacts(target)) {}

  LogicalResult choose(kernel::FuncOp kernel, ScheduleEntry *entry) {
    // Some kernels were made for one backend, which a file may tell how.
    if (StringAttr made = kernel.getBackendAttr()) {
      if (entry && entry->schedule && entry->backend == made.getValue())
        kernel.setScheduleAttr(entry->schedule);
      return success();
    }
    if (entry)
      return follow(kernel, *entry);
    if (wantsLLVM) {
      kernel.setBackend("llvm");
      return success();
    }
    halide::Refusal refusal;
    FailureOr<halide::KernelSpec> spec =
        halide::bridge(kernel, getDenseOperands(kernel), refusal);
    if (failed(spec)) {
      kernel.setBackend("llvm");
      if (wantsHalide)
        emitRemark(refusal.loc.value_or(kernel.getLoc()))
            << "kernel @" << kernel.getName()
            << " is compiled by LLVM, not Halide: " << refusal.reason;
      return success();
    }
    // Who made the kernel for a schedule has given it one; what was fused with
    // it since may have changed the structure.
    kernel::ScheduleAttr given = kernel.getScheduleAttr();
    const halide::ScheduleTemplate *form =
        given ? halide::findScheduleTemplate(given.getForm().str()) : nullptr;
    if (form && form->match(*spec, facts)) {
      kernel.setBackend("halide");
      return success();
    }
    if (form)
      kernel.removeScheduleAttr();
    halide::Claim claim = halide::chooseSchedule(*spec, facts);
    bool taken = wantsHalide || claim.speedup > 1;
    kernel.setBackend(taken ? "halide" : "llvm");
    if (taken)
      kernel.setScheduleAttr(
          halide::toAttribute(kernel.getContext(), claim.schedule));
    return success();
  }

private:
  /// Does as a line of a file says.
  LogicalResult follow(kernel::FuncOp kernel, ScheduleEntry &entry) {
    kernel.setBackend(entry.backend);
    if (entry.schedule)
      kernel.setScheduleAttr(entry.schedule);
    if (entry.backend != "halide")
      return success();
    halide::Refusal refusal;
    FailureOr<halide::KernelSpec> spec =
        halide::bridge(kernel, getDenseOperands(kernel), refusal);
    if (failed(spec)) {
      InFlightDiagnostic error = emitError(entry.loc)
                                 << "kernel @" << kernel.getName()
                                 << " is not for Halide: " << refusal.reason;
      error.attachNote(refusal.loc.value_or(kernel.getLoc()))
          << "this is in the way";
      return error;
    }
    if (!entry.schedule)
      kernel.setScheduleAttr(halide::toAttribute(
          kernel.getContext(), halide::chooseSchedule(*spec, facts).schedule));
    else if (!halide::findScheduleTemplate(entry.schedule.getForm().str()))
      return emitError(entry.loc)
             << "Halide has no schedule '" << entry.schedule.getForm() << "'";
    return success();
  }

  bool wantsHalide, wantsLLVM;
  halide::TargetFacts facts;
};

} // namespace

LogicalResult swage::chooseBackends(ModuleOp module, StringRef backend,
                                    StringRef scheduleFile,
                                    const TargetInfo &target) {
  std::vector<ScheduleEntry> entries;
  if (!scheduleFile.empty()) {
    auto read = readScheduleFile(scheduleFile, module.getContext());
    if (failed(read))
      return failure();
    entries = std::move(*read);
  }
  Chooser chooser(backend, target);
  llvm::SmallPtrSet<ScheduleEntry *, 8> used;
  // Kernels that ran at compile time are not called any more.
  llvm::DenseSet<StringRef> called;
  module.walk([&](kernel::CallOp call) { called.insert(call.getCallee()); });
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    if (!called.contains(kernel.getName()))
      continue;
    auto entry = llvm::find_if(entries, [&](ScheduleEntry &entry) {
      return entry.fits(kernel.getName());
    });
    ScheduleEntry *found = entry == entries.end() ? nullptr : &*entry;
    used.insert(found);
    if (failed(chooser.choose(kernel, found)))
      return failure();
  }
  for (ScheduleEntry &entry : entries)
    if (!used.contains(&entry))
      emitWarning(entry.loc) << "no kernel has a name that fits";
  return success();
}
