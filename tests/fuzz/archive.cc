// Fuzzes the reader of archives in its three modes.
#include "readers/archive.h"

#include "readers/identify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  ByteView bytes(data, size);
  identify(bytes);
  for (ArchiveScan scan : {ArchiveScan::Indexed, ArchiveScan::Lazy, ArchiveScan::Whole})
    try {
      Archive a = read_archive(bytes, "dir/lib.a", scan);
      for (u32 i = 0; i < a.members.size(); ++i) {
        ArchiveMember &m = load_member(a, i);
        if (!m.bytes.empty() && !bytes.contains(m.offset, m.bytes.size()))
          __builtin_trap();
      }
      for (auto &[name, member] : a.index)
        if (member >= a.members.size())
          __builtin_trap();
    } catch (const InputError &) {
    }
  return 0;
}
