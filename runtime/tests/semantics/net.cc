// net.cc - sockets, deadlines, half-close, datagrams, pipes, files, eventfd.
#include "table.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace table;
namespace net = go::net;

struct Pair {
  net::listener l;
  net::conn a, b; // client, server
  explicit Pair(const char *network = "tcp", const char *address = "127.0.0.1:0")
      : l(net::listen(network, address)), a(net::dial(network, l.address())), b(l.accept()) {}
};
static std::string text(net::conn &c, std::size_t n) {
  std::string s(n, 0);
  c.read_full(s.data(), n);
  return s;
}
static auto in(std::chrono::nanoseconds d) {
  return go::now() + d;
}

CASE("net/echo", "net: a stream delivers the bytes in order", "hello", real) {
  Pair p;
  p.a.write("hello");
  p.b.write(text(p.b, 5));
  return text(p.a, 5);
}
CASE("net/address", "net: port 0 chooses a port; Addr says which", "127.0.0.1: true", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  std::string s = l.address();
  return Saw()(s.substr(0, 10))(s.size() > 10 && s.substr(10) != "0");
}
CASE("net/addresses-match", "net: LocalAddr and RemoteAddr of both ends", "true true", real) {
  Pair p;
  return Saw()(p.a.local_address() == p.b.remote_address())(p.a.remote_address() == p.b.local_address());
}
CASE("net/tcp6", "net: IPv6 literals in brackets", "ok", real) {
  std::string e = thrown([] { Pair p("tcp6", "[::1]:0"); });
  return e == "none" || e == "Cannot assign requested address" ||
                 e == "Address family not supported by protocol"
             ? "ok"
             : e;
}
CASE("net/partial-read", "io.Reader: Read returns what is available instead of waiting for more", "3", real) {
  Pair p;
  p.a.write("abc");
  char b[100];
  return Saw()(p.b.read(b, sizeof b));
}
CASE("net/eof", "io.Reader: at the end of the stream (0 bytes)", "0 0", real) {
  Pair p;
  p.a = net::conn();
  char b[8];
  auto n = p.b.read(b, 8);
  return Saw()(n)(p.b.read(b, 8));
}
CASE("net/eof-after-data", "the data before the end is delivered", "xy 0", real) {
  Pair p;
  p.a.write("xy");
  p.a = net::conn();
  std::string s = text(p.b, 2);
  char b[8];
  return Saw()(s)(p.b.read(b, 8));
}
CASE("net/read-full-short", "io.ReadFull: ErrUnexpectedEOF when the stream ends before", "thrown", real) {
  Pair p;
  p.a.write("xy");
  p.a = net::conn();
  char b[8];
  return thrown([&] { p.b.read_full(b, 8); }) == "none" ? "none" : "thrown";
}
CASE("net/half-close", "net, CloseWrite: the peer reads the end, the other direction goes on", "0 back",
     real) {
  Pair p;
  p.a.close_write();
  char b[8];
  auto n = p.b.read(b, 8);
  p.b.write("back");
  return Saw()(n)(text(p.a, 4));
}
CASE("net/half-close-data-after", "a half-closed stream delivers data sent much later", "late", real) {
  Pair p;
  p.a.close_write();
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(5ms);
    p.b.write("late");
  });
  std::string s = text(p.a, 4);
  wg.wait();
  return s;
}
CASE("net/write-after-close-write", "net: a write after CloseWrite fails", "broken_pipe", real) {
  Pair p;
  p.a.close_write();
  return thrown([&] { p.a.write("x"); });
}
CASE("net/write-to-closed-peer", "net: writing to a closed peer fails after a while, without a signal",
     "failed", real) {
  Pair p;
  p.b = net::conn();
  std::string e = thrown([&] {
    for (int i = 0; i < 100000; i++)
      p.a.write(std::string(1000, 'x'));
  });
  return e == "none" ? "none" : "failed";
}
CASE("net/refused", "net: connection refused", "refused", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  std::string a = l.address();
  l = net::listener();
  return thrown([&] { net::dial("tcp", a); });
}
CASE("net/address-in-use", "net: listening twice on one port fails", "thrown", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  return thrown([&] { net::listen("tcp", l.address()); }) == "none" ? "none" : "thrown";
}
CASE("net/bad-network", "net: unknown network", "thrown", real) {
  return thrown([] { net::dial("carrier-pigeon", "127.0.0.1:1"); }) == "none" ? "none" : "thrown";
}
CASE("net/missing-port", "net: missing port in address", "thrown thrown thrown", real) {
  Saw s;
  for (const char *a : {"127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000"})
    s(thrown([&] { net::dial("tcp", a); }) == "none" ? "none" : "thrown");
  return s;
}
CASE("net/big-transfer", "net: eight megabytes both ways at once", "8388608 8388608", real) {
  Pair p;
  auto send = [](net::conn c) {
    std::string s(1 << 16, 'x');
    for (int i = 0; i < 128; i++)
      c.write(s);
    c.close_write();
  };
  auto count = [](net::conn c) {
    std::vector<char> b(40000);
    std::size_t n = 0;
    while (auto k = c.read(b.data(), b.size()))
      n += k;
    return n;
  };
  auto s1 = go::spawn(send, p.a), s2 = go::spawn(send, p.b);
  auto r1 = go::spawn(count, p.a), r2 = go::spawn(count, p.b);
  s1.join(), s2.join();
  auto x = r1.join();
  return Saw()(x)(r2.join());
}
CASE("net/zero-byte-write", "net: a write of nothing returns 0", "0", real) {
  Pair p;
  return Saw()(p.a.write("", 0));
}
CASE("net/zero-byte-read", "net: a read of nothing returns 0 without waiting", "0 0", real) {
  Pair p;
  char b[8];
  auto n = p.a.read(b, 0);
  p.b.write("abc"); // a short read before: the stream is known to be empty
  p.a.read(b, 8);
  return Saw()(n)(p.a.read(b, 0));
}
CASE("net/hundred-connections", "net: one goroutine a connection", "5000", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  go::wait_group wg;
  wg.go([&] {
    for (int i = 0; i < 100; i++)
      wg.go([c = l.accept()]() mutable {
        char b[16];
        while (auto n = c.read(b, sizeof b))
          c.write(b, n);
      });
  });
  std::atomic<int> n{0};
  for (int i = 0; i < 100; i++)
    wg.go([&] {
      auto c = net::dial("tcp", l.address());
      for (int k = 0; k < 50; k++) {
        c.write("ping");
        n += text(c, 4) == "ping";
      }
    });
  wg.wait();
  return Saw()(n.load());
}

