// The reader of COFF objects on objects made here byte by byte.
#include "formats/coff/object.h"
#include "readers/coff/dll_reader.h"
#include "readers/coff/object_reader.h"

#include <doctest/doctest.h>

#include <memory>

namespace gold::coff {
namespace {

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

constexpr u32 kText = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ | 5u << 20;
constexpr u32 kData = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | 4u << 20;

// Sections and symbols are numbered as they are added; sections from 1.
struct Builder {
  struct Part {
    std::string name, bytes;
    u32 characteristics;
    std::vector<Relocation> relocs;
  };
  std::vector<Part> parts;
  std::string symbols, strings = std::string(4, '\0');
  u32 count = 0;
  bool big = false;

  i32 section(std::string name, u32 characteristics, std::string bytes, std::vector<Relocation> relocs = {}) {
    parts.push_back({std::move(name), std::move(bytes), characteristics, std::move(relocs)});
    return static_cast<i32>(parts.size());
  }
  void put_name(char (&to)[8], const std::string &name) {
    if (name.size() <= 8) {
      std::memcpy(to, name.data(), name.size());
    } else {
      store<u32>(to + 4, static_cast<u32>(strings.size()));
      strings += name + '\0';
    }
  }
  u32 symbol(const std::string &name, i32 section, u8 storage_class, u32 value = 0, std::string aux = "",
             u16 type = 0) {
    auto make = [&](auto s) {
      put_name(s.Name, name);
      s.Value = value;
      s.SectionNumber = static_cast<decltype(+s.SectionNumber)>(section);
      s.Type = type;
      s.StorageClass = storage_class;
      s.NumberOfAuxSymbols = !aux.empty();
      append(symbols, s);
      aux.resize(aux.empty() ? 0 : sizeof s);
      symbols += aux;
    };
    u32 index = count;
    count += aux.empty() ? 1 : 2;
    big ? make(Symbol32{}) : make(Symbol16{});
    return index;
  }
  u32 comdat(const std::string &name, i32 section, u8 selection, u16 number = 0) {
    AuxSection a{};
    a.Length = static_cast<u32>(parts[static_cast<u32>(section) - 1].bytes.size());
    a.Selection = selection;
    a.Number = number;
    std::string aux;
    append(aux, a);
    return symbol(name, section, IMAGE_SYM_CLASS_STATIC, 0, aux);
  }
  u32 weak(const std::string &name, u32 other, u32 search) {
    AuxWeakExternal a{};
    a.TagIndex = other;
    a.Characteristics = search;
    std::string aux;
    append(aux, a);
    return symbol(name, 0, IMAGE_SYM_CLASS_WEAK_EXTERNAL, 0, aux);
  }
  std::string build() {
    std::string headers, body;
    u64 at = (big ? sizeof(BigObjHeader) : sizeof(FileHeader)) + parts.size() * sizeof(SectionHeader);
    for (Part &p : parts) {
      SectionHeader h{};
      if (p.name.size() <= 8) {
        std::memcpy(h.Name, p.name.data(), p.name.size());
      } else {
        std::snprintf(h.Name, 8, "/%zu", strings.size());
        strings += p.name + '\0';
      }
      h.SizeOfRawData = static_cast<u32>(p.bytes.size());
      h.PointerToRawData = static_cast<u32>(at + body.size());
      h.Characteristics = p.characteristics;
      body += p.bytes;
      h.PointerToRelocations = static_cast<u32>(at + body.size());
      h.NumberOfRelocations = static_cast<u16>(p.relocs.size());
      for (const Relocation &r : p.relocs)
        append(body, r);
      append(headers, h);
    }
    std::string out;
    if (big) {
      BigObjHeader h{};
      h.Sig2 = 0xffff;
      h.Version = 2;
      h.Machine = IMAGE_FILE_MACHINE_AMD64;
      std::memcpy(h.ClassID, kBigObjClassID, 16);
      h.NumberOfSections = static_cast<u32>(parts.size());
      h.PointerToSymbolTable = static_cast<u32>(at + body.size());
      h.NumberOfSymbols = count;
      append(out, h);
    } else {
      FileHeader h{};
      h.Machine = IMAGE_FILE_MACHINE_AMD64;
      h.NumberOfSections = static_cast<u16>(parts.size());
      h.PointerToSymbolTable = static_cast<u32>(at + body.size());
      h.NumberOfSymbols = count;
      append(out, h);
    }
    store<u32>(strings.data(), static_cast<u32>(strings.size()));
    return out + headers + body + symbols + strings;
  }
};

// Reads files as a link does, without an image.
struct Fixture {
  Options opt;
  std::unique_ptr<Link> link;
  std::vector<std::unique_ptr<CoffObject>> objects;
  InputFile internal;

