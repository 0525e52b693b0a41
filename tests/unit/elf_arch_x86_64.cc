// x86-64: relocations, rewritten instructions, PLT. Sections are at 0x10000.
#include "elf_arch.h"
#include "formats/elf/x86_64.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::elf;

namespace {

// The instruction with one relocation against a symbol at `value`, relocated.
std::string one(const char *code, u64 offset, u32 type, u64 value, u16 flags = 0, i64 addend = -4,
                OutputKind kind = OutputKind::Executable, SymClass c = SymClass::Strong) {
  ArchCase t(x86_64_arch(), kind);
  t.bytes = hex(code);
  u32 s = t.symbol(value, flags, c);
  t.reloc(offset, type, s, addend);
  CHECK(t.scan() == 0);
  t.slots(s, 3, 2);
  std::string out = to_hex(t.relocate());
  CHECK(t.link.diag.error_count() == 0);
  return out;
}

u64 scan_errors(u32 type, u64 size, u16 flags = 0, OutputKind kind = OutputKind::Pie) {
  ArchCase t(x86_64_arch(), kind);
  t.bytes = std::string(size, '\0');
  t.reloc(0, type, t.symbol(0x10100, flags), 0);
  return t.scan();
}

u64 range_errors(u32 type, u64 size, u64 value, i64 addend = 0) {
  ArchCase t(x86_64_arch());
  t.bytes = std::string(size, '\0');
  t.reloc(0, type, t.symbol(value), addend);
  CHECK(t.scan() == 0);
  t.relocate();
  return t.link.diag.error_count();
}

} // namespace

TEST_CASE("x86-64: plain relocations") {
  CHECK(one("00 00 00 00 00 00 00 00", 0, R_X86_64_64, 0x123456789a, 0, 1) == "9b 78 56 34 12 00 00 00");
  CHECK(one("00 00 00 00", 0, R_X86_64_32, 0xfffffff0, 0, 1) == "f1 ff ff ff");
  CHECK(one("00 00 00 00", 0, R_X86_64_32S, 0x10, 0, -0x11) == "ff ff ff ff");
  CHECK(one("00 00", 0, R_X86_64_16, 0x1234, 0, 0) == "34 12");
  CHECK(one("00", 0, R_X86_64_8, 0x7f, 0, 0) == "7f");
  CHECK(one("e8 00 00 00 00", 1, R_X86_64_PLT32, 0x10105) == "e8 00 01 00 00");
  CHECK(one("00 00 00 00 00 00 00 00", 0, R_X86_64_PC64, 0xffff, 0, 0) == "ff ff ff ff ff ff ff ff");
  CHECK(one("00 00 00 00 00 00 00 00", 0, R_X86_64_GOTOFF64, 0x31010, 0, 0) == "10 00 00 00 00 00 00 00");
  CHECK(one("00 00 00 00", 0, R_X86_64_GOTPC32, 0, 0, 0) == "00 10 02 00");
}

TEST_CASE("x86-64: values that do not fit") {
  CHECK(range_errors(R_X86_64_32, 4, 0xffffffff) == 0);
  CHECK(range_errors(R_X86_64_32, 4, 0x100000000) == 1);
  CHECK(range_errors(R_X86_64_32S, 4, 0x7fffffff) == 0);
  CHECK(range_errors(R_X86_64_32S, 4, 0x80000000) == 1);
  CHECK(range_errors(R_X86_64_PC32, 4, 0x10000 + u64(0x7fffffff)) == 0);
  CHECK(range_errors(R_X86_64_PC32, 4, 0x10000 + u64(0x80000000)) == 1);
  CHECK(range_errors(R_X86_64_16, 2, 0xffff) == 0);
  CHECK(range_errors(R_X86_64_16, 2, 0x10000) == 1);
  CHECK(range_errors(R_X86_64_PC8, 1, 0x10000 + 127) == 0);
  CHECK(range_errors(R_X86_64_PC8, 1, 0x10000 + 128) == 1);
}

