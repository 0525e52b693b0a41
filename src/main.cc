// The program: reads its command line, runs what it asks for, and ends with 0 or 1, never by a
// signal: whatever happens, no half-written output stays behind.
#include "driver/driver.h"
#include "link.h"
#include "runtime_embed/command.h"
#include "support/diag.h"
#include "support/mapped_file.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace {

using namespace gold;

void say(std::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(2, text.data(), text.size());
    if (n <= 0)
      return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Both handlers only call what is safe in a signal handler.
[[maybe_unused]] void on_crash(int sig) {
  say("gold-go: error: internal error: ");
  say(sig == SIGSEGV   ? "segmentation fault"
      : sig == SIGBUS  ? "bus error"
      : sig == SIGFPE  ? "arithmetic error"
      : sig == SIGILL  ? "illegal instruction"
      : sig == SIGABRT ? "aborted"
                       : "signal");
  say("\n>>> this is a bug of gold-go; --reproduce=FILE.tar packs what is needed to show it\n");
  remove_temporary_output();
  _exit(1);
}

void on_interrupt(int) {
  remove_temporary_output();
  _exit(1);
}

void handle_signals() {
  struct sigaction sa = {};
  sigemptyset(&sa.sa_mask);
#ifndef GOLD_GO_SANITIZED // sanitizers report crashes themselves
  // The handler needs a stack of its own: a stack that ran over is one of the crashes.
  static char stack[32768];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  sa.sa_handler = on_crash;
  sa.sa_flags = SA_ONSTACK | static_cast<int>(SA_RESETHAND);
  for (int sig : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    sigaction(sig, &sa, nullptr);
#endif
  sa.sa_handler = on_interrupt;
  sa.sa_flags = 0;
  for (int sig : {SIGINT, SIGTERM, SIGHUP})
    if (struct sigaction old; sigaction(sig, nullptr, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(sig, &sa, nullptr);
  // Writing then fails with an error that can be reported.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

// gold-go-inspect is a program of its own, so that linking doesn't pay for what it needs.
int run_inspect(const std::vector<std::string> &words) {
  char self[4096];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  std::string dir(self, n > 0 ? static_cast<std::size_t>(n) : 0);
  dir.resize(dir.find_last_of('/') == dir.npos ? 0 : dir.find_last_of('/'));
  std::vector<char *> argv{const_cast<char *>("gold-go-inspect")};
  for (const std::string &w : words)
    argv.push_back(const_cast<char *>(w.c_str()));
  argv.push_back(nullptr);
  const std::string beside = dir + "/gold-go-inspect",
                    installed = dir + "/../libexec/gold-go/gold-go-inspect";
  for (const std::string &program : {beside, installed})
    if (access(program.c_str(), X_OK) == 0)
      execv(program.c_str(), argv.data());
  say("gold-go: error: gold-go-inspect was not found\n>>> looked for " + beside + "\n>>> and " + installed +
      "\n>>> it is built when LIEF is there\n");
  return 1;
}

int report(const Invocation &inv, bool failed) {
  Diag diag;
  diag.program = inv.options.program;
  diag.fatal_warnings = inv.options.fatal_warnings;
  diag.suppress_warnings = inv.options.suppress_warnings;
  diag.color =
      inv.options.color == Options::Color::Always || (inv.options.color == Options::Color::Auto && isatty(2));
  u64 order = 0; // as on the command line
  for (const std::string &w : inv.warnings)
    diag.warn(w, order++);
  for (const std::string &e : inv.errors)
    diag.error(e, order++);
  diag.flush();
  return failed || diag.has_errors() ? 1 : 0;
}

bool print(const std::string &text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) == 0)
    return true;
  say("gold-go: error: cannot write to standard output\n");
  return false;
}

int run_runtime(Invocation &inv) {
  CommandResult result = run_runtime_command(inv.rest);
  if (!result.error.empty()) {
    inv.errors.push_back(result.error);
    return report(inv, true);
  }
  return print(result.text) ? 0 : 1;
}

int run(int argc, char **argv) {
  Invocation inv = parse_command_line(argc, argv);
  if (!inv.text.empty() && inv.action != Invocation::Error && !print(inv.text))
    return 1;
  switch (inv.action) {
  case Invocation::Print:
    return report(inv, false);
  case Invocation::Inspect:
    return run_inspect(inv.rest);
  case Invocation::Runtime:
    return run_runtime(inv);
  case Invocation::Error:
    return report(inv, true);
  case Invocation::Link:
    break;
  }
  if ((!inv.warnings.empty() || !inv.errors.empty()) && report(inv, false) != 0)
    return 1;
  return link(inv.options);
}

} // namespace

int main(int argc, char **argv) {
  handle_signals();
  int code = 1;
  try {
    code = run(argc, argv);
  } catch (const std::bad_alloc &) {
    say("gold-go: error: out of memory\n");
  } catch (const std::exception &e) {
    say(std::string("gold-go: error: ") + e.what() + "\n");
  }
  if (code != 0)
    remove_temporary_output();
  if (std::fflush(stdout) != 0 && code == 0) {
    say("gold-go: error: cannot write to standard output\n");
    code = 1;
  }
  // Nothing is taken down: the process ends, and its memory with it.
  _exit(code);
}
