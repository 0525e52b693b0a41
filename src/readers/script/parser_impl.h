// The parts of the script parser: commands (parser.cc) and SECTIONS (sections.cc).
#pragma once

#include "readers/script/expression.h"
#include "readers/script/parser.h"

#include <memory>

namespace gold::script {

class Parser {
public:
  Parser(LayoutPlan &plan, Commands &out, const Includer &includer)
      : plan_(plan), out_(out), includer_(includer) {}
  void run(ByteView text, const std::string &path);

private:
  // -- commands: parser.cc
  void command();
  void parse_inputs(bool group, bool as_needed, int depth);
  std::string arguments();
  void names(std::vector<std::string> &out);
  void no_cross_refs(const Token &);
  void search_dir();
  void version();
  void memory();
  void region();
  void program_headers();
  void insert(const Token &);
  void region_alias();
  // What can stand at the top and in SECTIONS alike: ENTRY, ASSERT, PROVIDE, assignments. True if it was
  // one of these.
  bool common_command(std::vector<Statement> &into);

  // -- SECTIONS: sections.cc
  void sections();
  void section_item();
  OutputRule *output_section(const Token &name, bool in_overlay);
  void overlay();
  void address_and_type(OutputRule &);
  bool type(OutputRule &);
  void attributes(OutputRule &);
  void trailer(OutputRule &, bool in_overlay);
  void body(OutputRule &);
  void body_statement(OutputRule &);
  void data(OutputRule &, const Token &);
  InputRule *input(OutputRule &, bool keep);
  void section_flags(InputRule &);
  void section_list(InputRule &, const std::vector<SortKey> &keys, bool reverse,
                    std::vector<FilePattern> exclude);
  void add_section(InputRule &, const Token &, const std::vector<FilePattern> &exclude,
                   const std::vector<SortKey> &keys, bool reverse);
  void excludes(std::vector<FilePattern> &out);
  FillRule *fill();
  Assignment *assignment(Assignment::Kind);
  bool provide(std::vector<Statement> &into);
  AssertRule *check();

  // -- shared
  Lexer &lex() { return *lexers_.back().lexer; }
  const Token &peek() { return lex().peek(Words::Names); }
  Token next() { return lex().next(Words::Names); }
  bool accept(std::string_view s) { return lex().accept(s, Words::Names); }
  void expect(std::string_view s) { lex().expect(s, Words::Names); }
  const Expr *expression();
  const Expr *in_parentheses();
  std::string_view identifier(const char *what);
  ScriptPos position(const Token &t) const { return {lexers_.back().file, t.line, t.column}; }
  void end_of_statement();
  void include();
  void enter(ByteView text, const std::string &path);
  // Runs `item` until `close` is consumed (or, if empty, the end of the script), through INCLUDEs.
  template <class F> void until(std::string_view close, F &&item) {
    std::size_t base = lexers_.size();
    for (;;) {
      const Token &t = peek();
      if (t.at_end()) {
        if (lexers_.size() > base) {
          lexers_.pop_back();
          continue;
        }
        if (close.empty())
          return;
        Lexer::fail(t, "`" + std::string(close) + "' is missing");
      }
      if (!close.empty() && t.is(close)) {
        next();
        return;
      }
      if (t.is("INCLUDE")) {
        next();
        include();
        continue;
      }
      item();
    }
  }

  // ( word, word ... )
  template <class F> void for_each_name(F &&fn) {
    expect("(");
    while (!accept(")")) {
      Token t = next();
      if (t.at_end())
        Lexer::fail(t, "`)' is missing");
      if (!t.is(","))
        fn(t.text);
    }
  }

  struct Source {
    std::unique_ptr<Lexer> lexer;
    u32 file;
  };
  LayoutPlan &plan_;
  Commands &out_;
  const Includer &includer_;
  std::vector<Source> lexers_;
  std::size_t first_uninserted_ = 0; // outputs of the plan that an INSERT would move
  std::size_t first_statement_ = 0;
  u32 rules_ = 0;
};

} // namespace gold::script
