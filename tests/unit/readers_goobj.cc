// The reader of Go objects: the text in front, the tables, who defines what, what lives.
#include "readers/identify.h"
#include "readers_goobj_builder.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::goobj;

namespace {

std::string error_of(std::string image) {
  GoObject o;
  o.bytes = ByteView(image);
  try {
    read_object(o);
  } catch (const InputError &e) {
    return e.what();
  }
  return "";
}

bool contains(const std::string &text, std::string_view part) {
  return text.find(part) != text.npos;
}

// What the link would print.
std::string errors_of(GoLink &l) {
  std::string path = "goobj-errors.txt";
  std::fflush(stderr);
  int saved = dup(2);
  std::FILE *f = std::fopen(path.c_str(), "w+");
  dup2(fileno(f), 2);
  l.link->diag.flush();
  std::fflush(stderr);
  dup2(saved, 2);
  close(saved);
  std::string text(4096, '\0');
  std::rewind(f);
  text.resize(std::fread(text.data(), 1, text.size(), f));
  std::fclose(f);
  std::remove(path.c_str());
  return text;
}

} // namespace

TEST_CASE("Go objects: the text") {
  GoBuilder b;
  b.text = "\nbuild id \"a/b\"\nmain\n\n$$\n!\n$$\n\n$$  // "
           "cgo\n[[\"cgo_import_dynamic\",\"a\\u003cb\"]]\n$$\n!\n";
  std::string image = b.build();
  TextHeader t = read_text_header(ByteView(image));
  CHECK(t.line == kFirstLine);
  CHECK(t.os == "linux");
  CHECK(t.arch == "amd64");
  CHECK(t.version == "go1.26.8");
  CHECK(t.level == "GOAMD64=v1");
  CHECK(t.experiments == "regabiwrappers,dwarf5");
  CHECK(t.build_id == "a/b");
  CHECK(t.main);
  CHECK(image.substr(t.payload, 8) == kMagic); // the "!" inside of "$$" doesn't end the text
  auto d = parse_directives(t.cgo);
  REQUIRE(d.size() == 1);
  CHECK(d[0] == Directive{"cgo_import_dynamic", "a<b"});
  CHECK(parse_directives("[]").empty());
  for (const char *bad :
       {"", "[", "[[\"a\"]", "[[\"a\"]]x", "[[\"\\u00g0\"]]", "[[\"a\",]]", "[\"a\"]", "[[\"\\"})
    CHECK_THROWS_AS(parse_directives(bad), InputError);
  CHECK(error_of(image).empty());
  CHECK(contains(error_of(image.substr(0, 60)), "no end"));
  CHECK(contains(error_of("go object linux\n!\n"), "cut short"));
  CHECK(contains(error_of("go object linux amd64 go1.26 X:\n$$B\n"), "export data"));
}

TEST_CASE("Go objects: other releases and formats are errors that name both") {
  for (const char *version : {"go1.25.3", "go1.27rc1", "go1.260", "devel"}) {
    GoBuilder b;
    b.first_line = std::string("go object linux amd64 ") + version + " X:";
    std::string e = error_of(b.build());
    CHECK(contains(e, version));
    CHECK(contains(e, "expected one of go1.26"));
  }
  for (const char *version : {"go1.26", "go1.26.8", "go1.26rc2"}) {
    GoBuilder b;
    b.first_line = std::string("go object linux amd64 ") + version + " X:";
    CHECK(error_of(b.build()).empty());
  }
  std::string image = GoBuilder().build();
  image.replace(image.find("go120ld"), 7, "go116ld");
  CHECK(contains(error_of(image), "go116ld, expected go120ld"));
  CHECK(contains(error_of(std::string(kMagic)), "without the text"));
  CHECK(identify(ByteView(image)) == FileType::GoObject);
  CHECK(identify(ByteView(kMagic)) == FileType::GoObject);
  CHECK(identify(ByteView(std::string_view("!<arch>\n__.PKGDEF       "))) == FileType::GoArchive);
  CHECK(identify(ByteView(std::string_view("!<arch>\n_go_.o          "))) == FileType::GoArchive);
  CHECK(contains(refusal(ByteView(GoBuilder().build())), "Go object of go1.26.8 for linux/amd64"));
}

