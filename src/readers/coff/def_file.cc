// Module definition files ("Module-Definition (.Def) Files" of Microsoft's linker reference, with GNU's
// `==`): what a DLL is called and what it exports.
//
// A .def file is an input like an object that has names and no section.
#include "readers/coff/parts.h"

#include <algorithm>
#include <cctype>

namespace gold::coff {

namespace {

constexpr std::string_view statements[] = {"LIBRARY",  "NAME",    "EXPORTS", "DESCRIPTION", "STACKSIZE",
                                           "HEAPSIZE", "VERSION", "IMPORTS", "STUB",        "SECTIONS",
                                           "SEGMENTS", "CODE",    "DATA"};

// Words, quoted ones without their quotes; `=`, `==`, `,` and `@` are words of their own.
class Lexer {
public:
  explicit Lexer(std::string_view text) : text_(text) {}

  struct Word {
    std::string_view text;
    bool quoted = false, first = false; // of its line
    u32 line = 0;
    explicit operator bool() const { return !text.empty() || quoted; }
  };

  Word peek() {
    if (!have_)
      ahead_ = read();
    have_ = true;
    return ahead_;
  }
  Word next() {
    Word w = peek();
    have_ = false;
    return w;
  }

private:
  Word read() {
    bool first = at_ == 0;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '\n') {
        first = true;
        ++line_;
      } else if (c == ';') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      } else if (!std::isspace(static_cast<unsigned char>(c))) {
        break;
      }
      ++at_;
    }
    Word w;
    w.first = first;
    w.line = line_;
    if (at_ == text_.size())
      return w;
    std::size_t begin = at_;
    char c = text_[at_];
    if (c == '"' || c == '\'') {
      std::size_t end = text_.find(c, at_ + 1);
      if (end == text_.npos)
        throw InputError("a quote is not closed in line " + std::to_string(line_));
      w.text = text_.substr(begin + 1, end - begin - 1);
      w.quoted = true;
      at_ = end + 1;
      return w;
    }
    if (c == '=' || c == ',') {
      at_ += c == '=' && at_ + 1 < text_.size() && text_[at_ + 1] == '=' ? 2 : 1;
    } else {
      // An @ begins an ordinal only where a word begins: it is part of decorated names.
      while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])) &&
             std::string_view("=,;").find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
    w.text = text_.substr(begin, at_ - begin);
    return w;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  u32 line_ = 1;
  Word ahead_;
  bool have_ = false;
};

bool is_statement(const Lexer::Word &w) {
  return w.first && !w.quoted &&
         std::find(std::begin(statements), std::end(statements), w.text) != std::end(statements);
}

[[noreturn]] void fail(const Lexer::Word &w, const std::string &what) {
  throw InputError("line " + std::to_string(w.line) + ": " + what +
                   (w.text.empty() ? "" : " at '" + std::string(w.text) + "'"));
}

u64 number(const Lexer::Word &w, std::string_view digits) {
  u64 v = 0;
  bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (hex)
    digits.remove_prefix(2);
  if (digits.empty() || digits.size() > 16)
    fail(w, "a number is expected");
  for (char c : digits) {
    u64 d = c >= '0' && c <= '9'                            ? static_cast<u64>(c - '0')
            : hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? static_cast<u64>((c | 0x20) - 'a') + 10
                                                            : 99;
    if (d >= (hex ? 16u : 10u))
      fail(w, "a number is expected");
    v = v * (hex ? 16 : 10) + d;
  }
  return v;
}

void read_export(Lexer &lex, CoffObject &o) {
  Export e;
  e.name = e.internal = lex.next().text;
  if (lex.peek().text == "=" && !lex.peek().quoted) {
    lex.next();
    e.internal = lex.next().text;
  }
  if (lex.peek().text == "==" && !lex.peek().quoted) { // what importers call it
    lex.next();
    lex.next();
  }
  for (;;) {
    Lexer::Word w = lex.peek();
    if (!w || w.first)
      break;
    lex.next();
    if (w.text.starts_with('@')) {
      std::string_view digits = w.text.substr(1);
      if (digits.empty())
        digits = lex.next().text;
      u64 n = number(w, digits);
      if (n == 0 || n > 65535)
        fail(w, "an ordinal is from 1 to 65535");
      e.ordinal = static_cast<u16>(n);
    } else if (w.text == "NONAME") {
      e.noname = true;
    } else if (w.text == "DATA" || w.text == "data") {
      e.data = true;
    } else if (w.text == "CONSTANT" || w.text == "constant") {
      e.constant = true;
    } else if (w.text == "PRIVATE" || w.text == "private") {
      e.is_private = true;
    } else if (w.text != ",") {
      fail(w, "unexpected word");
    }
  }
  o.exports.push_back(e);
  if (e.internal == e.name || e.internal.find('.') == e.internal.npos)
    o.extra_names.push_back(e.internal);
}

} // namespace

bool is_definition_file(ByteView b) {
  try {
    Lexer lex(b.str().substr(0, 4096));
    Lexer::Word w = lex.next();
    if (w.text == "VERSION" && lex.peek().text.starts_with('{')) // of a linker script
      return false;
    return is_statement(w) && w.text != "SECTIONS" && w.text != "DATA" && w.text != "CODE";
  } catch (const InputError &) {
    return false;
  }
}

void parse_definition_file(CoffObject &o) {
  Lexer lex(o.bytes.str());
  o.machine = IMAGE_FILE_MACHINE_AMD64;
  while (Lexer::Word w = lex.next()) {
    if (!is_statement(w))
      fail(w, "a statement (LIBRARY, EXPORTS ...) is expected");
    if (w.text == "EXPORTS") {
      while (lex.peek() && !is_statement(lex.peek()))
        read_export(lex, o);
    } else if (w.text == "LIBRARY" || w.text == "NAME") {
      if (lex.peek() && !lex.peek().first && lex.peek().text != "BASE")
        o.dll = lex.next().text;
      if (lex.peek().text == "BASE" && !lex.peek().first) {
        lex.next();
        if (lex.next().text != "=")
          fail(w, "BASE without '='");
        Lexer::Word v = lex.next();
        o.wanted_base = number(v, v.text);
      }
      if (!o.dll.empty() && o.dll.find('.') == o.dll.npos)
        o.dll = Arena::copy(std::string(o.dll) + (w.text == "LIBRARY" ? ".dll" : ".exe"));
    } else if (w.text == "DESCRIPTION" || w.text == "VERSION" || w.text == "STUB") {
      while (lex.peek() && !lex.peek().first)
        lex.next(); // of no use to the loader
    } else {
      fail(w, "this statement is not supported");
    }
  }
}

} // namespace gold::coff
