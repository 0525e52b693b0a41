// What the architectures' relocation code shares: the policy of references (which of them need a
// dynamic relocation, a copy, a canonical PLT entry, and which are errors) and the messages.
//
// The policy is a table of two dimensions, after the kind of reference and the kind of symbol:
//
//                      absolute     in the image            imported data        imported function
//   word (64 bits)     -            relative if PIC         symbolic (1)         symbolic (1)
//   narrow absolute    -            error if PIC            copy (2)             canonical PLT (2)
//   PC-relative        error if PIC -                       copy (3)             canonical PLT (3)
//   branch             -            -                       PLT                  PLT
//
// (1) In a section that the loader may not write: copy or canonical PLT entry if the image is an
// executable at a fixed address, else an error (with -z notext a text relocation).
// (2) An error if the image is position-independent. (3) An error in a shared object.
// An IFUNC in the image counts as a function whose address is its PLT entry, which then must be the
// address everywhere (kNeedsCanonicalPlt); as long as only words of a position-independent image
// hold its address, each gets an IRELATIVE relocation instead.
#pragma once

#include "support/arena.h"
#include "writers/elf/arch.h"

#include <string>
#include <vector>

namespace gold::elf {

// "`foo(int)'", or what to say for symbols without a name.
std::string symbol_text(const Link &, const ElfObject &, const Symbol &);
// The size of a symbol as its definition says it.
u64 symbol_size(const Symbol &);

// What relocations without a symbol refer to: the absolute address 0.
extern Symbol no_symbol;

inline Symbol &reloc_symbol(const InputFile &f, u32 index) {
  Symbol *s = f.symbols[index];
  return s ? *s : no_symbol;
}

// What becomes of a word that holds an address.
enum class Word : u8 { Static, Relative, Relr, Symbolic, Irelative };

inline Word word_kind(const Symbol &s, bool pic, bool writable, bool relr) {
  if (s.flags & (kSymImported | kSymIfunc | kSymAbsolute)) {
    if (s.flags & kSymImported)
      return pic || writable ? Word::Symbolic : Word::Static;
    return s.is_ifunc() && pic ? Word::Irelative : Word::Static;
  }
  if (!pic || s.is_undefined())
    return Word::Static;
  return relr ? Word::Relr : Word::Relative;
}
// RELR can say it: an even place that is written when the loader relocates the image (what is only read has
// text relocations, which are done later, or earlier).
inline bool relr_place(const Link &link, const Section &sec, u64 offset) {
  return link.opt.relr && sec.p2align >= 1 && offset % 2 == 0 && sec.flags & kSecWrite;
}

// An address that branches, PC-relative and absolute references see.
inline u64 address_of(const Link &link, const ElfLayout &lay, const Symbol &s) {
  if (s.flags & (kSymImported | kSymIfunc)) [[unlikely]] {
    if (s.aux && !(s.needs.load(std::memory_order_relaxed) & kNeedsCopy))
      if (u64 plt = lay.plt_of(link.aux[s.aux]))
        return plt;
  }
  return s.value;
}

// The offset from the thread pointer counts as 0: of undefined symbols, and of _TLS_MODULE_BASE_, to
// which code adds what is rewritten to an offset from the thread pointer.
inline bool no_tp_offset(const Symbol &s) {
  return s.is_undefined() || (s.flags & (kSymLinkerDefined | kSymTls)) == (kSymLinkerDefined | kSymTls);
}

// The scan of one section.
class SectionScan {
public:
  SectionScan(Link &, ElfLayout &, const ElfArch &, ElfObject &, Section &);
  // Publishes the counts.
  void finish();

  void word(const Rela &r, Symbol &s) {
    if (pic || s.flags & (kSymImported | kSymIfunc))
      word_slow(r, s);
  }
  void narrow(const Rela &r, Symbol &s) {
    if (pic || s.flags & (kSymImported | kSymIfunc))
      narrow_slow(r, s);
  }
  void pc_relative(const Rela &r, Symbol &s) {
    if (s.flags & (kSymImported | kSymIfunc | kSymAbsolute))
      pc_slow(r, s);
  }
  void branch(Symbol &s) {
    if (s.flags & (kSymImported | kSymIfunc))
      s.need(kNeedsPlt);
  }
  void check_tls(const Rela &r, Symbol &s) {
    if (!s.is_tls() && !s.is_undefined() && !(s.flags & kSymSection)) [[unlikely]]
      error(r, s, "needs a thread-local symbol, but " + symbol_text(link, file, s) + " is none");
  }
  // Of models that only reach variables of this image.
  void check_local_tls(const Rela &r, Symbol &s) {
    check_tls(r, s);
    if (s.is_shared()) [[unlikely]]
      error(r, s,
            "needs the variable in this image, but it is in " + s.file->display_name() +
                "; recompile with another -ftls-model");
  }
  // True when the relocation is within its section and names a symbol of the file.
  bool valid(const Rela &r, u32 bytes) {
    if (r.r_offset <= sec.size && bytes <= sec.size - r.r_offset && r.r_sym < file.symbols.size()) [[likely]]
      return true;
    return invalid(r, bytes);
  }
  // A local symbol of a section that is not part of the link.
  void check_discarded(const Rela &r, Symbol &s) {
    if (!s.section && (s.flags & (kSymLocal | kSymAbsolute)) == kSymLocal && s.file == &file) [[unlikely]]
      discarded(r, s);
  }

