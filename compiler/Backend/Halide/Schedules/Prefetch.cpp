//===- Prefetch.cpp - asking memory for what comes later ------------------===//
//
// Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
//
// See Prefetch.h.
//
//===----------------------------------------------------------------------===//
#include "compiler/Backend/Halide/Schedules/Prefetch.h"

using namespace Halide;
using Internal::Call;

namespace swage::halide {

Expr fetching(Expr value, Expr condition, const ImageParam &image, Expr place) {
  Expr base = Internal::Variable::make(type_of<void *>(), image.name(),
                                       image.parameter());
  Expr fetch = Call::make(Int(32), Call::prefetch,
                          {base, std::move(place), 1, 1}, Call::Intrinsic);
  // As integers: between floats, Halide keeps a choice whose condition is known
  // where arithmetic is strict, and asks in either case.
  Expr bits = reinterpret<int32_t>(value);
  Expr fetched = Call::make(Int(32), Call::return_second, {fetch, bits},
                            Call::PureIntrinsic);
  return reinterpret<float>(select(condition, fetched, bits));
}

} // namespace swage::halide
