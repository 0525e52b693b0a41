// crawler - a pool of workers walks a made-up web until the budget of time is over or all is seen.
#include <cstdio>
#include <go/go.hpp>
#include <set>

// Page n links to 2n+1, 2n+2 and a few pages that are known already. Fetching takes a while.
static std::vector<int> fetch(const go::context &ctx, int page) {
  go::select(go::after(std::chrono::microseconds(200), [] {}),
             go::on_recv(ctx.done(), [](std::optional<std::monostate>) {}));
  if (ctx.err() || page > 500)
    return {};
  return {2 * page + 1, 2 * page + 2, page / 3};
}

int main() {
  auto [ctx, cancel] = go::with_timeout(go::background(), std::chrono::seconds(20));
  go::chan<int> todo(2048);
  go::chan<std::vector<int>> found(64);
  go::wait_group workers;
  for (int i = 0; i < 16; i++)
    workers.go([=, ctx = ctx] {
      for (int page : todo)
        found.send(fetch(ctx, page));
    });
  std::set<int> seen{0};
  todo.send(0);
  for (int open = 1; open; open--)
    for (std::vector<int> links = *found.recv(); int l : links)
      if (seen.insert(l).second) {
        todo.send(l);
        open++;
      }
  todo.close();
  workers.wait();
  cancel();
  std::printf("%zu pages\n", seen.size());
  return seen.size() == 1003 ? 0 : 1;
}
