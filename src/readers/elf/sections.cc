// Sections of an object (gABI chapter 3): which are laid out, and what is known of each.
//
// Three walks over the section headers: decide which sections are wanted and count them, so that
// one array holds them all; fill them; attach relocations, groups and link orders. Contents are
// touched only where the kind of a section depends on them.
#include "readers/elf/object_parts.h"

#include <algorithm>

namespace gold::elf {
namespace {

constexpr u32 kNoPriority = 65536;

bool is_debug_name(std::string_view name) {
  return name.starts_with(".debug") || name.starts_with(".zdebug") || name.starts_with(".stab") ||
         name == ".gdb_index" || name.starts_with(".gnu.debuglto_") || name == ".line" ||
         name.starts_with(".gnu.linkonce.wi.");
}

bool is_c_identifier(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9'))
    return false;
  return std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Sections that speak to the linker and never reach the image, by type.
bool is_linker_type(u32 type) {
  switch (type) {
  case SHT_NULL:
  case SHT_SYMTAB:
  case SHT_SYMTAB_SHNDX:
  case SHT_RELA:
  case SHT_REL:
  case SHT_CREL:
  case SHT_GROUP:
  case SHT_LLVM_ADDRSIG:
  case SHT_LLVM_DEPENDENT_LIBRARIES:
  case SHT_LLVM_CALL_GRAPH_PROFILE:
  case SHT_LLVM_LTO:
  case SHT_GNU_ATTRIBUTES:
  case SHT_LLVM_ODRTAB:
  case SHT_LLVM_LINKER_OPTIONS:
    return true;
  default:
    return false;
  }
}

// Priority of .init_array.N and its like.
u32 init_priority(std::string_view name) {
  for (std::string_view base : {".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors"}) {
    if (!name.starts_with(base))
      continue;
    std::string_view rest = name.substr(base.size());
    if (rest.size() < 2 || rest[0] != '.' || rest.size() > 6)
      return kNoPriority;
    u32 v = 0;
    for (char c : rest.substr(1)) {
      if (c < '0' || c > '9')
        return kNoPriority;
      v = v * 10 + static_cast<u32>(c - '0');
    }
    return std::min(v, kNoPriority);
  }
  return 0;
}

// .init_array, .fini_array.100, ...: pointers to functions.
bool is_run_array(std::string_view name) {
  for (std::string_view base : {".init_array", ".fini_array", ".preinit_array"})
    if (name.starts_with(base) && (name.size() == base.size() || name[base.size()] == '.'))
      return true;
  return false;
}

// Reads what a section says to the linker. True if it is to be laid out.
bool wanted(Link &link, ElfObject &o, u32 i, std::string_view name) {
  const Shdr &sh = o.shdrs[i];
  u32 type = sh.sh_type;
  u64 flags = sh.sh_flags;
  const bool relocatable = link.is_relocatable();
  if (type == SHT_AARCH64_ATTRIBUTES && o.machine == EM_AARCH64)
    return false;
  if (type == SHT_STRTAB && !(flags & SHF_ALLOC) &&
      (i == o.shdrs[o.symtab_index].sh_link || name == ".shstrtab" || name == ".strtab"))
    return false;
  if ((flags & SHF_EXCLUDE) && !relocatable)
    return false;
  if (name.starts_with(".note.")) {
    if (name == ".note.GNU-stack") {
      o.has_gnu_stack_note = true;
      o.needs_executable_stack = flags & SHF_EXECINSTR;
      return false;
    }
    if (name == ".note.gnu.property" && type == SHT_NOTE) {
      read_properties(o, section_bytes(o.bytes, sh, i));
      return false;
    }
  }
  if (name.starts_with(".gnu.")) {
    if (name.starts_with(".gnu.warning.")) { // the rest is a symbol, the contents are for who uses it
      std::string_view text = section_bytes(o.bytes, sh, i).str();
      link.warn_of_use(name.substr(13), text.substr(0, text.find('\0')), o);
      return false;
    }
    if (name.starts_with(".gnu.lto_") || name.starts_with(".gnu.debuglto_"))
      return false;
  }
  if (!(flags & SHF_ALLOC)) {
    if (name == ".llvmbc" || name == ".llvmcmd")
      return false;
    if (link.opt.strip != StripMode::None && is_debug_name(name))
      return false;
    if (link.opt.gdb_index && name == ".gdb_index") // of the object alone; a new one is made
      return false;
  }
  return true;
}

u8 log2_alignment(u64 align, u32 i) {
  if (align & (align - 1) || align > (u64(1) << 31))
    throw InputError("section " + std::to_string(i) + " has the impossible alignment " +
                     std::to_string(align));
  return align ? static_cast<u8>(std::countr_zero(align)) : 0;
}

void fill(Link &link, ElfObject &o, Section &s, u32 i, std::string_view name) {
  const Shdr &sh = o.shdrs[i];
  s.file = &o;
  s.index = i;
  s.name_data = name.data();
  s.name_size = static_cast<u32>(name.size());
  s.native_type = sh.sh_type;
  s.native_flags = sh.sh_flags;
  s.size = sh.sh_size;
  s.entsize = sh.sh_entsize > ~u32(0) ? 0 : static_cast<u32>(sh.sh_entsize);
  s.p2align = log2_alignment(sh.sh_addralign, i);
  u64 f = s.native_flags;
  u32 flags = 0;
  if (s.native_type == SHT_NOBITS) {
    flags |= kSecZeroFill;
    if (s.size > (u64(1) << 47))
      throw InputError("section " + std::to_string(i) + " is too large", sh.sh_offset);
  } else {
    s.data = section_bytes(o.bytes, sh, i).data();
  }
  // The loader runs what is in there after it has relocated it, so that it can't be read-only.
  if (f & SHF_ALLOC && !(f & SHF_WRITE) && is_run_array(name))
    f = s.native_flags |= SHF_WRITE;
  if ((f & SHF_ALLOC) && !(f & SHF_X86_64_LARGE))
    o.image_bytes += s.size + s.align();
  flags |= f & SHF_ALLOC ? kSecAlloc : 0;
  flags |= f & SHF_WRITE ? kSecWrite : 0;
  flags |= f & SHF_EXECINSTR ? kSecExec : 0;
  flags |= f & SHF_TLS ? kSecTls : 0;
  flags |= f & SHF_STRINGS ? kSecStrings : 0;
  flags |= f & SHF_GROUP ? kSecInGroup : 0;
  flags |= f & SHF_LINK_ORDER ? kSecLinkOrder : 0;
  flags |= f & SHF_GNU_RETAIN ? kSecRetain : 0;
  flags |= f & SHF_EXCLUDE ? kSecExclude : 0;
  if (f & SHF_ALLOC) {
    if (is_c_identifier(name))
      flags |= kSecNamedRoot;
    s.order = init_priority(name);
  } else if (is_debug_name(name)) {
    flags |= kSecDebug;
  }
  if (f & SHF_COMPRESSED && (f & SHF_ALLOC || s.native_type == SHT_NOBITS))
    throw InputError("section " + std::to_string(i) + " is compressed, but a part of the image",
                     sh.sh_offset);
  s.flags = static_cast<u16>(flags);
  if (f & SHF_COMPRESSED || (!(f & SHF_ALLOC) && s.data && name.starts_with(".zdebug_")))
    decompress(s);
  if (!link.is_relocatable() && f & SHF_ALLOC && name == ".eh_frame" &&
      (s.native_type == SHT_PROGBITS || s.native_type == SHT_X86_64_UNWIND)) {
    s.kind = SectionKind::Unwind;
    o.eh_frames.push_back(&s);
  }
}

void attach_relocs(ElfObject &o) {
  u32 n = static_cast<u32>(o.shdrs.size());
  for (u32 i = 1; i < n; ++i) {
    const Shdr &sh = o.shdrs[i];
    u32 type = sh.sh_type;
    if (type != SHT_RELA && type != SHT_REL && type != SHT_CREL)
      continue;
    if (sh.sh_info >= n)
      throw InputError("relocations for section " + std::to_string(sh.sh_info) + ", which is not there",
                       sh.sh_offset);
    Section *s = o.sections[sh.sh_info];
    if (!s || sh.sh_size == 0)
      continue;
    if (type != SHT_RELA)
      throw InputError(type == SHT_REL ? "relocations without addends (SHT_REL) are not used on this machine"
                                       : "compact relocations (SHT_CREL) are not supported yet",
                       sh.sh_offset);
    if (sh.sh_entsize != sizeof(Rela) || sh.sh_size % sizeof(Rela))
      throw InputError("relocations of an unexpected size", sh.sh_offset);
    if (sh.sh_link != o.symtab_index)
      throw InputError("relocations that don't use the symbol table", sh.sh_offset);
    if (s->relocs)
      throw InputError("two tables of relocations for section " + std::to_string(sh.sh_info), sh.sh_offset);
    if (s->flags & kSecZeroFill)
      throw InputError("relocations for section " + std::to_string(sh.sh_info) + ", which has no contents",
                       sh.sh_offset);
    u64 count = sh.sh_size / sizeof(Rela);
    if (count > ~u32(0))
      throw InputError("too many relocations", sh.sh_offset);
    s->relocs = reinterpret_cast<const u8 *>(o.bytes.array<Rela>(sh.sh_offset, count, "relocations").data());
    s->num_relocs = static_cast<u32>(count);
  }
}

// A section whose equal pieces may become one.
bool is_mergeable(const Link &link, const Section &s) {
  if (!(s.native_flags & SHF_MERGE) || s.flags & (kSecWrite | kSecZeroFill | kSecTls) || s.entsize == 0 ||
      s.size == 0 || s.relocs || s.size % s.entsize || link.is_relocatable())
    return false;
  if (!(s.flags & kSecStrings))
    return true;
  if (!link.opt.merge_strings)
    return false;
  // The last string must have its end.
  const u8 *last = s.data + s.size - s.entsize;
  return std::all_of(last, last + s.entsize, [](u8 c) { return c == 0; });
}

void link_groups(ElfObject &o) {
  for (u32 i = 1; i < o.shdrs.size(); ++i) {
    const Shdr &sh = o.shdrs[i];
    if (sh.sh_type != SHT_GROUP)
      continue;
    auto words = o.bytes.array<ul32>(sh.sh_offset, sh.sh_size / 4, "section group");
    Section *first = nullptr, *last = nullptr;
    for (u32 m : words.subspan(1)) {
      Section *s = o.sections[m];
      if (!s || s->group_next || s == last)
        continue; // not laid out, or named twice
      if (last)
        last->group_next = s;
      else
        first = s;
      last = s;
    }
    if (last && last != first)
      last->group_next = first;
  }
}

void link_orders(ElfObject &o) {
  for (Section *s : o.sections) {
    if (!s || !(s->flags & kSecLinkOrder))
      continue;
    u32 to = o.shdrs[s->index].sh_link;
    if (to >= o.sections.size())
      throw InputError("section " + std::to_string(s->index) + " is ordered by a section that is not there",
                       o.shdrs[s->index].sh_offset);
    Section *head = o.sections[to];
    if (!head || head == s)
      continue;
    s->next_dependent = head->dependent;
    head->dependent = s;
  }
}

// The symbols whose addresses are compared: ULEB128 indices.
void read_addrsig(ElfObject &o, u32 i) {
  ByteView b = section_bytes(o.bytes, o.shdrs[i], i);
  o.has_addrsig = true;
  for (u64 at = 0; at < b.size();) {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      if (at >= b.size() || shift > 28)
        throw InputError("the table of significant addresses is broken", o.shdrs[i].sh_offset + at);
      u8 c = b.data()[at++];
      v |= u64(c & 127) << shift;
      if (!(c & 128))
        break;
    }
    if (v >= o.symbols.size())
      throw InputError("the table of significant addresses names a symbol that is not there",
                       o.shdrs[i].sh_offset);
    if (Symbol *s = o.symbols[v])
      s->mark(kMarkNoIcf);
  }
}

} // namespace

void ObjectReader::parse_sections(Link &link, InputFile &f) const {
  auto &o = static_cast<ElfObject &>(f);
  u32 n = static_cast<u32>(o.shdrs.size());
  o.sections = Arena::array<Section *>(n);

  // With -r, what is_linker_type() drops and the writer needs (groups, relocations) is still found
  // by way of shdrs and groups.
  static thread_local std::vector<u32> keep;
  keep.clear();
  u32 addrsig = 0;
  {
    auto &lost = lost_sections(o);
    for (u32 i = 1; i < n; ++i) {
      u32 type = o.shdrs[i].sh_type;
      if (is_linker_type(type)) {
        // A tool that rewrites the symbol table clears sh_link: the indices mean nothing then.
        if (type == SHT_LLVM_ADDRSIG && o.shdrs[i].sh_link == o.symtab_index)
          addrsig = i;
        continue;
      }
      if (!lost.empty() && lost[i])
        continue;
      if (wanted(link, o, i, section_name(o, i)))
        keep.push_back(i);
    }
  }
  auto made = Arena::array<Section>(keep.size());
  for (std::size_t k = 0; k < keep.size(); ++k) {
    o.sections[keep[k]] = &made[k];
    fill(link, o, made[k], keep[k], section_name(o, keep[k]));
  }
  attach_relocs(o);
  for (Section &s : made)
    if (s.kind == SectionKind::Regular && is_mergeable(link, s))
      s.kind = SectionKind::Merge;
  link_groups(o);
  link_orders(o);
  make_locals(link, o);
  bind_symbols(link, o);
  split_eh_frames(o);
  if (addrsig)
    read_addrsig(o, addrsig);
}

} // namespace gold::elf
