// The context of one link: what the passes share.
#pragma once

#include "model/file.h"
#include "model/intern.h"
#include "model/last_library.h"
#include "model/options.h"
#include "model/plan.h"
#include "model/target.h"
#include "support/diag.h"
#include "support/stats.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gold {

// One pattern of a version script, export list or dynamic list.
struct VersionPattern {
  std::string pattern;
  u16 version = 0; // native index: 0 local, 1 global unversioned, 2... user versions
  bool cpp = false;
  bool literal = false; // quoted, or without special characters
};
struct VersionNode {
  std::string name;
  u16 index = 0;
  std::vector<u16> parents;
};
struct VersionScript {
  bool present = false;
  std::vector<VersionNode> nodes; // index 2 and up
  std::vector<VersionPattern> patterns;
};

class PlanMatcher;

struct Link {
  explicit Link(const Options &o) : opt(o) {}
  Link(const Link &) = delete;

  const Options &opt;
  Target *target = nullptr;
  Diag diag;
  Stats stats;

  InternTable<Symbol> symbols;
  InternTable<Group> groups;

  std::vector<InputFile *> files;   // every file and archive member by priority; null never
  std::vector<InputFile *> objects; // linked objects by priority (after resolve); internal first
  std::vector<InputFile *> shareds; // shared objects that are linked (after resolve)
  // An object refers to `foo@V`: shared objects must claim such keys too (Reader::claim_referenced).
  std::atomic<bool> has_versioned_refs{false};
  // An object has a tentative definition in whose place the real one of an archive's member comes
  // (Reader::mention_unread).
  std::atomic<bool> has_commons{false};
  InputFile *internal = nullptr; // owner of what the linker makes; priority 0

  VersionScript version_script;
  std::vector<VersionPattern> dynamic_list; // also --export-dynamic-symbol
  bool dynamic_list_given = false;
  std::unordered_set<std::string_view> retained_symbols; // of --retain-symbols-file, if that is given

  LayoutPlan plan;                // the format's default, or a script's
  PlanMatcher *matcher = nullptr; // over plan.inputs; layout/match.h
  bool raw_image = false;         // --oformat binary: the file is memory's image, without headers

  std::vector<Synthetic *> synthetics;  // in the order of their making
  std::vector<OutputSection *> outputs; // in image order, after plan
  // OutputSection::index from the position; to be called by whoever changes `outputs` after placing.
  void number_outputs() {
    for (std::size_t i = 0; i < outputs.size(); ++i)
      outputs[i]->index = static_cast<u32>(i + 1);
  }
  std::vector<Segment> segments;
  std::unordered_map<const Section *, std::vector<Patch>> patches; // of layout/patches.cc
  std::vector<SymbolAux> aux{1};                                   // [0] unused
  std::vector<Symbol *> roots;                                     // entry, -u, ...
  Symbol *entry = nullptr;

  // Names that an archive member would define, from the archive's index: claimed before the first
  // wave of resolution asks.
  struct LazyName {
    std::string_view name;
    InputFile *file;
  };
  std::vector<std::vector<LazyName>> lazy_names; // one vector an archive
  std::vector<LastLibrary *> last_libraries;     // searched in this order when all else has been

  bool is_dynamic = false; // the image has a dynamic section
  bool is_pic() const { return opt.kind == OutputKind::Pie || opt.kind == OutputKind::Shared; }
  bool is_shared() const { return opt.kind == OutputKind::Shared; }
  bool is_relocatable() const { return opt.kind == OutputKind::Relocatable; }

  u64 image_base = 0;
  u64 tls_start = 0, tls_end = 0, tls_align = 1; // addresses of the TLS image
  u64 file_size = 0;
  u64 trailer_offset = 0;      // file offset of the section header table (or what the format has there)
  Section *build_id = nullptr; // section that holds the identity, if any
  u32 build_id_offset = 0, build_id_size = 0; // of the identity's bytes in that section

  // "file.o:(.text+0x12)"
  static std::string place_text(const InputFile &, const Section &, u64 offset);
  // A further line of a message: where the place is in the source, "" if nothing tells.
  std::string source_line(InputFile &, const Section &, u64 offset) const;
  // The same as details of a message.
  Diag::Details referenced_at(InputFile &, const Section &, u64 offset) const;
  // A symbol's name as a programmer wrote it, unless --no-demangle.
  std::string readable(std::string_view name) const;

  SymbolAux &aux_of(Symbol &s) {
    if (!s.aux) {
      s.aux = static_cast<u32>(aux.size());
      aux.emplace_back().symbol = &s;
    }
    return aux[s.aux];
  }

  // Registers a synthesized section; `link` never frees it.
  template <class T, class... A> T *synthesize(A &&...args) {
    T *t = new T(std::forward<A>(args)...);
    t->section.file = internal;
    t->section.live.store(1);
    synthetics.push_back(t);
    return t;
  }

  // An undefined strong reference to `name` that the linker itself makes: entry, -u.
  Symbol *add_root(std::string_view name);

  // The lines of a list, without comments (#) and blanks. If it can't be read, that is reported.
  std::vector<std::string_view> read_list(const std::string &path);

  // Reports an InputError of a file, with the file's name.
  void report(const InputFile &, const InputError &);

  // A strong definition beside the one that won. From any thread.
  struct Duplicate {
    Symbol *symbol;
    InputFile *file;
    u32 native; // in `file`
  };
  std::vector<Duplicate> duplicates; // in no order
  void duplicate(Symbol &, InputFile &, u32 native);

  // What an input wants to be said when another file uses one of its symbols. From any thread.
  struct UseWarning {
    std::string_view symbol, text;
    InputFile *file;
  };
  std::vector<UseWarning> use_warnings; // in no order
  void warn_of_use(std::string_view symbol, std::string_view text, InputFile &);

  // Libraries on the search path, not linked, that define some of the names: one line of text a name,
  // "" if there are none. Set by who opens inputs; slow, for messages.
  std::function<std::vector<std::string>(Link &, std::span<const std::string_view>)> find_definers;

private:
  std::mutex reports_mutex_;
};

// Defines `name` for the linker at `section` + `value` (section may be null: absolute) unless an
// object defines it. Returns the symbol if it is referenced and now the linker's, else null.
Symbol *define_linker_symbol(Link &, std::string_view name, Section *, u64 value, Visibility);

// Name of the output section that the layout plan gives a section; its own name if no rule takes it.
// Defined in layout/match.cc.
std::string_view planned_output_name(const Link &, const Section &);

} // namespace gold
