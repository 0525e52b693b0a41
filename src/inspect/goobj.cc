// Go's objects and archives, which LIEF doesn't know: every symbol with its relocations, by the reader
// that a link would use.
#include "inspect/json.h"
#include "inspect/report.h"
#include "readers/archive.h"
#include "readers/goobj/object_reader.h"
#include "support/mapped_file.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace gold::inspect {

namespace {

using namespace goobj;

// What a reference means, for people and programs.
struct Target {
  std::string_view name;
  std::string_view package; // of a symbol of another package
  u32 index = 0;            // in the file's symbols, in the package, or among the builtins
  enum Where : u8 { Nowhere, File, Package, Builtin } where = Nowhere;
  u16 abi = 0; // of File and Builtin
};

struct Flag {
  u32 bit;
  const char *name;
};
constexpr Flag kObjectFlags[] = {{kObjShared, "shared"}, {kObjStd, "standard library"}};
constexpr Flag kFlags[] = {{kFlagDupok, "dupok"},       {kFlagLocal, "local"},
                           {kFlagTypelink, "typelink"}, {kFlagLeaf, "leaf"},
                           {kFlagNoSplit, "nosplit"},   {kFlagReflectMethod, "reflectmethod"},
                           {kFlagGoType, "gotype"}};
constexpr Flag kFlags2[] = {
    {kFlag2UsedInIface, "usediniface"}, {kFlag2Itab, "itab"},         {kFlag2Dict, "dict"},
    {kFlag2PkgInit, "pkginit"},         {kFlag2Linkname, "linkname"}, {kFlag2AbiWrapper, "abiwrapper"},
    {kFlag2WasmExport, "wasmexport"}};

std::vector<std::string> flag_names(u32 value, std::span<const Flag> flags) {
  std::vector<std::string> names;
  for (const Flag &f : flags)
    if (value & f.bit)
      names.emplace_back(f.name);
  return names;
}

std::vector<std::string> symbol_flags(const SymbolRecord &r) {
  std::vector<std::string> names = flag_names(r.flag, kFlags);
  for (std::string &n : flag_names(r.flag2, kFlags2))
    names.push_back(std::move(n));
  return names;
}

std::string named(const char *name, u32 number) {
  return name ? name : std::to_string(number);
}

std::string reloc_type(u16 type) {
  return (type & kRelocWeak ? "weak " : "") + named(reloc_name(type & ~kRelocWeak), type & ~u32(kRelocWeak));
}

std::string abi_name(u16 abi) {
  return abi == kAbi0          ? "ABI0"
         : abi == kAbiInternal ? "ABIInternal"
         : abi == kAbiStatic   ? "static"
                               : std::to_string(abi);
}

// One object, with the names that its references by index have for readers like this one.
struct Object {
  GoObject o;
  std::unordered_map<u64, std::string_view> ref_names;

  Object(ByteView bytes) {
    o.bytes = bytes;
    read_object(o);
    for (const RefNameRecord &r : o.ref_names)
      ref_names[key(r.symbol)] = o.string(r.name);
  }
  static u64 key(SymRef r) { return u64(r.package) << 32 | r.index; }

