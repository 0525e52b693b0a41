// table.h - the table of semantics: one entry per rule of Go's that the runtime promises.
//
// A case has a name, the rule (the sentence of the Go specification, of a package's documentation,
// or of our header where we differ on purpose), what must be seen, and a program that says what it
// saw. Most run on the virtual clock with several seeds, where "a moment later" means exactly
// "when nothing else can run", and again on 1, 2 and 4 processors in real time. The twin programs
// in Go (twin/) print what Go sees under the same names; where Go is installed they are compared.
#pragma once
#include <go/go.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace table {

enum When {
  always, // virtual clock and real time
  exact,  // virtual clock only: the order of timers is exact there
  real,   // real time only: sockets, other threads
  death,  // in a process of its own: the expectation is "exit code: text on stderr"
};

struct Case {
  const char *name, *rule, *expect;
  When when;
  std::string (*run)();
};

std::vector<Case> &cases();
struct Add {
  Add(const char *name, const char *rule, const char *expect, When when, std::string (*run)()) {
    cases().push_back({name, rule, expect, when, run});
  }
};

/// Collects what a case saw, words with single spaces between.
struct Saw {
  std::string s;
  template <typename T> Saw &operator()(const T &x) {
    std::ostringstream o;
    o << std::boolalpha << x;
    if (!s.empty())
      s += ' ';
    s += o.str();
    return *this;
  }
  operator std::string() const { return s; }
};

/// Lets every other goroutine run until it blocks: exact on the virtual clock. Otherwise until the tracebacks
/// show none that runs or could, or for 0.3 s.
void settle();

/// "value", or "closed".
inline std::string show(const std::optional<int> &v) {
  return v ? std::to_string(*v) : "closed";
}

/// The name of the exception that f throws, "none" otherwise.
template <typename F> std::string thrown(F f) {
  try {
    f();
  } catch (const go::closed_error &) {
    return "closed_error";
  } catch (const std::system_error &e) {
    return e.code() == std::errc::timed_out             ? "timed_out"
           : e.code() == std::errc::operation_canceled  ? "canceled"
           : e.code() == std::errc::connection_refused  ? "refused"
           : e.code() == std::errc::bad_file_descriptor ? "closed"
           : e.code() == std::errc::broken_pipe         ? "broken_pipe"
                                                        : e.code().message();
  } catch (const std::exception &e) {
    return e.what();
  } catch (...) {
    return "unknown";
  }
  return "none";
}

inline std::string why(std::error_code e) {
  return !e                                   ? "alive"
         : e == std::errc::timed_out          ? "timed_out"
         : e == std::errc::operation_canceled ? "canceled"
                                              : e.message();
}

inline auto nothing = [](auto &&...) {};

} // namespace table

#define CASE_AT(line) table_case_##line
#define CASE_2(line, name, rule, expect, when)                                                               \
  static std::string CASE_AT(line)();                                                                        \
  static table::Add table_add_##line(name, rule, expect, table::when, CASE_AT(line));                        \
  static std::string CASE_AT(line)()
#define CASE_1(line, ...) CASE_2(line, __VA_ARGS__)
/// CASE(name, rule, expectation, when) { ... return Saw()(x)(y); }
#define CASE(...) CASE_1(__LINE__, __VA_ARGS__)
