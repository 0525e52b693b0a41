// gold-go-pack-runtime: part of the build of gold-go. Packs the runtime's archives and headers into the
// one file that gold-go carries (see pack.h).
//
//   gold-go-pack-runtime OUTPUT { --archive PROCESSOR FILE | --header PATH FILE }...
#include "readers/archive.h"
#include "runtime_embed/pack.h"
#include "support/mapped_file.h"

#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace gold;

namespace {

[[noreturn]] void fail(const std::string &what) {
  std::fprintf(stderr, "gold-go-pack-runtime: %s\n", what.c_str());
  std::exit(1);
}

// The names that programs use. C++ names are the runtime's own.
std::string public_names(ByteView bytes, const std::string &path) {
  std::vector<std::string_view> names;
  for (auto &[name, member] : read_archive(bytes, path).index)
    if (!name.starts_with("_Z"))
      names.push_back(name);
  std::sort(names.begin(), names.end());
  std::string all;
  for (std::string_view n : names)
    all.append(n).push_back('\0');
  return all;
}

std::string compressed(ByteView in) {
  std::string out(ZSTD_compressBound(in.size()), '\0');
  std::size_t n = ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 19);
  if (ZSTD_isError(n))
    fail(ZSTD_getErrorName(n));
  out.resize(n);
  return out;
}

} // namespace

int main(int argc, char **argv) try {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() % 3 != 1)
    fail("usage: OUTPUT { --archive PROCESSOR FILE | --header PATH FILE }...");
  PackHeader head;
  std::copy(std::begin(kPackMagic), std::end(kPackMagic), head.magic);
  head.count = static_cast<u32>(words.size() / 3);
  u32 base = static_cast<u32>(sizeof head + head.count * sizeof(PackEntry));
  std::vector<PackEntry> entries;
  std::string rest;
  auto put = [&](std::string_view s) {
    u32 at = base + static_cast<u32>(rest.size());
    rest += s;
    return at;
  };
  for (std::size_t i = 1; i < words.size(); i += 3) {
    const std::string &kind = words[i], &title = words[i + 1], &path = words[i + 2];
    if (kind != "--archive" && kind != "--header")
      fail("unknown word " + kind);
    std::string why;
    const MappedFile *file = map_file(path, &why);
    if (!file)
      fail(path + ": " + why);
    std::string names = kind == "--archive" ? public_names(file->bytes, path) : "";
    std::string data = compressed(file->bytes);
    PackEntry &e = entries.emplace_back();
    e.kind = kind == "--archive" ? kPackArchive : kPackHeader;
    e.title = put(title);
    e.title_size = static_cast<u32>(title.size());
    e.names = put(names);
    e.names_size = static_cast<u32>(names.size());
    e.data = put(data);
    e.data_size = static_cast<u32>(data.size());
    e.raw_size = static_cast<u32>(file->bytes.size());
  }
  std::FILE *out = std::fopen(words[0].c_str(), "wb");
  if (!out)
    fail("cannot open " + words[0]);
  std::fwrite(&head, sizeof head, 1, out);
  std::fwrite(entries.data(), sizeof(PackEntry), entries.size(), out);
  std::fwrite(rest.data(), 1, rest.size(), out);
  if (std::fclose(out) != 0)
    fail("cannot write " + words[0]);
} catch (const std::exception &e) {
  fail(e.what());
}
