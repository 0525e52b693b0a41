// Sections of a COFF object ("Section Table"): contents, relocations and alignment stay in the
// mapped file; .pdata is cut into its entries.
#include "readers/coff/parts.h"

#include <algorithm>
#include <cstring>

namespace gold::coff {

namespace {

bool is_debug(std::string_view name) {
  return name.starts_with(".debug") || name.starts_with(".zdebug") || name.starts_with(".stab");
}

// Not for the image: instructions to linkers, debug information of other debuggers, other tools' notes.
bool wanted(const Link &link, const SectionHeader &h, std::string_view name) {
  if (h.Characteristics & (IMAGE_SCN_LNK_REMOVE | IMAGE_SCN_LNK_INFO) && !link.is_relocatable())
    return false;
  if (((name.starts_with(".debug$") || name == ".drectve") && !link.is_relocatable()) ||
      name == ".note.GNU-stack" || name == ".llvm_addrsig" || name.starts_with(".gnu.lto_") ||
      name.starts_with(".llvm"))
    return false;
  return link.opt.strip == StripMode::None || !is_debug(name);
}

u16 section_flags(const SectionHeader &h, std::string_view name) {
  u32 c = h.Characteristics;
  u16 f = 0;
  if (is_debug(name))
    f |= kSecDebug;
  else
    f |= kSecAlloc;
  f |= c & IMAGE_SCN_MEM_WRITE ? kSecWrite : 0;
  f |= c & (IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_CNT_CODE) ? kSecExec : 0;
  if ((c & IMAGE_SCN_CNT_UNINITIALIZED_DATA) &&
      (h.PointerToRawData == 0 || !(c & IMAGE_SCN_CNT_INITIALIZED_DATA)))
    f |= kSecZeroFill;
  return f;
}

void fill(CoffObject &o, Section &s, u32 x, std::string_view name) {
  const SectionHeader &h = o.shdrs[x - 1];
  u32 c = h.Characteristics;
  s.file = &o;
  s.index = x;
  s.name_data = name.data();
  s.name_size = static_cast<u32>(name.size());
  s.native_flags = c;
  s.flags = section_flags(h, name);
  u32 align = (c & IMAGE_SCN_ALIGN_MASK) >> 20;
  if (align == 15)
    throw InputError("section " + std::to_string(x) + " has an unknown alignment");
  s.p2align = static_cast<u8>(align ? align - 1 : 4); // 16 bytes when nothing is said
  s.size = h.SizeOfRawData;
  if (s.flags & kSecZeroFill)
    return;
  if (s.size == 0)
    return;
  if (h.PointerToRawData == 0) { // announced as data, but there is none
    s.flags |= kSecZeroFill;
    return;
  }
  if (!o.bytes.contains(h.PointerToRawData, s.size))
    throw InputError("section " + std::to_string(x) + " reaches beyond the end of the file",
                     h.PointerToRawData);
  s.data = o.bytes.data() + h.PointerToRawData;
  auto relocs = section_relocs(o.bytes, h, x);
  if (relocs.size() > ~u32(0))
    throw InputError("too many relocations", h.PointerToRelocations);
  s.relocs = reinterpret_cast<const u8 *>(relocs.data());
  s.num_relocs = static_cast<u32>(relocs.size());
}

void ring(std::span<Section *const> sections) {
  Section *first = nullptr, *last = nullptr;
  for (Section *s : sections) {
    if (!s || s->group_next || s == last)
      continue;
    if (last)
      last->group_next = s;
    else
      first = s;
    last = s;
  }
  if (last && last != first)
    last->group_next = first;
}

void link_groups(CoffObject &o) {
  std::vector<Section *> members;
  for (const GroupCopy &g : o.groups) {
    if (g.members.size() < 2 || !g.group->owned_by(o.priority))
      continue;
    members.clear();
    for (u32 m : g.members)
      members.push_back(o.sections[m]);
    ring(members);
  }
  // The pieces of an import library's member make sense only together.
  if (!o.has_idata)
    return;
  members.clear();
  for (Section *s : o.sections)
    if (s && s->name().starts_with(".idata$"))
      members.push_back(s);
  ring(members);
}

// Entries of .pdata by the sections whose code they describe. An entry is three words, each with a
// relocation: begin, end, unwind information.
void index_functions(CoffObject &o) {
  if (o.pdata.empty())
    return;
  struct Entry {
    u32 code;
    Function f;
  };
  static thread_local std::vector<Entry> entries;
  entries.clear();
  bool sorted = true;
  for (Section *p : o.pdata) {
    auto relocs = o.relocs(*p);
    u64 n = p->size / sizeof(RuntimeFunction);
    if (p->size % sizeof(RuntimeFunction) || relocs.size() != n * 3)
      throw InputError("section " + std::to_string(p->index) +
                       " (.pdata) is no table of functions with 3 relocations each");
    for (u64 i = 0; i < n; ++i) {
      for (u32 k = 0; k < 3; ++k)
        if (relocs[i * 3 + k].VirtualAddress != i * sizeof(RuntimeFunction) + k * 4 ||
            relocs[i * 3 + k].SymbolTableIndex >= o.num_symbols)
          throw InputError("section " + std::to_string(p->index) + " (.pdata) has unexpected relocations");
      i32 code = o.sym(relocs[i * 3].SymbolTableIndex).section;
      if (code <= 0 || static_cast<u32>(code) > o.shdrs.size())
        throw InputError("section " + std::to_string(p->index) +
                         " (.pdata) describes code that is not in this file");
      if (!o.sections[static_cast<u32>(code)])
        continue; // of a group that another file won
      sorted &= entries.empty() || entries.back().code <= static_cast<u32>(code);
      entries.push_back({static_cast<u32>(code), {p->index, static_cast<u32>(i)}});
    }
  }
  if (!sorted)
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry &a, const Entry &b) { return a.code < b.code; });
  o.functions.reserve(entries.size());
  for (const Entry &e : entries) {
    Section &s = *o.sections[e.code];
    if (s.assoc_count++ == 0)
      s.assoc_begin = static_cast<u32>(o.functions.size());
    o.functions.push_back(e.f);
  }
}

