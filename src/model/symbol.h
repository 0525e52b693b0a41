// A symbol: one object for each key of the whole link, and one for each local symbol of a file
// that is linked.
//
// Who defines a symbol is decided by numbers alone: each file that names it makes a claim, a 64-bit
// integer made of class, file priority and index, and the smallest claim wins, whatever the order
// in which threads arrive. When all claims are made, each winner *binds* its symbols: fills in
// section, value and type.
#pragma once

#include "support/types.h"

#include <atomic>
#include <string_view>

namespace gold {

struct InputFile;
struct Section;

// Definition classes, best first. An archive member not loaded yet and a shared object are one
// class: the earlier on the command line wins.
enum class SymClass : u8 {
  Strong = 1,
  Common = 2,
  Weak = 3,
  Tentative = 4, // a common that yields to weak definitions, too (Mach-O)
  Lazy = 5,      // archive member not loaded, or shared object / import
  Fallback = 6,  // another symbol stands in for it if no library defines it (COFF's weak externals)
  Undef = 7,
  UndefWeak = 8,
  None = 0xff,
};

// A claim: class in bits 56..63, file priority in 32..55, index in the file's symbols in 0..31.
constexpr u64 make_claim(SymClass c, u32 priority, u32 index) {
  return u64(c) << 56 | u64(priority) << 32 | index;
}
constexpr SymClass claim_class(u64 c) {
  return SymClass(c >> 56);
}
constexpr u32 claim_priority(u64 c) {
  return u32(c >> 32) & 0xffffff;
}
constexpr u32 claim_index(u64 c) {
  return u32(c);
}

enum class Visibility : u8 { Default = 0, Protected = 1, Hidden = 2, Internal = 3 }; // larger wins

// What the relocations of live sections ask for; set by the scan, from any thread.
enum Needs : u16 {
  kNeedsGot = 1 << 0,
  kNeedsPlt = 1 << 1,
  kNeedsCanonicalPlt = 1 << 2, // its address is taken in code that can't be relocated
  kNeedsCopy = 1 << 3,
  kNeedsTlsGd = 1 << 4,
  kNeedsTlsIe = 1 << 5, // GOT slot that holds the offset from the thread pointer
  kNeedsTlsDesc = 1 << 6,
  kNeedsDynsym = 1 << 7,
};

enum SymbolFlags : u16 {
  kSymFunction = 1 << 0,
  kSymTls = 1 << 1,
  kSymIfunc = 1 << 2,
  kSymAbsolute = 1 << 3, // no section, and the value is not an address within the image
  kSymImported = 1 << 4, // found at load time in another image (or may be preempted by one)
  kSymExported = 1 << 5, // other images may find it here
  kSymSection = 1 << 6,  // stands for its section
  kSymLinkerDefined = 1 << 7,
  kSymLocal = 1 << 8,  // of one file only; or made local by a version script or visibility
  kSymShared = 1 << 9, // its definition is in a shared object
  kSymUnique = 1 << 10,
  kSymIndirect =
      1 << 11,          // in another image, and its value here is that of the pointer to it (PE: auto-import)
  kSymCopied = 1 << 12, // has a copy relocation
  kSymScriptDefined = 1 << 14, // value by an assignment (--defsym, script)
  kSymCommon = 1 << 15,
};

enum SymbolMarks : u16 {
  kMarkRefObject = 1 << 0,   // referenced or defined by a linked object
  kMarkRefShared = 1 << 1,   // referenced by a shared object
  kMarkNative = 1 << 2,      // meaning by the format (Go: a type whose values are put into interfaces)
  kMarkScriptValue = 1 << 2, // its value is the address engine's: an assignment of a script
  kMarkRoot = 1 << 3,        // entry, -u, ...
  kMarkReclaim = 1 << 4,     // its winner lost its section: claims are made anew
  kMarkStrongRef = 1 << 5,
  kMarkNoIcf = 1 << 6,         // address is significant
  kMarkVersionHidden = 1 << 7, // non-default version (foo@V)
  kMarkVisible = 1 << 8,       // some definition of it is visible to other images
  kMarkNonWeakRef = 1 << 9,    // some reference wants it to be there at run time
};

struct Symbol {
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 native = 0;                // index in the defining (or first referring) file's symbol table
  std::atomic<u64> claim{0};     // 0: none yet; see make_claim
  InputFile *file = nullptr;     // the definer; for undefined symbols the first file that refers to it
  Section *section = nullptr;    // null: absolute, imported, undefined
  u64 value = 0;                 // offset in the section; the address once addresses are final
  u32 aux = 0;                   // index in Link::aux, 0: none
  std::atomic<u16> needs{0};     // Needs
  u16 version = 0;               // native version index; 0: not decided
  std::atomic<u16> marks{0};     // SymbolMarks
  u16 flags = 0;                 // SymbolFlags
  std::atomic<u8> visibility{0}; // Visibility, most constraining of all references
  u8 type = 0;                   // native type
  u8 binding = 0;                // native binding of the definition
  u8 key_space = 0;              // of the interned key `name`; 0: a plain name

