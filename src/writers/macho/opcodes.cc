// dyld's opcodes (LC_DYLD_INFO_ONLY of <mach-o/loader.h>), for systems from before chained fixups.
//
// Three streams: places to slide, places to bind by name, and names that are coalesced between images.
// Functions are bound when the image is loaded, like data: there are no lazy pointers.
#include "writers/macho/reloc.h"

#include <algorithm>

namespace gold::macho {

void MachTarget::collect_fixups(Link &link, std::vector<Fixup> &out) {
  for (OutputSection *o : link.outputs)
    for (Section *s : o->members) {
      if (!s->dyn_relocs)
        continue;
      u64 address = s->address();
      if (s->kind == SectionKind::Synthetic) {
        auto *p = static_cast<PointerSection *>(s->synth);
        for (std::size_t i = 0; i < p->slots.size(); ++i)
          if (binds(*p->slots[i]) || !p->slots[i]->is_absolute())
            out.push_back({address + i * 8, binds(*p->slots[i]) ? p->slots[i] : nullptr, 0});
        continue;
      }
      auto &obj = static_cast<MachObject &>(*s->file);
      std::size_t first = out.size();
      for_each_reloc(obj, *s, mach_arch.info, [&](const RelocationInfo &r, const RelocationInfo *sub, i64) {
        if (r.type() != 0 || sub)
          return;
        Ref ref = ref_of(obj, *s, r);
        u64 at = place_in(obj, *s, r);
        switch (pointer_kind(*this, ref, *s)) {
        case PointerKind::Value:
          return;
        case PointerKind::Bind:
          return out.push_back({address + at, ref.symbol, load<i64>(s->data + at)});
        case PointerKind::Slide:
          return out.push_back({address + at, nullptr, 0});
        }
      });
      std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
    }
}

namespace {

class Encoder {
public:
  Encoder(Link &link, const MachTarget &t, std::vector<u8> &out) : link_(link), t_(t), out_(out) {}

  void rebase(const std::vector<Fixup> &fixups) {
    out_.push_back(u8(REBASE_OPCODE_SET_TYPE_IMM) | REBASE_TYPE_POINTER);
    for (std::size_t i = 0; i < fixups.size();) {
      std::size_t n = 1;
      while (i + n < fixups.size() && fixups[i + n].address == fixups[i].address + 8 * n)
        ++n;
      seek(fixups[i].address, REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB, REBASE_OPCODE_ADD_ADDR_ULEB);
      if (n < 16) {
        out_.push_back(static_cast<u8>(u8(REBASE_OPCODE_DO_REBASE_IMM_TIMES) | n));
      } else {
        out_.push_back(REBASE_OPCODE_DO_REBASE_ULEB_TIMES);
        append_uleb(out_, n);
      }
      at_ += 8 * n;
      i += n;
    }
    out_.push_back(REBASE_OPCODE_DONE);
  }

  // Sorted by symbol.
  void bind(const std::vector<Fixup> &fixups, bool weak) {
    const Symbol *symbol = nullptr;
    int ordinal = -100;
    i64 addend = 0;
    for (const Fixup &f : fixups) {
      if (f.symbol != symbol) {
        int o = t_.ordinal_of(*f.symbol);
        if (o == BIND_SPECIAL_DYLIB_WEAK_LOOKUP && !weak) // the stream of weak binds says the rest
          o = static_cast<const MachDylib &>(*f.symbol->file).ordinal;
        if (!weak && o != ordinal) {
          set_ordinal(o);
          ordinal = o;
        }
        bool first = !symbol;
        symbol = f.symbol;
        out_.push_back(
            static_cast<u8>(u8(BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM) |
                            (t_.is_weak_import(*symbol) ? u32(BIND_SYMBOL_FLAGS_WEAK_IMPORT) : 0u)));
        out_.insert(out_.end(), symbol->name_data, symbol->name_data + symbol->name_size);
        out_.push_back(0);
        if (first)
          out_.push_back(u8(BIND_OPCODE_SET_TYPE_IMM) | BIND_TYPE_POINTER);
      }
      if (f.addend != addend) {
        out_.push_back(BIND_OPCODE_SET_ADDEND_SLEB);
        append_sleb(out_, f.addend);
        addend = f.addend;
      }
      seek(f.address, BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB, BIND_OPCODE_ADD_ADDR_ULEB);
      out_.push_back(BIND_OPCODE_DO_BIND);
      at_ += 8;
    }
    out_.push_back(BIND_OPCODE_DONE);
  }

private:
  void set_ordinal(int o) {
    if (o <= 0) {
      out_.push_back(static_cast<u8>(u8(BIND_OPCODE_SET_DYLIB_SPECIAL_IMM) | (o & 0xf)));
    } else if (o < 16) {
      out_.push_back(static_cast<u8>(u8(BIND_OPCODE_SET_DYLIB_ORDINAL_IMM) | o));
    } else {
      out_.push_back(BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB);
      append_uleb(out_, static_cast<u64>(o));
    }
  }
  void seek(u64 address, u8 set, u8 add) {
    if (address == at_)
      return;
    if (begin_ <= address && address < end_ && address > at_ && at_ >= begin_) {
      out_.push_back(add);
      append_uleb(out_, address - at_);
    } else {
      for (std::size_t i = 0; i < link_.segments.size(); ++i) {
        const Segment &s = link_.segments[i];
        u64 begin = s.first ? s.first->addr : 0, end = s.last ? s.last->end() : 0;
        if (s.includes_headers || address < begin || address >= end)
          continue;
        begin_ = begin;
        end_ = end;
        out_.push_back(static_cast<u8>(set | i));
        append_uleb(out_, address - begin);
      }
    }
    at_ = address;
  }
  Link &link_;
  const MachTarget &t_;
  std::vector<u8> &out_;
  u64 at_ = 0, begin_ = 1, end_ = 0;
};

} // namespace

bool OpcodesSection::update(Link &link) {
  if (link.segments.empty() || !section.output)
    return false;
  std::vector<Fixup> all, mine;
  target_.collect_fixups(link, all);
  for (const Fixup &f : all) {
    bool weak = f.symbol && target_.ordinal_of(*f.symbol) == BIND_SPECIAL_DYLIB_WEAK_LOOKUP;
    bool here = f.symbol && f.symbol->section; // until another image's definition wins, it means the own one
    if (kind == Rebase ? !f.symbol || here : kind == WeakBind ? weak : f.symbol && !here)
      mine.push_back(f);
  }
  bytes_.clear();
  Encoder e(link, target_, bytes_);
  if (!mine.empty()) {
    if (kind == Rebase) {
      e.rebase(mine);
    } else {
      std::stable_sort(mine.begin(), mine.end(), [&](const Fixup &a, const Fixup &b) {
        // dyld walks the weak binds of all images by name.
        if (kind == WeakBind && a.symbol != b.symbol)
          return a.symbol->name() < b.symbol->name();
        return link.aux[a.symbol->aux].dynsym < link.aux[b.symbol->aux].dynsym;
      });
      e.bind(mine, kind == WeakBind);
    }
  }
  u64 size = std::max(section.size, align_up(bytes_.size(), 8));
  bool moved = size != section.size;
  section.size = size;
  return moved;
}

void OpcodesSection::write(Link &, u8 *buf) {
  std::memcpy(buf, bytes_.data(), bytes_.size());
}

} // namespace gold::macho
