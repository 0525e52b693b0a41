// Units, their addresses and names; see index.h. DWARF 5, sections 2.17 (ranges), 3 (scopes), 7.5 (units);
// the GNU tables of names are described with gdb's index ("Index Section Format" of its manual).
#include "dwarf/index.h"

#include "dwarf/encoding.h"
#include "support/arena.h"
#include "support/threads.h"

#include <algorithm>
#include <atomic>

namespace gold::dwarf {

namespace {

enum : u64 {
  DW_TAG_class_type = 0x02,
  DW_TAG_enumeration_type = 0x04,
  DW_TAG_string_type = 0x12,
  DW_TAG_structure_type = 0x13,
  DW_TAG_typedef = 0x16,
  DW_TAG_union_type = 0x17,
  DW_TAG_set_type = 0x20,
  DW_TAG_subrange_type = 0x21,
  DW_TAG_base_type = 0x24,
  DW_TAG_enumerator = 0x28,
  DW_TAG_subprogram = 0x2e,
  DW_TAG_interface_type = 0x38,
  DW_TAG_namespace = 0x39,
  DW_TAG_unspecified_type = 0x3b,
  DW_AT_sibling = 0x01,
  DW_AT_low_pc = 0x11,
  DW_AT_high_pc = 0x12,
  DW_AT_language = 0x13,
  DW_AT_inline = 0x20,
  DW_AT_declaration = 0x3c,
  DW_AT_external = 0x3f,
  DW_AT_ranges = 0x55,
  DW_AT_enum_class = 0x6d,
  DW_AT_rnglists_base = 0x74,
  DW_AT_GNU_addr_base = 0x2133,
};
enum : u8 {
  DW_RLE_end_of_list,
  DW_RLE_base_addressx,
  DW_RLE_startx_endx,
  DW_RLE_startx_length,
  DW_RLE_offset_pair,
  DW_RLE_base_address,
  DW_RLE_start_end,
  DW_RLE_start_length,
};
constexpr int kMaxDepth = 512; // of scopes in scopes

// A unit before it is read: where its parts are.
struct Header {
  ByteView section;
  u64 offset, first, end, abbrevs;
  FormContext form;
};

bool is_address_index(u64 form) {
  return form == DW_FORM_addrx || (form >= DW_FORM_addrx1 && form <= DW_FORM_addrx4) ||
         form == DW_FORM_GNU_addr_index;
}

// Lists the units of .debug_info or .debug_types.
void list_units(const IndexSections &s, ByteView section, bool types, std::vector<IndexUnit> &units,
                std::vector<Header> &headers) {
  Cursor c(section);
  while (!c.done()) {
    IndexUnit u;
    u.offset = c.at();
    UnitHeader unit = unit_header(s.base, section, c);
    u.size = c.at() - u.offset;
    if (!unit.known())
      throw InputError("the debug information has a unit of the unknown version " +
                           std::to_string(unit.form.version),
                       u.offset);
    u64 kind = unit.kind;
    if (unit.form.address_size == 0 || unit.form.address_size > 8)
      throw InputError("the debug information has addresses of an impossible size", u.offset);
    Cursor h(section.sub(0, unit.end), unit.first);
    u.is_type = types || kind == DW_UT_type || kind == DW_UT_split_type;
    if (u.is_type) {
      u.signature = h.number(8);
      u.type_offset = h.number(unit.form.offset_size);
    } else if (kind == DW_UT_skeleton || kind == DW_UT_split_compile) {
      h.skip(8);
    }
    headers.push_back({section, u.offset, h.at(), unit.end, unit.abbrevs, unit.form});
    units.push_back(std::move(u));
  }
}

// What all units together may take: a few bytes can refer to many, again and again.
struct Limits {
  std::atomic<u64> range_entries, name_bytes;
  static void take(std::atomic<u64> &left, u64 n) {
    u64 old = left.load(std::memory_order_relaxed);
    do
      if (n > old)
        throw InputError("the debug information refers to the same bytes over and over");
    while (!left.compare_exchange_weak(old, old - n, std::memory_order_relaxed));
  }
};

class UnitReader {
public:
  UnitReader(const IndexSections &s, const Header &h, const Abbrevs &abbrevs, Limits &limits, IndexUnit &unit)
      : s_(s), h_(h), abbrevs_(abbrevs), limits_(limits), unit_(unit), bytes_(h.section.sub(0, h.end)) {}

