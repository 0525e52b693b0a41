// See archive.h. The layouts are described in ar(5) of the BSDs, in the System V gABI (chapter 7,
// "Archive File"), and in Microsoft's PE/COFF specification ("Archive (Library) File Format").
#include "readers/archive.h"

#include <algorithm>

namespace gold {
namespace {

constexpr std::string_view kMagic = "!<arch>\n", kThinMagic = "!<thin>\n";

struct Header {
  char ar_name[16], ar_date[12], ar_uid[6], ar_gid[6], ar_mode[8], ar_size[10], ar_fmag[2];
};
static_assert(sizeof(Header) == 60 && alignof(Header) == 1);

// A decimal field, padded with spaces. At least one digit.
u64 decimal(std::string_view s, u64 where, const char *what) {
  u64 v = 0;
  std::size_t i = 0;
  for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i) {
    if (v > (~u64(0) >> 8))
      throw InputError(std::string("archive: ") + what + " is too large", where);
    v = v * 10 + static_cast<u64>(s[i] - '0');
  }
  if (i == 0 || s.find_first_not_of(' ', i) != s.npos)
    throw InputError(std::string("archive: malformed ") + what, where);
  return v;
}

template <class T> T big_endian(const u8 *p) {
  T v = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    v = static_cast<T>(v << 8 | p[i]);
  return v;
}

std::string_view field(const char *p, std::size_t n) {
  std::string_view s(p, n);
  auto e = s.find_last_not_of(' ');
  return s.substr(0, e == s.npos ? 0 : e + 1);
}

struct RawMember {
  std::string_view name; // as in the header, trailing spaces removed
  u64 data, size;        // contents by the header
};

RawMember raw_member(ByteView b, u64 off) {
  auto &h = b.at<Header>(off, "archive member header");
  if (h.ar_fmag[0] != '`' || h.ar_fmag[1] != '\n')
    throw InputError("archive: no member header where one should be", off);
  return {field(h.ar_name, sizeof h.ar_name), off + sizeof(Header),
          decimal({h.ar_size, sizeof h.ar_size}, off, "member size")};
}

bool is_special(std::string_view name) {
  return name == "/" || name == "//" || name == "/SYM64/";
}

// BSD name in front of the contents: `#1/len`.
std::string_view bsd_name(ByteView b, u64 off, RawMember &m) {
  u64 len = decimal(m.name.substr(3), off, "length of a name");
  if (len > m.size)
    throw InputError("archive: a name is longer than its member", off);
  std::string_view s = b.sub(m.data, len, "archive member name").str();
  m.data += len;
  m.size -= len;
  return s.substr(0, s.find('\0'));
}

bool is_bsd_index(std::string_view name) {
  return name == "__.SYMDEF" || name == "__.SYMDEF SORTED" || name == "__.SYMDEF_64" ||
         name == "__.SYMDEF_64 SORTED";
}

void read_header(const Archive &a, ArchiveMember &out) {
  u64 off = out.header_offset;
  RawMember m = raw_member(a.bytes, off);
  std::string_view name = m.name;
  if (name.starts_with("#1/")) {
    name = bsd_name(a.bytes, off, m);
  } else if (name.size() > 1 && name[0] == '/' && name[1] >= '0' && name[1] <= '9') {
    if (name.find(':') != name.npos)
      throw InputError("archive: a thin archive within a thin archive is not supported", off);
    u64 at = decimal(name.substr(1), off, "offset of a long name");
    if (at >= a.long_names.size())
      throw InputError("archive: a long name lies outside of the table of names", off);
    name = a.long_names.substr(at);
    // GNU ends a name by "/\n", COFF by NUL.
    name = name.substr(0, name.find_first_of(std::string_view("\n\0", 2)));
    if (name.ends_with('/'))
      name.remove_suffix(1);
  } else if (name.ends_with('/')) {
    name.remove_suffix(1);
  }
  out.name = name;
  out.offset = m.data;
  if (!a.thin) {
    out.bytes = a.bytes.sub(m.data, m.size, "archive member");
  } else if (name.starts_with('/')) {
    out.thin_path = name;
  } else {
    auto slash = a.path.rfind('/');
    out.thin_path = std::string(slash == a.path.npos ? "" : a.path.substr(0, slash + 1)) + std::string(name);
  }
  out.loaded = true;
}

// The strings of an index stand one behind the other.
class Names {
public:
  explicit Names(std::string_view s) : s_(s) {}
  std::string_view next(u64 where) {
    auto e = s_.find('\0');
    if (e == s_.npos)
      throw InputError("archive: the symbol index ends within a name", where);
    auto r = s_.substr(0, e);
    s_.remove_prefix(e + 1);
    return r;
  }

private:
  std::string_view s_;
};

using RawIndex = std::vector<std::pair<std::string_view, u64>>; // symbol → offset of a member's header

template <class T> void read_gnu_index(ByteView d, u64 where, RawIndex &out) {
  u64 n = big_endian<T>(d.sub(0, sizeof(T), "archive symbol index").data());
  if (n > d.size() / (sizeof(T) + 1))
    throw InputError("archive: the symbol index is too small for its count", where);
  const u8 *offsets = d.sub(sizeof(T), n * sizeof(T), "archive symbol index").data();
  Names names(d.from(sizeof(T) * (n + 1)).str());
  out.resize(n);
  for (u64 i = 0; i < n; ++i)
    out[i] = {names.next(where), big_endian<T>(offsets + i * sizeof(T))};
}

// Offsets of the members, then for each symbol the number of its member; little-endian.
void read_coff_index(ByteView d, u64 where, RawIndex &out) {
  u32 members = d.at<ul32>(0, "archive symbol index");
  auto offsets = d.array<ul32>(4, members, "archive symbol index");
  u64 at = 4 + u64(members) * 4;
  u32 n = d.at<ul32>(at, "archive symbol index");
  auto which = d.array<ul16>(at + 4, n, "archive symbol index");
  Names names(d.from(at + 4 + u64(n) * 2).str());
  out.resize(n);
  for (u32 i = 0; i < n; ++i) {
    u32 m = which[i];
    if (m == 0 || m > members)
      throw InputError("archive: the symbol index names a member that is not there", where);
    out[i] = {names.next(where), u32(offsets[m - 1])};
  }
}

template <class T> void read_bsd_index(ByteView d, u64 where, RawIndex &out) {
  struct Ranlib {
    Le<T> ran_strx, ran_off;
  };
  T bytes = d.at<Le<T>>(0, "archive symbol index");
  auto table = d.array<Ranlib>(sizeof(T), bytes / sizeof(Ranlib), "archive symbol index");
  u64 at = sizeof(T) + table.size() * sizeof(Ranlib);
  T size = d.at<Le<T>>(at, "archive symbol index");
  ByteView strings = d.sub(at + sizeof(T), size, "archive symbol names");
  out.resize(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].ran_strx >= strings.size())
      throw InputError("archive: a name of the symbol index lies outside of its strings", where);
    out[i] = {strings.cstr(table[i].ran_strx, "symbol name"), T(table[i].ran_off)};
  }
}

