// The symbol table (<mach-o/nlist.h>): local symbols file by file, then what the image defines for others,
// then what it imports, both by name; and the string table.
//
// Which symbols there are follows from liveness alone, so both tables are planned before addresses are
// given, and each file's part is written by itself.
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

namespace {

bool is_linker_private(std::string_view n) {
  return !n.empty() && (n[0] == 'L' || n[0] == 'l');
}

// A symbol of a file that is in the table among the local ones.
bool is_emitted_local(const MachObject &o, std::size_t k, const Symbol &s) {
  if (s.file != &o || s.native != k || !s.is_local() || s.is_undefined())
    return false;
  if (is_linker_private(s.name()) || s.name_size == 0)
    return false;
  if (!s.section)
    return s.is_absolute();
  return s.section->is_live() && !s.section->leader;
}

template <class F> void for_each_local(const MachObject &o, F &&f) {
  for (std::size_t k = 0; k < o.symbols.size(); ++k)
    if (const Symbol *s = o.symbols[k]; s && is_emitted_local(o, k, *s))
      f(*s);
}

u8 section_number(const Link &link, const Symbol &s, u64 address) {
  const Section *sec = s.section;
  if (sec && sec->leader)
    sec = sec->leader;
  if (sec && sec->output)
    return static_cast<u8>(sec->output->index);
  // A merged literal, or the linker's own symbol: the section that holds the address.
  for (const OutputSection *o : link.outputs)
    if (o->index && address >= o->addr && address < o->end())
      return static_cast<u8>(o->index);
  return 1;
}

} // namespace

void SymtabSection::plan(Link &link) {
  const Options &opt = link.opt;
  bool locals = opt.strip != StripMode::All && opt.discard != DiscardMode::All;
  if (locals) {
    for (InputFile *f : link.objects)
      if (f != link.internal)
        files.push_back({static_cast<MachObject *>(f)});
    parallel_for_each(
        files,
        [&](Part &p) {
          for_each_local(*p.file, [&](const Symbol &s) {
            ++p.count;
            p.strings += s.name_size + 1;
          });
        },
        8);
    std::erase_if(files, [](const Part &p) { return p.count == 0; });
  }
  u64 strings = 2; // " " and the empty string
  for (Part &p : files) {
    p.first = local_count;
    p.first_string = static_cast<u32>(strings);
    local_count += p.count;
    strings += p.strings;
  }
  globals_string_begin = static_cast<u32>(strings);
  for (Symbol *s : target_.exports->symbols)
    if (opt.strip != StripMode::All || link.is_shared() || s->flags & kSymLinkerDefined)
      globals.push_back(s);
  defined_count = static_cast<u32>(globals.size());
  std::vector<Symbol *> undefined;
  for (Symbol *s : target_.imports)
    if (!target_.is_global(*s))
      undefined.push_back(s);
  std::sort(undefined.begin(), undefined.end(), [](Symbol *a, Symbol *b) { return a->name() < b->name(); });
  globals.insert(globals.end(), undefined.begin(), undefined.end());
  undefined_count = static_cast<u32>(undefined.size());
  global_strings.reserve(globals.size());
  for (std::size_t i = 0; i < globals.size(); ++i) {
    global_strings.push_back(static_cast<u32>(strings));
    strings += globals[i]->name_size + 1;
    if (globals[i]->aux)
      link.aux[globals[i]->aux].symtab = local_count + static_cast<u32>(i) + 1;
  }
  strings_size = strings;
  if (strings > ~u32(0))
    link.diag.error("the string table would exceed 4 GB");
  section.size = u64(local_count + globals.size()) * sizeof(Nlist);
  strtab->section.size = align_up(strings, 8);
}

u64 SymtabSection::part_offset(u32 i) const {
  return (i < files.size()    ? files[i].first
          : i == files.size() ? local_count
                              : local_count + globals.size()) *
         sizeof(Nlist);
}

void SymtabSection::write_part(Link &link, u32 i, u8 *buf) {
  auto *out = reinterpret_cast<Nlist *>(buf);
  if (i < files.size()) {
    const Part &p = files[i];
    u32 string = p.first_string;
    for_each_local(*p.file, [&](const Symbol &s) {
      const Nlist &in = p.file->nlists[s.native];
      Nlist &n = *out++;
      n.n_strx = string;
      string += s.name_size + 1;
      n.n_value = target_.address_of(s);
      bool pext = in.is_external(); // private to the image by its own wish or the command line's
      n.n_type = static_cast<u8>((s.is_absolute() ? N_ABS : N_SECT) | (pext ? N_PEXT : 0));
      n.n_sect = s.is_absolute() ? 0 : section_number(link, s, n.n_value);
      n.n_desc = in.n_desc & (N_ALT_ENTRY | N_COLD_FUNC | N_NO_DEAD_STRIP);
    });
    return;
  }
  for (std::size_t k = 0; k < globals.size(); ++k) {
    const Symbol &s = *globals[k];
    Nlist &n = *out++;
    n.n_strx = global_strings[k];
    if (k >= defined_count) {
      n.n_type = N_UNDF | N_EXT;
      int ordinal =
          s.is_shared() ? static_cast<const MachDylib &>(*s.file).ordinal : int(DYNAMIC_LOOKUP_ORDINAL);
      n.n_desc = static_cast<u16>((ordinal & 0xff) << 8 | (target_.is_weak_import(s) ? u32(N_WEAK_REF) : 0u));
      continue;
    }
    n.n_value = target_.address_of(s);
    n.n_type = static_cast<u8>((s.is_absolute() ? N_ABS : N_SECT) | N_EXT);
    n.n_sect = s.is_absolute() ? 0 : section_number(link, s, n.n_value);
    u16 desc = s.klass() == SymClass::Weak ? N_WEAK_DEF : 0;
    if (s.flags & kSymLinkerDefined)
      desc |= REFERENCED_DYNAMICALLY;
    else if (s.file && s.file->kind == FileKind::Object &&
             s.native < static_cast<MachObject *>(s.file)->nlists.size() && s.section &&
             s.section->name() != "COMMON")
      desc |= static_cast<MachObject *>(s.file)->nlists[s.native].n_desc & (N_ALT_ENTRY | N_COLD_FUNC);
    n.n_desc = desc;
  }
}

u32 StrtabSection::parts() const {
  return static_cast<u32>(symtab->files.size()) + 2;
}

u64 StrtabSection::part_offset(u32 i) const {
  if (i == 0)
    return 0;
  if (i <= symtab->files.size())
    return symtab->files[i - 1].first_string;
  return i == symtab->files.size() + 1 ? symtab->globals_string_begin : section.size;
}

void StrtabSection::write_part(Link &, u32 i, u8 *buf) {
  auto put = [&](std::string_view s) {
    std::memcpy(buf, s.data(), s.size());
    buf += s.size() + 1;
  };
  if (i == 0) {
    put(" ");
  } else if (i <= symtab->files.size()) {
    for_each_local(*symtab->files[i - 1].file, [&](const Symbol &s) { put(s.name()); });
  } else {
    for (const Symbol *s : symtab->globals)
      put(s->name());
  }
}

} // namespace gold::macho
