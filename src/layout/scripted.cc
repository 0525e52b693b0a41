// Output sections of a script: what their rules have found, in the order that the rules give, with the
// space, data and symbols that stand between ("SECTIONS Command" of the GNU ld manual).
//
// Before that, all input sections are given to their rules at once, since liveness must know what is
// KEPT and what is discarded.
#include "layout/layout.h"
#include "layout/match.h"
#include "layout/statements.h"
#include "support/threads.h"

#include <algorithm>
#include <atomic>
#include <unordered_set>

namespace gold {

namespace {

void match_all(Link &link) {
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        PlanMatcher::Cursor cursor;
        for_each_section(f, [&](Section &s) { s.rule = link.matcher->find(cursor, s); });
      },
      4);
}

// ONLY_IF_RO and ONLY_IF_RW ask for all that an output section would get. A section description whose
// condition does not hold takes nothing, and others may.
bool disable_rules(Link &link) {
  std::vector<OutputRule *> writable;
  for (InputFile *f : link.objects)
    for_each_section(f, [&](Section &s) {
      if (s.rule && s.flags & kSecWrite && link.matcher->rule(s.rule).owner->only_if != OnlyIf::Always)
        writable.push_back(link.matcher->rule(s.rule).owner);
    });
  for (OutputRule *r : link.plan.outputs) {
    if (r->disabled || r->only_if == OnlyIf::Always)
      continue;
    bool has = std::find(writable.begin(), writable.end(), r) != writable.end();
    if (has == (r->only_if == OnlyIf::ReadOnly)) {
      r->disabled = true;
      return true; // what follows may get other sections now
    }
  }
  return false;
}

// The priority that a name like .init_array.00101 or .ctors.65434 ends with; -1: none.
i64 init_priority(std::string_view name) {
  auto dot = name.rfind('.');
  if (dot == name.npos || dot + 1 == name.size() || name.size() - dot > 10)
    return -1;
  i64 n = 0;
  for (char c : name.substr(dot + 1)) {
    if (c < '0' || c > '9')
      return -1;
    n = n * 10 + (c - '0');
  }
  bool old = dot == 6 && (name.starts_with(".ctors") || name.starts_with(".dtors"));
  return old ? 65535 - n : n;
}

int compare(SortKey key, const Section &a, const Section &b) {
  switch (key) {
  case SortKey::Alignment: // larger first
    return a.p2align == b.p2align ? 0 : a.p2align > b.p2align ? -1 : 1;
  case SortKey::InitPriority: {
    i64 x = init_priority(a.name()), y = init_priority(b.name());
    if (x >= 0 && y >= 0 && x != y)
      return x < y ? -1 : 1;
    return a.name().compare(b.name());
  }
  case SortKey::Name:
    return a.name().compare(b.name());
  default:
    return 0;
  }
}

struct Order {
  SortKey key = SortKey::Default, then = SortKey::Default;
  bool reverse = false;
  bool operator==(const Order &) const = default;
  bool any() const { return key != SortKey::Default && key != SortKey::None; }
  bool less(const Section &a, const Section &b) const {
    int c = compare(key, a, b);
    if (!c)
      c = compare(then, a, b);
    return reverse ? c > 0 : c < 0;
  }
};

Order order_of(const Link &link, const SectionPattern &p) {
  Order o{p.sort, p.then, p.reverse};
  // --sort-section fills in what a script leaves open.
  const std::string &option = link.opt.sort_section;
  SortKey wanted = option == "name"        ? SortKey::Name
                   : option == "alignment" ? SortKey::Alignment
                                           : SortKey::Default;
  if (wanted != SortKey::Default && o.key != SortKey::None) {
    if (o.key == SortKey::Default)
      o.key = wanted;
    else if (o.then == SortKey::Default && o.key != wanted && o.key != SortKey::InitPriority)
      o.then = wanted;
  }
  return o;
}

