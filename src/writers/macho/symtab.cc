// The symbol table (<mach-o/nlist.h>): local symbols file by file, then what the image defines for others,
// then what it imports, both by name; and the string table.
//
// Which symbols there are follows from liveness alone, so both tables are planned before addresses are
// given, and each file's part is written by itself.
#include "writers/macho/target.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

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

// -- the debug map (<mach-o/stab.h>): which object holds the debug information of which function and
// variable. Tools find source lines by it, and dsymutil collects them.

// The symbols of a file that the map names: calls f(symbol, is_code, is_global).
template <class F> void for_each_mapped(const MachObject &o, F &&f) {
  for (std::size_t k = 0; k < o.symbols.size(); ++k) {
    const Symbol *s = o.symbols[k];
    if (!s || s->file != &o || s->native != k || !s->section || s->is_undefined() || s->name_size == 0 ||
        is_linker_private(s->name()))
      continue;
    const Section &sec = *s->section;
    if (!sec.is_live() || sec.leader || sec.kind != SectionKind::Regular)
      continue;
    f(*s, (sec.flags & kSecExec) != 0, !s->is_local());
  }
}

std::string object_path(const Link &link, const InputFile &f) {
  std::string_view path = f.archive.empty() ? f.path : f.archive;
  std::string full;
  if (!path.starts_with('/')) {
    char *cwd = getcwd(nullptr, 0);
    full = std::string(cwd ? cwd : "") + '/';
    std::free(cwd);
  }
  full += path;
  if (const std::string &prefix = link.opt.oso_prefix; !prefix.empty() && full.starts_with(prefix))
    full.erase(0, prefix.size());
  if (!f.archive.empty())
    full += '(' + std::string(f.member) + ')';
  return full;
}

// Folder and name as they stand in the map: "dir/", "name".
std::string source_dir(const MachObject &o) {
  std::string dir(o.source_dir);
  if (!dir.empty() && !dir.ends_with('/'))
    dir += '/';
  return dir;
}

constexpr u32 kFileStabs = 4; // N_SO twice, N_OSO, and N_SO at the end

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
    bool map = opt.strip == StripMode::None;
    parallel_for_each(
        files,
        [&](Part &p) {
          if (map && !p.file->source_name.empty()) {
            p.object_path = object_path(link, *p.file);
            p.stabs = kFileStabs;
            p.strings += static_cast<u32>(source_dir(*p.file).size() + p.file->source_name.size() +
                                          p.object_path.size() + 3);
            for_each_mapped(*p.file, [&](const Symbol &s, bool code, bool) {
              p.stabs += code ? 2 : 1;
              p.strings += s.name_size + 1;
            });
            p.count += p.stabs;
          }
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

Nlist *SymtabSection::write_stabs(Link &link, const Part &p, Nlist *out, u32 &string) {
  auto put = [&](u8 type, u8 sect, u16 desc, u64 value, u64 length) {
    Nlist &n = *out++;
    n.n_strx = length ? string : 1; // 1: the empty string
    n.n_type = type;
    n.n_sect = sect;
    n.n_desc = desc;
    n.n_value = value;
    string += length ? static_cast<u32>(length + 1) : 0;
  };
  std::string dir = source_dir(*p.file);
  put(N_SO, 0, 0, 0, dir.size());
  if (dir.empty())
    ++string;
  put(N_SO, 0, 0, 0, p.file->source_name.size());
  // No time stamp: it would tell two links of the same bytes apart.
  put(N_OSO, static_cast<u8>(target_.mach_arch.info.cpusubtype), 1, 0, p.object_path.size());
  for_each_mapped(*p.file, [&](const Symbol &s, bool code, bool global) {
    u64 address = target_.address_of(s);
    u8 sect = section_number(link, s, address);
    if (code) {
      put(N_FUN, sect, 0, address, s.name_size);
      put(N_FUN, 0, 0, s.section->address() + s.section->size - address, 0);
    } else if (global) {
      put(N_GSYM, 0, 0, 0, s.name_size);
    } else {
      put(N_STSYM, sect, 0, address, s.name_size);
    }
  });
  put(N_SO, 1, 0, 0, 0);
  return out;
}

void SymtabSection::write_part(Link &link, u32 i, u8 *buf) {
  auto *out = reinterpret_cast<Nlist *>(buf);
  if (i < files.size()) {
    const Part &p = files[i];
    u32 string = p.first_string;
    if (p.stabs)
      out = write_stabs(link, p, out, string);
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
      int ordinal = target_.flat    ? 0
                    : s.is_shared() ? static_cast<const MachDylib &>(*s.file).ordinal
                                    : int(DYNAMIC_LOOKUP_ORDINAL);
      n.n_desc = static_cast<u16>((ordinal & 0xff) << 8 | (target_.is_weak_import(s) ? u32(N_WEAK_REF) : 0u));
      continue;
    }
    if (s.is_shared()) { // re-exported
      n.n_type = N_INDR | N_EXT;
      n.n_value = global_strings[k];
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
    const SymtabSection::Part &p = symtab->files[i - 1];
    if (p.stabs) {
      put(source_dir(*p.file));
      put(p.file->source_name);
      put(p.object_path);
      for_each_mapped(*p.file, [&](const Symbol &s, bool, bool) { put(s.name()); });
    }
    for_each_local(*p.file, [&](const Symbol &s) { put(s.name()); });
  } else {
    for (const Symbol *s : symtab->globals)
      put(s->name());
  }
}

} // namespace gold::macho
