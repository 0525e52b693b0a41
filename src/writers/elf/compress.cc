// --compress-debug-sections (gABI 4.3, "Section Compression").
//
// How large a compressed section is depends on its relocated contents, so this happens when all
// addresses are final: debug sections have none themselves and stand at the file's end, where
// everything behind the first can still move. Contents are cut into blocks that threads compress side
// by side: with zlib, blocks of one stream that end on a byte boundary (a sync flush), their checksums
// combined; with zstd, one frame a block.
#include "writers/elf/target.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

namespace gold::elf {

namespace {

constexpr u64 kBlock = 1 << 20;

class CompressedSection final : public ElfSynthetic {
public:
  CompressedSection(ElfTarget &t, const OutputSection &o)
      : ElfSynthetic(t, o.name, o.native_type, 0, 8, u32(o.entsize)) {
    if (std::all_of(o.members.begin(), o.members.end(),
                    [](const Section *s) { return s->native_flags & SHF_MERGE; }))
      section.native_flags = o.native_flags & (SHF_MERGE | SHF_STRINGS);
  }
  Chdr header{};
  std::vector<std::string> blocks;
  void write(Link &, u8 *buf) override {
    std::memcpy(buf, &header, sizeof header);
    buf += sizeof header;
    for (const std::string &b : blocks) {
      std::memcpy(buf, b.data(), b.size());
      buf += b.size();
    }
  }
};

std::string deflate_block(std::span<const u8> in, int level, bool last) {
  z_stream z{};
  deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, in.size()) + 16, '\0');
  z.next_in = const_cast<Bytef *>(in.data());
  z.avail_in = uInt(in.size());
  z.next_out = reinterpret_cast<Bytef *>(out.data());
  z.avail_out = uInt(out.size());
  deflate(&z, last ? Z_FINISH : Z_SYNC_FLUSH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd_block(std::span<const u8> in, int level) {
  std::string out(ZSTD_compressBound(in.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), in.data(), in.size(), level));
  return out;
}

void compress(CompressedSection &c, const std::vector<u8> &bytes, CompressKind kind, int level) {
  std::size_t n = (bytes.size() + kBlock - 1) / kBlock;
  bool zlib = kind == CompressKind::Zlib;
  std::size_t first = zlib; // zlib's stream has a header and a trailer
  c.blocks.resize(n + 2 * first);
  std::vector<uLong> sums(n);
  parallel_for(n, 1, [&](std::size_t i) {
    std::span<const u8> in(bytes.data() + i * kBlock, std::min(kBlock, bytes.size() - i * kBlock));
    if (zlib) {
      c.blocks[i + 1] = deflate_block(in, level ? level : 1, i + 1 == n);
      sums[i] = adler32(1, in.data(), uInt(in.size()));
    } else {
      c.blocks[i] = zstd_block(in, level ? level : ZSTD_CLEVEL_DEFAULT);
    }
  });
  if (!zlib)
    return;
  c.blocks[0] = "\x78\x01"; // RFC 1950: deflate, a window of 32 KiB
  uLong sum = sums[0];
  for (std::size_t i = 1; i < n; ++i)
    sum = adler32_combine(sum, sums[i], z_off_t(std::min(kBlock, bytes.size() - i * kBlock)));
  for (int shift = 24; shift >= 0; shift -= 8)
    c.blocks.back() += char(sum >> shift);
}

} // namespace

std::vector<u8> output_contents(Link &link, const OutputSection &o) {
  std::vector<u8> bytes(o.size);
  parallel_for(o.members.size(), 16, [&](std::size_t i) {
    Section &s = *o.members[i];
    u8 *p = bytes.data() + s.offset;
    if (s.kind == SectionKind::Synthetic) {
      for (u32 k = 0; s.size && k < std::max<u32>(s.synth->parts(), 1); ++k)
        s.synth->write_part(link, k, p + s.synth->part_offset(k));
      return;
    }
    if (s.data)
      std::memcpy(p, s.data, s.size);
    if (s.num_relocs)
      link.target->relocate(link, s, p);
  });
  return bytes;
}

void ElfTarget::compress_debug_sections(Link &link) {
  CompressKind kind = link.opt.compress_debug;
  if (kind == CompressKind::None)
    return;
  bool any = false;
  for (OutputSection *o : link.outputs) {
    if (o->flags & (kSecAlloc | kSecZeroFill) || !o->size || !o->name.starts_with(".debug_"))
      continue;
    auto *c = new CompressedSection(*this, *o);
    compress(*c, output_contents(link, *o), kind, link.opt.compress_level);
    u64 size = sizeof(Chdr);
    for (const std::string &b : c->blocks)
      size += b.size();
    if (size >= o->size) {
      delete c;
      continue;
    }
    c->header.ch_type = kind == CompressKind::Zlib ? u32(ELFCOMPRESS_ZLIB) : u32(ELFCOMPRESS_ZSTD);
    c->header.ch_size = o->size;
    c->header.ch_addralign = o->align;
    c->section.size = size;
    c->section.file = link.internal;
    c->section.live = 1;
    c->section.output = o;
    o->members = {&c->section};
    o->native_flags |= SHF_COMPRESSED;
    o->size = o->file_size = size;
    o->align = 8;
    any = true;
  }
  if (any)
    place_unloaded(link);
}

// What no loader maps stands at the file's end, where it can still move when addresses are final.
void ElfTarget::place_unloaded(Link &link) {
  u64 off = 0;
  for (OutputSection *o : link.outputs) {
    if (o->flags & kSecAlloc && !link.is_relocatable()) {
      off = std::max(off, o->offset + o->file_size);
      continue;
    }
    off = align_up(std::max(off, header_size(link)), o->align);
    o->offset = off;
    off += o->file_size;
  }
  link.trailer_offset = align_up(off, 8);
  link.file_size = link.trailer_offset + trailer_size(link);
}

} // namespace gold::elf
