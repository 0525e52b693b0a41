// The archive is ustar (POSIX.1-1988). What its header can't hold (a name of more than 155 + 100 bytes, 8
// GiB) stands in an extended header before the file (POSIX.1-2001, "pax Interchange Format"). Times and
// owners are zero, so that the same link gives the same archive.
//
// Files are named by their absolute paths without the first slash: no two share a name. response.txt gives
// the command line with these names; the archive's root is the sysroot, in which paths that scripts name are
// found.
#include "reproduce.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace gold {

namespace {

struct UstarHeader {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag, linkname[100];
  char magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155], pad[12];
};
static_assert(sizeof(UstarHeader) == 512);
constexpr u64 kMaxSize = 077777777777;

std::string inner_name(const std::string &path) {
  std::error_code ec;
  std::filesystem::path whole = std::filesystem::absolute(path, ec);
  return (ec ? std::filesystem::path(path) : whole).lexically_normal().relative_path().string();
}

void add_raw(std::FILE *f, std::string_view prefix, std::string_view name, char type, const u8 *data,
             u64 size) {
  UstarHeader h = {};
  name.copy(h.name, sizeof h.name);
  prefix.copy(h.prefix, sizeof h.prefix);
  std::snprintf(h.mode, sizeof h.mode, "%07o", 0644u);
  std::snprintf(h.uid, sizeof h.uid, "%07o", 0u);
  std::snprintf(h.gid, sizeof h.gid, "%07o", 0u);
  std::snprintf(h.size, sizeof h.size, "%011llo", static_cast<unsigned long long>(size & kMaxSize));
  std::snprintf(h.mtime, sizeof h.mtime, "%011o", 0u);
  h.typeflag = type;
  std::memcpy(h.magic, "ustar", 6);
  std::memcpy(h.version, "00", 2);
  std::memset(h.chksum, ' ', sizeof h.chksum);
  unsigned sum = 0;
  for (std::size_t i = 0; i < sizeof h; ++i)
    sum += reinterpret_cast<const unsigned char *>(&h)[i];
  std::snprintf(h.chksum, sizeof h.chksum, "%06o", sum & 0777777);
  std::fwrite(&h, 1, sizeof h, f);
  if (size)
    std::fwrite(data, 1, size, f);
  static const char zeros[512] = {};
  std::fwrite(zeros, 1, (512 - size % 512) % 512, f);
}

// A record of an extended header: its length, which counts its own digits, and KEY=VALUE.
std::string pax_record(std::string_view key, std::string_view value) {
  std::size_t rest = key.size() + value.size() + 3, length = rest;
  while (length != rest + std::to_string(length).size())
    length = rest + std::to_string(length).size();
  std::string r = std::to_string(length);
  return r.append(" ").append(key).append("=").append(value).append("\n");
}

void add(std::FILE *f, std::string_view name, const u8 *data, u64 size) {
  std::string_view prefix, rest = name;
  std::string pax;
  if (name.size() > sizeof UstarHeader::name) {
    std::size_t slash = name.find('/', name.size() - sizeof UstarHeader::name - 1);
    if (slash != name.npos && slash > 0 && slash <= sizeof UstarHeader::prefix && slash + 1 < name.size()) {
      prefix = name.substr(0, slash);
      rest = name.substr(slash + 1);
    } else {
      pax += pax_record("path", name);
      rest = name.substr(name.size() - sizeof UstarHeader::name);
    }
  }
  if (size > kMaxSize)
    pax += pax_record("size", std::to_string(size));
  if (!pax.empty())
    add_raw(f, "", "pax", 'x', reinterpret_cast<const u8 *>(pax.data()), pax.size());
  add_raw(f, prefix, rest, '0', data, size);
}

std::string quoted(const std::string &s) {
  if (s.find_first_of(" \t\n\"'\\") == std::string::npos && !s.empty())
    return s;
  std::string r = "\"";
  for (char c : s) {
    if (c == '"' || c == '\\')
      r += '\\';
    r += c;
  }
  return r + "\"";
}

