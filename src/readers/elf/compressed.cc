// Compressed debug sections: SHF_COMPRESSED (gABI chapter 4, "Section Compression") with zlib or
// zstd, and GNU's older .zdebug_* ("ZLIB", then the size as eight big-endian bytes).
#include "readers/elf/object_parts.h"

#include <zlib.h>
#include <zstd.h>

namespace gold::elf {
namespace {

constexpr u64 kSlack = 1 << 16;

[[noreturn]] void fail(const Section &s, const char *what) {
  throw InputError("section " + std::string(s.name()) + ": " + what,
                   static_cast<u64>(s.data - s.file->bytes.data()));
}

void inflate_all(const Section &s, ByteView in, u8 *out, u64 size) {
  z_stream z{};
  if (inflateInit(&z) != Z_OK)
    fail(s, "zlib can't be started");
  z.next_in = const_cast<u8 *>(in.data());
  z.next_out = out;
  u64 in_left = in.size(), out_left = size;
  int rc = Z_OK;
  while (rc == Z_OK) { // its counters have 32 bits
    uInt give_in = static_cast<uInt>(std::min<u64>(in_left, 1u << 30)),
         give_out = static_cast<uInt>(std::min<u64>(out_left, 1u << 30));
    z.avail_in = give_in;
    z.avail_out = give_out;
    rc = inflate(&z, Z_NO_FLUSH);
    in_left -= give_in - z.avail_in;
    out_left -= give_out - z.avail_out;
    if (rc == Z_OK && give_in == z.avail_in && give_out == z.avail_out)
      rc = Z_BUF_ERROR;
  }
  inflateEnd(&z);
  if (rc != Z_STREAM_END || out_left)
    fail(s, "the compressed data are broken");
}

u8 *room(const Section &s, u64 size, u64 compressed, u64 best_ratio) {
  if (size / best_ratio > compressed + kSlack)
    fail(s, "the size of the uncompressed data is not plausible");
  return static_cast<u8 *>(Arena::allocate(size, 16));
}

} // namespace

void decompress(Section &s) {
  ByteView in(s.data, s.size);
  u8 *out;
  u64 size;
  if (s.native_flags & SHF_COMPRESSED) {
    if (in.size() < sizeof(Chdr))
      fail(s, "the compression header is cut short");
    auto &h = in.at<Chdr>(0);
    size = h.ch_size;
    in = in.from(sizeof(Chdr));
    if (h.ch_type == ELFCOMPRESS_ZLIB) {
      out = room(s, size, in.size(), 1032);
      inflate_all(s, in, out, size);
    } else if (h.ch_type == ELFCOMPRESS_ZSTD) {
      u64 frame = ZSTD_getFrameContentSize(in.data(), in.size());
      if (frame == ZSTD_CONTENTSIZE_ERROR || (frame != ZSTD_CONTENTSIZE_UNKNOWN && frame > size))
        fail(s, "the compressed data are broken");
      out = room(s, size, in.size(), (128 << 10) / 3); // a block of 3 bytes and its one byte, repeated
      std::size_t n = ZSTD_decompress(out, size, in.data(), in.size());
      if (ZSTD_isError(n) || n != size)
        fail(s, "the compressed data are broken");
    } else {
      fail(s, "unknown kind of compression");
    }
    u64 align = h.ch_addralign;
    if (align & (align - 1) || align > (u64(1) << 31))
      fail(s, "its alignment is no power of two");
    s.p2align = align ? static_cast<u8>(std::countr_zero(align)) : 0;
    s.native_flags &= ~u32(SHF_COMPRESSED);
  } else {
    if (in.size() < 12 || !in.str().starts_with("ZLIB"))
      fail(s, "not what a .zdebug section holds");
    size = 0;
    for (int i = 4; i < 12; ++i)
      size = size << 8 | in.data()[i];
    in = in.from(12);
    out = room(s, size, in.size(), 1032);
    inflate_all(s, in, out, size);
    std::string name = "." + std::string(s.name().substr(2)); // .zdebug_info: .debug_info
    std::string_view copy = Arena::copy(name);
    s.name_data = copy.data();
    s.name_size = static_cast<u32>(copy.size());
  }
  s.data = out;
  s.size = size;
}

} // namespace gold::elf
