// .note.gnu.property: what an object was compiled for (Linux ABI extensions to gABI, "Program
// Property"; the x86-64 and AArch64 psABIs' feature bits).
#include "readers/elf/object_parts.h"

namespace gold::elf {

void read_properties(ElfObject &o, ByteView b) {
  u64 off = 0;
  while (off < b.size()) {
    auto &h = b.at<Nhdr>(off, "note");
    u64 desc = off + sizeof(Nhdr) + align_up(h.n_namesz, 4);
    ByteView name = b.sub(off + sizeof(Nhdr), h.n_namesz, "note's name");
    ByteView d = b.sub(desc, h.n_descsz, "note's contents");
    off = std::min(align_up(desc + h.n_descsz, 8), b.size());
    if (h.n_type != NT_GNU_PROPERTY_TYPE_0 || name.str() != std::string_view("GNU", 4))
      continue;
    u64 at = 0;
    while (at < d.size()) {
      u32 type = d.at<ul32>(at, "program property"), size = d.at<ul32>(at + 4, "program property");
      ByteView value = d.sub(at + 8, size, "program property");
      at = std::min(align_up(at + 8 + size, 8), d.size());
      bool x86 = o.machine == EM_X86_64;
      u32 word = size >= 4 ? load<u32>(value.data()) : 0;
      if (type == (x86 ? GNU_PROPERTY_X86_FEATURE_1_AND : GNU_PROPERTY_AARCH64_FEATURE_1_AND)) {
        if (size < 4)
          throw InputError("a program property is too short");
        o.features_1_and |= word;
        o.has_features = true;
      } else if (x86 && type == GNU_PROPERTY_X86_ISA_1_NEEDED) {
        o.x86_isa_needed |= word;
      } else if (x86 && type == GNU_PROPERTY_X86_ISA_1_USED) {
        o.x86_isa_used |= word;
      } else if (x86 && type == GNU_PROPERTY_X86_FEATURE_2_USED) {
        o.x86_feature_2_used |= word;
      }
    }
  }
}

} // namespace gold::elf
