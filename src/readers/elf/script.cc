// See script.h. One lexer for all of these languages; a small recursive-descent parser for each.
#include "readers/elf/script.h"

#include "formats/elf/elf.h"
#include "support/glob.h"

#include <algorithm>

namespace gold::elf {
namespace {

struct Token {
  std::string_view text; // empty: end of the file
  bool quoted = false;
  u32 line = 0;
  u64 offset = 0;
  bool is(std::string_view s) const { return !quoted && text == s; }
  bool end() const { return !quoted && text.empty(); }
};

class Lexer {
public:
  // In version scripts '=' and ',' are no tokens of their own, names may hold any of :<>~.
  Lexer(ByteView b, bool version_script) : s_(b.str()), version_(version_script) { advance(); }

  const Token &peek() const { return tok_; }
  Token next() {
    Token t = tok_;
    advance();
    return t;
  }
  bool accept(std::string_view s) {
    if (!tok_.is(s))
      return false;
    advance();
    return true;
  }
  void expect(std::string_view s) {
    if (!accept(s))
      fail(std::string("expected `") + std::string(s) + "', found " + describe(tok_), tok_);
  }
  static std::string describe(const Token &t) {
    if (t.end())
      return "the end of the file";
    std::string s;
    for (char c : t.text.substr(0, 60))
      s += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return "`" + s + "'";
  }
  [[noreturn]] static void fail(const std::string &what, const Token &at) {
    throw InputError("line " + std::to_string(at.line) + ": " + what, at.offset);
  }

private:
  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  void skip_blanks() {
    while (pos_ < s_.size()) {
      char c = s_[pos_];
      if (c == '\n')
        ++line_;
      if (is_blank(c)) {
        ++pos_;
      } else if (c == '#') {
        pos_ = std::min(s_.find('\n', pos_), s_.size());
      } else if (c == '/' && s_.substr(pos_, 2) == "/*") {
        auto e = s_.find("*/", pos_ + 2);
        if (e == s_.npos)
          fail("a comment does not end", Token{{}, false, line_, pos_});
        line_ += static_cast<u32>(std::count(s_.begin() + static_cast<std::ptrdiff_t>(pos_),
                                             s_.begin() + static_cast<std::ptrdiff_t>(e), '\n'));
        pos_ = e + 2;
      } else {
        return;
      }
    }
  }
  void advance() {
    skip_blanks();
    tok_ = Token{{}, false, line_, pos_};
    if (pos_ >= s_.size())
      return;
    char c = s_[pos_];
    if (c == '"') {
      auto e = s_.find('"', pos_ + 1);
      if (e == s_.npos)
        fail("a string does not end", tok_);
      tok_.text = s_.substr(pos_ + 1, e - pos_ - 1);
      line_ += static_cast<u32>(std::count(tok_.text.begin(), tok_.text.end(), '\n'));
      tok_.quoted = true;
      pos_ = e + 1;
      return;
    }
    std::string_view single = version_ ? "{};" : "{}();,=";
    auto e = pos_;
    if (single.find(c) != single.npos) {
      ++e;
    } else if (version_ && c == ':' && s_.substr(pos_, 2) != "::") {
      ++e;
    } else {
      while (e < s_.size() && !is_blank(s_[e]) && s_[e] != '"' && single.find(s_[e]) == single.npos) {
        // `global:` and `local:` end at the colon; `std::foo` does not.
        if (version_ && s_[e] == ':') {
          if (s_.substr(e, 2) != "::")
            break;
          e += 2;
          continue;
        }
        if (version_ && s_.substr(e, 2) == "/*")
          break;
        // A bracket expression may hold any character.
        if (s_[e] == '[') {
          auto close = s_.find_first_of("]\n", e + 1);
          if (close != s_.npos && s_[close] == ']')
            e = close;
        }
        ++e;
      }
    }
    tok_.text = s_.substr(pos_, e - pos_);
    pos_ = e;
  }

