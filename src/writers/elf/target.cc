// What ElfTarget does itself: the order in which tables are made, and the last words on addresses.
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

namespace {

u16 section_flags(u32 type, u64 flags) {
  u32 f = 0;
  f |= flags & SHF_ALLOC ? kSecAlloc : 0;
  f |= flags & SHF_WRITE ? kSecWrite : 0;
  f |= flags & SHF_EXECINSTR ? kSecExec : 0;
  f |= flags & SHF_TLS ? kSecTls : 0;
  f |= type == SHT_NOBITS ? kSecZeroFill : 0;
  return u16(f);
}

ElfObject &object_of(const Section &s) {
  return static_cast<ElfObject &>(*s.file);
}

} // namespace

ElfSynthetic::ElfSynthetic(ElfTarget &t, std::string_view name, u32 type, u64 flags, u64 align, u32 entsize)
    : Synthetic(name, type, flags, section_flags(type, flags), align), target_(t) {
  section.entsize = entsize;
}

Target *make_elf_target(Link &, Arch arch) {
  return new ElfTarget(arch == Arch::AArch64 ? aarch64_arch() : x86_64_arch());
}

bool ElfTarget::is_root(const Link &, const Section &s) {
  switch (s.native_type) {
  case SHT_INIT_ARRAY:
  case SHT_FINI_ARRAY:
  case SHT_PREINIT_ARRAY:
    return true;
  case SHT_NOTE:
    return !(s.native_flags & SHF_GROUP);
  default:
    break;
  }
  if (s.native_flags & SHF_GNU_RETAIN)
    return true;
  std::string_view n = s.name();
  if (n.size() < 4 || n[0] != '.')
    return false;
  for (std::string_view root :
       {".init", ".fini", ".ctors", ".dtors", ".init_array", ".fini_array", ".preinit_array", ".jcr"})
    if (n.starts_with(root) &&
        (n.size() == root.size() || (n[root.size()] == '.' && root != ".init" && root != ".fini")))
      return true;
  return false;
}

void ElfTarget::edges(Link &, const Section &s, EdgeBuffer &buf) {
  if (s.file && s.file->kind == FileKind::Object)
    elf_arch.edges(object_of(s), s, buf);
}

std::optional<Edge> ElfTarget::tls_call(Link &link, const Section &s) {
  EdgeBuffer buf;
  edges(link, s, buf);
  for (const Edge &e : buf.edges)
    for (u32 type : elf_arch.info.tls_calls)
      if (e.type == type)
        return e;
  return {};
}

void ElfTarget::scan(Link &link, Section &s) {
  if (!link.is_relocatable())
    elf_arch.scan(link, layout, object_of(s), s);
}

bool is_old_array(const Section &s) {
  std::string_view n = s.name();
  if (!(n.starts_with(".ctors") || n.starts_with(".dtors")) || (n.size() > 6 && n[6] != '.') || s.size % 8)
    return false;
  if (!s.file || s.kind == SectionKind::Synthetic)
    return false;
  std::string_view path = s.file->path;
  path = path.substr(path.rfind('/') + 1);
  return !path.starts_with("crtbegin") && !path.starts_with("crtend");
}

bool runs_backwards(const Section &s) {
  return s.output && (s.output->name == ".init_array" || s.output->name == ".fini_array") && is_old_array(s);
}

