//===- KernelDialect.cpp - registration and schedules ---------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// Registers the kernel dialect; parses and prints schedules.
//
//===----------------------------------------------------------------------===//
#include "dialects/Kernel/Kernel.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace swage::kernel;

#include "dialects/Kernel/KernelDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/KernelAttributes.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Kernel/KernelAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Kernel/KernelOps.cpp.inc"
      >();
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  std::string form;
  NamedAttrList parameters;
  if (parser.parseLess() || parser.parseKeywordOrString(&form) ||
      parser.parseOptionalAttrDict(parameters) || parser.parseGreater())
    return {};
  return ScheduleAttr::get(parser.getContext(), form,
                           parameters.getDictionary(parser.getContext()));
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printer.printKeywordOrString(getForm());
  if (!getParameters().empty())
    printer << " " << getParameters();
  printer << ">";
}

ArrayRef<int64_t> ScheduleAttr::getIntegers(StringRef name) const {
  auto array = getParameters().getAs<DenseI64ArrayAttr>(name);
  return array ? array.asArrayRef() : ArrayRef<int64_t>();
}
