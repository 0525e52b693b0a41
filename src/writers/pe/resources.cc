// Resources of several objects become one tree ("The .rsrc Section").
//
// An object's .rsrc section is a tree of three levels (type, name, language) whose leaves point to
// data in the same section (windres) or in .rsrc$02 (cvtres). One object's tree is linked as it is;
// from several the leaves are collected and a new tree is built, with the data behind it.
#include "writers/pe/target.h"

#include <algorithm>
#include <map>

namespace gold::coff {

namespace {

struct ResourceDirectory {
  ul32 Characteristics, TimeDateStamp;
  ul16 MajorVersion, MinorVersion, NumberOfNamedEntries, NumberOfIdEntries;
};
struct ResourceEntry {
  ul32 NameOrId, Offset; // bit 31: a string; a directory
};
struct ResourceData {
  ul32 OffsetToData, Size, CodePage, Reserved;
};
static_assert(sizeof(ResourceDirectory) == 16 && sizeof(ResourceEntry) == 8 && sizeof(ResourceData) == 16);
constexpr u32 kHigh = 1u << 31;
constexpr u32 kManifest = 24; // RT_MANIFEST

// Named entries stand before numbered ones.
struct Id {
  bool numbered = false;
  u32 number = 0;
  std::u16string name;
  bool operator<(const Id &o) const {
    if (numbered != o.numbered)
      return !numbered;
    return numbered ? number < o.number : name < o.name;
  }
};

struct Leaf {
  const u8 *data = nullptr;
  u32 size = 0, code_page = 0;
  const Section *from = nullptr;
};

using Languages = std::map<Id, Leaf>;
using Names = std::map<Id, Languages>;
using Types = std::map<Id, Names>;

class TreeReader {
public:
  TreeReader(Link &link, Section &s, Types &types)
      : link_(link), section_(s), bytes_(s.data, s.data ? s.size : 0), types_(types) {}

  void run() {
    auto &o = PeTarget::object_of(*section_.file);
    for (const Relocation &r : o.relocs(section_))
      relocs_[r.VirtualAddress] = &r;
    each_entry(0, [&](Id type, u32 names) {
      each_entry(directory(names), [&](Id name, u32 languages) {
        each_entry(directory(languages), [&](Id language, u32 data) { add(type, name, language, data); });
      });
    });
  }

private:
  static u32 directory(u32 offset) {
    if (!(offset & kHigh))
      throw InputError("resources: a directory is expected", offset);
    return offset & ~kHigh;
  }

  Id read_id(u32 v) const {
    if (!(v & kHigh))
      return {true, v, {}};
    u64 at = v & ~kHigh;
    u16 length = bytes_.at<ul16>(at, "resource name");
    Id id;
    for (const ul16 &c : bytes_.array<ul16>(at + 2, length, "resource name"))
      id.name.push_back(static_cast<char16_t>(u16(c)));
    return id;
  }

  template <class F> void each_entry(u32 at, F &&fn) {
    if (++visited_ > bytes_.size() / sizeof(ResourceDirectory))
      throw InputError("resources: the tree has a loop", at);
    auto &d = bytes_.at<ResourceDirectory>(at, "resource directory");
    u32 n = u32(d.NumberOfNamedEntries) + d.NumberOfIdEntries;
    for (const ResourceEntry &e : bytes_.array<ResourceEntry>(u64(at) + sizeof d, n, "resource directory"))
      fn(read_id(e.NameOrId), e.Offset);
  }

  void add(const Id &type, const Id &name, const Id &language, u32 at) {
    if (at & kHigh)
      throw InputError("resources: the tree is too deep", at);
    auto &d = bytes_.at<ResourceData>(at, "resource data entry");
    auto &o = PeTarget::object_of(*section_.file);
    auto it = relocs_.find(at);
    if (it == relocs_.end() || it->second->SymbolTableIndex >= o.num_symbols ||
        !o.symbols[it->second->SymbolTableIndex])
      throw InputError("resources: data without a relocation", at);
    const Symbol &s = *o.symbols[it->second->SymbolTableIndex];
    if (!s.section || !s.section->data)
      throw InputError("resources: data in no section", at);
    u64 offset = s.value + d.OffsetToData;
    Leaf leaf{ByteView(s.section->data, s.section->size).sub(offset, d.Size, "resource data").data(), d.Size,
              d.CodePage, &section_};
    auto [place, fresh] = types_[type][name].emplace(language, leaf);
    if (fresh)
      return;
    // GCC's default manifest yields to a program's own.
    if (type.numbered && type.number == kManifest)
      return;
    link_.diag.error("duplicate resource: type " + text(type) + ", name " + text(name) + ", language " +
                     text(language) + "\n>>> in " + place->second.from->file->display_name() + "\n>>> in " +
                     section_.file->display_name());
  }

  static std::string text(const Id &id) {
    if (id.numbered)
      return std::to_string(id.number);
    std::string s;
    for (char16_t c : id.name)
      s.push_back(c < 128 ? static_cast<char>(c) : '?');
    return "\"" + s + "\"";
  }

