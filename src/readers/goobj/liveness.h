// What lives in a program of Go objects.
//
// Most references are like everybody's. But Go calls methods through interfaces and by reflection, and
// a type's methods are kept only if that may happen: the type is converted to an interface, and a
// method of this name and type is called through one (cmd/link/internal/ld, deadcode.go). So some
// relocations are notes about uses, and a method's references hold on a condition. A target whose
// link has Go objects hands edges() and conditional_edges() on to this.
#pragma once

#include "formats/goobj/object.h"
#include "model/link.h"

#include <string_view>
#include <unordered_set>
#include <vector>

namespace gold::goobj {

// Asks for a symbol by name, before symbols are resolved: only then is it found there. It need not exist.
Symbol *want_symbol(Link &, std::string_view name, u16 abi);

// The package initializers that `inittask` needs and itself, without those that do nothing, in no
// particular order: each lives if `inittask` runs.
std::vector<Symbol *> init_tasks(const Symbol *inittask);

class Liveness {
public:
  // Asks for the symbols that the rules of liveness name. Before symbols are resolved.
  void want_symbols(Link &);
  // References of a section of a Go object, those of its aux symbols included. For the mark pass,
  // which must ask from one thread: uses are noted as they are met.
  void edges(Link &, const Section &, EdgeBuffer &);
  // Methods that can be called by now; at the very end, what stands in for initializers of maps that
  // nobody uses.
  void conditional_edges(Link &, EdgeBuffer &);

private:
  struct Method {
    std::string_view name;
    Symbol *type;     // of the function
    Symbol *parts[3]; // the type, and the code for calls by interface and by reflection
    bool operator==(const Method &o) const { return name == o.name && type == o.type; }
  };
  struct Hash {
    std::size_t operator()(const Method &m) const {
      return hash_combine(hash_string(m.name), reinterpret_cast<u64>(m.type));
    }
  };

  void mark_used(Symbol &type, EdgeBuffer &);
  void note_interface_method(const Section &interface, i64 offset);

  std::vector<Method> methods_;             // of used types, that may yet be called
  std::unordered_set<Method, Hash> called_; // through interfaces; order doesn't matter
  std::unordered_set<std::string_view> called_by_name_;
  std::vector<const Section *> initializers_; // of packages
  Symbol *mapinitnoop_ = nullptr;
  bool reflection_ = false; // exported methods may be called by any name
  bool done_ = false;
};

} // namespace gold::goobj
