// Instructions of x86-64 that the linker rewrites (psABI, "Optimize GOTPCRELX Relocations"; TLS
// sequences after "ELF Handling for Thread-Local Storage", section 5, and the psABI's TLS
// descriptors).
//
// Each *_form function looks at the bytes of the input section only, so that scan and relocate see
// the same. Each rewriting function gets `loc`, the relocated field in the output buffer.
#pragma once

#include "formats/elf/x86_64.h"
#include "writers/elf/reloc.h"

namespace gold::elf::x86 {

inline bool rip_relative(u8 modrm) {
  return (modrm & 0xc7) == 0x05;
}

// -- GOT loads of symbols that are in the image

enum class GotForm : u8 {
  None,
  Lea,  // mov foo@GOTPCREL(%rip), %reg -> lea foo(%rip), %reg
  Call, // call *foo@GOTPCREL(%rip) -> addr32 call foo
  Jmp,  // jmp *foo@GOTPCREL(%rip) -> jmp foo; nop
  Imm,  // test, add, cmp ... -> the same with $foo; for images at low fixed addresses
};

inline GotForm got_form(const Link &link, const Section &sec, const Rela &r, const Symbol &s,
                        bool low_image) {
  constexpr u16 kept =
      kSymImported | kSymIfunc | kSymAbsolute | kSymScriptDefined | kSymLinkerDefined | kSymTls;
  if ((s.flags & kept) || !s.section || !link.opt.relax || r.r_addend != -4)
    return GotForm::None;
  if (s.section->native_flags & SHF_X86_64_LARGE)
    return GotForm::None;
  u32 lead = r.r_type == R_X86_64_GOTPCRELX ? 2 : r.r_type == R_X86_64_REX_GOTPCRELX ? 3 : 4;
  if (r.r_offset < lead)
    return GotForm::None;
  const u8 *p = sec.data + r.r_offset;
  u8 op = p[-2], modrm = p[-1];
  if (lead == 2 && op == 0xff)
    return modrm == 0x15 ? GotForm::Call : modrm == 0x25 ? GotForm::Jmp : GotForm::None;
  if (!rip_relative(modrm))
    return GotForm::None;
  if (op == 0x8b && (lead < 4 || p[-4] == 0xd5))
    return GotForm::Lea;
  if (low_image && lead < 4 && (op == 0x85 || (op & 0xc7) == 0x03))
    return GotForm::Imm;
  return GotForm::None;
}

// REX.R becomes REX.B: the register moves from ModRM.reg to ModRM.rm.
inline u8 rex_r_to_b(u8 rex) {
  return static_cast<u8>((rex & ~0x05) | ((rex >> 2) & 1));
}

// Makes the immediate form of a test or arithmetic instruction.
inline void rewrite_imm(u8 *loc, bool has_rex) {
  u8 op = loc[-2], reg = (loc[-1] >> 3) & 7;
  if (has_rex)
    loc[-3] = rex_r_to_b(loc[-3]);
  if (op == 0x85) {
    loc[-2] = 0xf7;
    loc[-1] = static_cast<u8>(0xc0 | reg);
  } else {
    loc[-2] = 0x81;
    loc[-1] = static_cast<u8>(0xc0 | (op & 0x38) | reg);
  }
}

// -- TLS

// How __tls_get_addr is called after `lea x@tls(%rip), %rdi`.
enum class CallForm : u8 { None, Direct, Indirect, Large };

inline bool calls(u32 type) {
  return type == R_X86_64_PLT32 || type == R_X86_64_PC32 || type == R_X86_64_GOTPCREL ||
         type == R_X86_64_GOTPCRELX || type == R_X86_64_REX_GOTPCRELX;
}
// `movabs $__tls_get_addr@PLTOFF, %rax; add %rbx, %rax; call *%rax` after the field at `off`.
inline bool large_call(const Section &sec, u64 off, const Rela &next) {
  const u8 *p = sec.data + off;
  return next.r_type == R_X86_64_PLTOFF64 && next.r_offset == off + 6 && off + 19 <= sec.size &&
         p[4] == 0x48 && p[5] == 0xb8 && (p[14] & 0xfb) == 0x48 && p[15] == 0x01 && p[17] == 0xff &&
         p[18] == 0xd0;
}

// data16 lea x@tlsgd(%rip), %rdi; data16 data16 rex.w call __tls_get_addr@PLT
// data16 lea x@tlsgd(%rip), %rdi; data16 rex.w call *__tls_get_addr@GOTPCREL(%rip)
inline CallForm gd_form(const Section &sec, const Rela &r, const Rela *next) {
  u64 off = r.r_offset;
  const u8 *p = sec.data + off;
  if (!next || off < 3 || p[-3] != 0x48 || p[-2] != 0x8d || p[-1] != 0x3d)
    return CallForm::None;
  if (large_call(sec, off, *next))
    return CallForm::Large;
  if (off < 4 || off + 12 > sec.size || p[-4] != 0x66 || next->r_offset != off + 8 || !calls(next->r_type))
    return CallForm::None;
  if (p[4] == 0x66 && p[5] == 0x66 && p[6] == 0x48 && p[7] == 0xe8)
    return CallForm::Direct;
  if (p[4] == 0x66 && p[5] == 0x48 && p[6] == 0xff && p[7] == 0x15)
    return CallForm::Indirect;
  return CallForm::None;
}

// lea x@tlsld(%rip), %rdi; call __tls_get_addr@PLT    (or the indirect or the large call)
inline CallForm ld_form(const Section &sec, const Rela &r, const Rela *next) {
  u64 off = r.r_offset;
  const u8 *p = sec.data + off;
  if (!next || off < 3 || p[-3] != 0x48 || p[-2] != 0x8d || p[-1] != 0x3d)
    return CallForm::None;
  if (large_call(sec, off, *next))
    return CallForm::Large;
  if (!calls(next->r_type))
    return CallForm::None;
  if (next->r_offset == off + 5 && off + 9 <= sec.size && p[4] == 0xe8)
    return CallForm::Direct;
  if (next->r_offset == off + 6 && off + 10 <= sec.size &&
      ((p[4] == 0xff && p[5] == 0x15) || (p[4] == 0x67 && p[5] == 0xe8)))
    return CallForm::Indirect;
  return CallForm::None;
}

// mov x@gottpoff(%rip), %reg and add x@gottpoff(%rip), %reg
inline bool ie_relaxable(const Section &sec, const Rela &r) {
  const u8 *p = sec.data + r.r_offset;
  return r.r_type == R_X86_64_GOTTPOFF && r.r_offset >= 3 && (p[-3] & 0xfb) == 0x48 &&
         (p[-2] == 0x8b || p[-2] == 0x03) && rip_relative(p[-1]) && r.r_addend == -4;
}

// lea x@tlsdesc(%rip), %reg
inline bool desc_relaxable(const Section &sec, const Rela &r) {
  const u8 *p = sec.data + r.r_offset;
  if (r.r_offset < 3 || p[-2] != 0x8d || !rip_relative(p[-1]))
    return false;
  if (r.r_type == R_X86_64_GOTPC32_TLSDESC)
    return (p[-3] & 0xfb) == 0x48;
  return r.r_type == R_X86_64_CODE_4_GOTPC32_TLSDESC && r.r_offset >= 4 && p[-4] == 0xd5;
}

// The rewriters return the distance from the TLSGD or TLSLD field to the field that is to be filled.
inline u32 rewrite_gd_le(u8 *loc, CallForm form) {
  static constexpr u8 small[] = {
      0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
      0x48, 0x8d, 0x80, 0,    0,    0, 0,       // lea x@tpoff(%rax), %rax
  };
  static constexpr u8 large[] = {
      0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
      0x48, 0x81, 0xc0, 0,    0,    0, 0,       // add $x@tpoff, %rax
      0x66, 0x0f, 0x1f, 0x44, 0,    0,          // nop
  };
  if (form == CallForm::Large) {
    std::memcpy(loc - 3, large, sizeof large);
    return 9;
  }
  std::memcpy(loc - 4, small, sizeof small);
  return 8;
}
inline u32 rewrite_gd_ie(u8 *loc, CallForm form) {
  static constexpr u8 code[] = {
      0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
      0x48, 0x03, 0x05, 0,    0,    0, 0,       // add x@gottpoff(%rip), %rax
      0x66, 0x0f, 0x1f, 0x44, 0,    0,          // nop, after the large form
  };
  if (form == CallForm::Large) {
    std::memcpy(loc - 3, code, sizeof code);
    return 9;
  }
  std::memcpy(loc - 4, code, 16);
  return 8;
}
inline void rewrite_ld_le(u8 *loc, CallForm form) {
  static constexpr u8 direct[] = {
      0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
  };
  static constexpr u8 indirect[] = {
      0x66, 0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
  };
  static constexpr u8 large[] = {
      0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, // mov %fs:0, %rax
      0x66, 0x2e, 0x0f, 0x1f, 0x84, 0,    0,    0,    0, 0,       // nop
  };
  if (form == CallForm::Direct)
    std::memcpy(loc - 3, direct, sizeof direct);
  else if (form == CallForm::Indirect)
    std::memcpy(loc - 3, indirect, sizeof indirect);
  else
    std::memcpy(loc - 3, large, sizeof large);
}
// mov $x@tpoff, %reg or add $x@tpoff, %reg
inline void rewrite_ie_le(u8 *loc) {
  u8 reg = (loc[-1] >> 3) & 7;
  loc[-3] = rex_r_to_b(loc[-3]);
  loc[-2] = loc[-2] == 0x8b ? 0xc7 : 0x81;
  loc[-1] = static_cast<u8>(0xc0 | reg);
}
// mov $x@tpoff, %reg
inline void rewrite_desc_le(u8 *loc, bool rex2) {
  u8 reg = (loc[-1] >> 3) & 7;
  if (rex2) // payload M0 R4 X4 B4 W R3 X3 B3
    loc[-3] = static_cast<u8>((loc[-3] & ~0x55) | ((loc[-3] >> 2) & 0x11));
  else
    loc[-3] = rex_r_to_b(loc[-3]);
  loc[-2] = 0xc7;
  loc[-1] = static_cast<u8>(0xc0 | reg);
}
// mov x@gottpoff(%rip), %reg
inline void rewrite_desc_ie(u8 *loc) {
  loc[-2] = 0x8b;
}

} // namespace gold::elf::x86
