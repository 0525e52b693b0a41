// The ELF object reader: symbols, groups, sections, unwind records.
#include "readers_elf_builder.h"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

using namespace gold;
using namespace gold::elf;

namespace {

Rela rela(u64 offset, u32 type, u32 sym, i64 addend = 0) {
  Rela r{};
  r.r_offset = offset;
  r.r_type = type;
  r.r_sym = sym;
  r.r_addend = addend;
  return r;
}

std::string words(std::initializer_list<u32> list) {
  std::string s;
  for (u32 w : list)
    append(s, ul32(w));
  return s;
}

} // namespace

TEST_CASE("symbols: the best class wins, then the earlier file") {
  ObjectBuilder a, b;
  u32 ta = a.section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, std::string(16, '\x90'));
  a.symbol("local", STB_LOCAL, STT_FUNC, static_cast<u16>(ta), 4);
  a.symbol("weak_then_strong", STB_WEAK, STT_FUNC, static_cast<u16>(ta), 0);
  a.symbol("undef", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF);
  a.symbol("undef_weak", STB_WEAK, STT_NOTYPE, SHN_UNDEF);
  a.symbol("common", STB_GLOBAL, STT_OBJECT, SHN_COMMON, 16, 40);
  a.symbol("absolute", STB_GLOBAL, STT_NOTYPE, SHN_ABS, 0x1234);
  u32 tb = b.section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, std::string(16, '\x90'));
  b.symbol("weak_then_strong", STB_GLOBAL, STT_FUNC, static_cast<u16>(tb), 8);
  b.symbol("common", STB_WEAK, STT_OBJECT, static_cast<u16>(tb), 0, 0, STV_HIDDEN);
  ReadObjects r({a.build(), b.build()});

  Symbol *s = r["weak_then_strong"];
  REQUIRE(s);
  CHECK(s->file == r.files[1]);
  CHECK(s->section == r.files[1]->sections[tb]);
  CHECK(s->value == 8);
  CHECK(s->flags == kSymFunction);
  CHECK(r["undef"]->klass() == SymClass::Undef);
  CHECK(r["undef"]->marked(kMarkStrongRef));
  CHECK(r["undef_weak"]->klass() == SymClass::UndefWeak);
  CHECK(!r["undef_weak"]->marked(kMarkStrongRef));
  CHECK(r["common"]->klass() == SymClass::Common);
  CHECK(r["common"]->value == 16);
  CHECK(r["common"]->vis() == Visibility::Hidden);
  CHECK(r.files[0]->common_size(r["common"]->native) == 40);
  CHECK(r["absolute"]->is_absolute());
  CHECK(r["absolute"]->value == 0x1234);
  CHECK(!r["local"]);
  CHECK(r.files[0]->symbols[1]->name() == "local");
  CHECK(r.files[0]->symbols[1]->value == 4);
}

TEST_CASE("symbols: names with versions, --wrap") {
  ObjectBuilder a;
  a.section(".text", SHT_PROGBITS, SHF_ALLOC, "x");
  a.symbol("f@@V2", STB_GLOBAL, STT_FUNC, 1);
  a.symbol("f@V1", STB_GLOBAL, STT_FUNC, 1);
  a.symbol("malloc", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF);
  a.symbol("__real_malloc", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF);
  Options opt;
  opt.wrap = {"malloc"};
  ReadObjects r({a.build()}, opt);
  CHECK(r["f"]->is_defined());
  CHECK(r["f@V1"]->is_defined());
  CHECK(r["f@V1"]->marked(kMarkVersionHidden));
  REQUIRE(r.files[0]->symvers.size() == 2);
  CHECK(r.files[0]->symvers[0].second == "V2");
  CHECK(r.files[0]->symvers[1].second == "V1");
  CHECK(r.files[0]->symbols[3] == r["__wrap_malloc"]);
  CHECK(r.files[0]->symbols[4] == r["malloc"]);
  CHECK(!r.link.has_versioned_refs);
}

