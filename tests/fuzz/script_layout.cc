// Fuzzes scripts that lay out an image: a few sections are placed and given addresses as the script says,
// by a target that has no format. Nothing may crash, hang or grow with a number of the script.
#include "fuzz.h"
#include "layout/layout.h"
#include "readers/script/parser.h"
#include "resolve/resolve.h"

namespace gold {
namespace {

class NoTarget final : public Target {
public:
  Format format() const override { return Format::Unknown; }
  Arch arch() const override { return Arch::Unknown; }
  const char *name() const override { return "none"; }
  std::string_view default_entry(const Link &) override { return ""; }
  void add_linker_symbols(Link &) override {}
  void decide_imports_exports(Link &) override {}
  u32 zero_fill_type() const override { return 8; }
  u32 data_type() const override { return 1; }
  u64 writable_flags(bool) const override { return 3; }
  bool is_root(const Link &, const Section &) override { return false; }
  void edges(Link &, const Section &, EdgeBuffer &) override {}
  void scan(Link &, Section &) override {}
  void synthesize(Link &) override {}
  void make_segments(Link &) override {}
  u64 header_size(const Link &) override { return 64; }
  u64 page_size(const Link &) override { return 4096; }
  u64 default_image_base(const Link &) override { return 0; }
  void finalize(Link &) override {}
  void relocate(Link &, Section &, u8 *) override {}
  void fill(const OutputSection &, u8 *buf, u64 n) override { std::memset(buf, 0, n); }
  void write_headers(Link &, u8 *) override {}
};

struct Input {
  std::string_view name;
  u16 flags;
  u64 size;
};
constexpr Input kInputs[] = {
    {".text", kSecAlloc | kSecExec, 20},
    {".text.hot", kSecAlloc | kSecExec, 7},
    {".rodata", kSecAlloc, 16},
    {".data", kSecAlloc | kSecWrite, 24},
    {".data.x", kSecAlloc | kSecWrite, 0},
    {".bss", kSecAlloc | kSecWrite | kSecZeroFill, 100},
    {".init_array.00101", kSecAlloc | kSecWrite, 8},
    {".comment", 0, 5},
};

void lay_out(ByteView bytes) {
  static const Options options;
  auto link = std::make_unique<Link>(options);
  NoTarget target;
  link->target = &target;
  auto include = [](std::string_view, std::string &) -> ByteView { throw InputError("no file"); };
  script::parse_script(bytes, "x", link->plan, include);

  InputFile internal, object;
  internal.kind = FileKind::Internal;
  internal.path = "<internal>";
  object.path = "a.o";
  object.priority = 1;
  internal.live = object.live = true;
  link->internal = &internal;
  link->files = {&internal, &object};
  std::vector<Section *> sections;
  for (const Input &in : kInputs) {
    Section *s = Arena::make<Section>();
    s->file = &object;
    s->name_data = in.name.data();
    s->name_size = static_cast<u32>(in.name.size());
    s->flags = in.flags;
    s->size = in.size;
    s->p2align = 3;
    s->native_type = in.flags & kSecZeroFill ? 8 : 1;
    sections.push_back(s);
  }
  object.sections = sections;
  make_plan(*link);
  claim_script_symbols(*link);
  link->objects = link->files;
  activate_provides(*link);
  bind_script_symbols(*link);
  match_sections(*link);
  mark_live_sections(*link);
  place_sections(*link);
  if (!link->diag.has_errors())
    assign_addresses(*link);
  // What the passes behind rely on.
  if (!link->diag.has_errors())
    for (OutputSection *o : link->outputs)
      for (Section *s : o->members)
        if (s->offset > o->size || s->size > o->size - s->offset)
          __builtin_trap();
}

} // namespace
} // namespace gold

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  gold::FuzzScope scope;
  try {
    gold::lay_out(gold::ByteView(data, size));
  } catch (const gold::InputError &) {
  }
  return 0;
}
