// Dylibs as inputs: install name, versions, exports (<mach-o/loader.h>; the trie as
// LC_DYLD_EXPORTS_TRIE and LC_DYLD_INFO hold it), and what all libraries do in resolution.
//
// A library's exports are those of the libraries that it re-exports, too: dyld looks there when it
// looks up a name in this one. So they are claimed for the library that was named on the command line.
#include "readers/macho/object_parts.h"
#include "readers/macho/shared_reader.h"
#include "readers/macho/universal.h"
#include "support/mapped_file.h"

#include <algorithm>

namespace gold::macho {
namespace {

// A trie of prefixes: each node has an export or none, and edges with the text that leads to a child.
class Trie {
public:
  Trie(ByteView b, std::vector<Export> &out) : b_(b), out_(out) {}
  void read() {
    if (b_.empty())
      return;
    struct Visit {
      u64 at;
      std::size_t prefix; // length of the name up to here
      std::string_view edge;
    };
    std::vector<Visit> stack{{0, 0, {}}};
    u64 budget = b_.size(); // a node takes two bytes at least: more visits are a cycle
    while (!stack.empty()) {
      Visit v = stack.back();
      stack.pop_back();
      if (budget-- == 0)
        throw InputError("export trie has a cycle");
      name_.resize(v.prefix);
      name_ += v.edge;
      if (name_.size() > b_.size())
        throw InputError("export trie has a cycle");
      u64 at = v.at;
      u64 terminal = uleb(at), children = at + terminal;
      if (terminal) {
        u64 flags = uleb(at);
        Export e{.name = Arena::copy(name_)};
        e.weak = flags & EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION;
        e.tlv = (flags & EXPORT_SYMBOL_FLAGS_KIND_MASK) == EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL;
        e.absolute = (flags & EXPORT_SYMBOL_FLAGS_KIND_MASK) == EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE;
        out_.push_back(e);
      }
      at = children;
      u64 n = b_.sub(at, 1, "export trie").data()[0];
      ++at;
      std::size_t prefix = name_.size();
      for (u64 i = 0; i < n; ++i) {
        std::string_view edge = b_.cstr(at, "export trie");
        at += edge.size() + 1;
        u64 child = uleb(at);
        if (child >= b_.size())
          throw InputError("export trie leads outside", at);
        stack.push_back({child, prefix, edge});
      }
    }
    std::sort(out_.begin(), out_.end(), [](auto &a, auto &b) { return a.name < b.name; });
  }

private:
  u64 uleb(u64 &at) const {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      if (at >= b_.size())
        throw InputError("export trie is cut short", at);
      u64 c = b_.data()[at++];
      if (shift < 64)
        v |= (c & 0x7f) << shift;
      if (!(c & 0x80))
        return v;
    }
  }
  ByteView b_;
  std::vector<Export> &out_;
  std::string name_;
};

void read_symtab(ByteView b, std::vector<Export> &out) {
  SymbolTable t = read_symbol_table(b);
  for (const Nlist &n : t.nlists)
    if (!n.is_stab() && n.is_external() && !n.is_private_external() && n.type() != N_UNDF)
      out.push_back({.name = symbol_name(t.strtab, n),
                     .weak = (n.n_desc & N_WEAK_DEF) != 0,
                     .absolute = n.type() == N_ABS});
}

std::string_view command_string(ByteView c, u32 offset) {
  return c.cstr(offset, "name in a load command");
}

std::string_view arch_name(Arch a) {
  return a == Arch::AArch64 ? "arm64" : "x86_64";
}

std::string_view platform_name(const Options &opt) {
  return opt.platform.empty() ? std::string_view("macos") : std::string_view(opt.platform);
}

Library read_library(ByteView b, const Link &link) {
  Arch arch = link.target ? link.target->arch() : link.opt.arch;
  if (is_universal(b))
    b = slice_for(b, arch);
  if (b.size() >= 4 && load<u32>(b.data()) == MH_MAGIC_64) {
    if (arch_of(b) != arch)
      throw InputError("the library is not for " + std::string(arch_name(arch)));
    return read_dylib(b);
  }
  return read_tbd(b, arch_name(arch), platform_name(link.opt));
}

// Where the library of this install name is: below the SDK, beside the one that re-exports it where the name
// is relative ("@rpath/libx.dylib"), else in the -L directories by its last name.
const MappedFile *find_by_install_name(const Link &link, std::string_view name, std::string_view from) {
  std::string error;
  auto try_path = [&](std::string p) -> const MappedFile * {
    std::string stub = p.substr(0, p.ends_with(".dylib") ? p.size() - 6 : p.size()) + ".tbd";
    for (const std::string &candidate : {stub, p})
      if (file_exists(candidate))
        if (const MappedFile *m = map_file(candidate, &error))
          return m;
    return nullptr;
  };
  if (name.starts_with('/'))
    if (auto *m = try_path(link.opt.sysroot + std::string(name)))
      return m;
  std::string base(name.substr(name.rfind('/') + 1));
  if (name.starts_with('@'))
    if (auto *m = try_path(std::string(from.substr(0, from.rfind('/') + 1)) + base))
      return m;
  for (const std::string &d : link.opt.library_paths)
    if (auto *m = try_path(d + "/" + base))
      return m;
  return nullptr;
}

void add_reexports(const Link &link, Library &lib, std::string_view path) {
  struct Wanted {
    std::string name, from;
  };
  std::vector<Wanted> todo;
  auto want = [&](std::vector<std::string> &names, std::string_view from) {
    for (std::string &n : names)
      if (std::none_of(todo.begin(), todo.end(), [&](const Wanted &w) { return w.name == n; }))
        todo.push_back({std::move(n), std::string(from)});
  };
  want(lib.reexports, path);
  for (std::size_t i = 0; i < todo.size() && i < 1000; ++i) {
    const MappedFile *m = find_by_install_name(link, todo[i].name, todo[i].from);
    if (!m)
      continue; // a name that it would have given is reported as undefined
    Library other = read_library(m->bytes, link);
    lib.exports.insert(lib.exports.end(), other.exports.begin(), other.exports.end());
    want(other.reexports, m->path);
  }
}

} // namespace

