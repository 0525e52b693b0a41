// The readers of Mach-O: subsections and their symbols, text stubs, universal files.
#include "readers/macho/object_reader.h"
#include "readers/macho/shared_reader.h"
#include "readers/macho/universal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <utility>

using namespace gold;
using namespace gold::macho;

namespace {

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

struct TestSymbol {
  const char *name;
  u8 type, sect;
  u16 desc;
  u64 value;
};

// An object with 32 bytes of __text at address 0, a __cstring of two strings at 32, and these symbols, locals
// first.
std::string object(const std::vector<TestSymbol> &symbols, u32 locals,
                   const std::vector<RelocationInfo> &relocs = {}, u32 flags = MH_SUBSECTIONS_VIA_SYMBOLS) {
  const std::string text(32, '\x90'), strings("one\0two\0", 8);
  std::string names(1, '\0'), table;
  u32 defined = 0;
  for (const TestSymbol &s : symbols) {
    Nlist n{};
    n.n_strx = static_cast<u32>(names.size());
    n.n_type = s.type;
    n.n_sect = s.sect;
    n.n_desc = s.desc;
    n.n_value = s.value;
    append(table, n);
    names += s.name;
    names += '\0';
    defined += (s.type & N_EXT) && (s.type & N_TYPE) != N_UNDF;
  }
  u32 commands =
      sizeof(SegmentCommand) + 2 * sizeof(SectionHeader) + sizeof(SymtabCommand) + sizeof(DysymtabCommand);
  u32 at = sizeof(Header) + commands;
  std::string out;
  Header h{};
  h.magic = MH_MAGIC_64;
  h.cputype = CPU_TYPE_X86_64;
  h.filetype = MH_OBJECT;
  h.ncmds = 3;
  h.sizeofcmds = commands;
  h.flags = flags;
  append(out, h);
  SegmentCommand seg{};
  seg.cmd = LC_SEGMENT_64;
  seg.cmdsize = sizeof(SegmentCommand) + 2 * sizeof(SectionHeader);
  seg.nsects = 2;
  append(out, seg);
  SectionHeader t{};
  t.segname.set("__TEXT");
  t.sectname.set("__text");
  t.size = text.size();
  t.offset = at;
  t.align = 4;
  t.flags = S_ATTR_PURE_INSTRUCTIONS;
  t.reloff = at + 40;
  t.nreloc = static_cast<u32>(relocs.size());
  append(out, t);
  SectionHeader c{};
  c.segname.set("__TEXT");
  c.sectname.set("__cstring");
  c.addr = 32;
  c.size = strings.size();
  c.offset = at + 32;
  c.flags = S_CSTRING_LITERALS;
  append(out, c);
  SymtabCommand st{};
  st.cmd = LC_SYMTAB;
  st.cmdsize = sizeof st;
  st.symoff = at + 40 + static_cast<u32>(relocs.size() * sizeof(RelocationInfo));
  st.nsyms = static_cast<u32>(symbols.size());
  st.stroff = st.symoff + static_cast<u32>(table.size());
  st.strsize = static_cast<u32>(names.size());
  append(out, st);
  DysymtabCommand d{};
  d.cmd = LC_DYSYMTAB;
  d.cmdsize = sizeof d;
  d.nlocalsym = locals;
  d.iextdefsym = locals;
  d.nextdefsym = defined;
  d.iundefsym = locals + defined;
  d.nundefsym = static_cast<u32>(symbols.size()) - locals - defined;
  append(out, d);
  out += text + strings;
  for (const RelocationInfo &r : relocs)
    append(out, r);
  return out + table + names;
}

// Reads copies of one object, or different ones, as the resolution would.
struct Reading {
  Options opt;
  Link link{opt};
  InputFile internal;
  const std::vector<std::string> bytes; // what is read points into them
  std::vector<std::unique_ptr<MachObject>> files;

  explicit Reading(std::vector<std::string> copies) : bytes(std::move(copies)) {
    internal.kind = FileKind::Internal;
    link.files.push_back(&internal);
    for (const std::string &b : bytes) {
      auto *o = static_cast<MachObject *>(make_object());
      o->bytes = ByteView(b);
      o->path = "test.o";
      o->priority = static_cast<u32>(link.files.size());
      link.files.push_back(o);
      files.emplace_back(o);
      link.symbols.reserve(o->reader->count_symbols(*o));
      o->reader->parse_symbols(link, *o);
    }
    for (auto &o : files)
      o->reader->parse_sections(link, *o);
  }
};

RelocationInfo branch(i32 address, u32 symbol) {
  RelocationInfo r{};
  r.r_address = address;
  r.word = symbol | 1u << 24 | 2u << 25 | 1u << 27 | u32(X86_64_RELOC_BRANCH) << 28;
  return r;
}

constexpr u8 kGlobal = N_SECT | N_EXT;

} // namespace

TEST_CASE("Mach-O: symbols cut sections, alternative entries do not") {
  std::string bytes = object({{"_local", N_SECT, 1, 0, 8},
                              {"_f", kGlobal, 1, 0, 0},
                              {"_g", kGlobal, 1, 0, 16},
                              {"_inner", kGlobal, 1, N_ALT_ENTRY, 20}},
                             1, {branch(25, 1), branch(9, 2), branch(1, 2)});
  Reading r({bytes});
  MachObject &o = *r.files[0];
  REQUIRE(o.subs.size() == 4); // three of __text, __cstring whole
  CHECK(o.sub_offset[1] == 8);
  CHECK(o.subs[2].size == 16);
  CHECK(o.subs[0].p2align == 4);
  CHECK(o.subs[1].p2align == 3);
  CHECK(o.symbols[0]->section == &o.subs[1]);
  CHECK(o.symbols[3]->section == &o.subs[2]);
  CHECK(o.symbols[3]->value == 4);
  CHECK(o.subs[3].kind == SectionKind::Merge);
  CHECK(o.subs[0].num_relocs == 1);
  CHECK(o.subs[1].num_relocs == 1);
  CHECK(o.relocs(o.subs[2])[0].r_address == 25);
}

