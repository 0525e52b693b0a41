// .dynsym, .dynstr, .hash and .gnu.hash (gABI 4.3, "Dynamic Linking", "Hash Table").
//
// A .gnu.hash table wants the symbols that can be found sorted by bucket, and all others before
// them. Its lookup first asks a Bloom filter with two bits a symbol, so that most objects that do
// not define a name answer with one load. The layout (words of the target's size, 32-bit hashes
// whose lowest bit ends a chain) is what the GNU and musl C libraries read.
#include "writers/elf/target.h"

namespace gold::elf {

namespace {

u32 gnu_hash_of(std::string_view s) {
  u32 h = 5381;
  for (char c : s)
    h = h * 33 + static_cast<u8>(c);
  return h;
}

u32 sysv_hash_of(std::string_view s) {
  u32 h = 0;
  for (char c : s) {
    h = (h << 4) + static_cast<u8>(c);
    u32 g = h & 0xf0000000;
    h = (h ^ g >> 24) & ~g;
  }
  return h;
}

constexpr u32 kBloomShift = 26;
constexpr u32 kSymbolsPerBucket = 4;
constexpr u32 kBloomBitsPerSymbol = 12;

} // namespace

u32 sysv_hash(std::string_view s) {
  return sysv_hash_of(s);
}

DynsymSection::DynsymSection(ElfTarget &t)
    : ElfSynthetic(t, ".dynsym", SHT_DYNSYM, SHF_ALLOC, 8, sizeof(Sym)) {}

// Puts the symbols in their final order and finds the offsets of their names.
void DynsymSection::sort(Link &link) {
  auto hashed = [&](const Symbol &s) {
    return s.flags & kSymCopied || (s.is_exported() && !s.is_shared() && !s.is_undefined()) ||
           target_.canonical_plt(s);
  };
  auto middle =
      std::stable_partition(symbols.begin() + 1, symbols.end(), [&](Symbol *s) { return !hashed(*s); });
  first_hashed = u32(middle - symbols.begin());
  u32 n = u32(symbols.size()) - first_hashed;
  buckets = std::max<u32>(1, n / kSymbolsPerBucket);
  struct Key {
    u32 bucket, index, hash;
  };
  std::vector<Key> keys(n);
  parallel_for(n, 4096, [&](std::size_t i) {
    u32 h = gnu_hash_of(plain_name(*symbols[first_hashed + i]));
    keys[i] = {h % buckets, u32(i), h};
  });
  parallel_sort(keys.begin(), keys.end(), [](const Key &a, const Key &b) {
    return a.bucket != b.bucket ? a.bucket < b.bucket : a.index < b.index;
  });
  std::vector<Symbol *> sorted(n);
  hashes.resize(n);
  for (u32 i = 0; i < n; ++i) {
    sorted[i] = symbols[first_hashed + keys[i].index];
    hashes[i] = keys[i].hash;
  }
  std::copy(sorted.begin(), sorted.end(), symbols.begin() + first_hashed);
  for (u32 i = 1; i < symbols.size(); ++i)
    link.aux_of(*symbols[i]).dynsym = i;
  section.size = symbols.size() * sizeof(Sym);
}

// After all other strings are in .dynstr: gives the symbols' names their places behind them.
void DynsymSection::place_names(Link &link) {
  names.resize(symbols.size());
  u64 at = target_.dynstr->section.size;
  for (u32 i = 1; i < symbols.size(); ++i) {
    names[i] = u32(at);
    at += plain_name(*symbols[i]).size() + 1;
  }
  target_.dynstr->section.size = at;
  if (at > ~u32(0))
    link.diag.error("the names of dynamic symbols take more than 4 GiB");
}

void DynsymSection::write(Link &link, u8 *buf) {
  Sym *out = reinterpret_cast<Sym *>(buf);
  std::memset(buf, 0, sizeof(Sym));
  parallel_for(symbols.size() - 1, 4096, [&](std::size_t i) {
    target_.write_symbol(link, *symbols[i + 1], out[i + 1], false);
    out[i + 1].st_name = names[i + 1];
  });
}

DynstrSection::DynstrSection(ElfTarget &t) : StringTable(t, ".dynstr", SHT_STRTAB, SHF_ALLOC, 1) {
  section.size = 1;
}

void DynstrSection::write(Link &link, u8 *buf) {
  StringTable::write(link, buf);
  auto &d = *target_.dynsym;
  parallel_for(d.symbols.size() - 1, 4096, [&](std::size_t i) {
    std::string_view name = plain_name(*d.symbols[i + 1]);
    std::memcpy(buf + d.names[i + 1], name.data(), name.size());
    buf[d.names[i + 1] + name.size()] = 0;
  });
}

// -- DT_HASH

HashSection::HashSection(ElfTarget &t) : ElfSynthetic(t, ".hash", SHT_HASH, SHF_ALLOC, 8, 4) {
  section.size = (2 + target_.dynsym->symbols.size() * 2) * 4;
}

void HashSection::write(Link &, u8 *buf) {
  auto &symbols = target_.dynsym->symbols;
  u32 n = u32(symbols.size());
  std::memset(buf, 0, section.size);
  ul32 *w = reinterpret_cast<ul32 *>(buf);
  w[0] = n;
  w[1] = n;
  ul32 *bucket = w + 2, *chain = bucket + n;
  for (u32 i = 1; i < n; ++i) {
    u32 b = sysv_hash_of(plain_name(*symbols[i])) % n;
    chain[i] = bucket[b];
    bucket[b] = i;
  }
}

// -- DT_GNU_HASH

GnuHashSection::GnuHashSection(ElfTarget &t) : ElfSynthetic(t, ".gnu.hash", SHT_GNU_HASH, SHF_ALLOC, 8) {
  auto &d = *target_.dynsym;
  u64 n = d.hashes.size();
  bloom_words = u32(std::bit_ceil(std::max<u64>(1, n * kBloomBitsPerSymbol / 64)));
  section.size = 16 + u64(bloom_words) * 8 + u64(d.buckets) * 4 + n * 4;
}

void GnuHashSection::write(Link &, u8 *buf) {
  auto &d = *target_.dynsym;
  u32 n = u32(d.hashes.size());
  std::memset(buf, 0, section.size);
  ul32 *header = reinterpret_cast<ul32 *>(buf);
  header[0] = d.buckets;
  header[1] = d.first_hashed;
  header[2] = bloom_words;
  header[3] = kBloomShift;
  ul64 *bloom = reinterpret_cast<ul64 *>(buf + 16);
  ul32 *bucket = reinterpret_cast<ul32 *>(buf + 16 + u64(bloom_words) * 8);
  ul32 *chain = bucket + d.buckets;
  for (u32 i = 0; i < n; ++i) {
    u32 h = d.hashes[i];
    bloom[h / 64 % bloom_words] |= u64(1) << h % 64 | u64(1) << (h >> kBloomShift) % 64;
    u32 b = h % d.buckets;
    if (bucket[b] == 0)
      bucket[b] = d.first_hashed + i;
    bool last = i + 1 == n || d.hashes[i + 1] % d.buckets != b;
    chain[i] = (h & ~1u) | last;
  }
}

} // namespace gold::elf
