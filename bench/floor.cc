// What a static x86-64 ELF link costs at the least. Not a linker: it writes no headers and no image that
// runs.
//
//     gold-go-floor THREADS OUTPUT FILE...
//
// It does what no linker can leave out, with the plainest data structures that are fast: find the members of
// archives, intern names, pull what is needed, drop copies of COMDAT groups, merge strings, give everything
// an address, copy and relocate every byte, write a symbol table. No bounds are checked and nothing is
// collected, folded, synthesized or diagnosed. Each pass prints its time, so that a pass of a linker can be
// held against it; bench/compare.py shows the whole beside the linkers.
#include "formats/elf/elf.h"
#include "formats/elf/x86_64.h"
#include "model/intern.h"
#include "support/mapped_file.h"
#include "support/stats.h"
#include "support/threads.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace gold;
using namespace gold::elf;

namespace {

constexpr u64 kBase = 0x400000; // address of the image's first byte
constexpr u32 kBatch = 16;
constexpr u32 kWeak = 1u << 30; // in a claim: a weak definition, which any other beats

struct Name {
  const char *name_data = nullptr;
  u32 name_size = 0;
  std::atomic<u32> claim{0}; // 1 + the number of the defining file; kWeak
  u64 value = 0;
  u32 owner() const { return claim.load(std::memory_order_relaxed) & ~kWeak; }
  void offer(u32 mine) {
    u32 old = claim.load(std::memory_order_relaxed);
    while ((old == 0 || mine < old) && !claim.compare_exchange_weak(old, mine, std::memory_order_relaxed)) {
    }
  }
};

struct Piece { // of a section of strings: its offset there, and the string
  u32 offset;
  Name *string;
};

struct File {
  const u8 *data = nullptr;
  u64 size = 0;
  bool root = false, live = false;
  std::span<const Shdr> sections;
  std::span<const Sym> symbols;
  const char *strings = nullptr;
  const ul32 *xindex = nullptr;
  u32 first_global = 0;
  std::vector<Name *> names; // of the globals
  std::vector<u64> address;  // of each section; 0: not in the image
  std::vector<u32> rela;     // section → its relocations' section
  std::vector<std::pair<u32, Name *>> groups;
  std::vector<std::vector<Piece>> pieces; // by section; empty when not merged
  u64 begin = 0, bytes = 0;               // in the image
  u64 locals = 0, globals = 0, name_bytes = 0, first_symbol = 0, first_name = 0;

