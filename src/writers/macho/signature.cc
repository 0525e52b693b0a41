// The ad hoc code signature (<kern/cs_blobs.h>): a superblob with one code directory, which holds a SHA-256
// hash for each 4 KB of the file before it. It names no signer; arm64 kernels run nothing without it.
#include "support/sha256.h"
#include "support/threads.h"
#include "writers/macho/target.h"

#include <algorithm>
#include <atomic>

namespace gold::macho {

namespace {

constexpr u64 kPage = 4096;
constexpr u64 kHash = 32;
constexpr u64 kBlobs = 24;     // superblob (12) and one index entry (8), padded
constexpr u64 kDirectory = 88; // CodeDirectory of version 0x20400
constexpr u64 kPagesPerTask = 128;

void put32(u8 *p, u32 v) {
  store<u32>(p, __builtin_bswap32(v));
}
void put64(u8 *p, u64 v) {
  store<u64>(p, __builtin_bswap64(v));
}

u64 headers_size(std::string_view identifier) {
  return align_up(kBlobs + kDirectory + identifier.size() + 1, 16);
}

} // namespace

std::string CodeSignatureSection::identifier(const Link &link) const {
  const Options &opt = link.opt;
  const std::string &path = opt.final_output_set ? opt.final_output : opt.output;
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

bool CodeSignatureSection::update(Link &link) {
  u64 before = section.output ? section.output->offset + section.offset : 0;
  u64 size = align_up(headers_size(identifier(link)) + (before + kPage - 1) / kPage * kHash, 16);
  if (size <= section.size)
    return false;
  section.size = size;
  return true;
}

void CodeSignatureSection::sign(Link &link, OutputFile &out) {
  u64 limit = section.output->offset + section.offset, pages = (limit + kPage - 1) / kPage;
  std::string id = identifier(link);
  u64 headers = headers_size(id);
  std::vector<u8> blob(section.size);
  u8 *d = blob.data() + kBlobs;
  u64 size = headers + pages * kHash;
  put32(blob.data(), CSMAGIC_EMBEDDED_SIGNATURE);
  put32(blob.data() + 4, static_cast<u32>(size));
  put32(blob.data() + 8, 1); // one blob
  put32(blob.data() + 12, CSSLOT_CODEDIRECTORY);
  put32(blob.data() + 16, kBlobs);
  put32(d, CSMAGIC_CODEDIRECTORY);
  put32(d + 4, static_cast<u32>(size - kBlobs));
  put32(d + 8, 0x20400); // version: with the limits of the executable segment
  put32(d + 12, CS_ADHOC | CS_LINKER_SIGNED);
  put32(d + 16, static_cast<u32>(headers - kBlobs)); // hashOffset
  put32(d + 20, kDirectory);                         // identOffset
  put32(d + 24, 0);                                  // special slots
  put32(d + 28, static_cast<u32>(pages));
  put32(d + 32, static_cast<u32>(limit));
  d[36] = kHash;
  d[37] = CS_HASHTYPE_SHA256;
  d[39] = 12; // log2 of the page
  for (const Segment &s : link.segments)
    if (s.name == "__TEXT") {
      put64(d + 64, s.offset);    // execSegBase
      put64(d + 72, s.file_size); // execSegLimit
    }
  put64(d + 80, link.is_shared() ? 0 : CS_EXECSEG_MAIN_BINARY);
  std::memcpy(d + kDirectory, id.data(), id.size());
  u8 *hashes = blob.data() + headers;
  parallel_for((pages + kPagesPerTask - 1) / kPagesPerTask, 1, [&](std::size_t i) {
    static thread_local std::vector<u8> buf(kPagesPerTask * kPage);
    u64 begin = i * kPagesPerTask * kPage, n = std::min(kPagesPerTask * kPage, limit - begin);
    if (!out.read(buf.data(), n, begin))
      return;
    for (u64 at = 0; at < n; at += kPage)
      sha256(buf.data() + at, std::min(kPage, n - at), hashes + (begin + at) / kPage * kHash);
  });
  out.write(blob.data(), blob.size(), limit);
}

} // namespace gold::macho
