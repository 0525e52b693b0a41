// Makes Go objects byte by byte, and links them as far as the mark pass.
#pragma once

#include "layout/layout.h"
#include "readers/goobj/liveness.h"
#include "readers/goobj/object_reader.h"
#include "resolve/resolve.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace gold::goobj {

inline const std::string kFirstLine = "go object linux amd64 go1.26.8 GOAMD64=v1 X:regabiwrappers,dwarf5";

struct GoBuilder {
  struct Reloc {
    i32 offset;
    u8 size;
    u16 type;
    i64 addend;
    u32 package, index;
  };
  struct Aux {
    u8 type;
    u32 package, index;
  };
  struct Def {
    std::string name;
    u8 kind = SRODATA;
    std::string data{};
    u32 size = 0; // 0: the data's
    u8 flag = 0, flag2 = 0;
    u16 abi = kAbi0;
    std::vector<Reloc> relocs{};
    std::vector<Aux> auxes{};
    u32 align = 0;
    std::string hash{}; // 8 bytes: Hashed64def; 16: Hasheddef
  };
  struct Ref {
    std::string name;
    u16 abi = kAbi0;
  };

  std::string first_line = kFirstLine;
  std::string text = "\n!\n"; // what follows the first line
  u32 flags = 0;
  std::string fingerprint = std::string(8, '\0');
  std::vector<std::pair<std::string, std::string>> autolib; // path, fingerprint
  std::vector<std::string> packages;                        // from index 1
  std::vector<Def> package_defs, hashed_defs, named_defs;
  std::vector<Ref> refs;
  std::vector<std::pair<SymRef, u8>> ref_flags;
  Header header{}; // of the last build

  std::string build() {
    std::string strings, blocks[kBlockEnd];
    auto put = [](std::string &s, const auto &v) { s.append(reinterpret_cast<const char *>(&v), sizeof v); };
    auto string = [&](const std::string &s) {
      StringRef r{static_cast<u32>(s.size()), static_cast<u32>(sizeof(Header) + strings.size())};
      strings += s;
      return r;
    };
    for (auto &[path, print] : autolib) {
      put(blocks[kBlockAutolib], string(path));
      blocks[kBlockAutolib] += print;
    }
    put(blocks[kBlockPkgIdx], StringRef{});
    for (auto &p : packages)
      put(blocks[kBlockPkgIdx], string(p));
    put(blocks[kBlockFile], string("gofile../src/a.go"));
    u32 relocs = 0, auxes = 0;
    auto indices = [&] {
      put(blocks[kBlockRelocIdx], ul32(relocs));
      put(blocks[kBlockAuxIdx], ul32(auxes));
      put(blocks[kBlockDataIdx], ul32(static_cast<u32>(blocks[kBlockData].size())));
    };
    auto def = [&](const Def &d, Block b) {
      u32 size = d.size ? d.size : static_cast<u32>(d.data.size());
      put(blocks[b], SymbolRecord{string(d.name), d.abi, d.kind, d.flag, d.flag2, size, d.align});
      indices();
      for (auto &r : d.relocs)
        put(blocks[kBlockReloc], RelocRecord{r.offset, r.size, r.type, r.addend, {r.package, r.index}});
      for (auto &a : d.auxes)
        put(blocks[kBlockAux], AuxRecord{a.type, {a.package, a.index}});
      relocs += static_cast<u32>(d.relocs.size());
      auxes += static_cast<u32>(d.auxes.size());
      blocks[kBlockData] += d.data;
    };
    for (auto &d : package_defs)
      def(d, kBlockSymdef);
    for (std::size_t size : {8, 16})
      for (auto &d : hashed_defs)
        if (d.hash.size() == size) {
          def(d, size == 8 ? kBlockHashed64def : kBlockHasheddef);
          blocks[size == 8 ? kBlockHash64 : kBlockHash] += d.hash;
        }
    for (auto &d : named_defs)
      def(d, kBlockNonpkgdef);
    indices();
    for (auto &r : refs)
      put(blocks[kBlockNonpkgref], SymbolRecord{string(r.name), r.abi, 0, 0, 0, 0, 0});
    for (auto &[symbol, flag2] : ref_flags)
      put(blocks[kBlockRefFlags], RefFlagsRecord{symbol, 0, flag2});

    std::memcpy(header.magic, kMagic.data(), 8);
    std::memcpy(header.fingerprint, fingerprint.data(), 8);
    header.flags = flags;
    u64 at = sizeof(Header) + strings.size();
    for (u32 b = 0; b < kBlockEnd; ++b) {
      header.offsets[b] = static_cast<u32>(at);
      at += blocks[b].size();
    }
    header.offsets[kBlockEnd] = static_cast<u32>(at);
    std::string out = first_line + text;
    put(out, header);
    out += strings;
    for (auto &b : blocks)
      out += b;
    return out;
  }
};

