// Sections of an object, cut into what is kept, folded and placed.
//
// When the object allows it (MH_SUBSECTIONS_VIA_SYMBOLS), each symbol that is no alternative entry
// (N_ALT_ENTRY) begins a subsection. One sort of (section, offset, symbol) gives the cuts and tells each
// symbol its subsection. Literals are not cut here: the shared merging pass does it by their contents.
// Relocations, by descending address, are dealt out to the subsections in one walk.
#include "readers/macho/object_parts.h"

#include <algorithm>

namespace gold::macho {

u32 MachObject::find_sub(u32 ordinal, u64 address) const {
  const NativeSection &n = native[ordinal];
  u64 base = n.header->addr;
  if (!n.num_subs || address < base || address > base + n.header->size)
    throw InputError("address lies outside of section " + std::string(n.name), address);
  auto begin = sub_offset.begin() + n.first_sub, end = begin + n.num_subs;
  auto it = std::upper_bound(begin, end, static_cast<u32>(std::min<u64>(address - base, ~u32(0))));
  return static_cast<u32>((it == begin ? it : it - 1) - sub_offset.begin());
}

u32 MachObject::find_sub(u64 address) const {
  u32 at_end = kNone;
  for (u32 i = 1; i < native.size(); ++i) {
    const SectionHeader &h = *native[i].header;
    if (!native[i].num_subs || address < h.addr || address > h.addr + h.size)
      continue;
    if (address < h.addr + h.size)
      return find_sub(i, address);
    at_end = find_sub(i, address);
  }
  return at_end;
}

Symbol *MachObject::stand_in(u32 sub) {
  NativeSection &n = native[sub_native[sub]];
  Symbol *array = n.stand_ins.load(std::memory_order_acquire);
  if (!array) {
    Symbol *fresh = Arena::array<Symbol>(n.num_subs).data();
    for (u32 i = 0; i < n.num_subs; ++i) {
      Symbol &s = fresh[i];
      s.name_data = n.name.data();
      s.name_size = static_cast<u32>(n.name.size());
      s.file = this;
      s.section = &subs[n.first_sub + i];
      s.flags = kSymLocal | kSymSection;
      s.native = kNone;
      s.claim.store(make_claim(SymClass::Strong, priority, 0), std::memory_order_relaxed);
    }
    if (n.stand_ins.compare_exchange_strong(array, fresh, std::memory_order_acq_rel))
      array = fresh;
  }
  return array + (sub - n.first_sub);
}

namespace {

constexpr std::string_view kAddrsig = "__DATA,__llvm_addrsig";

enum class Treatment : u8 { None, Whole, Cut, Merge };

u32 literal_size(u32 type) {
  switch (type) {
  case S_CSTRING_LITERALS:
    return 1;
  case S_4BYTE_LITERALS:
    return 4;
  case S_8BYTE_LITERALS:
    return 8;
  case S_16BYTE_LITERALS:
    return 16;
  default:
    return 0;
  }
}

bool is_zero_fill(u32 type) {
  return type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
}

Treatment treatment(const Link &link, const MachObject &o, u32 ordinal) {
  const NativeSection &n = o.native[ordinal];
  const SectionHeader &h = *n.header;
  std::string_view seg = h.segname.view();
  if (seg == "__DWARF" || seg == "__LD" || seg == "__LLVM" || h.flags & S_ATTR_DEBUG ||
      ordinal == o.eh_frame || n.name == kAddrsig)
    return Treatment::None;
  if (u32 size = literal_size(n.type())) {
    if (link.is_relocatable() || !n.relocs.empty() || h.size == 0 || h.size % size || h.size >= ~u32(0))
      return Treatment::Whole;
    if (n.type() == S_CSTRING_LITERALS &&
        (!link.opt.merge_strings || o.bytes.data()[h.offset + h.size - 1] != 0))
      return Treatment::Whole;
    return Treatment::Merge;
  }
  return o.flags & MH_SUBSECTIONS_VIA_SYMBOLS ? Treatment::Cut : Treatment::Whole;
}

u16 section_flags(const NativeSection &n) {
  const SectionHeader &h = *n.header;
  u32 f = kSecAlloc;
  if (h.segname.view() != "__TEXT")
    f |= kSecWrite;
  if (h.flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS))
    f |= kSecExec;
  if (is_zero_fill(n.type()))
    f |= kSecZeroFill;
  if (n.type() == S_CSTRING_LITERALS)
    f |= kSecStrings;
  if (h.flags & S_ATTR_NO_DEAD_STRIP)
    f |= kSecRetain;
  return static_cast<u16>(f);
}

constexpr u32 kKeptAttributes = S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS | S_ATTR_NO_TOC |
                                S_ATTR_STRIP_STATIC_SYMS | S_ATTR_NO_DEAD_STRIP | S_ATTR_LIVE_SUPPORT;

// A key of the sort: section ordinal, offset in it, index of the symbol.
constexpr u64 make_key(u32 ordinal, u64 offset, u32 symbol) {
  return u64(ordinal) << 56 | offset << 24 | symbol;
}
constexpr u32 key_ordinal(u64 k) {
  return static_cast<u32>(k >> 56);
}
constexpr u32 key_offset(u64 k) {
  return static_cast<u32>(k >> 24);
}
constexpr u32 key_symbol(u64 k) {
  return static_cast<u32>(k & 0xffffff);
}

void collect_keys(const MachObject &o, std::vector<u64> &keys) {
  keys.clear();
  for (u32 i = 0; i < o.nlists.size(); ++i) {
    const Nlist &n = o.nlists[i];
    if (n.is_stab() || n.type() != N_SECT)
      continue;
    if (n.n_sect == 0 || n.n_sect >= o.native.size())
      throw InputError("symbol " + std::to_string(i) + " is in section " + std::to_string(n.n_sect) +
                       ", which is not there");
    const SectionHeader &h = *o.native[n.n_sect].header;
    if (n.n_value < h.addr || n.n_value - h.addr > h.size)
      throw InputError("symbol " + std::to_string(i) + " lies outside of its section");
    keys.push_back(make_key(n.n_sect, n.n_value - h.addr, i));
  }
  if (!std::is_sorted(keys.begin(), keys.end()))
    std::sort(keys.begin(), keys.end());
}

// A weak definition of this file that another file's beat.
bool lost(const MachObject &o, u32 i) {
  const Nlist &n = o.nlists[i];
  if (!n.is_external() || !(n.n_desc & N_WEAK_DEF))
    return false;
  u64 c = o.symbols[i]->claim.load(std::memory_order_relaxed);
  return claim_class(c) < SymClass::Lazy && (claim_index(c) != i || claim_priority(c) != o.priority);
}

class Cutter {
public:
  Cutter(Link &link, MachObject &o) : link_(link), o_(o) {}

