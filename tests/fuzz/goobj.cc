// Fuzzes the reader of Go objects, resolution over two copies of one, and what follows their
// relocations.
#include "fuzz.h"
#include "readers/goobj/liveness.h"
#include "readers/goobj/object_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  using namespace gold;
  FuzzScope scope;
  Options opt;
  ByteView bytes(data, size);
  goobj::refusal(bytes);
  try {
    fuzz_reader(bytes, goobj::make_object, opt, [](Link &link, std::span<InputFile *const> files) {
      goobj::Liveness liveness;
      EdgeBuffer buf;
      for (InputFile *f : files)
        for (Section *s : f->sections)
          if (s) {
            buf.clear();
            liveness.edges(link, *s, buf);
            for (Section *again : buf.again)
              if (!again->is_live())
                __builtin_trap();
            s->live.store(1);
          }
      buf.clear();
      liveness.conditional_edges(link, buf);
      for (InputFile *f : files)
        for (Symbol *s : f->symbols.first(std::min<std::size_t>(f->symbols.size(), 8)))
          goobj::init_tasks(s);
    });
  } catch (const InputError &) {
  }
  return 0;
}
