#!/usr/bin/env python3
"""generate.py SEED COUNT DIR: random small programs, each as Go and as C++ (DIR/main.go, DIR/main.cc).

Every program has one possible outcome whatever the schedule: pipelines and other networks in which a
channel has one sender and one receiver (Kahn networks, also ones that get stuck), sums over shared
channels, locks and wait groups, sequences of non-blocking operations, selects of which the generator
knows that exactly one case is ready, orders of timers, context trees. Both programs print a line for
each; the lines must be equal. The C++ one runs on the virtual clock (argument: seed) or on P processors."""
import random
import sys

GO_HEAD = '''package main

import (
	"context"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

var _ = context.Background
var _ = sort.Ints
var _ sync.Mutex
var _ = time.Now
var _ = runtime.Gosched

type out struct{ b strings.Builder }

func (o *out) add(v ...any) {
	for _, x := range v {
		fmt.Fprintf(&o.b, " %v", x)
	}
}
func settle() { time.Sleep(30 * time.Millisecond) }
func panics(f func()) (s string) {
	defer func() {
		if recover() != nil {
			s = "panic"
		}
	}()
	f()
	return "ok"
}
func kind(c context.Context) string {
	switch c.Err() {
	case nil:
		return "alive"
	case context.Canceled:
		return "canceled"
	}
	return "late"
}
'''

CC_HEAD = '''#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <go/go.hpp>
#include <sstream>

using namespace std::chrono_literals;

struct out {
  std::ostringstream b;
  template <typename... T> void add(const T &...x) {
    b << std::boolalpha;
    ((b << ' ' << x), ...);
  }
};
static void settle() { go::sleep_for(30ms); }
template <typename F> static std::string panics(F f) {
  try {
    f();
  } catch (const go::closed_error &) {
    return "panic";
  }
  return "ok";
}
static std::string kind(const go::context &c) {
  auto e = c.err();
  return !e ? "alive" : e == std::errc::operation_canceled ? "canceled" : "late";
}
[[maybe_unused]] static auto nothing = [](auto &&...) {};
'''


class Both:
    """Collects the lines of one program in both languages."""

    def __init__(self):
        self.go, self.cc = [], []

    def line(self, go, cc):
        self.go.append("\t" + go)
        self.cc.append("  " + cc)


def pipeline(r, b):
    n, stages = r.randint(1, 60), r.randint(1, 7)
    b.line(f"c0 := make(chan int, {(k := r.choice([0, 0, 1, 3, 16]))})", f"go::chan<int> c0({k});")
    b.line(f"go func() {{ for i := 0; i < {n}; i++ {{ c0 <- i }}; close(c0) }}()",
           f"go::go([=] {{ for (int i = 0; i < {n}; i++) c0.send(i); c0.close(); }});")
    for s in range(1, stages + 1):
        k, m, a, drop = r.choice([0, 0, 1, 5]), r.randint(1, 9), r.randint(0, 9), r.randint(2, 5)
        turn = r.random() < 0.3
        b.line(f"c{s} := make(chan int, {k})", f"go::chan<int> c{s}({k});")
        b.line(f"go func() {{ for v := range c{s-1} {{ " + ("runtime.Gosched(); " if turn else "") +
               f"if v%{drop} != 0 {{ c{s} <- v*{m} + {a} }} }}; close(c{s}) }}()",
               f"go::go([=] {{ for (int v : c{s-1}) {{ " + ("go::yield(); " if turn else "") +
               f"if (v % {drop} != 0) c{s}.send(v * {m} + {a}); }} c{s}.close(); }});")
    b.line(f"for v := range c{stages} {{ o.add(v) }}", f"for (int v : c{stages}) o.add(v);")


