// Bytes, forms, abbreviations; see encoding.h.
#include "dwarf/encoding.h"

namespace gold::dwarf {

Length unit_length(Cursor &c) {
  u64 n = c.number(4);
  if (n == 0xffffffff)
    return {c.number(8), 8};
  if (n >= 0xfffffff0)
    throw InputError("a unit of the debug information has a reserved length", c.at());
  return {n, 4};
}

std::string_view string_in(ByteView table, u64 offset) {
  return table.cstr(offset, "string of the debug information");
}

Value read_form(Cursor &c, u64 form, i64 implicit, const FormContext &x) {
  Value v;
  switch (form) {
  case DW_FORM_addr:
    v.number = c.number(x.address_size);
    break;
  case DW_FORM_flag:
  case DW_FORM_data1:
  case DW_FORM_strx1:
  case DW_FORM_addrx1:
    v.number = c.number(1);
    break;
  case DW_FORM_data2:
  case DW_FORM_strx2:
  case DW_FORM_addrx2:
    v.number = c.number(2);
    break;
  case DW_FORM_strx3:
  case DW_FORM_addrx3:
    v.number = c.number(3);
    break;
  case DW_FORM_data4:
  case DW_FORM_strx4:
  case DW_FORM_addrx4:
  case DW_FORM_ref_sup4:
    v.number = c.number(4);
    break;
  case DW_FORM_data8:
  case DW_FORM_ref_sig8:
  case DW_FORM_ref_sup8:
    v.number = c.number(8);
    break;
  case DW_FORM_data16:
    v.block = c.take(16);
    break;
  case DW_FORM_sdata:
    v.number = static_cast<u64>(c.sleb());
    break;
  case DW_FORM_udata:
  case DW_FORM_strx:
  case DW_FORM_addrx:
  case DW_FORM_loclistx:
  case DW_FORM_rnglistx:
  case DW_FORM_GNU_addr_index:
  case DW_FORM_GNU_str_index:
    v.number = c.uleb();
    break;
  case DW_FORM_ref1:
    v = {.number = c.number(1), .reference = true};
    break;
  case DW_FORM_ref2:
    v = {.number = c.number(2), .reference = true};
    break;
  case DW_FORM_ref4:
    v = {.number = c.number(4), .reference = true};
    break;
  case DW_FORM_ref8:
    v = {.number = c.number(8), .reference = true};
    break;
  case DW_FORM_ref_udata:
    v = {.number = c.uleb(), .reference = true};
    break;
  case DW_FORM_ref_addr:
    v = {.number = c.number(x.version < 3 ? x.address_size : x.offset_size),
         .reference = true,
         .global_reference = true};
    break;
  case DW_FORM_sec_offset:
  case DW_FORM_strp_sup:
  case DW_FORM_GNU_ref_alt:
  case DW_FORM_GNU_strp_alt:
    v.number = c.number(x.offset_size);
    break;
  case DW_FORM_strp:
    v.number = c.number(x.offset_size);
    break;
  case DW_FORM_line_strp:
    v.number = c.number(x.offset_size);
    break;
  case DW_FORM_string:
    v.text = c.string();
    break;
  case DW_FORM_block1:
    v.block = c.take(c.number(1));
    break;
  case DW_FORM_block2:
    v.block = c.take(c.number(2));
    break;
  case DW_FORM_block4:
    v.block = c.take(c.number(4));
    break;
  case DW_FORM_block:
  case DW_FORM_exprloc:
    v.block = c.take(c.uleb());
    break;
  case DW_FORM_flag_present:
    v.number = 1;
    break;
  case DW_FORM_implicit_const:
    v.number = static_cast<u64>(implicit);
    break;
  case DW_FORM_indirect: {
    u64 real = c.uleb();
    if (real == DW_FORM_indirect || real == DW_FORM_implicit_const)
      throw InputError("the debug information has an indirect form that means nothing", c.at());
    return read_form(c, real, 0, x);
  }
  default:
    throw InputError("the debug information has an unknown form", c.at());
  }
  return v;
}

Cursor abbrevs_at(const Sections &s, u64 offset) {
  return Cursor(s.abbrev.from(offset, "abbreviations of the debug information"));
}

Abbrev read_abbrev(Cursor &c) {
  Abbrev a;
  a.tag = c.uleb();
  a.children = c.byte();
  for (;;) {
    u64 name = c.uleb(), form = c.uleb();
    i64 implicit = form == DW_FORM_implicit_const ? c.sleb() : 0;
    if (name == 0 && form == 0)
      return a;
    a.attributes.push_back({name, form, implicit});
  }
}

Abbrevs read_abbrevs(const Sections &s, u64 offset, u64 &budget) {
  Abbrevs out;
  Cursor c = abbrevs_at(s, offset);
  while (!c.done()) {
    u64 code = c.uleb();
    if (code == 0)
      break;
    out.emplace(code, read_abbrev(c));
  }
  if (c.at() > budget)
    throw InputError("the abbreviations of the debug information overlap", offset);
  budget -= c.at();
  return out;
}

std::string_view text_of(const Text &t, const FormContext &x, u64 offsets_base) {
  switch (t.form) {
  case DW_FORM_string:
    return t.value.text;
  case DW_FORM_strp:
    return string_in(x.s.str, t.value.number);
  case DW_FORM_line_strp:
    return string_in(x.s.line_str, t.value.number);
  case DW_FORM_strx:
  case DW_FORM_strx1:
  case DW_FORM_strx2:
  case DW_FORM_strx3:
  case DW_FORM_strx4: {
    if (t.value.number >= x.s.str_offsets.size() / x.offset_size)
      return "";
    Cursor c(x.s.str_offsets, offsets_base);
    c.skip(t.value.number * x.offset_size);
    return string_in(x.s.str, c.number(x.offset_size));
  }
  default:
    return "";
  }
}

UnitHeader unit_header(const Sections &s, ByteView section, Cursor &c) {
  u64 offset = c.at();
  Length length = unit_length(c);
  u64 begin = c.at();
  c.skip(length.bytes);
  Cursor h(section.sub(0, c.at()), begin);
  u32 version = static_cast<u32>(h.number(2));
  UnitHeader u{offset, begin, c.at(), 0, 0, {s, 0, length.offset_size, version}};
  if (!u.known())
    return u;
  if (version == 5) {
    u.kind = h.byte();
    u.form.address_size = h.byte();
    u.abbrevs = h.number(length.offset_size);
  } else {
    u.abbrevs = h.number(length.offset_size);
    u.form.address_size = h.byte();
  }
  u.first = h.at();
  return u;
}

} // namespace gold::dwarf
