// See liveness.h.
#include "readers/goobj/liveness.h"

#include <algorithm>

namespace gold::goobj {
namespace {

constexpr u32 kPointerSize = 8; // of amd64 and arm64, the machines that an object may be for

const GoObject &object_of(const Section &s) {
  return static_cast<const GoObject &>(*s.file);
}

std::span<const RelocRecord> relocs(const Section &s) {
  return {reinterpret_cast<const RelocRecord *>(s.relocs), s.num_relocs};
}

// The section of a symbol, if a Go object defines it.
const Section *go_section(const Symbol *s) {
  return s && s->section && s->section->file->reader && s->section->file->reader->format() == Format::Go
             ? s->section
             : nullptr;
}

u8 flag(const Section &s) {
  return static_cast<u8>(s.native_flags);
}
u8 flag2(const Section &s) {
  return static_cast<u8>(s.native_flags >> 8);
}

ByteView contents(const Section &s) {
  return s.data ? ByteView(s.data, s.size - s.zero_tail) : ByteView();
}

// What the relocation at `offset` refers to, or null. Relocations are sorted by offset.
Symbol *target_at(const Section &s, i64 offset) {
  auto rels = relocs(s);
  auto it = std::lower_bound(rels.begin(), rels.end(), offset,
                             [](const RelocRecord &r, i64 o) { return r.offset < o; });
  return it != rels.end() && it->offset == offset ? object_of(s).resolve(it->target) : nullptr;
}

// The name in an abi.Name: a byte of flags, the length as varint, the bytes.
std::string_view name_of(const Symbol *s) {
  const Section *sec = go_section(s);
  if (!sec)
    throw InputError("a method without a name");
  ByteView b = contents(*sec);
  u64 size = 0, at = 1;
  for (u32 shift = 0; shift < 32; shift += 7) {
    u8 c = b.at<u8>(at++, "name of a method");
    size |= u64(c & 127) << shift;
    if (!(c & 128))
      break;
  }
  return b.sub(at, size, "name of a method").str();
}

// A name beginning in another script may be exported: keeping a method too many is harmless.
bool is_exported(std::string_view name) {
  return !name.empty() && ((name[0] >= 'A' && name[0] <= 'Z') || static_cast<u8>(name[0]) >= 0x80);
}

bool is_direct_call(u32 type) {
  return type == R_CALL || type == R_CALLARM64;
}

void report(Link &link, const Section &s, const InputError &e) {
  InputError whole("symbol " + std::to_string(s.index) + " (" + std::string(s.name()) + "): " + e.what());
  link.report(*s.file, whole);
}

} // namespace

Symbol *want_symbol(Link &link, std::string_view name, u16 abi) {
  u32 space = abi == kAbi0 ? kSpaceAbi0 : kSpaceAbiInternal;
  link.symbols.reserve(16);
  Symbol *s = link.symbols.intern(Arena::copy(name), key_hash(name, space), space);
  s->mark(kMarkRoot | kMarkRefObject);
  s->offer(make_claim(SymClass::UndefWeak, link.internal->priority, 0));
  return s;
}

void Liveness::want_symbols(Link &link) {
  mapinitnoop_ = want_symbol(link, "runtime.mapinitnoop", kAbiInternal);
}

std::vector<Symbol *> init_tasks(const Symbol *root) {
  std::vector<Symbol *> tasks;
  std::unordered_set<const Symbol *> seen{root};
  std::vector<const Symbol *> work{root};
  while (!work.empty()) {
    const Symbol *s = work.back();
    work.pop_back();
    const Section *sec = go_section(s);
    if (!sec)
      continue;
    if (sec->size > 8) // a state, a count, and then the functions to call
      tasks.push_back(const_cast<Symbol *>(s));
    for (const RelocRecord &r : relocs(*sec))
      if (r.type == R_INITORDER)
        if (const Symbol *t = object_of(*sec).resolve(r.target); t && seen.insert(t).second)
          work.push_back(t);
  }
  return tasks;
}

// A type whose values are put into interfaces: one can call its methods then. If it was visited before,
// it must be visited again.
void Liveness::mark_used(Symbol &type, EdgeBuffer &buf) {
  if (type.marked(kMarkNative))
    return;
  type.mark(kMarkNative);
  if (type.section && type.section->is_live())
    buf.again.push_back(type.section);
}

// The method at `offset` of an interface's type: offsets of its name and of its type.
void Liveness::note_interface_method(const Section &interface, i64 offset) {
  called_.insert({name_of(target_at(interface, offset)), target_at(interface, offset + 4), {}});
}

void Liveness::edges(Link &link, const Section &s, EdgeBuffer &buf) try {
  const GoObject &o = object_of(s);
  reflection_ |= (flag(s) & kFlagReflectMethod) != 0;
  if (flag2(s) & kFlag2PkgInit)
    initializers_.push_back(&s);
  const bool is_type = flag(s) & kFlagGoType;
  const bool is_used = is_type && o.symbols[s.index]->marked(kMarkNative);
  auto add = [&](Symbol *t, u32 offset, u32 type, i64 addend) {
    buf.edges.push_back({t, offset, type});
    if (buf.want_addends)
      buf.addends.push_back(addend);
  };
  auto rels = relocs(s);
  for (std::size_t k = 0; k < rels.size(); ++k) {
    const RelocRecord &r = rels[k];
    u32 type = r.type;
    if (type & kRelocWeak || type == R_USETYPE || type == R_INITORDER)
      continue;
    Symbol *t = o.resolve(r.target);
    if (!t) {
      if (r.target.package == kPkgBuiltin)
        throw InputError("refers to package runtime, which is not among the inputs");
      continue;
    }
    if (r.target.package == kPkgBuiltin && t->klass() == SymClass::UndefWeak)
      t->offer(make_claim(SymClass::Undef, claim_priority(t->claim), claim_index(t->claim)));
    switch (type) {
    case R_METHODOFF:
      // Three in a row: the method's type, and its code for calls by interface and by reflection. In
      // front of them stands the offset of its name.
      if (k + 2 >= rels.size() || k == 0)
        throw InputError("an incomplete method", static_cast<u64>(r.offset));
      if (is_used) {
        mark_used(*t, buf);
        if (rels[k - 1].offset != r.offset - 4)
          throw InputError("a method without a name", static_cast<u64>(r.offset));
        methods_.push_back({name_of(o.resolve(rels[k - 1].target)),
                            t,
                            {t, o.resolve(rels[k + 1].target), o.resolve(rels[k + 2].target)}});
      }
      k += 2;
      continue;
    case R_USEIFACE:
      if (const Section *itab = go_section(t); itab && flag2(*itab) & kFlag2Itab)
        t = target_at(*itab, kPointerSize); // the type that the table of methods is for
      if (t)
        mark_used(*t, buf);
      continue;
    case R_USEIFACEMETHOD:
      if (const Section *interface = go_section(t))
        note_interface_method(*interface, r.addend);
      continue;
    case R_USENAMEDMETHOD:
      if (const Section *name = go_section(t))
        called_by_name_.insert(contents(*name).str());
      continue;
    default:
      // By reflection one gets from a value to values of the types that its type is made of.
      if (is_used)
        if (const Section *other = go_section(t); other && flag(*other) & kFlagGoType)
          mark_used(*t, buf);
      add(t, static_cast<u32>(r.offset), type, r.addend);
    }
  }
  for (const AuxRecord &a : o.aux_of(s.index))
    if (a.type != kAuxGotype)
      if (Symbol *t = o.resolve(a.symbol))
        add(t, 0, 0, 0);
} catch (const InputError &e) {
  report(link, s, e);
}

void Liveness::conditional_edges(Link &, EdgeBuffer &buf) {
  auto callable = [&](const Method &m) {
    return (reflection_ && is_exported(m.name)) || called_.contains(m) || called_by_name_.contains(m.name);
  };
  std::erase_if(methods_, [&](const Method &m) {
    if (!callable(m))
      return false;
    for (Symbol *part : m.parts)
      if (part)
        buf.edges.push_back({part, 0, R_METHODOFF});
    return true;
  });
  if (!buf.edges.empty() || done_)
    return;
  // A map variable that nobody reads needs no initializer; its package calls a function that does
  // nothing instead.
  done_ = true;
  for (const Section *s : initializers_)
    for (const RelocRecord &r : relocs(*s)) {
      if (!(r.type & kRelocWeak) || !is_direct_call(r.type & ~u32(kRelocWeak)))
        continue;
      const Symbol *t = object_of(*s).resolve(r.target);
      if (t && t->section && !t->section->is_live())
        if (mapinitnoop_) {
          buf.edges.push_back({mapinitnoop_, 0, R_CALL});
          return;
        }
    }
}

} // namespace gold::goobj
