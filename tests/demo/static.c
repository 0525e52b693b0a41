/* The demo's C program, linked without any shared library. */
#include <stdio.h>

int main(void) {
  puts("a static program");
  return 0;
}
