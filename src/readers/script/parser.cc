// Commands of a script outside SECTIONS. See parser.h.
#include "readers/script/parser.h"

#include "model/section.h"
#include "readers/script/parser_impl.h"
#include "support/arena.h"

#include <algorithm>
#include <memory>

namespace gold::script {

namespace {
constexpr std::size_t kMaxIncludes = 20;
constexpr Words kExpr = Words::Expression;
} // namespace

void Parser::enter(ByteView text, const std::string &path) {
  plan_.files.push_back(path);
  lexers_.push_back({std::make_unique<Lexer>(text.str()), static_cast<u32>(plan_.files.size() - 1)});
}

void Parser::run(ByteView text, const std::string &path) {
  first_uninserted_ = plan_.outputs.size();
  first_statement_ = plan_.statements.size();
  enter(text, path);
  try {
    until("", [&] { command(); });
  } catch (const InputError &e) {
    throw InputError(plan_.files[lexers_.back().file] + ":" + e.what());
  }
}

void Parser::include() {
  Token t = next();
  if (t.text.empty())
    Lexer::fail(t, "expected the name of a file, found " + Lexer::describe(t));
  if (lexers_.size() > kMaxIncludes)
    Lexer::fail(t, "scripts include each other too deeply");
  std::string path;
  ByteView text;
  try {
    text = includer_(t.text, path);
  } catch (const InputError &e) {
    Lexer::fail(t, e.what());
  }
  accept(";");
  enter(text, path);
}

const Expr *Parser::expression() {
  ExpressionParser p(lex(), lexers_.back().file);
  const Expr *e = p.parse();
  plan_.uses_headers |= p.uses_headers;
  return e;
}

const Expr *Parser::in_parentheses() {
  lex().expect("(", kExpr);
  const Expr *e = expression();
  lex().expect(")", kExpr);
  return e;
}

std::string_view Parser::identifier(const char *what) {
  Token t = lex().next(kExpr);
  if (t.text.empty() || t.number ||
      (!t.quoted && std::string_view("{}();,:=<>*").find(t.text[0]) != std::string_view::npos))
    Lexer::fail(t, std::string("expected ") + what + ", found " + Lexer::describe(t));
  return t.text;
}

// Statements end with ; or , as in GNU ld; the last one before a } may go without.
void Parser::end_of_statement() {
  if (lex().accept(";", kExpr) || lex().accept(",", kExpr))
    return;
  const Token &t = lex().peek(kExpr);
  if (!t.is("}") && !t.at_end())
    Lexer::fail(t, "expected `;', found " + Lexer::describe(t));
}

// The list of INPUT, GROUP or AS_NEEDED; its opening parenthesis has been read.
void Parser::parse_inputs(bool group, bool as_needed, int depth) {
  while (!accept(")")) {
    Token t = next();
    if (t.at_end())
      Lexer::fail(t, "`)' is missing");
    if (t.is(","))
      continue;
    if (t.is("AS_NEEDED")) {
      if (depth > 8)
        Lexer::fail(t, "AS_NEEDED is nested too deeply");
      expect("(");
      parse_inputs(group, true, depth + 1);
      continue;
    }
    if (!t.quoted && t.text.size() == 1 &&
        std::string_view("{}();").find(t.text[0]) != std::string_view::npos)
      Lexer::fail(t, "expected the name of a file, found " + Lexer::describe(t));
    ScriptInput in;
    in.as_needed = as_needed;
    in.in_group = group;
    if (!t.quoted && t.text.starts_with("-l")) {
      in.is_library = true;
      in.name = t.text.substr(2);
      if (in.name.empty() && !peek().at_end() && !peek().is(")"))
        in.name = next().text;
    } else {
      in.name = t.text;
      if (t.is("=")) // `=/lib/x` is relative to the sysroot
        in.name += next().text;
    }
    out_.inputs.push_back(std::move(in));
  }
}

// ( word, word ... ): the words, commas aside.
void Parser::names(std::vector<std::string> &out) {
  for_each_name([&](std::string_view s) { out.emplace_back(s); });
}

std::string Parser::arguments() {
  std::vector<std::string> list;
  names(list);
  return list.empty() ? "" : list[0];
}

void Parser::search_dir() {
  expect("(");
  std::string dir;
  while (!accept(")")) { // an unquoted `=/usr/lib` is two words
    Token t = next();
    if (t.at_end())
      Lexer::fail(t, "`)' is missing");
    dir += t.text;
  }
  out_.search_dirs.push_back(std::move(dir));
}

// The block is in the language of version scripts: only its end is looked for here.
void Parser::version() {
  Token open = peek();
  expect("{");
  std::size_t begin = open.end, end = begin;
  for (int depth = 1; depth;) {
    Token t = next();
    if (t.at_end())
      Lexer::fail(t, "`}' is missing");
    depth += t.is("{") ? 1 : t.is("}") ? -1 : 0;
    end = t.begin;
  }
  out_.versions.push_back(ByteView(lex().text().substr(begin, end - begin)));
  out_.version_places.push_back(position(open));
}

bool Parser::common_command(std::vector<Statement> &into) {
  const Token &t = peek();
  if (t.is("ENTRY")) {
    next();
    out_.entry = arguments();
    accept(";");
    return true;
  }
  if (t.is("ASSERT")) {
    Statement s;
    s.check = check();
    into.push_back(s);
    return true;
  }
  if (provide(into))
    return true;
  if (lex().at_assignment()) {
    Statement s;
    s.assign = assignment(Assignment::Plain);
    end_of_statement();
    into.push_back(s);
    return true;
  }
  return false;
}

void Parser::command() {
  if (accept(";"))
    return;
  if (common_command(plan_.statements))
    return;
  Token t = next();
  if (t.is("SECTIONS")) {
    sections();
  } else if (t.is("MEMORY")) {
    memory();
  } else if (t.is("PHDRS")) {
    program_headers();
  } else if (t.is("INPUT") || t.is("GROUP")) {
    expect("(");
    parse_inputs(t.is("GROUP"), false, 0);
  } else if (t.is("AS_NEEDED")) {
    expect("(");
    parse_inputs(false, true, 0);
  } else if (t.is("OUTPUT_FORMAT") || t.is("TARGET")) {
    out_.output_format = arguments();
  } else if (t.is("OUTPUT_ARCH")) {
    out_.output_arch = arguments();
  } else if (t.is("OUTPUT")) {
    out_.output = arguments();
  } else if (t.is("STARTUP")) {
    out_.startup = arguments();
  } else if (t.is("SEARCH_DIR")) {
    search_dir();
  } else if (t.is("EXTERN")) {
    names(out_.undefined);
  } else if (t.is("VERSION")) {
    version();
  } else if (t.is("REGION_ALIAS")) {
    region_alias();
  } else if (t.is("INSERT")) {
    insert(t);
  } else if (t.is("LD_FEATURE")) {
    std::string feature = arguments();
    if (feature != "SANE_EXPR")
      Lexer::fail(t, "unknown feature `" + feature + "'");
    plan_.sane_expr = true;
  } else if (t.is("FORCE_COMMON_ALLOCATION")) {
    plan_.force_common_allocation = true;
  } else if (t.is("INHIBIT_COMMON_ALLOCATION")) {
    plan_.inhibit_common_allocation = true;
  } else if (t.is("NOCROSSREFS") || t.is("NOCROSSREFS_TO")) {
    no_cross_refs(t);
  } else if (t.is("OVERWRITE_SECTIONS") || t.is("HLL") || t.is("SYSLIB")) {
    Lexer::fail(t, Lexer::describe(t) + " is not supported");
  } else {
    Lexer::fail(t, "unknown command " + Lexer::describe(t));
  }
}

// NOCROSSREFS(SECTION SECTION ...), NOCROSSREFS_TO(SECTION FROM ...)
void Parser::no_cross_refs(const Token &t) {
  CrossRefRule r;
  r.at = position(t);
  r.to_first = t.is("NOCROSSREFS_TO");
  std::vector<std::string> list;
  names(list);
  for (const std::string &s : list)
    r.sections.push_back(Arena::copy(s));
  if (r.sections.size() > 1)
    plan_.no_cross_refs.push_back(std::move(r));
}

// -- MEMORY

void Parser::memory() {
  expect("{");
  until("}", [&] {
    if (!accept(",") && !accept(";"))
      region();
  });
}

// NAME [(ATTRIBUTES)] : ORIGIN = EXPRESSION, LENGTH = EXPRESSION
void Parser::region() {
  MemoryRegion r;
  Token t = lex().peek(kExpr);
  r.at = position(t);
  r.name = identifier("the name of a region");
  if (plan_.find_region(r.name))
    Lexer::fail(t, "region " + Lexer::describe(t) + " is defined twice");
  if (lex().accept("(", kExpr)) {
    bool inverted = false;
    for (;;) {
      Token word = next();
      if (word.at_end())
        Lexer::fail(word, "`)' is missing");
      if (word.is(")"))
        break;
      for (char c : word.text) {
        if (c == '!') {
          inverted = !inverted;
          continue;
        }
        char low = static_cast<char>(c | 0x20);
        u16 bit = low == 'r'                 ? kRegionReadOnly
                  : low == 'w'               ? u16(kSecWrite)
                  : low == 'x'               ? u16(kSecExec)
                  : low == 'a'               ? u16(kSecAlloc)
                  : low == 'i' || low == 'l' ? kRegionLoaded
                                             : u16(0);
        if (!bit)
          Lexer::fail(word, std::string("unknown attribute `") + c + "' of a region");
        (inverted ? r.must_not : r.must) |= bit;
      }
    }
  }
  lex().expect(":", kExpr);
  for (int i = 0; i < 2; ++i) {
    Token word = lex().next(kExpr);
    bool origin = word.is("ORIGIN") || word.is("org") || word.is("o");
    bool length = word.is("LENGTH") || word.is("len") || word.is("l");
    if (!(i == 0 ? origin : length))
      Lexer::fail(word, std::string("expected ") + (i == 0 ? "ORIGIN" : "LENGTH") + ", found " +
                            Lexer::describe(word));
    lex().expect("=", kExpr);
    (i == 0 ? r.origin_expr : r.length_expr) = expression();
    if (i == 0)
      lex().accept(",", kExpr);
  }
  plan_.regions.push_back(r);
}

void Parser::region_alias() {
  Token open = peek();
  std::vector<std::string> list;
  names(list);
  accept(";");
  if (list.size() != 2)
    Lexer::fail(open, "REGION_ALIAS takes an alias and a region");
  MemoryRegion *r = plan_.find_region(list[1]);
  if (!r)
    Lexer::fail(open, "region `" + list[1] + "' is not declared");
  if (plan_.find_region(list[0]))
    Lexer::fail(open, "region `" + list[0] + "' is defined twice");
  r->aliases.push_back(Arena::copy(list[0]));
}

// -- PHDRS

// NAME TYPE [FILEHDR] [PHDRS] [AT(ADDRESS)] [FLAGS(FLAGS)] ;
void Parser::program_headers() {
  expect("{");
  until("}", [&] {
    PhdrRule p;
    Token t = lex().peek(kExpr);
    p.at = position(t);
    p.name = identifier("the name of a program header");
    for (const PhdrRule &q : plan_.phdrs)
      if (q.name == p.name)
        Lexer::fail(t, "program header " + Lexer::describe(t) + " is defined twice");
    const Token &type = lex().peek(kExpr);
    if (!type.number && type.text.starts_with("PT_"))
      p.type = lex().next(kExpr).text;
    else
      p.type_value = expression();
    for (;;) {
      Token word = lex().next(kExpr);
      if (word.is(";"))
        break;
      if (word.is("FILEHDR"))
        p.file_header = true;
      else if (word.is("PHDRS"))
        p.program_headers = true;
      else if (word.is("AT"))
        p.lma = in_parentheses();
      else if (word.is("FLAGS"))
        p.flags = in_parentheses();
      else
        Lexer::fail(word, "expected FILEHDR, PHDRS, AT, FLAGS or `;', found " + Lexer::describe(word));
    }
    plan_.phdrs.push_back(p);
  });
}

// -- INSERT: the output sections since the last INSERT stand beside a section of another layout.

void Parser::insert(const Token &at) {
  Token where = next();
  if (!where.is("AFTER") && !where.is("BEFORE"))
    Lexer::fail(where, "expected AFTER or BEFORE, found " + Lexer::describe(where));
  Token name = next();
  if (name.text.empty() || name.is(";"))
    Lexer::fail(name, "expected the name of a section, found " + Lexer::describe(name));
  accept(";");
  if (first_uninserted_ == plan_.outputs.size())
    Lexer::fail(at, "INSERT has no SECTIONS before it");
  for (std::size_t i = first_uninserted_; i < plan_.outputs.size(); ++i) {
    plan_.outputs[i]->insert_at = name.text;
    plan_.outputs[i]->insert_after = where.is("AFTER");
  }
  first_uninserted_ = plan_.outputs.size();
}

FilePattern make_file_pattern(std::string_view text) {
  FilePattern p;
  p.file = text;
  if (auto colon = text.find(':'); colon != text.npos) {
    p.has_colon = true;
    p.archive = text.substr(0, colon);
    p.file = text.substr(colon + 1);
  }
  return p;
}

Commands parse_script(ByteView text, const std::string &path, LayoutPlan &plan, const Includer &includer) {
  Commands out;
  std::size_t first = plan.outputs.size();
  Parser(plan, out, includer).run(text, path);
  for (std::size_t i = first; i < plan.outputs.size(); ++i)
    out.lays_out |= plan.outputs[i]->insert_at.empty();
  plan.scripted |= out.lays_out;
  return out;
}

const Expr *parse_expression(std::string_view text) {
  Lexer lex(text);
  const Expr *e = ExpressionParser(lex, 0).parse();
  if (const Token &t = lex.peek(kExpr); !t.at_end())
    Lexer::fail(t, "expected the end of the expression, found " + Lexer::describe(t));
  return e;
}

} // namespace gold::script