// Sections of a rule in the order of its patterns' sorting; they stand in link order. Where patterns of one
// rule are sorted differently, each sorted section goes before the first that is larger by its own order.
void sort_found(const Link &link, InputRule &r) {
  if (r.file_sort == SortKey::Name) {
    auto name = [](const Section *s) { return s->file->archive.empty() ? s->file->path : s->file->member; };
    std::stable_sort(r.found.begin(), r.found.end(), [&](auto &a, auto &b) {
      return r.reverse ? name(b.first) < name(a.first) : name(a.first) < name(b.first);
    });
  }
  if (r.found.size() < 2)
    return;
  std::vector<Order> orders;
  for (const SectionPattern &p : r.sections)
    orders.push_back(order_of(link, p));
  if (std::none_of(orders.begin(), orders.end(), [](const Order &o) { return o.any(); }))
    return;
  if (std::all_of(orders.begin(), orders.end(), [&](const Order &o) { return o == orders[0]; })) {
    std::stable_sort(r.found.begin(), r.found.end(),
                     [&](auto &a, auto &b) { return orders[0].less(*a.first, *b.first); });
    return;
  }
  std::vector<std::pair<Section *, u32>> sorted;
  for (auto &f : r.found) {
    auto at = sorted.end();
    if (const Order &o = orders[f.second]; o.any())
      at = std::find_if(sorted.begin(), sorted.end(), [&](auto &g) { return o.less(*f.first, *g.first); });
    sorted.insert(at, f);
  }
  r.found = std::move(sorted);
}

bool is_number(const Expr &e, u64 n) {
  return e.op == ExprOp::Number && e.number == n;
}
// `. = 0`, `. = . + 0` and `. = ALIGN(. != 0 ? x : 1)` don't bring an empty section into the image; any
// other assignment does.
bool keeps_empty_section(const Expr &e) {
  if (is_number(e, 0))
    return false;
  if (e.op == ExprOp::Add && e.a->op == ExprOp::Dot && is_number(*e.b, 0))
    return false;
  if (e.op == ExprOp::Align && !e.b && e.a->op == ExprOp::Conditional) {
    const Expr &c = *e.a;
    if (c.a->op == ExprOp::NotEqual && c.a->a->op == ExprOp::Dot && is_number(*c.a->b, 0) &&
        is_number(*c.c, 1))
      return false;
  }
  return true;
}

// Names of output sections whose addresses an expression speaks of.
void add_named(const Expr *e, std::unordered_set<std::string_view> &names) {
  if (!e)
    return;
  if (e->op == ExprOp::Addr || e->op == ExprOp::LoadAddr)
    names.insert(e->name);
  for (const Expr *x : {e->a, e->b, e->c})
    add_named(x, names);
}

class Builder {
public:
  // `named`: an expression in front of the section speaks of its address.
  Builder(Link &link, OutputRule &rule, bool named) : link_(link), rule_(rule), out_(*new OutputSection) {
    begun_ = named ? Begun::Otherwise : Begun::Not;
    out_.name = rule.name;
    out_.rule = &rule;
    out_.flags = kSecZeroFill;
    rule.out = &out_;
  }

  void build() {
    if (rule_.fill)
      fill(*rule_.fill);
    for (const Statement &s : rule_.body)
      add(s);
    // Those that the format joins under this name (COFF's NAME$ORDER) stand in the order of their own names.
    std::stable_sort(rule_.orphans.begin(), rule_.orphans.end(),
                     [](const Section *a, const Section *b) { return a->name() < b->name(); });
    for (Section *s : rule_.orphans)
      add(*s);
    for (OutputSection::BodyStep &b : waiting_)
      out_.body.push_back(b);
    finish();
  }

private:
  void add(const Statement &s) {
    if (s.input) {
      sort_found(link_, *s.input);
      for (auto &[section, pattern] : s.input->found)
        add(*section);
      return;
    }
    waiting_.push_back({&s, nullptr});
    if (begun_ == Begun::Not && (s.assign || s.data))
      begun_ = s.data ? Begun::ByData : Begun::Otherwise;
    if (s.assign && s.assign->is_dot()) {
      keep_ |= keeps_empty_section(*s.assign->value);
      add_member(link_.synthesize<Padding>()->section);
    } else if (s.data) {
      keep_ = has_data_ = true;
      add_member(link_.synthesize<DataBytes>(*s.data, link_.target->data_type())->section);
    }
  }
  void add(Section &s) {
    if (out_.members.empty() || !any_input_) {
      out_.native_type = s.native_type;
      out_.entsize = s.entsize;
    }
    any_input_ = true;
    keep_ |= s.size != 0 || (s.kind == SectionKind::Synthetic && s.synth->keep_empty);
    std::size_t before = out_.members.size();
    join(link_, out_, s);
    take_waiting(*out_.members[before]);
  }
  void add_member(Section &s) {
    s.output = &out_;
    out_.members.push_back(&s);
    take_waiting(s);
  }
  void take_waiting(const Section &before) {
    for (OutputSection::BodyStep &b : waiting_) {
      b.before = &before;
      out_.body.push_back(b);
    }
    waiting_.clear();
  }
  void fill(FillRule &f) {
    auto *s = new Statement;
    s->fill = &f;
    waiting_.push_back({s, nullptr});
  }