  [[gnu::cold]] void error(const Rela &, const std::string &text);
  [[gnu::cold]] void error(const Rela &, const Symbol &, const std::string &why);
  [[gnu::cold]] void unknown(const Rela &);
  // "... can not be used when making a PIE object; recompile with -fPIC"
  [[gnu::cold]] void not_pic(const Rela &, const Symbol &);

  Link &link;
  ElfLayout &lay;
  const ElfArch &arch;
  ElfObject &file;
  Section &sec;
  const bool pic, shared, writable;

private:
  bool warned_textrel_ = false;
  void word_slow(const Rela &, Symbol &);
  void narrow_slow(const Rela &, Symbol &);
  void pc_slow(const Rela &, Symbol &);
  bool invalid(const Rela &, u32 bytes);
  void discarded(const Rela &, Symbol &);
  void bind_early(const Rela &, Symbol &);
  u32 dyn_ = 0;
  std::vector<u32> &relr_;
};

// Name and width of an architecture's relocation types, by number.
struct RelocInfo {
  const char *name;
  u8 bytes;
};
template <u32 N> struct RelocTable {
  RelocInfo infos[N] = {};
  const char *name(u32 type) const { return type < N && infos[type].name ? infos[type].name : "unknown"; }
  u32 width(u32 type) const { return type < N ? infos[type].bytes : 0; }
};

// Reports a value that does not fit its field.
[[gnu::cold]] void range_error(Link &, const ElfArch &, ElfObject &, const Section &, const Rela &,
                               const Symbol &, i64 value, int bits, bool is_signed);

// The dynamic relocation of a word, if it has one; else its value.
inline u64 relocate_word(Link &link, const ArchInfo &info, const Section &sec, const Rela &r, const Symbol &s,
                         u64 value, u64 place, bool pic, bool writable, Rela *&dyn) {
  Word kind = word_kind(s, pic, writable, relr_place(link, sec, r.r_offset));
  if (kind == Word::Static || kind == Word::Relr)
    return value;
  Rela &d = *dyn++;
  d.r_offset = place;
  d.r_sym = 0;
  if (kind == Word::Symbolic) {
    d.r_type = info.r_abs;
    d.r_sym = s.aux ? link.aux[s.aux].dynsym : 0;
    d.r_addend = r.r_addend;
    return link.opt.apply_dynamic_relocs ? u64(r.r_addend) : 0;
  }
  if (kind == Word::Irelative && !(s.needs.load(std::memory_order_relaxed) & kNeedsCanonicalPlt)) {
    d.r_type = info.r_irelative;
    d.r_addend = i64(s.value + u64(r.r_addend));
    return 0;
  }
  d.r_type = info.r_relative;
  d.r_addend = i64(value);
  return link.opt.apply_dynamic_relocs ? value : 0;
}

// What debug sections hold in place of the address of something that is not in the image, after
// DWARF 6's idea of tombstones and lld's choice of values.
struct Tombstone {
  Tombstone(const Link &, const Section &);
  bool applies(const Symbol &s) const {
    if (s.flags & (kSymAbsolute | kSymImported))
      return false;
    if (!s.section)
      return !(s.flags & (kSymLinkerDefined | kSymScriptDefined));
    if (s.section->leader && s.section->leader != s.section)
      return !line; // folded: breakpoints by line still work there
    return !s.section->is_live();
  }
  // S + A as a section that is not loaded shall hold it; `dead` says whether applies() holds.
  u64 target(const Link &link, const ElfLayout &lay, const Symbol &s, bool dead, u64 addend) const {
    if (dead)
      return debug || s.section ? value : s.value + addend;
    if (s.flags & kSymSection && s.section && s.section->kind == SectionKind::Merge)
      return merged_address(*s.section, s.value + addend);
    return address_of(link, lay, s) + addend;
  }
  u64 value = 0;
  bool debug = false, line = false;
};

} // namespace gold::elf