// The command line, for the folder that the archive is unpacked into.
class Response {
public:
  Response(const Options &opt, const std::vector<const MappedFile *> &files) : opt_(opt), files_(files) {}

  std::string text() {
    bool sysroot = false;
    for (std::size_t i = 0; i < opt_.command_line.size(); ++i) {
      const std::string &a = opt_.command_line[i];
      std::string name = a.substr(std::min(a.find_first_not_of('-'), a.size())), value;
      bool option = a.starts_with("-") && a.size() > 1;
      std::size_t eq = name.find('=');
      std::optional<std::string> next;
      if (i + 1 < opt_.command_line.size())
        next = opt_.command_line[i + 1];
      if (option && eq != name.npos)
        value = name.substr(eq + 1), name.resize(eq);
      else if (option && (a.starts_with("-L") || a.starts_with("-o") || a.starts_with("-T")) &&
               !a.starts_with("--") && a.size() > 2 && joins_value(a))
        value = a.substr(2), name = a.substr(1, 1);
      auto written = [&](const std::string &v) { // the option with another value, in the form that it had
        if (!value.empty()) {
          line(a.substr(0, a.size() - value.size()) + v);
        } else {
          line(a);
          line(v);
          ++i;
        }
      };
      const std::string &given = value.empty() && next ? *next : value;
      if (!option) {
        line(is_file(a) ? inner_name(a) : a);
      } else if (name == "reproduce") {
        i += value.empty();
      } else if (one_of(name, {"o", "output", "Map", "dependency-file", "time-trace", "why-extract"})) {
        // Folders of outputs are not in the archive.
        written(std::filesystem::path(given).filename().string());
      } else if (one_of(name, {"L", "library-path"})) {
        written(given.starts_with("=")          ? given
                : given.starts_with("$SYSROOT") ? "=" + given.substr(8)
                                                : inner_name(given));
      } else if (one_of(name, {"sysroot", "syslibroot"})) {
        sysroot = true;
        written(inner_name(given));
      } else if (one_of(name, {"dynamic-linker", "I"})) {
        written(given); // the file of this name at run time
      } else if (!value.empty() && is_file(value)) {
        written(inner_name(value));
      } else {
        line(a);
      }
    }
    if (!sysroot && opt_.dialect != Dialect::Ld64)
      line("--sysroot=.");
    return text_;
  }

private:
  static bool one_of(std::string_view name, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), name) != list.end();
  }
  // -LDIR, -oFILE and -TFILE: not the long options that begin like them.
  bool joins_value(const std::string &a) const {
    return a[1] == 'L' || (a[1] == 'o' && a.substr(2) == opt_.output) ||
           (a[1] == 'T' && is_file(a.substr(2)));
  }
  bool is_file(const std::string &a) const {
    return std::any_of(files_.begin(), files_.end(), [&](const MappedFile *m) { return m->path == a; });
  }
  void line(const std::string &a) { text_ += quoted(a) + "\n"; }

  const Options &opt_;
  const std::vector<const MappedFile *> &files_;
  std::string text_;
};

} // namespace

void write_reproducer(Link &link) {
  const Options &opt = link.opt;
  if (opt.reproduce.empty())
    return;
  std::FILE *f = std::fopen(opt.reproduce.c_str(), "wb");
  if (!f) {
    link.diag.error("cannot open " + opt.reproduce + ": " + strerror(errno));
    return;
  }
  auto files = mapped_files();
  std::vector<std::string> names;
  for (const MappedFile *m : files) {
    std::string name = inner_name(m->path);
    if (std::find(names.begin(), names.end(), name) != names.end()) // a/../b and b
      continue;
    add(f, name, m->bytes.data(), m->bytes.size());
    names.push_back(std::move(name));
  }
  std::string response = Response(opt, files).text();
  add(f, "response.txt", reinterpret_cast<const u8 *>(response.data()), response.size());
  static const char end[1024] = {};
  std::fwrite(end, 1, sizeof end, f);
  bool failed = std::ferror(f) != 0;
  if (std::fclose(f) != 0 || failed)
    link.diag.error("cannot write " + opt.reproduce + ": " + strerror(errno));
}

} // namespace gold