  void run() {
    static thread_local std::vector<u64> keys;
    collect_keys(o_, keys);
    make_subs(keys);
    if (o_.symbols.empty())
      o_.symbols = Arena::array<Symbol *>(o_.nlists.size());
    make_locals();
    attach_symbols(keys);
    deal_relocations();
    if (link_.opt.icf != IcfMode::None && o_.cputype == CPU_TYPE_ARM64)
      clear_got_pointers();
    list_sections();
    attach_live_support();
  }

private:
  void make_subs(const std::vector<u64> &keys) {
    static thread_local std::vector<u64> starts; // ordinal and offset
    static thread_local std::vector<Treatment> treatments;
    starts.clear();
    treatments.assign(o_.native.size(), Treatment::None);
    std::size_t k = 0;
    for (u32 i = 1; i < o_.native.size(); ++i) {
      NativeSection &n = o_.native[i];
      std::size_t end = k;
      while (end < keys.size() && key_ordinal(keys[end]) == i)
        ++end;
      Treatment t = treatments[i] = treatment(link_, o_, i);
      n.first_sub = static_cast<u32>(starts.size());
      if (t != Treatment::None && (n.header->size || k < end)) {
        starts.push_back(make_key(i, 0, 0));
        u32 last = 0;
        if (t == Treatment::Cut)
          for (std::size_t j = k; j < end; ++j) {
            u32 at = key_offset(keys[j]);
            if (at == last || at >= n.header->size || o_.nlists[key_symbol(keys[j])].n_desc & N_ALT_ENTRY)
              continue;
            starts.push_back(make_key(i, at, 0));
            last = at;
          }
      }
      n.num_subs = static_cast<u32>(starts.size()) - n.first_sub;
      k = end;
    }
    o_.subs = Arena::array<Section>(starts.size());
    o_.sub_offset = Arena::array<u32>(starts.size());
    o_.sub_native = Arena::array<u8>(starts.size());
    for (u32 i = 0; i < starts.size(); ++i) {
      u32 ordinal = key_ordinal(starts[i]), at = key_offset(starts[i]);
      const NativeSection &n = o_.native[ordinal];
      const SectionHeader &h = *n.header;
      o_.sub_offset[i] = at;
      o_.sub_native[i] = static_cast<u8>(ordinal);
      Section &s = o_.subs[i];
      s.file = &o_;
      s.index = i;
      s.name_data = n.name.data();
      s.name_size = static_cast<u32>(n.name.size());
      s.native_type = n.type();
      s.native_flags = h.flags & kKeptAttributes;
      bool more = i + 1 < starts.size() && key_ordinal(starts[i + 1]) == ordinal;
      s.size = (more ? key_offset(starts[i + 1]) : u64(h.size)) - at;
      s.flags = section_flags(n);
      if (!(s.flags & kSecZeroFill))
        s.data = o_.bytes.data() + h.offset + at;
      s.p2align =
          static_cast<u8>(at ? std::min<u32>(h.align, static_cast<u32>(std::countr_zero(at))) : u32(h.align));
      if (n.type() == S_THREAD_LOCAL_VARIABLES) // compilers say 0, but dyld writes pointers there
        s.p2align = std::max<u8>(s.p2align, 3);
      if (treatments[ordinal] == Treatment::Merge) {
        s.kind = SectionKind::Merge;
        s.entsize = literal_size(n.type());
      }
    }
  }

