// From input sections to output sections, as the layout plan says.
//
// What a rule takes becomes a member of the rule's output section; what no rule takes keeps its name and
// is an output section of its own. In a built-in layout the members stand in link order and the output
// sections where the plan's slots (or the target's rank) put them; a script says both itself
// (scripted.cc), and what it leaves out goes beside what is alike (orphans.cc).
#include "layout/layout.h"
#include "layout/match.h"
#include "layout/statements.h"
#include "support/glob.h"
#include "support/threads.h"

#include <algorithm>

namespace gold {

namespace {

struct NamedOutput { // interned by name
  const char *name_data = nullptr;
  u32 name_size = 0;
  u32 spare = 0;
  OutputSection *out = nullptr;
  OutputRule *rule = nullptr; // a script's section of that name, if there is one
};

bool goes_elsewhere(const Section &s) {
  return s.kind == SectionKind::Merge || s.kind == SectionKind::Unwind || s.leader;
}

OutputSection *new_output(Link &link, std::string_view name, const Section &first) {
  auto *out = new OutputSection;
  out->name = name;
  out->native_type = first.native_type;
  out->flags = static_cast<u16>(first.flags | kSecZeroFill);
  out->entsize = first.entsize;
  link.outputs.push_back(out);
  return out;
}

class Placer {
public:
  explicit Placer(Link &link) : link_(link), plan_(link.plan), matcher_(*link.matcher) {
    names_.reserve(plan_.outputs.size());
    if (plan_.scripted)
      for (OutputRule *r : plan_.outputs)
        if (OutputRule *&known = names_.intern(r->name)->rule; !r->disabled && !known && !r->discards())
          known = r;
  }

