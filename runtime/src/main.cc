// main.cc - the way in and out of main.
//
// A linker that knows the runtime calls go_rt_main where the program's start code says main, and main
// where go_rt_main says go_rt_user_main. So goroutines stop as soon as main has returned: before atexit
// handlers and static destructors, also those of objects that came into being after the runtime. Without such
// a linker this member isn't linked, and an atexit handler set up at the first runtime call does the same,
// only later.
#include "rt.h"

extern "C" int go_rt_user_main(int argc, char **argv, char **envp);

extern "C" int go_rt_main(int argc, char **argv, char **envp) {
  static int depth; // C programs may call main
  depth++;
  int code = go_rt_user_main(argc, argv, envp);
  if (--depth == 0)
    gort::rt_exit_stop();
  return code;
}