  void make_locals() {
    u32 n = o_.first_global ? o_.first_global : static_cast<u32>(o_.nlists.size());
    if (n == 0 || (o_.first_global == 0 && !has_locals()))
      return;
    auto locals = Arena::array<Symbol>(n);
    for (u32 i = 0; i < n; ++i) {
      const Nlist &e = o_.nlists[i];
      if (e.is_stab() || (e.is_external() && !o_.first_global))
        continue;
      if (e.is_external())
        throw InputError("symbol " + std::to_string(i) + " among the local ones is global");
      Symbol &s = locals[i];
      std::string_view name = symbol_name(o_.strtab, e);
      s.name_data = name.data() ? name.data() : "";
      s.name_size = static_cast<u32>(name.size());
      s.file = &o_;
      s.native = i;
      s.type = e.n_type;
      s.flags = kSymLocal;
      if (e.type() == N_ABS) {
        s.flags |= kSymAbsolute;
        s.value = e.n_value;
      } else if (e.type() != N_SECT) {
        throw InputError("local symbol " + std::to_string(i) + " has the unsupported type " +
                         std::to_string(e.n_type));
      }
      s.claim.store(make_claim(SymClass::Strong, o_.priority, i), std::memory_order_relaxed);
      o_.symbols[i] = &s;
    }
  }
  bool has_locals() const {
    return std::any_of(o_.nlists.begin(), o_.nlists.end(),
                       [](const Nlist &n) { return !n.is_stab() && !n.is_external(); });
  }

  void attach_symbols(const std::vector<u64> &keys) {
    u32 sub = 0, last_ordinal = 0;
    for (std::size_t k = 0; k < keys.size();) {
      u32 ordinal = key_ordinal(keys[k]);
      const NativeSection &n = o_.native[ordinal];
      if (!n.num_subs) { // not laid out
        ++k;
        continue;
      }
      u32 end_sub = n.first_sub + n.num_subs;
      if (ordinal != last_ordinal)
        sub = n.first_sub;
      last_ordinal = ordinal;
      while (sub + 1 < end_sub && o_.sub_offset[sub + 1] <= key_offset(keys[k]))
        ++sub;
      // All symbols of one subsection.
      u32 loser = kNone;
      bool keeper = false;
      Section &s = o_.subs[sub];
      for (; k < keys.size() && key_ordinal(keys[k]) == ordinal &&
             (sub + 1 == end_sub || key_offset(keys[k]) < o_.sub_offset[sub + 1]);
           ++k) {
        u32 i = key_symbol(keys[k]), at = key_offset(keys[k]) - o_.sub_offset[sub];
        const Nlist &e = o_.nlists[i];
        Symbol &y = *o_.symbols[i];
        if (e.n_desc & N_NO_DEAD_STRIP)
          s.flags |= kSecRetain;
        if (!e.is_external()) {
          y.section = &s;
          y.value = at;
          if (n.type() == S_THREAD_LOCAL_VARIABLES)
            y.flags |= kSymTls;
          keeper |= !is_linker_private(y.name());
        } else if (at == 0 && lost(o_, i)) {
          loser = i;
        } else {
          keeper = true;
        }
      }
      if (loser != kNone && !keeper && o_.flags & MH_SUBSECTIONS_VIA_SYMBOLS &&
          s.kind == SectionKind::Regular)
        o_.coalesced.emplace_back(sub, loser);
    }
  }