  Link &link_;
  Section &section_;
  ByteView bytes_;
  Types &types_;
  std::map<u32, const Relocation *> relocs_;
  u64 visited_ = 0;
};

} // namespace

// The bytes are laid out when the tree is known; only the addresses of the data are missing.
ResourceSection::ResourceSection(PeTarget &t)
    : PeSynthetic(t, ".rsrc", IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ, 4) {}

void ResourceSection::write(Link &, u8 *buf) {
  std::memcpy(buf, bytes.data(), bytes.size());
  for (u32 at : data_entries)
    store<u32>(buf + at, load<u32>(buf + at) + target_.rva(section.address()));
}

namespace {

class TreeWriter {
public:
  TreeWriter(ResourceSection &out, const Types &types) : out_(out), types_(types) {}

  void run() {
    // Directories level by level, then data entries, names, data.
    u64 directories = size_of(types_.size());
    u64 leaves = 0;
    for (auto &[type, names] : types_) {
      directories += size_of(names.size());
      for (auto &[name, languages] : names) {
        directories += size_of(languages.size());
        leaves += languages.size();
      }
    }
    entries_at_ = directories;
    strings_at_ = entries_at_ + leaves * sizeof(ResourceData);
    next_directory_ = size_of(types_.size());
    for (auto &[type, names] : types_)
      next_name_directory_ += size_of(names.size());
    next_name_directory_ += next_directory_;
    out_.bytes.assign(strings_at_, '\0');
    u64 at = 0;
    header(at, types_);
    for (auto &[type, names] : types_) {
      entry(at, type, static_cast<u32>(next_directory_) | kHigh);
      u64 sub = next_directory_;
      next_directory_ += size_of(names.size());
      header(sub, names);
      for (auto &[name, languages] : names) {
        entry(sub, name, static_cast<u32>(next_name_directory_) | kHigh);
        u64 leaf_at = next_name_directory_;
        next_name_directory_ += size_of(languages.size());
        header(leaf_at, languages);
        for (auto &[language, leaf] : languages) {
          entry(leaf_at, language, static_cast<u32>(entries_at_));
          leaves_.push_back({entries_at_, &leaf});
          entries_at_ += sizeof(ResourceData);
        }
      }
    }
    for (auto &[place, leaf] : leaves_) {
      out_.bytes.resize(align_up(out_.bytes.size(), 8));
      ResourceData d{static_cast<u32>(out_.bytes.size()), leaf->size, leaf->code_page, 0u};
      std::memcpy(out_.bytes.data() + place, &d, sizeof d);
      out_.data_entries.push_back(static_cast<u32>(place));
      out_.bytes.append(reinterpret_cast<const char *>(leaf->data), leaf->size);
    }
    out_.section.size = out_.bytes.size();
  }

private:
  static u64 size_of(u64 entries) { return sizeof(ResourceDirectory) + entries * sizeof(ResourceEntry); }

  template <class M> void header(u64 &at, const M &map) {
    ResourceDirectory d{};
    for (auto &[id, rest] : map) {
      auto &count = id.numbered ? d.NumberOfIdEntries : d.NumberOfNamedEntries;
      count = static_cast<u16>(count + 1);
    }
    std::memcpy(out_.bytes.data() + at, &d, sizeof d);
    at += sizeof d;
  }

  void entry(u64 &at, const Id &id, u32 offset) {
    ResourceEntry e{id.number, offset};
    if (!id.numbered) {
      e.NameOrId = static_cast<u32>(out_.bytes.size()) | kHigh;
      ul16 length = static_cast<u16>(id.name.size());
      out_.bytes.append(reinterpret_cast<const char *>(&length), 2);
      out_.bytes.append(reinterpret_cast<const char *>(id.name.data()), id.name.size() * 2);
    }
    std::memcpy(out_.bytes.data() + at, &e, sizeof e);
    at += sizeof e;
  }

  ResourceSection &out_;
  const Types &types_;
  u64 next_directory_ = 0, next_name_directory_ = 0, entries_at_ = 0, strings_at_ = 0;
  std::vector<std::pair<u64, const Leaf *>> leaves_;
};

} // namespace

void PeTarget::merge_resources(Link &link) {
  std::vector<Section *> trees;
  for (InputFile *f : link.objects)
    for (Section *s : f->sections)
      if (s && s->is_live() && (s->name() == ".rsrc" || s->name() == ".rsrc$01") && s->size)
        trees.push_back(s);
  if (trees.size() < 2)
    return;
  Types types;
  for (Section *s : trees)
    try {
      TreeReader(link, *s, types).run();
    } catch (const InputError &e) {
      link.report(*s->file, e);
    }
  resources = link.synthesize<ResourceSection>(*this);
  TreeWriter(*resources, types).run();
  for (InputFile *f : link.objects)
    for (Section *s : f->sections)
      if (s && s->name().starts_with(".rsrc"))
        s->live.store(0, std::memory_order_relaxed);
}

} // namespace gold::coff
