// The source file of an object, as its DWARF says: name and folder of the first compilation unit.
//
// Only that unit's first entry is read (DWARF 5, 7.5.1 and 7.5.3). What is broken or not understood leaves
// the object without an entry in the debug map; it is no error of the link.
#include "readers/macho/object_parts.h"

namespace gold::macho {
namespace {

enum : u64 {
  DW_AT_name = 0x03,
  DW_AT_comp_dir = 0x1b,
  DW_AT_str_offsets_base = 0x72,
  DW_FORM_block2 = 0x03,
  DW_FORM_data2 = 0x05,
  DW_FORM_data4 = 0x06,
  DW_FORM_data8 = 0x07,
  DW_FORM_string = 0x08,
  DW_FORM_data1 = 0x0b,
  DW_FORM_flag = 0x0c,
  DW_FORM_sdata = 0x0d,
  DW_FORM_strp = 0x0e,
  DW_FORM_udata = 0x0f,
  DW_FORM_addr = 0x01,
  DW_FORM_sec_offset = 0x17,
  DW_FORM_flag_present = 0x19,
  DW_FORM_strx = 0x1a,
  DW_FORM_addrx = 0x1b,
  DW_FORM_implicit_const = 0x21,
  DW_FORM_loclistx = 0x22,
  DW_FORM_rnglistx = 0x23,
  DW_FORM_strx1 = 0x25,
  DW_FORM_strx4 = 0x28,
};

struct Reader {
  ByteView bytes;
  u64 at = 0;
  u64 number(u32 n) {
    u64 v = 0;
    std::memcpy(&v, bytes.sub(at, n, "debug information").data(), n);
    at += n;
    return v;
  }
  u64 uleb() {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      u64 b = number(1);
      if (shift < 64)
        v |= (b & 0x7f) << shift;
      if (!(b & 0x80))
        return v;
    }
  }
};

ByteView contents(const MachObject &o, const SectionHeader *h) {
  return h ? o.bytes.sub(h->offset, h->size, "debug section") : ByteView();
}

void read(MachObject &o) {
  Reader info{contents(o, o.debug_info)};
  ByteView strings = contents(o, o.debug_str), offsets = contents(o, o.debug_str_offsets);
  u64 length = info.number(4);
  if (length >= 0xfffffff0)
    return; // 64-bit DWARF
  u64 version = info.number(2), abbrev_at, address_size;
  if (version >= 5) {
    info.number(1); // unit type
    address_size = info.number(1);
    abbrev_at = info.number(4);
  } else {
    abbrev_at = info.number(4);
    address_size = info.number(1);
  }
  if (version < 2 || version > 5 || address_size != 8)
    return;
  u64 code = info.uleb();
  Reader abbrev{contents(o, o.debug_abbrev), abbrev_at};
  // A compilation unit's own entry is described first, or nearly so.
  for (int i = 0; i < 64; ++i) {
    u64 c = abbrev.uleb();
    if (c == code)
      break;
    abbrev.uleb();
    abbrev.number(1);
    while (abbrev.uleb() | abbrev.uleb()) {
    }
  }
  abbrev.uleb(); // tag
  abbrev.number(1);
  u64 base = 8;
  struct Text {
    u64 form = 0, value = 0;
  } name, dir;
  for (;;) {
    u64 attribute = abbrev.uleb(), form = abbrev.uleb();
    if (!attribute)
      break;
    Text t{form, 0};
    switch (form) {
    case DW_FORM_string:
      t.value = info.at;
      info.at += info.bytes.cstr(info.at, "debug information").size() + 1;
      break;
    case DW_FORM_strp:
    case DW_FORM_data4:
    case DW_FORM_sec_offset:
      t.value = info.number(4);
      break;
    case DW_FORM_data1:
    case DW_FORM_flag:
      t.value = info.number(1);
      break;
    case DW_FORM_data2:
      t.value = info.number(2);
      break;
    case DW_FORM_data8:
    case DW_FORM_addr:
      t.value = info.number(8);
      break;
    case DW_FORM_flag_present:
      break;
    case DW_FORM_implicit_const:
      abbrev.uleb();
      break;
    case DW_FORM_udata:
    case DW_FORM_sdata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
      t.value = info.uleb();
      break;
    default:
      if (form < DW_FORM_strx1 || form > DW_FORM_strx4)
        return;
      t.value = info.number(static_cast<u32>(form - DW_FORM_strx1 + 1));
    }
    if (attribute == DW_AT_name)
      name = t;
    else if (attribute == DW_AT_comp_dir)
      dir = t;
    else if (attribute == DW_AT_str_offsets_base)
      base = t.value;
  }
  auto text = [&](const Text &t) -> std::string_view {
    switch (t.form) {
    case 0:
      return {};
    case DW_FORM_string:
      return info.bytes.cstr(t.value, "name");
    case DW_FORM_strp:
      return strings.cstr(t.value, "name");
    default:
      if (t.form != DW_FORM_strx && (t.form < DW_FORM_strx1 || t.form > DW_FORM_strx4))
        return {};
      return strings.cstr(offsets.at<ul32>(base + t.value * 4, "name"), "name");
    }
  };
  o.source_name = text(name);
  o.source_dir = text(dir);
}

} // namespace

void read_source_names(MachObject &o) {
  if (!o.debug_info || !o.debug_abbrev)
    return;
  try {
    read(o);
  } catch (const InputError &) {
    o.source_name = o.source_dir = {};
  }
}

} // namespace gold::macho