  void read(bool want_names) {
    Cursor c(bytes_, h_.first);
    Entry top = entry(c, true);
    if (top.null)
      return;
    cplusplus_ = top.language == 0x04 || top.language == 0x1a || top.language == 0x21 ||
                 top.language == 0x2b || top.language == 0x3a; // DW_LANG_C_plus_plus and its years
    if (!unit_.is_type)
      read_addresses(top);
    if (want_names && top.children)
      read_scope(c, "", 0);
  }

private:
  struct Entry {
    u64 offset = 0, tag = 0;
    bool null = false, children = false, declaration = false, external = false, inlined = false,
         enum_class = false;
    std::string_view name;
    u64 language = 0;
    std::optional<u64> sibling, origin;
    std::optional<Text> low, high, ranges; // with their forms
  };

  Entry entry(Cursor &c, bool top) {
    Entry e;
    e.offset = c.at();
    u64 code = c.uleb();
    if (code == 0) {
      e.null = true;
      return e;
    }
    auto it = abbrevs_.find(code);
    if (it == abbrevs_.end())
      throw InputError("the debug information uses an abbreviation that is not there", c.at());
    e.tag = it->second.tag;
    e.children = it->second.children;
    std::optional<Text> name;
    for (auto &a : it->second.attributes) {
      Text t{a.form, read_form(c, a.form, a.implicit, h_.form)};
      u64 n = t.value.number;
      switch (a.name) {
      case DW_AT_name:
        name = t;
        break;
      case DW_AT_sibling:
        e.sibling = h_.offset + n;
        break;
      case DW_AT_specification:
      case DW_AT_abstract_origin:
        if (t.value.reference)
          e.origin = t.value.global_reference ? n : h_.offset + n;
        break;
      case DW_AT_low_pc:
        e.low = t;
        break;
      case DW_AT_high_pc:
        e.high = t;
        break;
      case DW_AT_ranges:
        e.ranges = t;
        break;
      case DW_AT_language:
        e.language = n;
        break;
      case DW_AT_declaration:
        e.declaration = n;
        break;
      case DW_AT_external:
        e.external = n;
        break;
      case DW_AT_inline:
        e.inlined = n;
        break;
      case DW_AT_enum_class:
        e.enum_class = n;
        break;
      case DW_AT_str_offsets_base:
        if (top)
          str_offsets_base_ = n;
        break;
      case DW_AT_addr_base:
      case DW_AT_GNU_addr_base:
        if (top)
          addr_base_ = n;
        break;
      case DW_AT_rnglists_base:
        if (top)
          rnglists_base_ = n;
        break;
      default:
        break;
      }
    }
    if (name)
      e.name = text_of(*name, h_.form, str_offsets_base_);
    return e;
  }

  // -- addresses

  u64 indexed(u64 i) const {
    if (i > h_.form.s.addr.size() / h_.form.address_size)
      throw InputError("the debug information uses an address that is not there", h_.offset);
    Cursor c(h_.form.s.addr, addr_base_);
    c.skip(i * h_.form.address_size);
    return c.number(h_.form.address_size);
  }
  u64 address(const Text &t) const {
    return is_address_index(t.form) ? indexed(t.value.number) : t.value.number;
  }

  void read_addresses(const Entry &top) {
    u64 low = top.low ? address(*top.low) : 0;
    if (top.ranges && h_.form.version < 5)
      return read_ranges(top.ranges->value.number, low);
    if (top.ranges) {
      u64 at = top.ranges->value.number;
      if (top.ranges->form == DW_FORM_rnglistx) {
        if (at > s_.rnglists.size() / h_.form.offset_size)
          throw InputError("the debug information uses a list of ranges that is not there", h_.offset);
        Cursor c(s_.rnglists, rnglists_base_);
        c.skip(at * h_.form.offset_size);
        at = rnglists_base_ + c.number(h_.form.offset_size);
      }
      return read_rnglist(at, low);
    }
    if (!top.low || !top.high)
      return;
    bool is_end = top.high->form == DW_FORM_addr || is_address_index(top.high->form);
    add(low, is_end ? address(*top.high) : low + top.high->value.number);
  }
  void add(u64 low, u64 high) {
    limits_.take(limits_.range_entries, 1);
    if (low < high)
      unit_.ranges.emplace_back(low, high);
  }
  void read_ranges(u64 at, u64 base) {
    Cursor c(s_.ranges, 0);
    c.skip(at);
    u32 n = h_.form.address_size;
    const u64 largest = n >= 8 ? ~u64(0) : (u64(1) << 8 * n) - 1;
    for (;;) {
      u64 low = c.number(n), high = c.number(n);
      if (low == 0 && high == 0)
        return;
      if (low == largest)
        base = high;
      else
        add(base + low, base + high);
    }
  }
  void read_rnglist(u64 at, u64 base) {
    Cursor c(s_.rnglists, 0);
    c.skip(at);
    u32 n = h_.form.address_size;
    for (;;)
      switch (u8 kind = c.byte()) {
      case DW_RLE_end_of_list:
        return;
      case DW_RLE_base_addressx:
        base = indexed(c.uleb());
        break;
      case DW_RLE_base_address:
        base = c.number(n);
        break;
      case DW_RLE_startx_endx: {
        u64 low = indexed(c.uleb());
        add(low, indexed(c.uleb()));
        break;
      }
      case DW_RLE_startx_length: {
        u64 low = indexed(c.uleb());
        add(low, low + c.uleb());
        break;
      }
      case DW_RLE_offset_pair: {
        u64 low = base + c.uleb();
        add(low, base + c.uleb());
        break;
      }
      case DW_RLE_start_end: {
        u64 low = c.number(n);
        add(low, c.number(n));
        break;
      }
      case DW_RLE_start_length: {
        u64 low = c.number(n);
        add(low, low + c.uleb());
        break;
      }
      default:
        throw InputError("a list of ranges has an entry of the unknown kind " + std::to_string(kind), c.at());
      }
  }

