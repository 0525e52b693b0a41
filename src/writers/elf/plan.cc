// The default layout of an ELF image as a layout plan: which output section takes what, and the order of
// output sections in the image.
//
// From low to high addresses: what is only read (headers, dynamic tables, constants), code, data that
// becomes read-only after relocation (RELRO), data. segments.cc turns that into program headers. Names are
// those of the gABI's "Special Sections" and of what GCC and GNU as add to them; .gnu.linkonce.* is how
// COMDAT was spelled before section groups.
#include "support/arena.h"
#include "writers/elf/target.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gold::elf {

namespace {

// An output section and the input sections that it takes: names, or prefixes followed by `*`.
struct Rule {
  std::string_view output;
  std::string_view patterns[5];
};

// Those with longer names first.
constexpr Rule kRules[] = {
    {".text", {".text", ".text.*", ".gnu.linkonce.t.*"}},
    {".rodata", {".rodata", ".rodata.*", ".gnu.linkonce.r.*"}},
    {".data.rel.ro", {".data.rel.ro", ".data.rel.ro.*", ".gnu.linkonce.d.rel.ro.*"}},
    {".data", {".data", ".data.*", ".gnu.linkonce.d.*"}},
    {".bss.rel.ro", {".bss.rel.ro", ".bss.rel.ro.*"}},
    {".bss", {".bss", ".bss.*", ".gnu.linkonce.b.*"}},
    {".init_array", {".init_array", ".init_array.*"}},
    {".fini_array", {".fini_array", ".fini_array.*"}},
    {".preinit_array", {".preinit_array", ".preinit_array.*"}},
    {".ctors", {".ctors", ".ctors.*"}},
    {".dtors", {".dtors", ".dtors.*"}},
    {".tdata", {".tdata", ".tdata.*", ".gnu.linkonce.td.*"}},
    {".tbss", {".tbss", ".tbss.*", ".gnu.linkonce.tb.*"}},
    {".gcc_except_table", {".gcc_except_table", ".gcc_except_table.*"}},
    {".ldata", {".ldata", ".ldata.*", ".gnu.linkonce.l.*"}},
    {".lrodata", {".lrodata", ".lrodata.*", ".gnu.linkonce.lr.*"}},
    {".lbss", {".lbss", ".lbss.*", ".gnu.linkonce.lb.*"}},
    {".ltext", {".ltext", ".ltext.*"}},
    {".sdata", {".sdata", ".sdata.*", ".gnu.linkonce.s.*"}},
    {".sbss", {".sbss", ".sbss.*", ".gnu.linkonce.sb.*"}},
    {".exception_ranges", {".exception_ranges", ".exception_ranges.*"}},
    {".gnu.warning", {".gnu.warning", ".gnu.warning.*"}},
};

// Arrays of the old kind run backwards: their words join the new ones (see is_old_array).
constexpr Rule kOldArrays[] = {
    {".init_array", {".ctors", ".ctors.*"}},
    {".fini_array", {".dtors", ".dtors.*"}},
};

constexpr Rule kKeptText[] = {
    {".text.hot", {".text.hot", ".text.hot.*"}},
    {".text.unlikely", {".text.unlikely", ".text.unlikely.*"}},
    {".text.startup", {".text.startup", ".text.startup.*"}},
    {".text.exit", {".text.exit", ".text.exit.*"}},
    {".text.unknown", {".text.unknown", ".text.unknown.*"}},
    {".text.split", {".text.split", ".text.split.*"}},
};

enum Rank : u32 {
  kInterp = 10,
  kProperty,
  kNote,
  kHash,
  kDynsym,
  kDynstr,
  kVersym,
  kVersion,
  kRela,
  kRelr,
  kReadOnly,
  kEhFrameHdr,
  kEhFrame,
  kExceptTable,
  kInit = 100,
  kPlt,
  kPltGot,
  kText,
  kOtherText,
  kFini,
  kTdata = 200,
  kTbss,
  kPreinit,
  kInitArray,
  kFiniArray,
  kCtors,
  kDataRelRo,
  kDynamic,
  kGot,
  kGotPltNow,
  kBssRelRo,
  kRelroPadding,
  kGotPlt = 250,
  kOtherData,
  kData,
  kBss,
  kLargeText,
  kLargeReadOnly,
  kLargeData,
  kLargeBss,
  kComment = 400,
  kOther,
  kDebug,
  kRelocs,
  kSymtab,
  kSymtabShndx,
  kStrtab,
  kShstrtab,
};

constexpr PlanSlot named(std::string_view name, Rank rank, u16 must, u16 must_not = 0) {
  PlanSlot s;
  s.name = name;
  s.must = must;
  s.must_not = must_not;
  s.rank = rank;
  return s;
}
constexpr PlanSlot flagged(Rank rank, u16 must, u16 must_not, u64 native_flags = 0) {
  PlanSlot s;
  s.must = must;
  s.must_not = must_not;
  s.native_flags = native_flags;
  s.rank = rank;
  return s;
}
constexpr PlanSlot typed(u32 type, Rank rank) {
  PlanSlot s;
  s.native_type = type;
  s.rank = rank;
  return s;
}
constexpr PlanSlot under(std::string_view name, Rank rank, u16 must) {
  PlanSlot s = named(name, rank, must);
  s.or_under = true;
  return s;
}

constexpr u16 kRelro = kSecWrite | kSecRelro;

// The first row that fits says where an output section stands.
constexpr PlanSlot kSlots[] = {
    named(".symtab", kSymtab, 0, kSecAlloc),
    named(".symtab_shndx", kSymtabShndx, 0, kSecAlloc),
    named(".strtab", kStrtab, 0, kSecAlloc),
    named(".shstrtab", kShstrtab, 0, kSecAlloc),
    named(".comment", kComment, 0, kSecAlloc),
    flagged(kDebug, kSecDebug, kSecAlloc),
    flagged(kOther, 0, kSecAlloc),
    // Large model: behind all else, so that the rest stays within reach.
    flagged(kLargeText, kSecExec, 0, SHF_X86_64_LARGE),
    flagged(kLargeReadOnly, 0, kSecWrite, SHF_X86_64_LARGE),
    flagged(kLargeBss, kSecZeroFill, 0, SHF_X86_64_LARGE),
    flagged(kLargeData, 0, 0, SHF_X86_64_LARGE),
    named(".init", kInit, kSecExec),
    named(".plt", kPlt, kSecExec),
    named(".plt.got", kPltGot, kSecExec),
    named(".fini", kFini, kSecExec),
    under(".text", kText, kSecExec),
    flagged(kOtherText, kSecExec, 0),
    flagged(kTbss, kSecWrite | kSecTls | kSecZeroFill, 0),
    flagged(kTdata, kSecWrite | kSecTls, 0),
    flagged(kBss, kSecWrite | kSecZeroFill, kSecRelro),
    named(".got.plt", kGotPlt, kSecWrite, kSecRelro),
    named(".data", kData, kSecWrite, kSecRelro),
    flagged(kOtherData, kSecWrite, kSecRelro),
    named(".relro_padding", kRelroPadding, kRelro | kSecZeroFill),
    flagged(kBssRelRo, kRelro | kSecZeroFill, 0),
    named(".preinit_array", kPreinit, kRelro),
    named(".init_array", kInitArray, kRelro),
    named(".fini_array", kFiniArray, kRelro),
    named(".data.rel.ro", kDataRelRo, kRelro),
    named(".dynamic", kDynamic, kRelro),
    named(".got", kGot, kRelro),
    named(".got.plt", kGotPltNow, kRelro),
    flagged(kCtors, kRelro, 0),
    [] {
      PlanSlot s = typed(SHT_NOTE, kProperty);
      s.name = ".note.gnu.property";
      return s;
    }(),
    typed(SHT_NOTE, kNote),
    typed(SHT_HASH, kHash),
    typed(SHT_GNU_HASH, kHash),
    typed(SHT_DYNSYM, kDynsym),
    typed(SHT_GNU_VERSYM, kVersym),
    typed(SHT_GNU_VERDEF, kVersion),
    typed(SHT_GNU_VERNEED, kVersion),
    typed(SHT_RELA, kRela),
    typed(SHT_RELR, kRelr),
    typed(SHT_STRTAB, kDynstr),
    named(".interp", kInterp, 0),
    named(".eh_frame_hdr", kEhFrameHdr, 0),
    named(".eh_frame", kEhFrame, 0),
    named(".gcc_except_table", kExceptTable, 0),
    flagged(kReadOnly, 0, 0),
};

// An object: groups stand before their members, relocations behind what they are for.
constexpr PlanSlot kObjectSlots[] = {
    typed(SHT_GROUP, Rank(1)),
    flagged(Rank(2), kSecAlloc, 0),
    typed(SHT_RELA, kRelocs),
    named(".symtab", kSymtab, 0),
    named(".symtab_shndx", kSymtabShndx, 0),
    named(".strtab", kStrtab, 0),
    named(".shstrtab", kShstrtab, 0),
    named(".comment", kComment, 0),
    flagged(kDebug, kSecDebug, 0),
    flagged(kOther, 0, 0),
};

struct SpecialSection {
  std::string_view name; // or under it
  u32 type;
  u64 flags;
};
constexpr SpecialSection kSpecial[] = {
    {".bss", SHT_NOBITS, SHF_ALLOC},
    {".comment", SHT_PROGBITS, 0},
    {".data", SHT_PROGBITS, SHF_ALLOC},
    {".fini", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    {".fini_array", SHT_FINI_ARRAY, SHF_ALLOC},
    {".init", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    {".init_array", SHT_INIT_ARRAY, SHF_ALLOC},
    {".note", SHT_NOTE, 0},
    {".preinit_array", SHT_PREINIT_ARRAY, SHF_ALLOC},
    {".rodata", SHT_PROGBITS, SHF_ALLOC},
    {".tbss", SHT_NOBITS, SHF_ALLOC | SHF_TLS},
    {".tdata", SHT_PROGBITS, SHF_ALLOC | SHF_TLS},
    {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
};

const SpecialSection *special_section(std::string_view name) {
  for (const SpecialSection &s : kSpecial)
    if (name == s.name || (name.starts_with(s.name) && name[s.name.size()] == '.'))
      return &s;
  return nullptr;
}

// What a script alone makes has type and flags by its name (gABI, "Special Sections"), as far as it is known.
void describe_special(OutputSection &o) {
  const SpecialSection *s = special_section(o.name);
  if (!s)
    return;
  o.native_flags |= s->flags;
  if (s->type != SHT_NOBITS || o.flags & kSecZeroFill)
    o.native_type = s->type;
  if (s->type == SHT_INIT_ARRAY || s->type == SHT_FINI_ARRAY || s->type == SHT_PREINIT_ARRAY) {
    o.entsize = 8;
    o.flags |= kSecWrite;
  }
}

// TYPE = value of a script.
std::optional<u32> section_type(const Expr &e) {
  constexpr std::pair<std::string_view, u32> kNames[] = {
      {"SHT_PROGBITS", SHT_PROGBITS},
      {"SHT_STRTAB", SHT_STRTAB},
      {"SHT_NOTE", SHT_NOTE},
      {"SHT_NOBITS", SHT_NOBITS},
      {"SHT_INIT_ARRAY", SHT_INIT_ARRAY},
      {"SHT_FINI_ARRAY", SHT_FINI_ARRAY},
      {"SHT_PREINIT_ARRAY", SHT_PREINIT_ARRAY},
  };
  if (e.op == ExprOp::Number)
    return u32(e.number);
  for (auto &[name, type] : kNames)
    if (e.op == ExprOp::Symbol && e.name == name)
      return type;
  return std::nullopt;
}

// It counts for what has no type of its own: for a section that begins with data of the script.
void set_type(Link &link, OutputSection &o, const Expr &type) {
  std::optional<u32> number = section_type(type);
  if (!number) {
    link.diag.error(link.plan.place(type.at) + "the type of section `" + std::string(o.name) +
                    "' is neither a number nor a name like SHT_NOTE");
    return;
  }
  auto typed =
      std::find_if(o.members.begin(), o.members.end(), [](const Section *s) { return s->native_type; });
  if (typed == o.members.end() || (*typed)->name_size)
    return;
  o.native_type = *number;
  if (*number == SHT_NOBITS)
    o.flags |= kSecZeroFill;
}

OutputRule &output(LayoutPlan &plan, std::string_view name) {
  for (OutputRule *r : plan.outputs)
    if (r->floating && r->name == name)
      return *r;
  auto *r = new OutputRule; // lives as long as the link
  r->name = name;
  r->floating = true;
  if (const SpecialSection *s = special_section(name)) {
    bool read_only = s->flags & SHF_EXECINSTR || name == ".rodata";
    r->usual_flags = u16(kSecAlloc | (read_only ? 0 : kSecWrite) | (s->flags & SHF_EXECINSTR ? kSecExec : 0) |
                         (s->flags & SHF_TLS ? kSecTls : 0) | (s->type == SHT_NOBITS ? kSecZeroFill : 0));
  }
  plan.outputs.push_back(r);
  return *r;
}

InputRule &add(LayoutPlan &plan, const Rule &rule) {
  auto *r = new InputRule;
  r->owner = &output(plan, rule.output);
  r->must = kSecAlloc;
  for (std::string_view p : rule.patterns)
    if (!p.empty())
      r->sections.push_back({p, {}, SortKey::Default, SortKey::Default, false});
  plan.inputs.push_back(r);
  return *r;
}

} // namespace

void ElfTarget::default_plan(Link &link) {
  LayoutPlan &plan = link.plan;
  plan.slots = link.is_relocatable() ? std::span<const PlanSlot>(kObjectSlots) : kSlots;
  if (link.is_relocatable() || plan.scripted)
    return;
  if (link.opt.z_keep_text_section_prefix)
    for (const Rule &r : kKeptText)
      add(plan, r);
  for (const Rule &r : kOldArrays)
    add(plan, r).accepts = is_old_array;
  // .data.rel.ro.* is also .data.*: longer names are asked first.
  std::vector<const Rule *> rules;
  for (const Rule &r : kRules)
    rules.push_back(&r);
  std::stable_sort(rules.begin(), rules.end(),
                   [](const Rule *a, const Rule *b) { return a->output.size() > b->output.size(); });
  for (const Rule *r : rules)
    add(plan, *r);
  for (bool tls : {true, false}) {
    InputRule &r = add(plan, {tls ? ".tbss" : ".bss", {"COMMON"}});
    r.must = tls ? kSecTls : 0;
  }
}

bool ElfTarget::is_relro(const Link &link, const OutputSection &o) const {
  if (!link.opt.z_relro || link.opt.omagic || link.is_relocatable() || !(o.flags & kSecWrite) ||
      !(o.flags & kSecAlloc))
    return false;
  if (o.flags & (kSecTls | kSecRelro))
    return true;
  switch (o.native_type) {
  case SHT_INIT_ARRAY:
  case SHT_FINI_ARRAY:
  case SHT_PREINIT_ARRAY:
  case SHT_DYNAMIC:
    return true;
  default:
    break;
  }
  for (std::string_view n :
       {".got", ".data.rel.ro", ".bss.rel.ro", ".init_array", ".fini_array", ".preinit_array", ".ctors",
        ".dtors", ".jcr", ".eh_frame", ".gcc_except_table", ".toc", ".openbsd.randomdata"})
    if (o.name == n)
      return true;
  return o.name == ".got.plt" && link.opt.z_now;
}

void ElfTarget::describe_hollow(Link &, OutputSection &o) {
  const SpecialSection *s = special_section(o.name);
  o.native_type = s ? s->type : u32(SHT_PROGBITS);
  if (!s || !(s->flags & SHF_ALLOC))
    o.native_flags &= ~u64(SHF_ALLOC);
}

void ElfTarget::describe_output(Link &link, OutputSection &o) {
  o.to_page_end = relro_padding && relro_padding->section.output == &o && o.members.size() == 1;
  if (!o.rule || o.rule->floating) {
    o.relro = !link.plan.scripted && is_relro(link, o);
    return;
  }
  bool has_input =
      std::any_of(o.members.begin(), o.members.end(), [](const Section *s) { return s->name_size; });
  if (!has_input && o.rule->type == OutputType::Normal)
    describe_special(o);
  // A script says what the section is.
  switch (o.rule->type) {
  case OutputType::NoAlloc:
    o.flags &= u16(~kSecAlloc);
    o.native_flags &= ~u64(SHF_ALLOC);
    break;
  case OutputType::NoLoad:
    o.load = false;
    o.flags |= kSecZeroFill;
    o.native_type = SHT_NOBITS;
    break;
  case OutputType::ReadOnly:
    if (has_input)
      o.flags &= u16(~kSecWrite);
    break;
  default:
    break;
  }
  if (!(o.flags & kSecWrite))
    o.native_flags &= ~u64(SHF_WRITE);
  if (o.rule->native_type)
    set_type(link, o, *o.rule->native_type);
  if (!link.plan.scripted)
    o.relro = is_relro(link, o);
}

} // namespace gold::elf
