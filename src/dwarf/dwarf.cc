// DWARF line tables and the declarations of variables; see dwarf.h.
#include "dwarf/encoding.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gold::dwarf {

namespace {

enum : u64 {
  DW_AT_location = 0x02,
  DW_AT_stmt_list = 0x10,
  DW_AT_comp_dir = 0x1b,
  DW_AT_decl_file = 0x3a,
  DW_AT_decl_line = 0x3b,
  DW_LNCT_path = 1,
  DW_LNCT_directory_index = 2,
};

enum : u8 {
  DW_OP_addr = 0x03,
  DW_OP_addrx = 0xa1,
  DW_OP_GNU_addr_index = 0xfb,
  DW_LNS_copy = 1,
  DW_LNS_advance_pc,
  DW_LNS_advance_line,
  DW_LNS_set_file,
  DW_LNS_set_column,
  DW_LNS_negate_stmt,
  DW_LNS_set_basic_block,
  DW_LNS_const_add_pc,
  DW_LNS_fixed_advance_pc,
  DW_LNE_end_sequence = 1,
  DW_LNE_set_address,
};

// -- line tables

struct LineTable {
  u32 version = 0, address_size = 8, offset_size = 4;
  u32 min_instruction = 1, opcode_base = 10, line_range = 1;
  i32 line_base = 0;
  ByteView operand_counts;
  std::vector<std::string_view> dirs;
  struct File {
    std::string_view name;
    u64 dir;
  };
  std::vector<File> files;
  ByteView program;

  std::string file_name(u64 index) const {
    if (version < 5) { // files count from 1
      if (index == 0)
        return "";
      --index;
    }
    if (index >= files.size())
      return "";
    const File &f = files[index];
    // Directory 0 is where the compiler was called: before version 5 it stands nowhere in the table.
    u64 dir = version < 5 ? f.dir - 1 : f.dir;
    bool own = version < 5 ? f.dir == 0 : f.dir == 0 || (dir < dirs.size() && dirs[dir] == dirs[0]);
    if (own || f.name.starts_with('/') || dir >= dirs.size())
      return std::string(f.name);
    return std::string(dirs[dir]) + "/" + std::string(f.name);
  }
};

// A table of version 5: the entries' format, then the entries.
template <class F> void read_entries(Cursor &c, const FormContext &x, F &&add) {
  u32 formats = c.byte();
  std::vector<std::pair<u64, u64>> format(formats);
  for (auto &[content, form] : format) {
    content = c.uleb();
    form = c.uleb();
  }
  u64 count = c.uleb();
  if (formats == 0 && count)
    throw InputError("the line table has entries without contents", c.at());
  for (u64 i = 0; i < count; ++i) {
    std::string_view path;
    u64 dir = 0, before = c.at();
    for (auto &[content, form] : format) {
      Value v = read_form(c, form, 0, x);
      if (content == DW_LNCT_path)
        path = form == DW_FORM_line_strp ? string_in(x.s.line_str, v.number)
               : form == DW_FORM_strp    ? string_in(x.s.str, v.number)
                                         : v.text;
      else if (content == DW_LNCT_directory_index)
        dir = v.number;
    }
    if (c.at() == before) // entries of no bytes could be as many as they like
      throw InputError("the line table has entries without contents", c.at());
    add(path, dir);
  }
}

// The table at `c`, which ends up behind it. Empty program: a version that is not known.
LineTable read_line_table(const Sections &s, Cursor &c) {
  LineTable t;
  Length length = unit_length(c);
  t.offset_size = length.offset_size;
  Cursor u(c.take(length.bytes));
  t.version = static_cast<u32>(u.number(2));
  if (t.version < 2 || t.version > 5)
    return t;
  if (t.version == 5) {
    t.address_size = u.byte();
    u.byte(); // size of segment selectors
  }
  u64 header = u.number(t.offset_size);
  Cursor h(u.take(header));
  t.program = u.take(u.left());
  t.min_instruction = h.byte();
  if (t.version >= 4)
    h.byte(); // operations an instruction, of VLIW machines
  h.byte();   // default_is_stmt
  t.line_base = static_cast<signed char>(h.byte());
  t.line_range = h.byte();
  t.opcode_base = h.byte();
  if (t.line_range == 0 || t.opcode_base == 0)
    throw InputError("the line table has an impossible header");
  t.operand_counts = h.take(t.opcode_base - 1);
  if (t.version == 5) {
    FormContext x{s, t.address_size, t.offset_size, 5};
    read_entries(h, x, [&](std::string_view path, u64) { t.dirs.push_back(path); });
    read_entries(h, x, [&](std::string_view path, u64 dir) { t.files.push_back({path, dir}); });
    return t;
  }
  for (std::string_view d; !(d = h.string()).empty();)
    t.dirs.push_back(d);
  for (std::string_view f; !(f = h.string()).empty();) {
    t.files.push_back({f, h.uleb()});
    h.uleb(); // time
    h.uleb(); // length
  }
  return t;
}

// Runs the program; fn(address, file, line, end_of_sequence) for each row.
template <class F> void run(const LineTable &t, F &&fn) {
  u64 address = 0, file = 1;
  u32 line = 1;
  Cursor c(t.program);
  auto advance = [&](u64 n) { address += n * t.min_instruction; };
  while (!c.done()) {
    u8 op = c.byte();
    if (op >= t.opcode_base) {
      u32 adjusted = op - t.opcode_base;
      advance(adjusted / t.line_range);
      line += static_cast<u32>(t.line_base + static_cast<i32>(adjusted % t.line_range));
      fn(address, file, line, false);
      continue;
    }
    switch (op) {
    case 0: {
      u64 n = c.uleb();
      Cursor e(c.take(n));
      if (n == 0)
        break;
      u8 sub = e.byte();
      if (sub == DW_LNE_end_sequence) {
        fn(address, file, line, true);
        address = 0, file = 1, line = 1;
      } else if (sub == DW_LNE_set_address) {
        address = e.number(static_cast<u32>(std::min<u64>(e.left(), 8)));
      }
      break;
    }
    case DW_LNS_copy:
      fn(address, file, line, false);
      break;
    case DW_LNS_advance_pc:
      advance(c.uleb());
      break;
    case DW_LNS_advance_line:
      line += static_cast<u32>(c.sleb());
      break;
    case DW_LNS_set_file:
      file = c.uleb();
      break;
    case DW_LNS_const_add_pc:
      advance((255 - t.opcode_base) / t.line_range);
      break;
    case DW_LNS_fixed_advance_pc:
      address += c.number(2);
      break;
    default:
      for (u32 i = 0; i < t.operand_counts.data()[op - 1]; ++i)
        c.uleb();
    }
  }
}

// -- .debug_info

// The attributes that matter, of one entry.
struct Entry {
  u64 tag = 0;
  bool null = false;
  std::optional<u64> address, file, line, origin, stmt_list, addr_base;
  std::optional<u64> address_index;
};

class Unit {
public:
  Unit(const Sections &s, u64 offset, u64 end, u64 first, const FormContext &x, const Abbrevs &abbrevs)
      : s_(s), offset_(offset), end_(end), first_(first), x_(x), abbrevs_(abbrevs) {}

