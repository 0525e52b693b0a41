// Makes small ELF objects out of parts, for the unit tests of the readers.
#pragma once

#include "formats/elf/object.h"
#include "model/link.h"
#include "readers/elf/object_reader.h"

#include <memory>
#include <string>
#include <vector>

namespace gold::elf {

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

// Sections are numbered in the order in which they are added, from 1; symbols likewise. Local
// symbols must be added first. The tables of symbols and strings are the last sections.
struct ObjectBuilder {
  struct Part {
    std::string name;
    Shdr header{};
    std::string bytes;
  };
  std::vector<Part> parts;
  std::vector<Sym> symbols{Sym{}};
  std::string strtab = std::string(1, '\0');
  u32 locals = 1;
  u16 machine = EM_X86_64;

  u32 section(std::string name, u32 type, u64 flags, std::string bytes = "", u64 align = 1, u64 entsize = 0) {
    Part p;
    p.name = std::move(name);
    p.header.sh_type = type;
    p.header.sh_flags = flags;
    p.header.sh_addralign = align;
    p.header.sh_entsize = entsize;
    p.header.sh_size = bytes.size();
    p.bytes = std::move(bytes);
    parts.push_back(std::move(p));
    return static_cast<u32>(parts.size());
  }
  u32 symbol(std::string name, u8 bind, u8 type, u16 shndx, u64 value = 0, u64 size = 0, u8 other = 0) {
    Sym s{};
    s.st_name = name.empty() ? 0 : static_cast<u32>(strtab.size());
    if (!name.empty())
      strtab += name + '\0';
    s.st_info = static_cast<u8>(bind << 4 | type);
    s.st_other = other;
    s.st_shndx = shndx;
    s.st_value = value;
    s.st_size = size;
    symbols.push_back(s);
    if (bind == STB_LOCAL)
      locals = static_cast<u32>(symbols.size());
    return static_cast<u32>(symbols.size() - 1);
  }
  u32 symtab_index() const { return static_cast<u32>(parts.size() + 1); } // once all sections are added
  void relocs(u32 target, std::vector<Rela> list) {
    std::string bytes;
    for (auto &r : list)
      append(bytes, r);
    u32 i = section(".rela", SHT_RELA, SHF_INFO_LINK, bytes, 8, sizeof(Rela));
    parts[i - 1].header.sh_info = target;
  }
  // A COMDAT group; its signature is symbol `sym`.
  u32 group(u32 sym, std::vector<u32> members) {
    std::string bytes;
    append(bytes, ul32(GRP_COMDAT));
    for (u32 m : members)
      append(bytes, ul32(m));
    u32 i = section(".group", SHT_GROUP, 0, bytes, 4, 4);
    parts[i - 1].header.sh_info = sym;
    return i;
  }

  std::string build() {
    u32 symtab = symtab_index();
    for (auto &p : parts)
      if (p.header.sh_type == SHT_RELA || p.header.sh_type == SHT_GROUP ||
          p.header.sh_type == SHT_LLVM_ADDRSIG)
        p.header.sh_link = symtab;
    std::string syms;
    for (auto &s : symbols)
      append(syms, s);
    u32 st = section(".symtab", SHT_SYMTAB, 0, syms, 8, sizeof(Sym));
    parts[st - 1].header.sh_link = st + 1;
    parts[st - 1].header.sh_info = locals;
    section(".strtab", SHT_STRTAB, 0, strtab);
    section(".shstrtab", SHT_STRTAB, 0);
    std::string names(1, '\0');
    for (auto &p : parts) {
      p.header.sh_name = static_cast<u32>(names.size());
      names += p.name + '\0';
    }
    parts.back().bytes = names;
    parts.back().header.sh_size = names.size();

    std::string out(sizeof(Ehdr), '\0');
    for (auto &p : parts) {
      out.resize(align_up(out.size(), 8));
      p.header.sh_offset = out.size();
      out += p.bytes;
    }
    out.resize(align_up(out.size(), 8));
    Ehdr eh{};
    std::memcpy(eh.e_ident, "\177ELF\2\1\1", 7);
    eh.e_type = ET_REL;
    eh.e_machine = machine;
    eh.e_version = 1;
    eh.e_shoff = out.size();
    eh.e_ehsize = sizeof(Ehdr);
    eh.e_shentsize = sizeof(Shdr);
    eh.e_shnum = static_cast<u16>(parts.size() + 1);
    eh.e_shstrndx = static_cast<u16>(parts.size());
    std::memcpy(out.data(), &eh, sizeof eh);
    append(out, Shdr{});
    for (auto &p : parts)
      append(out, p.header);
    return out;
  }
};

// Objects read together, as resolution does it.
struct ReadObjects {
  Options opt;
  Link link{opt};
  std::vector<std::string> images;
  std::vector<std::unique_ptr<InputFile>> owned;
  std::vector<ElfObject *> files;

  explicit ReadObjects(std::vector<std::string> list, Options o = {})
      : opt(std::move(o)), images(std::move(list)) {
    link.files.push_back(owned.emplace_back(new InputFile).get());
    link.files[0]->kind = FileKind::Internal;
    u64 n = 0;
    for (auto &image : images) {
      auto *f = static_cast<ElfObject *>(owned.emplace_back(make_object()).get());
      f->bytes = ByteView(image);
      f->path = "a.o";
      f->priority = static_cast<u32>(link.files.size());
      link.files.push_back(f);
      files.push_back(f);
      n += f->reader->count_symbols(*f);
    }
    link.symbols.reserve(n);
    link.groups.reserve(n);
    for (auto *f : files)
      f->reader->parse_symbols(link, *f);
    for (auto *f : files)
      for (auto &g : f->groups)
        g.group->offer(g.rank, f->priority);
    for (auto *f : files)
      f->reader->parse_sections(link, *f);
  }
  Symbol *operator[](std::string_view name) { return link.symbols.find(name); }
};

} // namespace gold::elf
