// The options that `gold-go link` has beyond GNU ld's: how to complete a hosted program. They say
// what is wanted, in the same words for all formats; src/driver/toolchain turns them into what the
// linkers of the format understand.
#include "driver/parse.h"

namespace gold {

namespace {

constexpr auto None = Form::None;
constexpr auto Value = Form::Value;
constexpr auto Done = Status::Done;

void set_libc(Parse &p, const Arg &a) {
  if (a.v[0] == "glibc" || a.v[0] == "gnu")
    p.native->libc = NativeRequest::Libc::Glibc;
  else if (a.v[0] == "musl")
    p.native->libc = NativeRequest::Libc::Musl;
  else
    p.bad_value(a, "glibc or musl");
}

void set_stdlib(Parse &p, const Arg &a) {
  if (a.v[0] == "libstdc++")
    p.native->stdlib = NativeRequest::Stdlib::Libstdcxx;
  else if (a.v[0] == "libc++")
    p.native->stdlib = NativeRequest::Stdlib::Libcxx;
  else if (a.v[0] == "none")
    p.native->stdlib = NativeRequest::Stdlib::None;
  else
    p.bad_value(a, "libstdc++, libc++ or none");
}

#define NATIVE(field, value) [](Parse &p, const Arg &) { p.native->field = value; }

constexpr OptionSpec rows[] = {
    {"", Form::Heading, NAT, Done, nullptr, "gold-go link: whole programs", nullptr},
    {"pie pic-executable", None, NAT, Done, nullptr, "Make a position-independent executable (default)",
     NATIVE(link, NativeRequest::Link::Pie)},
    {"no-pie", None, NAT, Done, nullptr, "Make an executable with a fixed address",
     NATIVE(link, NativeRequest::Link::NoPie)},
    {"shared Bshareable", None, NAT, Done, nullptr, "Make a shared object, DLL or dylib",
     NATIVE(link, NativeRequest::Link::Shared)},
    {"static", None, NAT, Done, nullptr,
     "Use no shared libraries; with a fixed address unless --pie is given", NATIVE(is_static, true)},
    {"static-pie", None, NAT, Done, nullptr, "Use no shared libraries, at any address",
     [](Parse &p, const Arg &) {
       p.native->is_static = true;
       p.native->link = NativeRequest::Link::Pie;
     }},
    {"s strip strip-all", None, NAT, Done, nullptr, "Leave out symbol table and debug information",
     NATIVE(strip_all, true)},
    {"w S strip-debug", None, NAT, Done, nullptr, "Leave out debug information", NATIVE(strip_debug, true)},
    {"no-default-libs nodefaultlibs", None, NAT, Done, nullptr, "Add no libraries",
     NATIVE(default_libs, false)},
    {"no-start-files nostartfiles", None, NAT, Done, nullptr, "Add no start files",
     NATIVE(start_files, false)},
    {"nostdlib", None, NAT, Done, nullptr, "Add neither libraries nor start files",
     [](Parse &p, const Arg &) { p.native->default_libs = p.native->start_files = false; }},
    {"libc", Value, NAT, Done, "glibc|musl", "C library (default: glibc if it is there)", set_libc},
    {"stdlib", Value, NAT, Done, "NAME",
     "C++ library: libstdc++, libc++, none (default: what the objects need)", set_stdlib},
    {"shared-runtime", None, NAT, Done, nullptr, "PE: use the DLLs of libgcc, libstdc++ and winpthread",
     NATIVE(shared_runtime, true)},
    {"target", Value, NAT, Done, "TRIPLE", "Target, as aarch64-linux-gnu (default: what the inputs are)",
     [](Parse &p, const Arg &a) { p.native->target = a.str(); }},
    {"print-link-line", None, NAT, Done, nullptr, "Show the full command that this one stands for, and stop",
     NATIVE(print_link_line, true)},
};

constexpr auto index = make_index<count_names(rows)>(rows);

} // namespace

extern const OptionGroup native_options;
constinit const OptionGroup native_options = {rows, index};

} // namespace gold
