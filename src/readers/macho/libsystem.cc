// libSystem as gold-go knows it when there is no SDK: what C programs and the C++ runtime commonly use,
// by the C standard, POSIX and the Darwin ABI. An SDK's own stub has all names.
#include "readers/macho/shared_reader.h"

namespace gold::macho {

std::string_view builtin_library(std::string_view name) {
  bool part = false;
  for (std::string_view n : {"System", "System.B", "c", "m", "pthread", "dl", "info", "dbm", "util"})
    part |= name == n;
  if (!part)
    return {};
  return R"(--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/libSystem.B.dylib'
current-version: 1319
compatibility-version: 1
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [
# dyld and compilers
dyld_stub_binder, __tlv_bootstrap, __tlv_atexit, ___stack_chk_fail, ___stack_chk_guard, 
___chkstk_darwin, ___bzero, ___memcpy_chk, ___memmove_chk, ___memset_chk, ___strcat_chk, ___strcpy_chk,
___strncat_chk, ___strncpy_chk, ___stpcpy_chk, ___strlcat_chk, ___strlcpy_chk, ___sprintf_chk, ___snprintf_chk,
___vsprintf_chk, ___vsnprintf_chk, ___udivti3, ___divti3, ___umodti3, ___modti3, ___multi3, ___floattidf,
___floatuntidf, ___fixdfti, ___fixunsdfti, __dyld_get_image_header, __dyld_get_image_name,
__dyld_get_image_vmaddr_slide, __dyld_image_count, __dyld_register_func_for_add_image, __NSGetExecutablePath,
__NSGetArgc, __NSGetArgv, __NSGetEnviron, __NSGetProgname, _dlopen, _dlsym, _dlclose, _dlerror, _dladdr,
__Block_copy, __Block_release, __NSConcreteStackBlock, __NSConcreteGlobalBlock, __Block_object_assign,
__Block_object_dispose, ___cxa_atexit, ___cxa_finalize,
__Unwind_Resume, __Unwind_RaiseException, __Unwind_DeleteException, __Unwind_GetIP, __Unwind_GetIPInfo,
__Unwind_SetIP, __Unwind_GetGR, __Unwind_SetGR, __Unwind_GetCFA, __Unwind_GetRegionStart,
__Unwind_GetLanguageSpecificData, __Unwind_Backtrace, __Unwind_FindEnclosingFunction, __Unwind_ForcedUnwind,
__Unwind_Resume_or_Rethrow, __Unwind_GetDataRelBase, __Unwind_GetTextRelBase, ___register_frame,
___deregister_frame, ___error,
# <ctype.h>, <locale.h>, <wchar.h>, <wctype.h>
___maskrune, ___toupper, ___tolower, __DefaultRuneLocale, __CurrentRuneLocale, ___mb_cur_max, _isalnum, _isalpha,
_isascii, _isblank, _iscntrl, _isdigit, _isgraph, _islower, _isprint, _ispunct, _isspace, _isupper, _isxdigit,
_tolower, _toupper, _setlocale, _localeconv, _newlocale, _freelocale, _uselocale, _duplocale, _nl_langinfo,
_btowc, _wctob, _mblen, _mbtowc, _wctomb, _mbstowcs, _wcstombs, _mbrtowc, _wcrtomb, _mbrlen, _mbsinit,
_mbsrtowcs, _wcsrtombs, _mbsnrtowcs, _wcsnrtombs, _wcslen, _wcscpy, _wcsncpy, _wcscat, _wcscmp, _wcsncmp, _wcschr,
_wcsrchr, _wcsstr, _wcstol, _wcstoul, _wcstoll, _wcstoull, _wcstod, _wcstof, _wcstold, _wcscoll, _wcsxfrm,
_wmemchr, _wmemcmp, _wmemcpy, _wmemmove, _wmemset, _swprintf, _vswprintf, _wprintf, _fwprintf, _fputwc, _fgetwc,
_ungetwc, _iswalpha, _iswalnum, _iswdigit, _iswspace, _iswupper, _iswlower, _iswprint, _towupper, _towlower,
# <stdio.h>
___stdinp, ___stdoutp, ___stderrp, ___srget, ___swbuf, _clearerr, _fclose, _fdopen, '_fdopen$DARWIN_EXTSN', _feof,
_ferror, _fflush, _fgetc, _fgetpos, _fgets, _fileno, _flockfile, _fopen, '_fopen$DARWIN_EXTSN', _fprintf, _fputc,
_fputs, _fread, _freopen, _fscanf, _fseek, _fseeko, _fsetpos, _ftell, _ftello, _ftrylockfile, _funlockfile,
_funopen, _fwrite, _getc, _getchar, _getdelim, _getline, _gets, _getw, _open_memstream, _fmemopen, _pclose, _perror,
_popen, '_popen$DARWIN_EXTSN', _printf, _putc, _putchar, _puts, _remove, _rename, _rewind, _scanf, _setbuf,
_setvbuf, _snprintf, _sprintf, _sscanf, _tmpfile, _tmpnam, _tempnam, _ungetc, _vfprintf, _vfscanf, _vprintf,
_vscanf, _vsnprintf, _vsprintf, _vsscanf, _asprintf, _vasprintf, _dprintf, _vdprintf, _getc_unlocked,
_putc_unlocked, _getchar_unlocked, _putchar_unlocked,
# <stdlib.h>
_abort, _abs, _aligned_alloc, _alloca, _arc4random, _arc4random_buf, _arc4random_uniform, _atexit, _atof, _atoi,
_atol, _atoll, _bsearch, _calloc, _div, _exit, __Exit, __exit, _free, _getenv, _getprogname, _labs, _ldiv, _llabs,
_lldiv, _malloc, _malloc_size, _malloc_good_size, _malloc_default_zone, _malloc_create_zone, _malloc_zone_malloc,
_malloc_zone_free, _malloc_zone_realloc, _malloc_set_zone_name, _malloc_zone_from_ptr, _mkdtemp, _mkstemp, _mktemp,
_posix_memalign, _putenv, _qsort, _qsort_r, _heapsort, _mergesort, _quick_exit, _at_quick_exit, _rand, _rand_r,
_random, _realloc, _reallocf, _realpath, '_realpath$DARWIN_EXTSN', _setenv, _srand, _srandom, _srandomdev, _strtod,
_strtof, _strtol, _strtold, _strtoll, _strtoul, _strtoull, _strtoimax, _strtoumax, _strtod_l, _strtof_l, _strtold_l,
_system, _unsetenv, _valloc, _drand48, _erand48, _lrand48, _srand48, _environ,
# <string.h>, <strings.h>
_bcmp, _bcopy, _bzero, _ffs, _ffsl, _ffsll, _fls, _index, _memccpy, _memchr, _memcmp, _memcpy, _memmem, _memmove,
_memset, _memset_s, _memset_pattern4, _memset_pattern8, _memset_pattern16, _rindex, _stpcpy, _stpncpy, _strcasecmp,
_strcasestr, _strcat, _strchr, _strcmp, _strcoll, _strcpy, _strcspn, _strdup, _strerror, _strerror_r, _strlcat,
_strlcpy, _strlen, _strncasecmp, _strncat, _strncmp, _strncpy, _strndup, _strnlen, _strnstr, _strpbrk, _strrchr,
_strsep, _strsignal, _strspn, _strstr, _strtok, _strtok_r, _strxfrm, _swab,
# <math.h>, <fenv.h>, <complex.h>
_acos, _acosf, _acosh, _acosl, _asin, _asinf, _asinh, _asinl, _atan, _atan2, _atan2f, _atan2l, _atanf, _atanh,
_atanl, _cbrt, _cbrtf, _ceil, _ceilf, _ceill, _copysign, _copysignf, _cos, _cosf, _cosh, _coshf, _cosl, _erf, _erfc,
_erff, _exp, _exp2, _exp2f, _expf, _expl, _expm1, _expm1f, _fabs, _fabsf, _fabsl, _fdim, _floor, _floorf, _floorl,
_fma, _fmaf, _fmax, _fmaxf, _fmin, _fminf, _fmod, _fmodf, _fmodl, _frexp, _frexpf, _frexpl, _hypot, _hypotf, _ilogb,
_ldexp, _ldexpf, _ldexpl, _lgamma, _lgammaf, _lgamma_r, _llrint, _llrintf, _llround, _llroundf, _log, _log10, _log10f,
_log10l, _log1p, _log1pf, _log2, _log2f, _log2l, _logb, _logf, _logl, _lrint, _lrintf, _lround, _lroundf, _modf,
_modff, _modfl, _nan, _nearbyint, _nearbyintf, _nextafter, _nextafterf, _nexttoward, _pow, _powf, _powl, _remainder,
_remquo, _rint, _rintf, _round, _roundf, _roundl, _scalbln, _scalbn, _sin, _sinf, _sinh, _sinhf, _sinl, _sqrt,
_sqrtf, _sqrtl, _tan, _tanf, _tanh, _tanhf, _tanl, _tgamma, _tgammaf, _trunc, _truncf, _truncl, ___exp10, ___exp10f,
___sincos_stret, ___sincosf_stret, ___sincospi_stret, ___cospi, ___sinpi, ___tanpi, ___fpclassifyd, ___fpclassifyf,
___isnand, ___isnanf, ___isinfd, ___isinff, ___isfinited, ___isfinitef, ___signbitd, ___signbitf, _cabs, _cexp, _clog,
_csqrt, _fegetround, _fesetround, _feclearexcept, _feraiseexcept, _fetestexcept, _fegetenv, _fesetenv,
# <time.h>, <sys/time.h>
_asctime, _asctime_r, _clock, '_clock$UNIX2003', _clock_gettime, _clock_getres, _clock_gettime_nsec_np, _ctime,
_ctime_r, _difftime, _gettimeofday, _settimeofday, _gmtime, _gmtime_r, _localtime, _localtime_r, _mktime, _timegm,
_nanosleep, _strftime, _strptime, _time, _times, _tzset, _tzname, _timezone, _daylight, _utime, _utimes, _futimes,
_getitimer, _setitimer, _mach_absolute_time, _mach_continuous_time, _mach_timebase_info, _mach_task_self_,
_mach_host_self, _mach_thread_self, _mach_port_deallocate, _host_statistics64, _task_info, _thread_info, _vm_page_size,
# <unistd.h>, <fcntl.h>, <sys/*.h>
_access, _alarm, _chdir, _chmod, _chown, _chroot, _close, _closedir, '_closedir$INODE64', _confstr, _copyfile,
_creat, _dup, _dup2, _execl, _execle, _execlp, _execv, _execve, _execvp, _faccessat, _fchdir, _fchmod, _fchmodat,
_fchown, _fcntl, _fdatasync, _flock, _fork, _fpathconf, _fstat, '_fstat$INODE64', _fstatat, '_fstatat$INODE64',
_fstatfs, '_fstatfs$INODE64', _fsync, _ftruncate, _getcwd, _getdirentries, _getdtablesize, _getegid, _getentropy,
_geteuid, _getgid, _getgroups, _gethostname, _getlogin, _getlogin_r, _getopt, _getopt_long, _getpagesize, _getpgid,
_getpgrp, _getpid, _getppid, _getpriority, _getpwnam, _getpwnam_r, _getpwuid, _getpwuid_r, _getgrgid, _getgrnam,
_getrlimit, _getrusage, _getsid, _getuid, _ioctl, _isatty, _kill, _killpg, _lchown, _link, _linkat, _lockf, _lseek,
_lstat, '_lstat$INODE64', _madvise, _mincore, _mkdir, _mkdirat, _mkfifo, _mknod, _mlock, _mmap, _mprotect, _msync,
_munlock, _munmap, _nice, _open, _openat, _opendir, '_opendir$INODE64', _optarg, _opterr, _optind, _optopt,
_pathconf, _pause, _pipe, _poll, _posix_spawn, _posix_spawnp, _posix_spawn_file_actions_init,
_posix_spawn_file_actions_adddup2, _posix_spawn_file_actions_addclose, _posix_spawn_file_actions_destroy,
_posix_spawnattr_init, _posix_spawnattr_destroy, _pread, _preadv, _pwrite, _pwritev, _raise, _read, _readdir,
'_readdir$INODE64', _readdir_r, '_readdir_r$INODE64', _readlink, _readlinkat, _readv, _renameat, _rewinddir,
'_rewinddir$INODE64', _rmdir, _sbrk, _select, '_select$DARWIN_EXTSN', _setegid, _seteuid, _setgid, _setpgid,
_setpriority, _setregid, _setreuid, _setrlimit, _setsid, _setuid, _sleep, _stat, '_stat$INODE64', _statfs,
'_statfs$INODE64', _statvfs, _symlink, _symlinkat, _sync, _sysconf, _sysctl, _sysctlbyname, _syslog, _openlog,
_closelog, _tcgetattr, _tcsetattr, _tcflush, _tcdrain, _truncate, _ttyname, _ttyname_r, _umask, _uname, _unlink,
_unlinkat, _usleep, _vfork, _wait, _wait3, _wait4, _waitpid, _write, _writev, _kevent, _kqueue, _kevent64, _fgetxattr,
_getxattr, _setxattr, _listxattr, _removexattr, _issetugid, _err, _errx, _warn, _warnx, _fts_open, _fts_read,
_fts_close, _glob, '_glob$INODE64', _globfree, _fnmatch, _regcomp, _regexec, _regfree, _regerror, _wordexp,
_pthread_getugid_np, _proc_pidpath, _proc_pidinfo,
# <signal.h>, <setjmp.h>
_bsd_signal, _longjmp, __longjmp, _setjmp, __setjmp, _siglongjmp, _sigsetjmp, _sigaction, _sigaddset, _sigaltstack,
_sigdelset, _sigemptyset, _sigfillset, _siginterrupt, _sigismember, _signal, _sigpending, _sigprocmask, _sigsuspend,
_sigwait, _sys_siglist, _sys_signame, ___sigbits,
# <sys/socket.h>, <netdb.h>, <arpa/inet.h>, <net/if.h>
_accept, _bind, _connect, _freeaddrinfo, _freeifaddrs, _gai_strerror, _getaddrinfo, _gethostbyaddr, _gethostbyname,
_getifaddrs, _getnameinfo, _getpeername, _getprotobyname, _getservbyname, _getservbyport, _getsockname, _getsockopt,
_h_errno, _hstrerror, _if_indextoname, _if_nametoindex, _inet_addr, _inet_aton, _inet_ntoa, _inet_ntop, _inet_pton,
_in6addr_any, _in6addr_loopback, _listen, _recv, _recvfrom, _recvmsg, _send, _sendfile, _sendmsg, _sendto, _setsockopt,
_shutdown, _socket, _socketpair, _sockatmark,
# <pthread.h>, <semaphore.h>, <os/lock.h>, <dispatch/dispatch.h>
_pthread_atfork, _pthread_attr_destroy, _pthread_attr_getdetachstate, _pthread_attr_getstacksize, _pthread_attr_init,
_pthread_attr_setdetachstate, _pthread_attr_setguardsize, _pthread_attr_setstack, _pthread_attr_setstacksize,
_pthread_attr_set_qos_class_np, _pthread_cancel, _pthread_cond_broadcast, _pthread_cond_destroy, _pthread_cond_init,
_pthread_cond_signal, _pthread_cond_timedwait, _pthread_cond_timedwait_relative_np, _pthread_cond_wait,
_pthread_condattr_destroy, _pthread_condattr_init, _pthread_create, _pthread_detach, _pthread_equal, _pthread_exit,
_pthread_get_stackaddr_np, _pthread_get_stacksize_np, _pthread_getname_np, _pthread_getschedparam,
_pthread_getspecific, _pthread_join, _pthread_key_create, _pthread_key_delete, _pthread_kill, _pthread_mach_thread_np,
_pthread_main_np, _pthread_mutex_destroy, _pthread_mutex_init, _pthread_mutex_lock, _pthread_mutex_trylock,
_pthread_mutex_unlock, _pthread_mutexattr_destroy, _pthread_mutexattr_init, _pthread_mutexattr_setpshared,
_pthread_mutexattr_settype, _pthread_once, _pthread_rwlock_destroy, _pthread_rwlock_init, _pthread_rwlock_rdlock,
_pthread_rwlock_tryrdlock, _pthread_rwlock_trywrlock, _pthread_rwlock_unlock, _pthread_rwlock_wrlock, _pthread_self,
_pthread_set_qos_class_self_np, _pthread_setcancelstate, _pthread_setcanceltype, _pthread_setname_np,
_pthread_setschedparam, _pthread_setspecific, _pthread_sigmask, _pthread_threadid_np, _sched_get_priority_max,
_sched_get_priority_min, _sched_yield, _sem_close, _sem_open, _sem_post, _sem_trywait, _sem_unlink, _sem_wait,
_os_unfair_lock_lock, _os_unfair_lock_trylock, _os_unfair_lock_unlock, _OSAtomicAdd32, _OSAtomicAdd32Barrier,
_OSAtomicAdd64, _OSAtomicCompareAndSwap32, _OSAtomicCompareAndSwapPtrBarrier, _OSSpinLockLock, _OSSpinLockUnlock,
__dispatch_main_q, _dispatch_async, _dispatch_async_f, _dispatch_get_global_queue, _dispatch_once, _dispatch_once_f,
_dispatch_queue_create, _dispatch_release, _dispatch_retain, _dispatch_semaphore_create, _dispatch_semaphore_signal,
_dispatch_semaphore_wait, _dispatch_sync, _dispatch_sync_f, _dispatch_time, _dispatch_main, _dispatch_after,
_dispatch_after_f, _backtrace, _backtrace_symbols, _backtrace_symbols_fd, _makecontext, _swapcontext, _getcontext,
_setcontext ]
...
)";
}

} // namespace gold::macho
