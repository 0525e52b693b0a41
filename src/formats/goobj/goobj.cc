#include "formats/goobj/goobj.h"

#include <iterator>

namespace gold::goobj {
namespace {

constexpr const char *kKinds[] = {
#define GOOBJ_KIND(number, name) #name,
#include "formats/goobj/tables_1_26.inc"
#undef GOOBJ_KIND
};
constexpr const char *kRelocs[] = {
    "R_NONE",
#define GOOBJ_RELOC(number, name) #name,
#include "formats/goobj/tables_1_26.inc"
#undef GOOBJ_RELOC
};
constexpr Builtin kBuiltins[] = {
#define GOOBJ_BUILTIN(number, name, abi) {name, abi},
#include "formats/goobj/tables_1_26.inc"
#undef GOOBJ_BUILTIN
};
constexpr const char *kAuxNames[] = {"gotype",      "funcinfo",   "funcdata",   "dwarfinfo", "dwarfloc",
                                     "dwarfranges", "dwarflines", "pcsp",       "pcfile",    "pcline",
                                     "pcinline",    "pcdata",     "wasmimport", "wasmtype",  "sehunwindinfo"};
static_assert(std::size(kAuxNames) == kAuxCount);

} // namespace

const char *kind_name(u32 kind) {
  return kind < std::size(kKinds) ? kKinds[kind] : nullptr;
}
const char *reloc_name(u32 type) {
  return type && type < std::size(kRelocs) ? kRelocs[type] : nullptr;
}
const char *aux_name(u32 type) {
  return type < kAuxCount ? kAuxNames[type] : nullptr;
}
std::span<const Builtin> builtins() {
  return kBuiltins;
}

} // namespace gold::goobj