  // -- names

  static bool is_type(u64 tag) {
    switch (tag) {
    case DW_TAG_class_type:
    case DW_TAG_enumeration_type:
    case DW_TAG_string_type:
    case DW_TAG_structure_type:
    case DW_TAG_typedef:
    case DW_TAG_union_type:
    case DW_TAG_set_type:
    case DW_TAG_subrange_type:
    case DW_TAG_base_type:
    case DW_TAG_interface_type:
    case DW_TAG_namespace:
    case DW_TAG_unspecified_type:
      return true;
    default:
      return false;
    }
  }
  static bool is_scope(u64 tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
           tag == DW_TAG_union_type || tag == DW_TAG_interface_type || tag == DW_TAG_enumeration_type;
  }
  struct Name {
    std::string_view scope, name;
  };
  std::string_view whole(const Name &n) {
    if (n.scope.empty() || n.name.empty())
      return n.name;
    limits_.take(limits_.name_bytes, n.scope.size() + n.name.size());
    std::string s(n.scope);
    return Arena::copy(s.append("::").append(n.name));
  }

  // The children of an entry, whose scope's name is `scope`.
  void read_scope(Cursor &c, std::string_view scope, int depth) {
    if (depth > kMaxDepth)
      throw InputError("the debug information has scopes too deep in each other", c.at());
    while (!c.done()) {
      Entry e = entry(c, false);
      if (e.null)
        return;
      std::string_view inner = scope;
      bool named = e.tag == DW_TAG_subprogram || e.tag == DW_TAG_variable || e.tag == DW_TAG_enumerator ||
                   is_type(e.tag);
      if (named) {
        Name n = name_of(e, scope);
        if (e.declaration || e.tag == DW_TAG_subprogram)
          names_at_.emplace(e.offset, n); // a definition elsewhere refers to it
        // The members of an enum without a scope of its own belong to the scope around.
        bool opens = e.children && is_scope(e.tag) && (e.tag != DW_TAG_enumeration_type || e.enum_class);
        u8 attributes = e.declaration || n.name.empty() ? 0 : attributes_of(e);
        if (opens || attributes) {
          std::string_view full = whole(n);
          if (attributes)
            unit_.names.push_back({full, attributes});
          if (opens && !full.empty())
            inner = full;
        }
      }
      if (!e.children)
        continue;
      if (is_scope(e.tag))
        read_scope(c, inner, depth + 1);
      else
        skip_children(c, e, depth + 1);
    }
  }

  Name name_of(const Entry &e, std::string_view scope) const {
    if (e.origin) // a definition outside of its scope
      if (auto it = names_at_.find(*e.origin); it != names_at_.end())
        return it->second;
    if (e.name.empty() && e.tag == DW_TAG_namespace)
      return {scope, "(anonymous namespace)"};
    return {scope, e.name};
  }

  // What the index says of an entry that is a definition; 0: it is not in there.
  u8 attributes_of(const Entry &e) const {
    // A definition that has its declaration elsewhere leaves it to that to be external.
    u8 local = e.external || e.origin ? 0 : kIndexStatic;
    switch (e.tag) {
    case DW_TAG_subprogram: // code of it is here, or stands in functions of this unit
      return e.low || e.ranges || e.inlined ? u8(kIndexFunction | local) : u8(0);
    case DW_TAG_variable:
      return kIndexVariable | local;
    case DW_TAG_enumerator:
      return kIndexVariable | kIndexStatic;
    case DW_TAG_base_type:
    case DW_TAG_subrange_type:
      return kIndexType | kIndexStatic;
    default: // a type of C is the file's own; one of C++ is the same everywhere
      return cplusplus_ ? kIndexType : kIndexType | kIndexStatic;
    }
  }