// .llvm_addrsig: indices of the symbols whose addresses the program may compare, in ULEB128.
void read_addrsig(CoffObject &o, u32 x) {
  const SectionHeader &h = o.shdrs[x - 1];
  ByteView b = o.bytes.sub(h.PointerToRawData, h.SizeOfRawData, ".llvm_addrsig");
  o.has_addrsig = true;
  for (u64 at = 0; at < b.size();) {
    u64 v = 0;
    for (u32 shift = 0;; shift += 7) {
      if (at >= b.size() || shift > 28)
        throw InputError("the table of significant addresses is broken", h.PointerToRawData + at);
      u8 c = b.data()[at++];
      v |= u64(c & 127) << shift;
      if (!(c & 128))
        break;
    }
    if (v >= o.num_symbols)
      throw InputError("the table of significant addresses names a symbol that is not there",
                       h.PointerToRawData);
    if (Symbol *s = o.symbols[v])
      s->mark(kMarkNoIcf);
  }
}

} // namespace

void ObjectReader::parse_sections(Link &link, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  if (o.kind == FileKind::Shared)
    return bind_imports(o);
  u32 n = static_cast<u32>(o.shdrs.size());
  o.sections = Arena::array<Section *>(u64(n) + 1);
  static thread_local std::vector<std::pair<u32, std::string_view>> keep;
  keep.clear();
  u32 addrsig = 0;
  {
    auto &lost = lost_sections(o);
    for (u32 x = 1; x <= n; ++x) {
      if (!lost.empty() && lost[x])
        continue;
      std::string_view name = section_name(o.strtab, o.shdrs[x - 1]);
      if (link.opt.icf == IcfMode::Safe && name == ".llvm_addrsig")
        addrsig = x;
      if (wanted(link, o.shdrs[x - 1], name))
        keep.emplace_back(x, name);
    }
  }
  auto made = Arena::array<Section>(keep.size());
  for (std::size_t k = 0; k < keep.size(); ++k) {
    auto &[x, name] = keep[k];
    Section &s = made[k];
    o.sections[x] = &s;
    fill(o, s, x, name);
    if (link.is_relocatable() && s.native_flags & IMAGE_SCN_LNK_COMDAT)
      s.flags |= kSecInGroup; // it stays by itself
    if (name == ".drectve")   // text that goes on
      s.p2align = 0;
    if (name.starts_with(".pdata") && s.num_relocs && !link.is_relocatable()) {
      s.kind = SectionKind::Unwind;
      o.pdata.push_back(&s);
    }
    if (name.starts_with(".idata$"))
      o.has_idata = true;
  }
  link_groups(o);
  make_locals(link, o);
  bind_symbols(link, o);
  index_functions(o);
  if (addrsig)
    read_addrsig(o, addrsig);
}

} // namespace gold::coff
