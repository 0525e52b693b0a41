// resolver.cc - a static program's name look-up against servers of its own: in a root directory with nothing
// but etc/hosts and etc/resolv.conf, and a network with nothing but the loopback interface.
#include "check.h"

#include <go/go.hpp>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

using namespace std::chrono_literals;

static void skip(const char *why) {
  std::printf("SKIP: %s\n", why);
  std::exit(77);
}

static void write_file(const char *path, const std::string &text) {
  std::FILE *f = std::fopen(path, "w");
  CHECK(f && std::fwrite(text.data(), 1, text.size(), f) == text.size() && !std::fclose(f));
}

static void alone() {
  char dir[] = "/tmp/go-rt-root-XXXXXX";
  if (unshare(CLONE_NEWNET | CLONE_NEWNS))
    skip("no network namespace can be made here");
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq r = {};
  std::strcpy(r.ifr_name, "lo");
  r.ifr_flags = IFF_UP;
  if (s < 0 || ioctl(s, SIOCSIFFLAGS, &r))
    skip("the loopback interface can't be set up");
  close(s);
  // A file system of its own, which goes with the namespace.
  CHECK(mkdtemp(dir));
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) || mount("none", dir, "tmpfs", 0, nullptr))
    skip("nothing can be mounted here");
  CHECK(!chdir(dir) && !chroot(dir) && !mkdir("/etc", 0755));
}

// ---- the servers -----------------------------------------------------------------------------------

static std::atomic<int> tcp_questions{0}, udp_questions{0};

static std::string name_of(const std::string &q) {
  std::string name;
  for (std::size_t i = 12; i < q.size() && q[i]; i += std::size_t(q[i]) + 1)
    name += (name.empty() ? "" : ".") + q.substr(i + 1, std::size_t(q[i]));
  return name;
}
static void count_to(std::string &r, int n) {
  r[6] = char(n >> 8), r[7] = char(n);
}
static void record(std::string &r, int type, const std::string &data) {
  r += std::string("\xc0\x0c", 2) + char(0) + char(type) + std::string("\0\1\0\0\0\5", 6) +
       char(data.size() >> 8) + char(data.size()) + data;
}

// What the good server answers; empty: nothing at all.
static std::string answer(const std::string &q, bool tcp) {
  std::string name = name_of(q), r = q;
  int type = q[q.size() - 3];
  r[2] = char(0x81), r[3] = char(0x80);
  auto a = [&](const char *ip, int n = 1) {
    if (type == 1)
      record(r, 1, std::string(ip, 4)), count_to(r, n);
  };
  if (name == "plain.test" || name == "short.example.test" || name == "Mixed.Case.test") {
    a("\1\2\3\4");
  } else if (name == "six.test") {
    if (type == 28)
      record(r, 28, std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)), count_to(r, 1);
  } else if (name == "alias.test") {
    record(r, 5, std::string("\5plain\xc0\x12", 8));
    a("\1\2\3\5", 2);
    if (type != 1)
      count_to(r, 1);
  } else if (name == "many.test" && type == 1) {
    if (!tcp) {
      r[2] = char(r[2] | 2); // truncated
      return r;
    }
    for (int i = 0; i < 2000; i++)
      record(r, 1, std::string("\12\0", 2) + char(i >> 8) + char(i));
    count_to(r, 2000);
  } else if (name == "broken.test") {
    count_to(r, 60000); // records that are not there
    r += "\xc0";
  } else if (name == "refused.test") {
    r[3] = char(0x85);
  } else if (name == "slow.test") {
    return "";
  } else if (name != "many.test") {
    r[3] = char(0x83); // no such name
  }
  return r;
}

static void serve(const char *address) {
  auto u = go::net::listen_packet("udp", address);
  go::go([u]() mutable {
    for (;;) {
      std::string q(512, 0);
      auto [n, from] = u.read_from(q.data(), q.size());
      q.resize(n);
      udp_questions++;
      if (name_of(q) == "forged.test") { // someone who saw neither the number nor the name
        std::string r = q;
        r[2] = char(0x81), r[0] = char(r[0] + 1);
        record(r, 1, "\6\6\6\6"), count_to(r, 1);
        u.write_to(r.data(), r.size(), from);
        r = q, r[2] = char(0x81), r[13] = 'x';
        record(r, 1, "\6\6\6\6"), count_to(r, 1);
        u.write_to(r.data(), r.size(), from);
        u.write_to("short", 5, from);
        r = q, r[2] = char(0x81);
        record(r, 1, "\1\1\1\1"), count_to(r, q[q.size() - 3] == 1);
        u.write_to(r.data(), r.size(), from);
        continue;
      }
      std::string r = answer(q, false);
      if (!r.empty())
        u.write_to(r.data(), r.size(), from);
    }
  });
  auto t = go::net::listen("tcp", address);
  go::go([t]() mutable {
    for (;;) {
      auto c = t.accept();
      go::go([c]() mutable {
        unsigned char n[2];
        c.read_full(n, 2);
        std::string q(std::size_t(n[0] << 8 | n[1]), 0);
        c.read_full(q.data(), q.size());
        tcp_questions++;
        std::string r = answer(q, true);
        n[0] = static_cast<unsigned char>(r.size() >> 8), n[1] = static_cast<unsigned char>(r.size());
        c.write(n, 2);
        c.write(r.substr(0, 100)); // in pieces
        go::sleep_for(1ms);
        c.write(r.substr(100));
      });
    }
  });
}

