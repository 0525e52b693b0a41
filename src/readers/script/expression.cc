// See expression.h. Precedence as in C; depth is limited, since a script is an input like others.
#include "readers/script/expression.h"

#include "support/arena.h"

namespace gold::script {

namespace {

constexpr int kMaxDepth = 200;
constexpr Words kExpr = Words::Expression;

struct BinaryOp {
  std::string_view text;
  int level; // larger binds tighter
  ExprOp op;
};
constexpr BinaryOp kBinary[] = {
    {"||", 1, ExprOp::Or},         {"&&", 2, ExprOp::And},          {"|", 3, ExprOp::BitOr},
    {"^", 4, ExprOp::BitXor},      {"&", 5, ExprOp::BitAnd},        {"==", 6, ExprOp::Equal},
    {"!=", 6, ExprOp::NotEqual},   {"<", 7, ExprOp::Less},          {"<=", 7, ExprOp::LessEqual},
    {">", 7, ExprOp::Greater},     {">=", 7, ExprOp::GreaterEqual}, {"<<", 8, ExprOp::ShiftLeft},
    {">>", 8, ExprOp::ShiftRight}, {"+", 9, ExprOp::Add},           {"-", 9, ExprOp::Subtract},
    {"*", 10, ExprOp::Multiply},   {"/", 10, ExprOp::Divide},       {"%", 10, ExprOp::Modulo},
};

enum class Args : u8 { Name, One, OneOrTwo, Two, NameAndOne, OneAndText };
struct Function {
  std::string_view name;
  ExprOp op;
  Args args;
};
constexpr Function kFunctions[] = {
    {"ABSOLUTE", ExprOp::Absolute, Args::One},
    {"ADDR", ExprOp::Addr, Args::Name},
    {"ALIGN", ExprOp::Align, Args::OneOrTwo},
    {"ALIGNOF", ExprOp::AlignOf, Args::Name},
    {"ASSERT", ExprOp::Assert, Args::OneAndText},
    {"BLOCK", ExprOp::Align, Args::One},
    {"CONSTANT", ExprOp::Constant, Args::Name},
    {"DATA_SEGMENT_ALIGN", ExprOp::DataSegmentAlign, Args::Two},
    {"DATA_SEGMENT_END", ExprOp::DataSegmentEnd, Args::One},
    {"DATA_SEGMENT_RELRO_END", ExprOp::DataSegmentRelroEnd, Args::Two},
    {"DEFINED", ExprOp::Defined, Args::Name},
    {"LENGTH", ExprOp::Length, Args::Name},
    {"LOADADDR", ExprOp::LoadAddr, Args::Name},
    {"LOG2CEIL", ExprOp::Log2Ceil, Args::One},
    {"MAX", ExprOp::Max, Args::Two},
    {"MIN", ExprOp::Min, Args::Two},
    {"NEXT", ExprOp::Next, Args::One},
    {"ORIGIN", ExprOp::Origin, Args::Name},
    {"SEGMENT_START", ExprOp::SegmentStart, Args::NameAndOne},
    {"SIZEOF", ExprOp::SizeOf, Args::Name},
};

} // namespace

const Expr *ExpressionParser::make(ExprOp op, ScriptPos at, const Expr *a, const Expr *b, const Expr *c) {
  Expr *e = Arena::make<Expr>();
  e->op = op;
  e->at = at;
  e->a = a;
  e->b = b;
  e->c = c;
  return e;
}

const Expr *ExpressionParser::number(u64 value, ScriptPos at) {
  Expr *e = Arena::make<Expr>();
  e->number = value;
  e->at = at;
  return e;
}

const Expr *ExpressionParser::named(ExprOp op, std::string_view name, ScriptPos at) {
  Expr *e = Arena::make<Expr>();
  e->op = op;
  e->name = name;
  e->at = at;
  return e;
}

void ExpressionParser::check_depth(int depth) {
  if (depth > kMaxDepth)
    Lexer::fail(lex_.peek(kExpr), "expression is nested too deeply");
}

const Expr *ExpressionParser::conditional(int depth) {
  check_depth(depth);
  const Expr *condition = binary(1, depth);
  if (!lex_.peek(kExpr).is("?"))
    return condition;
  ScriptPos at = position(lex_.next(kExpr));
  const Expr *yes = conditional(depth + 1);
  lex_.expect(":", kExpr);
  return make(ExprOp::Conditional, at, condition, yes, conditional(depth + 1));
}

const Expr *ExpressionParser::binary(int level, int depth) {
  const Expr *left = unary(depth);
  // Operators of one level associate to the left, so a chain of any length needs no recursion; but
  // evaluation recurses along it.
  for (int links = 0;; ++links) {
    const Token &t = lex_.peek(kExpr);
    const BinaryOp *found = nullptr;
    if (!t.quoted && !t.number)
      for (const BinaryOp &b : kBinary)
        if (b.text == t.text && b.level >= level)
          found = &b;
    if (!found)
      return left;
    check_depth(depth + links / 16);
    ScriptPos at = position(lex_.next(kExpr));
    left = make(found->op, at, left, binary(found->level + 1, depth + 1));
  }
}

const Expr *ExpressionParser::unary(int depth) {
  check_depth(depth);
  Token t = lex_.next(kExpr);
  ScriptPos at = position(t);
  if (t.number)
    return number(t.value, at);
  if (t.quoted)
    return named(ExprOp::Symbol, t.text, at);
  if (t.is("(")) {
    const Expr *e = conditional(depth + 1);
    lex_.expect(")", kExpr);
    return e;
  }
  if (t.is("-"))
    return make(ExprOp::Negate, at, unary(depth + 1));
  if (t.is("+"))
    return unary(depth + 1);
  if (t.is("!"))
    return make(ExprOp::Not, at, unary(depth + 1));
  if (t.is("~"))
    return make(ExprOp::Complement, at, unary(depth + 1));
  if (t.is("."))
    return make(ExprOp::Dot, at, nullptr);
  if (t.is("SIZEOF_HEADERS") || t.is("sizeof_headers")) {
    uses_headers = true;
    return make(ExprOp::SizeOfHeaders, at, nullptr);
  }
  unsigned char c = t.text.empty() ? 0 : static_cast<unsigned char>(t.text[0]);
  if (!(c == '_' || c == '.' || c == '$' || c == '\\' || c >= 0x80 ||
        ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
    Lexer::fail(t, "expected an expression, found " + Lexer::describe(t));
  if (lex_.peek(kExpr).is("("))
    return function(t, at, depth);
  return named(ExprOp::Symbol, t.text, at);
}

const Expr *ExpressionParser::function(const Token &name, ScriptPos at, int depth) {
  const Function *f = nullptr;
  for (const Function &g : kFunctions)
    if (g.name == name.text)
      f = &g;
  if (!f)
    Lexer::fail(name, "unknown function " + Lexer::describe(name));
  lex_.expect("(", kExpr);
  Expr *e = Arena::make<Expr>();
  e->op = f->op;
  e->at = at;
  if (f->args == Args::Name || f->args == Args::NameAndOne) {
    Token t = lex_.next(Words::Names);
    if (t.text.empty() || t.is(")") || t.is("(") || t.is("{") || t.is("}") || t.is(",") || t.is(";"))
      Lexer::fail(t, "expected a name, found " + Lexer::describe(t));
    e->name = t.text;
    if (f->args == Args::NameAndOne) {
      lex_.expect(",", kExpr);
      e->a = conditional(depth + 1);
    }
  } else {
    e->a = conditional(depth + 1);
    if (f->args == Args::Two || (f->args == Args::OneOrTwo && lex_.peek(kExpr).is(","))) {
      lex_.expect(",", kExpr);
      e->b = conditional(depth + 1);
    } else if (f->args == Args::OneAndText) {
      lex_.expect(",", kExpr);
      e->name = lex_.next(Words::Names).text;
    }
  }
  lex_.expect(")", kExpr);
  return e;
}

} // namespace gold::script