// ---- deadlines -------------------------------------------------------------------------------------

CASE("deadline/read", "net: after a deadline read fails with a timeout", "timed_out true", real) {
  Pair p;
  char b[8];
  auto t0 = go::now();
  p.a.set_read_deadline(in(3ms));
  Saw s;
  s(thrown([&] { p.a.read(b, 8); }))(go::now() - t0 >= 3ms);
  return s;
}
CASE("deadline/stays", "net: the deadline applies to all future calls, not just the one that follows",
     "timed_out timed_out", real) {
  Pair p;
  char b[8];
  p.a.set_read_deadline(in(1ms));
  Saw s;
  for (int i = 0; i < 2; i++)
    s(thrown([&] { p.a.read(b, 8); }));
  return s;
}
CASE("deadline/past", "net: a deadline in the past fails at once, even with data to read", "timed_out",
     real) {
  Pair p;
  p.b.write("x");
  go::sleep_for(2ms);
  p.a.set_read_deadline(in(-1s));
  char b[8];
  return thrown([&] { p.a.read(b, 8); });
}
CASE("deadline/cleared", "net: a zero value means I/O operations will not time out", "timed_out x", real) {
  Pair p;
  char b[8];
  p.a.set_read_deadline(in(1ms));
  Saw s;
  s(thrown([&] { p.a.read(b, 8); }));
  p.a.set_read_deadline(go::time_point::max());
  p.b.write("x");
  s(text(p.a, 1));
  return s;
}
CASE("deadline/extended", "net: it can be extended by setting a deadline in the future", "x", real) {
  Pair p;
  p.a.set_read_deadline(in(2ms));
  p.a.set_read_deadline(in(1h));
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(6ms);
    p.b.write("x");
  });
  std::string s = text(p.a, 1);
  wg.wait();
  return s;
}
CASE("deadline/shortened-while-waiting", "net: a deadline applies to the pending call, too", "timed_out",
     real) {
  Pair p;
  char b[8];
  p.a.set_read_deadline(in(1h));
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    p.a.set_read_deadline(in(1ms));
  });
  std::string e = thrown([&] { p.a.read(b, 8); });
  wg.wait();
  return e;
}
CASE("deadline/set-while-waiting", "net: also when there was none before", "timed_out", real) {
  Pair p;
  char b[8];
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    p.a.set_read_deadline(in(-1ms));
  });
  std::string e = thrown([&] { p.a.read(b, 8); });
  wg.wait();
  return e;
}
CASE("deadline/write", "net: a write that can't proceed times out", "timed_out", real) {
  Pair p;
  p.a.set_write_deadline(in(5ms));
  return thrown([&] {
    std::string s(1 << 20, 'x');
    for (;;)
      p.a.write(s);
  });
}
CASE("deadline/read-only", "net: SetReadDeadline does not touch writes", "1", real) {
  Pair p;
  p.a.set_read_deadline(in(-1s));
  return Saw()(p.a.write("x"));
}
CASE("deadline/accept", "net: a listener's deadline", "timed_out", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  l.set_deadline(in(2ms));
  return thrown([&] { l.accept(); });
}
CASE("deadline/udp", "net: a packet connection's deadline", "timed_out", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0");
  u.set_read_deadline(in(2ms));
  char b[8];
  return thrown([&] { u.read_from(b, 8); });
}
CASE("deadline/dial-past", "net: a dial whose deadline has passed fails or is done already", "ok", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  std::string e = thrown([&] { net::dial("tcp", l.address(), in(-1s)); });
  return e == "timed_out" || e == "none" ? "ok" : e;
}
CASE("deadline/reset-per-request", "a deadline moved at every request does not fire", "500", real) {
  Pair p;
  go::wait_group wg;
  wg.go([&] {
    char b[8];
    while (auto n = p.b.read(b, 8))
      p.b.write(b, n);
  });
  int n = 0;
  for (int i = 0; i < 500; i++) {
    p.a.set_read_deadline(in(10s));
    p.a.write("x");
    n += text(p.a, 1) == "x";
  }
  p.a.close_write();
  wg.wait();
  return Saw()(n);
}

