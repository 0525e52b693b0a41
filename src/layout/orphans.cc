// Output sections that no rule of a script places ("Orphan Sections" of the GNU ld manual): each goes behind
// the last section that is alike, by its flags: code behind code, constants behind constants, what is
// not part of the memory image at the end. The rules are GNU ld's, since scripts rely on what they give: a
// symbol that is set right behind a section stays there, an assignment to the location counter moves
// on in front of the section that it was written for.
#include "layout/layout.h"
#include "layout/statements.h"

#include <algorithm>

namespace gold {

namespace {

enum Traits : u8 { kAlloc = 1, kLoad = 2, kReadOnly = 4, kCode = 8, kTls = 16 };

u8 traits(const OutputSection &o) {
  u8 t = 0;
  if (o.flags & kSecAlloc)
    t |= kAlloc | (o.flags & kSecZeroFill ? 0 : kLoad);
  if (!(o.flags & kSecWrite))
    t |= kReadOnly;
  if (o.flags & kSecExec)
    t |= kCode;
  if (o.flags & kSecTls)
    t |= kTls;
  return t;
}

class OrphanPlacer {
public:
  explicit OrphanPlacer(Link &link) : plan_(link.plan) {
    for (const Statement &s : plan_.statements)
      if (!s.output)
        plan_.steps.push_back({nullptr, s.assign, s.check});
      else if (s.output->out)
        plan_.steps.push_back({s.output->out, nullptr, nullptr});
  }

  void place(OutputSection &o) {
    Hold *hold = hold_of(o);
    std::ptrdiff_t after = -1; // index in steps; -1: before all
    if (hold && hold->last) {
      after = index_of(hold->last);
    } else {
      if (hold)
        after = find([&](const OutputSection &s) { return s.name == hold->name && s.rule; });
      if (after < 0)
        after = find_alike(o);
    }
    std::size_t at = position_after(after);
    plan_.steps.insert(plan_.steps.begin() + static_cast<std::ptrdiff_t>(at), {&o, nullptr, nullptr});
    if (hold)
      hold->last = &o;
  }

private:
  struct Hold {
    std::string_view name;
    OutputSection *last = nullptr;
  };
  Hold text_{".text"}, rodata_{".rodata"}, tdata_{".tdata"}, data_{".data"}, bss_{".bss"}, rel_{".rela.dyn"},
      interp_{".interp"};

  Hold *hold_of(const OutputSection &o) {
    u8 t = traits(o);
    if (!(t & kAlloc))
      return nullptr;
    if (t & kLoad && o.name.starts_with(".note"))
      return &interp_;
    if (!(t & (kLoad | kTls)))
      return &bss_;
    if (t & kTls)
      return &tdata_;
    if (!(t & kReadOnly))
      return &data_;
    if (o.name.starts_with(".rel"))
      return &rel_;
    return t & kCode ? &text_ : &rodata_;
  }

  std::ptrdiff_t index_of(const OutputSection *o) const {
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      if (plan_.steps[i].out == o)
        return static_cast<std::ptrdiff_t>(i);
    return -1;
  }
  // The last output section for which `pred` holds, or -1.
  template <class F> std::ptrdiff_t find(F &&pred) const {
    for (std::size_t i = plan_.steps.size(); i-- > 0;)
      if (const OutputSection *o = plan_.steps[i].out; o && pred(*o))
        return static_cast<std::ptrdiff_t>(i);
    return -1;
  }

  std::ptrdiff_t find_alike(const OutputSection &o) const {
    u8 t = traits(o);
    auto differ_in = [&](u8 mask) {
      return find([&](const OutputSection &s) { return !s.dropped && !((traits(s) ^ t) & mask); });
    };
    std::ptrdiff_t i = differ_in(kAlloc | kLoad | kReadOnly | kCode | kTls);
    if (i >= 0)
      return i;
    if (!(t & kAlloc))
      return find([](const OutputSection &) { return true; });
    if (t & kCode)
      i = differ_in(kAlloc | kLoad | kCode | kTls);
    else if (t & kReadOnly)
      i = differ_in(kAlloc | kLoad | kReadOnly);
    else if (t & kTls) {
      // .tdata goes behind .data, .tbss behind .tdata.
      i = find([](const OutputSection &s) { return !s.dropped && s.flags & kSecTls; });
      if (i < 0)
        i = find([](const OutputSection &s) {
          return !s.dropped && (traits(s) & (kAlloc | kLoad)) == (kAlloc | kLoad);
        });
    } else if (t & kLoad)
      i = differ_in(kAlloc | kLoad | kTls);
    else
      i = differ_in(kAlloc);
    return i;
  }

  // Behind the statements that follow a section: up to the next section, or to the assignment of the
  // location counter in front of that.
  std::size_t position_after(std::ptrdiff_t after) const {
    bool at_begin = after < 0;
    std::size_t none = plan_.steps.size(), assign = none;
    for (std::size_t i = static_cast<std::size_t>(after + 1); i < plan_.steps.size(); ++i) {
      const LayoutPlan::Step &s = plan_.steps[i];
      if (s.assign && s.assign->is_dot()) {
        if (assign == none && !at_begin)
          assign = i;
        at_begin = false;
      } else if (s.out) {
        if (assign != none && (s.out->members.empty() || s.out->flags & kSecAlloc))
          return assign;
        return i;
      }
    }
    return plan_.steps.size();
  }

  LayoutPlan &plan_;
};

} // namespace

void place_orphans(Link &link, const std::vector<OutputSection *> &orphans) {
  OrphanPlacer placer(link);
  std::vector<OutputSection *> tables; // symbol and string tables, which stand behind all else
  for (OutputSection *o : orphans) {
    bool table = !(o->flags & kSecAlloc) && std::all_of(o->members.begin(), o->members.end(), [](Section *s) {
      return s->kind == SectionKind::Synthetic && s->synth->table;
    });
    if (table)
      tables.push_back(o);
    else
      placer.place(*o);
  }
  for (OutputSection *o : tables)
    link.plan.steps.push_back({o, nullptr, nullptr});
}

} // namespace gold
