// The text in front of a Go object, and the tables behind it.
//
// The text is lines, of which the first names target, release and experiments; then come pairs of
// "$$" lines that hold export data or cgo's directives, and a line "!" ends it, but only outside of
// such a pair (cmd/link/internal/ld, ldobj; cmd/internal/archive).
#include "readers/archive.h"
#include "readers/goobj/object_reader.h"

#include <algorithm>

namespace gold::goobj {
namespace {

std::string printable(std::string_view s) {
  std::string r;
  for (char c : s.substr(0, 40))
    r += c >= ' ' && c <= '~' ? c : '?';
  return r;
}

// "go object linux amd64 go1.26.8 GOAMD64=v1 X:regabiwrappers,..."
void read_first_line(TextHeader &t) {
  std::string_view rest = t.line.substr(kTextMagic.size());
  auto word = [&] {
    auto n = rest.find(' ');
    std::string_view w = rest.substr(0, n);
    rest = n == rest.npos ? std::string_view() : rest.substr(n + 1);
    return w;
  };
  t.os = word();
  t.arch = word();
  t.version = word();
  while (!rest.empty())
    if (std::string_view w = word(); w.starts_with("X:"))
      t.experiments = w.substr(2);
    else if (t.level.empty())
      t.level = w;
  if (t.os.empty() || t.arch.empty() || t.version.empty())
    throw InputError("the first line of a Go object is cut short: " + printable(t.line), 0);
}

// True for "go1.26" itself and its releases, not for "go1.260".
bool is_known(std::string_view version) {
  return version.starts_with(kRelease) && (version.size() == kRelease.size() ||
                                           version[kRelease.size()] < '0' || version[kRelease.size()] > '9');
}

// What the compiler says of a package for debuggers names it: the object itself doesn't.
std::string_view find_package(const GoObject &o) {
  constexpr std::string_view prefix = "go:cuinfo.packagename.";
  for (u32 i = 0; i < o.first_ref; ++i)
    if (o.records[i].kind == SDWARFCUINFO)
      if (std::string_view name = o.string(o.records[i].name); name.starts_with(prefix))
        return name.substr(prefix.size());
  return {};
}

template <class T> std::span<const T> block(const GoObject &o, Block b) {
  u32 begin = o.header->offsets[b], size = o.header->offsets[b + 1] - begin;
  return o.payload.array<T>(begin, size / sizeof(T), "block");
}

void read_payload(GoObject &o) {
  u64 base = o.text.payload;
  o.payload = o.bytes.from(base, "payload");
  o.header = &o.payload.at<Header>(0, "header of a Go object");
  const Header &h = *o.header;
  if (std::string_view(h.magic, sizeof h.magic) != kMagic)
    throw InputError("the object has the format " + printable({h.magic + 1, 7}) + ", expected " +
                         printable(kMagic.substr(1)),
                     base);
  if (h.offsets[0] < sizeof(Header) || h.offsets[kBlockEnd] > o.payload.size())
    throw InputError("the blocks of a Go object reach beyond its end", base);
  for (u32 b = 0; b < kBlockEnd; ++b) {
    if (h.offsets[b] > h.offsets[b + 1])
      throw InputError("the blocks of a Go object are out of order", base);
    if ((h.offsets[b + 1] - h.offsets[b]) % kRecordSize[b])
      throw InputError("block " + std::to_string(b) + " of a Go object has a part of a record", base);
  }
}

void read_tables(GoObject &o) {
  const Header &h = *o.header;
  auto count = [&](Block b) { return (h.offsets[b + 1] - h.offsets[b]) / kRecordSize[b]; };
  u32 n = (h.offsets[kBlockRefFlags] - h.offsets[kBlockSymdef]) / sizeof(SymbolRecord);
  o.records = o.payload.array<SymbolRecord>(h.offsets[kBlockSymdef], n, "symbols");
  o.first_hashed64 = count(kBlockSymdef);
  o.first_hashed = o.first_hashed64 + count(kBlockHashed64def);
  o.first_nonpkg = o.first_hashed + count(kBlockHasheddef);
  o.first_ref = o.first_nonpkg + count(kBlockNonpkgdef);
  o.autolib = block<AutolibRecord>(o, kBlockAutolib);
  o.packages = block<StringRef>(o, kBlockPkgIdx);
  o.files = block<StringRef>(o, kBlockFile);
  o.ref_flags = block<RefFlagsRecord>(o, kBlockRefFlags);
  o.hashes64 = block<Hash64>(o, kBlockHash64);
  o.hashes = block<Hash>(o, kBlockHash);
  o.reloc_index = block<ul32>(o, kBlockRelocIdx);
  o.aux_index = block<ul32>(o, kBlockAuxIdx);
  o.data_index = block<ul32>(o, kBlockDataIdx);
  o.relocs = block<RelocRecord>(o, kBlockReloc);
  o.auxes = block<AuxRecord>(o, kBlockAux);
  o.data = o.payload.sub(h.offsets[kBlockData], count(kBlockData), "data");
  o.ref_names = block<RefNameRecord>(o, kBlockRefName);
  if (o.hashes64.size() != count(kBlockHashed64def) || o.hashes.size() != count(kBlockHasheddef))
    throw InputError("a Go object has not a hash for each of its content-addressed symbols", o.text.payload);
  for (auto *index : {&o.reloc_index, &o.aux_index, &o.data_index})
    if (index->size() != u64(o.first_ref) + 1)
      throw InputError("an index of a Go object has not an entry for each symbol", o.text.payload);
}

} // namespace

TextHeader read_text_header(ByteView b) {
  std::string_view s = b.str();
  if (!s.starts_with(kTextMagic))
    throw InputError(s.starts_with(std::string_view("\0go1", 4))
                         ? "a Go object without the text that says which release made it"
                         : "not a Go object",
                     0);
  TextHeader t;
  auto end = s.find('\n');
  if (end == s.npos)
    throw InputError("the text of a Go object has no end", 0);
  t.line = s.substr(0, end);
  read_first_line(t);
  bool inside = false, is_cgo = false;
  u64 cgo_begin = 0;
  for (u64 at = end + 1; at < s.size();) {
    auto next = s.find('\n', at);
    if (next == s.npos)
      break;
    std::string_view line = s.substr(at, next - at);
    if (line == "!" && !inside) {
      t.payload = next + 1;
      return t;
    }
    if (line.starts_with("$$")) {
      if (!inside && line.starts_with("$$B"))
        throw InputError("export data of a package, not an object", at);
      if (!inside) {
        is_cgo = line.starts_with("$$  // cgo");
        cgo_begin = next + 1;
      } else if (is_cgo) {
        t.cgo = s.substr(cgo_begin, at - cgo_begin);
        is_cgo = false;
      }
      inside = !inside;
    } else if (!inside && line.starts_with("build id \"") && line.ends_with('"')) {
      t.build_id = line.substr(10, line.size() - 11);
    } else if (!inside && line == "main") {
      t.main = true;
    }
    at = next + 1;
  }
  throw InputError("the text of a Go object has no end", 0);
}

std::vector<Directive> parse_directives(std::string_view json) {
  std::vector<Directive> list;
  std::size_t at = 0;
  auto fail = [] { throw InputError("cgo directives that are no array of arrays of strings"); };
  auto peek = [&] {
    at = std::min(json.find_first_not_of(" \t\r\n", at), json.size());
    return at < json.size() ? json[at] : '\0';
  };
  auto expect = [&](char c) {
    if (peek() != c)
      fail();
    ++at;
  };
  // After an element: true if another follows, false after the closing bracket.
  auto more = [&] {
    char c = peek();
    if (c != ',' && c != ']')
      fail();
    ++at;
    return c == ',';
  };
  auto string = [&] {
    expect('"');
    std::string r;
    for (; at < json.size() && json[at] != '"'; ++at) {
      if (json[at] != '\\') {
        r += json[at];
        continue;
      }
      char c = ++at < json.size() ? json[at] : '\0';
      if (c == 'u') { // Go escapes <, >, & and control characters like this
        u32 v = 0;
        for (int k = 0; k < 4; ++k) {
          char d = ++at < json.size() ? json[at] : '\0';
          if (!((d >= '0' && d <= '9') || (d >= 'a' && d <= 'f') || (d >= 'A' && d <= 'F')))
            fail();
          v = v * 16 + static_cast<u32>(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
        }
        if (v >= 0x80) { // U+2028 and U+2029, of three bytes as UTF-8; nothing else is escaped
          if (v < 0x800 || (v >= 0xd800 && v < 0xe000))
            fail();
          r += static_cast<char>(0xe0 | v >> 12);
          r += static_cast<char>(0x80 | (v >> 6 & 63));
          v = 0x80 | (v & 63);
        }
        r += static_cast<char>(v);
      } else if (constexpr std::string_view from = "nrtbf\"\\/", to = "\n\r\t\b\f\"\\/";
                 from.find(c) != from.npos) {
        r += to[from.find(c)];
      } else {
        fail();
      }
    }
    expect('"');
    return r;
  };
  expect('[');
  if (peek() == ']')
    return list;
  do {
    expect('[');
    Directive &d = list.emplace_back();
    do
      d.push_back(string());
    while (more());
  } while (more());
  if (peek() != '\0')
    fail();
  return list;
}

std::string escape_path(std::string_view path) {
  std::string r;
  auto slash = path.rfind('/');
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto c = static_cast<u8>(path[i]);
    bool dot = c == '.' && (slash == path.npos || i > slash);
    if (c <= ' ' || c >= 0x7f || c == '%' || c == '"' || dot) {
      static constexpr char hex[] = "0123456789abcdef";
      r += '%';
      r += hex[c >> 4];
      r += hex[c & 15];
    } else {
      r += path[i];
    }
  }
  return r;
}

bool is_object_member(std::string_view name, ByteView b) {
  return name != "__.PKGDEF" && b.str().starts_with(kTextMagic);
}

void read_object(GoObject &o) {
  o.text = read_text_header(o.bytes);
  if (!is_known(o.text.version))
    throw InputError("an object of " + printable(o.text.version) + ", expected one of " +
                         std::string(kRelease) + ": each release of Go numbers relocations and symbols anew",
                     0);
  read_payload(o);
  if (o.header->flags & kObjUnlinkable)
    throw InputError("compiled without -p, so that its symbols don't know their package", o.text.payload);
  read_tables(o);
  if (!o.text.cgo.empty())
    o.directives = parse_directives(o.text.cgo);
  if (o.package.empty())
    o.package = find_package(o);
}

std::string refusal(ByteView b) {
  std::string what = "Go object";
  try {
    if (is_archive(b)) {
      what = "Go archive";
      for (const ArchiveMember &m : read_archive(b, "", ArchiveScan::Whole).members)
        if (is_object_member(m.name, m.bytes)) {
          b = m.bytes;
          break;
        }
    }
    TextHeader t = read_text_header(b);
    what += " of " + printable(t.version) + " for " + printable(t.os) + "/" + printable(t.arch);
    if (!is_known(t.version))
      what += " (the release whose objects can be read is " + std::string(kRelease) + ")";
  } catch (const InputError &) {
    // the message has to do without
  }
  return what + ": linking Go's own objects is not supported yet; `go build` does it, and with "
                "-ldflags=-linkmode=external gold-go can be the linker that it calls";
}

} // namespace gold::goobj
