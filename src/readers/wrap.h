// --wrap, which acts on references while they are read: one to foo means __wrap_foo, one to __real_foo
// means foo.
#pragma once

#include "model/options.h"
#include "support/arena.h"

namespace gold {

inline std::string_view wrapped_name(const Options &opt, std::string_view name) {
  for (auto &w : opt.wrap) {
    if (name == w)
      return Arena::copy("__wrap_" + w);
    if (name.starts_with("__real_") && name.substr(7) == w)
      return name.substr(7);
  }
  return name;
}

} // namespace gold
