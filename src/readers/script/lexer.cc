// See lexer.h.
#include "readers/script/lexer.h"

#include <algorithm>

namespace gold::script {

namespace {

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
int digit_value(char c) {
  if (is_digit(c))
    return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}
bool is_hex(char c) {
  return digit_value(c) < 16;
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$' || c == '\\' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return starts_name(c) || is_digit(c);
}

// Operators, longer ones first.
constexpr std::string_view kOperators[] = {"<<=", ">>=", "<<", ">>", "<=", ">=", "==", "!=", "&&",
                                           "||",  "+=",  "-=", "*=", "/=", "&=", "|=", "^="};
constexpr std::string_view kAssignments[] = {"=", "+=", "-=", "*=", "/=", "<<=", ">>=", "&=", "|=", "^="};

} // namespace

void Lexer::fail(const Token &at, const std::string &what) {
  throw InputError(std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what);
}

std::string Lexer::describe(const Token &t) {
  if (t.at_end())
    return "the end of the script";
  std::string s;
  for (char c : t.text.substr(0, 60))
    s += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return "`" + s + "'";
}

void Lexer::skip_blanks() {
  while (pos_ < text_.size()) {
    char c = text_[pos_];
    if (c == '\n') {
      ++line_;
      line_begin_ = ++pos_;
    } else if (is_blank(c)) {
      ++pos_;
    } else if (c == '#') { // also what a preprocessor leaves
      pos_ = std::min(text_.find('\n', pos_), text_.size());
    } else if (c == '/' && text_.substr(pos_, 2) == "/*") {
      auto e = text_.find("*/", pos_ + 2);
      if (e == text_.npos) {
        Token t;
        t.line = line_;
        t.column = static_cast<u32>(pos_ - line_begin_ + 1);
        fail(t, "a comment does not end");
      }
      for (; pos_ < e; ++pos_)
        if (text_[pos_] == '\n') {
          ++line_;
          line_begin_ = pos_ + 1;
        }
      pos_ = e + 2;
    } else {
      return;
    }
  }
}

// 12, 0x1f, 017, 0x10K, 4M; and the older forms $1f, 1fh, 17o, 101b, 99d.
void Lexer::read_number(Token &t) {
  std::size_t i = pos_;
  u64 radix = 10;
  std::string_view digits;
  auto take = [&](auto &&pred) {
    std::size_t b = i;
    while (i < text_.size() && pred(text_[i]))
      ++i;
    digits = text_.substr(b, i - b);
  };
  if (text_[i] == '$') {
    ++i;
    radix = 16;
    take(is_hex);
  } else if (text_[i] == '0' && i + 1 < text_.size() && (text_[i + 1] | 0x20) == 'x') {
    i += 2;
    radix = 16;
    take(is_hex);
  } else {
    take(is_hex);
    char last = i < text_.size() ? static_cast<char>(text_[i] | 0x20) : ' ';
    if (last == 'h' || last == 'o') {
      radix = last == 'h' ? 16 : 8;
      ++i;
    } else if (!digits.empty() && !is_digit(digits.back()) &&
               ((digits.back() | 0x20) == 'b' || (digits.back() | 0x20) == 'd')) {
      radix = (digits.back() | 0x20) == 'b' ? 2 : 10;
      digits.remove_suffix(1);
    } else if (digits.size() > 1 && digits[0] == '0') {
      radix = 8;
    }
  }
  u64 v = 0;
  bool ok = !digits.empty(), fits = true;
  for (char c : digits) {
    u64 d = static_cast<u64>(digit_value(c));
    ok &= d < radix;
    fits &= v <= (~u64(0) - d) / radix;
    v = v * radix + d;
  }
  if (i < text_.size() && ((text_[i] | 0x20) == 'k' || (text_[i] | 0x20) == 'm')) {
    u64 unit = (text_[i] | 0x20) == 'k' ? 1024 : 1024 * 1024;
    fits &= v <= ~u64(0) / unit;
    v *= unit;
    ++i;
  }
  if (i < text_.size() && continues_name(text_[i]))
    ok = false;
  t.text = text_.substr(pos_, i - pos_);
  pos_ = i;
  if (!ok || !fits)
    fail(t, (ok ? "number does not fit 64 bits: " : "not a number: ") + describe(t));
  t.number = true;
  t.value = v;
}

Token Lexer::read_word(Words words) {
  Token t;
  t.line = line_;
  t.column = static_cast<u32>(pos_ - line_begin_ + 1);
  t.begin = pos_;
  if (pos_ >= text_.size())
    return t;
  char c = text_[pos_];
  if (c == '"') {
    auto e = text_.find('"', pos_ + 1);
    if (e == text_.npos)
      fail(t, "a string does not end");
    t.text = text_.substr(pos_ + 1, e - pos_ - 1);
    t.quoted = true;
    for (std::size_t i = pos_; i < e; ++i)
      if (text_[i] == '\n') {
        ++line_;
        line_begin_ = i + 1;
      }
    pos_ = e + 1;
    return t;
  }
  std::size_t e = pos_ + 1;
  if (words == Words::Expression) {
    if (is_digit(c) || (c == '$' && e < text_.size() && is_hex(text_[e]))) {
      read_number(t);
      return t;
    }
    if (starts_name(c)) {
      while (e < text_.size() && continues_name(text_[e]))
        ++e;
    } else {
      for (std::string_view op : kOperators)
        if (text_.substr(pos_).starts_with(op)) {
          e = pos_ + op.size();
          break;
        }
    }
  } else {
    constexpr std::string_view alone = "{}();,";
    if (alone.find(c) == alone.npos && c != ':' && c != '>' && c != '=')
      while (e < text_.size() && !is_blank(text_[e]) && text_[e] != '"' &&
             alone.find(text_[e]) == alone.npos) {
        if (text_[e] == '/' && text_.substr(e, 2) == "/*" && (text_.substr(e).find("*/") != text_.npos))
          break;
        if (text_[e] == '[') { // a bracket expression may hold any character
          auto close = text_.find_first_of("]\n", e + 1);
          if (close != text_.npos && text_[close] == ']')
            e = close;
        }
        ++e;
      }
  }
  t.text = text_.substr(pos_, e - pos_);
  pos_ = e;
  return t;
}

Token Lexer::read(Words words) {
  skip_blanks();
  Token t = read_word(words);
  t.end = pos_;
  return t;
}

const Token &Lexer::peek(Words words) {
  if (peeked_ && peeked_as_ == words)
    return token_;
  std::size_t pos = pos_, begin = line_begin_;
  u32 line = line_;
  token_ = read(words);
  after_ = pos_;
  after_line_ = line_;
  after_line_begin_ = line_begin_;
  pos_ = pos;
  line_ = line;
  line_begin_ = begin;
  peeked_ = true;
  peeked_as_ = words;
  return token_;
}

Token Lexer::next(Words words) {
  peek(words);
  pos_ = after_;
  line_ = after_line_;
  line_begin_ = after_line_begin_;
  peeked_ = false;
  return token_;
}

bool Lexer::accept(std::string_view s, Words words) {
  if (!peek(words).is(s))
    return false;
  next(words);
  return true;
}

void Lexer::expect(std::string_view s, Words words) {
  if (!accept(s, words))
    fail(peek(words), "expected `" + std::string(s) + "', found " + describe(peek(words)));
}

void Lexer::skip_to(std::size_t to) {
  peeked_ = false;
  for (; pos_ < to; ++pos_)
    if (text_[pos_] == '\n') {
      ++line_;
      line_begin_ = pos_ + 1;
    }
}

bool Lexer::at_assignment() {
  std::size_t pos = pos_, begin = line_begin_;
  u32 line = line_;
  bool yes = false;
  skip_blanks();
  if (pos_ < text_.size() && (starts_name(text_[pos_]) || text_[pos_] == '"')) {
    read_word(Words::Expression);
    skip_blanks();
    if (pos_ < text_.size()) {
      std::size_t b = pos_;
      Token op = text_[b] == '"' || is_digit(text_[b]) || starts_name(text_[b])
                     ? Token{}
                     : read_word(Words::Expression);
      yes = std::find(std::begin(kAssignments), std::end(kAssignments), op.text) != std::end(kAssignments);
    }
  }
  pos_ = pos;
  line_ = line;
  line_begin_ = begin;
  return yes;
}

} // namespace gold::script
