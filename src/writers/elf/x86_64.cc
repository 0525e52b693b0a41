// x86-64: relocations and the PLT (System V psABI, AMD64 supplement 1.0, sections 4.4 and 5.2).
//
// Instructions are rewritten where what they load is known at link time; see x86_64_relax.h. In an
// executable every TLS access is rewritten to the cheapest model: local-exec if the variable is in
// the executable, else initial-exec. All that depends on that is decided by `le` and `ie` below.
//
// With IBT the PLT is that of `ld -z ibtplt` in spirit but in one section: an entry is
//   endbr64; mov $index, %r11d; jmp *slot(%rip)
// and all slots first point at the header, which hands %r11 to the dynamic linker.
#include "formats/elf/x86_64.h"

#include "writers/elf/reloc.h"
#include "writers/elf/x86_64_relax.h"

namespace gold::elf {

using namespace x86;

namespace {

constexpr u32 kCalls[] = {R_X86_64_PLT32};
constexpr u32 kTlsCalls[] = {R_X86_64_TLSGD,
                             R_X86_64_TLSLD,
                             R_X86_64_GOTPC32_TLSDESC,
                             R_X86_64_CODE_4_GOTPC32_TLSDESC,
                             R_X86_64_CODE_5_GOTPC32_TLSDESC,
                             R_X86_64_CODE_6_GOTPC32_TLSDESC};

constexpr ArchInfo kInfo = {
    .arch = Arch::X86_64,
    .name = "elf64-x86-64",
    .emulation = "elf_x86_64",
    .machine = EM_X86_64,
    .max_page_size = 0x1000,
    .common_page_size = 0x1000,
    .image_base = 0x400000,
    .dynamic_linker = "/lib64/ld-linux-x86-64.so.2",
    .got_plt_reserved = 3,
    .plt_align = 16,
    .r_none = R_X86_64_NONE,
    .r_relative = R_X86_64_RELATIVE,
    .r_glob_dat = R_X86_64_GLOB_DAT,
    .r_jump_slot = R_X86_64_JUMP_SLOT,
    .r_copy = R_X86_64_COPY,
    .r_irelative = R_X86_64_IRELATIVE,
    .r_abs = R_X86_64_64,
    .r_dtpmod = R_X86_64_DTPMOD64,
    .r_dtpoff = R_X86_64_DTPOFF64,
    .r_tpoff = R_X86_64_TPOFF64,
    .r_tlsdesc = R_X86_64_TLSDESC,
    .tls_calls = kTlsCalls,
    .calls = kCalls,
};

constexpr RelocTable<R_X86_64_CODE_6_GOTPC32_TLSDESC + 1> kRelocs = [] {
  RelocTable<R_X86_64_CODE_6_GOTPC32_TLSDESC + 1> t;
#define X(name, number, bytes) t.infos[number] = {"R_X86_64_" #name, bytes};
  GOLD_X86_64_RELOCS(X)
#undef X
  return t;
}();

u32 width(u32 type) {
  return kRelocs.width(type);
}

// Addresses in the image fit into 31 bits.
bool low_image(const Link &link) {
  return !link.is_pic() && link.opt.image_base.value_or(0) < (u64(1) << 30) && !link.plan.scripted &&
         link.opt.section_starts.empty();
}

class X86_64 final : public ElfArch {
public:
  constexpr X86_64() : ElfArch(kInfo) {}
  const char *reloc_name(u32 type) const override { return kRelocs.name(type); }
  u64 thread_pointer(u64, u64 tls_end, u64 tls_align) const override { return align_up(tls_end, tls_align); }

