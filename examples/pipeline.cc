// pipeline - ticks run through 17 stages and fan out to 3,000 subscribers.
#include <cstdio>
#include <go/go.hpp>

int main() {
  constexpr int stages = 17, subscribers = 3000, ticks = 20;
  go::chan<long> first(16), in = first;
  for (int i = 0; i < stages; i++) {
    go::chan<long> out(16);
    go::go([in, out] {
      for (long v : in)
        out.send(v + 1);
      out.close();
    });
    in = out;
  }
  std::vector<go::chan<long>> subs;
  std::atomic<long> sum{0};
  go::wait_group wg;
  for (int i = 0; i < subscribers; i++) {
    subs.emplace_back(4);
    wg.go([&sum, c = subs.back()] {
      for (long v : c)
        sum += v;
    });
  }
  go::go([&] {
    go::ticker t(std::chrono::milliseconds(1));
    for (long i = 0; i < ticks; i++) {
      t.channel().recv();
      first.send(i);
    }
    first.close();
  });
  for (long v : in)
    for (auto &s : subs)
      s.send(v);
  for (auto &s : subs)
    s.close();
  wg.wait();
  long want = subscribers * (ticks * stages + ticks * (ticks - 1) / 2);
  std::printf("%ld delivered in sum, %ld wanted\n", sum.load(), want);
  return sum == want ? 0 : 1;
}
