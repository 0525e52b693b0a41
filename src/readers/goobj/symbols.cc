// Symbols and sections of a Go object.
//
// Of Go's symbols few are ever asked for by name. Those of a package are referred to by their index in
// it, so they are objects of their file; after each wave the file looks whether somebody has interned
// the name of one (an assembler, a linkname), and then that key stands for it. Content-addressed
// symbols are keys by their hash; only what stands outside of packages is a key by name.
//
// Which of several definitions wins follows cmd/link/internal/loader (addSym), but without its
// dependence on the order of files: a definition with contents, then one without (a Go variable that
// an assembler defines), then those that say of themselves that others may be there (DUPOK), and
// content-addressed ones. Among the last three kinds the largest wins: trailing zeros are not hashed,
// and instances of a generic function differ by what was inlined. So these make their claims only when
// the sizes of all are known: until a symbol is bound, its value holds the largest size in the lower
// 32 bits and above it the log2 of the largest alignment.
#include "readers/goobj/object_reader.h"
#include "support/demangle.h"

#include <algorithm>

namespace gold::goobj {
namespace {

constexpr u32 kBatch = 16;

bool is_text(u8 kind) {
  return kind == STEXT || kind == STEXTFIPS;
}
bool is_variable(u8 kind) {
  return kind >= SNOPTRDATA && kind <= STLSBSS;
}

u8 log2_alignment(u32 align, u32 i) {
  if (align & (align - 1))
    throw InputError("symbol " + std::to_string(i) + " has the impossible alignment " +
                     std::to_string(align));
  return align ? static_cast<u8>(std::countr_zero(align)) : 0;
}

// How a definition of a key competes with others.
enum class Contest : u8 {
  Alone,      // has contents of its own
  NoContents, // a variable without contents
  Equal,      // others are as good: DUPOK, or the same by content
};

Contest contest(const GoObject &o, u32 i) {
  const SymbolRecord &r = o.records[i];
  if ((i >= o.first_hashed64 && i < o.first_nonpkg) || r.flag & kFlagDupok)
    return Contest::Equal;
  return is_variable(r.kind) && o.data_of(i).empty() ? Contest::NoContents : Contest::Alone;
}

SymClass class_of(Contest c) {
  return c == Contest::Alone        ? SymClass::Strong
         : c == Contest::NoContents ? SymClass::Common
                                    : SymClass::Weak;
}

void raise(Symbol &s, u32 size, u8 p2align) {
  std::atomic_ref<u64> v(s.value);
  u64 old = v.load(std::memory_order_relaxed), fresh;
  do {
    fresh = std::max(u32(old), size) | u64(std::max(u8(old >> 32), p2align)) << 32;
  } while (fresh != old && !v.compare_exchange_weak(old, fresh, std::memory_order_relaxed));
}

// Says what definition `i` claims of a key that others may claim too.
void contend(GoObject &o, u32 i, Symbol &s) {
  Contest c = contest(o, i);
  raise(s, c == Contest::Alone ? 0 : u32(o.records[i].size), log2_alignment(o.records[i].align, i));
  if (c == Contest::Alone)
    s.offer(make_claim(SymClass::Strong, o.priority, i));
}

u32 name_space(const SymbolRecord &r) {
  return r.abi == kAbi0 ? kSpaceAbi0 : kSpaceAbiInternal;
}

// A symbol that is no key: of the package, of this file only, or without a name.
void make_own(GoObject &o, u32 i, Symbol &s, std::string_view name, bool is_local) {
  const SymbolRecord &r = o.records[i];
  s.name_data = name.data() ? name.data() : "";
  s.name_size = static_cast<u32>(name.size());
  s.key_space = static_cast<u8>(name_space(r));
  s.native = i;
  s.file = &o;
  s.flags = is_local ? kSymLocal : 0;
  s.claim.store(make_claim(i < o.first_ref ? SymClass::Strong : SymClass::Undef, o.priority, i),
                std::memory_order_relaxed);
  if (r.flag2 & kFlag2UsedInIface)
    s.mark(kMarkNative);
}

void make_package_symbols(GoObject &o) {
  auto made = Arena::array<Symbol>(o.first_hashed64);
  for (u32 i = 0; i < o.first_hashed64; ++i) {
    o.symbols[i] = &made[i];
    make_own(o, i, made[i], o.string(o.records[i].name), o.records[i].abi == kAbiStatic);
    raise(made[i], 0, log2_alignment(o.records[i].align, i));
  }
}

void intern_hashed(Link &link, GoObject &o) {
  auto batch = intern_batch<u32>(
      link.symbols,
      [&](Symbol &s, u32 i) {
        o.symbols[i] = &s;
        s.mark(o.records[i].flag2 & kFlag2UsedInIface ? kMarkRefObject | kMarkNative : kMarkRefObject);
        contend(o, i, s);
      },
      kSpaceHash);
  auto key = [](const auto &hash) {
    return std::string_view(reinterpret_cast<const char *>(hash.bytes), sizeof hash);
  };
  for (u32 i = o.first_hashed64; i < o.first_nonpkg; ++i)
    batch.add(i < o.first_hashed ? key(o.hashes64[i - o.first_hashed64]) : key(o.hashes[i - o.first_hashed]),
              i);
  batch.flush();
}

void intern_named(Link &link, GoObject &o) {
  for (u32 i = o.first_nonpkg; i < o.records.size(); ++i) {
    const SymbolRecord &r = o.records[i];
    std::string_view name = o.string(r.name);
    if (name.empty() || r.abi == kAbiStatic) {
      o.symbols[i] = Arena::make<Symbol>();
      make_own(o, i, *o.symbols[i], name, true);
      if (i < o.first_ref)
        raise(*o.symbols[i], 0, log2_alignment(r.align, i));
      continue;
    }
    u32 space = name_space(r);
    Symbol *s = link.symbols.intern(name, key_hash(name, space), space);
    o.symbols[i] = s;
    u32 marks = kMarkRefObject | (r.flag2 & kFlag2UsedInIface ? kMarkNative : 0);
    if (i < o.first_ref) {
      s->mark(static_cast<u8>(marks));
      contend(o, i, *s);
    } else {
      s->mark(static_cast<u8>(marks | kMarkStrongRef));
      s->offer(make_claim(SymClass::Undef, o.priority, i));
    }
  }
}

// The names of the builtins are asked for by the package that defines nearly all of them. Many are
// for other builds (the race detector) or machines, so these references are weak.
void intern_builtins(Link &link, GoObject &o) {
  u32 at = static_cast<u32>(o.records.size());
  for (const Builtin &b : builtins()) {
    u32 space = b.abi == kAbi0 ? kSpaceAbi0 : kSpaceAbiInternal;
    Symbol *s = link.symbols.intern(b.name, key_hash(b.name, space), space);
    s->mark(kMarkRefObject);
    s->offer(make_claim(SymClass::UndefWeak, o.priority, at));
    o.symbols[at++] = s;
  }
}

// The compiler's object of package runtime.
bool has_builtins(const GoObject &o) {
  return o.package == "runtime" && !o.from_assembly();
}

GoObject *package_object(Link &link, std::string_view package) {
  Group *g = link.groups.find(package, key_hash(package, kSpacePackage), kSpacePackage);
  u32 owner = g ? static_cast<u32>(g->owner.load(std::memory_order_relaxed)) : 0;
  return owner ? static_cast<GoObject *>(link.files[owner - 1]) : nullptr;
}

Arch arch_of(const GoObject &o) {
  return o.text.arch == "amd64" ? Arch::X86_64 : o.text.arch == "arm64" ? Arch::AArch64 : Arch::Unknown;
}

// The objects of a link come from one run of one toolchain for one machine: their first lines agree.
void check_origin(Link &link, GoObject &o) {
  for (u32 p = o.priority; p-- > 0;) {
    InputFile *f = link.files[p];
    if (f->reader != o.reader)
      continue;
    auto &other = static_cast<GoObject &>(*f);
    if (other.text.line.empty())
      continue; // not linked, or no Go object after all
    if (other.text.line != o.text.line)
      throw InputError("made by another toolchain or for another machine than " + other.display_name() +
                       "\n>>> " + std::string(o.text.line) + "\n>>> " + std::string(other.text.line));
    return;
  }
}

void find_packages(Link &link, GoObject &o) {
  auto missing = [&](std::string_view package) {
    link.diag.error(o.display_name() + ": refers to package " + std::string(package) +
                        ", which is not among the inputs",
                    o.priority);
  };
  o.package_objects = Arena::array<GoObject *>(o.packages.size());
  for (u32 p = 1; p < o.packages.size(); ++p) {
    std::string_view name = o.string(o.packages[p]);
    if (!(o.package_objects[p] = package_object(link, name)))
      missing(name);
  }
  for (const AutolibRecord &a : o.autolib) {
    std::string_view path = o.string(a.path);
    const GoObject *of = package_object(link, escape_path(path));
    if (!of)
      missing(path);
    else if (std::memcmp(of->header->fingerprint, a.fingerprint, sizeof a.fingerprint) != 0)
      link.diag.error(o.display_name() + ": was compiled with another version of package " +
                          std::string(path) + " than that of " + of->display_name(),
                      o.priority);
  }
  o.runtime = package_object(link, "runtime");
  if (o.runtime && !has_builtins(*o.runtime))
    o.runtime = nullptr;
}

// Flags that this file adds to symbols of others.
void add_ref_flags(GoObject &o) {
  for (const RefFlagsRecord &r : o.ref_flags)
    if (r.flag2 & kFlag2UsedInIface)
      if (Symbol *s = o.resolve(r.symbol))
        s->mark(kMarkNative);
}

u16 section_flags(u8 kind, bool has_data) {
  u32 flags = 0;
  switch (kind) {
  case STEXT:
  case STEXTFIPS:
    return kSecAlloc | kSecExec;
  case SRODATA:
  case SRODATAFIPS:
  case SSEHUNWINDINFO:
    return kSecAlloc;
  case SNOPTRDATA:
  case SNOPTRDATAFIPS:
  case SDATA:
  case SDATAFIPS:
    return kSecAlloc | kSecWrite;
  case STLSBSS:
    flags = kSecTls;
    [[fallthrough]];
  case SBSS:
  case SNOPTRBSS:
  case SLIBFUZZER_8BIT_COUNTER:
  case SCOVERAGE_COUNTER:
  case SCOVERAGE_AUXVAR:
    return static_cast<u16>(flags | kSecAlloc | kSecWrite | (has_data ? 0 : u32(kSecZeroFill)));
  default:
    return kind >= SDWARFCUINFO && kind <= SDWARFADDR ? kSecFollows | kSecDebug : kSecFollows;
  }
}

// The section of definition `i`, whose symbol still holds sizes and alignments in its value.
void fill(GoObject &o, Section &s, u32 i, u64 value) {
  const SymbolRecord &r = o.records[i];
  std::string_view name = o.string(r.name);
  s.file = &o;
  s.index = i;
  s.name_data = name.data() ? name.data() : "";
  s.name_size = static_cast<u32>(name.size());
  s.native_type = r.kind;
  s.native_flags = r.flag | u32(r.flag2) << 8;
  s.p2align = static_cast<u8>(value >> 32);
  ByteView data = o.data_of(i);
  u64 size = is_text(r.kind) ? u32(r.size) : std::max(u32(r.size), u32(value));
  if (data.size() > size) {
    // Notes to the linker (compiler flags, the package's name) have contents, but no size.
    if (r.kind < SDWARFCUINFO || r.kind > SDWARFADDR)
      throw InputError("symbol " + std::to_string(i) + " has more contents than its size");
    size = data.size();
  }
  s.flags = section_flags(r.kind, !data.empty());
  s.size = size;
  if (!data.empty()) {
    s.data = data.data();
    s.zero_tail = static_cast<u32>(size - data.size());
  }
  auto relocs = o.relocs_of(i);
  o.aux_of(i); // throws if it is broken: later passes rely on it
  s.relocs = reinterpret_cast<const u8 *>(relocs.data());
  s.num_relocs = static_cast<u32>(relocs.size());
}

bool is_mine(const GoObject &o, const Symbol &s, u32 i) {
  u64 c = s.claim.load(std::memory_order_relaxed);
  return c && claim_index(c) == i && claim_priority(c) == o.priority;
}

} // namespace

u64 ObjectReader::count_symbols(const InputFile &f) const {
  GoObject o;
  o.bytes = f.bytes;
  read_object(o);
  return o.records.size() - o.first_hashed64 + builtins().size() + 1; // and its package
}

void ObjectReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  read_object(o);
  Arch arch = link.target ? link.target->arch() : link.opt.arch;
  if (arch != Arch::Unknown && arch != arch_of(o))
    throw InputError("an object for " + std::string(o.text.arch) + " can't be linked into this image");
  if (!o.package.empty())
    link.groups.intern(o.package, key_hash(o.package, kSpacePackage), kSpacePackage)
        ->offer(o.from_assembly() ? 1 : 0, o.priority); // indices mean the compiler's object
  o.first_global = o.first_hashed64;
  o.symbols = Arena::array<Symbol *>(o.records.size() + (has_builtins(o) ? builtins().size() : 0));
  make_package_symbols(o);
  intern_hashed(link, o);
  intern_named(link, o);
  if (has_builtins(o))
    intern_builtins(link, o);
}

