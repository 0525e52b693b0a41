#!/usr/bin/env bash
# What a version script makes local is not exported; exact names win over patterns, C++ names match.
. "$SRC/tests/lib/common.sh"
cxx lib -fPIC <<'S'
extern "C" int api_one() { return 1; }
extern "C" int api_secret() { return 2; }
extern "C" int other() { return 3; }
namespace ns { int shown(int) { return 4; } int shown(long) { return 5; } int internal() { return 6; } }
S
cat > v.map <<'S'
{
  global: api_*; extern "C++" { "ns::shown(int)"; ns::in*; };
  local: api_secret; *;
};
S
g++ -B"$GOLD_GO_B" -shared lib.o -o lib.so -Wl,--version-script=v.map
nm -D --defined-only lib.so > syms
has ' T api_one$' syms
has ' T _ZN2ns5shownEi$' syms
has ' T _ZN2ns8internalEv$' syms
lacks 'api_secret|other|_ZN2ns5shownEl' syms
# Names of templates in templates, with a gap between the brackets as GNU's demangler writes them, and without.
cxx templates -fPIC <<'S'
template <class T> struct A {};
void gap(A<A<int>>) {}
void none(A<A<long>>) {}
void star(A<A<char>>) {}
void hidden(A<A<int>>) {}
S
cat > t.map <<'S'
{ global: extern "C++" { "gap(A<A<int> >)"; "none(A<A<long>>)"; star?A?A?char?>?; }; local: *; };
S
g++ -B"$GOLD_GO_B" -shared templates.o -o templates.so -Wl,--version-script=t.map
nm -D --defined-only templates.so | sed 's/.* //' | sort > names
printf '%s\n' _Z3gap1AIS_IiEE _Z4none1AIS_IlEE _Z4star1AIS_IcEE | diff - names