  u32 section_of(const Sym &s) const {
    u32 x = s.st_shndx;
    return x == SHN_XINDEX ? u32(xindex[&s - symbols.data()]) : x < SHN_LORESERVE ? x : 0;
  }
  const char *name_of(const Sym &s) const { return strings + s.st_name; }
  template <class T> const T *at(const Shdr &s) const {
    return reinterpret_cast<const T *>(data + s.sh_offset);
  }
};

std::vector<File> files;
std::vector<File *> live;
InternTable<Name> names, signatures, strings;
u64 image_size = 0, string_bytes = 0;

u32 number(const File &f) {
  return static_cast<u32>(&f - files.data()) + 1;
}

void open_inputs(int count, char **paths) {
  for (int i = 0; i < count; ++i) {
    std::string why;
    const MappedFile *m = map_file(paths[i], &why);
    if (!m) {
      std::fprintf(stderr, "%s: %s\n", paths[i], why.c_str());
      std::exit(1);
    }
    const u8 *p = m->bytes.data();
    u64 n = m->bytes.size();
    if (!m->bytes.str().starts_with("!<arch>\n")) {
      files.push_back({.data = p, .size = n, .root = true});
      continue;
    }
    for (u64 at = 8; at + 60 <= n;) {
      u64 size = std::strtoull(reinterpret_cast<const char *>(p + at + 48), nullptr, 10);
      if (p[at] != '/' || (p[at + 1] >= '0' && p[at + 1] <= '9')) // no index and no table of names
        files.push_back({.data = p + at + 60, .size = size});
      at = align_up(at + 60 + size, 2);
    }
  }
}

void find_tables(File &f) {
  auto *h = reinterpret_cast<const Ehdr *>(f.data);
  if (f.size < sizeof(Ehdr) || std::memcmp(f.data, "\177ELF", 4) != 0 || h->e_type != ET_REL)
    return;
  auto *first = reinterpret_cast<const Shdr *>(f.data + h->e_shoff);
  f.sections = {first, h->e_shnum ? u64(h->e_shnum) : u64(first->sh_size)};
  for (const Shdr &s : f.sections)
    if (s.sh_type == SHT_SYMTAB) {
      f.symbols = {f.at<Sym>(s), s.sh_size / sizeof(Sym)};
      f.first_global = s.sh_info;
      f.strings = f.at<char>(f.sections[s.sh_link]);
    } else if (s.sh_type == SHT_SYMTAB_SHNDX) {
      f.xindex = f.at<ul32>(s);
    }
}

void intern_names(File &f) {
  u64 n = f.symbols.size() - f.first_global;
  f.names.resize(n);
  for (u64 begin = 0; begin < n; begin += kBatch) { // the cache misses of a batch overlap
    std::string_view name[kBatch];
    u64 hash[kBatch], count = std::min<u64>(kBatch, n - begin);
    const Sym *s = &f.symbols[f.first_global + begin];
    for (u64 k = 0; k < count; ++k) {
      name[k] = f.name_of(s[k]);
      hash[k] = hash_string(name[k]);
      names.prefetch(hash[k]);
    }
    for (u64 k = 0; k < count; ++k)
      names.prefetch_object(hash[k]);
    for (u64 k = 0; k < count; ++k) {
      Name *x = f.names[begin + k] = names.intern(name[k], hash[k]);
      if (s[k].st_shndx != SHN_UNDEF)
        x->offer(number(f) | (s[k].bind() == STB_WEAK ? kWeak : 0));
    }
  }
}

void parse() {
  parallel_for_each(files, find_tables, 16);
  u64 globals = 0;
  for (File &f : files)
    globals += f.symbols.size() - f.first_global;
  names.reserve(globals / 2);
  parallel_for_each(files, intern_names, 4);
}

void pull() {
  for (File &f : files)
    if (f.root) {
      f.live = true;
      live.push_back(&f);
    }
  for (std::size_t w = 0; w < live.size(); ++w)
    for (std::size_t k = 0; k < live[w]->names.size(); ++k) {
      const Sym &s = live[w]->symbols[live[w]->first_global + k];
      if (s.st_shndx != SHN_UNDEF || s.bind() == STB_WEAK)
        continue;
      u32 owner = live[w]->names[k]->owner();
      if (owner && !files[owner - 1].live) {
        files[owner - 1].live = true;
        live.push_back(&files[owner - 1]);
      }
    }
  std::sort(live.begin(), live.end());
}

void choose_groups() {
  u64 count = 0;
  for (File *f : live)
    for (const Shdr &s : f->sections)
      count += s.sh_type == SHT_GROUP;
  signatures.reserve(count);
  parallel_for_each(live, [](File *f) {
    f->address.assign(f->sections.size(), 1);
    for (u32 i = 1; i < f->sections.size(); ++i)
      if (const Shdr &s = f->sections[i]; s.sh_type == SHT_GROUP && (f->at<ul32>(s)[0] & GRP_COMDAT)) {
        Name *n = signatures.intern(f->name_of(f->symbols[s.sh_info]));
        n->offer(number(*f));
        f->groups.emplace_back(i, n);
      }
  });
  parallel_for_each(live, [](File *f) {
    for (auto &[i, n] : f->groups)
      if (n->owner() != number(*f))
        for (u32 k = 1; k < f->sections[i].sh_size / 4; ++k)
          f->address[f->at<ul32>(f->sections[i])[k]] = 0;
  });
}

bool is_merged(const File &f, u32 i) {
  constexpr u64 wanted = SHF_ALLOC | SHF_MERGE | SHF_STRINGS;
  const Shdr &s = f.sections[i];
  return f.address[i] && (s.sh_flags & wanted) == wanted && s.sh_entsize == 1 && s.sh_size;
}

void merge_strings() {
  u64 bytes = 0;
  for (File *f : live)
    for (u32 i = 1; i < f->sections.size(); ++i)
      bytes += is_merged(*f, i) ? u64(f->sections[i].sh_size) : 0;
  strings.reserve(bytes / 8 + 1024);
  parallel_for_each(live, [](File *f) {
    f->pieces.resize(f->sections.size());
    for (u32 i = 1; i < f->sections.size(); ++i) {
      if (!is_merged(*f, i))
        continue;
      const char *p = f->at<char>(f->sections[i]), *end = p + f->sections[i].sh_size;
      for (const char *s = p; s < end;) {
        std::string_view text(s, strnlen(s, static_cast<std::size_t>(end - s)));
        Name *n = strings.intern(text);
        n->offer(number(*f));
        f->pieces[i].push_back({static_cast<u32>(s - p), n});
        s += text.size() + 1;
      }
    }
  });
  // The first file that has a string places it; a number of files later all know where it is.
  for (File *f : live)
    for (auto &section : f->pieces)
      for (Piece &p : section)
        if (p.string->owner() == number(*f) && !p.string->value) {
          p.string->value = kBase + string_bytes;
          string_bytes += p.string->name_size + 1;
        }
}

bool is_copied(const File &f, u32 i) {
  const Shdr &s = f.sections[i];
  return f.address[i] && (s.sh_flags & SHF_ALLOC) && s.sh_type != SHT_NOBITS && f.pieces[i].empty();
}

bool wants_symbol(const File &f, const Sym &s) {
  return s.type() != STT_SECTION && s.st_name && f.name_of(s)[0] != '.' && f.address[f.section_of(s)] > 1;
}

void place() {
  parallel_for_each(live, [](File *f) {
    for (u32 i = 1; i < f->sections.size(); ++i)
      if (is_copied(*f, i))
        f->bytes = align_up(f->bytes, f->sections[i].sh_addralign) + f->sections[i].sh_size;
  });
  image_size = align_up(string_bytes, 64);
  for (File *f : live) {
    f->begin = image_size;
    image_size = align_up(image_size + f->bytes, 64);
  }
  parallel_for_each(live, [](File *f) {
    f->rela.resize(f->sections.size());
    u64 at = kBase + f->begin;
    for (u32 i = 1; i < f->sections.size(); ++i) {
      const Shdr &s = f->sections[i];
      if (s.sh_type == SHT_RELA)
        f->rela[s.sh_info] = i;
      if (!is_copied(*f, i)) {
        f->address[i] = 0;
        continue;
      }
      at = align_up(at, s.sh_addralign);
      f->address[i] = at;
      at += s.sh_size;
    }
    for (std::size_t k = 0; k < f->names.size(); ++k) {
      const Sym &s = f->symbols[f->first_global + k];
      if (s.st_shndx == SHN_UNDEF || f->names[k]->owner() != number(*f))
        continue;
      f->names[k]->value = f->address[f->section_of(s)] + s.st_value;
      ++f->globals;
      f->name_bytes += f->names[k]->name_size + 1;
    }
    for (u32 k = 1; k < f->first_global; ++k)
      if (const Sym &s = f->symbols[k]; wants_symbol(*f, s)) {
        ++f->locals;
        f->name_bytes += std::strlen(f->name_of(s)) + 1;
      }
  });
}

// Address of what a relocation against a local symbol means.
u64 local_target(const File &f, const Rela &r) {
  const Sym &s = f.symbols[r.r_sym];
  u32 x = f.section_of(s);
  if (f.pieces[x].empty())
    return f.address[x] + s.st_value + u64(r.r_addend);
  // The addend of a relative reference counts from the end of its 4 bytes.
  u64 bias = r.r_type == R_X86_64_64 ? 0 : 4, offset = s.st_value + u64(r.r_addend) + bias;
  auto it = std::upper_bound(f.pieces[x].begin(), f.pieces[x].end(), offset,
                             [](u64 o, const Piece &p) { return o < p.offset; });
  const Piece &p = it == f.pieces[x].begin() ? *it : it[-1];
  return p.string->value + (offset - p.offset) - bias;
}

void relocate(const File &f, u32 section, u8 *bytes) {
  const Shdr &rs = f.sections[f.rela[section]];
  for (const Rela &r : std::span(f.at<Rela>(rs), rs.sh_size / sizeof(Rela))) {
    u32 i = r.r_sym;
    u64 target =
        i >= f.first_global ? f.names[i - f.first_global]->value + u64(r.r_addend) : local_target(f, r);
    if (r.r_type == R_X86_64_64)
      store<u64>(bytes + r.r_offset, target);
    else
      store<u32>(bytes + r.r_offset, static_cast<u32>(target - (f.address[section] + r.r_offset)));
  }
}

void write_all(int fd, const void *p, u64 n, u64 at) {
  if (n && pwrite(fd, p, n, static_cast<off_t>(at)) != static_cast<ssize_t>(n)) {
    std::perror("pwrite");
    std::exit(1);
  }
}

void write_sections(int fd) {
  parallel_for_each(live, [fd](File *f) {
    static thread_local std::vector<u8> buf; // reused: fresh pages cost more than the copy
    if (buf.size() < f->bytes)
      buf.resize(f->bytes + (1 << 18));
    for (u32 i = 1; i < f->sections.size(); ++i) {
      if (!f->address[i])
        continue;
      u8 *p = buf.data() + (f->address[i] - kBase - f->begin);
      std::memcpy(p, f->at<u8>(f->sections[i]), f->sections[i].sh_size);
      if (f->rela[i])
        relocate(*f, i, p);
    }
    write_all(fd, buf.data(), f->bytes, f->begin);
  });
  std::vector<char> text(string_bytes);
  parallel_for_each(live, [&](File *f) {
    for (auto &section : f->pieces)
      for (const Piece &p : section)
        if (p.string->owner() == number(*f))
          std::memcpy(&text[p.string->value - kBase], p.string->name_data, p.string->name_size);
  });
  write_all(fd, text.data(), text.size(), 0);
}

void write_symbols(int fd) {
  u64 count = 1, bytes = 1;
  for (File *f : live) {
    f->first_symbol = count;
    f->first_name = bytes;
    count += f->locals + f->globals;
    bytes += f->name_bytes;
  }
  u64 table = image_size, text = image_size + count * sizeof(Sym);
  parallel_for_each(live, [&](File *f) {
    static thread_local std::vector<Sym> out;
    static thread_local std::vector<char> chars;
    out.clear();
    chars.clear();
    auto add = [&](Sym s, u64 value, std::string_view name) {
      s.st_name = static_cast<u32>(f->first_name + chars.size());
      s.st_value = value;
      out.push_back(s);
      chars.insert(chars.end(), name.begin(), name.end());
      chars.push_back(0);
    };
    for (u32 k = 1; k < f->first_global; ++k)
      if (const Sym &s = f->symbols[k]; wants_symbol(*f, s))
        add(s, f->address[f->section_of(s)] + s.st_value, f->name_of(s));
    for (std::size_t k = 0; k < f->names.size(); ++k)
      if (const Sym &s = f->symbols[f->first_global + k];
          s.st_shndx != SHN_UNDEF && f->names[k]->owner() == number(*f))
        add(s, f->names[k]->value, {f->names[k]->name_data, f->names[k]->name_size});
    write_all(fd, out.data(), out.size() * sizeof(Sym), table + f->first_symbol * sizeof(Sym));
    write_all(fd, chars.data(), chars.size(), text + f->first_name);
  });
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s THREADS OUTPUT FILE...\n", argv[0]);
    return 2;
  }
  set_thread_count(std::atoi(argv[1]));
  Stats stats;
  stats.enabled = true;
  auto pass = [&](const char *name, auto &&f) {
    Pass p(stats, name);
    f();
  };
  int fd = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
  if (fd < 0) {
    std::perror(argv[2]);
    return 1;
  }
  {
    Pass whole(stats, "all");
    pass("map files, find members", [&] { open_inputs(argc - 3, argv + 3); });
    pass("find tables, intern names", parse);
    pass("pull members", pull);
    pass("choose copies of groups", choose_groups);
    pass("merge strings", merge_strings);
    pass("place", place);
    pass("copy, relocate, write", [&] { write_sections(fd); });
    pass("symbol table", [&] { write_symbols(fd); });
  }
  stats.count("members", files.size());
  stats.count("members in the image", live.size());
  stats.count("names", names.count());
  stats.count("image bytes", image_size);
  stats.print();
  std::fflush(nullptr);
  _exit(0);
}
