// Fuzzes the reader of Mach-O objects, and the walks over relocations and unwind records that later passes
// make.
#include "fuzz.h"
#include "readers/macho/object_reader.h"
#include "readers/macho/universal.h"
#include "writers/macho/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  opt.format = Format::MachO;
  ByteView bytes(data, size);
  try {
    if (macho::is_universal(bytes))
      bytes = macho::slice_for(bytes, Arch::Unknown);
    macho::defined_names(bytes);
  } catch (const InputError &) {
  }
  macho::linker_options(bytes);
  macho::has_objc(bytes);
  Arch arch = macho::arch_of(bytes);
  if (arch == Arch::Unknown)
    return 0;
  opt.arch = arch;
  try {
    fuzz_reader(bytes, macho::make_object, opt, [&](Link &link, std::span<InputFile *const> files) {
      std::unique_ptr<Target> target(macho::make_macho_target(link, arch));
      EdgeBuffer edges;
      for (InputFile *f : files) {
        if (!f->reader)
          continue;
        // What messages ask for; each walks over all debug information.
        for (u32 k = 0; k < f->symbols.size() && k < 8; ++k) {
          f->reader->declaration(*f, k);
          f->reader->defined_at(*f, k);
        }
        for (Section *s : f->sections)
          if (s) {
            edges.clear();
            target->edges(link, *s, edges);
            target->scan(link, *s);
            if (s->index < 8)
              f->reader->source_place(*f, *s, s->size / 2);
          }
      }
    });
  } catch (const InputError &) {
  }
  return 0;
}