TEST_CASE("Mach-O: an object without the flag is not cut") {
  std::string bytes = object({{"_f", kGlobal, 1, 0, 0}, {"_g", kGlobal, 1, 0, 16}}, 0, {}, 0);
  Reading r({bytes});
  CHECK(r.files[0]->subs.size() == 2);
  CHECK(r.files[0]->symbols[1]->value == 16);
}

TEST_CASE("Mach-O: the second of two weak definitions is not laid out; a visible one makes both visible") {
  std::string hidden = object({{"_w", kGlobal | N_PEXT, 1, N_WEAK_DEF, 0}, {"_a", kGlobal, 1, 0, 16}}, 0);
  std::string visible = object({{"_w", kGlobal, 1, N_WEAK_DEF, 0}, {"_b", kGlobal, 1, 0, 16}}, 0);
  Reading r({hidden, visible});
  Symbol *w = r.link.symbols.find("_w");
  REQUIRE(w);
  CHECK(w->file == r.files[0].get());
  CHECK(w->vis() == Visibility::Default);
  CHECK(r.files[1]->sections[0] == nullptr);
  CHECK(r.files[1]->sections[1] != nullptr);
  CHECK(r.files[0]->coalesced.empty());
}

TEST_CASE("Mach-O: a weak definition beats a tentative one") {
  std::string weak = object({{"_x", kGlobal, 1, N_WEAK_DEF, 0}}, 0);
  std::string common = object({{"_x", N_UNDF | N_EXT, 0, 3 << 8, 64}}, 0);
  Reading r({common, weak});
  CHECK(r.link.symbols.find("_x")->file == r.files[1].get());
  CHECK(r.files[0]->common_size(0) == 64);
}

TEST_CASE("Mach-O: broken objects are refused") {
  std::string good = object({{"_f", kGlobal, 1, 0, 0}}, 0);
  for (std::size_t n = 4; n < good.size(); n += 3) {
    std::string cut = good.substr(0, n);
    CHECK_THROWS_AS(Reading({cut}), InputError);
  }
  std::string outside = object({{"_f", kGlobal, 1, 0, 1000}}, 0),
              nowhere = object({{"_f", kGlobal, 7, 0, 0}}, 0),
              far = object({{"_f", kGlobal, 1, 0, 0}}, 0, {branch(400, 0)});
  CHECK_THROWS_AS(Reading({outside}), InputError);
  CHECK_THROWS_AS(Reading({nowhere}), InputError);
  CHECK_THROWS_AS(Reading({far}), InputError);
}

TEST_CASE("Mach-O: text stubs are read for one target") {
  std::string text = R"(--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-ios ]
install-name: '/usr/lib/liba.dylib'
current-version: 3.4.5
reexported-libraries:
  - targets: [ x86_64-macos ]
    libraries: [ /usr/lib/libb.dylib, /usr/lib/libc.dylib ]
exports:
  - targets: [ x86_64-macos ]
    symbols: [ _one, "_two$x" ]
    weak-symbols: [ _weak ]
  - targets: [ arm64-ios ]
    symbols: [ _ios ]
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos ]
install-name: /usr/lib/libb.dylib
exports:
  - targets: [ x86_64-macos ]
    objc-classes: [ B ]
...
)";
  Library lib = read_tbd(ByteView(text), "x86_64", "macos");
  CHECK(lib.install_name == "/usr/lib/liba.dylib");
  CHECK(lib.current_version == 0x30405);
  CHECK(lib.compatibility_version == 0x10000);
  std::vector<std::string_view> names;
  for (const Export &e : lib.exports)
    names.push_back(e.name);
  CHECK(names ==
        std::vector<std::string_view>{"_OBJC_CLASS_$_B", "_OBJC_METACLASS_$_B", "_one", "_two$x", "_weak"});
  CHECK(lib.exports[4].weak);
  CHECK(lib.reexports == std::vector<std::string>{"/usr/lib/libc.dylib"});
  CHECK(read_tbd(ByteView(text), "arm64", "ios").exports.size() == 1);
  CHECK_THROWS_AS(read_tbd(ByteView(std::string_view("--- [ {")), "arm64", "macos"), InputError);
  CHECK(!builtin_library("System").empty());
  CHECK(read_tbd(ByteView(builtin_library("System")), "arm64", "macos").exports.size() > 500);
  CHECK(builtin_library("z").empty());
}

TEST_CASE("Mach-O: versions") {
  CHECK(parse_version("13") == 13u << 16);
  CHECK(parse_version("1.2.3") == 0x10203);
  CHECK(parse_version("x") == 0);
}

TEST_CASE("Mach-O: slices of universal files") {
  std::string b("\xca\xfe\xba\xbe\0\0\0\2", 8);
  auto arch = [&](u32 cpu, u32 offset, u32 size) {
    for (u32 v : {cpu, 0u, offset, size, 0u})
      append(b, ul32(__builtin_bswap32(v)));
  };
  arch(CPU_TYPE_X86_64, 48, 2);
  arch(CPU_TYPE_ARM64, 50, 3);
  b += "xxarm";
  ByteView view{std::string_view(b)};
  REQUIRE(is_universal(view));
  CHECK(slice_for(view, Arch::AArch64).str() == "arm");
  CHECK(slice_for(view, Arch::Unknown).str() == "xx");
  b.resize(50);
  CHECK_THROWS_AS(slice_for(ByteView(std::string_view(b)), Arch::AArch64), InputError);
}