  // Flags of what has no input, and what the section's type changes. What begins with data of the script is
  // only read, as with GNU ld, any other such section is writable.
  void finish() {
    if (!any_input_ && begun_ != Begun::ByData && !(has_data_ && rule_.type == OutputType::ReadOnly))
      out_.flags |= kSecWrite;
    if (!any_input_ && keep_) {
      out_.flags |= kSecAlloc;
      out_.native_flags |= link_.target->writable_flags(false);
      out_.native_type = link_.target->zero_fill_type();
      if (rule_.type == OutputType::NoAlloc)
        out_.flags &= static_cast<u16>(~kSecZeroFill);
    }
    if (!(out_.flags & kSecZeroFill) && out_.native_type == link_.target->zero_fill_type())
      out_.native_type = link_.target->data_type();
    if (has_data_ && out_.flags & kSecZeroFill) {
      out_.flags &= static_cast<u16>(~kSecZeroFill);
      out_.native_type = link_.target->data_type();
    }
    if (has_data_) // not a table of equal entries
      out_.entsize = 0;
    out_.dropped = !keep_ && !out_.address_fixed;
    link_.target->order_members(link_, out_);
    link_.target->describe_output(link_, out_);
  }

  Link &link_;
  OutputRule &rule_;
  OutputSection &out_;
  std::vector<OutputSection::BodyStep> waiting_;
  bool any_input_ = false, has_data_ = false, keep_ = false;
  enum class Begun { Not, ByData, Otherwise } begun_;
};

} // namespace

void match_sections(Link &link) {
  LayoutPlan &plan = link.plan;
  bool drop_orphans = link.opt.orphan_handling == "discard" && !plan.inputs.empty();
  if (!drop_orphans &&
      std::all_of(plan.outputs.begin(), plan.outputs.end(), [](OutputRule *r) { return r->floating; }))
    return; // nothing of a built-in layout is kept or discarded
  match_all(link);
  while (disable_rules(link)) {
    delete link.matcher;
    link.matcher = new PlanMatcher(plan);
    match_all(link);
  }
  plan.matched = true;
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for_each_section(f, [&](Section &s) {
          if (!s.rule) {
            s.discarded = drop_orphans && is_orphan(link, s);
            return;
          }
          const InputRule &r = link.matcher->rule(s.rule);
          s.keep_script = r.keep;
          s.discarded = r.owner->discards();
        });
      },
      16);
}

void report_discarded_references(Link &link) {
  std::atomic<bool> any{false};
  // Tables of exceptions are referred to by unwind records, which are discarded with them.
  auto counts = [](const Section &s) {
    return s.discarded && s.is_alloc() && s.kind != SectionKind::Unwind &&
           !s.name().starts_with(".gcc_except_table");
  };
  if (!link.plan.matched)
    return;
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for_each_section(f, [&](Section &s) {
          if (counts(s))
            any = true;
        });
      },
      16);
  if (!any)
    return;
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        EdgeBuffer buf;
        for_each_section(f, [&](Section &s) {
          if (!s.is_live() || !s.is_alloc() || s.kind == SectionKind::Unwind)
            return;
          buf.clear();
          link.target->edges(link, s, buf);
          for (const Edge &e : buf.edges)
            if (e.symbol && e.symbol->section && counts(*e.symbol->section))
              link.diag.error(f->display_name() + ":(" + std::string(s.name()) +
                                  format("+0x%x): `", e.offset) + std::string(e.symbol->name()) +
                                  "' is defined in discarded section `" +
                                  std::string(e.symbol->section->name()) + "' of " +
                                  e.symbol->section->file->display_name(),
                              f->priority, s.index);
        });
      },
      4);
}

void build_scripted_outputs(Link &link) {
  std::unordered_set<std::string_view> named;
  auto add = [&](const Statement &s) {
    if (s.assign)
      add_named(s.assign->value, named);
    if (s.data)
      add_named(s.data->value, named);
  };
  for (const Statement &s : link.plan.statements) {
    add(s);
    OutputRule *r = s.output;
    if (!r || r->discards() || r->disabled)
      continue;
    Builder(link, *r, named.contains(r->name)).build();
    for (const Expr *e : {r->address, r->lma})
      add_named(e, named);
    for (const Statement &b : r->body)
      add(b);
  }
}

} // namespace gold