TEST_CASE("Go objects: hostile headers") {
  GoBuilder b;
  b.package_defs = {{.name = "p.f", .kind = STEXT, .data = "code"}};
  b.hashed_defs = {{.name = "", .data = "12345678", .hash = "12345678"}};
  std::string image = b.build();
  u64 header = image.find("\n!\n") + 3;
  REQUIRE(error_of(image).empty());
  auto with_offset = [&](u32 block, u32 value) {
    std::string s = image;
    store<u32>(&s[header + 20 + 4 * block], value);
    return error_of(s);
  };
  for (u32 block = 0; block <= kBlockEnd; ++block) {
    CHECK(!with_offset(block, 0xffffffff).empty());
    CHECK(!with_offset(block, 0).empty());
  }
  CHECK(!with_offset(kBlockSymdef, b.header.offsets[kBlockSymdef] + 1).empty());
  for (std::size_t n = header; n < image.size(); ++n)
    CHECK(!error_of(image.substr(0, n)).empty());
  b.flags = kObjUnlinkable;
  CHECK(contains(error_of(b.build()), "without -p"));

  // References are checked when they are followed.
  b.flags = 0;
  b.packages = {"q"};
  std::string good = b.build();
  GoObject o;
  o.bytes = ByteView(good);
  read_object(o);
  for (auto [package, index] : {std::pair{kPkgSelf, 1u},
                                {kPkgHashed, 0u},
                                {kPkgHashed64, 1u},
                                {kPkgNone, 0u},
                                {kPkgBuiltin, 266u},
                                {2u, 0u},
                                {0u, 1u},
                                {~0u, 0u}})
    CHECK_THROWS_AS(o.local_index({package, index}), InputError);
  CHECK(o.local_index({kPkgSelf, 0}) == 0);
  CHECK(o.local_index({kPkgHashed64, 0}) == 1);
  CHECK(o.local_index({kPkgBuiltin, 265}) == ~0u);
  CHECK(o.local_index({1, 7}) == ~0u);
  CHECK_THROWS_AS(o.string({8, 0}), InputError);
  CHECK_THROWS_AS(o.string({0xffffffff, 96}), InputError);
}

TEST_CASE("Go objects: paths") {
  CHECK(escape_path("net/http") == "net/http");
  CHECK(escape_path("gopkg.in/yaml.v3") == "gopkg.in/yaml%2ev3");
  CHECK(escape_path("a.b") == "a%2eb");
  CHECK(escape_path("x/\"%\x80") == "x/%22%25%80");
}

TEST_CASE("Go objects: symbols of packages by index, content-addressed ones by hash") {
  GoBuilder p, q;
  p.fingerprint = "12345678";
  p.package_defs = {{.name = "p.a", .data = "a"},
                    {.name = "p.f", .kind = STEXT, .data = "code", .align = 32}};
  p.hashed_defs = {{.name = "x", .data = "same", .align = 1, .hash = "0123456789abcdef"}};
  q.packages = {"p"};
  q.autolib = {{"p", "12345678"}};
  q.hashed_defs = {{.name = "y", .data = "same", .size = 9, .align = 4, .hash = "0123456789abcdef"}};
  q.package_defs = {{.name = "q.v",
                     .data = std::string(16, '\0'),
                     .relocs = {{0, 8, R_ADDR, 0, 1, 1}, {8, 8, R_ADDR, 0, kPkgHashed, 0}}},
                    {.name = "q.unused", .data = "u"}};
  q.refs = {{"q.v"}};
  GoLink l;
  GoObject &fp = l.add(p.build(), "p"), &fq = l.add(q.build(), "q");
  l.root("q.v");
  l.resolve();
  l.mark();
  CHECK(errors_of(l) == "");
  // The first one's bytes, but the size and the alignment of the largest: the tail is zero.
  CHECK(fq.symbols[2] == fp.symbols[2]);
  const Section *same = fq.symbols[2]->section;
  REQUIRE(same);
  CHECK(same->file == &fq);
  CHECK(same->size == 9);
  CHECK(same->zero_tail == 5);
  CHECK(same->align() == 4);
  CHECK(fq.resolve({1, 1}) == fp.symbols[1]);
  CHECK(fp.symbols[1]->section->align() == 32);
  CHECK_THROWS_AS(fq.resolve({1, 2}), InputError);
  // The name of q.v is a key, since somebody asked for it; the key stands for the symbol of the package.
  CHECK(l.link->symbols.find("q.v") == fq.symbols[0]);
  CHECK(l.link->symbols.find("p.a") == nullptr);
  CHECK(l.live() == std::set<std::string>{"q.v", "p.f", "y"});
}

