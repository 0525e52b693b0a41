// From input sections to output sections, by the default layout: sections of one output name are
// members of one output section, in link order; output sections are ordered by the target's rank.
#include <algorithm>

#include "layout/layout.h"
#include "support/glob.h"
#include "support/threads.h"

namespace gold {

namespace {

struct NamedOutput { // interned by name
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 spare = 0;
  OutputSection *out = nullptr;
};

class Placer {
public:
  explicit Placer(Link &link) : link_(link) {}

  void place(Section &s) {
    std::string_view name = link_.target->output_name(link_, s);
    bool orphan = name.empty();
    if (orphan)
      name = s.name();
    table_.reserve(1);
    // With -r, members of groups and sections ordered by others stay what they are.
    bool own = link_.is_relocatable() && s.flags & (kSecInGroup | kSecLinkOrder);
    own |= is_unique(s, orphan);
    OutputSection *none = nullptr;
    OutputSection *&out = own ? none : table_.intern(name)->out;
    if (!out) {
      out = new OutputSection;
      out->name = name;
      out->native_type = s.native_type;
      out->flags = static_cast<u16>(s.flags | kSecZeroFill);
      out->entsize = s.entsize;
      link_.outputs.push_back(out);
    }
    OutputSection &o = *out;
    if (o.entsize != s.entsize)
      o.entsize = 0;
    o.native_flags |= s.native_flags;
    // Zero-fill only if every member is; its native type must say so too.
    bool zero = (o.flags & kSecZeroFill) && (s.flags & kSecZeroFill);
    if (!(s.flags & kSecZeroFill) && o.native_type == link_.target->zero_fill_type())
      o.native_type = s.native_type;
    o.flags = static_cast<u16>(((o.flags | s.flags) & ~kSecZeroFill) | (zero ? kSecZeroFill : 0));
    o.align = std::max(o.align, s.align());
    o.members.push_back(&s);
    s.output = &o;
  }

private:
  // --unique=GLOB; without a pattern it means sections that no rule gives an output section.
  bool is_unique(const Section &s, bool orphan) const {
    if (link_.opt.unique.empty() || s.kind == SectionKind::Synthetic)
      return false;
    for (const std::string &glob : link_.opt.unique)
      if (glob == "*" ? orphan : glob_match(glob, s.name()))
        return true;
    return false;
  }

  Link &link_;
  InternTable<NamedOutput> table_;
};

bool goes_elsewhere(const Section &s) {
  return s.kind == SectionKind::Merge || s.kind == SectionKind::Unwind || s.leader;
}

} // namespace

void place_sections(Link &link) {
  Placer placer(link);
  // Synthesized sections first: headers of tables (.plt before .text's, .got's reserved slots) come
  // before what objects add under the same name.
  for (Synthetic *s : link.synthetics) {
    s->update(link);
    if (s->section.size || s->keep_empty)
      placer.place(s->section);
  }
  for (InputFile *f : link.objects) {
    for (Section *s : f->sections)
      if (s && s->is_live() && !goes_elsewhere(*s))
        placer.place(*s);
    for (Section *s : f->extra_sections)
      if (s->is_live())
        placer.place(*s);
  }
  for (OutputSection *o : link.outputs) {
    if (std::any_of(o->members.begin(), o->members.end(), [](Section *s) { return s->order != 0; }))
      std::stable_sort(o->members.begin(), o->members.end(),
                       [](Section *a, Section *b) { return a->order < b->order; });
    link.target->order_members(link, *o);
    for (const SectionStart &st : link.opt.section_starts)
      if (st.section == o->name) {
        o->addr = st.address;
        o->address_fixed = true;
      }
    o->rank = link.target->rank(link, *o);
  }
  std::stable_sort(link.outputs.begin(), link.outputs.end(),
                   [](OutputSection *a, OutputSection *b) { return a->rank < b->rank; });
  for (std::size_t i = 0; i < link.outputs.size(); ++i)
    link.outputs[i]->index = static_cast<u32>(i + 1);
  link.target->make_segments(link);
}

} // namespace gold