TEST_CASE("x86-64: broken relocations are reported") {
  CHECK(scan_errors(R_X86_64_64, 7, kSymAbsolute) == 1);
  CHECK(scan_errors(R_X86_64_64, 8, kSymAbsolute) == 0);
  CHECK(scan_errors(200, 8) == 1);
  CHECK(scan_errors(R_X86_64_JUMP_SLOT, 8) == 1);
  ArchCase t(x86_64_arch());
  t.bytes = std::string(8, '\0');
  t.reloc(~u64(0), R_X86_64_64, 0, 0);
  t.reloc(0, R_X86_64_64, 77, 0);
  CHECK(t.scan() == 2);
}

TEST_CASE("x86-64: what can not be in a position-independent image") {
  CHECK(scan_errors(R_X86_64_32, 4) == 1);
  CHECK(scan_errors(R_X86_64_32S, 4) == 1);
  CHECK(scan_errors(R_X86_64_32, 4, kSymAbsolute) == 0);
  CHECK(scan_errors(R_X86_64_32, 4, 0, OutputKind::Executable) == 0);
  CHECK(scan_errors(R_X86_64_PC32, 4) == 0);
  CHECK(scan_errors(R_X86_64_PC32, 4, kSymAbsolute) == 1);
  CHECK(scan_errors(R_X86_64_64, 8) == 1); // .text is read-only
  CHECK(scan_errors(R_X86_64_TPOFF32, 4, kSymTls, OutputKind::Shared) == 1);
  CHECK(scan_errors(R_X86_64_TPOFF32, 4, kSymTls) == 0);
}

TEST_CASE("x86-64: words of writable sections become dynamic relocations") {
  ArchCase t(x86_64_arch(), OutputKind::Shared);
  t.section.flags = kSecAlloc | kSecWrite;
  t.bytes = std::string(40, '\0');
  u32 local = t.symbol(0x10100), imported = t.symbol(0, kSymImported), ifunc = t.symbol(0x10200, kSymIfunc);
  t.reloc(0, R_X86_64_64, local, 4);
  t.reloc(8, R_X86_64_64, imported, 8);
  t.reloc(16, R_X86_64_64, ifunc, 0);
  t.reloc(24, R_X86_64_64, t.symbol(0x77, kSymAbsolute), 0);
  t.reloc(32, R_X86_64_64, t.symbol(0, 0, SymClass::UndefWeak), 0);
  CHECK(t.scan() == 0);
  CHECK(t.section.dyn_relocs == 3);
  t.slots(imported, 1);
  std::string out = t.relocate();
  REQUIRE(t.dyn.size() == 3);
  CHECK(t.dyn[0].r_type == R_X86_64_RELATIVE);
  CHECK(t.dyn[0].r_offset == 0x10000);
  CHECK(t.dyn[0].r_addend == 0x10104);
  CHECK(t.dyn[1].r_type == R_X86_64_64);
  CHECK(t.dyn[1].r_sym == 5);
  CHECK(t.dyn[1].r_addend == 8);
  CHECK(t.dyn[2].r_type == R_X86_64_IRELATIVE);
  CHECK(t.dyn[2].r_addend == 0x10200);
  CHECK(out[24] == 0x77);
  CHECK(out[32] == 0);
}

TEST_CASE("x86-64: RELR takes relative relocations at even places") {
  ArchCase t(x86_64_arch(), OutputKind::Pie);
  t.opt.relr = true;
  t.section.flags = kSecAlloc | kSecWrite;
  t.bytes = std::string(24, '\0');
  u32 local = t.symbol(0x10100);
  t.reloc(0, R_X86_64_64, local, 0);
  t.reloc(9, R_X86_64_64, local, 0);
  CHECK(t.scan() == 0);
  CHECK(t.section.dyn_relocs == 1);
  REQUIRE(t.layout.relr.size() == 1);
  CHECK(t.layout.relr[0].offsets.size() == 1);
  std::string out = t.relocate();
  CHECK(to_hex(out.substr(0, 8)) == "00 01 01 00 00 00 00 00");
}

