// AArch64: relocations, the PLT and thunks (ELF for the Arm 64-bit Architecture, IHI 0056, sections
// "Relocation" and "Program Loading and Dynamic Linking"; "Thread Local Storage" there).
//
// Values are spread over two instructions, each with a relocation of its own: adrp gets the page, the
// next the low 12 bits. Where a load from the GOT or a TLS access can be replaced, both are
// rewritten. Pairs are taken only if they stand side by side and use one register; the four
// instructions of a TLS descriptor are each rewritten by themselves, as their registers are fixed.
//
// Branches reach 128 MiB; layout/thunks.cc puts thunks where that is not enough.
#include "formats/elf/aarch64.h"

#include "writers/elf/erratum_843419.h"
#include "writers/elf/reloc.h"

namespace gold::elf {

namespace {

constexpr u32 kCalls[] = {R_AARCH64_CALL26, R_AARCH64_JUMP26, R_AARCH64_CONDBR19, R_AARCH64_TSTBR14,
                          R_AARCH64_PLT32};
constexpr u32 kTlsCalls[] = {R_AARCH64_TLSGD_ADR_PREL21,  R_AARCH64_TLSGD_ADR_PAGE21,
                             R_AARCH64_TLSLD_ADR_PREL21,  R_AARCH64_TLSLD_ADR_PAGE21,
                             R_AARCH64_TLSDESC_LD_PREL19, R_AARCH64_TLSDESC_ADR_PREL21,
                             R_AARCH64_TLSDESC_ADR_PAGE21};

constexpr ArchInfo kInfo = {
    .arch = Arch::AArch64,
    .name = "elf64-littleaarch64",
    .emulation = "aarch64linux",
    .machine = EM_AARCH64,
    .max_page_size = 0x10000,
    .common_page_size = 0x1000,
    .image_base = 0x400000,
    .dynamic_linker = "/lib/ld-linux-aarch64.so.1",
    .got_plt_reserved = 3,
    .plt_align = 16,
    .r_none = R_AARCH64_NONE,
    .r_relative = R_AARCH64_RELATIVE,
    .r_glob_dat = R_AARCH64_GLOB_DAT,
    .r_jump_slot = R_AARCH64_JUMP_SLOT,
    .r_copy = R_AARCH64_COPY,
    .r_irelative = R_AARCH64_IRELATIVE,
    .r_abs = R_AARCH64_ABS64,
    .r_dtpmod = R_AARCH64_TLS_DTPMOD64,
    .r_dtpoff = R_AARCH64_TLS_DTPREL64,
    .r_tpoff = R_AARCH64_TLS_TPREL64,
    .r_tlsdesc = R_AARCH64_TLSDESC,
    .tls_calls = kTlsCalls,
    .calls = kCalls,
};

constexpr auto kRelocs = [] {
  RelocTable<R_AARCH64_IRELATIVE + 1> t;
#define X(name, number, bytes) t.infos[number] = {"R_AARCH64_" #name, bytes};
  GOLD_AARCH64_RELOCS(X)
#undef X
  return t;
}();

u32 width(u32 type) {
  return kRelocs.width(type);
}

// -- instructions

constexpr u32 kNop = 0xd503201f;

u64 page(u64 v) {
  return v & ~u64(0xfff);
}
u32 bits(u64 v, int high, int low) {
  return static_cast<u32>((v >> low) & ((u64(1) << (high - low + 1)) - 1));
}
// Replaces the bits of `mask`.
void insert(u8 *loc, u32 mask, u32 v) {
  store<u32>(loc, (load<u32>(loc) & ~mask) | (v & mask));
}

void put_adr(u8 *loc, u64 v) {
  insert(loc, 0x60ffffe0, bits(v, 1, 0) << 29 | bits(v, 20, 2) << 5);
}
void put_imm12(u8 *loc, u32 v) {
  insert(loc, 0x003ffc00, v << 10);
}
void put_imm16(u8 *loc, u32 v) {
  insert(loc, 0x001fffe0, v << 5);
}
void put_imm19(u8 *loc, u64 v) {
  insert(loc, 0x00ffffe0, bits(v, 20, 2) << 5);
}

// movz or movn, after the sign of the value.
void put_movw_signed(u8 *loc, i64 v, int shift) {
  insert(loc, 0x60000000, v < 0 ? 0 : 0x40000000);
  put_imm16(loc, bits(static_cast<u64>(v < 0 ? ~v : v), shift + 15, shift));
}

u32 adrp(u32 reg, u64 to, u64 place) {
  u64 v = page(to) - page(place);
  return 0x90000000 | reg | bits(v, 13, 12) << 29 | bits(v, 32, 14) << 5;
}
u32 add_imm(u32 rd, u32 rn, u32 imm12) {
  return 0x91000000 | rd | rn << 5 | (imm12 & 0xfff) << 10;
}
u32 ldr_imm(u32 rt, u32 rn, u64 address) {
  return 0xf9400000 | rt | rn << 5 | bits(address, 11, 3) << 10;
}

// adrp xN, ...; ldr xN, [xN, ...]: the register, or -1 when the two relocations are no such pair.
int load_pair(const Section &sec, const Rela &r, const Rela *next, u32 second) {
  if (!next || next->r_type != second || next->r_sym != r.r_sym || next->r_offset != r.r_offset + 4 ||
      r.r_addend != 0 || next->r_addend != 0 || r.r_offset + 8 > sec.size)
    return -1;
  u32 a = load<u32>(sec.data + r.r_offset), b = load<u32>(sec.data + r.r_offset + 4);
  u32 reg = a & 31;
  if ((a & 0x9f000000) != 0x90000000 || (b & 0xffc00000) != 0xf9400000 || (b & 31) != reg ||
      (b >> 5 & 31) != reg)
    return -1;
  return static_cast<int>(reg);
}

// adrp + ldr from the GOT can become adrp + add.
int got_pair(const Link &link, const Section &sec, const Rela &r, const Rela *next, const Symbol &s) {
  constexpr u16 kept =
      kSymImported | kSymIfunc | kSymAbsolute | kSymScriptDefined | kSymLinkerDefined | kSymTls;
  if ((s.flags & kept) || !s.section || !link.opt.relax)
    return -1;
  return load_pair(sec, r, next, R_AARCH64_LD64_GOT_LO12_NC);
}
// adrp + ldr of a TLS offset can become movz + movk.
int ie_pair(const Link &link, const Section &sec, const Rela &r, const Rela *next, const Symbol &s) {
  if (link.is_shared() || s.is_imported())
    return -1;
  return load_pair(sec, r, next, R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC);
}

// A branch to an undefined weak symbol that nothing defines goes to the next instruction.
bool goes_nowhere(const Symbol &s) {
  return s.is_undefined() && !s.is_imported();
}

class AArch64 final : public ElfArch {
public:
  constexpr AArch64() : ElfArch(kInfo) {}
  const char *reloc_name(u32 type) const override { return kRelocs.name(type); }
  // The thread pointer points at a control block of 16 bytes before the TLS image.
  u64 thread_pointer(u64 tls_start, u64, u64 tls_align) const override {
    return tls_start - align_up(16, tls_align);
  }

