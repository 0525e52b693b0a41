// The policy of references and the messages of relocation; see reloc.h.
#include "writers/elf/reloc.h"

#include "support/glob.h"

namespace gold::elf {

Symbol no_symbol{.claim{make_claim(SymClass::Strong, 0, 0)}, .flags = kSymAbsolute | kSymLocal};

std::string symbol_text(const Link &link, const ElfObject &, const Symbol &s) {
  if (!s.name_size && s.section)
    return "section `" + std::string(s.section->name()) + "'";
  if (!s.name_size)
    return "absolute address 0";
  return "`" + link.readable(s.name()) + "'";
}

u64 symbol_size(const Symbol &s) {
  if (!s.file)
    return 0;
  std::span<const Sym> table;
  if (auto *o = s.file->kind == FileKind::Object ? static_cast<const ElfObject *>(s.file) : nullptr)
    table = o->esyms;
  else if (auto *d = s.file->kind == FileKind::Shared ? static_cast<const ElfShared *>(s.file) : nullptr)
    table = d->esyms;
  return s.native < table.size() ? u64(table[s.native].st_size) : 0;
}

namespace {
std::vector<u32> &scratch() {
  static thread_local std::vector<u32> v;
  v.clear();
  return v;
}
const char *output_kind(const Link &link) {
  return link.is_shared() ? "a shared object" : link.is_pic() ? "a PIE object" : "an executable";
}
bool is_protected_import(const Symbol &s) {
  if (!s.file || s.file->kind != FileKind::Shared)
    return false;
  auto &table = static_cast<const ElfShared *>(s.file)->esyms;
  return s.native < table.size() && table[s.native].visibility() == STV_PROTECTED;
}
} // namespace

SectionScan::SectionScan(Link &l, ElfLayout &la, const ElfArch &a, ElfObject &f, Section &s)
    : link(l), lay(la), arch(a), file(f), sec(s), pic(l.is_pic()), shared(l.is_shared()),
      writable(s.flags & kSecWrite), relr_(scratch()) {}

void SectionScan::finish() {
  sec.dyn_relocs = dyn_;
  if (relr_.empty())
    return;
  auto places = Arena::array<u32>(relr_.size());
  std::copy(relr_.begin(), relr_.end(), places.begin());
  lay.add_relr(sec, places);
}

void SectionScan::error(const Rela &r, const std::string &text) {
  link.diag.error(Link::place_text(file, sec, r.r_offset) + ": " + text, file.priority,
                  u64(sec.index) << 32 | u32(r.r_offset), link.referenced_at(file, sec, r.r_offset));
}
void SectionScan::error(const Rela &r, const Symbol &s, const std::string &why) {
  error(r, std::string("relocation ") + arch.reloc_name(r.r_type) + " against " + symbol_text(link, file, s) +
               " " + why);
}
void SectionScan::unknown(const Rela &r) {
  error(r, format("unsupported relocation type %u (%s)", u32(r.r_type), arch.reloc_name(r.r_type)));
}
void SectionScan::not_pic(const Rela &r, const Symbol &s) {
  const char *remedy = shared ? "-fPIC" : "-fPIE";
  error(r, s, std::string("can not be used when making ") + output_kind(link) + "; recompile with " + remedy);
}

bool SectionScan::invalid(const Rela &r, u32 bytes) {
  if (r.r_sym >= file.symbols.size())
    error(r, format("relocation %s has the symbol index %u, but the file has %zu symbols",
                    arch.reloc_name(r.r_type), u32(r.r_sym), file.symbols.size()));
  else
    error(r, format("relocation %s of %u bytes is outside of its section of %llu bytes",
                    arch.reloc_name(r.r_type), bytes, static_cast<unsigned long long>(sec.size)));
  return false;
}

void SectionScan::discarded(const Rela &r, Symbol &s) {
  // Records about functions that lost to another copy; the unwinder never gets to them.
  if (r.r_sym == 0 || sec.kind == SectionKind::Unwind || sec.name().starts_with(".gcc_except_table") ||
      !file.in_section(r.r_sym))
    return;
  u32 shndx = file.shndx(r.r_sym);
  std::string in = "?";
  if (shndx < file.shdrs.size() && file.shdrs[shndx].sh_name < file.shstrtab.size())
    in = file.shstrtab.data() + file.shdrs[shndx].sh_name; // ends with NUL
  error(r, std::string("relocation ") + arch.reloc_name(r.r_type) + " refers to " +
               (s.name_size ? symbol_text(link, file, s) + " in " : "") + "section `" + in +
               "', which is not part of the link");
}

// An imported symbol whose address must be known when the executable is linked: it gets a place in
// the executable, and the shared object is bound to that.
void SectionScan::bind_early(const Rela &r, Symbol &s) {
  if (!s.is_shared())
    return; // undefined, and may stay so: 0
  if (s.flags & (kSymFunction | kSymIfunc)) {
    s.need(kNeedsPlt | kNeedsCanonicalPlt);
  } else if (s.is_tls()) {
    error(r, s, "is not a thread-local access");
  } else if (!link.opt.z_copyreloc) {
    error(r, s, "would need a copy relocation, which -z nocopyreloc forbids; recompile with -fPIC");
  } else if (is_protected_import(s)) {
    error(r, s,
          "would need a copy relocation, but the symbol is protected in " + s.file->display_name() +
              "; recompile with -fPIC");
  } else {
    s.need(kNeedsCopy);
  }
}

void SectionScan::word_slow(const Rela &r, Symbol &s) {
  Word kind = word_kind(s, pic, writable, relr_place(link, sec, r.r_offset));
  switch (kind) {
  case Word::Static:
    if (s.is_imported())
      bind_early(r, s);
    else if (s.is_ifunc() && !s.is_absolute())
      s.need(kNeedsPlt | kNeedsCanonicalPlt);
    return;
  case Word::Symbolic:
    s.need(kNeedsDynsym);
    break;
  case Word::Relr:
    relr_.push_back(static_cast<u32>(r.r_offset));
    return;
  default:
    break;
  }
  if (!writable) {
    if (link.opt.z_text || sec.kind == SectionKind::Unwind) {
      error(r, s,
            "in read-only section `" + std::string(sec.name()) +
                "' needs a dynamic relocation; recompile with " + (shared ? "-fPIC" : "-fPIE"));
      return;
    }
    lay.textrel.store(true, std::memory_order_relaxed);
    if (link.opt.warn_textrel && !warned_textrel_) {
      warned_textrel_ = true;
      link.diag.warn(Link::place_text(file, sec, r.r_offset) + ": relocation " + arch.reloc_name(r.r_type) +
                         " against " + symbol_text(link, file, s) + " in read-only section `" +
                         std::string(sec.name()) +
                         "' makes it writable while the image is loaded (DT_TEXTREL); recompile with " +
                         (shared ? "-fPIC" : "-fPIE"),
                     file.priority, u64(sec.index) << 32 | u32(r.r_offset));
    }
  }
  ++dyn_;
}

void SectionScan::narrow_slow(const Rela &r, Symbol &s) {
  if (s.is_imported()) {
    if (pic && s.is_shared())
      not_pic(r, s);
    else if (pic && shared)
      not_pic(r, s);
    else
      bind_early(r, s);
  } else if (s.is_absolute() || s.is_undefined()) {
    return;
  } else if (pic) {
    not_pic(r, s);
  } else if (s.is_ifunc()) {
    s.need(kNeedsPlt | kNeedsCanonicalPlt);
  }
}

void SectionScan::pc_slow(const Rela &r, Symbol &s) {
  if (s.is_imported()) {
    if (shared)
      not_pic(r, s);
    else
      bind_early(r, s);
  } else if (s.is_absolute()) {
    if (pic && !s.is_undefined() && r.r_sym != 0 && sec.kind != SectionKind::Unwind)
      error(r, s, "is relative to the place, but the symbol is absolute and the image can be moved");
  } else {
    s.need(kNeedsPlt | kNeedsCanonicalPlt);
  }
}

namespace {
// "2.5 GiB", "3 bytes"
std::string amount(u64 n) {
  static constexpr const char *units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (n < 1024)
    return format("%llu byte%s", static_cast<unsigned long long>(n), n == 1 ? "" : "s");
  double d = static_cast<double>(n);
  int unit = -1;
  for (; d >= 1024 && unit < 3; ++unit)
    d /= 1024;
  return format("%.1f %s", d, units[unit]);
}

bool is_branch_name(std::string_view name) {
  return name.ends_with("PLT32") || name.ends_with("CALL26") || name.ends_with("JUMP26");
}
} // namespace

void range_error(Link &link, const ElfArch &arch, ElfObject &file, const Section &sec, const Rela &r,
                 const Symbol &s, i64 value, int bits, bool is_signed) {
  std::string range = is_signed ? format("[-2^%d, 2^%d)", bits - 1, bits - 1) : format("[0, 2^%d)", bits);
  std::string_view name = arch.reloc_name(r.r_type);
  std::string text = Link::place_text(file, sec, r.r_offset) + ": relocation " + std::string(name) +
                     " out of range: " + format("%lld", static_cast<long long>(value)) + " is not in " +
                     range + "; references " + symbol_text(link, file, s);
  if (s.file && s.file != &file && s.file != link.internal)
    text += " defined in " + s.file->display_name();
  // How far beyond the nearer end of the range.
  i64 low = is_signed ? -(i64(1) << (bits - 1)) : 0, high = i64(1) << (is_signed ? bits - 1 : bits);
  u64 beyond = value < low ? static_cast<u64>(low) - static_cast<u64>(value)
                           : static_cast<u64>(value) - static_cast<u64>(high) + 1;
  text += "\n>>> " + amount(beyond) + " too far; ";
  if (!sec.is_alloc())
    text += "recompile with -gdwarf64, or with less debug information";
  else if (is_branch_name(name))
    text += "move the sections closer, or call through a pointer (-mcmodel=large)";
  else if (arch.info.arch == Arch::X86_64)
    text += link.is_pic()
                ? "recompile with -mcmodel=medium or -mcmodel=large, or move the sections closer"
                : "recompile with -fPIC, -mcmodel=medium or -mcmodel=large, or move the sections closer";
  else
    text += "recompile with -fPIC or -mcmodel=large, or move the sections closer";
  link.diag.error(std::move(text), file.priority, u64(sec.index) << 32 | u32(r.r_offset),
                  link.referenced_at(file, sec, r.r_offset));
}

Tombstone::Tombstone(const Link &link, const Section &s) {
  std::string_view n = s.name();
  debug = n.starts_with(".debug_") || n.starts_with(".zdebug_");
  line = n == ".debug_line";
  if (n == ".debug_loc" || n == ".debug_ranges")
    value = 1; // 0 would end the list
  else if (n == ".debug_names")
    value = ~u64(0);
  for (auto &[glob, v] : link.opt.z_dead_relocs) // the last one counts
    if (glob_match(glob, n)) {
      value = v;
      debug = true;
    }
}

void ElfArch::edges(const ElfObject &file, const Section &sec, EdgeBuffer &buf) const {
  auto add = [&](const Rela &r) {
    u32 i = r.r_sym;
    if (i >= file.symbols.size() || !file.symbols[i])
      return;
    u32 type = r.r_type;
    if (buf.want_calls && std::find(info.calls.begin(), info.calls.end(), type) != info.calls.end())
      type |= kEdgeCall;
    buf.edges.push_back({file.symbols[i], static_cast<u32>(r.r_offset), type});
    if (buf.want_addends)
      buf.addends.push_back(r.r_addend);
  };
  for (const Rela &r : file.relocs(sec))
    add(r);
  buf.own = buf.edges.size();
  for (u32 i = sec.assoc_begin; i < sec.assoc_begin + sec.assoc_count; ++i) {
    const Fde &fde = file.fdes[i];
    auto rels = file.relocs(*file.eh_frames[fde.section]);
    for (u32 k = 1; k < fde.rel_count; ++k)
      add(rels[fde.rel_begin + k]);
    const Cie &cie = file.cies[fde.cie];
    auto cie_rels = file.relocs(*file.eh_frames[cie.section]);
    for (u32 k = 0; k < cie.rel_count; ++k)
      add(cie_rels[cie.rel_begin + k]);
  }
}

} // namespace gold::elf
