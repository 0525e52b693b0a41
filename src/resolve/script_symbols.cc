// Symbols that scripts and --defsym define, as resolution sees them ("Assigning Values to Symbols" in the
// GNU ld manual). A plain assignment beats every other definition. PROVIDE defines a symbol only if
// something refers to it and nothing defines it; so does an assignment that asks itself whether its symbol
// is DEFINED. Names in expressions are references: they pull archive members and keep sections alive.
#include "resolve/resolve.h"

#include <algorithm>

namespace gold {

namespace {

bool asks_for(const Expr *e, std::string_view name) {
  if (!e)
    return false;
  if (e->op == ExprOp::Defined && e->name == name)
    return true;
  return asks_for(e->a, name) || asks_for(e->b, name) || asks_for(e->c, name);
}

bool is_assigned(const LayoutPlan &plan, std::string_view name) {
  return std::any_of(plan.assignments.begin(), plan.assignments.end(),
                     [&](const Assignment *a) { return a->active && a->name == name; });
}

// What is only evaluated under a condition doesn't pull archive members.
void refer(Link &link, const Expr *e) {
  if (!e)
    return;
  if (e->op == ExprOp::Symbol && !is_assigned(link.plan, e->name))
    link.add_root(e->name);
  refer(link, e->a);
  if (e->op != ExprOp::Conditional && e->op != ExprOp::And && e->op != ExprOp::Or) {
    refer(link, e->b);
    refer(link, e->c);
  }
}

// Keeps what conditional parts of an expression name, if it is there at all.
void keep(Link &link, const Expr *e) {
  if (!e)
    return;
  if (e->op == ExprOp::Symbol)
    if (Symbol *s = link.symbols.find(e->name); s && s->is_defined())
      link.roots.push_back(s);
  for (const Expr *x : {e->a, e->b, e->c})
    keep(link, x);
}

void define(Link &link, Assignment &a) {
  link.symbols.reserve(1);
  Symbol *s = link.symbols.intern(a.name);
  s->claim.store(make_claim(SymClass::Strong, link.internal->priority, 0));
  s->mark(kMarkRefObject);
  s->file = link.internal;
  s->section = nullptr;
  s->value = 0;
  s->flags = kSymAbsolute | kSymScriptDefined;
  if (a.is_hidden())
    s->merge_visibility(Visibility::Hidden);
  a.symbol = s;
  a.active = true;
}

// Is the symbol there for the taking: referred to, unless it needn't be, and defined by no object?
bool is_open(Link &link, const Assignment &a) {
  Symbol *s = link.symbols.find(a.name);
  if (!s)
    return !a.is_provide();
  if (a.is_provide() && !s->marked(kMarkRefObject | kMarkRefShared | kMarkRoot))
    return false;
  u64 claim = s->claim.load(std::memory_order_relaxed);
  if (!claim || claim_class(claim) >= SymClass::Undef)
    return true;
  if (claim_class(claim) != SymClass::Lazy)
    return false;
  const InputFile *f = link.files[claim_priority(claim)];
  return f->kind == FileKind::Shared || !f->live;
}

template <class F> void for_each_statement(LayoutPlan &plan, F &&fn) {
  for (Statement &s : plan.statements) {
    fn(s);
    if (s.output)
      for (Statement &b : s.output->body)
        fn(b);
  }
}

} // namespace

void claim_script_symbols(Link &link) {
  LayoutPlan &plan = link.plan;
  for_each_statement(plan, [&](Statement &s) {
    if (s.assign && !s.assign->is_dot())
      plan.assignments.push_back(s.assign);
  });
  for (Assignment *a : plan.assignments) {
    a->active = false;
    bool earlier = is_assigned(plan, a->name);
    if (!a->is_provide() && (earlier || !asks_for(a->value, a->name)))
      define(link, *a);
  }
  for_each_statement(plan, [&](Statement &s) {
    if (s.assign && (s.assign->is_dot() || s.assign->active))
      refer(link, s.assign->value);
    if (OutputRule *o = s.output)
      for (const Expr *e : {o->address, o->align, o->subalign, o->lma})
        refer(link, e);
    if (s.data)
      refer(link, s.data->value);
  });
  for (MemoryRegion &r : plan.regions)
    for (const Expr *e : {r.origin_expr, r.length_expr})
      refer(link, e);
}

void activate_provides(Link &link) {
  LayoutPlan &plan = link.plan;
  if (plan.assignments.empty())
    return;
  for (bool any = true; any;) {
    any = false;
    for (Assignment *a : plan.assignments) {
      if (a->active || !is_open(link, *a))
        continue;
      define(link, *a);
      refer(link, a->value); // may want another PROVIDE
      any = true;
    }
  }
  for_each_statement(plan, [&](Statement &s) {
    if (s.assign && (s.assign->is_dot() || s.assign->active))
      keep(link, s.assign->value);
  });
}

} // namespace gold
