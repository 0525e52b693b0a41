// The source file of an object, as its DWARF says: name and folder of the first compilation unit. What is
// broken or not understood leaves the object without an entry in the debug map; it is no error of the link.
#include "readers/dwarf.h"
#include "readers/macho/object_parts.h"

namespace gold::macho {

void read_source_names(MachObject &o) {
  if (!o.debug_info || !o.debug_abbrev)
    return;
  auto contents = [&](const SectionHeader *h) {
    return h ? o.bytes.sub(h->offset, h->size, "debug section") : ByteView();
  };
  try {
    dwarf::Sections d;
    d.info = contents(o.debug_info);
    d.abbrev = contents(o.debug_abbrev);
    d.str = contents(o.debug_str);
    d.str_offsets = contents(o.debug_str_offsets);
    dwarf::UnitName unit = dwarf::name_of_first_unit(d);
    o.source_name = unit.name;
    o.source_dir = unit.dir;
  } catch (const InputError &) {
    o.source_name = o.source_dir = {};
  }
}

} // namespace gold::macho
