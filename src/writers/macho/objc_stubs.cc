// Objective-C's selector stubs: `_objc_msgSend$value:` is a function that loads the selector `value:` and
// goes on to `_objc_msgSend`. Compilers call such functions, and it is the linker that makes them.
//
// They are made as an object file in memory: what it takes to link them (the import of _objc_msgSend, equal
// selectors as one, liveness, branches that reach) is then what every object takes. When nobody wants an
// archive member any more, those that are still undefined are put together and join as a lazy member does.
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

namespace {

constexpr std::string_view kSend = "_objc_msgSend";

// How a stub looks, and where its two relocated places are.
struct Place {
  u32 offset, type;
  bool selector; // refers to the selector's pointer, else to _objc_msgSend
  bool pcrel;
};
struct Shape {
  std::vector<u8> code;
  u32 p2align;
  std::vector<Place> places; // by descending offset
};

Shape shape_of(Arch arch) {
  if (arch == Arch::X86_64)
    return {{0x48, 0x8b, 0x35, 0, 0, 0, 0, // movq selector(%rip), %rsi
             0xff, 0x25, 0, 0, 0, 0},      // jmpq *got(%rip)
            0,
            {{9, X86_64_RELOC_GOT, false, true}, {3, X86_64_RELOC_SIGNED, true, true}}};
  Shape s{std::vector<u8>(32),
          5,
          {{12, ARM64_RELOC_GOT_LOAD_PAGEOFF12, false, false},
           {8, ARM64_RELOC_GOT_LOAD_PAGE21, false, true},
           {4, ARM64_RELOC_PAGEOFF12, true, false},
           {0, ARM64_RELOC_PAGE21, true, true}}};
  constexpr u32 words[8] = {0x90000001,                          // adrp x1, selector
                            0xf9400021,                          // ldr x1, [x1, selector]
                            0x90000010,                          // adrp x16, got
                            0xf9400210,                          // ldr x16, [x16, got]
                            0xd61f0200,                          // br x16
                            0xd4200020, 0xd4200020, 0xd4200020}; // brk #1
  for (u32 i = 0; i < 8; ++i)
    store<u32>(s.code.data() + 4 * i, words[i]);
  return s;
}

RelocationInfo relocation(u32 at, u32 symbol, bool pcrel, u32 length, bool external, u32 type) {
  RelocationInfo r;
  r.r_address = static_cast<i32>(at);
  r.word = symbol | u32(pcrel) << 24 | length << 25 | u32(external) << 27 | type << 28;
  return r;
}

template <class T> void append(std::vector<u8> &out, const T &t) {
  auto p = reinterpret_cast<const u8 *>(&t);
  out.insert(out.end(), p, p + sizeof t);
}

// The object that defines the stubs of these names ("_objc_msgSend$value:"): sections __objc_stubs,
// __objc_methname and __objc_selrefs; symbols of the pointers to selectors, of the stubs, and _objc_msgSend.
std::vector<u8> make_object(const ArchInfo &arch, std::span<const std::string_view> names) {
  const Shape shape = shape_of(arch.arch);
  const u32 n = static_cast<u32>(names.size()), stub = static_cast<u32>(shape.code.size());
  std::vector<u8> code, selectors, pointers, relocs, nlists;
  std::string strings("\0L\0_objc_msgSend\0", 17);
  constexpr u32 kPointerName = 1, kSendName = 3;
  const u32 code_size = n * stub;
  for (u32 i = n; i-- > 0;)
    for (const Place &p : shape.places)
      append(relocs, relocation(i * stub + p.offset, p.selector ? i : 2 * n, p.pcrel, 2, true, p.type));
  for (std::string_view name : names) {
    code.insert(code.end(), shape.code.begin(), shape.code.end());
    append(pointers, ul64{code_size + selectors.size()}); // of the selector in this object
    std::string_view selector = name.substr(kSend.size() + 1);
    selectors.insert(selectors.end(), selector.begin(), selector.end());
    selectors.push_back(0);
  }
  const u64 pointers_at = align_up(code_size + selectors.size(), 8);
  for (u32 i = n; i-- > 0;)
    append(relocs, relocation(i * 8, 2, false, 3, false, 0)); // UNSIGNED, in section 2
  auto symbol = [&](u32 name, u32 type, u32 section, u64 value) {
    append(nlists, Nlist{name, static_cast<u8>(type), static_cast<u8>(section), 0, value});
  };
  for (u32 i = 0; i < n; ++i)
    symbol(kPointerName, N_SECT, 3, pointers_at + i * 8);
  for (u32 i = 0; i < n; ++i) {
    symbol(static_cast<u32>(strings.size()), N_SECT | N_EXT | N_PEXT, 1, i * stub);
    strings.append(names[i]).push_back('\0');
  }
  symbol(kSendName, N_UNDF | N_EXT, 0, 0);

  const u32 code_relocs = n * static_cast<u32>(shape.places.size());
  const u32 segment_size = sizeof(SegmentCommand) + 3 * sizeof(SectionHeader);
  const u32 begin = sizeof(Header) + segment_size + sizeof(SymtabCommand);
  const u64 relocs_at = begin + pointers_at + pointers.size(), nlists_at = relocs_at + relocs.size();
  std::vector<u8> out;
  append(out, Header{MH_MAGIC_64, arch.cputype, arch.cpusubtype, MH_OBJECT, 2,
                     segment_size + u32(sizeof(SymtabCommand)), MH_SUBSECTIONS_VIA_SYMBOLS, 0});
  SegmentCommand seg = {};
  seg.cmd = LC_SEGMENT_64;
  seg.cmdsize = segment_size;
  seg.vmsize = seg.filesize = pointers_at + pointers.size();
  seg.fileoff = begin;
  seg.nsects = 3;
  append(out, seg);
  auto section = [&](std::string_view segment, std::string_view name, u64 at, u64 size, u32 align, u32 flags,
                     u64 reloff, u32 nreloc) {
    SectionHeader h = {};
    h.segname.set(segment);
    h.sectname.set(name);
    h.addr = at;
    h.size = size;
    h.offset = static_cast<u32>(begin + at);
    h.align = align;
    h.flags = flags;
    h.reloff = static_cast<u32>(reloff);
    h.nreloc = nreloc;
    append(out, h);
  };
  section("__TEXT", "__objc_stubs", 0, code_size, shape.p2align,
          S_REGULAR | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS, relocs_at, code_relocs);
  section("__TEXT", "__objc_methname", code_size, selectors.size(), 0, S_CSTRING_LITERALS, 0, 0);
  section("__DATA", "__objc_selrefs", pointers_at, pointers.size(), 3, S_LITERAL_POINTERS,
          relocs_at + code_relocs * sizeof(RelocationInfo), n);
  append(out, SymtabCommand{LC_SYMTAB, sizeof(SymtabCommand), static_cast<u32>(nlists_at), 2 * n + 1,
                            static_cast<u32>(nlists_at + nlists.size()), static_cast<u32>(strings.size())});
  auto add = [&](const std::vector<u8> &part) { out.insert(out.end(), part.begin(), part.end()); };
  add(code);
  add(selectors);
  out.resize(begin + pointers_at);
  add(pointers);
  add(relocs);
  add(nlists);
  out.insert(out.end(), strings.begin(), strings.end());
  return out;
}

} // namespace

