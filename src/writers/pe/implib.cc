// --out-implib and --output-def: what other links need to know of a DLL.
//
// The import library is an archive of short import objects ("Import Library Format") with the three
// objects that linkers without knowledge of their own take the tables' frames from: the DLL's
// descriptor, the empty descriptor, the null thunks. Its index is written twice, as GNU and as
// Microsoft's tools read it ("First Linker Member", "Second Linker Member").
#include "writers/pe/target.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>

namespace gold::coff {

namespace {

template <class T> void append(std::string &s, const T &v) {
  s.append(reinterpret_cast<const char *>(&v), sizeof v);
}

// A small object, built section by section.
class ObjectBuilder {
public:
  // `relocs`: offset in the section, name of the symbol; all of type ADDR32NB.
  void section(const char *name, std::string contents, std::vector<std::pair<u32, std::string>> relocs,
               u32 align) {
    sections_.push_back({name, std::move(contents), std::move(relocs), align});
  }
  void symbol(std::string name, i16 section, u8 storage_class) {
    symbols_.push_back({std::move(name), section, storage_class});
  }

  std::string finish() const {
    u32 at = sizeof(FileHeader) + static_cast<u32>(sections_.size() * sizeof(SectionHeader));
    std::string headers, body;
    for (const Part &p : sections_) {
      SectionHeader h{};
      std::memcpy(h.Name, p.name, strnlen(p.name, sizeof h.Name));
      h.SizeOfRawData = static_cast<u32>(p.contents.size());
      h.PointerToRawData = at + static_cast<u32>(body.size());
      h.PointerToRelocations = h.PointerToRawData + h.SizeOfRawData;
      h.NumberOfRelocations = static_cast<u16>(p.relocs.size());
      h.Characteristics =
          IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE | p.align << 20;
      append(headers, h);
      body += p.contents;
      for (auto &[offset, name] : p.relocs)
        append(body, Relocation{offset, index_of(name), u16(IMAGE_REL_AMD64_ADDR32NB)});
    }
    FileHeader f{};
    f.Machine = IMAGE_FILE_MACHINE_AMD64;
    f.NumberOfSections = static_cast<u16>(sections_.size());
    f.PointerToSymbolTable = at + static_cast<u32>(body.size());
    f.NumberOfSymbols = static_cast<u32>(symbols_.size());
    std::string out, strings(4, '\0');
    append(out, f);
    out += headers + body;
    for (const Name &n : symbols_) {
      Symbol16 s{};
      if (n.name.size() <= 8) {
        std::memcpy(s.Name, n.name.data(), n.name.size());
      } else {
        store<u32>(s.Name + 4, static_cast<u32>(strings.size()));
        strings += n.name + '\0';
      }
      s.SectionNumber = n.section;
      s.StorageClass = n.storage_class;
      append(out, s);
    }
    store<u32>(strings.data(), static_cast<u32>(strings.size()));
    return out + strings;
  }

private:
  struct Part {
    const char *name;
    std::string contents;
    std::vector<std::pair<u32, std::string>> relocs;
    u32 align; // as the characteristics hold it
  };
  struct Name {
    std::string name;
    i16 section;
    u8 storage_class;
  };
  u32 index_of(const std::string &name) const {
    for (u32 i = 0; i < symbols_.size(); ++i)
      if (symbols_[i].name == name)
        return i;
    return 0;
  }
  std::vector<Part> sections_;
  std::vector<Name> symbols_;
};

constexpr u32 kAlign2 = 2, kAlign4 = 3, kAlign8 = 4;

class ImportLibrary {
public:
  explicit ImportLibrary(std::string dll) : dll_(std::move(dll)), stem_(dll_.substr(0, dll_.rfind('.'))) {
    add_frames();
  }

  void add(const Export &e) {
    ImportHeader h{};
    h.Sig2 = 0xffff;
    h.Machine = IMAGE_FILE_MACHINE_AMD64;
    std::string symbol(e.name);
    h.SizeOfData = static_cast<u32>(symbol.size() + dll_.size() + 2);
    h.OrdinalOrHint = e.ordinal;
    h.TypeInfo = static_cast<u16>((e.data       ? IMPORT_DATA
                                   : e.constant ? IMPORT_CONST
                                                : IMPORT_CODE) |
                                  (e.noname ? IMPORT_ORDINAL : IMPORT_NAME) << 2);
    std::string out;
    append(out, h);
    out += symbol + '\0' + dll_ + '\0';
    std::vector<std::string> names{"__imp_" + symbol};
    if (!e.data)
      names.push_back(symbol);
    member(std::move(out), std::move(names));
  }

