// The archive is plain ustar (POSIX.1-1988); names beyond its 100 + 155 bytes are shortened from the
// left and the shortened name is what response.txt uses. Times and owners are zero, so that the same
// link gives the same archive.
#include "reproduce.h"

#include <cerrno>
#include <cstdio>

namespace gold {

namespace {

struct UstarHeader {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag, linkname[100];
  char magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155], pad[12];
};
static_assert(sizeof(UstarHeader) == 512);

std::string inner_name(const std::string &path) {
  std::string n = path;
  while (n.starts_with("/") || n.starts_with("./") || n.starts_with("../"))
    n.erase(0, n.find('/') + 1);
  for (std::size_t at; (at = n.find("/../")) != std::string::npos;)
    n.replace(at, 4, "/up/");
  if (n.size() > 100)
    n = n.substr(n.size() - 100);
  return n;
}

void add(std::FILE *f, const std::string &name, const u8 *data, u64 size) {
  UstarHeader h = {};
  std::memcpy(h.name, name.data(), std::min<std::size_t>(name.size(), sizeof h.name));
  std::snprintf(h.mode, sizeof h.mode, "%07o", 0644u);
  std::snprintf(h.uid, sizeof h.uid, "%07o", 0u);
  std::snprintf(h.gid, sizeof h.gid, "%07o", 0u);
  std::snprintf(h.size, sizeof h.size, "%011llo", static_cast<unsigned long long>(size & 077777777777));
  std::snprintf(h.mtime, sizeof h.mtime, "%011o", 0u);
  h.typeflag = '0';
  std::memcpy(h.magic, "ustar", 6);
  std::memcpy(h.version, "00", 2);
  std::memset(h.chksum, ' ', sizeof h.chksum);
  unsigned sum = 0;
  for (std::size_t i = 0; i < sizeof h; ++i)
    sum += reinterpret_cast<const unsigned char *>(&h)[i];
  std::snprintf(h.chksum, sizeof h.chksum, "%06o", sum & 0777777);
  std::fwrite(&h, 1, sizeof h, f);
  std::fwrite(data, 1, size, f);
  static const char zeros[1024] = {};
  std::fwrite(zeros, 1, (512 - size % 512) % 512, f);
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
  for (const MappedFile *m : files)
    add(f, inner_name(m->path), m->bytes.data(), m->bytes.size());
  // Libraries become the files that the search found: the archive needs no -L.
  std::string response;
  auto is_file = [&](const std::string &a) {
    for (const MappedFile *m : files)
      if (m->path == a)
        return true;
    return false;
  };
  std::string previous;
  for (const std::string &a : opt.command_line) {
    bool runtime_path = previous.ends_with("-dynamic-linker");
    previous = a;
    if (is_file(a) && !runtime_path) {
      response += quoted(inner_name(a)) + "\n";
      continue;
    }
    std::size_t eq = a.find('=');
    if (eq != std::string::npos && is_file(a.substr(eq + 1)))
      response += quoted(a.substr(0, eq + 1) + inner_name(a.substr(eq + 1))) + "\n";
    else if (a.starts_with("-L") && a.size() > 2)
      response += quoted("-L" + inner_name(a.substr(2))) + "\n";
    else
      response += quoted(a) + "\n";
  }
  add(f, "response.txt", reinterpret_cast<const u8 *>(response.data()), response.size());
  static const char end[1024] = {};
  std::fwrite(end, 1, sizeof end, f);
  if (std::fclose(f) != 0)
    link.diag.error("cannot write " + opt.reproduce + ": " + strerror(errno));
}

} // namespace gold
