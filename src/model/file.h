// Input files as the shared passes see them.
#pragma once

#include "model/options.h"
#include "model/section.h"
#include "model/symbol.h"
#include "support/bytes.h"
#include "support/mapped_file.h"

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold {

struct Link;
struct InputFile;

// A name that exactly one file owns. A set of sections of which one copy survives: a COMDAT group,
// interned by its signature. Also the unit by whose name other files refer to symbols of the owner
// (a Go package, in a key space of its own).
struct Group {
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 key_space = 0;
  // Rank and priority + 1 of the file that owns it, whose copy survives; 0: none yet.
  std::atomic<u64> owner{0};
  // The copy of the smallest rank survives, among equals that of the smallest priority.
  void offer(u32 rank, u32 priority) {
    u64 old = owner.load(std::memory_order_relaxed), mine = u64(rank) << 32 | (priority + 1);
    while ((old == 0 || mine < old) && !owner.compare_exchange_weak(old, mine, std::memory_order_relaxed)) {
    }
  }
  bool owned_by(u32 priority) const { return u32(owner.load(std::memory_order_relaxed)) == priority + 1; }
};

// One file's copy of a group. `members` are native section indices.
struct GroupCopy {
  Group *group = nullptr;
  std::span<const ul32> members;
  u32 native = 0; // section index of the group's own header
  u32 rank = 0;   // smaller survives; 0 where the first one does (COFF's Largest: the size's complement)
};

// Where something stands, for messages.
struct SourcePlace {
  std::string file;     // as the compiler was called; empty: not known
  u32 line = 0;         // 0: not known
  std::string function; // symbol of the function that holds the place; empty: none
};

// Where a file defines one of its symbols. `section` is null for absolute and common symbols.
struct DefinedAt {
  const Section *section = nullptr;
  u64 offset = 0;
};

// What a file says of a global symbol that it names.
enum class Mention : u8 {
  None,
  Reference,
  WeakReference,
  Definition,
  WeakDefinition,
  Common,
  SharedDefinition
};

// What turns bytes into the model. One object a kind of file; stateless.
class Reader {
public:
  virtual ~Reader() = default;
  virtual Format format() const = 0;
  // An upper bound of the global symbols that parse_symbols will intern. May throw InputError.
  virtual u64 count_symbols(const InputFile &) const = 0;
  // Headers and symbols: fills `symbols`, makes claims, records groups. Contents stay untouched.
  // Runs on any thread, once a file, only for files that are linked. May throw InputError.
  virtual void parse_symbols(Link &, InputFile &) const = 0;
  // After groups are decided: makes Section objects (none for members of lost groups), makes local
  // symbols, binds the symbols that this file won. Runs on any thread, once a file.
  virtual void parse_sections(Link &, InputFile &) const = 0;
  // Binds again the symbols that this file won after claims were made anew.
  virtual void bind_symbols(Link &, InputFile &) const = 0;
  // Claims again those symbols that carry kMarkReclaim (sections of lost groups excepted).
  virtual void reclaim_symbols(Link &, InputFile &) const = 0;
  // After each wave of parse_symbols, for each linked file: claims those of its names that others have
  // interned while it did not, since few of them are ever asked for (the keys foo@V of a shared
  // object's default versions, names of symbols that are mostly referred to by index). Runs on any
  // thread. May throw InputError.
  virtual void claim_referenced(Link &, InputFile &) const {}
  // After that, for each linked file: makes those claims for which it must be known what all files
  // have said of a symbol (that of equal definitions the largest wins). Likewise.
  virtual void claim_largest(Link &, InputFile &) const {}
  // Calls Link::duplicate for symbols that this file defines strongly while another file's strong
  // definition won.
  virtual void report_duplicates(Link &, InputFile &) const {}

  // The following are slow and meant for messages: called on one thread, never throwing.

  // The source line of byte `offset` of a section, by debug information, and the function around it.
  virtual SourcePlace source_place(InputFile &, const Section &, u64 /*offset*/) const { return {}; }
  // Where symbol `native`, which this file defines, is declared: for data, too.
  virtual SourcePlace declaration(InputFile &, u32 /*native*/) const { return {}; }
  virtual DefinedAt defined_at(const InputFile &, u32 /*native*/) const { return {}; }
  // Shared: symbols that it needs and nothing linked defines. None if a library that it needs is not
  // linked: that one may have them.
  virtual std::vector<Symbol *> unresolved(const Link &, const InputFile &) const { return {}; }
  // What a file says of a global name as long as it has not been read: an archive's member that nobody has
  // asked for. Slow; from any thread. May throw InputError.
  virtual Mention mention_unread(const InputFile &, std::string_view /*name*/) const { return Mention::None; }
  // What the file says of symbol `native`.
  virtual Mention mention(const InputFile &, u32 /*native*/) const { return Mention::None; }
};

enum class FileKind : u8 {
  Object,
  Shared,   // shared object, DLL, dylib, import library
  Internal, // made by the linker
};

struct InputFile {
  const MappedFile *mapped = nullptr;
  ByteView bytes;           // the file, or the member within its archive
  std::string_view path;    // of the file that holds the bytes (a thin member's own path)
  std::string_view archive; // path of the archive, "" for none
  std::string_view member;  // member's name, "" for none
  u64 member_offset = 0;    // of `bytes` in the archive
  const Reader *reader = nullptr;
  const InputArg *arg = nullptr; // how the command line names it, or the archive; null: it does not
  FileKind kind = FileKind::Object;
  u32 priority = 0;  // position on the command line; index in Link::files
  bool lazy = false; // archive member (or --start-lib object): linked only when needed
  bool as_needed = false;
  bool whole_archive = false;
  bool exclude_libs = false;     // --exclude-libs hides its symbols
  bool by_library = false;       // found by -l: its path says where it is here, not what it is called
  bool failed = false;           // reading it failed; reported already
  bool has_addrsig = false;      // it says itself whose addresses it compares: those symbols have kMarkNoIcf
  std::atomic<bool> live{false}; // linked
  std::atomic<bool> needed{false}; // Shared: something is imported from it
  InputFile *pulled_by = nullptr;  // Lazy: the first file (by wave, then priority) that wanted it
  Symbol *pulled_for = nullptr;

  // Native symbol index → symbol. [0, first_global) are locals (objects of this file), the rest
  // interned. Filled by parse_symbols (globals) and parse_sections (locals).
  std::span<Symbol *> symbols;
  u32 first_global = 0;
  // Native section index → section, null where there is none to lay out.
  std::span<Section *> sections;
  std::vector<Section *> extra_sections; // made by the linker for this file (commons)
  std::vector<GroupCopy> groups;
  std::vector<Symbol *> orphans; // won by this file, but defined in a section of a lost group

  virtual ~InputFile() = default;
  // Bytes of a tentative (common) definition of this file, 0 if symbol `native` is none.
  virtual u64 common_size(u32 /*native*/) const { return 0; }
  // "dir/libx.a(member.o)" or "file.o".
  std::string display_name() const;
};

// By native section index: 1 for members of groups of which another file's copy survives. Empty if there
// are none. `count` is one more than the largest index. The result lasts until this thread's next call.
const std::vector<u8> &lost_sections(const InputFile &, std::size_t count);

// Calls fn(Section &) for each section of a file, those that the linker made for it last.
template <class F> void for_each_section(InputFile *f, F &&fn) {
  for (Section *s : f->sections)
    if (s)
      fn(*s);
  for (Section *s : f->extra_sections)
    fn(*s);
}

} // namespace gold