  explicit Fixture(std::vector<std::string> files) : texts(std::move(files)) {
    opt.strip = StripMode::None;
    link = std::make_unique<Link>(opt);
    internal.kind = FileKind::Internal;
    link->internal = &internal;
    link->files.push_back(&internal);
    u64 n = 0;
    for (std::string &t : texts) {
      auto &o = objects.emplace_back(static_cast<CoffObject *>(make_object()));
      o->bytes = ByteView(t);
      o->path = "test.o";
      o->priority = static_cast<u32>(link->files.size());
      o->live = true;
      link->files.push_back(o.get());
      n += o->reader->count_symbols(*o);
    }
    link->symbols.reserve(n);
    link->groups.reserve(n);
    for (auto &o : objects)
      o->reader->parse_symbols(*link, *o);
    for (auto &o : objects)
      for (auto &g : o->groups)
        g.group->offer(g.rank, o->priority);
    for (auto &o : objects)
      o->reader->parse_sections(*link, *o);
  }
  Symbol *find(const char *name) { return link->symbols.find(name); }

private:
  std::vector<std::string> texts;
};

std::string with_comdat(u8 selection, std::string bytes, bool big = false) {
  Builder b;
  b.big = big;
  i32 text = b.section(".text$a_long_name", kText | IMAGE_SCN_LNK_COMDAT, std::move(bytes));
  i32 assoc = b.section(".xdata$a_long_name", kData | IMAGE_SCN_LNK_COMDAT, "abcd");
  b.comdat(".text$a_long_name", text, selection);
  b.comdat(".xdata$a_long_name", assoc, IMAGE_COMDAT_SELECT_ANY);
  b.symbol("a_long_name", text, IMAGE_SYM_CLASS_EXTERNAL, 0, "", kTypeFunction);
  return b.build();
}

} // namespace

TEST_CASE("coff: of two COMDAT sections the first survives, with what its name associates") {
  for (bool big : {false, true}) {
    Fixture f({with_comdat(IMAGE_COMDAT_SELECT_ANY, "1234", big),
               with_comdat(IMAGE_COMDAT_SELECT_ANY, "123456", big)});
    CHECK(f.objects[0]->big == big);
    CHECK(f.objects[0]->sections[1] != nullptr);
    CHECK(f.objects[0]->sections[2] != nullptr);
    CHECK(f.objects[1]->sections[1] == nullptr);
    CHECK(f.objects[1]->sections[2] == nullptr);
    Symbol *s = f.find("a_long_name");
    REQUIRE(s);
    CHECK(s->section == f.objects[0]->sections[1]);
    CHECK((s->flags & kSymFunction));
    CHECK(f.objects[0]->sections[1]->group_next == f.objects[0]->sections[2]);
  }
}

TEST_CASE("coff: Largest keeps the largest section") {
  Fixture f({with_comdat(IMAGE_COMDAT_SELECT_LARGEST, "1234"),
             with_comdat(IMAGE_COMDAT_SELECT_LARGEST, "123456"),
             with_comdat(IMAGE_COMDAT_SELECT_LARGEST, "12345")});
  CHECK(f.objects[0]->sections[1] == nullptr);
  CHECK(f.objects[1]->sections[1] != nullptr);
  CHECK(f.objects[2]->sections[1] == nullptr);
  // The symbol went to the first file, which lost its section: it is to be claimed again.
  CHECK(f.objects[0]->orphans.size() == 1);
}

TEST_CASE("coff: classes of symbols") {
  Builder b;
  i32 text = b.section(".text", kText, "1234");
  u32 alternate = b.symbol("other", text, IMAGE_SYM_CLASS_EXTERNAL, 2);
  b.weak("weak", alternate, IMAGE_WEAK_EXTERN_SEARCH_ALIAS);
  b.weak("fallback", alternate, IMAGE_WEAK_EXTERN_SEARCH_LIBRARY);
  b.symbol("common", 0, IMAGE_SYM_CLASS_EXTERNAL, 12);
  b.symbol("undefined", 0, IMAGE_SYM_CLASS_EXTERNAL);
  b.symbol("absolute", IMAGE_SYM_ABSOLUTE, IMAGE_SYM_CLASS_EXTERNAL, 77);
  u32 local = b.symbol("local", text, IMAGE_SYM_CLASS_STATIC, 1);
  Fixture f({b.build()});
  CHECK(f.find("other")->klass() == SymClass::Strong);
  CHECK(f.find("other")->value == 2);
  CHECK(f.find("weak")->klass() == SymClass::Weak);
  CHECK(f.find("fallback")->klass() == SymClass::Fallback);
  CHECK(f.objects[0]->weak_aliases.size() == 2);
  CHECK(f.find("common")->klass() == SymClass::Common);
  CHECK(f.find("common")->value == 16); // its alignment
  CHECK(f.find("undefined")->klass() == SymClass::Undef);
  CHECK(f.find("absolute")->is_absolute());
  CHECK(f.find("absolute")->value == 77);
  CHECK(f.find("local") == nullptr);
  REQUIRE(f.objects[0]->symbols[local]);
  CHECK(f.objects[0]->symbols[local]->is_local());
}

TEST_CASE("coff: directives") {
  Builder b;
  b.section(".drectve", IMAGE_SCN_LNK_INFO | IMAGE_SCN_LNK_REMOVE,
            " -export:\"f\" /EXPORT:g=h,@5,NONAME -export:\"d\",data -aligncomm:\"c\",6 -include:wanted");
  b.symbol("c", 0, IMAGE_SYM_CLASS_EXTERNAL, 4);
  Fixture f({b.build()});
  auto &e = f.objects[0]->exports;
  REQUIRE(e.size() == 3);
  CHECK(e[0].name == "f");
  CHECK(e[1].name == "g");
  CHECK(e[1].internal == "h");
  CHECK(e[1].ordinal == 5);
  CHECK(e[1].noname);
  CHECK(e[2].data);
  CHECK(f.find("c")->value == 64);
  CHECK(f.find("wanted")->klass() == SymClass::Undef);
  CHECK(f.find("h")->marked(kMarkStrongRef));
}

TEST_CASE("coff: module definition files") {
  Fixture f({"; comment\nLIBRARY \"my lib\" BASE=0x10000\nEXPORTS\n a\n b = c @3 NONAME\n d == e DATA\n fwd "
             "= K.x @ 9\n"});
  auto &o = *f.objects[0];
  CHECK(o.dll == "my lib.dll");
  CHECK(o.wanted_base == 0x10000);
  REQUIRE(o.exports.size() == 4);
  CHECK(o.exports[1].internal == "c");
  CHECK(o.exports[1].ordinal == 3);
  CHECK(o.exports[2].data);
  CHECK(o.exports[3].ordinal == 9);
  CHECK(f.find("c"));
  CHECK(!f.find("K.x"));
  CHECK_THROWS_AS(Fixture({"EXPORTS\n a @70000\n"}), InputError);
  CHECK_THROWS_AS(Fixture({"LIBRARY x\nNONSENSE\n"}), InputError);
}

TEST_CASE("coff: short import objects") {
  auto make = [](u16 type, u16 kind, const std::string &strings) {
    ImportHeader h{};
    h.Sig2 = 0xffff;
    h.Machine = IMAGE_FILE_MACHINE_AMD64;
    h.SizeOfData = static_cast<u32>(strings.size());
    h.OrdinalOrHint = 4;
    h.TypeInfo = static_cast<u16>(type | kind << 2);
    std::string s;
    append(s, h);
    return s + strings;
  };
  std::string names("_f@4\0d.dll\0", 11);
  Fixture f({make(IMPORT_CODE, IMPORT_NAME, names)});
  CHECK(f.objects[0]->kind == FileKind::Shared);
  CHECK(f.objects[0]->dll == "d.dll");
  CHECK(f.objects[0]->imports[0].name == "_f@4");
  CHECK(f.find("_f@4")->is_imported());
  CHECK(f.find("__imp__f@4")->is_shared());
  Fixture u({make(IMPORT_DATA, IMPORT_NAME_UNDECORATE, names)});
  CHECK(u.objects[0]->imports[0].name == "f");
  CHECK(u.find("_f@4") == nullptr);
  Fixture o({make(IMPORT_CODE, IMPORT_ORDINAL, names)});
  CHECK(o.objects[0]->imports[0].name.empty());
  CHECK(o.objects[0]->imports[0].ordinal == 4);
  CHECK_THROWS_AS(Fixture({make(IMPORT_CODE, IMPORT_NAME, "no end")}), InputError);
}

TEST_CASE("coff: what is broken is an error") {
  Builder b;
  i32 text = b.section(".text", kText, "1234");
  b.symbol("f", text, IMAGE_SYM_CLASS_EXTERNAL);
  std::string good = b.build();
  Fixture ok({good});
  for (std::size_t cut : {std::size_t(10), std::size_t(30), std::size_t(61), good.size() - 15})
    CHECK_THROWS_AS(Fixture({good.substr(0, cut)}), InputError);
  Builder far;
  far.section(".text", kText, "1234");
  far.symbol("f", 2, IMAGE_SYM_CLASS_EXTERNAL);
  CHECK_THROWS_AS(Fixture({far.build()}), InputError);
  Builder weak;
  weak.weak("w", 99, 1);
  CHECK_THROWS_AS(Fixture({weak.build()}), InputError);
  Builder pdata;
  i32 code = pdata.section(".text", kText, "1234");
  pdata.section(".pdata", kData, std::string(12, '\0'), {{0, 0, u16(IMAGE_REL_AMD64_ADDR32NB)}});
  pdata.symbol("f", code, IMAGE_SYM_CLASS_EXTERNAL);
  CHECK_THROWS_AS(Fixture({pdata.build()}), InputError);
}

} // namespace gold::coff
