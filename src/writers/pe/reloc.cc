// Relocations of x86-64 objects ("COFF Relocations", "Type Indicators": x64 processors), and what they
// mean for the image: base relocations, pseudo relocations, needs of imports, liveness.
//
// The addend stands in the field itself. A PE image has no symbol that another image may replace, so
// after addresses are final a symbol is its value and nothing else.
#include "support/demangle.h"
#include "support/hash.h"
#include "writers/pe/target.h"

namespace gold::coff {

namespace {

constexpr u32 width(u32 type) {
  switch (type) {
  case IMAGE_REL_AMD64_ABSOLUTE:
    return 0;
  case IMAGE_REL_AMD64_ADDR64:
    return 8;
  case IMAGE_REL_AMD64_SECTION:
    return 2;
  case IMAGE_REL_AMD64_SECREL7:
    return 1;
  default:
    return type <= IMAGE_REL_AMD64_SECREL ? 4 : ~0u;
  }
}

constexpr bool is_pc_relative(u32 type) {
  return type >= IMAGE_REL_AMD64_REL32 && type <= IMAGE_REL_AMD64_REL32_5;
}

const char *type_name(u32 type) {
  static constexpr const char *names[] = {"ABSOLUTE", "ADDR64",  "ADDR32",  "ADDR32NB", "REL32",
                                          "REL32_1",  "REL32_2", "REL32_3", "REL32_4",  "REL32_5",
                                          "SECTION",  "SECREL",  "SECREL7"};
  return type < std::size(names) ? names[type] : "unknown";
}

std::string symbol_text(const Link &link, const Symbol &s) {
  if (!s.name_size)
    return s.section ? "a local symbol in " + std::string(s.section->name()) : "a local symbol";
  std::string name(s.name());
  return "`" + (link.opt.demangle ? demangle(name) : name) + "'";
}

[[gnu::cold]] void error(Link &link, const Section &sec, const Relocation &r, const std::string &text) {
  u32 offset = r.VirtualAddress;
  link.diag.error(Link::place_text(*sec.file, sec, offset) + ": relocation " + type_name(r.Type) + " " + text,
                  sec.file->priority, u64(sec.index) << 32 | offset,
                  link.referenced_at(*sec.file, sec, offset));
}

// GCC puts jump tables of functions in COMDAT sections into .rdata, where they stay when the function
// came from another file: nothing reads them then.
bool may_refer_to_discarded(const Section &s) {
  std::string_view n = s.name();
  return s.flags & kSecDebug || n.starts_with(".rdata") || n.starts_with(".eh_frame") ||
         n.starts_with(".gcc_except_table") || n.starts_with(".xdata") || n.starts_with(".pdata");
}

// A place whose contents are an address: it moves with the image.
bool moves(const Symbol &s) {
  return !(s.flags & kSymAbsolute) && !s.is_undefined();
}

const Section *home(const Symbol &s) {
  return s.section && s.section->leader ? s.section->leader : s.section;
}

bool is_discarded(const Symbol &s) {
  if (s.flags & (kSymAbsolute | kSymShared | kSymLinkerDefined | kSymIndirect))
    return false;
  const Section *sec = home(s);
  return sec ? !sec->is_live() && sec->kind != SectionKind::Synthetic : s.is_local();
}

// A call or jump: nothing looks at the address to which it goes.
bool is_branch(const Section &s, u32 offset) {
  if (offset == 0 || offset > s.size || !s.data)
    return false;
  u8 opcode = s.data[offset - 1];
  return opcode == 0xe8 || opcode == 0xe9 ||
         ((opcode & 0xf0) == 0x80 && offset > 1 && s.data[offset - 2] == 0x0f);
}

// Calls fn(number among the section's, words of the entry, its three relocations) for each unwind record.
template <class F> void each_unwind(const CoffObject &o, const Section &s, F &&fn) {
  for (u32 k = 0; k < s.assoc_count; ++k) {
    const Function &f = o.functions[s.assoc_begin + k];
    if (const Section *p = o.sections[f.pdata])
      fn(k, p->data + u64(f.entry) * sizeof(RuntimeFunction), o.relocs(*p).subspan(u64(f.entry) * 3, 3));
  }
}

// Unwind records name sections, whose end a function's entry may be: what lies in the code counts.
void add_unwind_edges(const CoffObject &o, const Section &s, EdgeBuffer &buf) {
  each_unwind(o, s, [&](u32 k, const u8 *words, std::span<const Relocation> r) {
    buf.edges.push_back(
        {o.symbols[r[2].SymbolTableIndex], k, r[2].Type | (buf.want_calls ? kEdgeCall : u32(0))});
    if (buf.want_addends)
      buf.addends.push_back(load<i32>(words + 8));
  });
}

} // namespace

bool PeTarget::is_root(const Link &, const Section &s) {
  std::string_view n = s.name();
  for (std::string_view p : {".CRT$", ".ctors", ".dtors", ".rsrc", ".idata$", ".init", ".fini", ".jcr"})
    if (n.starts_with(p))
      return true;
  return n == ".tls" || n.starts_with(".tls$") || n == ".eh_frame" || n == ".buildid";
}

void PeTarget::edges(Link &, const Section &s, EdgeBuffer &buf) {
  if (!s.file || !is_object(*s.file) || s.kind == SectionKind::Synthetic)
    return;
  auto &o = object_of(*s.file);
  for (const Relocation &r : o.relocs(s))
    if (r.SymbolTableIndex < o.num_symbols) {
      u32 type = r.Type;
      if (buf.want_calls && type == IMAGE_REL_AMD64_REL32 && is_branch(s, r.VirtualAddress))
        type |= kEdgeCall;
      buf.edges.push_back({o.symbols[r.SymbolTableIndex], r.VirtualAddress, type});
      if (buf.want_addends)
        buf.addends.push_back(0); // it stands in the contents
    }
  buf.own = buf.edges.size();
  if (s.assoc_count)
    add_unwind_edges(o, s, buf);
}

// Only entries of .pdata and chained records say where unwind information is.
bool PeTarget::is_foldable_data(const Section &s) {
  return s.name().starts_with(".xdata") && !(s.flags & kSecWrite);
}

// The parts of the section that its unwind records are for.
u64 PeTarget::fold_key(const Link &, const Section &s) {
  u64 h = 0;
  if (!s.assoc_count)
    return h;
  auto &o = object_of(*s.file);
  each_unwind(o, s, [&](u32, const u8 *words, std::span<const Relocation> r) {
    for (u32 i = 0; i < 2; ++i)
      h = hash_combine(h, o.sym(r[i].SymbolTableIndex).value + load<u32>(words + i * 4));
  });
  return h;
}

void PeTarget::scan(Link &link, Section &sec) {
  if (link.is_relocatable())
    return;
  auto &o = object_of(*sec.file);
  const bool unwind = sec.kind == SectionKind::Unwind;
  u32 first = static_cast<u32>(o.places.size());
  for (const Relocation &r : o.relocs(sec)) {
    u32 offset = r.VirtualAddress, bytes = width(r.Type);
    if (bytes == ~0u) [[unlikely]] {
      error(link, sec, r, gold::format("of type %u is not supported", unsigned(r.Type)));
      continue;
    }
    if (offset > sec.size || bytes > sec.size - offset || r.SymbolTableIndex >= o.num_symbols ||
        !o.symbols[r.SymbolTableIndex]) [[unlikely]] {
      error(link, sec, r,
            r.SymbolTableIndex >= o.num_symbols || !o.symbols[r.SymbolTableIndex]
                ? gold::format("refers to symbol %u, which is not there", u32(r.SymbolTableIndex))
                : "lies outside of its section");
      continue;
    }
    Symbol &s = *o.symbols[r.SymbolTableIndex];
    if (s.flags & kSymShared)
      canonical(s).need(canonical(s).flags & kSymFunction ? kNeedsPlt : kNeedsGot);
    else if (!s.section && s.is_local() && !s.is_absolute() && !may_refer_to_discarded(sec)) [[unlikely]]
      error(link, sec, r,
            "refers to " + symbol_text(link, s) + " in a section that another file's copy replaced");
    if (unwind)
      continue;
    if (r.Type == IMAGE_REL_AMD64_ADDR64 || r.Type == IMAGE_REL_AMD64_ADDR32)
      if (moves(s) && !is_discarded(s))
        o.places.push_back(offset | (r.Type == IMAGE_REL_AMD64_ADDR32 ? kNarrowPlace : 0));
    if (s.flags & kSymIndirect) [[unlikely]] {
      if (r.Type == IMAGE_REL_AMD64_ADDR64 || r.Type == IMAGE_REL_AMD64_ADDR32 || is_pc_relative(r.Type))
        o.pseudo_places.push_back({&sec, &s, offset, bytes * 8});
      else
        error(link, sec, r,
              "against " + symbol_text(link, s) + ", which is data of " +
                  std::string(object_of(*s.file).dll) + ", can't be corrected when the program starts");
    }
  }
  sec.dyn_index = first;
  sec.dyn_relocs = static_cast<u32>(o.places.size()) - first;
}

namespace {

// What debug information holds in place of the address of something that is not in the image.
u64 tombstone(const Section &sec) {
  return sec.name() == ".debug_loc" || sec.name() == ".debug_ranges" ? 1 : 0;
}

const OutputSection *output_of(const Link &link, const Symbol &s) {
  if (const Section *sec = home(s))
    return sec->output;
  for (const OutputSection *o : link.outputs)
    if (s.value >= o->addr && s.value < o->end())
      return o;
  return nullptr;
}

} // namespace

void PeTarget::relocate(Link &link, Section &sec, u8 *buf) {
  if (!is_object(*sec.file) || link.is_relocatable()) // then addends stay what they are
    return;
  auto &o = object_of(*sec.file);
  const u64 base = sec.address();
  auto fits = [&](const Relocation &r, const Symbol &s, i64 v, bool ok) {
    if (!ok && !s.is_undefined() && !(s.flags & kSymAbsolute && s.value == 0)) [[unlikely]]
      error(link, sec, r,
            "against " + symbol_text(link, s) +
                gold::format(" is out of range: %lld does not fit", static_cast<long long>(v)));
  };
  for (const Relocation &r : o.relocs(sec)) {
    u32 offset = r.VirtualAddress, type = r.Type;
    if (!sec.is_alloc()) { // those of other sections have been checked by the scan
      u32 bytes = width(type);
      if (bytes == ~0u || offset > sec.size || bytes > sec.size - offset ||
          r.SymbolTableIndex >= o.num_symbols || !o.symbols[r.SymbolTableIndex]) [[unlikely]] {
        error(link, sec, r, "is broken: type, place or symbol are not there");
        continue;
      }
    }
    const Symbol &s = *o.symbols[r.SymbolTableIndex];
    u8 *p = buf + offset;
    u64 value = s.value;
    if (is_discarded(s)) [[unlikely]] {
      if (type == IMAGE_REL_AMD64_ADDR64)
        store<u64>(p, tombstone(sec));
      else if (width(type) == 4)
        store<u32>(p, static_cast<u32>(tombstone(sec)));
      continue;
    }
    switch (type) {
    case IMAGE_REL_AMD64_ABSOLUTE:
      break;
    case IMAGE_REL_AMD64_ADDR64:
      store<u64>(p, load<u64>(p) + value);
      break;
    case IMAGE_REL_AMD64_ADDR32: {
      u64 v = value + static_cast<u64>(i64(load<i32>(p)));
      fits(r, s, static_cast<i64>(v), v <= 0xffffffff);
      store<u32>(p, static_cast<u32>(v));
      break;
    }
    case IMAGE_REL_AMD64_ADDR32NB:
      store<u32>(p, load<u32>(p) + rva(value));
      break;
    case IMAGE_REL_AMD64_SECTION: {
      const OutputSection *out = output_of(link, s);
      store<u16>(p, static_cast<u16>(load<u16>(p) + (out ? out->index : 0)));
      break;
    }
    case IMAGE_REL_AMD64_SECREL: {
      const OutputSection *out = output_of(link, s);
      store<u32>(p, load<u32>(p) + static_cast<u32>(out && !s.is_absolute() ? value - out->addr : value));
      break;
    }
    case IMAGE_REL_AMD64_SECREL7: {
      const OutputSection *out = output_of(link, s);
      u64 v = (*p & 0x7fu) + (out ? value - out->addr : value);
      fits(r, s, static_cast<i64>(v), v < 128);
      *p = static_cast<u8>((*p & 0x80u) | (v & 0x7f));
      break;
    }
    default: {
      u64 next = base + offset + 4 + (type - IMAGE_REL_AMD64_REL32);
      i64 v = static_cast<i64>(value + static_cast<u64>(i64(load<i32>(p))) - next);
      fits(r, s, v, v == i32(v));
      store<u32>(p, static_cast<u32>(v));
    }
    }
  }
}

void PeTarget::fill(const OutputSection &o, u8 *buf, u64 n) {
  std::memset(buf, o.flags & kSecExec ? 0xcc : 0, n); // int3
}

} // namespace gold::coff
