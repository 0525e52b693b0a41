// x86-64 (<mach-o/x86_64/reloc.h>).
//
// Addends stand in the places themselves. A load through the GOT or of a thread-local variable's descriptor
// becomes the computation of the address (`movq` to `leaq`) when that is known at link time.
#include "writers/macho/reloc.h"

namespace gold::macho {
namespace {

constexpr u32 kPage = 0x1000;

// Bytes between the end of the place and the end of the instruction.
u32 tail(u32 type) {
  return type == X86_64_RELOC_SIGNED_1   ? 1
         : type == X86_64_RELOC_SIGNED_2 ? 2
         : type == X86_64_RELOC_SIGNED_4 ? 4
                                         : 0;
}

class X86_64 final : public MachArch {
public:
  X86_64()
      : MachArch({.arch = Arch::X86_64,
                  .name = "macho-x86_64",
                  .cputype = CPU_TYPE_X86_64,
                  .cpusubtype = CPU_SUBTYPE_X86_64_ALL,
                  .page_size = kPage,
                  .branch = X86_64_RELOC_BRANCH,
                  .subtractor = X86_64_RELOC_SUBTRACTOR,
                  .addend = ~0u,
                  .dwarf_encoding = UNWIND_X86_64_MODE_DWARF,
                  .stub_size = 6,
                  .stub_align = 2}) {}

  u64 local_target(const MachObject &o, const Section &s, const RelocationInfo &r) const override {
    u64 at = place_in(o, s, r);
    u64 v = load_bytes(s.data + at, r.length());
    if (!r.pcrel())
      return v;
    u64 end = o.native_of(s).header->addr + static_cast<u64>(i64(r.r_address)) + 4 + tail(r.type());
    return end + static_cast<u64>(i64(static_cast<i32>(v)));
  }

  // `movq slot(%rip), reg`, whose displacement is at p.
  static bool is_load(const u8 *begin, const u8 *p) { return p - begin >= 2 && p[-2] == 0x8b; }

  void scan(Link &link, MachTarget &t, MachObject &o, Section &s) const override {
    for_each_reloc(o, s, info, [&](const RelocationInfo &r, const RelocationInfo *subtrahend, i64) {
      if (r.type() == X86_64_RELOC_UNSIGNED)
        return scan_unsigned(link, t, o, s, r, subtrahend);
      Ref ref = t.ref_of(o, s, r);
      if (r.length() != 2 || !r.pcrel())
        return t.reloc_error(link, o, s, r, "has an unsupported length");
      bool binds = ref.symbol && t.binds(*ref.symbol);
      switch (r.type()) {
      case X86_64_RELOC_BRANCH:
        if (binds)
          ref.symbol->need(kNeedsPlt);
        return;
      case X86_64_RELOC_SIGNED:
      case X86_64_RELOC_SIGNED_1:
      case X86_64_RELOC_SIGNED_2:
      case X86_64_RELOC_SIGNED_4:
        if (binds && !ref.symbol->section)
          t.reloc_error(link, o, s, r,
                        "needs the address of a symbol in another library at link time; recompile "
                        "without -mdynamic-no-pic, or declare it as external");
        return;
      case X86_64_RELOC_GOT_LOAD:
      case X86_64_RELOC_GOT:
        if (!ref.symbol)
          return t.reloc_error(link, o, s, r, "names no symbol");
        if (binds || r.type() == X86_64_RELOC_GOT || !is_load(s.data, s.data + place_in(o, s, r)))
          ref.symbol->need(kNeedsGot);
        return;
      case X86_64_RELOC_TLV:
        if (!ref.symbol)
          return t.reloc_error(link, o, s, r, "names no symbol");
        if (!ref.symbol->is_tls())
          return t.reloc_error(link, o, s, r, "treats as thread-local what is not");
        if (binds)
          ref.symbol->need(kNeedsTlsIe);
        else if (!is_load(s.data, s.data + place_in(o, s, r)))
          t.reloc_error(link, o, s, r, "is not in a movq instruction");
        return;
      default:
        t.reloc_error(link, o, s, r, "has an unknown type");
      }
    });
  }

  void relocate(Link &link, MachTarget &t, MachObject &o, Section &s, u8 *buf) const override {
    u64 address = s.address();
    relocate_section(link, t, o, s, buf, [&](const RelocationInfo &r, i64) {
      u64 at = place_in(o, s, r);
      u8 *p = buf + at;
      u64 end = address + at + 4;
      i64 addend = r.is_extern() ? i64(load<i32>(p)) : 0;
      u64 to;
      if (!r.is_extern()) {
        to = t.address_of(t.ref_of(o, s, r));
        end += tail(r.type());
      } else {
        const Symbol &y = *o.symbols[r.symbolnum()];
        bool binds = t.binds(y);
        switch (r.type()) {
        case X86_64_RELOC_BRANCH:
          to = binds ? t.stub_address(link, y) : t.address_of(y);
          break;
        case X86_64_RELOC_GOT_LOAD:
          if (!binds && is_load(buf, p)) {
            p[-2] = 0x8d; // leaq
            to = t.address_of(y);
            break;
          }
          [[fallthrough]];
        case X86_64_RELOC_GOT:
          to = t.got_address(link, y);
          break;
        case X86_64_RELOC_TLV:
          if (binds) {
            to = t.thread_ptr_address(link, y);
          } else {
            p[-2] = 0x8d;
            to = t.address_of(y);
          }
          break;
        default:
          to = t.address_of(y);
        }
      }
      i64 v = static_cast<i64>(to + static_cast<u64>(addend) - end);
      if (v != static_cast<i32>(v))
        t.reloc_error(link, o, s, r,
                      gold::format("out of range: %lld is not in [-2^31, 2^31)", static_cast<long long>(v)));
      store<u32>(p, static_cast<u32>(v));
    });
  }

  void write_stub(u8 *buf, u64 stub, u64 slot) const override {
    buf[0] = 0xff; // jmpq *slot(%rip)
    buf[1] = 0x25;
    store<u32>(buf + 2, static_cast<u32>(slot - stub - 6));
  }

  const char *reloc_name(u32 type) const override {
    static constexpr const char *names[] = {"UNSIGNED",   "SIGNED",   "BRANCH",   "GOT_LOAD", "GOT",
                                            "SUBTRACTOR", "SIGNED_1", "SIGNED_2", "SIGNED_4", "TLV"};
    return type < std::size(names) ? names[type] : "of unknown type";
  }
};

} // namespace

const MachArch &x86_64_arch() {
  static const X86_64 arch;
  return arch;
}

} // namespace gold::macho
