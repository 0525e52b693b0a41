// Enough of C's library for the programs of the tests, by the C standard; there is no SDK here.
#pragma once
#include <stdarg.h>
#include <stddef.h>
typedef struct file FILE;
extern FILE *__stdinp, *__stdoutp, *__stderrp;
#define stdin __stdinp
#define stdout __stdoutp
#define stderr __stderrp
#define EOF (-1)
int printf(const char *, ...), fprintf(FILE *, const char *, ...), sprintf(char *, const char *, ...);
int snprintf(char *, size_t, const char *, ...), vsnprintf(char *, size_t, const char *, va_list);
int vfprintf(FILE *, const char *, va_list), puts(const char *), putchar(int), fputs(const char *, FILE *);
int fflush(FILE *), fclose(FILE *), remove(const char *);
FILE *fopen(const char *, const char *);
size_t fread(void *, size_t, size_t, FILE *), fwrite(const void *, size_t, size_t, FILE *);