  std::string_view s_;
  bool version_;
  std::size_t pos_ = 0;
  u32 line_ = 1;
  Token tok_;
};

void add_pattern(const Token &t, u16 version, bool cpp, std::vector<VersionPattern> &out) {
  VersionPattern &p = out.emplace_back();
  p.pattern = t.text;
  p.version = version;
  p.cpp = cpp;
  p.literal = t.quoted || glob_is_literal(t.text);
}

// extern "C++" { "name"; pattern; };   The opening `extern` has been read.
void parse_extern(Lexer &lex, u16 version, std::vector<VersionPattern> &out) {
  Token lang = lex.next();
  bool cpp = lang.text == "C++";
  if (!cpp && lang.text != "C")
    Lexer::fail("unknown language " + Lexer::describe(lang) + " (only \"C\" and \"C++\" are supported)",
                lang);
  lex.expect("{");
  while (!lex.accept("}")) {
    Token t = lex.next();
    if (t.end() || t.is("{") || t.is(";"))
      Lexer::fail("expected a name, found " + Lexer::describe(t), t);
    add_pattern(t, version, cpp, out);
    if (!lex.accept(";")) {
      lex.expect("}");
      break;
    }
  }
  lex.accept(";");
}

// What stands between { and } of a node.
void parse_node_body(Lexer &lex, u16 version, std::vector<VersionPattern> &out) {
  u16 current = version;
  while (!lex.accept("}")) {
    Token t = lex.next();
    if (t.end())
      Lexer::fail("`}' is missing", t);
    if (lex.peek().is(":") && !t.quoted) {
      lex.next();
      if (t.is("global"))
        current = version;
      else if (t.is("local"))
        current = VER_NDX_LOCAL;
      else
        Lexer::fail("expected `global:' or `local:', found " + Lexer::describe(t), t);
      continue;
    }
    if (t.is("extern") && (lex.peek().quoted || lex.peek().is("C"))) {
      parse_extern(lex, current, out);
      continue;
    }
    if (t.is("{") || t.is(";") || t.is(":"))
      Lexer::fail("expected a name, found " + Lexer::describe(t), t);
    add_pattern(t, current, false, out);
    if (!lex.accept(";")) {
      lex.expect("}");
      break;
    }
  }
}

void parse_versions(Lexer &lex, VersionScript &out, bool until_brace) {
  out.present = true;
  bool anonymous = false;
  while (!lex.peek().end() && !(until_brace && lex.peek().is("}"))) {
    Token t = lex.next();
    if (t.is("{")) {
      if (anonymous || !out.nodes.empty())
        Lexer::fail("an anonymous version can't be combined with other versions", t);
      anonymous = true;
      parse_node_body(lex, VER_NDX_GLOBAL, out.patterns);
      lex.expect(";");
      continue;
    }
    if (t.is("}") || t.is(";") || t.is(":"))
      Lexer::fail("expected the name of a version, found " + Lexer::describe(t), t);
    if (anonymous)
      Lexer::fail("an anonymous version can't be combined with other versions", t);
    for (auto &n : out.nodes)
      if (n.name == t.text)
        Lexer::fail("version " + Lexer::describe(t) + " is defined twice", t);
    if (out.nodes.size() >= 0x7ff0)
      Lexer::fail("too many versions", t);
    u16 index = static_cast<u16>(out.nodes.size() + 2);
    VersionNode node;
    node.name = t.text;
    node.index = index;
    lex.expect("{");
    parse_node_body(lex, index, out.patterns);
    while (!lex.accept(";")) {
      Token parent = lex.next();
      auto it =
          std::find_if(out.nodes.begin(), out.nodes.end(), [&](auto &n) { return n.name == parent.text; });
      if (parent.end() || parent.is("{") || parent.is("}"))
        Lexer::fail("`;' is missing after a version", parent);
      if (it == out.nodes.end())
        Lexer::fail("unknown version " + Lexer::describe(parent), parent);
      node.parents.push_back(it->index);
    }
    out.nodes.push_back(std::move(node));
  }
}

} // namespace

bool looks_like_script(ByteView b) {
  u64 n = std::min<u64>(b.size(), 1024);
  bool letter = false;
  for (u64 i = 0; i < n; ++i) {
    u8 c = b.data()[i];
    if (c < 0x20 ? !(c >= '\t' && c <= '\r') : c == 0x7f)
      return false;
    letter |= (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  }
  return letter;
}

void parse_version_script(ByteView b, VersionScript &out) {
  Lexer lex(b, true);
  parse_versions(lex, out, false);
}

void parse_dynamic_list(ByteView b, std::vector<VersionPattern> &out) {
  Lexer lex(b, true);
  while (!lex.peek().end()) {
    Token t = lex.peek();
    lex.expect("{");
    std::vector<VersionPattern> patterns;
    parse_node_body(lex, VER_NDX_GLOBAL, patterns);
    for (auto &p : patterns) {
      if (p.version == VER_NDX_LOCAL)
        Lexer::fail("`local:' is not allowed in a dynamic list", t);
      out.push_back(std::move(p));
    }
    lex.accept(";");
  }
}

VersionPattern make_pattern(std::string_view text, u16 version) {
  VersionPattern p;
  p.pattern = text;
  p.version = version;
  p.literal = glob_is_literal(text);
  return p;
}

} // namespace gold::elf
