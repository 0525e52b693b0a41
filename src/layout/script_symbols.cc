// Symbols of scripts between resolution and addresses: what an assignment will be relative to must be known
// when relocations are scanned, and an assignment that only gives a symbol another name needs no engine.
#include "layout/address.h"
#include "layout/layout.h"

namespace gold {

namespace {

// Evaluates expressions for their kind alone: every section stands at the same place.
class KindContext final : public ExprContext {
public:
  explicit KindContext(Link &link) : link_(link) {}

  Value::Kind kind(const Assignment &a, bool inside) {
    current = inside ? &section_ : nullptr;
    sane = link_.plan.sane_expr;
    Evaluation e = evaluate(*this, *a.value);
    if (!e.value.ok)
      return Value::Absolute;
    if (e.value.kind == Value::Number)
      return inside ? Value::Relative : Value::Absolute;
    if (e.value.kind == Value::Absolute && !inside && e.uses_dot)
      return Value::Relative;
    return e.value.kind;
  }

  Value symbol(std::string_view name, ScriptPos) override {
    Symbol *s = link_.symbols.find(name);
    if (!s || s->is_undefined() || s->klass() == SymClass::None)
      return {};
    bool relative =
        s->section || s->flags & kSymLinkerDefined || (s->marked(kMarkScriptValue) && !s->is_absolute());
    return relative ? Value::relative(section_, 1) : Value::absolute(1);
  }
  bool is_defined(std::string_view name) override {
    Symbol *s = link_.symbols.find(name);
    return s && !s->is_undefined() && s->klass() != SymClass::None;
  }
  OutputSection *section(std::string_view) override { return &section_; }
  const MemoryRegion *region(std::string_view name) override { return link_.plan.find_region(name); }
  std::optional<u64> constant(std::string_view) override { return 4096; }
  std::optional<u64> segment_start(std::string_view) override { return std::nullopt; }
  u64 header_size() override { return 64; }
  u64 data_segment_align(u64, u64) override { return dot; }
  u64 data_segment_relro_end(u64, u64) override { return dot; }
  u64 data_segment_end(u64) override { return dot; }
  void error(ScriptPos, const std::string &) override {}

private:
  Link &link_;
  OutputSection section_;
};

// `a = symbol`: another name for the same place, whatever that is: a function of an IFUNC, a variable of a
// thread, a string that is merged. `symbol + number` of --defsym is a number like others with GNU ld, which
// does where addresses are known, and only for what has one.
bool bind_alias(Link &link, Assignment &a) {
  const Expr *e = a.value;
  u64 offset = 0;
  bool sum = a.from_option && (e->op == ExprOp::Add || e->op == ExprOp::Subtract) &&
             e->a->op == ExprOp::Symbol && e->b->op == ExprOp::Number;
  if (sum) {
    offset = e->op == ExprOp::Add ? e->b->number : 0 - e->b->number;
    e = e->a;
  }
  if (e->op != ExprOp::Symbol)
    return false;
  const Symbol *t = link.symbols.find(e->name);
  if (!t || t == a.symbol || t->is_undefined() || t->is_shared() || !t->section ||
      t->marked(kMarkScriptValue))
    return false;
  if (sum && !link.is_pic() && !(t->section->flags & kSecTls))
    return false;
  Symbol &s = *a.symbol;
  s.section = t->section;
  s.value = t->value + offset;
  s.flags = static_cast<u16>((t->flags & ~(kSymLocal | kSymLinkerDefined | kSymCommon)) | kSymScriptDefined);
  s.type = t->type;
  return true;
}

} // namespace

Section &start_of(Link &link, OutputSection &o) {
  if (!o.start) {
    o.start = Arena::make<Section>();
    o.start->file = link.internal;
    o.start->output = &o;
    o.start->flags = kSecAlloc;
    o.start->live.store(1, std::memory_order_relaxed);
  }
  return *o.start;
}

void set_script_symbol(Link &link, const Assignment &a) {
  a.symbol->section = a.section ? &start_of(link, *a.section) : nullptr;
  a.symbol->value = a.address - (a.section ? a.section->addr : 0);
}

void bind_script_symbols(Link &link) {
  std::vector<Symbol *> symbols;
  std::vector<std::pair<Assignment *, bool>> waiting; // and whether it stands in an output section
  auto visit = [&](const Statement &s, bool inside) {
    Assignment *a = s.assign;
    if (!a || a->is_dot() || !a->active)
      return;
    symbols.push_back(a->symbol);
    waiting.emplace_back(a, inside);
  };
  for (const Statement &s : link.plan.statements) {
    visit(s, false);
    if (s.output)
      for (const Statement &b : s.output->body)
        visit(b, true);
  }
  // A symbol that has several values is the engine's.
  std::vector<Symbol *> sorted = symbols;
  std::sort(sorted.begin(), sorted.end());
  auto several = [&](Symbol *s) {
    auto [b, e] = std::equal_range(sorted.begin(), sorted.end(), s);
    return e - b > 1;
  };
  for (auto &[a, inside] : waiting)
    if (!several(a->symbol) && bind_alias(link, *a))
      a->active = false;
    else
      a->symbol->mark(kMarkScriptValue);
  // One may rest on others that stand behind it: a few rounds, as many as such chains are long.
  KindContext context(link);
  for (int round = 0; round < 16; ++round) {
    bool changed = false;
    for (auto &[a, inside] : waiting) {
      if (!a->active)
        continue;
      bool absolute = context.kind(*a, inside) == Value::Absolute;
      changed |= absolute != a->symbol->is_absolute();
      a->symbol->flags =
          static_cast<u16>(absolute ? a->symbol->flags | kSymAbsolute : a->symbol->flags & ~kSymAbsolute);
    }
    if (!changed)
      break;
  }
  if (symbols.empty())
    return;
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<Symbol *> once; // in the order of the script: the output must not depend on addresses
  for (Symbol *s : symbols)
    if (auto at = std::lower_bound(sorted.begin(), sorted.end(), s); at != sorted.end() && *at == s) {
      once.push_back(s);
      sorted.erase(at);
    }
  std::span<Symbol *> list = Arena::array<Symbol *>(once.size());
  std::copy(once.begin(), once.end(), list.begin());
  link.internal->symbols = list;
}

} // namespace gold