  // The declaration of the variable at `address`, if the unit has it.
  std::optional<Position> find(u64 address) {
    Cursor c(s_.info.sub(0, end_), first_);
    std::optional<u64> stmt_list;
    bool top = true;
    while (!c.done()) {
      Entry e = read(c);
      if (std::exchange(top, false)) {
        stmt_list = e.stmt_list;
        addr_base_ = e.addr_base.value_or(8);
      }
      if (e.null || e.tag != DW_TAG_variable)
        continue;
      if (e.address_index)
        e.address = indexed(*e.address_index);
      if (!e.address || *e.address != address)
        continue;
      // A definition apart from its declaration (a member of a class, an inlined static) refers to it.
      for (int depth = 0; !e.line && e.origin && depth < 4; ++depth) {
        if (*e.origin < first_ || *e.origin >= end_)
          break;
        Cursor other(s_.info.sub(0, end_), *e.origin);
        Entry o = read(other);
        e.file = e.file ? e.file : o.file;
        e.line = o.line;
        e.origin = o.origin;
      }
      if (!e.line || !stmt_list)
        return {};
      Cursor lines(s_.line, *stmt_list);
      LineTable t = read_line_table(s_, lines);
      std::string name = t.file_name(e.file.value_or(1));
      if (name.empty())
        return {};
      return Position{name, static_cast<u32>(*e.line)};
    }
    return {};
  }

private:
  u64 indexed(u64 i) const {
    Cursor c(s_.addr, 0);
    if (i > s_.addr.size() / x_.address_size)
      return ~u64(0);
    c.skip(addr_base_ + i * x_.address_size);
    return c.number(x_.address_size);
  }

  Entry read(Cursor &c) const {
    Entry e;
    u64 code = c.uleb();
    if (code == 0) {
      e.null = true;
      return e;
    }
    auto it = abbrevs_.find(code);
    if (it == abbrevs_.end())
      throw InputError("the debug information uses an abbreviation that is not there", c.at());
    e.tag = it->second.tag;
    for (auto &a : it->second.attributes) {
      Value v = read_form(c, a.form, a.implicit, x_);
      switch (a.name) {
      case DW_AT_location:
        if (v.block.empty())
          break;
        if (Cursor b(v.block); v.block.data()[0] == DW_OP_addr && v.block.size() == 1 + x_.address_size) {
          b.skip(1);
          e.address = b.number(x_.address_size);
        } else if (v.block.data()[0] == DW_OP_addrx || v.block.data()[0] == DW_OP_GNU_addr_index) {
          b.skip(1);
          e.address_index = b.uleb();
        }
        break;
      case DW_AT_decl_file:
        e.file = v.number;
        break;
      case DW_AT_decl_line:
        e.line = v.number;
        break;
      case DW_AT_stmt_list:
        e.stmt_list = v.number;
        break;
      case DW_AT_addr_base:
        e.addr_base = v.number;
        break;
      case DW_AT_specification:
      case DW_AT_abstract_origin:
        if (v.reference)
          e.origin = v.global_reference ? v.number : offset_ + v.number;
        break;
      default:
        break;
      }
    }
    return e;
  }