  u32 plt_header_size(const Link &, u32) const override { return 32; }
  u32 plt_entry_size(const Link &link, u32 features) const override {
    return guarded(link, features) ? 24 : 16;
  }
  u32 plt_got_entry_size(const Link &link, u32 features) const override {
    return guarded(link, features) ? 24 : 16;
  }
  void write_plt_header(const Link &, const ElfLayout &, u32 features, u8 *buf) const override;
  void write_plt_entry(const Link &, const PltEntry &, u32 features, u8 *buf) const override;
  void write_plt_got_entry(const Link &link, const PltEntry &e, u32 features, u8 *buf) const override {
    write_plt_entry(link, e, features, buf);
  }
  u64 lazy_slot(const Link &, const PltEntry &e, u32) const override { return e.plt; }
  void fill_code(u8 *buf, u64 n) const override {
    for (; n % 4; --n)
      *buf++ = 0;
    for (; n; n -= 4, buf += 4)
      store<u32>(buf, 0xd4200000); // brk #0
  }

  void scan(Link &, ElfLayout &, ElfObject &, Section &) const override;
  void relocate(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec, u8 *buf,
                Rela *dyn) const override {
    apply(link, lay, file, sec, file.relocs(sec), 0, buf, sec.address(), dyn);
  }
  void relocate_nonalloc(Link &, const ElfLayout &, ElfObject &, const Section &, u8 *buf) const override;
  void relocate_record(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec,
                       std::span<const Rela> relocs, u64 input_offset, u8 *buf, u64 address) const override {
    apply(link, lay, file, sec, relocs, input_offset, buf, address, nullptr);
  }