void ObjectReader::claim_referenced(Link &link, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  if (o.asked_names == link.symbols.count())
    return; // nothing has been interned since
  if (!o.asked_names)
    check_origin(link, o);
  o.asked_names = link.symbols.count();
  o.must_claim = true;

  // Names of the package's symbols that others have asked for.
  u32 index[kBatch];
  u64 hashes[kBatch];
  u32 count = 0;
  auto ask = [&] {
    for (u32 k = 0; k < count; ++k) {
      u32 i = index[k];
      Symbol *own = o.symbols[i], *s = link.symbols.find(own->name(), hashes[k], own->key_space);
      if (!s || s == own)
        continue;
      s->mark(own->marks.load(std::memory_order_relaxed) | kMarkRefObject);
      o.symbols[i] = s;
      contend(o, i, *s);
    }
    count = 0;
  };
  for (u32 i = 0; i < o.first_hashed64; ++i) {
    const Symbol &own = *o.symbols[i];
    if (own.name_size == 0 || own.is_local())
      continue;
    index[count] = i;
    hashes[count] = key_hash(own.name(), own.key_space);
    link.symbols.prefetch(hashes[count++]);
    if (count == kBatch)
      ask();
  }
  ask();
}

void ObjectReader::claim_largest(Link &, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  if (!o.must_claim)
    return;
  o.must_claim = false;
  for (u32 i = 0; i < o.first_ref; ++i) {
    Symbol *s = o.symbols[i];
    if (s->file) // no key
      continue;
    if (Contest c = contest(o, i); c != Contest::Alone && o.records[i].size == u32(s->value))
      s->offer(make_claim(class_of(c), o.priority, i));
  }
}