  std::string_view name() const { return {name_data, name_size}; }
  SymClass klass() const {
    u64 c = claim.load(std::memory_order_relaxed);
    return c ? claim_class(c) : SymClass::None;
  }
  bool is_undefined() const { return klass() >= SymClass::Undef; }
  bool is_defined() const { return klass() <= SymClass::Fallback; }
  bool is_local() const { return flags & kSymLocal; }
  bool is_imported() const { return flags & kSymImported; }
  bool is_exported() const { return flags & kSymExported; }
  bool is_absolute() const { return flags & kSymAbsolute; }
  bool is_shared() const { return flags & kSymShared; }
  bool is_ifunc() const { return flags & kSymIfunc; }
  bool is_tls() const { return flags & kSymTls; }
  bool is_undef_weak() const { return klass() == SymClass::UndefWeak; }
  Visibility vis() const { return Visibility(visibility.load(std::memory_order_relaxed)); }

  // Lowers the claim to `c` if `c` is better. True if the symbol now has this claim.
  bool offer(u64 c) {
    u64 old = claim.load(std::memory_order_relaxed);
    while (old == 0 || c < old)
      if (claim.compare_exchange_weak(old, c, std::memory_order_relaxed))
        return true;
    return false;
  }
  void merge_visibility(Visibility v) {
    u8 old = visibility.load(std::memory_order_relaxed);
    while (u8(v) > old && !visibility.compare_exchange_weak(old, u8(v), std::memory_order_relaxed)) {
    }
  }
  void mark(u16 bits) {
    if ((marks.load(std::memory_order_relaxed) & bits) != bits)
      marks.fetch_or(bits, std::memory_order_relaxed);
  }
  bool marked(u16 bits) const { return marks.load(std::memory_order_relaxed) & bits; }
  // Sets bits of `needs`; cheap when they are set already.
  void need(u16 bits) {
    if ((needs.load(std::memory_order_relaxed) & bits) != bits)
      needs.fetch_or(bits, std::memory_order_relaxed);
  }
};
static_assert(sizeof(Symbol) == 64);

// Slots of a symbol in the tables that few symbols have: indices from 1, 0 when it has none.
struct SymbolAux {
  Symbol *symbol = nullptr;
  u32 got = 0;      // slot in .got
  u32 plt = 0;      // entry in .plt (lazy or now); its .got.plt slot has the same number
  u32 pltgot = 0;   // entry in .plt.got: PLT by the .got slot
  u32 tls_gd = 0;   // first of two slots in .got
  u32 tls_ie = 0;   // slot in .got
  u32 tls_desc = 0; // first of two slots in .got
  u32 dynsym = 0;   // index in the dynamic symbol table
  u32 symtab = 0;   // index + 1 in the static symbol table (where that is needed)
  u64 copy_offset = 0;
};

} // namespace gold