void ElfTarget::synthesize(Link &link) {
  const Options &opt = link.opt;
  if (opt.z_rewrite_endbr && (link.is_relocatable() || arch() != Arch::X86_64))
    link.diag.error("-z rewrite-endbr is for images for x86-64");
  // With --gc-sections nothing has kept the unwind sections themselves; their references still count.
  std::atomic<bool> unwind{false};
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f == link.internal)
          return;
        // .ctors.N runs at priority 65535 - N. A gap between words would be called.
        for (Section *s : f->sections)
          if (s && s->order && is_old_array(*s)) {
            s->p2align = std::min<u8>(s->p2align, 3);
            if (s->order < 65536)
              s->order = std::max<u32>(65535 - s->order, 1);
          }
        for (Section *s : static_cast<ElfObject *>(f)->eh_frames) {
          if (s->discarded)
            continue;
          unwind = true;
          if (!s->is_live()) {
            s->live = 1;
            if (s->num_relocs)
              scan(link, *s);
          }
        }
      },
      16);
  if (link.is_relocatable()) {
    make_relocatable(link);
  } else {
    find_features(link);
    collect_needs(link);
    make_dynamic(link);
    make_relocation_tables(link);
    make_notes(link);
    if (opt.z_relro && !opt.omagic && !link.plan.scripted) {
      relro_padding =
          link.synthesize<BytesSection>(*this, ".relro_padding", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 1);
      relro_padding->section.flags |= kSecRelro;
      relro_padding->keep_empty = true;
    }
    if (unwind) {
      eh_frame = link.synthesize<EhFrameSection>(*this);
      eh_frame->plan(link);
      if (opt.eh_frame_hdr)
        eh_frame_hdr = link.synthesize<EhFrameHdrSection>(*this);
    }
  }
  if ((opt.strip != StripMode::All && opt.z_sectionheader) || link.is_relocatable()) {
    symtab = link.synthesize<SymtabSection>(*this);
    strtab = link.synthesize<StrtabSection>(*this);
    symtab->plan(link);
    if (opt.emit_relocs && !link.is_relocatable())
      make_emitted_relocs(link);
  } else if (opt.emit_relocs) {
    link.diag.error("--emit-relocs needs the symbol table that --strip-all leaves out");
  }
  if (opt.gdb_index && link.is_relocatable())
    link.diag.error("--gdb-index is for images, not for objects (-r)");
  else if (opt.gdb_index && opt.strip == StripMode::None && opt.z_sectionheader)
    make_gdb_index_section(link);
  if (opt.z_sectionheader || link.is_relocatable()) {
    shstrtab = link.synthesize<ShstrtabSection>(*this);
    shstrtab->keep_empty = true;
  }
}

u64 ElfTarget::page_size(const Link &link) {
  return link.opt.z_max_page_size ? link.opt.z_max_page_size : elf_arch.info.max_page_size;
}
u64 ElfTarget::common_page_size(const Link &link) {
  u64 n = link.opt.z_common_page_size ? link.opt.z_common_page_size : elf_arch.info.common_page_size;
  return std::min(n, page_size(link));
}
bool ElfTarget::keeps_place(const Section &s) {
  std::string_view n = s.name();
  return n == ".init" || n == ".fini" || n == ".jcr" || is_old_array(s) || n == ".ctors" || n == ".dtors";
}
u64 ElfTarget::segment_spacing(const Link &link) {
  return link.opt.z_full_pages ? page_size(link) : link.opt.z_separate_code ? common_page_size(link) : 1;
}
u64 ElfTarget::linker_symbol_address(Link &link, const Symbol &s) {
  find_layout(link);
  set_linker_symbols(link);
  return s.value;
}
u64 ElfTarget::default_image_base(const Link &link) {
  return link.is_relocatable() || link.is_pic() ? 0 : elf_arch.info.image_base;
}

void ElfTarget::finalize(Link &link) {
  if (link.is_relocatable()) {
    compress_debug_sections(link);
    return;
  }
  addresses_final = true;
  find_layout(link);
  // What shared objects define is elsewhere, but for what was copied here.
  parallel_for_each(link.shareds, [&](InputFile *f) {
    auto set = [&](Symbol *s) {
      if (s && s->file == f && s->is_shared())
        s->value =
            s->flags & kSymCopied && s->section ? s->section->address() + link.aux[s->aux].copy_offset : 0;
    };
    for (Symbol *s : f->symbols)
      set(s);
    for (auto &[k, s] : static_cast<ElfShared *>(f)->aliases)
      set(s);
  });
  set_segments(link); // image_base may follow from them
  set_linker_symbols(link);
  if (rela_dyn)
    rela_dyn->place_slices(link);
  rewrite_endbr(link);
  make_gdb_index(link);
  compress_debug_sections(link);
}

// The addresses that relocation needs.
void ElfTarget::find_layout(Link &link) {
  auto at = [](const ElfSynthetic *s) { return s && s->section.output ? s->section.address() : 0; };
  layout.got = at(got);
  layout.got_plt = at(got_plt);
  bool by_plt = elf_arch.info.arch == Arch::X86_64 && got_plt;
  layout.got_base = by_plt ? layout.got_plt : got ? layout.got : layout.got_plt;
  layout.plt = at(plt);
  layout.plt_got = at(plt_got);
  layout.dynamic = at(dynamic);
  layout.tlsld = tlsld_slot_ ? layout.got_slot(tlsld_slot_) : 0;
  layout.tls_start = link.tls_start;
  layout.tls_end = link.tls_end;
  layout.tls_align = link.tls_align;
  layout.tp = elf_arch.thread_pointer(link.tls_start, link.tls_end, link.tls_align);
}

bool ElfTarget::canonical_plt(const Symbol &s) const {
  if (!s.aux || !(s.flags & (kSymImported | kSymIfunc)))
    return false;
  return s.needs.load(std::memory_order_relaxed) & kNeedsCanonicalPlt;
}

