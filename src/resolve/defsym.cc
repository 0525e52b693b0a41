// --defsym NAME=EXPRESSION, for the expressions that build systems write: a number, a symbol, or a
// symbol plus or minus a number. The name is the linker's own definition and beats every other.
#include <cctype>
#include <cstdlib>

#include "resolve/resolve.h"

namespace gold {

namespace {
struct Parsed {
  std::string symbol; // empty: a plain number
  i64 number = 0;
  bool ok = false;
};

Parsed parse(const std::string &e) {
  Parsed p;
  std::size_t i = 0;
  auto skip = [&] {
    while (i < e.size() && std::isspace(static_cast<unsigned char>(e[i])))
      ++i;
  };
  i64 sign = 1;
  for (bool first = true;; first = false) {
    skip();
    if (i == e.size()) {
      p.ok = !first;
      return p;
    }
    if (e[i] == '+' || e[i] == '-') {
      sign = e[i++] == '-' ? -1 : 1;
      skip();
    } else if (!first) {
      return p;
    }
    if (i < e.size() && std::isdigit(static_cast<unsigned char>(e[i]))) {
      char *end = nullptr;
      p.number += sign * static_cast<i64>(std::strtoull(e.c_str() + i, &end, 0));
      i = static_cast<std::size_t>(end - e.c_str());
    } else {
      std::size_t b = i;
      while (i < e.size() && (std::isalnum(static_cast<unsigned char>(e[i])) || std::strchr("_.$@", e[i])))
        ++i;
      if (i == b || !p.symbol.empty() || sign < 0)
        return p;
      p.symbol = e.substr(b, i - b);
    }
    sign = 1;
  }
}
} // namespace

void claim_defsyms(Link &link) {
  if (link.opt.defsyms.empty())
    return;
  link.symbols.reserve(link.opt.defsyms.size() * 2);
  auto list = Arena::array<Symbol *>(link.opt.defsyms.size());
  std::size_t n = 0;
  for (const DefSym &d : link.opt.defsyms) {
    Parsed p = parse(d.expr);
    if (!p.ok) {
      link.diag.error("--defsym " + d.name + "=" + d.expr + ": this expression is not supported yet");
      continue;
    }
    Symbol *s = link.symbols.intern(Arena::copy(d.name));
    s->claim.store(make_claim(SymClass::Strong, link.internal->priority, static_cast<u32>(n)));
    s->mark(kMarkRefObject);
    s->file = link.internal;
    s->flags = kSymAbsolute | kSymScriptDefined;
    s->value = static_cast<u64>(p.number);
    list[n++] = s;
    if (!p.symbol.empty()) {
      Symbol *t = link.symbols.intern(Arena::copy(p.symbol));
      t->mark(kMarkRoot | kMarkRefObject | kMarkStrongRef);
      t->offer(make_claim(SymClass::Undef, link.internal->priority, 0));
      link.roots.push_back(t);
    }
  }
  link.internal->symbols = list.first(n);
}

void bind_defsyms(Link &link) {
  for (const DefSym &d : link.opt.defsyms) {
    Parsed p = parse(d.expr);
    Symbol *s = link.symbols.find(d.name);
    if (!s || p.symbol.empty())
      continue;
    Symbol *t = link.symbols.find(p.symbol);
    if (!t || t->is_undefined() || t->is_shared()) {
      link.diag.error("--defsym " + d.name + "=" + d.expr + ": undefined symbol: " + p.symbol);
      continue;
    }
    s->section = t->section;
    s->value = t->value + static_cast<u64>(p.number);
    s->flags = static_cast<u16>((t->flags & ~(kSymLocal | kSymLinkerDefined | kSymCommon)) | kSymScriptDefined);
    s->type = t->type;
  }
}

} // namespace gold