  std::string finish() const {
    // Sizes first: the index stands before what it refers to.
    std::string names;
    u32 count = 0;
    for (const Member &m : members_)
      for (const std::string &n : m.names) {
        names += n + '\0';
        ++count;
      }
    std::map<std::string_view, u32> sorted; // symbol → number of its member
    for (u32 i = 0; i < members_.size(); ++i)
      for (const std::string &n : members_[i].names)
        sorted.emplace(n, i + 1);
    u64 first = 4 + u64(count) * 4 + names.size();
    u64 second = 4 + members_.size() * 4 + 4 + u64(count) * 2 + names.size();
    std::string long_name = dll_.size() > 15 ? dll_ + '\0' : std::string();
    u64 at = 8 + 60 + align_up(first, 2) + 60 + align_up(second, 2);
    if (!long_name.empty())
      at += 60 + align_up(long_name.size(), 2);
    std::vector<u32> offsets;
    for (const Member &m : members_) {
      offsets.push_back(static_cast<u32>(at));
      at += 60 + align_up(m.bytes.size(), 2);
    }
    std::string out = "!<arch>\n", body;
    auto big = [&](u32 v) {
      for (int shift = 24; shift >= 0; shift -= 8)
        body.push_back(static_cast<char>(v >> shift));
    };
    big(count);
    for (u32 i = 0; i < members_.size(); ++i)
      for (std::size_t k = 0; k < members_[i].names.size(); ++k)
        big(offsets[i]);
    put(out, "/", body + names);
    body.clear();
    append(body, ul32(static_cast<u32>(members_.size())));
    for (u32 o : offsets)
      append(body, ul32(o));
    append(body, ul32(static_cast<u32>(sorted.size())));
    for (auto &[name, number] : sorted)
      append(body, ul16(static_cast<u16>(number)));
    for (auto &[name, number] : sorted)
      body.append(name).push_back('\0');
    put(out, "/", body, second);
    if (!long_name.empty())
      put(out, "//", long_name);
    for (const Member &m : members_)
      put(out, long_name.empty() ? dll_ + "/" : "/0", m.bytes);
    return out;
  }

private:
  struct Member {
    std::string bytes;
    std::vector<std::string> names;
  };
  void member(std::string bytes, std::vector<std::string> names) {
    members_.push_back({std::move(bytes), std::move(names)});
  }

  void add_frames() {
    std::string descriptor = "__IMPORT_DESCRIPTOR_" + stem_, null_descriptor = "__NULL_IMPORT_DESCRIPTOR",
                null_thunk = "\177" + stem_ + "_NULL_THUNK_DATA";
    constexpr u8 external = IMAGE_SYM_CLASS_EXTERNAL, section = IMAGE_SYM_CLASS_SECTION,
                 local = IMAGE_SYM_CLASS_STATIC;
    ObjectBuilder d;
    d.section(".idata$2", std::string(sizeof(ImportDescriptor), '\0'),
              {{12, ".idata$6"}, {0, ".idata$4"}, {16, ".idata$5"}}, kAlign4);
    d.section(".idata$6", dll_ + std::string(1 + (dll_.size() + 1) % 2, '\0'), {}, kAlign2);
    d.symbol(descriptor, 1, external);
    d.symbol(".idata$2", 1, section);
    d.symbol(".idata$6", 2, local);
    d.symbol(".idata$4", 0, section);
    d.symbol(".idata$5", 0, section);
    d.symbol(null_descriptor, 0, external);
    d.symbol(null_thunk, 0, external);
    member(d.finish(), {descriptor});
    ObjectBuilder n;
    n.section(".idata$3", std::string(sizeof(ImportDescriptor), '\0'), {}, kAlign4);
    n.symbol(null_descriptor, 1, external);
    member(n.finish(), {null_descriptor});
    ObjectBuilder t;
    t.section(".idata$5", std::string(8, '\0'), {}, kAlign8);
    t.section(".idata$4", std::string(8, '\0'), {}, kAlign8);
    t.symbol(null_thunk, 1, external);
    member(t.finish(), {null_thunk});
  }

  // A member with its header; `room` for its contents, at least as much as they take.
  static void put(std::string &out, const std::string &name, const std::string &bytes, u64 room = 0) {
    std::string b = bytes;
    b.resize(std::max<u64>(room, b.size()));
    char header[61];
    std::snprintf(header, sizeof header, "%-16.16s%-12s%-6s%-6s%-8s%-10llu`\n", name.c_str(), "0", "0", "0",
                  "644", static_cast<unsigned long long>(b.size()));
    out.append(header, 60).append(b);
    if (b.size() & 1)
      out.push_back('\n');
  }

  std::string dll_, stem_;
  std::vector<Member> members_;
};

void write_file(Link &link, const std::string &path, const std::string &bytes) {
  std::FILE *f = std::fopen(path.c_str(), "wb");
  bool ok = f && std::fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size();
  if (f && std::fclose(f) != 0)
    ok = false;
  if (!ok)
    link.diag.error("cannot write " + path + ": " + strerror(errno));
}

} // namespace

void PeTarget::write_import_library(Link &link) {
  ImportLibrary library{std::string(dll_name)};
  for (const Export &e : exports)
    if (!e.is_private)
      library.add(e);
  write_file(link, link.opt.out_implib, library.finish());
}

void PeTarget::write_def_file(Link &link) {
  std::string text = "EXPORTS\n";
  for (const Export &e : exports) {
    auto quoted = [](std::string_view s) {
      bool plain = s.find_first_of(" =,;\"'") == s.npos && !s.starts_with('@');
      return plain ? std::string(s) : "\"" + std::string(s) + "\"";
    };
    text += "    " + quoted(e.name);
    if (!e.symbol || (e.name != e.internal && e.symbol))
      text += " = " + quoted(e.internal);
    text += gold::format(" @%u", e.ordinal);
    text += e.noname ? " NONAME" : "";
    text += e.data ? " DATA" : e.constant ? " CONSTANT" : "";
    text += e.is_private ? " PRIVATE\n" : "\n";
  }
  write_file(link, link.opt.output_def, text);
}

} // namespace gold::coff