u32 parse_version(std::string_view s) {
  u32 part[3] = {};
  u32 k = 0;
  for (char c : s) {
    if (c == '.') {
      if (++k == 3)
        break;
    } else if (c >= '0' && c <= '9') {
      part[k] = std::min<u32>(part[k] * 10 + static_cast<u32>(c - '0'), 0xffff);
    } else {
      return 0;
    }
  }
  return part[0] << 16 | std::min(part[1], 255u) << 8 | std::min(part[2], 255u);
}

Library read_dylib(ByteView b) {
  Library lib;
  const Header &h = b.at<Header>(0, "Mach-O header");
  lib.dead_strippable = h.flags & MH_DEAD_STRIPPABLE_DYLIB;
  bool trie = false;
  for_each_command(b, [&](u32 cmd, u64, ByteView c) {
    switch (cmd) {
    case LC_ID_DYLIB: {
      const auto &d = c.at<DylibCommand>(0, "dylib command");
      lib.install_name = command_string(c, d.name_offset);
      lib.current_version = d.current_version;
      lib.compatibility_version = d.compatibility_version;
      break;
    }
    case LC_REEXPORT_DYLIB: {
      const auto &d = c.at<DylibCommand>(0, "dylib command");
      lib.reexports.emplace_back(command_string(c, d.name_offset));
      break;
    }
    case LC_DYLD_EXPORTS_TRIE: {
      const auto &d = c.at<LinkeditDataCommand>(0, "export trie command");
      Trie(b.sub(d.dataoff, d.datasize, "export trie"), lib.exports).read();
      trie = true;
      break;
    }
    case LC_DYLD_INFO:
    case LC_DYLD_INFO_ONLY: {
      const auto &d = c.at<DyldInfoCommand>(0, "dyld info command");
      Trie(b.sub(d.export_off, d.export_size, "export trie"), lib.exports).read();
      trie = true;
      break;
    }
    default:
      break;
    }
  });
  if (!trie)
    read_symtab(b, lib.exports);
  return lib;
}

