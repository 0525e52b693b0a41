// sieve - the prime sieve: a goroutine per prime filters its multiples out.
#include <cstdio>
#include <cstdlib>
#include <go/go.hpp>

int main(int argc, char **argv) {
  int n = argc > 1 ? std::atoi(argv[1]) : 500, prime = 0;
  go::chan<int> in;
  go::go([in] {
    for (int i = 2;; i++)
      in.send(i);
  });
  for (int i = 0; i < n; i++) {
    prime = *in.recv();
    go::chan<int> out;
    go::go([in, out, prime] {
      for (int v : in)
        if (v % prime)
          out.send(v);
    });
    in = out;
  }
  std::printf("prime number %d is %d\n", n, prime);
  return n == 500 && prime != 3571;
}
