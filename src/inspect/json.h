// Writes JSON as it goes along.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <ostream>
#include <string_view>

namespace gold::inspect {

// Writes JSON with no state but whether a comma is due.
class Json {
public:
  explicit Json(std::ostream &out) : out_(out) {}

  void open(char bracket) {
    comma();
    out_ << bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ << bracket;
    first_ = false;
  }
  void key(const char *name) {
    string(name);
    out_ << ':';
    first_ = true;
  }
  void string(std::string_view text) {
    comma();
    out_ << '"';
    for (unsigned char c : text) {
      if (c == '"' || c == '\\') {
        out_ << '\\' << c;
      } else if (c < 0x20 || c >= 0x7f) {
        // A byte a character: names need not be UTF-8.
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
        out_ << escaped;
      } else {
        out_ << c;
      }
    }
    out_ << '"';
  }
  void number(std::uint64_t value) {
    comma();
    out_ << value;
  }
  void field(const char *name, std::string_view value) {
    key(name);
    string(value);
  }
  void field(const char *name, const char *value) { field(name, std::string_view(value)); }
  void field(const char *name, bool value) {
    key(name);
    comma();
    out_ << (value ? "true" : "false");
  }
  void signed_field(const char *name, std::int64_t value) {
    key(name);
    comma();
    out_ << value;
  }
  template <class T>
    requires std::convertible_to<T, std::uint64_t> && (!std::convertible_to<T, std::string_view>)
  void field(const char *name, const T &value) {
    key(name);
    number(static_cast<std::uint64_t>(value));
  }

private:
  void comma() {
    if (!first_)
      out_ << ',';
    first_ = false;
  }

  std::ostream &out_;
  bool first_ = true;
};

} // namespace gold::inspect
