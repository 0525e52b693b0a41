// main.cc - runs the table of semantics.
//
//   semantics virtual FIRST LAST   cases on the virtual clock, with each of these seeds
//   semantics real PROCS           cases in real time
//   semantics death                cases that end a process
//   semantics list                 name, expectation, rule: one case a line
//   semantics one NAME             one case in this process
#include "../tracebacks.h"
#include "table.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

extern char **environ;

namespace table {

std::vector<Case> &cases() {
  static std::vector<Case> v;
  return v;
}

static const Case *current;

static void on_alarm(int) {
  char b[256];
  int n = std::snprintf(b, sizeof b, "case %s does not end\n", current ? current->name : "?");
  (void)!write(2, b, std::size_t(n));
  std::signal(SIGALRM, SIG_DFL); // should the report not end either
  alarm(10);
  go::traceback(2);
  _exit(1);
}

static bool virtual_clock;

static bool others_rest() {
  std::string all = tracebacks();
  std::size_t self = all.find("[running]");
  return !all.empty() && all.find("[runnable]") == all.npos && all.find("[running]", self + 1) == all.npos;
}

void settle() {
  go::sleep_for(3ms);
  for (int i = 0; i < 100 && !virtual_clock && !others_rest(); i++)
    go::sleep_for(3ms);
}

static int failures;

// A sanitizer multiplies the time that everything takes.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr unsigned patience = 5;
#else
constexpr unsigned patience = 1;
#endif

static void run(const Case &c, const char *how) {
  current = &c;
  alarm(60 * patience);
  std::string got = thrown([&] {
    std::string s = c.run();
    if (s != c.expect) {
      failures++;
      std::fprintf(stderr, "%s (%s)\n  rule: %s\n  expected: %s\n  seen:     %s\n", c.name, how, c.rule,
                   c.expect, s.c_str());
    }
  });
  if (got != "none") {
    failures++;
    std::fprintf(stderr, "%s (%s)\n  rule: %s\n  threw: %s\n", c.name, how, c.rule, got.c_str());
  }
  alarm(0);
}

// The process's exit code and its standard error.
static std::pair<int, std::string> child(const Case &c) {
  int p[2];
  if (pipe(p))
    std::abort();
  posix_spawn_file_actions_t fa;
  posix_spawn_file_actions_init(&fa);
  posix_spawn_file_actions_adddup2(&fa, p[1], 2);
  posix_spawn_file_actions_addclose(&fa, p[0]);
  char self[] = "/proc/self/exe", one[] = "one";
  std::string name = c.name;
  const char *emulated = std::getenv("GO_RT_SELF"); // under an emulator /proc/self/exe is not we
  char *argv[] = {self, one, name.data(), nullptr};
  pid_t pid;
  if (posix_spawn(&pid, emulated ? emulated : self, &fa, nullptr, argv, environ))
    std::abort();
  close(p[1]);
  std::string err;
  char b[4096];
  for (ssize_t n; (n = read(p[0], b, sizeof b)) > 0;)
    err.append(b, std::size_t(n));
  close(p[0]);
  int st = 0;
  waitpid(pid, &st, 0);
  return {WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st), err};
}

static void run_death(const Case &c) {
  auto [code, err] = child(c);
  std::string want = c.expect, want_code = want.substr(0, want.find(':'));
  bool ok = std::to_string(code) == want_code;
  // Texts to be found, in this order, separated by " ... ".
  std::size_t from = 0;
  for (std::string rest = want.size() > want_code.size() ? want.substr(want_code.size() + 2) : "";
       !rest.empty();) {
    std::size_t k = rest.find(" ... ");
    std::string part = rest.substr(0, k);
    rest = k == std::string::npos ? "" : rest.substr(k + 5);
    std::size_t at = err.find(part, from);
    if (at == std::string::npos) {
      ok = false;
      break;
    }
    from = at + part.size();
  }
  if (!ok) {
    failures++;
    std::fprintf(stderr, "%s\n  rule: %s\n  expected: %s\n  exit code %d, stderr:\n%s\n", c.name, c.rule,
                 c.expect, code, err.c_str());
  }
}

} // namespace table

int main(int argc, char **argv) {
  using namespace table;
  std::string mode = argc > 1 ? argv[1] : "real", arg = argc > 2 ? argv[2] : "1";
  std::set<std::string> names;
  for (const Case &c : cases())
    if (!names.insert(c.name).second) {
      std::fprintf(stderr, "two cases are called %s\n", c.name);
      return 1;
    }
  signal(SIGALRM, on_alarm);
  int n = 0;
  if (mode == "list") {
    for (const Case &c : cases())
      std::printf("%s\t%s\t%s\n", c.name, c.expect, c.rule);
    return 0;
  }
  if (mode == "one") {
    for (const Case &c : cases())
      if (arg == c.name) {
        alarm(30 * patience);
        current = &c;
        std::printf("%s\n", c.run().c_str());
        return 0;
      }
    return 99;
  }
  if (mode == "death") {
    for (const Case &c : cases())
      if (c.when == death)
        run_death(c), n++;
  } else if (mode == "virtual") {
    virtual_clock = true;
    int first = std::atoi(arg.c_str()), last = argc > 3 ? std::atoi(argv[3]) : first;
    for (int seed = first; seed <= last; seed++) {
      std::string how = "virtual clock, seed " + std::to_string(seed);
      go_test_mode(std::uint64_t(seed));
      for (const Case &c : cases())
        if (c.when == always || c.when == exact)
          run(c, how.c_str()), n++;
      go_test_mode(0);
    }
  } else {
    go::set_max_procs(unsigned(std::atoi(arg.c_str())));
    std::string how = "P=" + arg;
    for (const Case &c : cases())
      if (c.when == always || c.when == real)
        run(c, how.c_str()), n++;
  }
  std::printf("%d runs of %zu cases in the table, %d failures\n", n, cases().size(), failures);
  return failures ? 1 : 0;
}