TEST_CASE("groups: the second copy is dropped with its symbols and unwind records") {
  auto make = [](bool with_data) {
    ObjectBuilder b;
    u32 text = b.section(".text.f", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR | SHF_GROUP, "ff");
    u32 data = with_data ? b.section(".data.f", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_GROUP, "dd") : 0;
    // A CIE of 16 bytes, an FDE of 20.
    u32 eh = b.section(".eh_frame", SHT_X86_64_UNWIND, SHF_ALLOC, words({12, 0, 0, 0, 16, 20, 0, 0, 0}), 8);
    u32 local = b.symbol("", STB_LOCAL, STT_SECTION, static_cast<u16>(text));
    u32 f = b.symbol("f", STB_WEAK, STT_FUNC, static_cast<u16>(text));
    if (with_data)
      b.symbol("only_here", STB_GLOBAL, STT_OBJECT, static_cast<u16>(data));
    b.relocs(eh, {rela(24, 2, local)});
    b.group(f, with_data ? std::vector<u32>{text, data} : std::vector<u32>{text});
    return b.build();
  };
  ReadObjects r({make(false), make(true)});
  CHECK(r.files[0]->sections[1]);
  CHECK(r.files[0]->fdes.size() == 1);
  CHECK(r.files[0]->cies.size() == 1);
  CHECK(r.files[0]->sections[1]->assoc_count == 1);
  CHECK(r.files[0]->eh_frames.size() == 1);
  CHECK(!r.files[1]->sections[1]);
  CHECK(!r.files[1]->sections[2]);
  CHECK(r.files[1]->fdes.empty());
  CHECK(r["f"]->file == r.files[0]);
  CHECK(r.files[1]->symbols[1]->section == nullptr);

  // What only the lost copy defines is an orphan; claimed again it is a reference.
  REQUIRE(r.files[1]->orphans.size() == 1);
  Symbol *s = r.files[1]->orphans[0];
  CHECK(s == r["only_here"]);
  s->claim = 0;
  s->mark(kMarkReclaim);
  for (auto *f : r.files)
    f->reader->reclaim_symbols(r.link, *f);
  for (auto *f : r.files)
    f->reader->bind_symbols(r.link, *f);
  CHECK(s->klass() == SymClass::Undef);
  CHECK(s->section == nullptr);
}

TEST_CASE("groups: members are a ring") {
  ObjectBuilder b;
  u32 x = b.section(".text.f", SHT_PROGBITS, SHF_ALLOC | SHF_GROUP, "ff");
  u32 y = b.section(".data.f", SHT_PROGBITS, SHF_ALLOC | SHF_GROUP, "dd");
  u32 f = b.symbol("f", STB_GLOBAL, STT_FUNC, static_cast<u16>(x));
  b.group(f, {x, y});
  ReadObjects r({b.build()});
  auto &s = r.files[0]->sections;
  CHECK(s[x]->group_next == s[y]);
  CHECK(s[y]->group_next == s[x]);
}

TEST_CASE("sections: kinds, flags and what is not laid out") {
  ObjectBuilder b;
  u32 strings = b.section(".rodata.str1.1", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE | SHF_STRINGS,
                          std::string("abc\0", 4), 1, 1);
  u32 open = b.section(".rodata.str1.1", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE | SHF_STRINGS, "abc", 1, 1);
  u32 bss = b.section(".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, "", 32);
  b.parts[bss - 1].header.sh_size = 1000;
  u32 init = b.section(".init_array.00042", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE, std::string(8, '\0'), 8);
  u32 plain = b.section(".init_array", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE, std::string(8, '\0'), 8);
  u32 root = b.section("my_section", SHT_PROGBITS, SHF_ALLOC | SHF_GNU_RETAIN, "x");
  u32 stack = b.section(".note.GNU-stack", SHT_PROGBITS, SHF_EXECINSTR);
  u32 excluded = b.section(".drop", SHT_PROGBITS, SHF_EXCLUDE, "x");
  u32 debug = b.section(".debug_info", SHT_PROGBITS, 0, "x");
  std::string image = b.build();
  ReadObjects r({image});
  auto &s = r.files[0]->sections;
  CHECK(s[strings]->kind == SectionKind::Merge);
  CHECK(s[strings]->flags == (kSecAlloc | kSecStrings));
  CHECK(s[open]->kind == SectionKind::Regular);
  CHECK(s[bss]->flags == (kSecAlloc | kSecWrite | kSecZeroFill));
  CHECK(s[bss]->size == 1000);
  CHECK(s[bss]->align() == 32);
  CHECK(s[bss]->data == nullptr);
  CHECK(s[init]->order == 42);
  CHECK(s[plain]->order == 65536);
  CHECK(s[root]->flags == (kSecAlloc | kSecRetain | kSecNamedRoot));
  CHECK(!s[stack]);
  CHECK(r.files[0]->needs_executable_stack);
  CHECK(!s[excluded]);
  CHECK(s[debug]->flags == kSecDebug);

  Options opt;
  opt.strip = StripMode::Debug;
  ReadObjects stripped({image}, opt);
  CHECK(!stripped.files[0]->sections[debug]);
}

TEST_CASE("sections: compressed debug information") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "a string of debug information; ";
  uLongf n = compressBound(text.size());
  std::string z(n, '\0'), zs(ZSTD_compressBound(text.size()), '\0');
  compress(reinterpret_cast<Bytef *>(z.data()), &n, reinterpret_cast<const Bytef *>(text.data()),
           text.size());
  z.resize(n);
  zs.resize(ZSTD_compress(zs.data(), zs.size(), text.data(), text.size(), 3));
  auto header = [&](u32 kind, u64 size) {
    Chdr h{};
    h.ch_type = kind;
    h.ch_size = size;
    h.ch_addralign = 4;
    std::string s;
    append(s, h);
    return s;
  };
  std::string old = "ZLIB";
  for (int i = 7; i >= 0; --i)
    old += static_cast<char>(text.size() >> (8 * i));

  ObjectBuilder b;
  b.section(".debug_a", SHT_PROGBITS, SHF_COMPRESSED, header(ELFCOMPRESS_ZLIB, text.size()) + z);
  b.section(".debug_b", SHT_PROGBITS, SHF_COMPRESSED, header(ELFCOMPRESS_ZSTD, text.size()) + zs);
  b.section(".zdebug_c", SHT_PROGBITS, 0, old + z);
  ReadObjects r({b.build()});
  for (u32 i = 1; i <= 3; ++i) {
    Section *s = r.files[0]->sections[i];
    REQUIRE(s);
    CHECK(ByteView(s->data, s->size).str() == text);
    CHECK(!(s->native_flags & SHF_COMPRESSED));
  }
  CHECK(r.files[0]->sections[3]->name() == ".debug_c");
  CHECK(r.files[0]->sections[1]->align() == 4);

  for (u64 size : {u64(text.size() + 1), u64(text.size() - 1), u64(1) << 60})
    for (bool zstd : {false, true}) {
      ObjectBuilder bad;
      bad.section(".debug_a", SHT_PROGBITS, SHF_COMPRESSED,
                  header(zstd ? ELFCOMPRESS_ZSTD : ELFCOMPRESS_ZLIB, size) + (zstd ? zs : z));
      std::string image = bad.build();
      CHECK_THROWS_AS(ReadObjects({image}), InputError);
    }
}