void MachTarget::alternatives(Link &link, std::vector<Symbol *> &out) {
  if (object)
    return;
  std::vector<std::string_view> names;
  const Reader *reader = nullptr;
  for (const InputFile *f : link.files) {
    if (!f->live || f->failed || f->kind != FileKind::Object || f == link.internal)
      continue;
    auto &o = static_cast<const MachObject &>(*f);
    if (!o.sends_by_stubs)
      continue;
    reader = f->reader;
    for (const Symbol *s : f->symbols)
      if (s && s->klass() == SymClass::Undef && is_selector_stub(s->name()))
        names.push_back(s->name());
  }
  if (names.empty())
    return;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const std::vector<u8> &bytes = *new std::vector<u8>(make_object(mach_arch.info, names));
  auto *o = new MachObject;
  o->bytes = {bytes.data(), bytes.size()};
  o->path = "<selector stubs>";
  o->reader = reader;
  o->lazy = true;
  o->priority = static_cast<u32>(link.files.size());
  link.files.push_back(o);
  for (std::string_view name : names) {
    Symbol *s = link.symbols.find(name);
    s->offer(make_claim(SymClass::Lazy, o->priority, 0));
    s->mark(kMarkStrongRef);
    out.push_back(s);
  }
}

} // namespace gold::macho