def shared_sum(r, b):
    n, producers, workers, k = r.randint(1, 100), r.randint(1, 8), r.randint(1, 8), r.choice([0, 1, 4, 64])
    b.line(f"in, res := make(chan int, {k}), make(chan int)", f"go::chan<int> in({k}), res;")
    b.line("var wg sync.WaitGroup", "auto wg = std::make_shared<go::wait_group>();")
    b.line(f"for p := 0; p < {producers}; p++ {{ wg.Add(1); go func() {{ for i := 0; i < {n}; i++ {{ in <- p*1000 + i }}; wg.Done() }}() }}",
           f"for (int p = 0; p < {producers}; p++) {{ wg->add(1); go::go([=] {{ for (int i = 0; i < {n}; i++) in.send(p * 1000 + i); wg->done(); }}); }}")
    b.line(f"for w := 0; w < {workers}; w++ {{ go func() {{ s := 0; for v := range in {{ s += v }}; res <- s }}() }}",
           f"for (int w = 0; w < {workers}; w++) go::go([=] {{ int s = 0; for (int v : in) s += v; res.send(s); }});")
    b.line("wg.Wait(); close(in); sum := 0", "wg->wait(); in.close(); int sum = 0;")
    b.line(f"for w := 0; w < {workers}; w++ {{ sum += <-res }}", f"for (int w = 0; w < {workers}; w++) sum += *res.recv();")
    b.line("o.add(sum)", "o.add(sum);")


def merge(r, b):
    k = r.randint(2, 5)
    n = [r.randint(0, 30) for _ in range(k)]
    for i in range(k):
        c = r.choice([0, 0, 2])
        b.line(f"c{i} := make(chan int, {c})", f"go::chan<int> c{i}({c});")
        b.line(f"go func(c chan int) {{ for i := 0; i < {n[i]}; i++ {{ c <- {i} + i }}; close(c) }}(c{i})",
               f"go::go([c = c{i}] {{ for (int i = 0; i < {n[i]}; i++) c.send({i} + i); c.close(); }});")
    b.line(f"open, n, s := {k}, [{k}]int{{}}, [{k}]int{{}}", f"int open = {k}, n[{k}] = {{}}, s[{k}] = {{}};")
    b.line("for open > 0 { select {", "while (open) go::select(" + ", ".join(
        f"go::on_recv(c{i}, [&](auto v) {{ if (v) n[{i}]++, s[{i}] += *v; else c{i} = go::chan<int>(nullptr), open--; }})"
        for i in range(k)) + ");")
    for i in range(k):
        b.go.append(f"\tcase v, ok := <-c{i}: if ok {{ n[{i}]++; s[{i}] += v }} else {{ c{i} = nil; open-- }}")
    b.go.append("\t} }")
    b.line(f"for i := 0; i < {k}; i++ {{ o.add(n[i], s[i]) }}", f"for (int i = 0; i < {k}; i++) o.add(n[i], s[i]);")


def locks(r, b):
    n, k, every, rw = r.randint(1, 20), r.randint(1, 100), r.randint(1, 20), r.random() < 0.5
    b.line("var m sync." + ("RWMutex" if rw else "Mutex"), "go::" + ("shared_mutex" if rw else "mutex") + " m;")
    b.line("x, y, torn := 0, 0, 0; var wg sync.WaitGroup", "int x = 0, y = 0, torn = 0; go::wait_group wg;")
    turn_go, turn_cc = f"if i%{every} == 0 {{ runtime.Gosched() }}", f"if (i % {every} == 0) go::yield();"
    b.line(f"for g := 0; g < {n}; g++ {{ wg.Add(1); go func() {{ for i := 0; i < {k}; i++ {{ m.Lock(); x++; {turn_go}; y++; m.Unlock() }}; wg.Done() }}() }}",
           f"for (int g = 0; g < {n}; g++) {{ wg.add(1); go::go([&] {{ for (int i = 0; i < {k}; i++) {{ m.lock(); x++; {turn_cc} y++; m.unlock(); }} wg.done(); }}); }}")
    if rw:
        b.line(f"for g := 0; g < {n}; g++ {{ wg.Add(1); go func() {{ for i := 0; i < {k}; i++ {{ m.RLock(); if x != y {{ torn++ }}; m.RUnlock() }}; wg.Done() }}() }}",
               f"for (int g = 0; g < {n}; g++) {{ wg.add(1); go::go([&] {{ for (int i = 0; i < {k}; i++) {{ m.lock_shared(); if (x != y) torn++; m.unlock_shared(); }} wg.done(); }}); }}")
    b.line("wg.Wait(); o.add(x, y, torn)", "wg.wait(); o.add(x, y, torn);")