TEST_CASE("Go objects: which definition wins") {
  GoBuilder a, b;
  auto dupok = [](std::string name, std::string data) {
    return GoBuilder::Def{.name = std::move(name), .data = std::move(data), .flag = kFlagDupok};
  };
  a.package_defs = {{.name = "p.table", .kind = SNOPTRBSS, .size = 8},
                    {.name = "p.own", .data = "o"},
                    {.name = "p.room", .kind = SBSS, .size = 16}};
  a.named_defs = {
      dupok("type:T", "small"), dupok("type:U", "equal"), {.name = "zero", .kind = SBSS, .size = 8}};
  a.refs = {{"f", kAbiInternal}, {"f", kAbi0}};
  b.flags = kObjFromAssembly;
  b.named_defs = {dupok("type:T", "larger"),
                  dupok("type:U", "equal"),
                  {.name = "p.table", .kind = SNOPTRDATA, .data = "contents"},
                  {.name = "zero", .kind = SBSS, .size = 16},
                  {.name = "f", .kind = STEXT, .data = "f"},
                  {.name = "static", .data = "s", .abi = kAbiStatic},
                  {.name = "p.room", .kind = SBSS, .size = 8}};
  GoLink l;
  GoObject &fa = l.add(a.build(), "p"), &fb = l.add(b.build(), "p");
  l.resolve();
  CHECK(errors_of(l) == "");
  CHECK(l.link->symbols.find("type:T")->file == &fb);
  CHECK(l.link->symbols.find("type:U")->file == &fa);
  CHECK(l.link->symbols.find("zero")->file == &fb);
  CHECK(l.link->symbols.find("zero")->section->size == 16);
  // An assembler gives contents to a variable of the package.
  CHECK(fa.symbols[0]->section->file == &fb);
  // Of two without contents the larger.
  CHECK(fa.symbols[2]->section->file == &fa);
  CHECK(fb.symbols[6] == fa.symbols[2]);
  CHECK(fa.symbols[2]->section->size == 16);
  // ABI0 and ABIInternal are two symbols.
  u32 refs = fa.first_ref;
  CHECK(fa.symbols[refs]->is_undefined());
  CHECK(fa.symbols[refs + 1]->section->file == &fb);
  CHECK(l.link->symbols.find("static") == nullptr);
  CHECK(fb.symbols[5]->is_local());
}

TEST_CASE("Go objects: what doesn't fit together") {
  GoBuilder a, b;
  a.named_defs = {{.name = "twice", .kind = STEXT, .data = "1"}};
  b.named_defs = {{.name = "twice", .kind = STEXT, .data = "2"}};
  b.packages = {"elsewhere"};
  b.autolib = {{"p", "otherone"}};
  GoLink l;
  l.add(a.build(), "p");
  l.add(b.build(), "q");
  l.resolve();
  std::string e = errors_of(l);
  CHECK(contains(e, "duplicate symbol: twice"));
  CHECK(contains(e, "q.a(_go_.o): refers to package elsewhere, which is not among the inputs"));
  CHECK(contains(e, "another version of package p than that of p.a(_go_.o)"));

  GoLink m;
  GoBuilder other;
  other.first_line = "go object linux amd64 go1.26.7 GOAMD64=v1 X:";
  m.add(a.build(), "p");
  m.add(other.build(), "q");
  m.resolve();
  CHECK(contains(errors_of(m),
                 "q.a(_go_.o): made by another toolchain or for another machine than p.a(_go_.o)"));
}

