// The reader of shared objects: names, versions, aliases of default versions.
#include "readers/elf/shared_reader.h"
#include "readers_elf_builder.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::elf;

namespace {

// f@@V2, f@V1, g (unversioned), an undefined `u` and a local version index.
std::string shared_object() {
  ObjectBuilder b;
  std::string strings(1, '\0');
  auto name = [&](std::string_view s) {
    u32 at = static_cast<u32>(strings.size());
    strings += std::string(s) + '\0';
    return at;
  };
  std::string syms, versions;
  auto symbol = [&](std::string_view s, u16 shndx, u16 version, u64 value, u8 type = STT_FUNC) {
    Sym e{};
    e.st_name = s.empty() ? 0 : name(s);
    e.st_info = static_cast<u8>(s.empty() ? 0 : STB_GLOBAL << 4 | type);
    e.st_shndx = shndx;
    e.st_value = value;
    append(syms, e);
    append(versions, ul16(version));
  };
  symbol("", 0, 0, 0);
  symbol("f", 9, 3, 0x1000);
  symbol("f", 9, 2 | VERSYM_HIDDEN, 0x1100);
  symbol("g", 9, VER_NDX_GLOBAL, 0x1200, STT_TLS);
  symbol("u", SHN_UNDEF, VER_NDX_GLOBAL, 0);
  symbol("secret", 9, VER_NDX_LOCAL, 0x1300);
  std::string verdef;
  auto version = [&](std::string_view s, u16 index, bool last) {
    Verdef d{};
    d.vd_version = 1;
    d.vd_ndx = index;
    d.vd_cnt = 1;
    d.vd_aux = sizeof(Verdef);
    d.vd_next = last ? 0 : sizeof(Verdef) + sizeof(Verdaux);
    append(verdef, d);
    Verdaux a{};
    a.vda_name = name(s);
    append(verdef, a);
  };
  version("libx.so.1", 1, false);
  version("V1", 2, false);
  version("V2", 3, true);
  std::string dynamic;
  auto dyn = [&](u64 tag, u64 value) {
    Dyn d{};
    d.d_tag = tag;
    d.d_val = value;
    append(dynamic, d);
  };
  dyn(DT_SONAME, name("libx.so.1"));
  dyn(DT_NEEDED, name("liby.so"));
  dyn(DT_NULL, 0);

  u32 str = b.section(".dynstr", SHT_STRTAB, SHF_ALLOC, strings);
  u32 list[] = {b.section(".dynsym", SHT_DYNSYM, SHF_ALLOC, syms, 8, sizeof(Sym)),
                b.section(".gnu.version", SHT_GNU_VERSYM, SHF_ALLOC, versions, 2, 2),
                b.section(".gnu.version_d", SHT_GNU_VERDEF, SHF_ALLOC, verdef, 8),
                b.section(".dynamic", SHT_DYNAMIC, SHF_ALLOC, dynamic, 8, sizeof(Dyn))};
  for (u32 i : list)
    b.parts[i - 1].header.sh_link = str;
  b.parts[list[0] - 1].header.sh_info = 1;
  std::string image = b.build();
  store<u16>(image.data() + 16, ET_DYN);
  return image;
}

} // namespace

TEST_CASE("shared object") {
  ObjectBuilder b;
  b.symbol("f@V2", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF);
  ReadObjects r({b.build()});
  CHECK(r.link.has_versioned_refs);

  std::string image = shared_object();
  std::unique_ptr<InputFile> file(make_shared());
  auto &o = static_cast<ElfShared &>(*file);
  o.bytes = ByteView(image);
  o.path = "dir/x.so";
  o.priority = 2;
  r.link.files.push_back(&o);
  r.link.symbols.reserve(o.reader->count_symbols(o));
  o.reader->parse_symbols(r.link, o);
  o.reader->claim_referenced(r.link, o);
  o.reader->parse_sections(r.link, o);

  CHECK(o.soname == "libx.so.1");
  CHECK(o.needed == std::vector<std::string_view>{"liby.so"});
  REQUIRE(r["f"]);
  CHECK(r["f"]->value == 0x1000);
  CHECK(r["f"]->version == 3);
  CHECK(r["f"]->flags == (kSymShared | kSymFunction));
  CHECK(r["f"]->klass() == SymClass::Lazy);
  REQUIRE(r["f@V1"]);
  CHECK(r["f@V1"]->value == 0x1100);
  CHECK(r["f@V1"]->marked(kMarkVersionHidden));
  CHECK(r["f@V2"]->value == 0x1000); // the default version, asked for by name
  CHECK(r["f@V2"]->file == &o);
  CHECK(r["g"]->is_tls());
  CHECK(r["u"]->marked(kMarkRefShared));
  CHECK(r["u"]->klass() == SymClass::None);
  CHECK(!r["secret"]);

  for (std::size_t n = 0; n < image.size(); n += 3) {
    std::unique_ptr<InputFile> cut(make_shared());
    cut->bytes = ByteView(std::string_view(image).substr(0, n));
    CHECK_THROWS_AS(cut->reader->count_symbols(*cut), InputError);
  }
}