TEST_CASE("properties, link order, significant addresses") {
  ObjectBuilder b;
  u32 text = b.section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, "x");
  u32 meta = b.section("meta", SHT_PROGBITS, SHF_ALLOC | SHF_LINK_ORDER, "y");
  b.parts[meta - 1].header.sh_link = text;
  b.section(".note.gnu.property", SHT_NOTE, SHF_ALLOC,
            words({4, 16, NT_GNU_PROPERTY_TYPE_0}) + std::string("GNU\0", 4) +
                words({GNU_PROPERTY_X86_FEATURE_1_AND, 4, 3, 0}),
            8);
  u32 f = b.symbol("f", STB_GLOBAL, STT_FUNC, static_cast<u16>(text));
  b.section(".llvm_addrsig", SHT_LLVM_ADDRSIG, SHF_EXCLUDE, std::string(1, static_cast<char>(f)));
  ReadObjects r({b.build()});
  ElfObject &o = *r.files[0];
  CHECK(o.has_features);
  CHECK(o.features_1_and == 3);
  CHECK(o.sections[text]->dependent == o.sections[meta]);
  CHECK(o.has_addrsig);
  CHECK(r["f"]->marked(kMarkNoIcf));
}

TEST_CASE("broken objects are errors") {
  auto fails = [](ObjectBuilder b) {
    std::string image = b.build();
    CHECK_THROWS_AS(ReadObjects({image}), InputError);
  };
  SUBCASE("symbol in a section that is not there") {
    ObjectBuilder b;
    b.symbol("f", STB_GLOBAL, STT_FUNC, 99);
    fails(b);
  }
  SUBCASE("alignment that is no power of two") {
    ObjectBuilder b;
    b.section(".text", SHT_PROGBITS, SHF_ALLOC, "x", 3);
    fails(b);
  }
  SUBCASE("contents beyond the end") {
    ObjectBuilder b;
    b.section(".text", SHT_PROGBITS, SHF_ALLOC, "x");
    b.parts[0].header.sh_size = 1 << 20;
    fails(b);
  }
  SUBCASE("unwind record beyond the end") {
    ObjectBuilder b;
    b.section(".eh_frame", SHT_PROGBITS, SHF_ALLOC, words({100, 0}));
    fails(b);
  }
  SUBCASE("an object of GCC's LTO only") {
    ObjectBuilder b;
    b.section(".gnu.lto_.x", SHT_PROGBITS, SHF_EXCLUDE, "x");
    b.symbol("__gnu_lto_slim", STB_GLOBAL, STT_OBJECT, SHN_COMMON, 1, 1);
    fails(b);
  }
  SUBCASE("each prefix of an object") {
    ObjectBuilder b;
    b.section(".text", SHT_PROGBITS, SHF_ALLOC, "x");
    b.symbol("f", STB_GLOBAL, STT_FUNC, 1);
    std::string image = b.build();
    for (std::size_t n = 0; n < image.size(); ++n)
      CHECK_THROWS_AS(ReadObjects({image.substr(0, n)}), InputError);
  }
}

TEST_CASE("two strong definitions") {
  auto make = [] {
    ObjectBuilder b;
    b.section(".text", SHT_PROGBITS, SHF_ALLOC, "x");
    b.symbol("f", STB_GLOBAL, STT_FUNC, 1);
    b.symbol("w", STB_WEAK, STT_FUNC, 1);
    return b.build();
  };
  ReadObjects r({make(), make()});
  for (auto *f : r.files)
    f->reader->report_duplicates(r.link, *f);
  REQUIRE(r.link.duplicates.size() == 1);
  CHECK(r.link.duplicates[0].symbol == r["f"]);
  CHECK(r.link.duplicates[0].file == r.files[1]);
  DefinedAt at = r.files[1]->reader->defined_at(*r.files[1], r.link.duplicates[0].native);
  CHECK(at.section == r.files[1]->sections[1]);
}