// ---- close -----------------------------------------------------------------------------------------

CASE("close/read", "net: Close unblocks a Read with ErrClosed", "closed", real) {
  Pair p;
  char b[8];
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    p.a.close();
  });
  std::string e = thrown([&] { p.a.read(b, 8); });
  wg.wait();
  return e;
}
CASE("close/write", "net: Close unblocks a Write", "failed", real) {
  Pair p;
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(5ms);
    p.a.close();
  });
  std::string e = thrown([&] {
    std::string s(1 << 20, 'x');
    for (;;)
      p.a.write(s);
  });
  wg.wait();
  return e == "none" || e == "timed_out" ? e : "failed";
}
CASE("close/accept", "net: Close unblocks Accept", "closed", real) {
  auto l = net::listen("tcp", "127.0.0.1:0");
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    l.close();
  });
  std::string e = thrown([&] { l.accept(); });
  wg.wait();
  return e;
}
CASE("close/after", "net: use of a closed connection", "closed closed closed", real) {
  Pair p;
  p.a.close();
  char b[8];
  Saw s;
  s(thrown([&] { p.a.read(b, 8); }))(thrown([&] { p.a.write("x"); }));
  p.l.close();
  s(thrown([&] { p.l.accept(); }));
  return s;
}
CASE("close/twice", "header: a second close does nothing", "ok", real) {
  Pair p;
  p.a.close(), p.a.close();
  return "ok";
}
CASE("close/number-reused", "a new descriptor with an old number does not get the old one's events", "ok",
     real) {
  for (int i = 0; i < 200; i++) {
    int fd[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
      return "socketpair";
    net::conn a(fd[0]), b(fd[1]);
    if (i % 2)
      b.write("x");
    else
      b.close();
    a.close();
    Pair p("unix", ("@go-rt-reuse-" + std::to_string(getpid()) + "-" + std::to_string(i)).c_str());
    p.a.set_read_deadline(in(1ms));
    char c;
    std::string e = thrown([&] { p.a.read(&c, 1); });
    if (e != "timed_out")
      return e;
  }
  return "ok";
}

// ---- datagrams ---------------------------------------------------------------------------------------

CASE("udp/echo", "net, PacketConn: ReadFrom gives the sender's address", "hello true", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0"), v = net::listen_packet("udp", "127.0.0.1:0");
  u.write_to("hello", 5, v.address());
  char b[100];
  auto [n, from] = v.read_from(b, sizeof b);
  return Saw()(std::string(b, n))(from == u.address());
}
CASE("udp/boundaries", "net: each read is one datagram", "1 2 3", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0"), v = net::listen_packet("udp", "127.0.0.1:0");
  Saw s;
  for (int i = 1; i <= 3; i++)
    u.write_to("abc", std::size_t(i), v.address());
  char b[100];
  for (int i = 0; i < 3; i++)
    s(v.read_from(b, sizeof b).first);
  return s;
}
CASE("udp/truncated", "net: a datagram larger than the buffer is cut", "2 5", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0"), v = net::listen_packet("udp", "127.0.0.1:0");
  u.write_to("abcde", 5, v.address());
  u.write_to("fghij", 5, v.address());
  char b[100];
  auto n = v.read_from(b, 2).first;
  return Saw()(n)(v.read_from(b, 100).first);
}
CASE("udp/empty", "net: a datagram of length 0 is delivered", "0 3", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0"), v = net::listen_packet("udp", "127.0.0.1:0");
  u.write_to("", 0, v.address());
  u.write_to("abc", 3, v.address());
  char b[100];
  auto n = v.read_from(b, 100).first;
  return Saw()(n)(v.read_from(b, 100).first);
}
CASE("udp/connected", "net: a dialed UDP connection reads and writes", "pong", real) {
  auto v = net::listen_packet("udp", "127.0.0.1:0");
  auto c = net::dial("udp", v.address());
  c.write("ping");
  char b[100];
  auto [n, from] = v.read_from(b, sizeof b);
  v.write_to("pong", 4, from);
  return std::string(b, c.read(b, sizeof b));
}
CASE("udp/connected-boundaries", "net: a connected UDP socket keeps datagrams apart", "1 4 2", real) {
  auto v = net::listen_packet("udp", "127.0.0.1:0");
  auto c = net::dial("udp", v.address());
  c.write("x");
  char b[100];
  auto [n, from] = v.read_from(b, sizeof b);
  Saw s;
  for (std::size_t k : {1, 4, 2})
    v.write_to("abcd", k, from);
  for (int i = 0; i < 3; i++)
    s(c.read(b, sizeof b));
  return s;
}
CASE("udp/closed", "net: Close unblocks ReadFrom", "closed", real) {
  auto u = net::listen_packet("udp", "127.0.0.1:0");
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    u.close();
  });
  char b[8];
  std::string e = thrown([&] { u.read_from(b, 8); });
  wg.wait();
  return e;
}
CASE("unixgram/echo", "net: unixgram", "hi", real) {
  std::string base = "@go-rt-gram-" + std::to_string(getpid());
  auto u = net::listen_packet("unixgram", base + "u"), v = net::listen_packet("unixgram", base + "v");
  u.write_to("hi", 2, base + "v");
  char b[8];
  auto [n, from] = v.read_from(b, 8);
  return from == base + "u" ? std::string(b, n) : from;
}