TEST_CASE("x86-64: GOT loads of symbols in the image are rewritten") {
  // mov foo@GOTPCREL(%rip), %r9 -> lea foo(%rip), %r9
  CHECK(one("4c 8b 0d 00 00 00 00", 3, R_X86_64_REX_GOTPCRELX, 0x10107) == "4c 8d 0d 00 01 00 00");
  CHECK(one("8b 0d 00 00 00 00", 2, R_X86_64_GOTPCRELX, 0x10106) == "8d 0d 00 01 00 00");
  // call *foo@GOTPCREL(%rip), jmp *foo@GOTPCREL(%rip)
  CHECK(one("ff 15 00 00 00 00", 2, R_X86_64_GOTPCRELX, 0x10106) == "67 e8 00 01 00 00");
  CHECK(one("ff 25 00 00 00 00", 2, R_X86_64_GOTPCRELX, 0x10105) == "e9 00 01 00 00 90");
  // test %rcx, foo@GOTPCREL(%rip); cmp foo@GOTPCREL(%rip), %r10; add, 32 bits
  CHECK(one("48 85 0d 00 00 00 00", 3, R_X86_64_REX_GOTPCRELX, 0x10100) == "48 f7 c1 00 01 01 00");
  CHECK(one("4c 3b 15 00 00 00 00", 3, R_X86_64_REX_GOTPCRELX, 0x10100) == "49 81 fa 00 01 01 00");
  CHECK(one("03 1d 00 00 00 00", 2, R_X86_64_GOTPCRELX, 0x10100) == "81 c3 00 01 01 00");
  // Not in a position-independent image, where $foo is not known.
  CHECK(one("4c 3b 15 00 00 00 00", 3, R_X86_64_REX_GOTPCRELX, 0x10100, 0, -4, OutputKind::Pie) ==
        "4c 3b 15 09 00 02 00");
  // APX: REX2 prefix.
  CHECK(one("d5 48 8b 05 00 00 00 00", 4, R_X86_64_CODE_4_GOTPCRELX, 0x10108) == "d5 48 8d 05 00 01 00 00");
}

TEST_CASE("x86-64: GOT loads that stay") {
  const char *mov = "48 8b 05 00 00 00 00", *kept = "48 8b 05 09 00 02 00";
  CHECK(one(mov, 3, R_X86_64_GOTPCREL, 0x10100) == kept);
  CHECK(one(mov, 3, R_X86_64_REX_GOTPCRELX, 0, kSymImported) == kept);
  CHECK(one(mov, 3, R_X86_64_REX_GOTPCRELX, 0x10100, kSymIfunc) == kept);
  CHECK(one(mov, 3, R_X86_64_REX_GOTPCRELX, 0x10100, kSymAbsolute) == kept);
  CHECK(one(mov, 3, R_X86_64_REX_GOTPCRELX, 0, 0, -4, OutputKind::Pie, SymClass::UndefWeak) == kept);
  // An instruction that is not known.
  CHECK(one("48 63 05 00 00 00 00", 3, R_X86_64_REX_GOTPCRELX, 0x10100) == "48 63 05 09 00 02 00");
}

TEST_CASE("x86-64: branches to imported functions go to the PLT") {
  CHECK(one("e8 00 00 00 00", 1, R_X86_64_PLT32, 0, kSymImported | kSymFunction) == "e8 2b 00 01 00");
  CHECK(one("e8 00 00 00 00", 1, R_X86_64_PC32, 0x10100, kSymIfunc | kSymFunction) == "e8 2b 00 01 00");
}

