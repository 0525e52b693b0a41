// The ELF header, the program headers, the section headers (gABI 4.3, "ELF Header", "Program Header",
// "Section Header Table").
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

const OutputSection *find_output(const Link &link, std::string_view name) {
  for (const OutputSection *o : link.outputs)
    if (o->name == name)
      return o;
  return nullptr;
}

// sh_link and sh_info of the tables, once output sections have their indices.
void ElfTarget::link_sections(Link &link) {
  auto index = [](const ElfSynthetic *s) { return s && s->section.output ? s->section.output->index : 0; };
  auto set = [&](const ElfSynthetic *s, u32 to, u32 info) {
    if (s && s->section.output) {
      s->section.output->link = to;
      s->section.output->info = info;
    }
  };
  set(dynsym, index(dynstr), 1);
  set(hash, index(dynsym), 0);
  set(gnu_hash, index(dynsym), 0);
  set(versym, index(dynsym), 0);
  set(verneed, index(dynstr), verneed_count);
  set(verdef, index(dynstr), verdef_count);
  set(rela_dyn, index(dynsym), 0);
  set(rela_plt, index(dynsym), index(got_plt ? static_cast<ElfSynthetic *>(got_plt) : got));
  set(dynamic, index(dynstr), 0);
  if (symtab)
    set(symtab, index(strtab), u32(symtab->locals));
  set(symtab_shndx, index(symtab), 0);
  (void)link;
}

u64 ElfTarget::header_size(const Link &link) {
  return sizeof(Ehdr) + link.segments.size() * sizeof(Phdr);
}

u64 ElfTarget::trailer_size(const Link &link) {
  return link.opt.z_sectionheader || link.is_relocatable() ? (link.outputs.size() + 1) * sizeof(Shdr) : 0;
}

void ElfTarget::write_headers(Link &link, u8 *buf) {
  auto &e = *reinterpret_cast<Ehdr *>(buf);
  std::memcpy(e.e_ident, "\177ELF", 4);
  e.e_ident[EI_CLASS] = ELFCLASS64;
  e.e_ident[EI_DATA] = ELFDATA2LSB;
  e.e_ident[EI_VERSION] = EV_CURRENT;
  // IFUNCs and unique symbols are GNU extensions; static images say so, as their loader must know.
  e.e_ident[EI_OSABI] = !link.is_dynamic && plt && !plt->irelative.empty() ? ELFOSABI_GNU : ELFOSABI_NONE;
  if (link.is_relocatable())
    for (InputFile *f : link.objects)
      if (f != link.internal && f->bytes.size() > EI_OSABI && f->bytes.data()[EI_OSABI] == ELFOSABI_GNU)
        e.e_ident[EI_OSABI] = ELFOSABI_GNU;
  e.e_type = link.is_relocatable() ? u16(ET_REL) : link.is_pic() ? u16(ET_DYN) : u16(ET_EXEC);
  e.e_machine = elf_arch.info.machine;
  e.e_version = EV_CURRENT;
  if (const Symbol *s = link.entry; s && s->is_defined() && !s->is_shared() && !link.is_relocatable())
    e.e_entry = canonical_plt(*s) ? layout.plt_of(link.aux[s->aux]) : s->value;
  else if (!link.opt.entry.empty() && link.opt.entry[0] >= '0' && link.opt.entry[0] <= '9')
    e.e_entry = std::strtoull(link.opt.entry.c_str(), nullptr, 0);
  else
    e.e_entry = 0;
  e.e_phoff = link.segments.empty() ? 0 : sizeof(Ehdr);
  e.e_flags = 0;
  e.e_ehsize = sizeof(Ehdr);
  e.e_phentsize = link.segments.empty() ? 0 : sizeof(Phdr);
  e.e_phnum = u16(link.segments.size());
  if (trailer_size(link)) {
    u64 count = link.outputs.size() + 1;
    u32 names = shstrtab && shstrtab->section.output ? shstrtab->section.output->index : 0;
    e.e_shoff = link.trailer_offset;
    e.e_shentsize = sizeof(Shdr);
    // Numbers that do not fit are in section header 0.
    e.e_shnum = count < SHN_LORESERVE ? u16(count) : u16(0);
    e.e_shstrndx = names < SHN_LORESERVE ? u16(names) : u16(SHN_XINDEX);
  }
  Phdr *p = reinterpret_cast<Phdr *>(buf + sizeof(Ehdr));
  for (const Segment &s : link.segments)
    *p++ = Phdr{s.native_type, s.native_flags, s.offset, s.addr, s.lma, s.file_size, s.mem_size, s.align};
}

void ElfTarget::write_trailer(Link &link, u8 *buf) {
  Shdr *sh = reinterpret_cast<Shdr *>(buf);
  if (u64 count = link.outputs.size() + 1; count >= SHN_LORESERVE)
    sh[0].sh_size = count;
  if (u32 names = shstrtab && shstrtab->section.output ? shstrtab->section.output->index : 0;
      names >= SHN_LORESERVE)
    sh[0].sh_link = names;
  // An object still belongs to groups and orders.
  u64 known =
      SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_TLS | SHF_INFO_LINK | SHF_X86_64_LARGE | SHF_GNU_RETAIN;
  if (link.is_relocatable())
    known |= SHF_GROUP | SHF_LINK_ORDER | SHF_EXCLUDE;
  for (const OutputSection *o : link.outputs) {
    u64 flags = o->native_flags & known;
    if (o->entsize && std::all_of(o->members.begin(), o->members.end(), [](const Section *s) {
          return s->native_flags & SHF_MERGE || !s->native_type;
        }))
      flags |= o->native_flags & (SHF_MERGE | SHF_STRINGS);
    if (!o->members.empty() && o->members[0]->kind == SectionKind::Synthetic &&
        o->native_flags & SHF_COMPRESSED)
      flags |= SHF_COMPRESSED; // by the linker: what comes in compressed is not copied so
    bool mergeable = flags & SHF_MERGE;
    bool table = o->native_type != SHT_PROGBITS && o->native_type != SHT_NOBITS && o->native_type != SHT_NOTE;
    bool own = o->name == ".got" || o->name == ".got.plt";
    u32 type = o->flags & kSecZeroFill && o->size ? u32(SHT_NOBITS) : o->native_type;
    sh[o->index] = Shdr{shstrtab ? shstrtab->find(o->name) : 0,
                        type,
                        flags,
                        o->addr,
                        o->offset,
                        o->size,
                        o->link,
                        o->info,
                        o->align,
                        mergeable || table || own ? o->entsize : 0};
  }
}

} // namespace gold::elf
