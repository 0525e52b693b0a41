// SECTIONS { ... }: output section descriptions and what stands in them. See parser.h.
#include "model/section.h"
#include "readers/script/parser_impl.h"
#include "support/arena.h"

#include <algorithm>
#include <memory>

namespace gold::script {

namespace {

constexpr Words kExpr = Words::Expression;

// Sorting, as a word before a parenthesis; SortKey::Default: none.
SortKey sort_key(const Token &t) {
  return t.is("SORT") || t.is("SORT_BY_NAME") ? SortKey::Name
         : t.is("SORT_BY_ALIGNMENT")          ? SortKey::Alignment
         : t.is("SORT_BY_INIT_PRIORITY")      ? SortKey::InitPriority
         : t.is("SORT_NONE")                  ? SortKey::None
                                              : SortKey::Default;
}

struct FlagName {
  std::string_view name;
  u16 flag;
};
constexpr FlagName kFlags[] = {
    {"SHF_WRITE", kSecWrite},   {"SHF_ALLOC", kSecAlloc},     {"SHF_EXECINSTR", kSecExec},
    {"SHF_TLS", kSecTls},       {"SHF_STRINGS", kSecStrings}, {"SHF_LINK_ORDER", kSecLinkOrder},
    {"SHF_GROUP", kSecInGroup}, {"SHF_EXCLUDE", kSecExclude}, {"SHF_GNU_RETAIN", kSecRetain},
};

} // namespace

void Parser::sections() {
  expect("{");
  until("}", [&] { section_item(); });
}

void Parser::section_item() {
  if (accept(";") || common_command(plan_.statements))
    return;
  Token t = next();
  if (t.is("OVERLAY")) {
    overlay();
    return;
  }
  if (!t.quoted && t.text.size() == 1 &&
      std::string_view("{}(),:=>").find(t.text[0]) != std::string_view::npos)
    Lexer::fail(t, "expected an output section, found " + Lexer::describe(t));
  output_section(t, false);
}

// NAME [ADDRESS] [(TYPE)] : [AT(LMA)] [ALIGN(A)] [SUBALIGN(A)] [CONSTRAINT] { ... } [>REGION] [AT>REGION]
// [:PHDR ...] [=FILL] [,]
OutputRule *Parser::output_section(const Token &name, bool in_overlay) {
  auto *rule = new OutputRule; // lives as long as the plan
  rule->name = name.text;
  rule->at = position(name);
  bool colon = !name.quoted && name.text.size() > 1 && name.text.ends_with(":");
  if (colon)
    rule->name.remove_suffix(1);
  plan_.outputs.push_back(rule);
  Statement s;
  s.output = rule;
  plan_.statements.push_back(s);
  if (!in_overlay) {
    if (!colon) {
      address_and_type(*rule);
      lex().expect(":", kExpr);
    }
    attributes(*rule);
  }
  expect("{");
  body(*rule);
  trailer(*rule, in_overlay);
  return rule;
}

// (NOLOAD), (READONLY), (TYPE = value), ...; false if a parenthesis does not begin such a thing.
bool Parser::type(OutputRule &rule) {
  auto saved = lex();
  if (!lex().accept("(", kExpr))
    return false;
  const Token &t = lex().peek(kExpr);
  if (t.is(")")) {
    lex().next(kExpr);
    return true;
  }
  for (;;) {
    Token word = lex().next(kExpr);
    if (word.is("NOLOAD"))
      rule.type = OutputType::NoLoad;
    else if (word.is("DSECT") || word.is("COPY") || word.is("INFO") || word.is("OVERLAY"))
      rule.type = OutputType::NoAlloc;
    else if (word.is("READONLY"))
      rule.type = OutputType::ReadOnly;
    else if (word.is("TYPE")) {
      lex().expect("=", kExpr);
      rule.native_type = expression();
    } else {
      lex() = saved;
      return false;
    }
    if (lex().accept("(", kExpr)) { // READONLY (TYPE = value)
      lex().expect("TYPE", kExpr);
      lex().expect("=", kExpr);
      rule.native_type = expression();
      lex().expect(")", kExpr);
    }
    if (lex().accept(")", kExpr))
      return true;
    lex().expect(",", kExpr);
  }
}

void Parser::address_and_type(OutputRule &rule) {
  if (lex().peek(kExpr).is(":"))
    return;
  if (lex().peek(kExpr).is("(") && type(rule))
    return;
  rule.address = expression();
  if (lex().peek(kExpr).is("("))
    type(rule);
}

void Parser::attributes(OutputRule &rule) {
  for (;;) {
    Token t = lex().peek(kExpr);
    if (t.is("{"))
      return;
    lex().next(kExpr);
    if (t.is("AT"))
      rule.lma = in_parentheses();
    else if (t.is("ALIGN"))
      rule.align = in_parentheses();
    else if (t.is("ALIGN_WITH_INPUT"))
      rule.align_with_input = true;
    else if (t.is("SUBALIGN"))
      rule.subalign = in_parentheses();
    else if (t.is("ONLY_IF_RO"))
      rule.only_if = OnlyIf::ReadOnly;
    else if (t.is("ONLY_IF_RW"))
      rule.only_if = OnlyIf::Writable;
    else
      Lexer::fail(t, "expected `{' or an attribute of the section, found " + Lexer::describe(t));
  }
}

void Parser::trailer(OutputRule &rule, bool in_overlay) {
  for (;;) {
    Token t = lex().peek(kExpr);
    if (t.is(">") && !in_overlay) {
      lex().next(kExpr);
      rule.region = identifier("the name of a region");
    } else if (t.is("AT") && !in_overlay) {
      lex().next(kExpr);
      lex().expect(">", kExpr);
      rule.lma_region = identifier("the name of a region");
    } else if (t.is(":")) {
      lex().next(kExpr);
      rule.phdrs.push_back(identifier("the name of a program header"));
    } else if (t.is("=")) {
      lex().next(kExpr);
      rule.fill = fill();
    } else {
      break;
    }
  }
  lex().accept(",", kExpr);
}

// OVERLAY [START] : [NOCROSSREFS] [AT (LMA)] { NAME { ... } [:PHDR] [=FILL] ... } [>REGION] [AT>REGION]
// [:PHDR] [=FILL]: sections that share an address and follow each other where they are loaded. It is
// written out as sections with addresses.
void Parser::overlay() {
  OutputRule whole;
  ScriptPos at = position(lex().peek(kExpr));
  if (!lex().peek(kExpr).is(":"))
    whole.address = expression();
  lex().expect(":", kExpr);
  bool apart = lex().accept("NOCROSSREFS", kExpr);
  if (lex().accept("AT", kExpr))
    whole.lma = in_parentheses();
  expect("{");
  std::vector<OutputRule *> rules;
  auto named = [&](ExprOp op, std::string_view name) { return ExpressionParser::named(op, name, at); };
  auto make = [&](ExprOp op, const Expr *a, const Expr *b) { return ExpressionParser::make(op, at, a, b); };
  until("}", [&] {
    if (accept(";"))
      return;
    OutputRule *r = output_section(next(), true);
    r->overlay = true;
    if (rules.empty()) {
      r->address = whole.address;
      r->lma = whole.lma;
    } else {
      std::string_view before = rules.back()->name;
      r->address = named(ExprOp::Addr, rules[0]->name);
      r->lma = make(ExprOp::Add, named(ExprOp::LoadAddr, before), named(ExprOp::SizeOf, before));
    }
    rules.push_back(r);
    std::string c_name;
    for (char c : r->name)
      if (c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
        c_name += c;
    for (bool stop : {false, true}) {
      auto *a = new Assignment;
      a->kind = Assignment::Provide;
      a->name = Arena::copy((stop ? "__load_stop_" : "__load_start_") + c_name);
      a->at = r->at;
      a->value = named(ExprOp::LoadAddr, r->name);
      if (stop)
        a->value = make(ExprOp::Add, a->value, named(ExprOp::SizeOf, r->name));
      Statement s;
      s.assign = a;
      plan_.statements.push_back(s);
    }
  });
  trailer(whole, false);
  if (rules.empty())
    return;
  if (apart) {
    CrossRefRule apart_rule;
    apart_rule.at = at;
    for (const OutputRule *r : rules)
      apart_rule.sections.push_back(r->name);
    plan_.no_cross_refs.push_back(std::move(apart_rule));
  }
  const Expr *longest = nullptr;
  for (OutputRule *r : rules) {
    r->region = whole.region;
    if (r == rules[0])
      r->lma_region = whole.lma_region;
    if (r->phdrs.empty())
      r->phdrs = whole.phdrs;
    if (!r->fill)
      r->fill = whole.fill;
    const Expr *size = named(ExprOp::SizeOf, r->name);
    longest = longest ? make(ExprOp::Max, longest, size) : size;
  }
  auto *a = new Assignment;
  a->name = ".";
  a->value = make(ExprOp::Add, named(ExprOp::Addr, rules[0]->name), longest);
  Statement s;
  s.assign = a;
  plan_.statements.push_back(s);
}

// -- what stands between the braces

void Parser::body(OutputRule &rule) {
  until("}", [&] { body_statement(rule); });
}

Assignment *Parser::assignment(Assignment::Kind kind) {
  auto *a = new Assignment;
  Token name = lex().next(kExpr);
  if (name.text.empty())
    Lexer::fail(name, "expected an assignment, found " + Lexer::describe(name));
  a->kind = kind;
  a->name = name.text;
  a->at = position(name);
  Token op = lex().next(kExpr);
  if (!op.is("=") && (op.text.size() < 2 || op.text.back() != '=' || op.is("==") || op.is("!=") ||
                      op.is("<=") || op.is(">=")))
    Lexer::fail(op, "expected an assignment, found " + Lexer::describe(op));
  if (kind != Assignment::Plain && a->is_dot())
    Lexer::fail(name, "the location counter can't be provided");
  const Expr *value = expression();
  if (!op.is("=")) {
    ExprOp how = op.is("+=")    ? ExprOp::Add
                 : op.is("-=")  ? ExprOp::Subtract
                 : op.is("*=")  ? ExprOp::Multiply
                 : op.is("/=")  ? ExprOp::Divide
                 : op.is("<<=") ? ExprOp::ShiftLeft
                 : op.is(">>=") ? ExprOp::ShiftRight
                 : op.is("&=")  ? ExprOp::BitAnd
                 : op.is("|=")  ? ExprOp::BitOr
                                : ExprOp::BitXor;
    const Expr *old = a->is_dot() ? ExpressionParser::make(ExprOp::Dot, a->at, nullptr)
                                  : ExpressionParser::named(ExprOp::Symbol, a->name, a->at);
    value = ExpressionParser::make(how, position(op), old, value);
  }
  a->value = value;
  return a;
}

bool Parser::provide(std::vector<Statement> &into) {
  const Token &t = peek();
  Assignment::Kind kind = t.is("PROVIDE")          ? Assignment::Provide
                          : t.is("PROVIDE_HIDDEN") ? Assignment::ProvideHidden
                          : t.is("HIDDEN")         ? Assignment::Hidden
                                                   : Assignment::Plain;
  if (kind == Assignment::Plain)
    return false;
  next();
  lex().expect("(", kExpr);
  Statement s;
  s.assign = assignment(kind);
  lex().expect(")", kExpr);
  lex().accept(";", kExpr) || lex().accept(",", kExpr);
  into.push_back(s);
  return true;
}

AssertRule *Parser::check() {
  auto *c = new AssertRule;
  c->at = position(next());
  lex().expect("(", kExpr);
  c->condition = expression();
  lex().expect(",", kExpr);
  Token text = next();
  c->message = text.text;
  lex().expect(")", kExpr);
  lex().accept(";", kExpr);
  return c;
}

// The digits of a lone hexadecimal number as bytes; empty when something else stands there. A number in
// an expression, or one with a unit, is an expression. Sets `end` behind the digits.
std::string lone_hex(std::string_view text, std::size_t begin, std::size_t *end) {
  std::size_t i = begin;
  if (text.substr(i, 2) != "0x" && text.substr(i, 2) != "0X")
    return "";
  std::string nibbles;
  for (i += 2; i < text.size(); ++i) {
    char c = text[i], low = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9')
      nibbles += static_cast<char>(c - '0');
    else if (low >= 'a' && low <= 'f')
      nibbles += static_cast<char>(low - 'a' + 10);
    else
      break;
  }
  *end = i;
  if (nibbles.size() % 2)
    nibbles.insert(nibbles.begin(), '\0');
  std::string bytes;
  for (std::size_t k = 0; k < nibbles.size(); k += 2)
    bytes += static_cast<char>(nibbles[k] << 4 | nibbles[k + 1]);
  if (i < text.size() && (text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z')
    return "";
  i = std::min(text.find_first_not_of(" \t\r\n", i), text.size());
  std::string_view rest = text.substr(i);
  bool goes_on = !rest.empty() && std::string_view("+-*%&|^?<>").find(rest[0]) != std::string_view::npos;
  goes_on |= rest.starts_with("/") && !rest.starts_with("/*") && !rest.starts_with("/DISCARD/");
  return goes_on ? "" : bytes;
}

FillRule *Parser::fill() {
  auto *f = new FillRule;
  std::size_t end = 0;
  // As an expression the number may have too many digits to be read.
  f->bytes = lone_hex(lex().text(), lex().peek(Words::Names).begin, &end);
  if (f->bytes.empty())
    f->value = expression();
  else
    lex().skip_to(end);
  return f;
}

void Parser::data(OutputRule &rule, const Token &t) {
  auto *d = new DataRule;
  d->at = position(t);
  if (t.is("ASCIZ")) {
    Token text = next();
    if (!text.quoted)
      Lexer::fail(text, "expected a string, found " + Lexer::describe(text));
    std::string_view copy = Arena::copy(text.text); // with the terminator that it adds
    d->text = std::string_view(copy.data(), copy.size() + 1);
  } else {
    d->size = t.is("BYTE") ? 1 : t.is("SHORT") ? 2 : t.is("LONG") ? 4 : 8;
    d->value = in_parentheses();
  }
  lex().accept(";", kExpr);
  Statement s;
  s.data = d;
  rule.body.push_back(s);
}

void Parser::body_statement(OutputRule &rule) {
  if (accept(";"))
    return;
  Token t = peek();
  Statement s;
  if (t.is("ASSERT")) {
    s.check = check();
    rule.body.push_back(s);
    return;
  }
  if (provide(rule.body))
    return;
  if (lex().at_assignment()) {
    s.assign = assignment(Assignment::Plain);
    end_of_statement();
    rule.body.push_back(s);
    return;
  }
  if (t.is("CONSTRUCTORS")) { // only a.out has such symbols: nothing to collect in other formats
    next();
    return;
  }
  if (t.is("SORT") || t.is("SORT_BY_NAME")) {
    auto saved = lex();
    next();
    if (accept("(") && accept("CONSTRUCTORS")) {
      expect(")");
      return;
    }
    lex() = saved;
  }
  if (t.is("BYTE") || t.is("SHORT") || t.is("LONG") || t.is("QUAD") || t.is("SQUAD") || t.is("ASCIZ")) {
    next();
    data(rule, t);
    return;
  }
  if (t.is("FILL")) {
    next();
    lex().expect("(", kExpr);
    s.fill = fill();
    lex().expect(")", kExpr);
    lex().accept(";", kExpr);
    rule.body.push_back(s);
    return;
  }
  if (t.is("CREATE_OBJECT_SYMBOLS") || t.is("LINKER_VERSION"))
    Lexer::fail(t, Lexer::describe(t) + " is not supported");
  if (t.is("KEEP")) {
    next();
    expect("(");
    s.input = input(rule, true);
    expect(")");
  } else {
    s.input = input(rule, false);
  }
  rule.body.push_back(s);
}

// INPUT_SECTION_FLAGS (SHF_A & !SHF_B)
void Parser::section_flags(InputRule &r) {
  lex().expect("(", kExpr);
  do {
    bool negate = lex().accept("!", kExpr);
    Token t = lex().next(kExpr);
    if (t.number) {
      (negate ? r.native_must_not : r.native_must) |= t.value;
      continue;
    }
    const FlagName *found = nullptr;
    for (const FlagName &f : kFlags)
      if (t.is(f.name))
        found = &f;
    if (!found)
      Lexer::fail(t, "section flag " + Lexer::describe(t) + " is not supported");
    (negate ? r.must_not : r.must) |= found->flag;
  } while (lex().accept("&", kExpr));
  lex().expect(")", kExpr);
}

void Parser::excludes(std::vector<FilePattern> &out) {
  for_each_name([&](std::string_view s) { out.push_back(make_file_pattern(s)); });
}

InputRule *Parser::input(OutputRule &owner, bool keep) {
  if (++rules_ > 1'000'000)
    Lexer::fail(peek(), "too many rules");
  auto *r = new InputRule;
  r->owner = &owner;
  r->keep = keep;
  r->at = position(peek());
  int closing = 0;
  Token t = next();
  if (t.is("INPUT_SECTION_FLAGS")) {
    section_flags(*r);
    t = next();
  }
  for (;; t = next()) {
    if (t.is("EXCLUDE_FILE")) {
      excludes(r->exclude);
      continue;
    }
    SortKey key = sort_key(t);
    if ((key == SortKey::Default && !t.is("REVERSE")) || !peek().is("("))
      break;
    expect("(");
    if (++closing > 8)
      Lexer::fail(t, "sorting is nested too deeply");
    if (t.is("REVERSE"))
      r->reverse = !r->reverse;
    else
      r->file_sort = key;
  }
  if (t.text.empty() || (!t.quoted && t.text.size() == 1 &&
                         std::string_view("{}(),;:=>").find(t.text[0]) != std::string_view::npos))
    Lexer::fail(t, "expected an input section, found " + Lexer::describe(t));
  r->file = make_file_pattern(t.text);
  for (; closing; --closing)
    expect(")");
  if (accept("("))
    section_list(*r, {}, false, {});
  else
    r->sections.push_back({"*", {}, SortKey::Default, SortKey::Default, false});
  plan_.inputs.push_back(r);
  return r;
}

void Parser::add_section(InputRule &r, const Token &t, const std::vector<FilePattern> &exclude,
                         const std::vector<SortKey> &keys, bool reverse) {
  if (t.text.empty() ||
      (!t.quoted && t.text.size() == 1 && std::string_view("{}(;").find(t.text[0]) != std::string_view::npos))
    Lexer::fail(t, "expected the name of a section, found " + Lexer::describe(t));
  SectionPattern p;
  p.glob = t.text;
  p.exclude = exclude;
  if (!keys.empty())
    p.sort = keys[0];
  if (keys.size() > 1 && keys[1] != keys[0])
    p.then = keys[1];
  p.reverse = reverse;
  r.sections.push_back(std::move(p));
}

// The list between the parentheses that follow a file, or a word for sorting; the opening one has been
// read. `keys` holds the sorting of the lists around this one.
void Parser::section_list(InputRule &r, const std::vector<SortKey> &keys, bool reverse,
                          std::vector<FilePattern> exclude) {
  while (!accept(")")) {
    if (accept(","))
      continue;
    Token t = next();
    if (t.is("EXCLUDE_FILE")) {
      excludes(exclude);
      continue;
    }
    if ((sort_key(t) != SortKey::Default || t.is("REVERSE")) && peek().is("(")) {
      if (keys.size() > 4)
        Lexer::fail(t, "sorting is nested too deeply");
      next();
      std::vector<SortKey> inner = keys;
      if (!t.is("REVERSE"))
        inner.push_back(sort_key(t));
      section_list(r, inner, reverse != t.is("REVERSE"), exclude);
    } else {
      add_section(r, t, exclude, keys, reverse);
    }
    exclude.clear(); // it speaks of the next pattern only
  }
}

} // namespace gold::script
