// echo - a TCP echo server. `echo ADDRESS` serves for ever; without one it serves itself: a hundred
// clients, ten messages each.
#include <cstdio>
#include <cstring>
#include <go/go.hpp>

static void serve(go::net::listener ln) {
  for (;;)
    go::go([s = ln.accept()]() mutable {
      char b[4096];
      try {
        while (std::size_t n = s.read(b, sizeof b))
          s.write(b, n);
      } catch (const std::system_error &) { // the client went away
      }
    });
}

int main(int argc, char **argv) {
  auto ln = go::net::listen("tcp", argc > 1 ? argv[1] : "127.0.0.1:0");
  std::printf("listening on %s\n", ln.address().c_str());
  if (argc > 1)
    serve(ln);
  go::go([ln] { serve(ln); });
  go::errgroup clients;
  for (int i = 0; i < 100; i++)
    clients.go([&ln, i] {
      auto s = go::net::dial("tcp", ln.address());
      for (int k = 0; k < 10; k++) {
        std::string out = "client " + std::to_string(i) + " message " + std::to_string(k), in = out;
        s.write(out);
        std::fill(in.begin(), in.end(), 0);
        s.read_full(in.data(), in.size());
        if (in != out)
          throw std::runtime_error("wrong echo");
      }
    });
  clients.wait();
  std::puts("1000 messages echoed");
}