void ObjectReader::parse_sections(Link &link, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  find_packages(link, o);
  add_ref_flags(o);
  u32 count = 0;
  for (u32 i = 0; i < o.first_ref; ++i)
    count += is_mine(o, *o.symbols[i], i);
  auto made = Arena::array<Section>(count);
  o.sections = Arena::array<Section *>(o.first_ref);
  for (u32 i = 0, k = 0; i < o.first_ref; ++i)
    if (is_mine(o, *o.symbols[i], i)) {
      fill(o, made[k], i, o.symbols[i]->value);
      o.sections[i] = &made[k++];
    }
  bind_symbols(link, o);
}

void ObjectReader::bind_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  for (u32 i = 0; i < o.symbols.size(); ++i) {
    Symbol *s = o.symbols[i];
    if (!is_mine(o, *s, i))
      continue;
    s->file = &o;
    s->native = i;
    if (i >= o.first_ref || !o.sections[i])
      continue;
    const SymbolRecord &r = o.records[i];
    s->section = o.sections[i];
    s->value = 0;
    s->type = r.kind;
    s->flags = static_cast<u16>((s->flags & kSymLocal) | (is_text(r.kind) ? kSymFunction : 0) |
                                (r.kind == STLSBSS ? kSymTls : 0));
  }
}