// ---- unix, pipes, files, eventfd, names ----------------------------------------------------------------

CASE("unix/abstract", "net: a unix socket in the abstract namespace", "hello", real) {
  Pair p("unix", ("@go-rt-table-" + std::to_string(getpid())).c_str());
  p.a.write("hello");
  return text(p.b, 5);
}
CASE("unix/path", "net: a unix socket in the file system", "hello", real) {
  std::string path = "/tmp/go-rt-table-" + std::to_string(getpid());
  std::string s;
  {
    Pair p("unix", path.c_str());
    p.a.write("hello");
    s = text(p.b, 5);
  }
  unlink(path.c_str());
  return s;
}
CASE("unix/refused", "net: dialing a path that nobody listens on", "thrown", real) {
  return thrown([] { net::dial("unix", "/nonexistent/socket"); }) == "none" ? "none" : "thrown";
}
CASE("unix/long-path", "net: a path longer than sun_path is an error", "thrown", real) {
  return thrown([] { net::dial("unix", std::string(300, 'x')); }) == "none" ? "none" : "thrown";
}
CASE("pipe/transfer", "os.Pipe: reads wait for writes", "data", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  go::go([w]() mutable {
    go::sleep_for(1ms);
    w.write("data");
  });
  return text(r, 4);
}
CASE("pipe/eof", "os.Pipe: closing the write end gives the end of the stream", "0", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  w = net::conn();
  char b;
  return Saw()(r.read(&b, 1));
}
CASE("pipe/broken", "os: writing to a pipe without a reader fails with EPIPE, the process lives",
     "broken_pipe", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  r = net::conn();
  return thrown([&] { w.write("x"); });
}
CASE("pipe/full", "os.Pipe: a write of more than the buffer waits for the reader", "300000", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  auto h = go::spawn([w]() mutable { return w.write(std::string(300000, 'x')); });
  std::size_t n = 0;
  char b[5000];
  while (n < 300000)
    n += r.read(b, sizeof b);
  return Saw()(h.join());
}
CASE("pipe/deadline", "os.File: pipes have deadlines", "timed_out", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  r.set_read_deadline(in(2ms));
  char b;
  return thrown([&] { r.read(&b, 1); });
}
CASE("pipe/close-unblocks", "os.File: Close unblocks a Read", "closed", real) {
  int p[2];
  if (pipe(p))
    return "pipe";
  net::conn r(p[0]), w(p[1]);
  go::wait_group wg;
  wg.go([&] {
    go::sleep_for(2ms);
    r.close();
  });
  char b;
  std::string e = thrown([&] { r.read(&b, 1); });
  wg.wait();
  return e;
}
CASE("file/read-write", "header: regular files, whose calls block in a section of their own",
     "11 hello world 0", real) {
  char path[] = "/tmp/go-rt-file-XXXXXX";
  int fd = mkstemp(path);
  unlink(path);
  net::conn f(fd);
  Saw s;
  s(f.write("hello world"));
  lseek(fd, 0, SEEK_SET);
  s(text(f, 11));
  char b;
  s(f.read(&b, 1));
  return s;
}
CASE("eventfd/counts", "header: an eventfd wakes its reader", "3", real) {
  net::conn e(eventfd(0, 0));
  go::go([e]() mutable {
    go::sleep_for(1ms);
    std::uint64_t v = 3;
    e.write(&v, 8);
  });
  std::uint64_t v = 0;
  e.read_full(&v, 8);
  return Saw()(v);
}
CASE("lookup/localhost", "net, LookupHost: localhost", "true", real) {
  auto v = net::lookup_host("localhost");
  return Saw()(std::find(v.begin(), v.end(), "127.0.0.1") != v.end() ||
               std::find(v.begin(), v.end(), "::1") != v.end());
}
CASE("lookup/literal", "net, LookupHost: an address is its own answer", "127.0.0.1", real) {
  return net::lookup_host("127.0.0.1").at(0);
}
CASE("lookup/dial-by-name", "net: dial by host name", "hi", real) {
  auto l = net::listen("tcp4", "127.0.0.1:0");
  std::string a = l.address();
  auto c = net::dial("tcp4", "localhost" + a.substr(a.rfind(':')));
  c.write("hi");
  auto s = l.accept();
  return text(s, 2);
}
CASE("net/two-readers", "header: two readers of one stream share it", "20", real) {
  Pair p;
  std::atomic<int> n{0};
  go::wait_group wg;
  for (int i = 0; i < 2; i++)
    wg.go([&] {
      char b;
      while (p.a.read(&b, 1))
        n++;
    });
  for (int i = 0; i < 20; i++) {
    p.b.write("x");
    if (i % 5 == 0)
      go::sleep_for(100us);
  }
  p.b.close_write();
  wg.wait();
  return Saw()(n.load());
}