// Members in the order of their offsets, and the index in terms of them.
void link_index(Archive &a, const RawIndex &raw) {
  bool sorted = std::is_sorted(raw.begin(), raw.end(), [](auto &x, auto &y) { return x.second < y.second; });
  std::vector<u64> offsets;
  u64 last = ~u64(0);
  for (auto &[name, off] : raw)
    if (off != last)
      offsets.push_back(last = off);
  if (!sorted) {
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  }
  a.members.resize(offsets.size());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (!a.bytes.contains(offsets[i], sizeof(Header)))
      throw InputError("archive: the symbol index names a member beyond the end of the file", offsets[i]);
    a.members[i].header_offset = offsets[i];
  }
  a.index.resize(raw.size());
  u32 at = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (offsets[at] != raw[i].second) {
      if (at + 1 < offsets.size() && offsets[at + 1] == raw[i].second)
        ++at;
      else
        at = static_cast<u32>(std::lower_bound(offsets.begin(), offsets.end(), raw[i].second) -
                              offsets.begin());
    }
    a.index[i] = {raw[i].first, at};
  }
}

} // namespace

bool is_archive(ByteView b) {
  return b.size() >= 8 && (b.str().starts_with(kMagic) || b.str().starts_with(kThinMagic));
}
bool is_thin_archive(ByteView b) {
  return b.size() >= 8 && b.str().starts_with(kThinMagic);
}