// No image: what the shared passes up to mark ask of a target.
class GoTarget final : public Target {
public:
  Liveness liveness;
  std::set<std::string> undefined; // names that live sections refer to and nothing defines

  Format format() const override { return Format::Elf; }
  Arch arch() const override { return Arch::X86_64; }
  const char *name() const override { return "go"; }
  std::string_view default_entry(const Link &) override { return "_rt0_amd64_linux"; }
  void add_linker_symbols(Link &) override {}
  void decide_imports_exports(Link &) override {}
  u32 zero_fill_type() const override { return SNOPTRBSS; }
  u64 writable_flags(bool) const override { return 0; }
  bool is_root(const Link &, const Section &) override { return false; }
  void edges(Link &link, const Section &s, EdgeBuffer &buf) override {
    liveness.edges(link, s, buf);
    for (const Edge &e : buf.edges)
      if (!e.symbol->section)
        undefined.insert(std::string(e.symbol->name()));
  }
  void conditional_edges(Link &link, EdgeBuffer &buf) override { liveness.conditional_edges(link, buf); }
  void scan(Link &, Section &) override {}
  std::string_view output_name(const Link &, const Section &) override { return ""; }
  u64 rank(const Link &, const OutputSection &) override { return 0; }
  void synthesize(Link &) override {}
  void make_segments(Link &) override {}
  u64 header_size(const Link &) override { return 0; }
  u64 page_size(const Link &) override { return 4096; }
  u64 default_image_base(const Link &) override { return 0; }
  void finalize(Link &) override {}
  void relocate(Link &, Section &, u8 *) override {}
  void fill(const OutputSection &, u8 *, u64) override {}
  void write_headers(Link &, u8 *) override {}
};

struct GoLink {
  Options opt;
  GoTarget target;
  std::unique_ptr<Link> link;
  std::vector<std::string> images;
  std::vector<std::unique_ptr<InputFile>> owned;

  GoLink() {
    opt.gc_sections = true;
    link = std::make_unique<Link>(opt);
    link->target = &target;
    link->files.push_back(link->internal = owned.emplace_back(new InputFile).get());
    link->internal->kind = FileKind::Internal;
  }
  GoObject &add(ByteView bytes, std::string_view package, std::string_view path,
                std::string_view member = "") {
    auto *o = static_cast<GoObject *>(owned.emplace_back(make_object()).get());
    o->bytes = bytes;
    o->package = Arena::copy(package);
    o->path = o->archive = Arena::copy(path);
    o->member = Arena::copy(member);
    o->priority = static_cast<u32>(link->files.size());
    link->files.push_back(o);
    return *o;
  }
  GoObject &add(std::string image, std::string_view package) {
    std::string_view kept = Arena::copy(image);
    return add(ByteView(kept), package, std::string(package) + ".a", "_go_.o");
  }
  void resolve() {
    resolve_symbols(*link);
    report_duplicate_symbols(*link);
  }
  // Before resolve().
  void root(std::string_view name) {
    for (u16 abi : {kAbi0, kAbiInternal})
      link->roots.push_back(want_symbol(*link, name, abi));
  }
  void mark() { mark_live_sections(*link); }
  // Names of what lives, "" for those without.
  std::set<std::string> live() const {
    std::set<std::string> names;
    for (const InputFile *f : link->objects)
      for (const Section *s : f->sections)
        if (s && s->is_live())
          names.insert(std::string(s->name()));
    return names;
  }
};

} // namespace gold::goobj
