// Words of a linker script ("Linker Scripts" in the GNU ld manual).
//
// What a word is depends on where it stands: in an expression `a-b` is three words, in a list of files
// it is one. So the parser says with each look which kind it expects; nothing is read ahead beyond one
// word, and that is read again when the next look is of another kind.
#pragma once

#include "support/bytes.h"

#include <string>
#include <string_view>

namespace gold::script {

enum class Words : u8 {
  Expression, // names, numbers, operators
  Names,      // names of files, sections, patterns; any of {}();, stand alone
};

struct Token {
  std::string_view text; // empty and not quoted: the end
  bool quoted = false;
  bool number = false;
  u64 value = 0; // of a number
  std::size_t begin = 0, end = 0;
  u32 line = 1, column = 1;
  bool is(std::string_view s) const { return !quoted && !number && text == s; }
  bool at_end() const { return !quoted && text.empty(); }
};

class Lexer {
public:
  explicit Lexer(std::string_view text) : text_(text) {}

  const Token &peek(Words);
  Token next(Words);
  // Consumes the word if it is `s`.
  bool accept(std::string_view s, Words);
  void expect(std::string_view s, Words);

  // True if what comes next, blanks aside, is an assignment: a name and one of = += -= *= /= <<= >>=
  // &= |= ^=. Nothing is consumed.
  bool at_assignment();

  // Throws InputError "LINE:COLUMN: what".
  [[noreturn]] static void fail(const Token &at, const std::string &what);
  static std::string describe(const Token &);

  std::string_view text() const { return text_; }
  // Goes on at this position, which lies ahead.
  void skip_to(std::size_t);

private:
  void skip_blanks();
  Token read(Words);
  Token read_word(Words);
  void read_number(Token &);

  std::string_view text_;
  std::size_t pos_ = 0; // behind the last consumed word
  u32 line_ = 1;
  std::size_t line_begin_ = 0;
  bool peeked_ = false;
  Words peeked_as_ = Words::Names;
  Token token_;
  std::size_t after_ = 0; // position, line and its begin behind `token_`
  u32 after_line_ = 1;
  std::size_t after_line_begin_ = 0;
};

} // namespace gold::script