ElfTarget::Place ElfTarget::place_of(Link &link, const Symbol &s) const {
  // An empty section that a script leaves out has no index.
  auto in = [](const OutputSection *o) { return o && !o->dropped ? o->index : kAbsolute; };
  if (s.flags & kSymCopied && s.section)
    return {in(s.section->output), s.value};
  if (s.is_shared() || s.is_undefined())
    return {SHN_UNDEF, canonical_plt(s) ? layout.plt_of(link.aux[s.aux]) : 0};
  if (canonical_plt(s)) {
    const SymbolAux &a = link.aux[s.aux];
    return {in(a.plt ? plt->section.output : plt_got ? plt_got->section.output : nullptr), layout.plt_of(a)};
  }
  if (s.flags & kSymLinkerDefined) {
    for (const LinkerSymbol &l : linker_symbols)
      if (l.symbol == &s)
        return {s.is_tls() ? in(find_tls(link)) : in(l.output),
                s.is_tls() ? s.value - link.tls_start : s.value};
    return {kAbsolute, s.value};
  }
  const Section *sec = s.section;
  if (!sec && s.flags & kSymCommon)
    return {kCommon, s.value};
  if (!sec)
    return {kAbsolute, s.value};
  if (sec->leader)
    sec = sec->leader;
  const OutputSection *o = sec->output;
  if (!o && sec->kind == SectionKind::Merge)
    o = output_at(link, s.value);
  return {in(o), s.is_tls() ? s.value - link.tls_start : s.value};
}

const OutputSection *ElfTarget::find_tls(const Link &link) const {
  for (const OutputSection *o : link.outputs)
    if (o->flags & kSecTls)
      return o;
  return nullptr;
}

// The output section that holds an address.
const OutputSection *ElfTarget::output_at(const Link &link, u64 address) const {
  for (const OutputSection *o : link.outputs)
    if (o->flags & kSecAlloc && !(o->flags & kSecTls) && address >= o->addr && address < o->end())
      return o;
  return nullptr;
}

BranchModel ElfTarget::branch_model() const {
  return elf_arch.branch_model();
}
void ElfTarget::branches(Link &link, const Section &s, std::vector<Branch> &out) {
  elf_arch.branches(link, layout, object_of(s), s, out);
}
// Where a branch to a symbol goes, also while addresses are still being assigned.
u64 ElfTarget::destination(Link &link, const Symbol &s) {
  if (s.flags & (kSymImported | kSymIfunc) && s.aux) {
    const SymbolAux &a = link.aux[s.aux];
    if (a.plt && plt)
      return plt->section.address() + layout.plt_header + u64(a.plt - 1) * layout.plt_entry;
    if (a.pltgot && plt_got)
      return plt_got->section.address() + u64(a.pltgot - 1) * layout.plt_got_entry;
  }
  if (addresses_final || !s.section)
    return s.value;
  return (s.section->leader ? s.section->leader : s.section)->address() + s.value;
}

void ElfTarget::write_thunk(Link &, u8 *buf, u64 place, u64 destination) {
  elf_arch.write_thunk(buf, place, destination);
}

void ElfTarget::misplaced(Link &, const Section &s, std::vector<u32> &out) {
  elf_arch.misplaced(object_of(s), s, out);
}
void ElfTarget::write_patch(Link &, u8 *buf, u64 place, u32 instruction, u64 from) {
  store<u32>(buf, instruction);
  elf_arch.write_jump(buf + 4, place + 4, from + 4);
}
void ElfTarget::write_jump(Link &, u8 *buf, u64 place, u64 to) {
  elf_arch.write_jump(buf, place, to);
}

void ElfTarget::relocate(Link &link, Section &s, u8 *buf) {
  if (link.is_relocatable())
    return;
  if (!s.is_alloc()) {
    elf_arch.relocate_nonalloc(link, layout, object_of(s), s, buf);
    return;
  }
  Rela *dyn = rela_dyn ? rela_dyn->records + s.dyn_index : nullptr;
  elf_arch.relocate(link, layout, object_of(s), s, buf, dyn);
  if (s.order && s.size > 8 && runs_backwards(s)) {
    std::reverse(reinterpret_cast<ul64 *>(buf), reinterpret_cast<ul64 *>(buf + s.size));
    for (u32 i = 0; i < s.dyn_relocs; ++i)
      dyn[i].r_offset = s.address() * 2 + s.size - 8 - dyn[i].r_offset;
  }
}

void ElfTarget::fill(const OutputSection &o, u8 *buf, u64 n) {
  if (o.flags & kSecExec)
    elf_arch.fill_code(buf, n);
  else
    std::memset(buf, 0, n);
}

} // namespace gold::elf
