// contract_test.cc - the program of the interface's contract, word for word.
#include <go/go.hpp>
using namespace std::chrono_literals;
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
int main() {
  go::wait_group wg;
  go::mutex mu;
  long sum = 0;
  for (int i = 0; i < 1000; ++i) {
    wg.add(1);
    go::go([&, i] {
      {
        std::lock_guard l(mu);
        sum += i;
      }
      wg.done();
    });
  }
  wg.wait();
  auto h =
      go::spawn([](int a, int b) { return a + b; }, 40, 2); // join gives the value or rethrows the exception
  int r = h.join();
  go::chan<int> c, d(16); // unbuffered, buffered; copies share one channel
  go::go([c]() mutable {
    for (int i = 0; i < 3; ++i)
      c.send(i);
    c.close();
  });
  for (int v : c)
    sum += v;                         // ends when closed and drained
  std::optional<int> none = c.recv(); // nullopt: closed
  bool sent = d.try_send(1);
  std::optional<int> got = d.try_recv();
  (void)d.len();
  (void)d.cap();
  int which =
      go::select(go::on_recv(c, [](std::optional<int>) {}), go::on_send(d, 7, [] {}), go::after(5ms, [] {}));
  which = go::select(go::on_recv(go::chan<int>(), [](std::optional<int>) {}),
                     go::otherwise([] {})); // index of the case taken
  go::yield();
  go::sleep_for(1ms);
  go::set_max_procs(2);
  std::size_t n = go::goroutine_count();
  auto id = go::id();
  auto [ctx, cancel] = go::with_timeout(go::background(), 10ms);
  ctx.done().recv();
  std::error_code why = ctx.err();
  cancel();
  auto ln = go::net::listen("tcp", "127.0.0.1:0"); // errors throw std::system_error
  go::go([&] {
    auto s = ln.accept();
    char b[64];
    std::size_t k = s.read(b, sizeof b);
    s.write(b, k);
  });
  auto s = go::net::dial("tcp", ln.address());
  s.write("ping", 4);
  char b[4];
  s.read_full(b, 4);
  s.set_read_deadline(std::chrono::steady_clock::now() +
                      5ms); // then read throws std::system_error(std::errc::timed_out)
  try {
    go::chan<int> x;
    x.close();
    x.send(1);
  } catch (const go::closed_error &) {
  }
  return r == 42 && !none && sent && got == 1 && n >= 1 ? 0 : 1;
}