def trylocks(r, b):
    """A sequence on one RWMutex; the generator knows its state, so that unlocks are legal."""
    b.line("var m sync.RWMutex; _ = &m", "go::shared_mutex m;")  # perhaps nothing is legal
    readers, writer = 0, False
    for _ in range(r.randint(5, 40)):
        op = r.choice(["lock", "rlock", "unlock", "runlock"])
        if op == "lock":
            b.line("o.add(m.TryLock())", "o.add(m.try_lock());")
            writer = writer or readers == 0
        elif op == "rlock":
            b.line("o.add(m.TryRLock())", "o.add(m.try_lock_shared());")
            readers += not writer
        elif op == "unlock" and writer:
            b.line("m.Unlock()", "m.unlock();")
            writer = False
        elif op == "runlock" and readers:
            b.line("m.RUnlock()", "m.unlock_shared();")
            readers -= 1


def chan_ops(r, b):
    """Non-blocking operations on one buffered channel, its closing included."""
    cap = r.randint(0, 4)
    b.line(f"c := make(chan int, {cap})", f"go::chan<int> c({cap});")
    b.line("try := func(v int) string { r := \"\"; p := panics(func() { select { case c <- v: r = \"sent\"; default: r = \"full\" } }); return r + p }",
           "auto try_ = [&](int v) { std::string r; auto p = panics([&] { r = c.try_send(v) ? \"sent\" : \"full\"; }); return r + p; };")
    b.line("get := func() string { select { case v, ok := <-c: if ok { return fmt.Sprint(v) }; return \"closed\"; default: return \"empty\" } }",
           "auto get = [&] { std::string r; go::select(go::on_recv(c, [&](auto v) { r = v ? std::to_string(*v) : \"closed\"; }), go::otherwise([&] { r = \"empty\"; })); return r; };")
    for i in range(r.randint(5, 40)):
        op = r.choices(["send", "recv", "len", "close"], [5, 5, 2, 1])[0]
        if op == "send":
            b.line(f"o.add(try({i}))", f"o.add(try_({i}));")
        elif op == "recv":
            b.line("o.add(get())", "o.add(get());")
        elif op == "len":
            b.line("o.add(len(c), cap(c))", "o.add(c.len(), c.cap());")
        else:
            b.line("o.add(panics(func() { close(c) }))", "o.add(panics([&] { c.close(); }));")
    b.line("_, _ = try, get", "(void)try_, (void)get;")


def selects(r, b):
    """Selects over several channels of which exactly one case, or the default, can be chosen."""
    k = r.randint(2, 4)
    cap, n, over, nil = [], [], [], []
    for i in range(k):
        nil.append(r.random() < 0.15)
        cap.append(r.randint(1, 3))
        n.append(0)
        over.append(False)
        if nil[i]:
            b.line(f"var c{i} chan int", f"go::chan<int> c{i}(nullptr);")
        else:
            b.line(f"c{i} := make(chan int, {cap[i]})", f"go::chan<int> c{i}({cap[i]});")
    for step in range(r.randint(5, 25)):
        if r.random() < 0.08:
            i = r.randrange(k)
            if not nil[i] and not over[i]:
                b.line(f"close(c{i})", f"c{i}.close();")
                over[i] = True
            continue
        cases, ready = [], []
        for i in r.sample(range(k), r.randint(1, k)):
            for send in r.sample([0, 1], r.randint(1, 2)):
                can = not nil[i] and ((over[i] or n[i] < cap[i]) if send else (over[i] or n[i] > 0))
                if can and (ready or (send and over[i])):
                    continue  # a second ready case would be a free choice
                if can:
                    ready.append((i, send))
                cases.append((i, send))
        if not cases:
            continue
        default = not ready or r.random() < 0.3
        b.go.append("\tselect {")
        parts = []
        for j, (i, send) in enumerate(cases):
            if send:
                b.go.append(f"\tcase c{i} <- {step}: o.add({j}, \"sent\")")
                parts.append(f"go::on_send(c{i}, {step}, [&] {{ o.add({j}, \"sent\"); }})")
            else:
                b.go.append(f"\tcase v, ok := <-c{i}: o.add({j}, v, ok)")
                parts.append(f"go::on_recv(c{i}, [&](auto v) {{ o.add({j}, v.value_or(0), v.has_value()); }})")
        if default:
            b.go.append("\tdefault: o.add(\"none\")")
            parts.append("go::otherwise([&] { o.add(\"none\"); })")
        b.go.append("\t}")
        b.cc.append("  go::select(" + ", ".join(parts) + ");")
        for i, send in ready:
            if send:
                n[i] += 1
            elif n[i]:
                n[i] -= 1
    for i in range(k):
        b.line(f"_ = c{i}", f"(void)c{i};")