  void place(Section &s) {
    if (s.kind == SectionKind::Synthetic && s.synth->table) {
      place_orphan(s);
      return;
    }
    u32 found = s.rule;
    if (!found && (!plan_.matched || s.kind == SectionKind::Synthetic))
      s.rule = found = matcher_.find(cursor_, s);
    if (!found) {
      place_orphan(s);
      return;
    }
    InputRule &rule = matcher_.rule(found);
    OutputRule &owner = *rule.owner;
    if (owner.discards())
      return;
    if (!owner.floating) {
      rule.found.emplace_back(&s, matcher_.pattern(found));
      return;
    }
    if (is_unique(s, false)) {
      join(link_, *new_output(link_, owner.name, s), s);
      return;
    }
    if (!owner.out)
      (owner.out = new_output(link_, owner.name, s))->rule = &owner;
    join(link_, *owner.out, s);
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

  void place_orphan(Section &s) {
    // Without rules of the format's own the target names what no rule of a script (INSERT) takes.
    bool by_target = plan_.inputs.empty() || plan_.slots.empty() || plan_.scripted;
    std::string_view name = by_target ? link_.target->output_name(link_, s) : "";
    bool orphan = name.empty();
    if (orphan)
      name = s.name();
    // With -r, members of groups and sections ordered by others stay what they are.
    bool own = link_.is_relocatable() && s.flags & (kSecInGroup | kSecLinkOrder);
    own |= is_unique(s, orphan);
    names_.reserve(1);
    NamedOutput *named = own ? nullptr : names_.intern(name);
    if (named && named->rule) { // the script has a section of that name after all
      named->rule->orphans.push_back(&s);
      return;
    }
    if (link_.opt.orphan_handling != "place" && is_orphan(link_, s) && !complain(s))
      return;
    OutputSection *none = nullptr;
    OutputSection *&out = own ? none : named->out;
    if (!out)
      out = new_output(link_, name, s);
    join(link_, *out, s);
  }

  // --orphan-handling; false if the section is dropped.
  bool complain(const Section &s) {
    const std::string &how = link_.opt.orphan_handling;
    // What the linker adds to its own layout has its place there.
    if (how == "place" || (s.kind == SectionKind::Synthetic && (s.synth->table || !plan_.scripted)))
      return true;
    if (how == "discard")
      return s.kind == SectionKind::Synthetic;
    std::string what = "orphan section `" + std::string(s.name()) + "' from `" + s.file->display_name() + "'";
    if (how == "error")
      link_.diag.error("unplaced " + what, s.file->priority, s.index);
    else
      link_.diag.warn(what + " being placed in section `" + std::string(s.name()) + "'", s.file->priority,
                      s.index);
    return true;
  }

  Link &link_;
  LayoutPlan &plan_;
  const PlanMatcher &matcher_;
  PlanMatcher::Cursor cursor_;
  InternTable<NamedOutput> names_;
};

template <class F> void for_each_placed(Link &link, F &&fn) {
  // Synthesized sections first: headers of tables (.plt before .text's, .got's reserved slots) come
  // before what objects add under the same name.
  for (Synthetic *s : link.synthetics) {
    s->update(link);
    if (s->section.size || s->keep_empty)
      fn(s->section);
  }
  for (InputFile *f : link.objects) {
    for (Section *s : f->sections)
      if (s && s->is_live() && !goes_elsewhere(*s))
        fn(*s);
    for (Section *s : f->extra_sections)
      if (s->is_live())
        fn(*s);
  }
}

u64 rank(Link &link, const OutputSection &o) {
  std::span<const PlanSlot> slots = link.plan.slots;
  if (slots.empty())
    return link.target->rank(link, o);
  u16 flags = static_cast<u16>((o.flags & ~kSecRelro) | (o.relro ? kSecRelro : 0));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const PlanSlot &s = slots[i];
    if ((flags & s.must) != s.must || flags & s.must_not)
      continue;
    if (s.native_type != ~u32(0) && s.native_type != o.native_type)
      continue;
    if ((o.native_flags & s.native_flags) != s.native_flags)
      continue;
    if (s.name.empty() || o.name == s.name ||
        (s.or_under && o.name.size() > s.name.size() && o.name.starts_with(s.name) &&
         o.name[s.name.size()] == '.'))
      return s.rank ? s.rank : i + 1;
  }
  return slots.size() + 1;
}

void order_members(Link &link, OutputSection &o) {
  if (std::any_of(o.members.begin(), o.members.end(), [](Section *s) { return s->order != 0; }))
    std::stable_sort(o.members.begin(), o.members.end(),
                     [](Section *a, Section *b) { return a->order < b->order; });
  link.target->order_members(link, o);
}

// Output sections of the built-in layout, by slot or rank. Those of INSERT stand beside another.
void order_outputs(Link &link, std::vector<OutputSection *> &floating) {
  LayoutPlan &plan = link.plan;
  for (OutputSection *o : floating)
    o->rank = rank(link, *o);
  std::stable_sort(floating.begin(), floating.end(),
                   [](OutputSection *a, OutputSection *b) { return a->rank < b->rank; });
  for (const Statement &s : plan.statements)
    if (!s.output)
      plan.steps.push_back({nullptr, s.assign, s.check});
  for (OutputSection *o : floating)
    plan.steps.push_back({o, nullptr, nullptr});
}

// Where a built-in output section would stand that has nothing in it: a stand-in among the steps, left out of
// the image. False if the plan does not know the name.
bool add_absent(Link &link, std::string_view name) {
  LayoutPlan &plan = link.plan;
  auto *o = new OutputSection;
  o->name = name;
  for (OutputRule *r : plan.outputs)
    if (r->floating && r->name == name)
      o->rule = r;
  const PlanSlot *slot = nullptr;
  for (const PlanSlot &s : plan.slots)
    if (s.name == name && !slot)
      slot = &s;
  std::optional<u16> known = link.target->known_output(name);
  if (!o->rule && !slot && !known) {
    delete o;
    return false;
  }
  o->flags = known  ? *known
             : slot ? static_cast<u16>(slot->must | (~slot->must_not & kSecAlloc))
                    : o->rule->usual_flags;
  o->dropped = true;
  link.target->describe_output(link, *o);
  o->rank = rank(link, *o);
  auto at = plan.steps.begin();
  for (auto i = at; i != plan.steps.end(); ++i)
    if (i->out && (i->out->rank <= o->rank || (i->out->rule && !i->out->rule->floating)))
      at = i + 1;
  plan.steps.insert(at, {o, nullptr, nullptr});
  return true;
}

// INSERT AFTER keeps the order of the script: each goes behind those that were put there before.
void insert_outputs(Link &link) {
  LayoutPlan &plan = link.plan;
  std::vector<OutputRule *> waiting;
  for (OutputRule *r : plan.outputs)
    if (!r->insert_at.empty() && r->out)
      waiting.push_back(r);
  // One may stand beside another that is inserted itself.
  for (bool any = true; any;) {
    any = false;
    for (OutputRule *&r : waiting) {
      if (!r)
        continue;
      auto at = std::find_if(plan.steps.begin(), plan.steps.end(),
                             [&](const LayoutPlan::Step &s) { return s.out && s.out->name == r->insert_at; });
      if (at == plan.steps.end()) {
        any |= add_absent(link, r->insert_at);
        continue;
      }
      if (r->insert_after)
        for (++at; at != plan.steps.end() && at->out && at->out->rule && at->out->rule->insert_after &&
                   at->out->rule->insert_at == r->insert_at;
             ++at) {
        }
      plan.steps.insert(at, {r->out, nullptr, nullptr});
      r = nullptr;
      any = true;
    }
  }
  for (OutputRule *r : waiting)
    if (r)
      link.diag.error(plan.place(r->at) + "section " + std::string(r->insert_at) +
                      " for INSERT does not exist");
}

// With --section-start and -T... the address is fixed, whoever laid the section out.
void fix_addresses(Link &link) {
  for (OutputSection *o : link.outputs)
    for (const SectionStart &st : link.opt.section_starts)
      if (st.section == o->name) {
        o->addr = st.address;
        o->address_fixed = true;
      }
}

} // namespace

void join(Link &link, OutputSection &o, Section &s) {
  if (o.entsize != s.entsize)
    o.entsize = 0;
  o.native_flags |= s.native_flags;
  // Zero-fill only if every member is; its native type must say so too.
  if (o.flags & kSecZeroFill && !(s.flags & kSecZeroFill)) {
    if (o.native_type == link.target->zero_fill_type())
      o.native_type = s.native_type;
    o.flags = static_cast<u16>(o.flags & ~kSecZeroFill);
  }
  o.flags |= static_cast<u16>(s.flags & ~kSecZeroFill);
  o.align = std::max(o.align, s.align());
  o.members.push_back(&s);
  s.output = &o;
}

void make_plan(Link &link) {
  link.target->default_plan(link);
  link.matcher = new PlanMatcher(link.plan);
}

void place_sections(Link &link) {
  LayoutPlan &plan = link.plan;
  Placer placer(link);
  for_each_placed(link, [&](Section &s) { placer.place(s); });
  std::vector<OutputSection *> floating = std::move(link.outputs);
  link.outputs.clear();
  if (plan.scripted) // nothing that is empty becomes part of the image
    for (OutputSection *o : floating)
      o->dropped = std::all_of(o->members.begin(), o->members.end(), [](const Section *s) {
        return !s->size && !(s->kind == SectionKind::Synthetic && s->synth->keep_empty);
      });
  for (OutputSection *o : floating) {
    order_members(link, *o);
    link.target->describe_output(link, *o);
  }
  build_scripted_outputs(link);
  if (plan.scripted)
    place_orphans(link, floating);
  else
    order_outputs(link, floating);
  insert_outputs(link);
  link.outputs.clear();
  for (const LayoutPlan::Step &s : plan.steps)
    if (s.out && !s.out->dropped)
      link.outputs.push_back(s.out);
  link.number_outputs();
  fix_addresses(link);
  if (!plan.scripted)
    link.target->make_segments(link);
  check_cross_references(link);
}

} // namespace gold