  const Sections &s_;
  u64 offset_, end_, first_; // in .debug_info: the unit's header, its end, its first entry
  FormContext x_;
  const Abbrevs &abbrevs_;
  u64 addr_base_ = 8;
};

// Reads the header of the unit at `c` and moves on to the next unit. Nothing for a unit of an unknown
// version, for types, which hold no variables, and for split ones, whose contents are elsewhere.
std::optional<UnitHeader> next_unit(const Sections &s, Cursor &c) {
  UnitHeader h = unit_header(s, s.info, c);
  if (!h.known() || h.kind == DW_UT_type || h.kind == DW_UT_split_type || h.kind == DW_UT_split_compile)
    return {};
  if (h.kind == DW_UT_skeleton)
    h.first += 8;
  if (h.form.address_size == 0 || h.form.address_size > 8)
    throw InputError("the debug information has addresses of an impossible size", h.offset);
  return h;
}

// Of the unit that ends at `end`. Only the first entry is read, and abbreviations up to its own.
UnitName name_of(const Sections &s, const UnitHeader &h, u64 end) {
  Cursor entry(s.info.sub(0, end), h.first), table = abbrevs_at(s, h.abbrevs);
  Abbrev top;
  u64 code = entry.uleb();
  for (u64 found = 0; found != code; top = read_abbrev(table)) {
    found = table.uleb();
    if (found == 0)
      return {};
  }
  std::optional<Text> name, dir;
  u64 base = 8; // of .debug_str_offsets; may come after what counts from it
  for (auto &a : top.attributes) {
    Value v = read_form(entry, a.form, a.implicit, h.form);
    if (a.name == DW_AT_name)
      name = {a.form, v};
    else if (a.name == DW_AT_comp_dir)
      dir = {a.form, v};
    else if (a.name == DW_AT_str_offsets_base)
      base = v.number;
  }
  auto text = [&](const std::optional<Text> &t) {
    return t ? text_of(*t, h.form, base) : std::string_view();
  };
  return {text(name), text(dir)};
}

} // namespace

std::optional<Position> line_of_code(const Sections &s, u64 address) {
  Cursor c(s.line);
  while (!c.done()) {
    LineTable t = read_line_table(s, c);
    if (t.program.empty())
      continue;
    bool have = false, found = false;
    u64 last_address = 0, last_file = 0, hit_file = 0;
    u32 last_line = 0, hit_line = 0;
    run(t, [&](u64 a, u64 file, u32 line, bool end) {
      // A row holds up to the next one's address. Line 0 is code that no line stands for.
      if (have && !found && last_address <= address && address < a && last_line) {
        found = true;
        hit_file = last_file;
        hit_line = last_line;
      }
      have = !end;
      last_address = a, last_file = file, last_line = line;
    });
    if (!found)
      continue;
    std::string name = t.file_name(hit_file);
    if (name.empty())
      return {};
    return Position{name, hit_line};
  }
  return {};
}

std::optional<Position> declaration_of_data(const Sections &s, u64 address) {
  Cursor c(s.info);
  Abbrevs table;
  u64 table_offset = ~u64(0), budget = s.abbrev.size() * 2;
  while (!c.done()) {
    auto h = next_unit(s, c);
    if (!h)
      continue;
    if (table_offset != h->abbrevs)
      table = read_abbrevs(s, h->abbrevs, budget);
    table_offset = h->abbrevs;
    Unit unit(s, h->offset, c.at(), h->first, h->form, table);
    if (auto p = unit.find(address))
      return p;
  }
  return {};
}

UnitName name_of_first_unit(const Sections &s) {
  Cursor c(s.info);
  while (!c.done())
    if (auto h = next_unit(s, c))
      return name_of(s, *h, c.at());
  return {};
}

ByteView *section_by_name(Sections &s, std::string_view name) {
  return name == "info"          ? &s.info
         : name == "abbrev"      ? &s.abbrev
         : name == "line"        ? &s.line
         : name == "line_str"    ? &s.line_str
         : name == "str"         ? &s.str
         : name == "str_offsets" ? &s.str_offsets
         : name == "addr"        ? &s.addr
                                 : nullptr;
}

} // namespace gold::dwarf