def network(r, b):
    """A Kahn network with scripts that may get stuck: how far does each goroutine come?"""
    nodes, edges = r.randint(2, 6), []
    for _ in range(r.randint(1, 8)):
        a, c = r.sample(range(nodes), 2)
        edges.append((a, c))
        k = r.choice([0, 0, 1, 2])
        e = len(edges) - 1
        b.line(f"e{e} := make(chan int, {k})", f"go::chan<int> e{e}({k});")
    b.line(f"var done [{nodes}]int; var sum [{nodes}]int; var mu sync.Mutex",
           f"struct shared {{ int done[{nodes}] = {{}}, sum[{nodes}] = {{}}; go::mutex mu; }}; auto s = std::make_shared<shared>();")
    for v in range(nodes):
        go, cc = [], []
        for step in range(r.randint(1, 8)):
            mine = [(e, a == v) for e, (a, c) in enumerate(edges) if v in (a, c)]
            if not mine:
                break
            e, sends = r.choice(mine)
            note = f"mu.Lock(); done[{v}]++; "
            cnote = f"{{ std::lock_guard l(s->mu); s->done[{v}]++; "
            if sends:
                go.append(f"e{e} <- {step + v}; {note}mu.Unlock()")
                cc.append(f"e{e}.send({step + v}); {cnote}}}")
            else:
                go.append(f"{{ x := <-e{e}; {note}sum[{v}] += x * {step + 1}; mu.Unlock() }}")
                cc.append(f"{{ int x = *e{e}.recv(); {cnote}s->sum[{v}] += x * {step + 1}; }} }}")
        b.line("go func() { " + "; ".join(go) + " }()", "go::go([=] { " + " ".join(cc) + " });")
    for e in range(len(edges)):
        b.line(f"_ = e{e}", f"(void)e{e};")
    b.line("settle(); mu.Lock(); o.add(done, sum); mu.Unlock()",
           f"settle(); {{ std::lock_guard l(s->mu); auto list = [&](int *p) {{ std::ostringstream t; t << '['; for (int i = 0; i < {nodes}; i++) t << (i ? \" \" : \"\") << p[i]; t << ']'; return t.str(); }}; o.add(list(s->done), list(s->sum)); }}")


def tree(r, b):
    depth, width = r.randint(1, 4), r.randint(1, 4)
    b.line("var wg sync.WaitGroup; var mu sync.Mutex; n, s := 0, 0", "go::wait_group wg; go::mutex mu; int n = 0, s = 0;")
    b.line("var grow func(d, v int)", "std::function<void(int, int)> grow;")
    b.line(f"grow = func(d, v int) {{ defer wg.Done(); mu.Lock(); n++; s += v; mu.Unlock(); if d > 0 {{ for i := 0; i < {width}; i++ {{ wg.Add(1); go grow(d-1, v*2+i) }} }} }}",
           f"grow = [&](int d, int v) {{ {{ std::lock_guard l(mu); n++, s += v; }} if (d > 0) for (int i = 0; i < {width}; i++) {{ wg.add(1); go::go([&grow, d, v, i] {{ grow(d - 1, v * 2 + i); }}); }} wg.done(); }};")
    b.line(f"wg.Add(1); go grow({depth}, 1); wg.Wait(); o.add(n, s)", f"wg.add(1); go::go([&] {{ grow({depth}, 1); }}); wg.wait(); o.add(n, s);")


