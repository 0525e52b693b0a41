#include "readers/macho/universal.h"

#include "formats/macho/macho.h"

namespace gold::macho {

namespace {

u32 big32(ByteView b, u64 at) {
  const u8 *p = b.sub(at, 4, "header of a universal file").data();
  return u32(p[0]) << 24 | u32(p[1]) << 16 | u32(p[2]) << 8 | p[3];
}
u64 big64(ByteView b, u64 at) {
  return u64(big32(b, at)) << 32 | big32(b, at + 4);
}

} // namespace

bool is_universal(ByteView b) {
  if (b.size() < 8)
    return false;
  u32 magic = big32(b, 0);
  // 0xcafebabe is the magic of Java classes, too; there the next word is a version, 43 and up.
  return magic == FAT_MAGIC_64 || (magic == FAT_MAGIC && big32(b, 4) < 43);
}

ByteView slice_for(ByteView b, Arch arch) {
  bool wide = big32(b, 0) == FAT_MAGIC_64;
  u32 n = big32(b, 4);
  u64 size = wide ? 32 : 20;
  for (u32 i = 0; i < n; ++i) {
    u64 at = 8 + i * size;
    u32 cpu = big32(b, at), subtype = big32(b, at + 4) & ~CPU_SUBTYPE_MASK;
    Arch a = cpu == CPU_TYPE_X86_64                                   ? Arch::X86_64
             : cpu == CPU_TYPE_ARM64 && subtype != CPU_SUBTYPE_ARM64E ? Arch::AArch64
                                                                      : Arch::Unknown;
    if (a == Arch::Unknown || (arch != Arch::Unknown && a != arch))
      continue;
    u64 offset = wide ? big64(b, at + 8) : big32(b, at + 8),
        length = wide ? big64(b, at + 16) : big32(b, at + 12);
    return b.sub(offset, length, "slice of a universal file");
  }
  throw InputError(std::string("universal file without a slice for ") + (arch == Arch::AArch64 ? "arm64"
                                                                         : arch == Arch::X86_64
                                                                             ? "x86_64"
                                                                             : "x86_64 or arm64"));
}

} // namespace gold::macho