  Target target(SymRef r) const {
    u32 local = o.local_index(r);
    if (local != ~u32(0))
      return {o.string(o.records[local].name), {}, local, Target::File, o.records[local].abi};
    if (r.package == kPkgBuiltin) {
      const Builtin &b = builtins()[r.index];
      return {b.name, {}, r.index, Target::Builtin, b.abi};
    }
    if (r.package == 0)
      return {};
    auto it = ref_names.find(key(r));
    return {it == ref_names.end() ? std::string_view() : it->second, o.string(o.packages[r.package]), r.index,
            Target::Package, 0};
  }
  const char *block(u32 i) const {
    return i < o.first_hashed64 ? "package"
           : i < o.first_hashed ? "hashed64"
           : i < o.first_nonpkg ? "hashed"
           : i < o.first_ref    ? "named"
                                : "reference";
  }
  std::span<const u8> hash(u32 i) const {
    if (i >= o.first_hashed64 && i < o.first_hashed)
      return o.hashes64[i - o.first_hashed64].bytes;
    if (i >= o.first_hashed && i < o.first_nonpkg)
      return o.hashes[i - o.first_hashed].bytes;
    return {};
  }
  u64 data_offset(u32 i) const { return o.text.payload + o.header->offsets[kBlockData] + o.data_index[i]; }
  std::vector<std::pair<const char *, u64>> counts() const {
    return {{"package", o.first_hashed64},
            {"hashed64", o.first_hashed - o.first_hashed64},
            {"hashed", o.first_nonpkg - o.first_hashed},
            {"named", o.first_ref - o.first_nonpkg},
            {"reference", o.records.size() - o.first_ref}};
  }
  std::map<std::string, u64> reloc_counts() const {
    std::map<std::string, u64> counts;
    for (const RelocRecord &r : o.relocs)
      ++counts[reloc_type(r.type)];
    return counts;
  }
};

// -- JSON

void strings_json(Json &json, const char *name, const std::vector<std::string> &list) {
  json.key(name);
  json.open('[');
  for (const std::string &s : list)
    json.string(s);
  json.close(']');
}

void target_json(Json &json, const char *key, const Target &t) {
  json.key(key);
  json.open('{');
  if (!t.name.empty())
    json.field("name", t.name);
  switch (t.where) {
  case Target::Nowhere:
    break;
  case Target::File:
    json.field("symbol", t.index);
    break;
  case Target::Package:
    json.field("package", t.package);
    json.field("index", t.index);
    break;
  case Target::Builtin:
    json.field("builtin", t.index);
    break;
  }
  if (t.where == Target::File || t.where == Target::Builtin)
    json.field("abi", abi_name(t.abi));
  json.close('}');
}

void symbol_json(Json &json, const Object &object, u32 i) {
  const GoObject &o = object.o;
  const SymbolRecord &r = o.records[i];
  json.open('{');
  json.field("name", o.string(r.name));
  json.field("block", object.block(i));
  json.field("abi", abi_name(r.abi));
  if (i < o.first_ref) {
    json.field("kind", named(kind_name(r.kind), r.kind));
    json.field("size", r.size);
    json.field("align", r.align);
  }
  strings_json(json, "flags", symbol_flags(r));
  if (auto hash = object.hash(i); !hash.empty())
    json.field("hash", hex_bytes(hash));
  if (i < o.first_ref) {
    json.field("data_offset", object.data_offset(i));
    json.field("data_size", o.data_of(i).size());
    json.key("relocations");
    json.open('[');
    for (const RelocRecord &rel : o.relocs_of(i)) {
      json.open('{');
      json.signed_field("offset", rel.offset);
      json.field("size", rel.size);
      json.field("type", reloc_type(rel.type));
      json.signed_field("addend", rel.addend);
      target_json(json, "target", object.target(rel.target));
      json.close('}');
    }
    json.close(']');
    json.key("aux");
    json.open('[');
    for (const AuxRecord &aux : o.aux_of(i)) {
      json.open('{');
      json.field("type", named(aux_name(aux.type), aux.type));
      target_json(json, "target", object.target(aux.symbol));
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
}

void object_json(Json &json, const Object &object) {
  const GoObject &o = object.o;
  json.field("target", std::string(o.text.os) + "/" + std::string(o.text.arch));
  json.field("toolchain", o.text.version);
  json.field("level", o.text.level);
  json.field("experiments", o.text.experiments);
  json.field("build_id", o.text.build_id);
  json.field("package", o.package);
  json.field("made_by", o.from_assembly() ? "assembler" : "compiler");
  json.field("is_main", o.text.main);
  strings_json(json, "flags", flag_names(o.header->flags, kObjectFlags));
  json.field("fingerprint", hex_bytes(o.header->fingerprint));
  json.field("payload", o.text.payload);
  json.key("imports");
  json.open('[');
  for (const AutolibRecord &a : o.autolib) {
    json.open('{');
    json.field("path", o.string(a.path));
    json.field("fingerprint", hex_bytes(a.fingerprint));
    json.close('}');
  }
  json.close(']');
  std::vector<std::string> packages, files;
  for (const StringRef &p : o.packages.subspan(o.packages.empty() ? 0 : 1))
    packages.emplace_back(o.string(p));
  for (const StringRef &f : o.files)
    files.emplace_back(o.string(f));
  strings_json(json, "packages", packages);
  strings_json(json, "files", files);
  json.key("directives");
  json.open('[');
  for (const Directive &d : o.directives) {
    json.open('[');
    for (const std::string &word : d)
      json.string(word);
    json.close(']');
  }
  json.close(']');
  json.key("ref_flags");
  json.open('[');
  for (const RefFlagsRecord &r : o.ref_flags) {
    json.open('{');
    target_json(json, "target", object.target(r.symbol));
    strings_json(json, "flags", symbol_flags({{}, u16(0), 0, r.flag, r.flag2, 0u, 0u}));
    json.close('}');
  }
  json.close(']');
  json.key("counts");
  json.open('{');
  for (auto [block, n] : object.counts())
    json.field(block, n);
  json.field("relocations", o.relocs.size());
  json.field("aux", o.auxes.size());
  json.field("data_bytes", o.data.size());
  json.close('}');
  json.key("relocation_types");
  json.open('{');
  for (auto &[type, n] : object.reloc_counts())
    json.field(type.c_str(), n);
  json.close('}');
  json.key("symbols");
  json.open('[');
  for (u32 i = 0; i < o.records.size(); ++i)
    symbol_json(json, object, i);
  json.close(']');
}

// -- text

void line(std::ostream &out, const char *label, std::string_view value) {
  if (value.empty())
    return;
  char text[32];
  std::snprintf(text, sizeof text, "    %-13s", label);
  out << text << printable(value) << '\n';
}

std::string joined(const std::vector<std::string> &list) {
  std::string r;
  for (const std::string &s : list)
    r += (r.empty() ? "" : " ") + s;
  return r;
}

std::string describe(const Target &t) {
  std::string r(t.name);
  switch (t.where) {
  case Target::Nowhere:
    return "nothing";
  case Target::File:
    r += " #" + std::to_string(t.index);
    break;
  case Target::Package:
    r += " " + std::string(t.package) + "#" + std::to_string(t.index);
    break;
  case Target::Builtin:
    r += " builtin#" + std::to_string(t.index);
    break;
  }
  if (t.abi == kAbiInternal)
    r += " (ABIInternal)";
  return r[0] == ' ' ? r.substr(1) : r;
}

void symbol_text(std::ostream &out, const Object &object, u32 i) {
  const GoObject &o = object.o;
  const SymbolRecord &r = o.records[i];
  char text[128];
  std::snprintf(text, sizeof text, "      %6u %-9s %-11s ", i, object.block(i), abi_name(r.abi).c_str());
  out << text;
  if (i < o.first_ref) {
    std::snprintf(text, sizeof text, "%-14s %6u align %-3u ", named(kind_name(r.kind), r.kind).c_str(),
                  u32(r.size), u32(r.align));
    out << text;
  }
  out << printable(o.string(r.name));
  if (auto hash = object.hash(i); !hash.empty())
    out << " <" << hex_bytes(hash) << '>';
  if (std::string flags = joined(symbol_flags(r)); !flags.empty())
    out << " [" << flags << ']';
  out << '\n';
  if (i >= o.first_ref)
    return;
  for (const RelocRecord &rel : o.relocs_of(i)) {
    std::snprintf(text, sizeof text, "               %#8x %u ", static_cast<u32>(rel.offset), rel.size);
    out << text << reloc_type(rel.type) << ' ' << printable(describe(object.target(rel.target)));
    if (rel.addend) {
      std::snprintf(text, sizeof text, " %+lld", static_cast<long long>(rel.addend));
      out << text;
    }
    out << '\n';
  }
  for (const AuxRecord &aux : o.aux_of(i))
    if (Target t = object.target(aux.symbol); t.where != Target::Nowhere)
      out << "               " << named(aux_name(aux.type), aux.type) << ' ' << printable(describe(t))
          << '\n';
}

void object_text(std::ostream &out, const Object &object) {
  const GoObject &o = object.o;
  line(out, "target", std::string(o.text.os) + "/" + std::string(o.text.arch));
  line(out, "toolchain", std::string(o.text.version) + " " + std::string(o.text.level));
  line(out, "experiments", o.text.experiments);
  line(out, "build id", o.text.build_id);
  line(out, "package", std::string(o.package) + (o.text.main ? " (main)" : ""));
  line(out, "made by", o.from_assembly() ? "assembler" : "compiler");
  line(out, "flags", joined(flag_names(o.header->flags, kObjectFlags)));
  line(out, "fingerprint", hex_bytes(o.header->fingerprint));
  for (const AutolibRecord &a : o.autolib)
    line(out, "imports", std::string(o.string(a.path)) + "  " + hex_bytes(a.fingerprint));
  for (const StringRef &p : o.packages.subspan(o.packages.empty() ? 0 : 1))
    line(out, "refers to", o.string(p));
  for (const StringRef &f : o.files)
    line(out, "file", o.string(f));
  for (const Directive &d : o.directives)
    line(out, "cgo", joined(d));
  for (const RefFlagsRecord &r : o.ref_flags)
    line(out, "adds",
         joined(symbol_flags({{}, u16(0), 0, r.flag, r.flag2, 0u, 0u})) + " to " +
             describe(object.target(r.symbol)));
  for (auto [block, n] : object.counts())
    line(out, "symbols", std::to_string(n) + " " + block);
  for (auto &[type, n] : object.reloc_counts())
    line(out, "relocations", std::to_string(n) + " " + type);
  line(out, "aux", std::to_string(o.auxes.size()));
  out << "    symbols (number, block, ABI, kind, size, name; relocations: offset, size, type, target)\n";
  for (u32 i = 0; i < o.records.size(); ++i)
    symbol_text(out, object, i);
}

struct Member {
  std::string_view name;
  u64 offset = 0;
  ByteView bytes;
};

std::vector<Member> members(ByteView bytes) {
  if (!is_archive(bytes))
    return {{"", 0, bytes}};
  std::vector<Member> list;
  for (const ArchiveMember &m : read_archive(bytes, "", ArchiveScan::Whole).members)
    list.push_back({m.name, m.offset, m.bytes});
  return list;
}

[[noreturn]] void fail(const Member &m, const InputError &e) {
  std::string text = m.name.empty() ? "" : "member " + std::string(m.name) + ": ";
  text += e.what();
  if (e.offset != ~u64(0))
    text += " (at offset " + std::to_string(e.offset) + ")";
  throw Unreadable(text);
}

ByteView mapped(const std::string &path) {
  std::string why;
  const MappedFile *file = map_file(path, &why);
  if (!file)
    throw Unreadable("cannot open: " + why);
  return file->bytes;
}

std::vector<Member> members_of(const std::string &path) try {
  return members(mapped(path));
} catch (const InputError &e) {
  fail({}, e);
}

} // namespace

void print_go_text(std::ostream &to, const std::string &path) {
  std::ostringstream out;
  std::vector<Member> list = members_of(path);
  out << printable(path) << ":\n  format       Go " << (list[0].name.empty() ? "object" : "archive") << '\n';
  for (const Member &m : list)
    try {
      if (!m.name.empty())
        out << "  member       " << printable(m.name) << ", " << m.bytes.size() << " bytes at " << m.offset
            << '\n';
      if (m.name.empty() || is_object_member(m.name, m.bytes))
        object_text(out, Object(m.bytes));
    } catch (const InputError &e) {
      fail(m, e);
    }
  to << out.str();
}

std::string go_json(const std::string &path) {
  std::ostringstream out;
  Json json(out);
  std::vector<Member> list = members_of(path);
  json.open('{');
  json.field("file", path);
  json.field("format", list[0].name.empty() ? "Go object" : "Go archive");
  json.key("members");
  json.open('[');
  for (const Member &m : list)
    try {
      json.open('{');
      json.field("name", m.name);
      json.field("offset", m.offset);
      json.field("size", m.bytes.size());
      if (m.name.empty() || is_object_member(m.name, m.bytes))
        object_json(json, Object(m.bytes));
      json.close('}');
    } catch (const InputError &e) {
      fail(m, e);
    }
  json.close(']');
  json.close('}');
  return out.str();
}

} // namespace gold::inspect