def timers(r, b):
    times = r.sample(range(1, 9), r.randint(2, 6))
    b.line("var mu sync.Mutex; var order []int; var wg sync.WaitGroup", "go::mutex mu; std::vector<int> order; go::wait_group wg;")
    stops = {t for t in times if r.random() < 0.25}
    for t in times:
        ms = 20 * t
        if t in stops:
            b.line(f"t{t} := time.AfterFunc({ms}*time.Millisecond, func() {{ mu.Lock(); order = append(order, -{t}); mu.Unlock() }})",
                   f"go::after_func t{t}({ms}ms, [&] {{ std::lock_guard l(mu); order.push_back(-{t}); }});")
        else:
            b.line(f"wg.Add(1); go func() {{ time.Sleep({ms} * time.Millisecond); mu.Lock(); order = append(order, {t}); mu.Unlock(); wg.Done() }}()",
                   f"wg.add(1); go::go([&] {{ go::sleep_for({ms}ms); {{ std::lock_guard l(mu); order.push_back({t}); }} wg.done(); }});")
    for t in sorted(stops):
        b.line(f"o.add(t{t}.Stop(), t{t}.Stop())", f"{{ bool a = t{t}.stop(), c = t{t}.stop(); o.add(a, c); }}")
    b.line("wg.Wait(); for _, t := range order { o.add(t) }", "wg.wait(); for (int t : order) o.add(t);")


def contexts(r, b):
    n = r.randint(2, 12)
    b.line("k0, cancel0 := context.WithCancel(context.Background())", "auto [k0, cancel0] = go::with_cancel(go::background());")
    for i in range(1, n):
        p = r.randrange(i)
        if r.random() < 0.2:
            b.line(f"k{i}, cancel{i} := context.WithTimeout(k{p}, -time.Second)", f"auto [k{i}, cancel{i}] = go::with_timeout(k{p}, -1s);")
        else:
            b.line(f"k{i}, cancel{i} := context.WithCancel(k{p})", f"auto [k{i}, cancel{i}] = go::with_cancel(k{p});")
        if r.random() < 0.2:
            x = r.randrange(i + 1)
            b.line(f"cancel{x}()", f"cancel{x}();")
    b.line("settle()", "settle();")
    for i in range(n):
        b.line(f"o.add(kind(k{i}))", f"o.add(kind(k{i}));")
    for i in range(n):
        b.line(f"cancel{i}()", f"cancel{i}();")


KINDS = [(pipeline, 5), (shared_sum, 4), (merge, 4), (locks, 4), (trylocks, 3), (chan_ops, 6), (selects, 8),
         (network, 6), (tree, 2), (timers, 1), (contexts, 3)]


def main():
    seed, count, where = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    go, cc = [GO_HEAD], [CC_HEAD]
    names = []
    for i in range(count):
        r = random.Random(seed * 1000003 + i)
        kind = r.choices([k for k, _ in KINDS], [w for _, w in KINDS])[0]
        b = Both()
        kind(r, b)
        name = f"p{i}_{kind.__name__}"
        names.append(name)
        go.append(f"func {name}(o *out) {{\n" + "\n".join(b.go) + "\n}\n")
        cc.append(f"static void {name}(out &o) {{\n" + "\n".join(b.cc) + "\n}\n")
    go.append("func main() {\n\trun := func(name string, f func(o *out)) { var o out; f(&o); fmt.Println(name + o.b.String()) }")
    go += [f'\trun("{n}", {n})' for n in names] + ["}\n"]
    cc.append("""int main(int argc, char **argv) {
  if (argc > 2)
    go::set_max_procs(unsigned(std::atoi(argv[2])));
  else
    go_test_mode(std::uint64_t(argc > 1 ? std::atoi(argv[1]) : 1));
  auto run = [](const char *name, void (*f)(out &)) {
    out o;
    f(o);
    std::printf("%s%s\\n", name, o.b.str().c_str());
    std::fflush(stdout);
  };""")
    cc += [f'  run("{n}", {n});' for n in names] + ["  return 0;\n}\n"]
    open(where + "/main.go", "w").write("\n".join(go))
    open(where + "/main.cc", "w").write("\n".join(cc))


main()