  BranchModel branch_model() const override {
    return {.reach = 128 << 20, .thunk_size = 12, .thunk_align = 4};
  }
  void branches(Link &, const ElfLayout &, const ElfObject &, const Section &,
                std::vector<Branch> &) const override;
  void write_thunk(u8 *buf, u64 place, u64 destination) const override {
    store<u32>(buf, adrp(16, destination, place));
    store<u32>(buf + 4, add_imm(16, 16, bits(destination, 11, 0)));
    store<u32>(buf + 8, 0xd61f0200); // br x16
  }
  u32 patch_size(const Link &link) const override {
    return link.opt.fix_cortex_a53_843419 && !link.is_relocatable() ? 8 : 0;
  }
  void misplaced(const ElfObject &file, const Section &sec, std::vector<u32> &out) const override {
    find_erratum_843419(file, sec, out);
  }
  void write_jump(u8 *buf, u64 place, u64 to) const override {
    store<u32>(buf, 0x14000000 | bits(to - place, 27, 2));
  }

private:
  static bool bti(const Link &link, u32 features) {
    return features & GNU_PROPERTY_AARCH64_FEATURE_1_BTI || link.opt.z_force_bti;
  }
  static bool guarded(const Link &link, u32 features) { return bti(link, features) || link.opt.z_pac_plt; }
  void apply(Link &, const ElfLayout &, ElfObject &, const Section &, std::span<const Rela>, u64 base,
             u8 *buf, u64 address, Rela *dyn) const;
};

// -- PLT

void AArch64::write_plt_header(const Link &link, const ElfLayout &lay, u32 features, u8 *buf) const {
  u64 slot = lay.got_plt + 16, at = lay.plt;
  u8 *end = buf + 32;
  auto add = [&](u32 insn) {
    store<u32>(buf, insn);
    buf += 4;
    at += 4;
  };
  if (bti(link, features))
    add(0xd503245f); // bti c
  add(0xa9bf7bf0);   // stp x16, x30, [sp, #-16]!
  add(adrp(16, slot, at));
  add(ldr_imm(17, 16, slot));
  add(add_imm(16, 16, bits(slot, 11, 0)));
  add(0xd61f0220); // br x17
  while (buf < end)
    add(kNop);
}

void AArch64::write_plt_entry(const Link &link, const PltEntry &e, u32 features, u8 *buf) const {
  u64 at = e.address;
  u8 *end = buf + (guarded(link, features) ? 24 : 16);
  auto add = [&](u32 insn) {
    store<u32>(buf, insn);
    buf += 4;
    at += 4;
  };
  if (bti(link, features))
    add(0xd503245f); // bti c
  add(adrp(16, e.slot, at));
  add(ldr_imm(17, 16, e.slot));
  add(add_imm(16, 16, bits(e.slot, 11, 0)));
  if (link.opt.z_pac_plt)
    add(0xd503219f); // autia1716
  add(0xd61f0220);   // br x17
  while (buf < end)
    add(kNop);
}

// -- branches

void AArch64::branches(Link &, const ElfLayout &, const ElfObject &file, const Section &sec,
                       std::vector<Branch> &out) const {
  for (const Rela &r : file.relocs(sec))
    if (r.r_type == R_AARCH64_CALL26 || r.r_type == R_AARCH64_JUMP26) {
      Symbol &s = reloc_symbol(file, r.r_sym);
      if (!goes_nowhere(s))
        out.push_back({&s, r.r_addend, static_cast<u32>(r.r_offset)});
    }
}

// -- scan

void AArch64::scan(Link &link, ElfLayout &lay, ElfObject &file, Section &sec) const {
  SectionScan scan(link, lay, *this, file, sec);
  auto rels = file.relocs(sec);
  if (!sec.data && !rels.empty()) {
    scan.error(rels[0], "relocations in a section without contents");
    return;
  }
  const bool exec = !scan.shared;
  for (std::size_t i = 0; i < rels.size(); ++i) {
    const Rela &r = rels[i];
    const u32 type = r.r_type;
    if (type == R_AARCH64_NONE)
      continue;
    if (!scan.valid(r, width(type)))
      continue;
    Symbol &s = reloc_symbol(file, r.r_sym);
    scan.check_discarded(r, s);
    auto next = [&]() -> const Rela * { return i + 1 < rels.size() ? &rels[i + 1] : nullptr; };
    switch (type) {
    case R_AARCH64_ABS64:
      scan.word(r, s);
      break;
    case R_AARCH64_ABS32:
    case R_AARCH64_ABS16:
    case R_AARCH64_MOVW_UABS_G0:
    case R_AARCH64_MOVW_UABS_G0_NC:
    case R_AARCH64_MOVW_UABS_G1:
    case R_AARCH64_MOVW_UABS_G1_NC:
    case R_AARCH64_MOVW_UABS_G2:
    case R_AARCH64_MOVW_UABS_G2_NC:
    case R_AARCH64_MOVW_UABS_G3:
    case R_AARCH64_MOVW_SABS_G0:
    case R_AARCH64_MOVW_SABS_G1:
    case R_AARCH64_MOVW_SABS_G2:
      scan.narrow(r, s);
      break;
    case R_AARCH64_PREL64:
    case R_AARCH64_PREL32:
    case R_AARCH64_PREL16:
    case R_AARCH64_ADR_PREL_LO21:
    case R_AARCH64_ADR_PREL_PG_HI21:
    case R_AARCH64_ADR_PREL_PG_HI21_NC:
    case R_AARCH64_LD_PREL_LO19:
    case R_AARCH64_MOVW_PREL_G0:
    case R_AARCH64_MOVW_PREL_G0_NC:
    case R_AARCH64_MOVW_PREL_G1:
    case R_AARCH64_MOVW_PREL_G1_NC:
    case R_AARCH64_MOVW_PREL_G2:
    case R_AARCH64_MOVW_PREL_G2_NC:
    case R_AARCH64_MOVW_PREL_G3:
      scan.pc_relative(r, s);
      break;
    case R_AARCH64_ADD_ABS_LO12_NC: // the adrp before it has said what is needed
    case R_AARCH64_LDST8_ABS_LO12_NC:
    case R_AARCH64_LDST16_ABS_LO12_NC:
    case R_AARCH64_LDST32_ABS_LO12_NC:
    case R_AARCH64_LDST64_ABS_LO12_NC:
    case R_AARCH64_LDST128_ABS_LO12_NC:
      break;
    case R_AARCH64_CALL26:
    case R_AARCH64_JUMP26:
    case R_AARCH64_PLT32:
    case R_AARCH64_CONDBR19:
    case R_AARCH64_TSTBR14:
      scan.branch(s);
      break;
    case R_AARCH64_GOTREL64:
    case R_AARCH64_GOTREL32:
      scan.pc_relative(r, s);
      lay.needs_got.store(true, std::memory_order_relaxed);
      break;
    case R_AARCH64_ADR_GOT_PAGE:
      if (got_pair(link, sec, r, next(), s) >= 0 && scan.valid(*next(), 4))
        ++i;
      else
        s.need(kNeedsGot);
      break;
    case R_AARCH64_LD64_GOTOFF_LO15:
    case R_AARCH64_LD64_GOTPAGE_LO15:
      lay.needs_got.store(true, std::memory_order_relaxed);
      s.need(kNeedsGot);
      break;
    case R_AARCH64_LD64_GOT_LO12_NC:
    case R_AARCH64_GOT_LD_PREL19:
    case R_AARCH64_GOTPCREL32:
      s.need(kNeedsGot);
      break;
    case R_AARCH64_TLSGD_ADR_PREL21:
    case R_AARCH64_TLSGD_ADR_PAGE21:
    case R_AARCH64_TLSGD_ADD_LO12_NC:
      scan.check_tls(r, s);
      s.need(kNeedsTlsGd);
      break;
    case R_AARCH64_TLSLD_ADR_PREL21:
    case R_AARCH64_TLSLD_ADR_PAGE21:
    case R_AARCH64_TLSLD_ADD_LO12_NC:
      lay.needs_tlsld.store(true, std::memory_order_relaxed);
      break;
    case R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21:
    case R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC:
    case R_AARCH64_TLSIE_LD_GOTTPREL_PREL19:
      scan.check_tls(r, s);
      if (type == R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21 && ie_pair(link, sec, r, next(), s) >= 0) {
        ++i;
        break;
      }
      if (!exec)
        lay.static_tls.store(true, std::memory_order_relaxed);
      s.need(kNeedsTlsIe);
      break;
    case R_AARCH64_TLSDESC_ADR_PAGE21:
    case R_AARCH64_TLSDESC_LD64_LO12:
    case R_AARCH64_TLSDESC_ADD_LO12:
    case R_AARCH64_TLSDESC_CALL:
      scan.check_tls(r, s);
      if (!exec)
        s.need(kNeedsTlsDesc);
      else if (s.is_imported())
        s.need(kNeedsTlsIe);
      break;
    default:
      if ((type >= R_AARCH64_TLSLD_MOVW_DTPREL_G2 && type <= R_AARCH64_TLSLD_LDST64_DTPREL_LO12_NC) ||
          type == R_AARCH64_TLSLD_LDST128_DTPREL_LO12 || type == R_AARCH64_TLSLD_LDST128_DTPREL_LO12_NC) {
        scan.check_local_tls(r, s);
      } else if ((type >= R_AARCH64_TLSLE_MOVW_TPREL_G2 && type <= R_AARCH64_TLSLE_LDST64_TPREL_LO12_NC) ||
                 type == R_AARCH64_TLSLE_LDST128_TPREL_LO12 ||
                 type == R_AARCH64_TLSLE_LDST128_TPREL_LO12_NC) {
        scan.check_local_tls(r, s);
        if (!exec)
          scan.not_pic(r, s);
      } else {
        scan.unknown(r);
      }
    }
  }
  scan.finish();
}

// -- relocate

void AArch64::apply(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec,
                    std::span<const Rela> rels, u64 base, u8 *buf, u64 address, Rela *dyn) const {
  const bool pic = link.is_pic(), exec = !link.is_shared(), writable = sec.flags & kSecWrite;
  Symbol *const *syms = file.symbols.data();
  const std::size_t n = rels.size();

  for (std::size_t i = 0; i < n; ++i) {
    const Rela &r = rels[i];
    const u32 type = r.r_type;
    if (type == R_AARCH64_NONE)
      continue;
    Symbol &s = syms[r.r_sym] ? *syms[r.r_sym] : no_symbol;
    const u64 off = r.r_offset - base;
    u8 *loc = buf + off;
    const u64 A = static_cast<u64>(i64(r.r_addend));
    const u64 P = address + off;
    u64 S = s.value;
    if (s.flags & (kSymImported | kSymIfunc | kSymSection)) [[unlikely]] {
      if (!(s.flags & kSymSection))
        S = address_of(link, lay, s);
      else if (s.section && s.section->kind == SectionKind::Merge)
        S = merged_address(*s.section, s.value + A) - A;
    }

    auto check = [&](u64 v, int nbits) { // signed
      i64 x = i64(v), limit = i64(1) << (nbits - 1);
      if (x < -limit || x >= limit) [[unlikely]]
        range_error(link, *this, file, sec, r, s, x, nbits, true);
    };
    auto check_unsigned = [&](u64 v, int nbits) {
      if (v >> nbits) [[unlikely]]
        range_error(link, *this, file, sec, r, s, i64(v), nbits, false);
    };
    auto check_either = [&](u64 v, int nbits) { // signed or unsigned
      i64 x = i64(v);
      if (x < -(i64(1) << (nbits - 1)) || x >= i64(1) << nbits) [[unlikely]]
        range_error(link, *this, file, sec, r, s, x, nbits, true);
    };
    auto put_page = [&](u64 to, bool checked = true) {
      u64 v = page(to) - page(P);
      put_adr(loc, v >> 12);
      if (checked)
        check(v, 33);
    };
    auto put_load = [&](u64 v, int scale) { // of a scaled load or store
      if (v & ((u64(1) << scale) - 1)) [[unlikely]]
        link.diag.error(Link::place_text(file, sec, r.r_offset) + ": relocation " + reloc_name(type) +
                            ": address " + format("0x%llx", static_cast<unsigned long long>(v)) + " of " +
                            symbol_text(link, file, s) + format(" is not aligned to %d bytes", 1 << scale),
                        file.priority, u64(sec.index) << 32 | u32(r.r_offset));
      put_imm12(loc, bits(v, 11, 0) >> scale);
    };
    auto aux = [&]() -> const SymbolAux & { return link.aux[s.aux]; };
    auto got = [&] { return lay.got_slot(aux().got) + A; };
    auto gd = [&] { return lay.got_slot(aux().tls_gd) + A; };
    auto ie = [&] { return lay.got_slot(aux().tls_ie) + A; };
    auto desc = [&] { return lay.got_slot(aux().tls_desc) + A; };
    auto tprel = [&] { return no_tp_offset(s) ? A : S + A - lay.tp; };
    auto dtprel = [&] { return s.is_undefined() ? A : S + A - lay.tls_start; };
    auto next = [&] { return i + 1 < n ? &rels[i + 1] : nullptr; };
    // movz of the upper half of a 32-bit value, movk of the lower.
    auto movz = [&](u32 reg, u64 v) {
      check_unsigned(v, 32);
      return 0xd2a00000 | reg | bits(v, 31, 16) << 5;
    };
    auto movk = [&](u32 reg, u64 v) { return 0xf2800000 | reg | bits(v, 15, 0) << 5; };

    switch (type) {
    case R_AARCH64_ABS64:
      store<u64>(loc, relocate_word(link, kInfo, sec, r, s, S + A, P, pic, writable, dyn));
      break;
    case R_AARCH64_ABS32:
      store<u32>(loc, static_cast<u32>(S + A));
      check_either(S + A, 32);
      break;
    case R_AARCH64_ABS16:
      store<u16>(loc, static_cast<u16>(S + A));
      check_either(S + A, 16);
      break;
    case R_AARCH64_PREL64:
      store<u64>(loc, S + A - P);
      break;
    case R_AARCH64_PREL32:
      store<u32>(loc, static_cast<u32>(S + A - P));
      if (!s.is_undef_weak())
        check_either(S + A - P, 32);
      break;
    case R_AARCH64_PLT32:
      store<u32>(loc, static_cast<u32>(S + A - P));
      if (!s.is_undef_weak())
        check(S + A - P, 32);
      break;
    case R_AARCH64_PREL16:
      store<u16>(loc, static_cast<u16>(S + A - P));
      check_either(S + A - P, 16);
      break;
    case R_AARCH64_GOTREL64:
      store<u64>(loc, S + A - lay.got_base);
      break;
    case R_AARCH64_GOTREL32:
      store<u32>(loc, static_cast<u32>(S + A - lay.got_base));
      check(S + A - lay.got_base, 32);
      break;
    case R_AARCH64_GOTPCREL32:
      store<u32>(loc, static_cast<u32>(got() - P));
      check(got() - P, 32);
      break;
    case R_AARCH64_CALL26:
    case R_AARCH64_JUMP26: {
      u64 v = goes_nowhere(s) ? 4 : S + A - P;
      if (v + (u64(1) << 27) >= u64(1) << 28) [[unlikely]] {
        if (u64 thunk = thunk_for(sec, P, &s, i64(A)))
          v = thunk - P;
        check(v, 28);
      }
      insert(loc, 0x03ffffff, bits(v, 27, 2));
      break;
    }
    case R_AARCH64_CONDBR19: {
      u64 v = goes_nowhere(s) ? 4 : S + A - P;
      check(v, 21);
      put_imm19(loc, v);
      break;
    }
    case R_AARCH64_TSTBR14: {
      u64 v = goes_nowhere(s) ? 4 : S + A - P;
      check(v, 16);
      insert(loc, 0x0007ffe0, bits(v, 15, 2) << 5);
      break;
    }
    case R_AARCH64_LD_PREL_LO19:
      check(S + A - P, 21);
      put_imm19(loc, S + A - P);
      break;
    case R_AARCH64_ADR_PREL_LO21:
      if (!s.is_undef_weak())
        check(S + A - P, 21);
      put_adr(loc, S + A - P);
      break;
    case R_AARCH64_ADR_PREL_PG_HI21:
      put_page(S + A, !s.is_undef_weak());
      break;
    case R_AARCH64_ADR_PREL_PG_HI21_NC:
      put_page(S + A, false);
      break;
    case R_AARCH64_ADD_ABS_LO12_NC:
    case R_AARCH64_LDST8_ABS_LO12_NC:
      put_imm12(loc, bits(S + A, 11, 0));
      break;
    case R_AARCH64_LDST16_ABS_LO12_NC:
      put_load(S + A, 1);
      break;
    case R_AARCH64_LDST32_ABS_LO12_NC:
      put_load(S + A, 2);
      break;
    case R_AARCH64_LDST64_ABS_LO12_NC:
      put_load(S + A, 3);
      break;
    case R_AARCH64_LDST128_ABS_LO12_NC:
      put_load(S + A, 4);
      break;
    case R_AARCH64_MOVW_UABS_G0:
      check_unsigned(S + A, 16);
      [[fallthrough]];
    case R_AARCH64_MOVW_UABS_G0_NC:
      put_imm16(loc, bits(S + A, 15, 0));
      break;
    case R_AARCH64_MOVW_UABS_G1:
      check_unsigned(S + A, 32);
      [[fallthrough]];
    case R_AARCH64_MOVW_UABS_G1_NC:
      put_imm16(loc, bits(S + A, 31, 16));
      break;
    case R_AARCH64_MOVW_UABS_G2:
      check_unsigned(S + A, 48);
      [[fallthrough]];
    case R_AARCH64_MOVW_UABS_G2_NC:
      put_imm16(loc, bits(S + A, 47, 32));
      break;
    case R_AARCH64_MOVW_UABS_G3:
      put_imm16(loc, bits(S + A, 63, 48));
      break;
    case R_AARCH64_MOVW_SABS_G0:
      check(S + A, 17);
      put_movw_signed(loc, i64(S + A), 0);
      break;
    case R_AARCH64_MOVW_SABS_G1:
      check(S + A, 33);
      put_movw_signed(loc, i64(S + A), 16);
      break;
    case R_AARCH64_MOVW_SABS_G2:
      check(S + A, 49);
      put_movw_signed(loc, i64(S + A), 32);
      break;
    case R_AARCH64_MOVW_PREL_G0:
      check(S + A - P, 17);
      put_movw_signed(loc, i64(S + A - P), 0);
      break;
    case R_AARCH64_MOVW_PREL_G0_NC:
      put_imm16(loc, bits(S + A - P, 15, 0));
      break;
    case R_AARCH64_MOVW_PREL_G1:
      check(S + A - P, 33);
      put_movw_signed(loc, i64(S + A - P), 16);
      break;
    case R_AARCH64_MOVW_PREL_G1_NC:
      put_imm16(loc, bits(S + A - P, 31, 16));
      break;
    case R_AARCH64_MOVW_PREL_G2:
      check(S + A - P, 49);
      put_movw_signed(loc, i64(S + A - P), 32);
      break;
    case R_AARCH64_MOVW_PREL_G2_NC:
      put_imm16(loc, bits(S + A - P, 47, 32));
      break;
    case R_AARCH64_MOVW_PREL_G3:
      put_movw_signed(loc, i64(S + A - P), 48);
      break;

    // The GOT.
    case R_AARCH64_ADR_GOT_PAGE:
      if (int reg = got_pair(link, sec, r, next(), s); reg >= 0) {
        put_page(S);
        store<u32>(loc + 4, add_imm(static_cast<u32>(reg), static_cast<u32>(reg), bits(S, 11, 0)));
        ++i;
        break;
      }
      put_page(got());
      break;
    case R_AARCH64_LD64_GOT_LO12_NC:
      put_load(got(), 3);
      break;
    case R_AARCH64_LD64_GOTPAGE_LO15: {
      u64 v = got() - page(lay.got_base);
      check_unsigned(v, 15);
      put_imm12(loc, bits(v, 14, 3));
      break;
    }
    case R_AARCH64_LD64_GOTOFF_LO15: {
      u64 v = got() - lay.got_base;
      check_unsigned(v, 15);
      put_imm12(loc, bits(v, 14, 3));
      break;
    }
    case R_AARCH64_GOT_LD_PREL19:
      check(got() - P, 21);
      put_imm19(loc, got() - P);
      break;

    // TLS, general dynamic and local dynamic.
    case R_AARCH64_TLSGD_ADR_PREL21:
      check(gd() - P, 21);
      put_adr(loc, gd() - P);
      break;
    case R_AARCH64_TLSGD_ADR_PAGE21:
      put_page(gd());
      break;
    case R_AARCH64_TLSGD_ADD_LO12_NC:
      put_imm12(loc, bits(gd(), 11, 0));
      break;
    case R_AARCH64_TLSLD_ADR_PREL21:
      check(lay.tlsld + A - P, 21);
      put_adr(loc, lay.tlsld + A - P);
      break;
    case R_AARCH64_TLSLD_ADR_PAGE21:
      put_page(lay.tlsld + A);
      break;
    case R_AARCH64_TLSLD_ADD_LO12_NC:
      put_imm12(loc, bits(lay.tlsld + A, 11, 0));
      break;

    // TLS, initial exec.
    case R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21:
      if (int reg = ie_pair(link, sec, r, next(), s); reg >= 0) {
        store<u32>(loc, movz(static_cast<u32>(reg), tprel()));
        store<u32>(loc + 4, movk(static_cast<u32>(reg), tprel()));
        ++i;
        break;
      }
      put_page(ie());
      break;
    case R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC:
      put_load(ie(), 3);
      break;
    case R_AARCH64_TLSIE_LD_GOTTPREL_PREL19:
      check(ie() - P, 21);
      put_imm19(loc, ie() - P);
      break;

    // TLS descriptors:  adrp x0 / ldr x1, [x0] / add x0, x0 / blr x1  have the result in x0.
    case R_AARCH64_TLSDESC_ADR_PAGE21:
      if (!exec) {
        put_page(desc());
      } else if (s.is_imported()) {
        store<u32>(loc, 0x90000000);
        put_page(ie());
      } else {
        store<u32>(loc, movz(0, tprel()));
      }
      break;
    case R_AARCH64_TLSDESC_LD64_LO12:
      if (!exec)
        put_load(desc(), 3);
      else if (s.is_imported())
        store<u32>(loc, ldr_imm(0, 0, ie()));
      else
        store<u32>(loc, movk(0, tprel()));
      break;
    case R_AARCH64_TLSDESC_ADD_LO12:
      if (!exec)
        put_imm12(loc, bits(desc(), 11, 0));
      else
        store<u32>(loc, kNop);
      break;
    case R_AARCH64_TLSDESC_CALL:
      if (exec)
        store<u32>(loc, kNop);
      break;

      // TLS, offsets from the thread pointer or from the module's block.
#define TLS_OFFSET(M, REL, value)                                                                            \
  case R_AARCH64_##M##_MOVW_##REL##_G2:                                                                      \
    check(value, 49);                                                                                        \
    put_movw_signed(loc, i64(value), 32);                                                                    \
    break;                                                                                                   \
  case R_AARCH64_##M##_MOVW_##REL##_G1:                                                                      \
    check(value, 33);                                                                                        \
    put_movw_signed(loc, i64(value), 16);                                                                    \
    break;                                                                                                   \
  case R_AARCH64_##M##_MOVW_##REL##_G1_NC:                                                                   \
    put_imm16(loc, bits(value, 31, 16));                                                                     \
    break;                                                                                                   \
  case R_AARCH64_##M##_MOVW_##REL##_G0:                                                                      \
    check(value, 17);                                                                                        \
    put_movw_signed(loc, i64(value), 0);                                                                     \
    break;                                                                                                   \
  case R_AARCH64_##M##_MOVW_##REL##_G0_NC:                                                                   \
    put_imm16(loc, bits(value, 15, 0));                                                                      \
    break;                                                                                                   \
  case R_AARCH64_##M##_ADD_##REL##_HI12:                                                                     \
    check_unsigned(value, 24);                                                                               \
    put_imm12(loc, bits(value, 23, 12));                                                                     \
    break;                                                                                                   \
  case R_AARCH64_##M##_ADD_##REL##_LO12:                                                                     \
  case R_AARCH64_##M##_LDST8_##REL##_LO12:                                                                   \
    check_unsigned(value, 12);                                                                               \
    [[fallthrough]];                                                                                         \
  case R_AARCH64_##M##_ADD_##REL##_LO12_NC:                                                                  \
  case R_AARCH64_##M##_LDST8_##REL##_LO12_NC:                                                                \
    put_imm12(loc, bits(value, 11, 0));                                                                      \
    break;                                                                                                   \
  case R_AARCH64_##M##_LDST16_##REL##_LO12:                                                                  \
    check_unsigned(value, 12);                                                                               \
    [[fallthrough]];                                                                                         \
  case R_AARCH64_##M##_LDST16_##REL##_LO12_NC:                                                               \
    put_load(value, 1);                                                                                      \
    break;                                                                                                   \
  case R_AARCH64_##M##_LDST32_##REL##_LO12:                                                                  \
    check_unsigned(value, 12);                                                                               \
    [[fallthrough]];                                                                                         \
  case R_AARCH64_##M##_LDST32_##REL##_LO12_NC:                                                               \
    put_load(value, 2);                                                                                      \
    break;                                                                                                   \
  case R_AARCH64_##M##_LDST64_##REL##_LO12:                                                                  \
    check_unsigned(value, 12);                                                                               \
    [[fallthrough]];                                                                                         \
  case R_AARCH64_##M##_LDST64_##REL##_LO12_NC:                                                               \
    put_load(value, 3);                                                                                      \
    break;                                                                                                   \
  case R_AARCH64_##M##_LDST128_##REL##_LO12:                                                                 \
    check_unsigned(value, 12);                                                                               \
    [[fallthrough]];                                                                                         \
  case R_AARCH64_##M##_LDST128_##REL##_LO12_NC:                                                              \
    put_load(value, 4);                                                                                      \
    break;
      TLS_OFFSET(TLSLE, TPREL, tprel())
      TLS_OFFSET(TLSLD, DTPREL, dtprel())
#undef TLS_OFFSET
    default:
      break; // reported by the scan
    }
  }
}

void AArch64::relocate_nonalloc(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec,
                                u8 *buf) const {
  const Tombstone tomb(link, sec);
  for (const Rela &r : file.relocs(sec)) {
    const u32 type = r.r_type;
    if (type == R_AARCH64_NONE)
      continue;
    u32 bytes = width(type);
    if (r.r_offset > sec.size || bytes > sec.size - r.r_offset || r.r_sym >= file.symbols.size()) {
      SectionScan(link, const_cast<ElfLayout &>(lay), *this, file, const_cast<Section &>(sec))
          .valid(r, bytes);
      continue;
    }
    const Symbol &s = reloc_symbol(file, r.r_sym);
    u8 *loc = buf + r.r_offset;
    const u64 A = static_cast<u64>(i64(r.r_addend));
    const bool dead = tomb.applies(s);
    const u64 v = tomb.target(link, lay, s, dead, A);

    switch (type) {
    case R_AARCH64_ABS64:
      store<u64>(loc, v);
      break;
    case R_AARCH64_ABS32:
      store<u32>(loc, static_cast<u32>(v));
      if (v >> 32 && ~v) [[unlikely]]
        range_error(link, *this, file, sec, r, s, i64(v), 32, false);
      break;
    case R_AARCH64_ABS16:
      store<u16>(loc, static_cast<u16>(v));
      break;
    case R_AARCH64_PREL32:
      store<u32>(loc, static_cast<u32>(v - (sec.address() + r.r_offset)));
      break;
    case R_AARCH64_PREL64:
      store<u64>(loc, v - (sec.address() + r.r_offset));
      break;
    case R_AARCH64_TLS_DTPREL64:
      store<u64>(loc, dead ? tomb.value : v - lay.tls_start);
      break;
    default:
      SectionScan(link, const_cast<ElfLayout &>(lay), *this, file, const_cast<Section &>(sec)).unknown(r);
    }
  }
}

const AArch64 kArch;

} // namespace

const ElfArch &aarch64_arch() {
  return kArch;
}

} // namespace gold::elf
