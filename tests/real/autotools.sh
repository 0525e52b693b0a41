#!/usr/bin/env bash
# A library by autoconf, automake and libtool: configure takes gold-go for GNU ld, so libtool makes shared and
# static archives with it, exports by a list, and versions by a script; `make install` relinks.
. "$SRC/tests/lib/common.sh"
need autoreconf libtoolize make
mkdir -p project/m4
cd project
cat > configure.ac <<'A'
AC_INIT([twice], [1.2.3])
AC_CONFIG_MACRO_DIRS([m4])
AM_INIT_AUTOMAKE([foreign subdir-objects])
AM_PROG_AR
AC_PROG_CC
LT_INIT([shared static])
AC_CHECK_LIB([m], [cos])
AC_CHECK_FUNCS([dlopen no_such_function_at_all])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
A
cat > Makefile.am <<'A'
ACLOCAL_AMFLAGS = -I m4
lib_LTLIBRARIES = libtwice.la libuses.la
include_HEADERS = twice.h
libtwice_la_SOURCES = twice.c
libtwice_la_LDFLAGS = -version-info 5:1:2 -Wl,--version-script=$(srcdir)/twice.map -no-undefined
libuses_la_SOURCES = uses.c
libuses_la_LIBADD = libtwice.la
libuses_la_LDFLAGS = -export-symbols-regex '^four_times$$' -no-undefined
bin_PROGRAMS = app app_static
app_SOURCES = main.c
app_LDADD = libuses.la
app_static_SOURCES = main.c
app_static_LDADD = libuses.la
app_static_LDFLAGS = -all-static
A
cat > twice.h <<'C'
int twice(int);
int four_times(int);
C
cat > twice.c <<'C'
int hidden_helper(int x) { return x + x; }
int twice_1(int x) { return -x; }
int twice_2(int x) { return hidden_helper(x); }
#ifdef PIC
__asm__(".symver twice_1, twice@TWICE_1");
__asm__(".symver twice_2, twice@@TWICE_2");
#else
int twice(int x) { return hidden_helper(x); }
#endif
C
printf 'TWICE_1 { global: twice; local: *; };\nTWICE_2 { global: twice; } TWICE_1;\n' > twice.map
cat > uses.c <<'C'
#include "twice.h"
int not_exported(int x) { return twice(x); }
int four_times(int x) { return twice(not_exported(x)); }
C
cat > main.c <<'C'
#include <stdio.h>
#include "twice.h"
int main(void) { printf("%d\n", four_times(10)); return 0; }
C
autoreconf -fi > ../autoreconf.log 2>&1 || { tail -n 20 ../autoreconf.log; fail "autoreconf"; }
./configure --prefix="$WORK/prefix" CC="gcc -B$GOLD_GO_B" LD="$GOLD_GO_B/ld" > ../configure.log 2>&1 \
  || { tail -n 20 ../configure.log; fail "configure"; }
has 'checking if the linker .* is GNU ld\.\.\. yes' ../configure.log
has 'linker .* supports shared libraries\.\.\. yes' ../configure.log
has 'checking for cos in -lm\.\.\. yes' ../configure.log
has 'checking for no_such_function_at_all\.\.\. no' ../configure.log
grep -E '^with_gnu_ld="?yes' libtool > /dev/null || fail "libtool does not know that the linker is like GNU ld"
make -s > ../make.log 2>&1 || { tail -n 30 ../make.log; fail "make"; }
make -s install > ../install.log 2>&1 || { tail -n 30 ../install.log; fail "make install"; }
cd ..
run 40 project/app
run 40 project/app_static
run 40 prefix/bin/app
run libtwice.so.3.2.1 basename "$(readlink -f prefix/lib/libtwice.so)"
by_gold_go prefix/lib/libtwice.so prefix/lib/libuses.so prefix/bin/app prefix/bin/app_static
readelf --dyn-syms -W prefix/lib/libtwice.so > out
has 'twice@@TWICE_2' out
has 'twice@TWICE_1' out
lacks 'hidden_helper' out
readelf --dyn-syms -W prefix/lib/libuses.so > out
has 'four_times$' out
has 'UND twice@TWICE_2' out
lacks 'not_exported' out
readelf -dW prefix/lib/libtwice.so > out
has 'SONAME.*libtwice\.so\.3\]' out
