#!/usr/bin/env bash
# Options of ld64 whose effect stands in load commands, section headers and tables.
. "$SRC/tests/lib/common.sh"
. "$SRC/tests/link/macho/lib.sh"
commands() { llvm-objdump-19 --macho --private-headers "$1" > out; }
for arch in x86_64 arm64; do
  mc "$arch" main <<< 'int inner(void); int f(void) { return inner(); } int g(void) { return 2; } int main(void) { return f(); }'
  mc "$arch" inner <<< 'int inner(void) { return 5; }'
  ld64 "$arch" -dylib inner.o -lSystem -o libinner.1.dylib -install_name "$PWD/libinner.1.dylib"

  # Other names, one by one or by a list.
  printf '# names\n_f _f_alias # of f\n\n_g _g_alias\n' > aliases
  ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -alias_list aliases -alias _f _third
  for name in _f_alias _g_alias _third; do has " T $name\$" <(llvm-nm-19 app); done
  expect_run "$arch" 5 "" "$PWD/app"
  echo _f > broken
  fails_with "'_f' has no alias" ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -alias_list broken

  # Re-exports by name; who may link it; libraries that depend on this one.
  ld64 "$arch" -dylib main.o libinner.1.dylib -lSystem -o libouter.dylib -install_name "$PWD/libouter.dylib" \
    -sub_library libinner -allowable_client one -allowable_client two
  commands libouter.dylib
  has LC_REEXPORT_DYLIB out
  [ "$(grep -c LC_SUB_CLIENT out)" = 2 ] || fail "not two clients"
  mc "$arch" user <<< 'int inner(void); int main(void) { return inner() + 1; }'
  ld64 "$arch" user.o libouter.dylib -lSystem -o app
  expect_run "$arch" 6 "" "$PWD/app"
  fails_with "no library or framework is called 'libnone'" ld64 "$arch" -dylib main.o libinner.1.dylib -lSystem -o x.dylib -sub_library libnone
  ld64 "$arch" main.o -upward_library libinner.1.dylib -lSystem -o app
  commands app
  has LC_LOAD_UPWARD_DYLIB out
  expect_run "$arch" 5 "" "$PWD/app"

  # Alignment of sections.
  ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -sectalign __TEXT __text 0x1000
  commands app
  has 'align 2\^12 \(4096\)' out
  expect_run "$arch" 5 "" "$PWD/app"
  fails_with 'no power of two' ld64 "$arch" main.o -lSystem -o app -sectalign __TEXT __text 3

  # What is exported, and that the header's symbol is no exception.
  exports() { llvm-objdump-19 --macho --exports-trie "$1" | awk '/^0x/ { print $2 }'; }
  ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -exported_symbol _f
  run _f exports app
  ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -no_exported_symbols
  run "" exports app
  check_macho app

  # Xcode's list of what was read and written.
  ld64 "$arch" main.o libinner.1.dylib -lSystem -o app -dependency_info info
  tr '\0\20\100' '\n<>' < info > names
  has '^<main\.o$' names
  has '^<libinner\.1\.dylib$' names
  has '^>app$' names

  # Objects of another system, or of a newer release.
  fails_with 'main.o: the object is for macos, not for ios' "$GOLD_GO" ld64 -arch "$arch" -platform_version ios 16.0 16.0 main.o -U _inner -o app
  "$GOLD_GO" ld64 -arch "$arch" -platform_version macos 12.3.1 13.3 main.o inner.o -lSystem -o app 2> out
  has 'main.o and 1 others are for macos 13.0, while the image is to run on 12.3.1' out
done

# Versions are numbers; lists of exports exclude each other, and what they name must be there.
mc x86_64 f <<< 'int f(void) { return 1; }'
dylib() { ld64 x86_64 -dylib f.o -lSystem -o f.dylib "$@"; }
fails_with "current_version" dylib -current_version abc
fails_with "compatibility_version" dylib -compatibility_version 1..2
fails_with "'x' is no version" "$GOLD_GO" ld64 -arch x86_64 -platform_version macos 13.0 x f.o -o app
fails_with "source_version" dylib -source_version 1.2.3.4.5.6
fails_with 'only one of -exported_symbol' dylib -exported_symbol _f -unexported_symbol _g
fails_with 'only one of -exported_symbol' dylib -exported_symbol _f -no_exported_symbols
fails_with 'not supported' dylib -commons use_dylibs
printf '_f\n_missing\n' > list
fails_with 'undefined symbol: _missing' dylib -exported_symbols_list list
dylib -current_version 1.2.3.4.5 -compatibility_version 1 -source_version 7.8.9.10.11 -commons ignore_dylibs -root_safe -setuid_safe
commands f.dylib
has 'current version 1.2.3' out
has 'version 7.8.9.10.11' out
[ $(($(llvm-readobj-19 --file-headers f.dylib | sed -n 's/ *Flags \[ (\(0x[0-9A-F]*\))/\1/p') & 0xc0000)) = $((0xc0000)) ] || fail "flags of the header"
# A name that is to be exported is reason enough to take a member of an archive.
mc x86_64 g <<< 'int g(void) { return 2; }'
llvm-ar-19 rcs libg.a g.o
dylib libg.a -exported_symbol _g
run _g exports f.dylib
