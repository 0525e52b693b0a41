// machorun: runs Mach-O executables for macOS on Linux, on the processor that they are made for.
//
// For tests of a linker: strict about the file, modest about the system. An image is mapped as its load commands say, dyld's
// work is done (fixups, thread-local variables, initializers), names of libSystem are bound to functions of
// the C library, with a shim where the two differ, and LC_MAIN is called. What is wrong with a file ends the
// program with exit code 127 and a message; a call of a name that no shim has ends it with 126.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined __x86_64__
enum { HOST_CPU = 0x01000007, PAGE = 0x1000 };
#else
enum { HOST_CPU = 0x0100000c, PAGE = 0x4000 };
#endif

struct header {
  uint32_t magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
};
struct segment {
  uint32_t cmd, cmdsize;
  char name[16];
  uint64_t vmaddr, vmsize, fileoff, filesize;
  uint32_t maxprot, initprot, nsects, flags;
};
struct section {
  char name[16], segment[16];
  uint64_t addr, size;
  uint32_t offset, align, reloff, nreloc, flags, reserved1, reserved2, reserved3;
};

enum { MAX_SEGMENTS = 64, MAX_LIBRARIES = 255, MAX_RPATHS = 32, MAX_IMAGES = 64 };

struct image {
  const char *path, *id; // id: the install name
  const uint8_t *file;
  uint64_t file_size;
  uint64_t slide;
  uint8_t *base; // where the header is mapped
  const struct header *header;
  const struct segment *segments[MAX_SEGMENTS];
  int segment_count;
  struct {
    const char *name;
    struct image *image; // null: a library of the system
    bool weak, reexport;
  } libraries[MAX_LIBRARIES];
  int library_count;
  const char *rpaths[MAX_RPATHS];
  int rpath_count;
  const uint8_t *fixups, *exports, *dyld_info; // dyld_info: the fields of LC_DYLD_INFO
  uint64_t fixups_size, exports_size;
  uint64_t entry;
  bool has_entry, initialized;
  pthread_key_t tlv_key;
  uint64_t tlv_begin, tlv_end; // the template of thread-local variables
};

extern struct image *images[MAX_IMAGES];
extern int image_count;
extern struct image *main_image;
extern bool verbose;
extern int program_argc;
extern char **program_argv;

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Dies unless `ok`: what dyld or the kernel would refuse.
#define REQUIRE(ok, ...) ((ok) ? (void)0 : die(__VA_ARGS__))

// image.c
struct image *load_image(const char *path, bool is_main);
void initialize(struct image *);
void for_each_section(struct image *, void (*)(struct image *, const struct section *));
static inline void *mapped(const struct image *m, uint64_t address) { return (void *)(address + m->slide); }
struct image *image_of_address(const void *);

// fixups.c
void apply_fixups(struct image *);
void *find_export(struct image *, const char *name);

// tlv.c, thunk.S
void prepare_tlv(struct image *);
extern char tlv_thunk[];

// libsystem.c: the address that a name of libSystem is bound to, 0 if there is none; and code that
// reports the name when it is called.
void *system_symbol(const char *name);
void *missing_symbol(const char *name);

// A table of shims, ended by a null name.
struct shim {
  const char *name;
  void *address;
};
extern const struct shim stdio_shims[], posix_shims[], pthread_shims[];
void set_up_stdio(void);
