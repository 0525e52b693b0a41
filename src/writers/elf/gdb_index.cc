// --gdb-index: .gdb_index, version 7 ("Index Section Format" of gdb's manual).
//
// By it gdb finds the units that have a name or an address without reading the debug information. It says
// where things are in the image's own debug sections, so it is made when all addresses are final, from the
// bytes that will be written; like compressed sections it stands behind all that is loaded.
//
// The section is a header of six words, then: compilation units (offset, size), type units (offset, offset of
// the type, signature), ranges of addresses (begin, end, unit), a hash table of names, and the constant pool:
// for each name the list of its units, then the names.
#include "dwarf/index.h"
#include "writers/elf/target.h"

#include <algorithm>
#include <bit>

namespace gold::elf {

namespace {

constexpr u32 kVersion = 7, kHeaderWords = 6;
constexpr u64 kMaxUnits = 1 << 24; // an entry of a list of units has 24 bits for one

struct Entry {
  std::string_view name;
  u32 unit; // with the attributes in the top byte
  bool operator==(const Entry &) const = default;
};

// Names differ in case in no language that matters, but the table must find them for those in which they
// don't.
u32 hash_name(std::string_view name) {
  u32 h = 0;
  for (char c : name) {
    u8 b = static_cast<u8>(c);
    h = h * 67 + (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) - 113;
  }
  return h;
}

void append32(std::string &s, u64 v) {
  char b[4];
  store<u32>(reinterpret_cast<u8 *>(b), static_cast<u32>(v));
  s.append(b, sizeof b);
}
void append64(std::string &s, u64 v) {
  append32(s, v);
  append32(s, v >> 32);
}

class Builder {
public:
  explicit Builder(const std::vector<dwarf::IndexUnit> &units) : units_(units) {}

  // `is_code(low)`: the image has something there. What was left out has addresses that mean nothing.
  template <class F> std::string build(F &&is_code) {
    if (units_.size() >= kMaxUnits)
      throw InputError("more than " + std::to_string(kMaxUnits) + " units");
    std::string area[4]; // the first four parts
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const dwarf::IndexUnit &u = units_[i];
      append64(area[u.is_type], u.offset);
      append64(area[u.is_type], u.is_type ? u.type_offset : u.size);
      if (u.is_type)
        append64(area[1], u.signature);
      for (auto [low, high] : u.ranges)
        if (is_code(low)) {
          append64(area[2], low);
          append64(area[2], high);
          append32(area[2], i);
        }
    }
    std::string pool = make_names(area[3]);
    std::string out;
    append32(out, kVersion);
    u64 at = kHeaderWords * 4;
    for (const std::string &part : area) {
      append32(out, at);
      at += part.size();
    }
    append32(out, at);
    if (at + pool.size() > ~u32(0))
      throw InputError("an index of more than 4 GiB");
    for (const std::string &part : area)
      out += part;
    return out += pool;
  }

private:
  // Fills the hash table; returns the constant pool.
  std::string make_names(std::string &table) {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < units_.size(); ++i)
      for (const dwarf::IndexName &n : units_[i].names)
        entries.push_back({n.name, static_cast<u32>(i) | u32(n.attributes) << 24});
    std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
      return a.name != b.name ? a.name < b.name : a.unit < b.unit;
    });
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());

    // The lists of units come first, one for each name.
    std::string pool;
    struct Name {
      std::string_view text;
      u64 list;
    };
    std::vector<Name> names;
    for (std::size_t i = 0, k; i < entries.size(); i = k) {
      for (k = i + 1; k < entries.size() && entries[k].name == entries[i].name; ++k) {
      }
      names.push_back({entries[i].name, pool.size()});
      append32(pool, k - i);
      for (std::size_t j = i; j < k; ++j)
        append32(pool, entries[j].unit);
    }
    // At most three quarters of the slots are used, so that looking for a name ends soon.
    u64 slots = std::bit_ceil(std::max<u64>(names.size() * 4 / 3 + 1, 16));
    std::vector<std::pair<u64, u64>> slot(slots); // places of the name and of its list; a name's is not 0
    for (const Name &n : names) {
      u32 h = hash_name(n.text);
      u64 i = h & (slots - 1), step = ((h * 17) & (slots - 1)) | 1;
      while (slot[i].first)
        i = (i + step) & (slots - 1);
      slot[i] = {pool.size(), n.list};
      pool.append(n.text).push_back('\0');
    }
    for (auto [text, list] : slot) {
      append32(table, text);
      append32(table, list);
    }
    return pool;
  }

  const std::vector<dwarf::IndexUnit> &units_;
};

} // namespace

// The section, empty so far, if there is anything to make an index of.
void ElfTarget::make_gdb_index_section(Link &link) {
  for (const InputFile *f : link.objects)
    for (const Section *s : f->sections)
      if (s && !s->is_alloc() && s->is_live() && s->name() == ".debug_info") {
        gdb_index = link.synthesize<BytesSection>(*this, ".gdb_index", SHT_PROGBITS, 0, 4);
        gdb_index->keep_empty = true;
        return;
      }
}

void ElfTarget::make_gdb_index(Link &link) {
  if (!gdb_index || !gdb_index->section.output)
    return;
  dwarf::IndexSections sections;
  std::vector<std::vector<u8>> bytes; // what `sections` points to
  bytes.reserve(link.outputs.size());
  for (const OutputSection *o : link.outputs) {
    if (o->flags & (kSecAlloc | kSecZeroFill) || !o->name.starts_with(".debug_"))
      continue;
    if (ByteView *to = dwarf::section_by_name(sections, o->name.substr(7)); to && to->empty()) {
      bytes.push_back(output_contents(link, *o));
      *to = {bytes.back().data(), bytes.back().size()};
    }
  }
  try {
    std::vector<dwarf::IndexUnit> units = dwarf::read_index(sections);
    gdb_index->set(Builder(units).build([&](u64 address) { return output_at(link, address) != nullptr; }));
  } catch (const InputError &e) {
    // gdb does without an index, but not with a wrong one.
    link.diag.warn(std::string("no .gdb_index is made: ") + e.what());
    return;
  }
  OutputSection &o = *gdb_index->section.output;
  o.size = o.file_size = gdb_index->section.size;
  place_unloaded(link);
}

} // namespace gold::elf
