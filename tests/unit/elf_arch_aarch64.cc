// AArch64: relocations, rewritten pairs, PLT and thunks. Sections are at 0x10000.
#include "elf_arch.h"
#include "formats/elf/aarch64.h"

#include <doctest/doctest.h>

using namespace gold;
using namespace gold::elf;

namespace {

std::string words(std::initializer_list<u32> list) {
  std::string s;
  for (u32 w : list)
    s.append(reinterpret_cast<const char *>(&w), 4);
  return s;
}

struct Result {
  u32 word;
  u64 errors;
};

// One instruction with one relocation against a symbol at `value`.
Result one(u32 insn, u32 type, u64 value, u16 flags = 0, OutputKind kind = OutputKind::Executable) {
  ArchCase t(aarch64_arch(), kind);
  t.bytes = words({insn, 0});
  u32 s = t.symbol(value, flags);
  t.reloc(0, type, s, 0);
  t.scan();
  t.slots(s, 3, 2);
  u32 w = load<u32>(t.relocate().data());
  return {w, t.link.diag.error_count()};
}
u32 good(u32 insn, u32 type, u64 value, u16 flags = 0, OutputKind kind = OutputKind::Executable) {
  Result r = one(insn, type, value, flags, kind);
  CHECK(r.errors == 0);
  return r.word;
}
u64 errors(u32 type, u64 value) {
  return one(0, type, value).errors;
}

// adrp and ldr, each with its relocation.
std::string pair(u32 first, u32 second, u32 first_type, u32 second_type, u64 value, u16 flags,
                 OutputKind kind = OutputKind::Executable) {
  ArchCase t(aarch64_arch(), kind);
  t.bytes = words({first, second});
  u32 s = t.symbol(value, flags);
  t.reloc(0, first_type, s, 0);
  t.reloc(4, second_type, s, 0);
  CHECK(t.scan() == 0);
  t.slots(s, 3);
  return t.relocate();
}

constexpr u32 kAdrpX1 = 0x90000001, kLdrX1 = 0xf9400021; // adrp x1, .; ldr x1, [x1]

} // namespace

TEST_CASE("AArch64: addresses") {
  CHECK(good(kAdrpX1, R_AARCH64_ADR_PREL_PG_HI21, 0x12345) == 0xd0000001);      // two pages on
  CHECK(good(kAdrpX1, R_AARCH64_ADR_PREL_PG_HI21, 0xf000) == 0xf0ffffe1);       // one page back
  CHECK(good(0x10000001, R_AARCH64_ADR_PREL_LO21, 0x10005) == 0x30000021);      // adr x1, .+5
  CHECK(good(0x91000021, R_AARCH64_ADD_ABS_LO12_NC, 0x12345) == 0x910d1421);    // add x1, x1, #0x345
  CHECK(good(0x39400021, R_AARCH64_LDST8_ABS_LO12_NC, 0x12345) == 0x394d1421);  // ldrb w1, [x1, #0x345]
  CHECK(good(0xf9400021, R_AARCH64_LDST64_ABS_LO12_NC, 0x12348) == 0xf941a421); // ldr x1, [x1, #0x348]
  CHECK(good(0x3dc00021, R_AARCH64_LDST128_ABS_LO12_NC, 0x12340) == 0x3dc0d021);
  CHECK(one(0xf9400021, R_AARCH64_LDST64_ABS_LO12_NC, 0x12344).errors == 1); // not aligned
  CHECK(good(0x58000001, R_AARCH64_LD_PREL_LO19, 0x10008) == 0x58000041);    // ldr x1, .+8
}

TEST_CASE("AArch64: branches") {
  CHECK(good(0x94000000, R_AARCH64_CALL26, 0x10008) == 0x94000002);
  CHECK(good(0x14000000, R_AARCH64_JUMP26, 0xfffc) == 0x17ffffff);
  CHECK(good(0x54000000, R_AARCH64_CONDBR19, 0x10008) == 0x54000040);
  CHECK(good(0x36000000, R_AARCH64_TSTBR14, 0x10008) == 0x36000040);
  CHECK(good(0x94000000, R_AARCH64_CALL26, 0, kSymImported | kSymFunction) == 0x9400400c); // its PLT entry
  CHECK(errors(R_AARCH64_CALL26, 0x10000 + (u64(1) << 27) - 4) == 0);
  CHECK(errors(R_AARCH64_CALL26, 0x10000 + (u64(1) << 27)) == 1);
  CHECK(errors(R_AARCH64_CONDBR19, 0x10000 + (u64(1) << 20)) == 1);
  CHECK(errors(R_AARCH64_TSTBR14, 0x10000 + (u64(1) << 15)) == 1);

  ArchCase t(aarch64_arch());
  t.bytes = words({0x94000000});
  t.reloc(0, R_AARCH64_CALL26, t.symbol(0, 0, SymClass::UndefWeak), 0);
  CHECK(t.scan() == 0);
  CHECK(load<u32>(t.relocate().data()) == 0x94000001); // the next instruction
}

