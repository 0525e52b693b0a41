// http - an HTTP/1.1 server with keep-alive. `http ADDRESS` serves for ever; without one it asks
// itself a few hundred times.
#include <cstdio>
#include <go/go.hpp>

static void handle(go::net::conn s) {
  std::string in;
  char b[4096];
  for (;;) {
    std::size_t end;
    while ((end = in.find("\r\n\r\n")) == std::string::npos) {
      s.set_read_deadline(go::now() + std::chrono::seconds(30));
      std::size_t n = s.read(b, sizeof b);
      if (!n || in.size() > 65536)
        return;
      in.append(b, n);
    }
    bool close = in.find("Connection: close") < end;
    std::string path = in.substr(0, in.find('\r'));
    in.erase(0, end + 4);
    std::string body = path.rfind("GET ", 0) == 0 ? "Hello, world!" : "method not allowed";
    s.write((path.rfind("GET ", 0) == 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 405 Method Not Allowed") +
            std::string("\r\nContent-Type: text/plain\r\nContent-Length: ") +
            std::to_string(body.size()) + "\r\n\r\n" + body);
    if (close)
      return;
  }
}

static void serve(go::net::listener ln) {
  for (;;)
    go::go([s = ln.accept()] {
      try {
        handle(s);
      } catch (const std::system_error &) { // reset, or idle for too long
      }
    });
}

int main(int argc, char **argv) {
  auto ln = go::net::listen("tcp", argc > 1 ? argv[1] : "127.0.0.1:0");
  if (argc > 1)
    serve(ln);
  go::go([ln] { serve(ln); });
  std::atomic<int> good{0};
  go::wait_group wg;
  for (int c = 0; c < 20; c++)
    wg.go([&] {
      auto s = go::net::dial("tcp", ln.address());
      for (int i = 0; i < 20; i++) {
        s.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        std::string r;
        char b[512];
        while (r.find("world!") == std::string::npos)
          r.append(b, s.read(b, sizeof b));
        good += r.rfind("HTTP/1.1 200 OK", 0) == 0;
      }
    });
  wg.wait();
  std::printf("%d of 400 answers\n", good.load());
  return good == 400 ? 0 : 1;
}