const Reader &shared_reader() {
  static const SharedReader reader;
  return reader;
}

InputFile *make_shared() {
  auto *o = new MachDylib;
  o->reader = &shared_reader();
  o->kind = FileKind::Shared;
  return o;
}

// A library exports thousands of names, of which few are asked for: it claims only those that others have
// interned.
u64 SharedReader::count_symbols(const InputFile &) const {
  return 0;
}

void SharedReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<MachDylib &>(f);
  o.loader = o.arg && o.arg->loader;
  bool executable = o.bytes.size() >= sizeof(Header) && o.bytes.at<Header>(0).magic == MH_MAGIC_64 &&
                    o.bytes.at<Header>(0).filetype == MH_EXECUTE;
  if (executable && !o.loader)
    throw InputError("an executable can only be linked with as -bundle_loader");
  if (o.loader && !executable)
    throw InputError("-bundle_loader wants an executable");
  Library lib = read_library(o.bytes, link);
  add_reexports(link, lib, o.path);
  if (lib.install_name.empty())
    lib.install_name = o.path;
  o.install_name = std::move(lib.install_name);
  o.current_version = lib.current_version;
  o.compatibility_version = lib.compatibility_version;
  o.dead_strippable = lib.dead_strippable;
  o.exports = std::move(lib.exports);
  o.symbols = Arena::array<Symbol *>(o.exports.size());
  if (o.arg) {
    o.weak_link = o.arg->weak;
    o.reexport = o.arg->reexport;
    o.upward = o.arg->upward;
    o.keep = o.arg->needed;
    o.implicit = o.arg->requested;
  }
}

void SharedReader::claim_referenced(Link &link, InputFile &f) const {
  auto &o = static_cast<MachDylib &>(f);
  constexpr std::size_t kBatch = 16;
  u64 hashes[kBatch];
  for (std::size_t begin = 0; begin < o.exports.size(); begin += kBatch) {
    std::size_t n = std::min(kBatch, o.exports.size() - begin);
    for (std::size_t k = 0; k < n; ++k) {
      hashes[k] = hash_string(o.exports[begin + k].name);
      link.symbols.prefetch(hashes[k]);
    }
    for (std::size_t k = 0; k < n; ++k) {
      if (o.symbols[begin + k])
        continue;
      Symbol *s = link.symbols.find(o.exports[begin + k].name, hashes[k]);
      if (!s)
        continue;
      o.symbols[begin + k] = s;
      s->offer(make_claim(SymClass::Lazy, o.priority, static_cast<u32>(begin + k)));
    }
  }
}

void SharedReader::parse_sections(Link &link, InputFile &f) const {
  bind_symbols(link, f);
}

void SharedReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<MachDylib &>(f);
  for (u32 i = 0; i < o.symbols.size(); ++i) {
    Symbol *s = o.symbols[i];
    if (!s || s->claim.load(std::memory_order_relaxed) != make_claim(SymClass::Lazy, o.priority, i))
      continue;
    s->file = &o;
    s->native = i;
    s->section = nullptr;
    s->value = 0;
    s->flags = static_cast<u16>(kSymShared | (o.exports[i].tlv ? u32(kSymTls) : 0));
  }
}

void SharedReader::reclaim_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<MachDylib &>(f);
  for (u32 i = 0; i < o.symbols.size(); ++i)
    if (o.symbols[i] && o.symbols[i]->marked(kMarkReclaim))
      o.symbols[i]->offer(make_claim(SymClass::Lazy, o.priority, i));
}

} // namespace gold::macho