TEST_CASE("Go objects: methods live when their type is in an interface and they are called") {
  auto name = [](std::string n) { return std::string(1, '\1') + static_cast<char>(n.size()) + n; };
  GoBuilder b;
  b.named_defs = {
      {.name = "name:Read", .data = name("Read")},                                // None 0
      {.name = "name:Close", .data = name("Close")},                              // 1
      {.name = "type:func()", .data = std::string(8, '\0'), .flag = kFlagGoType}, // 2
      {.name = "type:I",
       .data = std::string(16, '\0'),
       .flag = kFlagGoType, // 3: an interface
       .relocs = {{8, 4, R_ADDROFF, 0, kPkgNone, 0}, {12, 4, R_ADDROFF, 0, kPkgNone, 2}}},
      {.name = "type:T",
       .data = std::string(64, '\0'),
       .flag = kFlagGoType, // 4: has Read and Close
       .relocs = {{0, 4, R_ADDROFF, 0, kPkgNone, 0},
                  {4, 4, R_METHODOFF, 0, kPkgNone, 2},
                  {8, 4, R_METHODOFF, 0, kPkgSelf, 0},
                  {12, 4, R_METHODOFF, 0, kPkgSelf, 0},
                  {16, 4, R_ADDROFF, 0, kPkgNone, 1},
                  {20, 4, R_METHODOFF, 0, kPkgNone, 2},
                  {24, 4, R_METHODOFF, 0, kPkgSelf, 1},
                  {28, 4, R_METHODOFF, 0, kPkgSelf, 1}}},
      {.name = "root", .kind = STEXT, .data = "code"},
      {.name = "name", .data = "Close"},
  };
  b.package_defs = {{.name = "T.Read",
                     .kind = STEXT,
                     .data = "r",
                     .auxes = {{kAuxGotype, kPkgSelf, 2}, {kAuxFuncInfo, kPkgSelf, 3}}},
                    {.name = "T.Close", .kind = STEXT, .data = "c"},
                    {.name = "gotype", .data = "g"},
                    {.name = "funcinfo", .data = "f"},
                    {.name = "weak", .data = "w"}};
  std::vector<GoBuilder::Reloc> &root = b.named_defs[5].relocs;
  auto live = [&](std::vector<GoBuilder::Reloc> relocs, u8 flag = 0) {
    root = std::move(relocs);
    b.named_defs[5].flag = flag;
    GoLink l;
    l.add(b.build(), "p");
    l.root("root");
    l.resolve();
    l.mark();
    CHECK(errors_of(l) == "");
    std::set<std::string> names = l.live();
    std::string r;
    for (const char *n : {"T.Read", "T.Close", "gotype", "funcinfo", "weak", "type:I"})
      r += names.contains(n) ? std::string(n) + " " : "";
    return r;
  };
  const GoBuilder::Reloc type{0, 0, R_ADDR, 0, kPkgNone, 4}, used{0, 0, R_USEIFACE, 0, kPkgNone, 4},
      call{0, 0, R_USEIFACEMETHOD, 8, kPkgNone, 3}, by_name{0, 0, R_USENAMEDMETHOD, 0, kPkgNone, 6},
      weak{0, 4, R_ADDROFF | kRelocWeak, 0, kPkgSelf, 4};
  CHECK(live({type}) == "");
  CHECK(live({type, call}) == "");
  CHECK(live({type, used}) == "");
  CHECK(live({used, call}) == ""); // the type itself is not alive
  CHECK(live({type, used, call}) == "T.Read funcinfo ");
  CHECK(live({type, call, used}) == "T.Read funcinfo ");
  CHECK(live({type, used, by_name}) == "T.Close ");
  CHECK(live({type, used}, kFlagReflectMethod) == "T.Read T.Close funcinfo ");
  CHECK(live({weak}) == "");
}

TEST_CASE("Go objects: builtins are found in package runtime") {
  GoBuilder runtime, p;
  runtime.package_defs = {{.name = "runtime.newobject", .kind = STEXT, .data = "n", .abi = kAbiInternal}};
  p.named_defs = {
      {.name = "main", .kind = STEXT, .data = "12345678", .relocs = {{0, 4, R_CALL, 0, kPkgBuiltin, 0}}}};
  for (bool present : {true, false}) {
    GoLink l;
    if (present)
      l.add(runtime.build(), "runtime");
    l.add(p.build(), "main");
    l.root("main");
    l.resolve();
    l.mark();
    CHECK(contains(errors_of(l), "refers to package runtime, which is not among the inputs") == !present);
    CHECK(l.live().contains("runtime.newobject") == present);
  }
  // Only those that somebody uses must be there.
  p.named_defs[0].relocs[0].index = 1;
  GoLink l;
  l.add(runtime.build(), "runtime");
  l.add(p.build(), "main");
  l.root("main");
  l.resolve();
  l.mark();
  report_undefined_symbols(*l.link);
  CHECK(contains(errors_of(l), "undefined symbol: runtime.mallocgc"));
}
