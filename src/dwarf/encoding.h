// The encoding of DWARF (DWARF 5, chapter 7): bytes, attribute forms, abbreviations, headers of units. For
// the files of this room; what others ask for is in dwarf.h and index.h.
#pragma once

#include "dwarf/dwarf.h"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace gold::dwarf {

enum : u64 {
  DW_FORM_addr = 0x01,
  DW_FORM_block2 = 0x03,
  DW_FORM_block4,
  DW_FORM_data2,
  DW_FORM_data4,
  DW_FORM_data8,
  DW_FORM_string,
  DW_FORM_block,
  DW_FORM_block1,
  DW_FORM_data1,
  DW_FORM_flag,
  DW_FORM_sdata,
  DW_FORM_strp,
  DW_FORM_udata,
  DW_FORM_ref_addr,
  DW_FORM_ref1,
  DW_FORM_ref2,
  DW_FORM_ref4,
  DW_FORM_ref8,
  DW_FORM_ref_udata,
  DW_FORM_indirect,
  DW_FORM_sec_offset,
  DW_FORM_exprloc,
  DW_FORM_flag_present,
  DW_FORM_strx,
  DW_FORM_addrx,
  DW_FORM_ref_sup4,
  DW_FORM_strp_sup,
  DW_FORM_data16,
  DW_FORM_line_strp,
  DW_FORM_ref_sig8,
  DW_FORM_implicit_const,
  DW_FORM_loclistx,
  DW_FORM_rnglistx,
  DW_FORM_ref_sup8,
  DW_FORM_strx1,
  DW_FORM_strx2,
  DW_FORM_strx3,
  DW_FORM_strx4,
  DW_FORM_addrx1,
  DW_FORM_addrx2,
  DW_FORM_addrx3,
  DW_FORM_addrx4,
  DW_FORM_GNU_addr_index = 0x1f01,
  DW_FORM_GNU_str_index = 0x1f02,
  DW_FORM_GNU_ref_alt = 0x1f20,
  DW_FORM_GNU_strp_alt = 0x1f21,
};

// Of tags, attributes and kinds of units those that more than one reader asks for.
enum : u64 {
  DW_TAG_variable = 0x34,
  DW_AT_name = 0x03,
  DW_AT_abstract_origin = 0x31,
  DW_AT_specification = 0x47,
  DW_AT_str_offsets_base = 0x72,
  DW_AT_addr_base = 0x73,
  DW_UT_type = 2,
  DW_UT_skeleton = 4,
  DW_UT_split_compile = 5,
  DW_UT_split_type = 6,
};

// Reads forward; every read is checked.
class Cursor {
public:
  Cursor(ByteView b, u64 at = 0) : b_(b), at_(at) {}
  u64 at() const { return at_; }
  bool done() const { return at_ >= b_.size(); }
  u64 left() const { return b_.size() - at_; }
  void skip(u64 n) { take(n); }
  u64 number(u32 bytes) {
    const u8 *p = take(bytes).data();
    u64 v = 0;
    for (u32 i = 0; i < bytes; ++i)
      v |= u64(p[i]) << 8 * i;
    return v;
  }
  u8 byte() { return *take(1).data(); }
  u64 uleb() {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      u8 c = byte();
      if (shift < 64)
        v |= u64(c & 127) << shift;
      if (!(c & 128))
        return v;
    }
  }
  i64 sleb() {
    u64 v = 0;
    for (u32 shift = 0;;) {
      u8 c = byte();
      if (shift < 64)
        v |= u64(c & 127) << shift;
      shift += 7;
      if (!(c & 128)) {
        if (c & 64 && shift < 64)
          v |= ~u64(0) << shift;
        return static_cast<i64>(v);
      }
    }
  }
  std::string_view string() {
    std::string_view s = b_.cstr(at_, "string of the debug information");
    at_ += s.size() + 1;
    return s;
  }
  ByteView take(u64 n) {
    ByteView v = b_.sub(at_, n, "debug information");
    at_ += n;
    return v;
  }

private:
  ByteView b_;
  u64 at_;
};

// The length that begins a unit, and whether its offsets have 8 bytes.
struct Length {
  u64 bytes;
  u32 offset_size;
};
Length unit_length(Cursor &);

// What a form means is needed of few attributes; all others are skipped.
struct Value {
  u64 number = 0;
  std::string_view text;
  ByteView block;
  bool reference = false;        // `number` is an offset
  bool global_reference = false; // ... in .debug_info rather than in the unit
};

struct FormContext {
  const Sections &s;
  u32 address_size, offset_size, version;
};

std::string_view string_in(ByteView table, u64 offset);
Value read_form(Cursor &, u64 form, i64 implicit, const FormContext &);

struct Abbrev {
  u64 tag = 0;
  bool children = false;
  struct Attribute {
    u64 name, form;
    i64 implicit;
  };
  std::vector<Attribute> attributes;
};
using Abbrevs = std::unordered_map<u64, Abbrev>;

Cursor abbrevs_at(const Sections &, u64 offset);

// What follows the code of an abbreviation.
Abbrev read_abbrev(Cursor &);

// `budget` is what all tables together may take: two units may share one, but no honest file reads the
// same bytes over and over.
Abbrevs read_abbrevs(const Sections &, u64 offset, u64 &budget);

struct UnitHeader {
  u64 offset, first,
      end;     // in its section: the header, what follows the part that all kinds of units have, the end
  u64 abbrevs; // in .debug_abbrev
  u64 kind;    // DW_UT_*; 0 before DWARF 5
  FormContext form;

  bool known() const { return form.version >= 2 && form.version <= 5; }
};
// Of the unit at `c` in `section`; `c` moves on to the next one. Of an unknown version only where it lies is
// known.
UnitHeader unit_header(const Sections &, ByteView section, Cursor &c);

// The value of an attribute that is a string.
struct Text {
  u64 form;
  Value value;
};
std::string_view text_of(const Text &, const FormContext &, u64 offsets_base);

} // namespace gold::dwarf
