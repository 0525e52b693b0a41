// Libraries that are searched last.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gold {

struct Link;

// A library that the linker brings itself and that is searched when every other input has been, as if
// it stood at the end of each command line. It costs nothing until a name that it defines is wanted:
// only then is it opened, and the other archives are searched again for what its members need.
class LastLibrary {
public:
  virtual ~LastLibrary() = default;
  // The names that it defines. Known without opening it.
  virtual std::span<const std::string_view> names() const = 0;
  // Called once, when one of the names is referenced strongly and nothing defines it. Makes its members
  // lazy files behind all others in Link::files, adds their names to Link::lazy_names, and may intern
  // roots; or reports why it can't be used here. May throw InputError.
  virtual void open(Link &) = 0;
  // Called once it has been opened and everything that is needed has been linked. May redirect
  // references; the symbols are not bound yet.
  virtual void joined(Link &) {}
  // Called after that when liveness is decided and every reference has its definition: reports code that
  // the library can't work with.
  virtual void check(Link &) {}
  // What to say beside "undefined symbol: NAME": a line or more, or "" if it knows nothing of the name.
  virtual std::string about_undefined(const Link &, std::string_view) const { return ""; }

  bool opened = false;
};

} // namespace gold