  void skip_children(Cursor &c, const Entry &e, int depth) {
    if (e.sibling && *e.sibling > c.at() && *e.sibling <= h_.end) {
      c.skip(*e.sibling - c.at());
      return;
    }
    for (int open = 1; open > 0 && !c.done();) {
      if (open + depth > kMaxDepth * 16)
        throw InputError("the debug information has scopes too deep in each other", c.at());
      Entry child = entry(c, false);
      open += child.null ? -1 : child.children;
    }
  }

  const IndexSections &s_;
  const Header &h_;
  const Abbrevs &abbrevs_;
  Limits &limits_;
  IndexUnit &unit_;
  ByteView bytes_;
  bool cplusplus_ = false;
  u64 str_offsets_base_ = 8, addr_base_ = 8, rnglists_base_ = 12;
  std::unordered_map<u64, Name> names_at_;
};

// The names of .debug_gnu_pubnames or .debug_gnu_pubtypes, for the units in order of their offsets. `has[i]`
// becomes true for units that have a table.
void read_name_tables(ByteView section, std::vector<IndexUnit> &units, std::vector<char> &has) {
  std::size_t compiled = units.size();
  while (compiled && units[compiled - 1].is_type)
    --compiled;
  Cursor c(section);
  while (!c.done()) {
    Length length = unit_length(c);
    Cursor t(c.take(length.bytes));
    t.skip(2); // version
    u64 offset = t.number(length.offset_size);
    t.skip(length.offset_size); // size of the unit
    auto unit = std::lower_bound(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(compiled), offset,
                                 [](const IndexUnit &u, u64 v) { return u.offset < v; });
    bool known = unit != units.begin() + static_cast<std::ptrdiff_t>(compiled) && unit->offset == offset;
    if (known)
      has[static_cast<std::size_t>(unit - units.begin())] = 1;
    while (t.left() >= length.offset_size && t.number(length.offset_size)) {
      u8 attributes = t.byte() & 0xf0;
      std::string_view name = t.string();
      if (known)
        unit->names.push_back({name, attributes});
    }
  }
}

} // namespace

ByteView *section_by_name(IndexSections &s, std::string_view name) {
  return name == "types"          ? &s.types
         : name == "ranges"       ? &s.ranges
         : name == "rnglists"     ? &s.rnglists
         : name == "gnu_pubnames" ? &s.pubnames
         : name == "gnu_pubtypes" ? &s.pubtypes
                                  : section_by_name(s.base, name);
}

std::vector<IndexUnit> read_index(const IndexSections &s) {
  std::vector<IndexUnit> units;
  std::vector<Header> headers;
  list_units(s, s.base.info, false, units, headers);
  list_units(s, s.types, true, units, headers);
  // Type units of DWARF 5 stand among the others.
  std::vector<IndexUnit> sorted;
  std::vector<Header> sorted_headers;
  for (bool types : {false, true})
    for (std::size_t i = 0; i < units.size(); ++i)
      if (units[i].is_type == types) {
        sorted.push_back(std::move(units[i]));
        sorted_headers.push_back(headers[i]);
      }
  units = std::move(sorted);
  headers = std::move(sorted_headers);

  std::vector<char> has_table(units.size());
  read_name_tables(s.pubnames, units, has_table);
  read_name_tables(s.pubtypes, units, has_table);

  // Units may share their abbreviations: each table is read once.
  std::vector<u64> offsets;
  for (const Header &h : headers)
    offsets.push_back(h.abbrevs);
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  std::vector<Abbrevs> tables(offsets.size());
  u64 budget = s.base.abbrev.size() * 2;
  for (std::size_t i = 0; i < offsets.size(); ++i)
    tables[i] = read_abbrevs(s.base, offsets[i], budget);

  Limits limits{s.ranges.size() + s.rnglists.size() + units.size(), s.base.info.size() * 256};
  parallel_for(units.size(), 1, [&](std::size_t i) {
    std::size_t table = static_cast<std::size_t>(
        std::lower_bound(offsets.begin(), offsets.end(), headers[i].abbrevs) - offsets.begin());
    UnitReader(s, headers[i], tables[table], limits, units[i]).read(!has_table[i]);
  });
  return units;
}

} // namespace gold::dwarf
