// arm64 (<mach-o/arm64/reloc.h>).
//
// Instructions hold no addends; an ADDEND record before a PAGE21, PAGEOFF12 or BRANCH26 one does. A load
// through the GOT or of a thread-local variable's descriptor becomes the computation of the address
// (`ldr` to `add`) when that is known at link time. Branches that do not reach go by the shared thunks.
#include "writers/macho/reloc.h"

namespace gold::macho {
namespace {

constexpr u64 page(u64 v) {
  return v & ~u64(0xfff);
}

void write_adrp(u8 *p, u64 pages) {
  u32 imm = static_cast<u32>(pages >> 12);
  store<u32>(p, (load<u32>(p) & 0x9f00001f) | (imm & 3) << 29 | (imm >> 2 & 0x7ffff) << 5);
}
bool adrp_reaches(i64 d) {
  return d >= -(i64(1) << 32) && d < (i64(1) << 32);
}

class Arm64 final : public MachArch {
public:
  Arm64()
      : MachArch({.arch = Arch::AArch64,
                  .name = "macho-arm64",
                  .cputype = CPU_TYPE_ARM64,
                  .cpusubtype = CPU_SUBTYPE_ARM64_ALL,
                  .page_size = 0x4000,
                  .branch = ARM64_RELOC_BRANCH26,
                  .subtractor = ARM64_RELOC_SUBTRACTOR,
                  .addend = ARM64_RELOC_ADDEND,
                  .dwarf_encoding = UNWIND_ARM64_MODE_DWARF,
                  .stub_size = 12,
                  .stub_align = 4}) {}

  u64 local_target(const MachObject &o, const Section &s, const RelocationInfo &r) const override {
    if (r.type() != ARM64_RELOC_UNSIGNED)
      throw InputError("relocation of an instruction names no symbol");
    return load_bytes(s.data + place_in(o, s, r), r.length());
  }

  void scan(Link &link, MachTarget &t, MachObject &o, Section &s) const override {
    for_each_reloc(o, s, info, [&](const RelocationInfo &r, const RelocationInfo *subtrahend, i64 addend) {
      if (r.type() == ARM64_RELOC_UNSIGNED)
        return scan_unsigned(link, t, o, s, r, subtrahend);
      Ref ref = t.ref_of(o, s, r);
      Symbol *y = ref.symbol;
      bool binds = t.binds(*y);
      if (r.length() != 2)
        return t.reloc_error(link, o, s, r, "has an unsupported length");
      if (addend && r.type() != ARM64_RELOC_BRANCH26 && r.type() != ARM64_RELOC_PAGE21 &&
          r.type() != ARM64_RELOC_PAGEOFF12)
        return t.reloc_error(link, o, s, r, "has an addend");
      switch (r.type()) {
      case ARM64_RELOC_BRANCH26:
        if (binds)
          y->need(kNeedsPlt);
        return;
      case ARM64_RELOC_PAGE21:
      case ARM64_RELOC_PAGEOFF12:
        if (binds && !y->section)
          t.reloc_error(link, o, s, r, "needs the address of a symbol in another library at link time");
        return;
      case ARM64_RELOC_GOT_LOAD_PAGE21:
      case ARM64_RELOC_GOT_LOAD_PAGEOFF12:
        if (binds)
          y->need(kNeedsGot);
        return;
      case ARM64_RELOC_POINTER_TO_GOT:
        if (!r.pcrel())
          return t.reloc_error(link, o, s, r, "is not relative");
        y->need(kNeedsGot);
        return;
      case ARM64_RELOC_TLVP_LOAD_PAGE21:
      case ARM64_RELOC_TLVP_LOAD_PAGEOFF12:
        if (!y->is_tls())
          return t.reloc_error(link, o, s, r, "treats as thread-local what is not");
        if (binds)
          y->need(kNeedsTlsIe);
        return;
      case ARM64_RELOC_AUTHENTICATED_POINTER:
        return t.reloc_error(link, o, s, r, "needs pointer authentication (arm64e), which is not supported");
      default:
        t.reloc_error(link, o, s, r, "has an unknown type");
      }
    });
  }