TEST_CASE("AArch64: moves of 16 bits") {
  CHECK(good(0xd2800000, R_AARCH64_MOVW_UABS_G0, 0x1234) == 0xd2824680);
  CHECK(good(0xf2a00000, R_AARCH64_MOVW_UABS_G1_NC, 0x123456789) == 0xf2a468a0);
  CHECK(errors(R_AARCH64_MOVW_UABS_G0, 0x10000) == 1);
  CHECK(good(0xd2800000, R_AARCH64_MOVW_SABS_G0, ~u64(1)) == 0x92800020); // movn x0, #1
}

TEST_CASE("AArch64: values that do not fit") {
  CHECK(errors(R_AARCH64_ADR_PREL_PG_HI21, u64(1) << 33) == 1);
  CHECK(errors(R_AARCH64_ADR_PREL_PG_HI21_NC, u64(1) << 33) == 0);
  CHECK(errors(R_AARCH64_ABS32, u64(1) << 32) == 1);
  CHECK(errors(R_AARCH64_ABS32, 0xffffffff) == 0);
  CHECK(errors(R_AARCH64_ABS16, 0x10000) == 1);
  CHECK(errors(9999, 0) == 1);
}

TEST_CASE("AArch64: GOT loads of symbols in the image are rewritten") {
  u32 a = R_AARCH64_ADR_GOT_PAGE, b = R_AARCH64_LD64_GOT_LO12_NC;
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0x12345, 0) == words({0xd0000001, 0x910d1421}));
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0, kSymImported) == words({0x90000101, 0xf9400821}));
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0x12345, kSymIfunc) == words({0x90000101, 0xf9400821}));
  // Another register: somebody may use the first one.
  CHECK(pair(kAdrpX1, 0xf9400022, a, b, 0x12345, 0) == words({0x90000101, 0xf9400822}));
}

TEST_CASE("AArch64: TLS") {
  // The thread pointer is 16 bytes below the TLS image.
  CHECK(good(0x91000000, R_AARCH64_TLSLE_ADD_TPREL_HI12, 0x42ff4, kSymTls) == 0x91000c00);
  CHECK(good(0x91000000, R_AARCH64_TLSLE_ADD_TPREL_LO12_NC, 0x42ff4, kSymTls) == 0x91001000);
  CHECK(one(0x91000000, R_AARCH64_TLSLE_ADD_TPREL_HI12, 0x40000, kSymTls, OutputKind::Shared).errors == 1);
  u32 a = R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21, b = R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC;
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0x40008, kSymTls) == words({0xd2a00001, 0xf2800301})); // movz, movk #0x18
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0, kSymTls | kSymImported) == words({0x90000101, 0xf9400821}));
  CHECK(pair(kAdrpX1, kLdrX1, a, b, 0x40008, kSymTls, OutputKind::Shared) == words({0x90000101, 0xf9400821}));

  auto descriptor = [](u16 flags, OutputKind kind) {
    ArchCase t(aarch64_arch(), kind);
    t.bytes = words({0x90000000, 0xf9400001, 0x91000000, 0xd63f0020});
    u32 s = t.symbol(flags & kSymImported ? 0 : 0x40008, flags | kSymTls);
    u32 types[] = {R_AARCH64_TLSDESC_ADR_PAGE21, R_AARCH64_TLSDESC_LD64_LO12, R_AARCH64_TLSDESC_ADD_LO12,
                   R_AARCH64_TLSDESC_CALL};
    for (u32 i = 0; i < 4; ++i)
      t.reloc(i * 4, types[i], s, 0);
    CHECK(t.scan() == 0);
    t.slots(s, 3);
    return t.relocate();
  };
  u32 nop = 0xd503201f;
  CHECK(descriptor(0, OutputKind::Pie) == words({0xd2a00000, 0xf2800300, nop, nop}));
  CHECK(descriptor(kSymImported, OutputKind::Pie) == words({0x90000100, 0xf9400800, nop, nop}));
  CHECK(descriptor(0, OutputKind::Shared) == words({0x90000100, 0xf9400801, 0x91004000, 0xd63f0020}));
}

TEST_CASE("AArch64: PLT and thunks") {
  ArchCase t(aarch64_arch());
  std::string entry(16, '\0'), thunk(12, '\0'), guarded(24, '\0');
  PltEntry e{.address = 0x20020, .slot = 0x31018, .plt = 0x20000, .index = 0};
  t.arch.write_plt_entry(t.link, e, 0, reinterpret_cast<u8 *>(entry.data()));
  CHECK(entry == words({0xb0000090, 0xf9400e11, 0x91006210, 0xd61f0220}));
  CHECK(t.arch.lazy_slot(t.link, e, 0) == 0x20000);
  u32 bti = GNU_PROPERTY_AARCH64_FEATURE_1_BTI;
  CHECK(t.arch.plt_entry_size(t.link, bti) == 24);
  t.arch.write_plt_entry(t.link, e, bti, reinterpret_cast<u8 *>(guarded.data()));
  CHECK(guarded == words({0xd503245f, 0xb0000090, 0xf9400e11, 0x91006210, 0xd61f0220, 0xd503201f}));
  t.arch.write_thunk(reinterpret_cast<u8 *>(thunk.data()), 0x10000, 0x12345678);
  CHECK(thunk == words({0xb00919b0, 0x9119e210, 0xd61f0200}));
}
