// Variadic functions of Darwin. On x86-64 they are called as on Linux. On arm64 all unnamed arguments are on
// the stack and a va_list is a pointer to them: a veneer passes that pointer as one more argument.
//
//   SHIM_VARIADIC(shim_printf, 1)                     1: number of named arguments
//   int shim_printf(const char *format VARIADIC) { BEGIN(format); ... END; }
#pragma once

#include <stdarg.h>

#if defined __aarch64__
struct linux_va_list {
  void *stack, *gr_top, *vr_top;
  int gr_offs, vr_offs;
};
#define SHIM_VARIADIC(name, n) \
  __asm__(".globl veneer_" #name "\nveneer_" #name ":\n mov x" #n ", sp\n b " #name "\n"); \
  extern char veneer_##name[];
#define VARIADIC , void *stack
#define BEGIN(last) va_list args; *(struct linux_va_list *)&args = (struct linux_va_list){.stack = stack}
#define END (void)0
#define VARIADIC_ADDRESS(name) ((void *)veneer_##name)
#define DARWIN_VA_LIST void *
#define USE_VA_LIST(darwin) va_list args; *(struct linux_va_list *)&args = (struct linux_va_list){.stack = darwin}
#else
#define SHIM_VARIADIC(name, n)
#define VARIADIC , ...
#define BEGIN(last) va_list args; va_start(args, last)
#define END va_end(args)
#define VARIADIC_ADDRESS(name) ((void *)name)
#define DARWIN_VA_LIST va_list
#define USE_VA_LIST(darwin) va_list args; va_copy(args, darwin)
#endif