  void relocate(Link &link, MachTarget &t, MachObject &o, Section &s, u8 *buf) const override {
    u64 address = s.address();
    relocate_section(link, t, o, s, buf, [&](const RelocationInfo &r, i64 addend) {
      u64 at = place_in(o, s, r);
      u8 *p = buf + at;
      u64 from = address + at;
      const Ref ref = t.ref_of(o, s, r);
      Symbol &y = *ref.symbol;
      bool binds = t.binds(y);
      auto range = [&](i64 v) {
        t.reloc_error(link, o, s, r, gold::format("out of range: %lld", static_cast<long long>(v)));
      };
      auto adrp = [&](u64 to) {
        i64 d = static_cast<i64>(page(to) - page(from));
        if (!adrp_reaches(d))
          range(d);
        write_adrp(p, static_cast<u64>(d));
      };
      switch (r.type()) {
      case ARM64_RELOC_BRANCH26: {
        u64 to = (binds ? t.stub_address(link, y) : t.address_of(y)) + static_cast<u64>(addend);
        if (u64 thunk = thunk_for(s, from, &y, addend); thunk && !reaches(to - from))
          to = thunk;
        i64 d = static_cast<i64>(to - from);
        if (!reaches(to - from) || d & 3)
          range(d);
        store<u32>(p, (load<u32>(p) & 0xfc000000) | (static_cast<u32>(d >> 2) & 0x03ffffff));
        return;
      }
      case ARM64_RELOC_PAGE21:
        return adrp(t.address_of(y) + static_cast<u64>(addend));
      case ARM64_RELOC_PAGEOFF12:
        return page_offset(link, t, o, s, r, p, t.address_of(y) + static_cast<u64>(addend));
      case ARM64_RELOC_GOT_LOAD_PAGE21:
        return adrp(binds ? t.got_address(link, y) : t.address_of(y));
      case ARM64_RELOC_GOT_LOAD_PAGEOFF12:
        if (binds)
          return page_offset(link, t, o, s, r, p, t.got_address(link, y));
        return load_to_add(link, t, o, s, r, p, t.address_of(y));
      case ARM64_RELOC_TLVP_LOAD_PAGE21:
        return adrp(binds ? t.thread_ptr_address(link, y) : t.address_of(y));
      case ARM64_RELOC_TLVP_LOAD_PAGEOFF12:
        if (binds)
          return page_offset(link, t, o, s, r, p, t.thread_ptr_address(link, y));
        return load_to_add(link, t, o, s, r, p, t.address_of(y));
      case ARM64_RELOC_POINTER_TO_GOT: {
        // What the assembler left in the place means nothing: no addend stands in contents but UNSIGNED's.
        i64 d = static_cast<i64>(t.got_address(link, y) - from);
        if (d != static_cast<i32>(d))
          range(d);
        store<u32>(p, static_cast<u32>(d));
        return;
      }
      default:
        return;
      }
    });
  }

  void write_stub(u8 *buf, u64 stub, u64 slot) const override {
    store<u32>(buf, 0x90000010); // adrp x16, page
    write_adrp(buf, page(slot) - page(stub));
    store<u32>(buf + 4, 0xf9400210 | static_cast<u32>((slot & 0xfff) >> 3) << 10); // ldr x16, [x16, #offset]
    store<u32>(buf + 8, 0xd61f0200);                                               // br x16
  }

  BranchModel branch_model() const override {
    return {.reach = i64(1) << 27, .thunk_size = 12, .thunk_align = 4};
  }
  void branches(MachTarget &t, MachObject &o, const Section &s, std::vector<Branch> &out) const override {
    for_each_reloc(o, s, info, [&](const RelocationInfo &r, const RelocationInfo *, i64 addend) {
      if (r.type() == ARM64_RELOC_BRANCH26)
        out.push_back({t.ref_of(o, s, r).symbol, addend, static_cast<u32>(place_in(o, s, r))});
    });
  }
  void write_thunk(u8 *buf, u64 place, u64 destination) const override {
    store<u32>(buf, 0x90000010); // adrp x16, page
    write_adrp(buf, page(destination) - page(place));
    store<u32>(buf + 4, 0x91000210 | static_cast<u32>(destination & 0xfff) << 10); // add x16, x16, #offset
    store<u32>(buf + 8, 0xd61f0200);                                               // br x16
  }

  const char *reloc_name(u32 type) const override {
    static constexpr const char *names[] = {"UNSIGNED",
                                            "SUBTRACTOR",
                                            "BRANCH26",
                                            "PAGE21",
                                            "PAGEOFF12",
                                            "GOT_LOAD_PAGE21",
                                            "GOT_LOAD_PAGEOFF12",
                                            "POINTER_TO_GOT",
                                            "TLVP_LOAD_PAGE21",
                                            "TLVP_LOAD_PAGEOFF12",
                                            "ADDEND",
                                            "AUTHENTICATED_POINTER"};
    return type < std::size(names) ? names[type] : "of unknown type";
  }

private:
  static bool reaches(u64 distance) {
    i64 d = static_cast<i64>(distance);
    return d >= -(i64(1) << 27) && d < (i64(1) << 27);
  }

  // The low 12 bits of an address in an `add`, or scaled in a load or store.
  void page_offset(Link &link, MachTarget &t, const MachObject &o, const Section &s, const RelocationInfo &r,
                   u8 *p, u64 to) const {
    u32 insn = load<u32>(p), scale = 0;
    if ((insn & 0x3b000000) == 0x39000000) { // load or store, unsigned offset
      scale = insn >> 30;
      if (scale == 0 && (insn & 0x04800000) == 0x04800000) // 128 bits
        scale = 4;
    }
    u32 low = static_cast<u32>(to & 0xfff);
    if (low & ((1u << scale) - 1))
      t.reloc_error(link, o, s, r,
                    gold::format("is in an instruction for aligned data, but 0x%llx is not aligned",
                                 static_cast<unsigned long long>(to)));
    store<u32>(p, (insn & ~(0xfffu << 10)) | (low >> scale) << 10);
  }

  void load_to_add(Link &link, MachTarget &t, const MachObject &o, const Section &s, const RelocationInfo &r,
                   u8 *p, u64 to) const {
    u32 insn = load<u32>(p);
    if ((insn & 0xffc00000) != 0xf9400000) // ldr xN, [xM, #offset]
      return t.reloc_error(link, o, s, r, "is not in a 64-bit ldr instruction");
    store<u32>(p, 0x91000000 | (insn & 0x3ff) | static_cast<u32>(to & 0xfff) << 10);
  }
};

} // namespace

const MachArch &arm64_arch() {
  static const Arm64 arch;
  return arch;
}

} // namespace gold::macho