  void deal_relocations() {
    for (u32 i = 1; i < o_.native.size(); ++i) {
      NativeSection &n = o_.native[i];
      if (n.relocs.empty() || !n.num_subs)
        continue;
      std::size_t r = 0;
      for (u32 sub = n.first_sub + n.num_subs; sub-- > n.first_sub && r < n.relocs.size();) {
        std::size_t begin = r;
        while (r < n.relocs.size() && i64(n.relocs[r].r_address) >= i64(o_.sub_offset[sub]))
          ++r;
        if (begin == r)
          continue;
        Section &s = o_.subs[sub];
        s.relocs = reinterpret_cast<const u8 *>(&n.relocs[begin]);
        s.num_relocs = static_cast<u32>(r - begin);
        // Within the bytes of the subsection, whatever their length: the scan checks each.
        if (u64(i64(n.relocs[begin].r_address)) >= o_.sub_offset[sub] + s.size)
          throw InputError("relocation lies outside of section " + std::string(n.name),
                           n.header->reloff + begin * sizeof(RelocationInfo));
      }
      if (r < n.relocs.size())
        throw InputError("relocation at a negative address, or scattered, in section " + std::string(n.name),
                         n.header->reloff + r * sizeof(RelocationInfo));
    }
  }

  // Whatever assemblers leave in places that point to the GOT, their sections are equal if they point to the
  // same.
  void clear_got_pointers() {
    for (Section &s : o_.subs) {
      auto relocs = o_.relocs(s);
      auto is_pointer = [](const RelocationInfo &r) { return r.type() == ARM64_RELOC_POINTER_TO_GOT; };
      if (!s.data || std::none_of(relocs.begin(), relocs.end(), is_pointer))
        continue;
      auto copy = Arena::array<u8>(s.size);
      std::memcpy(copy.data(), s.data, s.size);
      for (const RelocationInfo &r : relocs)
        if (u64 at = u64(i64(r.r_address)) - o_.sub_offset[s.index];
            is_pointer(r) && at < s.size && s.size - at >= 4)
          std::memset(copy.data() + at, 0, 4);
      s.data = copy.data();
    }
  }

  void list_sections() {
    o_.sections = Arena::array<Section *>(o_.subs.size());
    for (u32 i = 0; i < o_.subs.size(); ++i)
      o_.sections[i] = &o_.subs[i];
    for (auto &[sub, symbol] : o_.coalesced)
      o_.sections[sub] = nullptr;
  }

  // Sections that live if what they refer to does.
  void attach_live_support() {
    for (u32 i = 1; i < o_.native.size(); ++i) {
      NativeSection &n = o_.native[i];
      if (!(n.header->flags & S_ATTR_LIVE_SUPPORT) || !n.num_subs)
        continue;
      for (u32 sub = n.first_sub; sub < n.first_sub + n.num_subs; ++sub) {
        Section &s = o_.subs[sub];
        for (const RelocationInfo &r : o_.relocs(s)) {
          Section *to = nullptr;
          if (r.is_extern() && r.symbolnum() < o_.symbols.size() && o_.symbols[r.symbolnum()]) {
            const Nlist &e = o_.nlists[r.symbolnum()];
            if (e.type() == N_SECT && e.n_sect < o_.native.size() && o_.native[e.n_sect].num_subs)
              to = &o_.subs[o_.find_sub(e.n_sect, e.n_value)];
          }
          if (!to || to == &s)
            continue;
          s.next_dependent = to->dependent;
          to->dependent = &s;
          break;
        }
      }
    }
  }

  Link &link_;
  MachObject &o_;
};

// Clang's table of the symbols whose addresses the program may compare: each has a relocation of this
// section.
void read_addrsig(MachObject &o) {
  for (const NativeSection &n : o.native) {
    if (n.name != kAddrsig)
      continue;
    o.has_addrsig = true;
    for (const RelocationInfo &r : n.relocs) {
      if (!r.is_extern() || r.symbolnum() >= o.symbols.size())
        throw InputError("the table of significant addresses names a symbol that is not there",
                         n.header->reloff);
      if (Symbol *s = o.symbols[r.symbolnum()])
        s->mark(kMarkNoIcf);
    }
  }
}

} // namespace

void cut_sections(Link &link, MachObject &o) {
  Cutter(link, o).run();
  o.reader->bind_symbols(link, o);
  if (link.opt.icf == IcfMode::Safe)
    read_addrsig(o);
}

} // namespace gold::macho
