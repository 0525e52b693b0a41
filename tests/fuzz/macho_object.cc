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
      for (InputFile *f : files)
        for (Section *s : f->sections)
          if (s) {
            edges.clear();
            target->edges(link, *s, edges);
            target->scan(link, *s);
          }
    });
  } catch (const InputError &) {
  }
  return 0;
}
