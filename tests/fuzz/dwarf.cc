// Fuzzes the way from a place in an object to its source line: relocated debug sections, line tables,
// declarations.
#include "fuzz.h"
#include "readers/elf/object_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  Link link(opt);
  std::unique_ptr<InputFile> internal(new InputFile), file(elf::make_object());
  internal->kind = FileKind::Internal;
  link.files = {internal.get(), file.get()};
  file->bytes = ByteView(data, size);
  file->path = "fuzz";
  file->priority = 1;
  try {
    u64 n = file->reader->count_symbols(*file);
    link.symbols.reserve(n);
    link.groups.reserve(n);
    file->reader->parse_symbols(link, *file);
    for (auto &g : file->groups)
      g.group->offer(g.rank, 1);
    file->reader->parse_sections(link, *file);
  } catch (const InputError &) {
    return 0;
  }
  // These never throw, whatever the debug information holds.
  u32 asked = 0;
  for (Section *s : file->sections)
    if (s && s->is_alloc() && ++asked < 8)
      for (u64 offset : {u64(0), s->size / 2, s->size})
        file->reader->source_place(*file, *s, offset);
  for (u32 i = file->first_global; i < file->symbols.size() && i < file->first_global + 8; ++i) {
    file->reader->declaration(*file, i);
    file->reader->defined_at(*file, i);
  }
  return 0;
}