// ---- the questions ---------------------------------------------------------------------------------

static std::string look_up(const std::string &name) {
  try {
    std::string all;
    for (auto &a : go::net::lookup_host(name))
      all += (all.empty() ? "" : " ") + a;
    return all;
  } catch (const std::system_error &e) {
    return e.code() == std::errc::no_such_file_or_directory        ? "none"
           : e.code() == std::errc::timed_out                      ? "late"
           : e.code() == std::errc::connection_refused             ? "nobody"
           : e.code() == std::errc::resource_unavailable_try_again ? "again"
                                                                   : e.code().message();
  }
}
static void expect(const std::string &name, const std::string &want) {
  std::string got = look_up(name);
  if (got != want) {
    std::fprintf(stderr, "%s: '%s', not '%s'\n", name.c_str(), got.c_str(), want.c_str());
    std::exit(1);
  }
}

int main() {
  alone();
  // Nothing there: no files, no server.
  expect("localhost", "127.0.0.1");
  expect("a.localhost", "127.0.0.1");
  expect("10.0.0.1", "10.0.0.1");
  expect("2001:db8::1", "2001:db8::1");
  expect("plain.test", "nobody");
  expect("", "none");
  expect(std::string(300, 'x'), "none");
  expect("a..b", "none");
  serve("127.0.0.1:53");
  expect("plain.test", "1.2.3.4"); // resolv.conf(5): without a server, the local one
  std::string hosts = "# names\n127.0.0.1 localhost\n1.1.1.1\tother one  two#three\n::2 one\nrubbish one\n";
  for (int i = 0; i < 20000; i++)
    hosts += "0.0.0.0 ad" + std::to_string(i) + ".test\n";
  write_file("/etc/hosts", hosts + "9.9.9.9 last.test"); // no newline
  write_file("/etc/resolv.conf", "; comment\nsearch nowhere.test example.test\noptions timeout:1 attempts:2\n"
                                 "nameserver 127.0.0.2\nnameserver 127.0.0.1\n");
  expect("one", "1.1.1.1 ::2");
  expect("TWO", "1.1.1.1");
  expect("last.test", "9.9.9.9");
  expect("plain.test", "1.2.3.4"); // nobody at 127.0.0.2: the next server
  expect("mixed.case.test", "none");
  expect("Mixed.Case.test", "1.2.3.4");
  expect("plain.test.", "1.2.3.4");
  expect("short", "1.2.3.4"); // short.example.test
  expect("short.", "none");
  expect("six.test", "2001:db8::1");
  expect("alias.test", "1.2.3.5");
  expect("three", "none");
  expect("forged.test", "1.1.1.1");
  expect("broken.test", "none");
  expect("refused.test", "again");
  auto many = go::net::lookup_host("many.test");
  CHECK(tcp_questions == 1 && many.size() > 600 && many[257] == "10.0.1.1");
  for (auto &a : many) // cut between addresses, never within
    CHECK(a.starts_with("10.0.") && std::count(a.begin(), a.end(), '.') == 3);
  // A server that is silent costs its time, not the process.
  write_file("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  int ticks = 0;
  auto late = go::spawn([] { return look_up("slow.test"); });
  for (auto t = go::now(); go::now() - t < 900ms; ticks++)
    go::sleep_for(1ms);
  CHECK(late.join() == "late" && ticks > 100);
  auto l = go::net::listen("tcp", "localhost:0");
  auto c = go::net::dial("tcp", "localhost" + l.address().substr(l.address().rfind(':')));
  CHECK(c);
  std::printf("%d questions by UDP, %d by TCP\n", udp_questions.load(), tcp_questions.load());
  return 0;
}