void ObjectReader::reclaim_symbols(Link &, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  for (u32 i = 0; i < o.records.size(); ++i)
    if (Symbol *s = o.symbols[i]; s->marked(kMarkReclaim))
      s->offer(make_claim(i < o.first_ref ? class_of(contest(o, i)) : SymClass::Undef, o.priority, i));
}

void ObjectReader::report_duplicates(Link &link, InputFile &f) const {
  auto &o = static_cast<GoObject &>(f);
  for (u32 i = 0; i < o.first_ref; ++i) {
    const Symbol *s = o.symbols[i];
    if (is_mine(o, *s, i) || s->klass() != SymClass::Strong || contest(o, i) != Contest::Alone)
      continue;
    const InputFile &winner = *link.files[claim_priority(s->claim.load(std::memory_order_relaxed))];
    if (winner.kind != FileKind::Object)
      continue;
    std::string name(s->name());
    link.diag.error("duplicate symbol: " + name + "\n>>> defined in " + winner.display_name() +
                        "\n>>> defined in " + o.display_name(),
                    o.priority, i);
  }
}

const Reader &object_reader() {
  static const ObjectReader reader;
  return reader;
}

InputFile *make_object() {
  auto *o = new GoObject;
  o->reader = &object_reader();
  return o;
}

} // namespace gold::goobj
