// chat - a chat server: one goroutine owns the room, two serve every client. Without an address
// ten clients talk to each other.
#include <cstdio>
#include <go/go.hpp>
#include <map>

struct event {
  int who;
  go::chan<std::string> to; // joining: where to send; nil otherwise
  std::string text;         // empty and nil: leaving
};

static void room(go::chan<event> in) {
  std::map<int, go::chan<std::string>> clients;
  for (event &e : in) {
    if (e.to) {
      clients.emplace(e.who, e.to);
    } else if (e.text.empty()) {
      if (auto it = clients.find(e.who); it != clients.end()) {
        it->second.close();
        clients.erase(it);
      }
    } else {
      for (auto &[id, c] : clients)
        c.try_send(std::to_string(e.who) + ": " + e.text + "\n"); // a slow client misses lines
    }
  }
}

static void client(int id, go::net::conn s, go::chan<event> room) {
  go::chan<std::string> out(256);
  room.send({id, out, ""});
  go::go([s, out]() mutable {
    try {
      for (std::string &line : out)
        s.write(line);
    } catch (const std::system_error &) {
    }
  });
  try {
    std::string line;
    char b[512];
    while (std::size_t n = s.read(b, sizeof b))
      for (std::size_t i = 0; i < n; i++)
        if (b[i] != '\n')
          line += b[i];
        else if (!line.empty())
          room.send({id, go::chan<std::string>(nullptr), std::exchange(line, "")});
  } catch (const std::system_error &) {
  }
  room.send({id, go::chan<std::string>(nullptr), ""});
}

int main(int argc, char **argv) {
  auto ln = go::net::listen("tcp", argc > 1 ? argv[1] : "127.0.0.1:0");
  go::chan<event> r;
  go::go([r] { room(r); });
  auto serve = [ln, r]() mutable {
    for (int id = 1;; id++)
      go::go([id, s = ln.accept(), r] { client(id, s, r); });
  };
  if (argc > 1)
    serve();
  go::go(serve);
  // Everyone hears itself and every later speaker.
  std::vector<go::net::conn> people;
  for (int i = 0; i < 10; i++) {
    people.push_back(go::net::dial("tcp", ln.address()));
    people[std::size_t(i)].write("hello " + std::to_string(i) + "\n");
    std::string seen; // the room has us once our own line comes back
    char b[512];
    while (seen.find("hello " + std::to_string(i)) == std::string::npos)
      seen.append(b, people[std::size_t(i)].read(b, sizeof b));
  }
  std::string seen;
  char b[512];
  while (seen.find("hello 9") == std::string::npos)
    seen.append(b, people[0].read(b, sizeof b));
  std::puts("everyone heard");
}