Archive read_archive(ByteView b, std::string_view path, ArchiveScan scan) {
  if (!is_archive(b))
    throw InputError("not an archive", 0);
  Archive a;
  a.bytes = b;
  a.path = path;
  a.thin = is_thin_archive(b);

  // The special members stand first.
  RawIndex raw;
  bool gnu_index = false;
  u64 off = 8;
  while (off < b.size()) {
    if (b.size() - off == 1 && b.data()[off] == '\n')
      break;
    RawMember m = raw_member(b, off);
    std::string_view name = m.name;
    u64 next = align_up(m.data + m.size, 2);
    RawMember inner = m;
    if (name.starts_with("#1/"))
      name = bsd_name(b, off, inner);
    if (name == "//") {
      a.long_names = b.sub(m.data, m.size, "archive's long names").str();
    } else if (name == "/" && !gnu_index) {
      read_gnu_index<u32>(b.sub(m.data, m.size, "archive symbol index"), off, raw);
      a.has_index = gnu_index = true;
    } else if (name == "/") {
      raw.clear();
      read_coff_index(b.sub(m.data, m.size, "archive symbol index"), off, raw);
    } else if (name == "/SYM64/") {
      read_gnu_index<u64>(b.sub(m.data, m.size, "archive symbol index"), off, raw);
      a.has_index = true;
    } else if (is_bsd_index(name)) {
      ByteView d = b.sub(inner.data, inner.size, "archive symbol index");
      if (name.starts_with("__.SYMDEF_64"))
        read_bsd_index<u64>(d, off, raw);
      else
        read_bsd_index<u32>(d, off, raw);
      a.has_index = true;
    } else if (name == "/<ECSYMBOLS>/" || name == "/<XFGHASHMAP>/") {
      // ARM64EC's extra tables
    } else {
      break;
    }
    off = next;
  }

  if (scan == ArchiveScan::Whole || !a.has_index) {
    while (off < b.size()) {
      if (b.size() - off == 1 && b.data()[off] == '\n')
        break;
      RawMember m = raw_member(b, off);
      if (!is_special(m.name)) {
        auto &out = a.members.emplace_back();
        out.header_offset = off;
        read_header(a, out);
      }
      off = align_up(m.data + (a.thin && !is_special(m.name) ? 0 : m.size), 2);
    }
    for (auto &[name, where] : raw) {
      auto it = std::lower_bound(a.members.begin(), a.members.end(), where,
                                 [](const ArchiveMember &m, u64 o) { return m.header_offset < o; });
      if (it == a.members.end() || it->header_offset != where)
        throw InputError("archive: the symbol index names a member that is not there", where);
      a.index.emplace_back(name, static_cast<u32>(it - a.members.begin()));
    }
    return a;
  }
  link_index(a, raw);
  if (scan == ArchiveScan::Indexed)
    for (auto &m : a.members)
      read_header(a, m);
  return a;
}

ArchiveMember &load_member(Archive &a, u32 i) {
  ArchiveMember &m = a.members[i];
  if (!m.loaded)
    read_header(a, m);
  return m;
}

} // namespace gold