TEST_CASE("x86-64: TLS, initial-exec to local-exec") {
  // The variable at the image's start: -0x100 from the thread pointer.
  CHECK(one("48 8b 05 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0x40000, kSymTls) == "48 c7 c0 00 ff ff ff");
  CHECK(one("4c 8b 3d 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0x40000, kSymTls) == "49 c7 c7 00 ff ff ff");
  CHECK(one("48 03 05 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0x40000, kSymTls) == "48 81 c0 00 ff ff ff");
  CHECK(one("4c 03 25 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0x40000, kSymTls) == "49 81 c4 00 ff ff ff");
  CHECK(one("48 8b 05 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0, kSymTls | kSymImported) ==
        "48 8b 05 09 00 02 00");
  CHECK(one("48 8b 05 00 00 00 00", 3, R_X86_64_GOTTPOFF, 0x40000, kSymTls, -4, OutputKind::Shared) ==
        "48 8b 05 09 00 02 00");
}

namespace {
// A sequence of two relocations, TLSGD or TLSLD and the call.
std::string call(const char *code, u64 offset, u32 type, u64 call_offset, u32 call_type, u16 flags = kSymTls,
                 OutputKind kind = OutputKind::Executable) {
  ArchCase t(x86_64_arch(), kind);
  t.bytes = hex(code);
  u32 s = t.symbol(0x40000, flags), get = t.symbol(0, kSymImported | kSymFunction);
  t.reloc(offset, type, s, -4);
  t.reloc(call_offset, call_type, get, call_type == R_X86_64_PLTOFF64 ? 0 : -4);
  CHECK(t.scan() == 0);
  t.slots(s, 3);
  t.slots(get, 4, 1);
  t.layout.tlsld = 0x30100;
  return to_hex(t.relocate());
}
} // namespace

TEST_CASE("x86-64: TLS, general dynamic") {
  const char *direct = "66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00",
             *indirect = "66 48 8d 3d 00 00 00 00 66 48 ff 15 00 00 00 00",
             *large = "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0";
  const char *le = "64 48 8b 04 25 00 00 00 00 48 8d 80 00 ff ff ff",
             *ie = "64 48 8b 04 25 00 00 00 00 48 03 05 00 00 02 00";
  CHECK(call(direct, 4, R_X86_64_TLSGD, 12, R_X86_64_PLT32) == le);
  CHECK(call(indirect, 4, R_X86_64_TLSGD, 12, R_X86_64_GOTPCRELX) == le);
  CHECK(call(direct, 4, R_X86_64_TLSGD, 12, R_X86_64_PLT32, kSymTls | kSymImported) == ie);
  CHECK(call(large, 3, R_X86_64_TLSGD, 9, R_X86_64_PLTOFF64) ==
        "64 48 8b 04 25 00 00 00 00 48 81 c0 00 ff ff ff 66 0f 1f 44 00 00");
  CHECK(call(large, 3, R_X86_64_TLSGD, 9, R_X86_64_PLTOFF64, kSymTls | kSymImported) ==
        "64 48 8b 04 25 00 00 00 00 48 03 05 00 00 02 00 66 0f 1f 44 00 00");
  CHECK(call(direct, 4, R_X86_64_TLSGD, 12, R_X86_64_PLT32, kSymTls, OutputKind::Shared) ==
        "66 48 8d 3d 08 00 02 00 66 66 48 e8 10 00 01 00");
}

TEST_CASE("x86-64: TLS, local dynamic") {
  const char *direct = "48 8d 3d 00 00 00 00 e8 00 00 00 00",
             *indirect = "48 8d 3d 00 00 00 00 ff 15 00 00 00 00",
             *large = "48 8d 3d 00 00 00 00 48 b8 00 00 00 00 00 00 00 00 48 01 d8 ff d0";
  CHECK(call(direct, 3, R_X86_64_TLSLD, 8, R_X86_64_PLT32) == "66 66 66 64 48 8b 04 25 00 00 00 00");
  CHECK(call(indirect, 3, R_X86_64_TLSLD, 9, R_X86_64_GOTPCRELX) == "66 66 66 66 64 48 8b 04 25 00 00 00 00");
  CHECK(call(large, 3, R_X86_64_TLSLD, 9, R_X86_64_PLTOFF64) ==
        "66 66 66 64 48 8b 04 25 00 00 00 00 66 2e 0f 1f 84 00 00 00 00 00");
  CHECK(call(direct, 3, R_X86_64_TLSLD, 8, R_X86_64_PLT32, kSymTls, OutputKind::Shared) ==
        "48 8d 3d f9 00 02 00 e8 14 00 01 00");
  CHECK(one("00 00 00 00", 0, R_X86_64_DTPOFF32, 0x40010, kSymTls, 0) == "10 ff ff ff");
  CHECK(one("00 00 00 00", 0, R_X86_64_DTPOFF32, 0x40010, kSymTls, 0, OutputKind::Shared) == "10 00 00 00");
}

TEST_CASE("x86-64: TLS descriptors") {
  u32 lea = R_X86_64_GOTPC32_TLSDESC;
  CHECK(one("48 8d 05 00 00 00 00", 3, lea, 0x40000, kSymTls) == "48 c7 c0 00 ff ff ff");
  CHECK(one("4c 8d 0d 00 00 00 00", 3, lea, 0x40000, kSymTls) == "49 c7 c1 00 ff ff ff");
  CHECK(one("48 8d 05 00 00 00 00", 3, lea, 0, kSymTls | kSymImported) == "48 8b 05 09 00 02 00");
  CHECK(one("48 8d 05 00 00 00 00", 3, lea, 0x40000, kSymTls, -4, OutputKind::Shared) ==
        "48 8d 05 09 00 02 00");
  CHECK(one("d5 48 8d 05 00 00 00 00", 4, R_X86_64_CODE_4_GOTPC32_TLSDESC, 0x40000, kSymTls) ==
        "d5 18 c7 c0 00 ff ff ff");
  CHECK(one("ff 10", 0, R_X86_64_TLSDESC_CALL, 0x40000, kSymTls, 0) == "66 90");
  CHECK(one("ff 10", 0, R_X86_64_TLSDESC_CALL, 0x40000, kSymTls, 0, OutputKind::Shared) == "ff 10");
}

TEST_CASE("x86-64: sequences that are cut off") {
  for (std::size_t n = 4; n <= 16; ++n) {
    ArchCase t(x86_64_arch());
    t.bytes = hex("66 48 8d 3d 00 00 00 00 66 66 48 e8 00 00 00 00").substr(0, n);
    t.reloc(std::min<u64>(n - 4, 4), R_X86_64_TLSGD, t.symbol(0x40000, kSymTls), -4);
    CHECK(t.scan() == 0);
    t.slots(1, 1);
    t.relocate(); // by the GOT: there is no call to rewrite
    CHECK(t[1].needs.load() == kNeedsTlsGd);
  }
  CHECK(scan_errors(R_X86_64_TLSLD, 4, kSymTls, OutputKind::Executable) == 1);
  CHECK(scan_errors(R_X86_64_GOTPC32_TLSDESC, 4, kSymTls, OutputKind::Executable) == 1);
}

TEST_CASE("x86-64: PLT") {
  ArchCase t(x86_64_arch());
  std::string header(16, '\0'), entry(16, '\0');
  t.arch.write_plt_header(t.link, t.layout, 0, reinterpret_cast<u8 *>(header.data()));
  CHECK(to_hex(header) == "ff 35 02 10 01 00 ff 25 04 10 01 00 0f 1f 40 00");
  PltEntry e{.address = 0x20010, .slot = 0x31018, .plt = 0x20000, .index = 0};
  t.arch.write_plt_entry(t.link, e, 0, reinterpret_cast<u8 *>(entry.data()));
  CHECK(to_hex(entry) == "ff 25 02 10 01 00 68 00 00 00 00 e9 e0 ff ff ff");
  CHECK(t.arch.lazy_slot(t.link, e, 0) == 0x20016);
  u32 ibt = GNU_PROPERTY_X86_FEATURE_1_IBT;
  t.arch.write_plt_entry(t.link, e, ibt, reinterpret_cast<u8 *>(entry.data()));
  CHECK(to_hex(entry) == "f3 0f 1e fa 41 bb 00 00 00 00 ff 25 f8 0f 01 00");
  CHECK(t.arch.lazy_slot(t.link, e, ibt) == 0x20000);
}

TEST_CASE("x86-64: debug sections get tombstones for what is gone") {
  auto word = [](const char *name, bool live) {
    ArchCase t(x86_64_arch());
    t.section.name_data = name;
    t.section.name_size = static_cast<u32>(std::strlen(name));
    t.section.flags = kSecDebug;
    t.other.live = live;
    t.bytes = std::string(8, '\x55');
    t.reloc(0, R_X86_64_64, t.symbol(0x10100), 4);
    t.finish_input();
    std::string out = t.bytes;
    t.arch.relocate_nonalloc(t.link, t.layout, t.file, t.section, reinterpret_cast<u8 *>(out.data()));
    return load<u64>(out.data());
  };
  CHECK(word(".debug_info", true) == 0x10104);
  CHECK(word(".debug_info", false) == 0);
  CHECK(word(".debug_ranges", false) == 1);
  CHECK(word(".debug_loc", false) == 1);
}
