// The default plan of an ELF image: output sections, their order, and the segments over them (gABI
// 4.3, "Program Header").
//
// From low to high addresses: what is only read (headers, dynamic tables, constants), code, data
// that becomes read-only after relocation (RELRO), data. Each is a PT_LOAD of its own that starts on
// a new page. The RELRO part is rounded up to a whole page of zeros, so that the loader can protect
// all of it whatever the size of pages.
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

namespace {

// Input name (itself, or with a dot behind it) → output name. Longer prefixes first.
constexpr std::string_view kMerged[] = {
    ".text",        ".rodata",        ".data.rel.ro", ".data",  ".bss.rel.ro", ".bss",  ".init_array",
    ".fini_array",  ".preinit_array", ".ctors",       ".dtors", ".tdata",      ".tbss", ".gcc_except_table",
    ".ldata",       ".lrodata",       ".lbss",        ".ltext", ".sdata",      ".sbss", ".exception_ranges",
    ".gnu.warning",
};
struct Linkonce {
  std::string_view prefix, output;
};
constexpr Linkonce kLinkonce[] = {
    {".gnu.linkonce.t.", ".text"},
    {".gnu.linkonce.r.", ".rodata"},
    {".gnu.linkonce.d.rel.ro.", ".data.rel.ro"},
    {".gnu.linkonce.d.", ".data"},
    {".gnu.linkonce.b.", ".bss"},
    {".gnu.linkonce.td.", ".tdata"},
    {".gnu.linkonce.tb.", ".tbss"},
    {".gnu.linkonce.s.", ".sdata"},
    {".gnu.linkonce.sb.", ".sbss"},
    {".gnu.linkonce.lr.", ".lrodata"},
    {".gnu.linkonce.l.", ".ldata"},
    {".gnu.linkonce.lb.", ".lbss"},
};
constexpr std::string_view kTextKept[] = {".text.hot",  ".text.unlikely", ".text.startup",
                                          ".text.exit", ".text.unknown",  ".text.split"};

bool is_or_under(std::string_view name, std::string_view base) {
  return name.starts_with(base) && (name.size() == base.size() || name[base.size()] == '.');
}

enum Rank : u64 {
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

} // namespace

std::string_view ElfTarget::output_name(const Link &link, const Section &s) {
  std::string_view name = s.name();
  if (link.is_relocatable())
    return "";
  if (name.size() < 4 || name[0] != '.')
    return name == "COMMON" ? (s.flags & kSecTls ? ".tbss" : ".bss") : "";
  if (!(s.flags & kSecAlloc))
    return "";
  if (name[1] == 't' && link.opt.z_keep_text_section_prefix)
    for (std::string_view kept : kTextKept)
      if (is_or_under(name, kept))
        return kept;
  switch (name[1]) { // what no rule can match leaves early
  case 't':
  case 'r':
  case 'd':
  case 'b':
  case 'i':
  case 'f':
  case 'p':
  case 'c':
  case 'g':
  case 'l':
  case 's':
  case 'e':
    break;
  default:
    return "";
  }
  if (is_old_array(s))
    return name[1] == 'c' ? ".init_array" : ".fini_array";
  for (std::string_view m : kMerged)
    if (m[1] == name[1] && is_or_under(name, m))
      return m;
  if (name.starts_with(".gnu.linkonce."))
    for (const Linkonce &l : kLinkonce)
      if (name.starts_with(l.prefix))
        return l.output;
  return "";
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

u64 ElfTarget::rank(const Link &link, const OutputSection &o) {
  if (link.is_relocatable() && (o.flags & kSecAlloc || o.native_type == SHT_GROUP))
    return o.native_type == SHT_GROUP ? 0 : 1; // groups stand before their members
  if (link.is_relocatable() && o.native_type == SHT_RELA)
    return kRelocs;
  std::string_view n = o.name;
  if (!(o.flags & kSecAlloc)) {
    if (n == ".symtab")
      return kSymtab;
    if (n == ".symtab_shndx")
      return kSymtabShndx;
    if (n == ".strtab")
      return kStrtab;
    if (n == ".shstrtab")
      return kShstrtab;
    return n == ".comment" ? kComment : o.flags & kSecDebug ? kDebug : kOther;
  }
  bool zero = o.flags & kSecZeroFill;
  if (o.native_flags & SHF_X86_64_LARGE)
    return o.flags & kSecExec       ? kLargeText
           : !(o.flags & kSecWrite) ? kLargeReadOnly
           : zero                   ? kLargeBss
                                    : kLargeData;
  if (o.flags & kSecExec)
    return n == ".init"              ? kInit
           : n == ".plt"             ? kPlt
           : n == ".plt.got"         ? kPltGot
           : n == ".fini"            ? kFini
           : is_or_under(n, ".text") ? kText
                                     : kOtherText;
  if (o.flags & kSecWrite) {
    if (o.flags & kSecTls)
      return zero ? kTbss : kTdata;
    if (!is_relro(link, o))
      return zero ? kBss : n == ".got.plt" ? kGotPlt : n == ".data" ? kData : kOtherData;
    return zero                    ? kBssRelRo
           : n == ".preinit_array" ? kPreinit
           : n == ".init_array"    ? kInitArray
           : n == ".fini_array"    ? kFiniArray
           : n == ".data.rel.ro"   ? kDataRelRo
           : n == ".dynamic"       ? kDynamic
           : n == ".got"           ? kGot
           : n == ".got.plt"       ? kGotPltNow
                                   : kCtors;
  }
  switch (o.native_type) {
  case SHT_NOTE:
    return n == ".note.gnu.property" ? kProperty : kNote;
  case SHT_HASH:
  case SHT_GNU_HASH:
    return kHash;
  case SHT_DYNSYM:
    return kDynsym;
  case SHT_GNU_VERSYM:
    return kVersym;
  case SHT_GNU_VERDEF:
  case SHT_GNU_VERNEED:
    return kVersion;
  case SHT_RELA:
    return kRela;
  case SHT_RELR:
    return kRelr;
  case SHT_STRTAB:
    return kDynstr;
  default:
    break;
  }
  return n == ".interp"             ? kInterp
         : n == ".eh_frame_hdr"     ? kEhFrameHdr
         : n == ".eh_frame"         ? kEhFrame
         : n == ".gcc_except_table" ? kExceptTable
                                    : kReadOnly;
}

namespace {

u32 load_flags(const Link &link, const OutputSection &o) {
  const Options &opt = link.opt;
  if (opt.omagic)
    return PF_R | PF_W | PF_X;
  u32 f = PF_R;
  if (o.flags & kSecWrite)
    f |= PF_W;
  if (o.flags & kSecExec)
    f = opt.execute_only && !(f & PF_W) ? u32(PF_X) : f | PF_X;
  if (f == PF_R && (!opt.rosegment || !opt.z_separate_code || opt.nmagic))
    f |= PF_X;
  return f;
}

} // namespace

void ElfTarget::make_segments(Link &link) {
  for (OutputSection *o : link.outputs)
    if (o->name == ".init_array" || o->name == ".fini_array") // also when .ctors came first
      o->native_type = o->name[1] == 'i' ? SHT_INIT_ARRAY : SHT_FINI_ARRAY;
  if (link.is_relocatable() || (link.opt.emit_relocs && symtab))
    link_relocatable(link);
  link_sections(link);
  // What refers to an input .eh_frame means the start of the output's.
  if (eh_frame)
    for (InputFile *f : link.objects)
      if (f->kind == FileKind::Object && f != link.internal)
        for (Section *s : static_cast<ElfObject *>(f)->eh_frames)
          s->output = eh_frame->section.output;
  if (link.is_relocatable())
    return;
  const Options &opt = link.opt;
  auto &segments = link.segments;
  segments.clear();
  auto add = [&](u32 type, u32 flags, OutputSection *first, OutputSection *last, u64 align) -> Segment & {
    Segment &s = segments.emplace_back();
    s.native_type = type;
    s.native_flags = flags;
    s.first = first;
    s.last = last;
    s.align = align;
    return s;
  };
  auto out = [](const ElfSynthetic *s) { return s ? s->section.output : nullptr; };
  std::vector<OutputSection *> alloc;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecAlloc) {
      o->relro = is_relro(link, *o);
      alloc.push_back(o);
    }
  if (link.is_dynamic || opt.is_static)
    if (interp || link.is_pic())
      add(PT_PHDR, PF_R, nullptr, nullptr, 8).includes_headers = true;
  if (OutputSection *o = out(interp))
    add(PT_INTERP, PF_R, o, o, 1);

  const OutputSection *before = nullptr;
  for (OutputSection *o : alloc) {
    u32 flags = load_flags(link, *o);
    bool fresh = !before;
    if (before) {
      bool tbss = before->flags & kSecTls && before->flags & kSecZeroFill;
      fresh = flags != segments.back().native_flags || o->address_fixed ||
              (before->relro != o->relro && !opt.omagic) ||
              (before->flags & kSecZeroFill && !tbss && !(o->flags & kSecZeroFill)) ||
              ((before->native_flags ^ o->native_flags) & SHF_X86_64_LARGE);
    }
    if (fresh) {
      Segment &s = add(PT_LOAD, flags, o, o, page_size(link));
      s.includes_headers = !before;
      o->starts_segment = before && !opt.omagic && (!opt.nmagic || o->flags & kSecWrite);
    }
    segments.back().last = o;
    before = o;
  }
  if (OutputSection *o = out(dynamic))
    add(PT_DYNAMIC, PF_R | (o->flags & kSecWrite ? u32(PF_W) : 0), o, o, 8);
  for (std::size_t i = 0; i < alloc.size(); ++i)
    if (alloc[i]->native_type == SHT_NOTE) {
      std::size_t k = i;
      while (k + 1 < alloc.size() && alloc[k + 1]->native_type == SHT_NOTE &&
             alloc[k + 1]->align == alloc[i]->align && alloc[k + 1]->flags == alloc[i]->flags)
        ++k;
      add(PT_NOTE, PF_R, alloc[i], alloc[k], alloc[i]->align);
      i = k;
    }
  if (OutputSection *o = out(property))
    add(PT_GNU_PROPERTY, PF_R, o, o, o->align);
  auto run = [&](u32 type, u32 flags, auto &&in) {
    OutputSection *first = nullptr, *last = nullptr;
    u64 align = 1;
    for (OutputSection *o : alloc)
      if (in(*o)) {
        first = first ? first : o;
        last = o;
        align = std::max(align, o->align);
      }
    if (first)
      add(type, flags, first, last, type == PT_GNU_RELRO ? 1 : align);
  };
  run(PT_TLS, PF_R, [](const OutputSection &o) { return bool(o.flags & kSecTls); });
  if (OutputSection *o = out(eh_frame_hdr))
    add(PT_GNU_EH_FRAME, PF_R, o, o, 4);
  bool exec_stack = opt.z_execstack;
  for (InputFile *f : link.objects)
    if (f != link.internal && static_cast<ElfObject *>(f)->needs_executable_stack) {
      exec_stack |= opt.z_execstack_if_needed;
      if (!exec_stack && opt.warn_execstack)
        link.diag.warn(f->display_name() + " requires an executable stack, which the image does not have: its "
                                           "nested functions will crash; -z execstack gives it one",
                       f->priority);
    }
  add(PT_GNU_STACK, PF_R | PF_W | (exec_stack ? u32(PF_X) : 0), nullptr, nullptr, 16);
  run(PT_GNU_RELRO, PF_R, [](const OutputSection &o) { return o.relro; });
}

// Addresses and sizes of the segments.
void ElfTarget::set_segments(Link &link) {
  u64 page = page_size(link);
  for (Segment &s : link.segments) {
    if (s.native_type == PT_GNU_STACK) {
      s.mem_size = link.opt.z_stack_size.value_or(0);
      continue;
    }
    if (s.native_type == PT_PHDR) {
      s.offset = sizeof(Ehdr);
      s.addr = s.lma = link.image_base + s.offset;
      s.mem_size = s.file_size = link.segments.size() * sizeof(Phdr);
      continue;
    }
    u64 mem_end = s.first->addr, file_end = s.first->offset;
    bool tls = s.native_type == PT_TLS;
    for (u32 i = s.first->index - 1; i < s.last->index; ++i) {
      const OutputSection &o = *link.outputs[i];
      if (o.flags & kSecTls && o.flags & kSecZeroFill && !tls)
        continue;
      mem_end = std::max(mem_end, o.end());
      if (!(o.flags & kSecZeroFill))
        file_end = std::max(file_end, o.offset + o.file_size);
    }
    s.addr = s.first->addr;
    s.offset = s.first->offset;
    bool headers = s.includes_headers && s.addr >= link.image_base && s.addr - link.image_base == s.offset;
    if (s.includes_headers && headers) {
      s.addr = link.image_base;
      s.offset = 0;
    }
    if (s.native_type == PT_GNU_RELRO || (s.native_type == PT_LOAD && s.last->relro))
      mem_end = align_up(mem_end, page);
    s.lma = s.addr;
    s.mem_size = mem_end - s.addr;
    s.file_size = file_end > s.offset ? file_end - s.offset : 0;
    if (s.native_type == PT_GNU_RELRO)
      s.file_size = std::min(s.file_size, s.mem_size);
  }
}

} // namespace gold::elf
