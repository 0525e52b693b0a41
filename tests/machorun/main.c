// machorun [-v] PROGRAM ARGUMENT...
#include "machorun.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool verbose;
int program_argc;
char **program_argv;
extern char **environ;

void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fflush(stdout);
  fputs("machorun: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  _exit(127);
}

int main(int argc, char **argv) {
  int first = 1;
  if (argc > 1 && strcmp(argv[1], "-v") == 0) {
    verbose = true;
    first = 2;
  }
  REQUIRE(first < argc, "usage: machorun [-v] program [argument...]");
  program_argc = argc - first;
  program_argv = argv + first;
  set_up_stdio();
  char *path = realpath(program_argv[0], NULL);
  REQUIRE(path, "%s: no such program", program_argv[0]);
  struct image *m = load_image(path, true);
  REQUIRE(m->has_entry, "%s: no LC_MAIN", path);
  initialize(m);
  // The kernel puts arguments, environment and what it tells dyld one behind the other.
  int environment = 0;
  while (environ[environment])
    ++environment;
  char **v = calloc((size_t)(program_argc + environment + 4), sizeof *v);
  memcpy(v, program_argv, (size_t)program_argc * sizeof *v);
  memcpy(v + program_argc + 1, environ, (size_t)environment * sizeof *v);
  v[program_argc + environment + 2] = path;
  typedef int entry(int, char **, char **, char **);
  exit(((entry *)(m->base + m->entry))(program_argc, v, v + program_argc + 1, v + program_argc + environment + 2));
}
