#pragma once
#include <stddef.h>
void *malloc(size_t), *calloc(size_t, size_t), *realloc(void *, size_t);
void free(void *);
void exit(int) __attribute__((noreturn)), abort(void) __attribute__((noreturn));
int atoi(const char *), abs(int), atexit(void (*)(void));
double strtod(const char *, char **), atof(const char *);
long strtol(const char *, char **, int);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
char *getenv(const char *);
