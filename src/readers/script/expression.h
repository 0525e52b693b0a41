// Expressions of linker scripts ("Expressions in Linker Scripts" in the GNU ld manual).
#pragma once

#include "model/plan.h"
#include "readers/script/lexer.h"

namespace gold::script {

class ExpressionParser {
public:
  ExpressionParser(Lexer &lex, u32 file) : lex_(lex), file_(file) {}
  const Expr *parse() { return conditional(0); }
  bool uses_headers = false; // SIZEOF_HEADERS was read

  // An expression made of others.
  static const Expr *make(ExprOp, ScriptPos, const Expr *a, const Expr *b = nullptr, const Expr *c = nullptr);
  static const Expr *number(u64 value, ScriptPos at = {});
  static const Expr *named(ExprOp, std::string_view name, ScriptPos at);

private:
  const Expr *conditional(int depth);
  const Expr *binary(int level, int depth);
  const Expr *unary(int depth);
  const Expr *function(const Token &name, ScriptPos at, int depth);
  ScriptPos position(const Token &t) const { return {file_, t.line, t.column}; }
  void check_depth(int depth);

  Lexer &lex_;
  u32 file_;
};

} // namespace gold::script
