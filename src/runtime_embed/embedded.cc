#include "runtime_embed/embedded.h"

#include "runtime_embed/pack.h"

#include <zstd.h>

extern "C" {
// Made of the pack by an assembler file that the build writes.
extern const unsigned char goldgo_runtime_pack[], goldgo_runtime_pack_end[];
}

namespace gold {

namespace {

EmbeddedRuntime read_pack(ByteView pack) {
  EmbeddedRuntime r;
  const auto &head = pack.at<PackHeader>(0);
  if (std::string_view(head.magic, sizeof head.magic) != std::string_view(kPackMagic, sizeof kPackMagic))
    throw InputError("the embedded goroutine runtime is not of this version");
  for (const PackEntry &e : pack.array<PackEntry>(sizeof head, head.count)) {
    EmbeddedFile f;
    f.title = pack.sub(e.title, e.title_size).str();
    f.packed = pack.sub(e.data, e.data_size);
    f.size = e.raw_size;
    ByteView names = pack.sub(e.names, e.names_size);
    for (u64 at = 0; at < names.size(); at += f.names.back().size() + 1)
      f.names.push_back(names.cstr(at));
    if (e.kind == kPackHeader) {
      r.headers.push_back(std::move(f));
      continue;
    }
    f.arch = f.title == "x86_64" ? Arch::X86_64 : f.title == "aarch64" ? Arch::AArch64 : Arch::Unknown;
    r.archives.push_back(std::move(f));
  }
  return r;
}

} // namespace

const EmbeddedRuntime &embedded_runtime() {
  static const EmbeddedRuntime runtime =
      read_pack({goldgo_runtime_pack, static_cast<u64>(goldgo_runtime_pack_end - goldgo_runtime_pack)});
  return runtime;
}

const EmbeddedFile *embedded_archive(Arch arch) {
  for (const EmbeddedFile &f : embedded_runtime().archives)
    if (f.arch == arch)
      return &f;
  return nullptr;
}

ByteView unpack(const EmbeddedFile &f) {
  auto *bytes = new u8[f.size + 1];
  std::size_t n = ZSTD_decompress(bytes, f.size, f.packed.data(), f.packed.size());
  if (ZSTD_isError(n) || n != f.size)
    throw InputError("the embedded goroutine runtime can't be decompressed");
  return {bytes, f.size};
}

unsigned runtime_abi(const std::vector<std::string_view> &names) {
  for (std::string_view n : names)
    if (n.starts_with(kAbiTag)) {
      unsigned v = 0;
      for (char c : n.substr(kAbiTag.size())) {
        if (c < '0' || c > '9')
          return 0;
        v = v * 10 + static_cast<unsigned>(c - '0');
      }
      return v;
    }
  return 0;
}

} // namespace gold
