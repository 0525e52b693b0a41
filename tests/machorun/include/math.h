#pragma once
double floor(double), ceil(double), fabs(double), pow(double, double), sqrt(double), fmod(double, double);
double log(double), log2(double), log10(double), exp(double), trunc(double);
double sin(double), cos(double), tan(double), asin(double), acos(double), atan(double), atan2(double, double);
double sinh(double), cosh(double), tanh(double), asinh(double), acosh(double), atanh(double);
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