  u32 plt_header_size(const Link &link, u32 features) const override { return ibt(link, features) ? 32 : 16; }
  u32 plt_entry_size(const Link &, u32) const override { return 16; }
  u32 plt_got_entry_size(const Link &link, u32 features) const override {
    return ibt(link, features) ? 16 : 8;
  }
  void write_plt_header(const Link &, const ElfLayout &, u32 features, u8 *buf) const override;
  void write_plt_entry(const Link &, const PltEntry &, u32 features, u8 *buf) const override;
  void write_plt_got_entry(const Link &, const PltEntry &, u32 features, u8 *buf) const override;
  u64 lazy_slot(const Link &link, const PltEntry &e, u32 features) const override {
    return ibt(link, features) ? e.plt : e.address + 6;
  }
  void fill_code(u8 *buf, u64 n) const override { std::memset(buf, 0xcc, n); } // int3

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

private:
  static bool ibt(const Link &link, u32 features) {
    return features & GNU_PROPERTY_X86_FEATURE_1_IBT || link.opt.z_ibtplt;
  }
  void apply(Link &, const ElfLayout &, ElfObject &, const Section &, std::span<const Rela>, u64 base,
             u8 *buf, u64 address, Rela *dyn) const;
};

// -- PLT

void X86_64::write_plt_header(const Link &link, const ElfLayout &lay, u32 features, u8 *buf) const {
  static constexpr u8 plain[16] = {
      0xff, 0x35, 0,    0,    0, 0, // push GOTPLT+8(%rip)
      0xff, 0x25, 0,    0,    0, 0, // jmp *GOTPLT+16(%rip)
      0x0f, 0x1f, 0x40, 0x00,       // nop
  };
  static constexpr u8 with_ibt[32] = {
      0xf3, 0x0f, 0x1e, 0xfa,          // endbr64
      0x41, 0x53,                      // push %r11
      0xff, 0x35, 0,    0,    0,    0, // push GOTPLT+8(%rip)
      0xff, 0x25, 0,    0,    0,    0, // jmp *GOTPLT+16(%rip)
      0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc,
  };
  u32 at = 0;
  if (ibt(link, features)) {
    std::memcpy(buf, with_ibt, sizeof with_ibt);
    at = 6;
  } else {
    std::memcpy(buf, plain, sizeof plain);
  }
  store<u32>(buf + at + 2, static_cast<u32>(lay.got_plt + 8 - (lay.plt + at + 6)));
  store<u32>(buf + at + 8, static_cast<u32>(lay.got_plt + 16 - (lay.plt + at + 12)));
}

void X86_64::write_plt_entry(const Link &link, const PltEntry &e, u32 features, u8 *buf) const {
  static constexpr u8 plain[16] = {
      0xff, 0x25, 0, 0, 0, 0, // jmp *slot(%rip)
      0x68, 0,    0, 0, 0,    // push $index
      0xe9, 0,    0, 0, 0,    // jmp header
  };
  static constexpr u8 with_ibt[16] = {
      0xf3, 0x0f, 0x1e, 0xfa,       // endbr64
      0x41, 0xbb, 0,    0,    0, 0, // mov $index, %r11d
      0xff, 0x25, 0,    0,    0, 0, // jmp *slot(%rip)
  };
  if (ibt(link, features)) {
    std::memcpy(buf, with_ibt, sizeof with_ibt);
    store<u32>(buf + 6, e.index);
    store<u32>(buf + 12, static_cast<u32>(e.slot - (e.address + 16)));
  } else {
    std::memcpy(buf, plain, sizeof plain);
    store<u32>(buf + 2, static_cast<u32>(e.slot - (e.address + 6)));
    store<u32>(buf + 7, e.index);
    store<u32>(buf + 12, static_cast<u32>(e.plt - (e.address + 16)));
  }
}

void X86_64::write_plt_got_entry(const Link &link, const PltEntry &e, u32 features, u8 *buf) const {
  static constexpr u8 plain[8] = {
      0xff, 0x25, 0, 0, 0, 0, // jmp *slot(%rip)
      0x66, 0x90,             // nop
  };
  static constexpr u8 with_ibt[16] = {
      0xf3, 0x0f, 0x1e, 0xfa,             // endbr64
      0xff, 0x25, 0,    0,    0,    0,    // jmp *slot(%rip)
      0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00, // nop
  };
  if (ibt(link, features)) {
    std::memcpy(buf, with_ibt, sizeof with_ibt);
    store<u32>(buf + 6, static_cast<u32>(e.slot - (e.address + 10)));
  } else {
    std::memcpy(buf, plain, sizeof plain);
    store<u32>(buf + 2, static_cast<u32>(e.slot - (e.address + 6)));
  }
}

// -- scan

// An old assembler's `call foo` has R_X86_64_PC32: the opcode tells that it is a branch.
bool is_branch_pc32(const Section &sec, const Rela &r) {
  if (!(sec.flags & kSecExec) || r.r_offset < 1 || r.r_addend != -4 || !sec.data || r.r_offset > sec.size)
    return false;
  const u8 *p = sec.data + r.r_offset;
  return p[-1] == 0xe8 || p[-1] == 0xe9 || (r.r_offset >= 2 && p[-2] == 0x0f && (p[-1] & 0xf0) == 0x80);
}

void X86_64::scan(Link &link, ElfLayout &lay, ElfObject &file, Section &sec) const {
  SectionScan scan(link, lay, *this, file, sec);
  auto rels = file.relocs(sec);
  if (!sec.data && !rels.empty()) {
    scan.error(rels[0], "relocations in a section without contents");
    return;
  }
  const bool low = low_image(link), exec = !scan.shared;
  for (std::size_t i = 0; i < rels.size(); ++i) {
    const Rela &r = rels[i];
    const u32 type = r.r_type;
    if (type == R_X86_64_NONE)
      continue;
    if (!scan.valid(r, width(type)))
      continue;
    Symbol &s = reloc_symbol(file, r.r_sym);
    scan.check_discarded(r, s);
    // What follows, for sequences of two relocations; only if it is valid itself.
    auto next = [&]() -> const Rela * {
      if (i + 1 == rels.size() || !scan.valid(rels[i + 1], width(rels[i + 1].r_type)))
        return nullptr;
      return &rels[i + 1];
    };
    switch (type) {
    case R_X86_64_64:
      scan.word(r, s);
      break;
    case R_X86_64_32:
    case R_X86_64_32S:
    case R_X86_64_16:
    case R_X86_64_8:
      scan.narrow(r, s);
      break;
    case R_X86_64_PC32:
      if (s.flags & (kSymImported | kSymIfunc) && is_branch_pc32(sec, r))
        scan.branch(s);
      else
        scan.pc_relative(r, s);
      break;
    case R_X86_64_PC64:
    case R_X86_64_PC16:
    case R_X86_64_PC8:
      scan.pc_relative(r, s);
      break;
    case R_X86_64_PLT32:
      scan.branch(s);
      break;
    case R_X86_64_PLTOFF64:
      scan.branch(s);
      lay.needs_got.store(true, std::memory_order_relaxed);
      break;
    case R_X86_64_GOTOFF64:
      scan.pc_relative(r, s);
      lay.needs_got.store(true, std::memory_order_relaxed);
      break;
    case R_X86_64_GOTPC32:
    case R_X86_64_GOTPC64:
      lay.needs_got.store(true, std::memory_order_relaxed);
      break;
    case R_X86_64_GOT32:
    case R_X86_64_GOT64:
    case R_X86_64_GOTPLT64:
      lay.needs_got.store(true, std::memory_order_relaxed);
      s.need(kNeedsGot);
      break;
    case R_X86_64_GOTPCREL:
    case R_X86_64_GOTPCREL64:
    case R_X86_64_CODE_5_GOTPCRELX:
    case R_X86_64_CODE_6_GOTPCRELX:
      s.need(kNeedsGot);
      break;
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX:
    case R_X86_64_CODE_4_GOTPCRELX:
      if (lay.far || got_form(link, sec, r, s, low) == GotForm::None)
        s.need(kNeedsGot);
      break;
    case R_X86_64_TLSGD:
      scan.check_tls(r, s);
      if (exec && gd_form(sec, r, next()) != CallForm::None) {
        if (s.is_imported())
          s.need(kNeedsTlsIe);
        ++i;
      } else {
        s.need(kNeedsTlsGd);
      }
      break;
    case R_X86_64_TLSLD:
      if (!exec)
        lay.needs_tlsld.store(true, std::memory_order_relaxed);
      else if (ld_form(sec, r, next()) != CallForm::None)
        ++i;
      else
        scan.error(r, s, "is not followed by a call of __tls_get_addr as the psABI wants it");
      break;
    case R_X86_64_DTPOFF32:
    case R_X86_64_DTPOFF64:
      scan.check_local_tls(r, s);
      break;
    case R_X86_64_GOTTPOFF:
    case R_X86_64_CODE_4_GOTTPOFF:
    case R_X86_64_CODE_5_GOTTPOFF:
    case R_X86_64_CODE_6_GOTTPOFF:
      scan.check_tls(r, s);
      if (!exec)
        lay.static_tls.store(true, std::memory_order_relaxed);
      if (!exec || s.is_imported() || !ie_relaxable(sec, r))
        s.need(kNeedsTlsIe);
      break;
    case R_X86_64_TPOFF32:
    case R_X86_64_TPOFF64:
      scan.check_local_tls(r, s);
      if (!exec)
        scan.not_pic(r, s);
      break;
    case R_X86_64_GOTPC32_TLSDESC:
    case R_X86_64_CODE_4_GOTPC32_TLSDESC:
    case R_X86_64_CODE_5_GOTPC32_TLSDESC:
    case R_X86_64_CODE_6_GOTPC32_TLSDESC:
      scan.check_tls(r, s);
      if (!exec)
        s.need(kNeedsTlsDesc);
      else if (!desc_relaxable(sec, r))
        scan.error(r, s, "is not in a lea instruction as the psABI wants it");
      else if (s.is_imported())
        s.need(kNeedsTlsIe);
      break;
    case R_X86_64_TLSDESC_CALL:
    case R_X86_64_SIZE32:
    case R_X86_64_SIZE64:
      break;
    default:
      scan.unknown(r);
    }
  }
  scan.finish();
}

// -- relocate

// A GOT load of something that turned out to be out of reach stays one; the scan made it a slot.
GotForm reachable_form(GotForm form, const ElfLayout &lay, u64 S, u64 A, u64 P) {
  if (!lay.far || form == GotForm::None)
    return form;
  i64 v = i64(form == GotForm::Imm ? S : S + A - P);
  return v >= i64(-0x7fffff00) && v < i64(0x7fffff00) ? form : GotForm::None;
}

void X86_64::apply(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec,
                   std::span<const Rela> rels, u64 base, u8 *buf, u64 address, Rela *dyn) const {
  const bool pic = link.is_pic(), exec = !link.is_shared(), writable = sec.flags & kSecWrite,
             low = low_image(link);
  const bool code = sec.flags & kSecExec;
  Symbol *const *syms = file.symbols.data();
  const std::size_t n = rels.size();

  for (std::size_t i = 0; i < n; ++i) {
    const Rela &r = rels[i];
    const u32 type = r.r_type;
    if (type == R_X86_64_NONE)
      continue;
    const Symbol &s = syms[r.r_sym] ? *syms[r.r_sym] : no_symbol;
    const u64 off = r.r_offset - base;
    u8 *loc = buf + off;
    const u64 A = static_cast<u64>(i64(r.r_addend));
    const u64 P = address + off;
    u64 S = s.value;
    if (s.flags & (kSymImported | kSymIfunc | kSymSection)) [[unlikely]] {
      if (!(s.flags & kSymSection)) {
        S = address_of(link, lay, s);
      } else if (s.section && s.section->kind == SectionKind::Merge) {
        // The addend chooses the piece. In an instruction the addend of a PC-relative field is 4 less
        // than the offset of what it means (assemblers keep symbols there, but not all do).
        u64 bias = code && type == R_X86_64_PC32 ? 4 : 0;
        S = merged_address(*s.section, s.value + A + bias) - bias - A;
      }
    }

    auto put32s = [&](u64 v) {
      store<u32>(loc, static_cast<u32>(v));
      if (i64(v) != i32(v)) [[unlikely]]
        if (!s.is_undef_weak())
          range_error(link, *this, file, sec, r, s, i64(v), 32, true);
    };
    auto put_small = [&](u64 v, int bits, bool either) {
      i64 x = i64(v), lo = -(i64(1) << (bits - 1)), hi = i64(1) << (either ? bits : bits - 1);
      std::memcpy(loc, &v, static_cast<std::size_t>(bits / 8));
      if (x < lo || x >= hi)
        range_error(link, *this, file, sec, r, s, x, bits, true);
    };
    auto aux = [&]() -> const SymbolAux & { return link.aux[s.aux]; };
    auto got = [&] { return lay.got_slot(aux().got); };
    auto tpoff = [&] { return no_tp_offset(s) ? A : S + A - lay.tp; };
    auto dtpoff = [&] { return s.is_undefined() ? A : S + A - lay.tls_start; };
    auto next = [&] { return i + 1 < n ? &rels[i + 1] : nullptr; };

    switch (type) {
    case R_X86_64_64:
      store<u64>(loc, relocate_word(link, kInfo, sec, r, s, S + A, P, pic, writable, dyn));
      break;
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
      put32s(S + A - P);
      break;
    case R_X86_64_32:
      store<u32>(loc, static_cast<u32>(S + A));
      if ((S + A) >> 32) [[unlikely]]
        range_error(link, *this, file, sec, r, s, i64(S + A), 32, false);
      break;
    case R_X86_64_32S:
      put32s(S + A);
      break;
    case R_X86_64_16:
      put_small(S + A, 16, true);
      break;
    case R_X86_64_8:
      put_small(S + A, 8, true);
      break;
    case R_X86_64_PC16:
      put_small(S + A - P, 16, false);
      break;
    case R_X86_64_PC8:
      put_small(S + A - P, 8, false);
      break;
    case R_X86_64_PC64:
      store<u64>(loc, S + A - P);
      break;
    case R_X86_64_PLTOFF64:
    case R_X86_64_GOTOFF64:
      store<u64>(loc, S + A - lay.got_base);
      break;
    case R_X86_64_GOTPC32:
      put32s(lay.got_base + A - P);
      break;
    case R_X86_64_GOTPC64:
      store<u64>(loc, lay.got_base + A - P);
      break;
    case R_X86_64_GOT32:
      put32s(got() + A - lay.got_base);
      break;
    case R_X86_64_GOT64:
    case R_X86_64_GOTPLT64:
      store<u64>(loc, got() + A - lay.got_base);
      break;
    case R_X86_64_GOTPCREL:
    case R_X86_64_CODE_5_GOTPCRELX:
    case R_X86_64_CODE_6_GOTPCRELX:
      put32s(got() + A - P);
      break;
    case R_X86_64_GOTPCREL64:
      store<u64>(loc, got() + A - P);
      break;
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX:
    case R_X86_64_CODE_4_GOTPCRELX:
      switch (reachable_form(got_form(link, sec, r, s, low), lay, S, A, P)) {
      case GotForm::None:
        put32s(got() + A - P);
        break;
      case GotForm::Lea:
        loc[-2] = 0x8d;
        put32s(S + A - P);
        break;
      case GotForm::Call:
        loc[-2] = 0x67;
        loc[-1] = 0xe8;
        put32s(S + A - P);
        break;
      case GotForm::Jmp:
        loc[-2] = 0xe9;
        loc[3] = 0x90;
        --loc;
        put32s(S + A - P + 1);
        break;
      case GotForm::Imm:
        rewrite_imm(loc, type == R_X86_64_REX_GOTPCRELX);
        put32s(S);
        break;
      }
      break;
    case R_X86_64_TLSGD:
      if (CallForm form; exec && (form = gd_form(sec, r, next())) != CallForm::None) {
        if (s.is_imported()) {
          u32 at = rewrite_gd_ie(loc, form);
          loc += at;
          put32s(lay.got_slot(aux().tls_ie) - (P + at + 4));
        } else {
          loc += rewrite_gd_le(loc, form);
          put32s(tpoff() + 4);
        }
        ++i;
      } else {
        put32s(lay.got_slot(aux().tls_gd) + A - P);
      }
      break;
    case R_X86_64_TLSLD:
      if (exec) {
        rewrite_ld_le(loc, ld_form(sec, r, next()));
        ++i;
      } else {
        put32s(lay.tlsld + A - P);
      }
      break;
    case R_X86_64_DTPOFF32:
      put32s(exec ? tpoff() : dtpoff());
      break;
    case R_X86_64_DTPOFF64:
      store<u64>(loc, exec && code ? tpoff() : dtpoff());
      break;
    case R_X86_64_GOTTPOFF:
    case R_X86_64_CODE_4_GOTTPOFF:
    case R_X86_64_CODE_5_GOTTPOFF:
    case R_X86_64_CODE_6_GOTTPOFF:
      if (!exec || s.is_imported() || !ie_relaxable(sec, r)) {
        put32s(lay.got_slot(aux().tls_ie) + A - P);
      } else {
        rewrite_ie_le(loc);
        put32s(tpoff() + 4);
      }
      break;
    case R_X86_64_TPOFF32:
      put32s(tpoff());
      break;
    case R_X86_64_TPOFF64:
      store<u64>(loc, tpoff());
      break;
    case R_X86_64_GOTPC32_TLSDESC:
    case R_X86_64_CODE_4_GOTPC32_TLSDESC:
    case R_X86_64_CODE_5_GOTPC32_TLSDESC:
    case R_X86_64_CODE_6_GOTPC32_TLSDESC:
      if (!exec) {
        put32s(lay.got_slot(aux().tls_desc) + A - P);
      } else if (s.is_imported()) {
        rewrite_desc_ie(loc);
        put32s(lay.got_slot(aux().tls_ie) + A - P);
      } else {
        rewrite_desc_le(loc, type == R_X86_64_CODE_4_GOTPC32_TLSDESC);
        put32s(tpoff() + 4);
      }
      break;
    case R_X86_64_TLSDESC_CALL:
      if (exec) {
        loc[0] = 0x66; // xchg %ax, %ax
        loc[1] = 0x90;
      }
      break;
    case R_X86_64_SIZE32:
      put32s(symbol_size(s) + A);
      break;
    case R_X86_64_SIZE64:
      store<u64>(loc, symbol_size(s) + A);
      break;
    default:
      break; // reported by the scan
    }
  }
}

void X86_64::relocate_nonalloc(Link &link, const ElfLayout &lay, ElfObject &file, const Section &sec,
                               u8 *buf) const {
  const Tombstone tomb(link, sec);
  for (const Rela &r : file.relocs(sec)) {
    const u32 type = r.r_type;
    if (type == R_X86_64_NONE)
      continue;
    u32 bytes = width(type);
    if (r.r_offset > sec.size || bytes > sec.size - r.r_offset || r.r_sym >= file.symbols.size()) {
      SectionScan(link, const_cast<ElfLayout &>(lay), *this, file, const_cast<Section &>(sec))
          .valid(r, bytes);
      continue;
    }
    const Symbol &s = file.symbols[r.r_sym] ? *file.symbols[r.r_sym] : no_symbol;
    u8 *loc = buf + r.r_offset;
    const u64 A = static_cast<u64>(i64(r.r_addend));
    const u64 v = tomb.target(link, lay, s, tomb.applies(s), A);

    switch (type) {
    case R_X86_64_64:
      store<u64>(loc, v);
      break;
    case R_X86_64_32:
      store<u32>(loc, static_cast<u32>(v));
      if (v >> 32 && ~v) [[unlikely]]
        range_error(link, *this, file, sec, r, s, i64(v), 32, false);
      break;
    case R_X86_64_32S:
      store<u32>(loc, static_cast<u32>(v));
      break;
    case R_X86_64_16:
      store<u16>(loc, static_cast<u16>(v));
      break;
    case R_X86_64_8:
      *loc = static_cast<u8>(v);
      break;
    case R_X86_64_DTPOFF64:
      store<u64>(loc, tomb.applies(s) ? tomb.value : v - lay.tls_start);
      break;
    case R_X86_64_DTPOFF32:
      store<u32>(loc, static_cast<u32>(tomb.applies(s) ? tomb.value : v - lay.tls_start));
      break;
    case R_X86_64_PC32:
      store<u32>(loc, static_cast<u32>(v - (sec.address() + r.r_offset)));
      break;
    case R_X86_64_PC64:
      store<u64>(loc, v - (sec.address() + r.r_offset));
      break;
    case R_X86_64_GOTOFF64:
      store<u64>(loc, v - lay.got_base);
      break;
    case R_X86_64_SIZE32:
      store<u32>(loc, static_cast<u32>(symbol_size(s) + A));
      break;
    case R_X86_64_SIZE64:
      store<u64>(loc, symbol_size(s) + A);
      break;
    default:
      SectionScan(link, const_cast<ElfLayout &>(lay), *this, file, const_cast<Section &>(sec)).unknown(r);
    }
  }
}

const X86_64 kArch;

} // namespace

const ElfArch &x86_64_arch() {
  return kArch;
}

} // namespace gold::elf
