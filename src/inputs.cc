// Finding and opening the inputs.
//
// The command line is walked once, in order: libraries are searched, scripts that stand for
// libraries are replaced by what they name. Archives' indexes are then read in parallel, and the
// files are numbered: position is priority, and priority decides ties in resolution.
#include "inputs.h"

#include "definers.h"
#include "formats.h"
#include "go_runtime.h"
#include "lto/lto.h"
#include "readers/archive.h"
#include "readers/elf/script.h"
#include "readers/goobj/object_reader.h"
#include "readers/script/parser.h"
#include "support/glob.h"
#include "support/threads.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace gold {

namespace {

// One opened input in command-line order.
struct Opened {
  const MappedFile *file;
  ByteView bytes; // of the file, or of its slice for the output's architecture
  InputArg arg;
  const InputArg *lasting_arg = nullptr; // a copy of it that lives as long as the files
  FileType type = FileType::Unknown;
  const FileFormat *format = nullptr; // null: an archive, whose members say it
  bool in_lib = false;
  Archive *archive = nullptr;
  std::vector<std::string_view> names; // defined names, for objects that behave as members
  std::vector<std::vector<std::string_view>> member_names; // of an archive without index
};

class Loader {
public:
  explicit Loader(Link &link) : link_(link) {}

  void run() {
    make_internal();
    for (const InputArg &a : link_.opt.inputs)
      add(a, 0);
    add_requested();
    add_named_files();
    add_defsyms();
    if (link_.diag.has_errors())
      return;
    if (opened_.empty()) {
      link_.diag.error("no input files");
      return;
    }
    choose_target();
    if (link_.diag.has_errors())
      return;
    check_output_formats();
    check_options();
    for (const Opened &o : opened_)
      announce_work(read_for_sure(o));
    parallel_for_each(opened_, [&](Opened &o) { read_index(o); });
    for (Opened &o : opened_)
      number(o);
    if (link_.files.size() >= (1u << 24))
      link_.diag.error("too many input files");
    read_lists();
    add_roots();
    add_go_runtime(link_);
  }

private:
  void make_internal() {
    auto *f = new InputFile;
    f->kind = FileKind::Internal;
    f->path = "<internal>";
    link_.internal = f;
    link_.files.push_back(f);
  }

  void add(const InputArg &a, int depth) {
    switch (a.kind) {
    case InputArg::StartLib:
      in_lib_ = true;
      return;
    case InputArg::EndLib:
      in_lib_ = false;
      return;
    case InputArg::Script:
      add_script(a);
      return;
    case InputArg::Library: {
      std::string path = find_library(a);
      if (path.empty() && open_builtin(a))
        return;
      if (path.empty() && a.framework) {
        std::string text = "unable to find framework " + a.name;
        text += looked_in(link_.opt.framework_paths);
        link_.diag.error(std::move(text));
        return;
      }
      if (path.empty()) {
        std::string text = "unable to find library -l" + std::string(a.exact ? ":" : "") + a.name;
        text += looked_in(link_.opt.library_paths);
        link_.diag.error(std::move(text));
        return;
      }
      open(path, a, depth);
      return;
    }
    case InputArg::File:
      open(a.name, a, depth);
      return;
    }
  }

  std::string find_library(const InputArg &a) {
    auto search = [&](auto &&try_directory) -> std::string {
      for (const std::vector<std::string> *list : {&std::as_const(dirs_), &link_.opt.library_paths})
        for (const std::string &d : *list)
          if (std::string p = try_directory(d + "/"); !p.empty())
            return p;
      return "";
    };
    if (a.framework) {
      for (const std::string &d : link_.opt.framework_paths) {
        std::string base = d + "/" + a.name + ".framework/" + a.name;
        for (const char *suffix : {".tbd", ""})
          if (file_exists(base + suffix))
            return base + suffix;
      }
      return "";
    }
    auto exact = [&](const std::string &d) { return file_exists(d + a.name) ? d + a.name : ""; };
    if (a.exact)
      return search(exact);
    // In each directory the shared object is preferred, unless -Bstatic is in force.
    bool shared = !a.static_only && !link_.opt.is_static;
    const FileFormat *format = expected_format();
    auto named = [&](bool only_shared) {
      return [&, only_shared](const std::string &d) -> std::string {
        for (const LibraryName &n : format->library_names)
          if (n.shared ? shared : !only_shared)
            if (std::string p = d + std::string(n.prefix) + a.name + std::string(n.suffix); file_exists(p))
              return p;
        return "";
      };
    };
    if (shared && !link_.opt.search_paths_first)
      if (std::string p = search(named(true)); !p.empty())
        return p;
    return search(named(false));
  }

  // The output's format as far as the command line has said it yet.
  const FileFormat *expected_format() const {
    if (const FileFormat *f = file_format(link_.opt.format))
      return f;
    for (const Opened &o : opened_)
      if (o.format)
        return o.format;
    return file_format(Format::Elf);
  }

  // A library that gold-go brings along.
  bool open_builtin(const InputArg &a) {
    const FileFormat *format = expected_format();
    if (!format->builtin_library || a.framework)
      return false;
    std::string_view text = format->builtin_library(a.name);
    if (text.empty())
      return false;
    for (Opened &o : opened_)
      if (o.bytes.data() == ByteView(text).data())
        return true;
    auto *m = new MappedFile;
    m->path = "<built-in lib" + a.name + ">";
    m->bytes = ByteView(text);
    Opened &o = opened_.emplace_back();
    o.file = m;
    o.bytes = m->bytes;
    o.arg = a;
    o.type = identify(o.bytes);
    o.format = format;
    return true;
  }

  // Libraries that objects named on the command line ask for (LC_LINKER_OPTION).
  void add_requested() {
    std::vector<std::string_view> requests;
    for (const Opened &o : opened_)
      if (o.format && o.format->requested_libraries && role(o) == FileRole::Object)
        for (std::string_view r : o.format->requested_libraries(o.bytes))
          if (std::find(requests.begin(), requests.end(), r) == requests.end())
            requests.push_back(r);
    for (std::string_view r : requests) {
      InputArg a;
      a.kind = InputArg::Library;
      a.requested = true;
      if (r.starts_with("-l")) {
        a.name = r.substr(2);
      } else if (r.starts_with(std::string_view("-framework\0", 11))) {
        a.name = r.substr(11);
        a.framework = true;
      } else {
        continue;
      }
      // As with Apple's linker, what is not found may still not be needed.
      if (std::string path = find_library(a); !path.empty())
        open(path, a, 0);
      else
        open_builtin(a);
    }
  }

  // --remap-inputs
  const std::string &remapped(const std::string &path) const {
    for (auto &[glob, file] : link_.opt.remap_inputs)
      if (glob_match(glob, path))
        return file;
    return path;
  }

  void open(const std::string &asked, const InputArg &a, int depth) {
    const std::string &path = remapped(asked);
    if (&path != &asked && path == "/dev/null")
      return;
    std::string why;
    const MappedFile *m = map_file(path, &why);
    if (!m) {
      link_.diag.error("cannot open " + path + ": " + why);
      return;
    }
    if (link_.opt.trace_files)
      std::printf("%s\n", path.c_str());
    Opened o;
    o.file = m;
    o.bytes = m->bytes;
    o.arg = a;
    if (a.binary) {
      opened_.push_back(std::move(o));
      return;
    }
    o.type = identify(o.bytes);
    if (o.type == FileType::MachFat)
      try {
        o.bytes = file_format(o.type)->slice(o.bytes, link_.opt.arch);
        o.type = identify(o.bytes);
      } catch (const InputError &e) {
        link_.diag.error(path + ": " + e.what());
        return;
      }
    o.arg.whole_archive |= link_.opt.all_load;
    o.format = file_format(o.type);
    o.in_lib = in_lib_;
    if (a.no_add_symbols) {
      if (!o.format || !o.format->make_symbols_only)
        link_.diag.error(path + ": --just-symbols can't be done with " + file_type_name(o.type));
      else
        opened_.push_back(std::move(o));
      return;
    }
    switch (o.type) {
    case FileType::Script:
      open_script(*m, a, depth);
      return;
    case FileType::Archive:
    case FileType::ThinArchive:
      break;
    case FileType::Empty:
      link_.diag.error(path + ": file is empty");
      return;
    case FileType::Bitcode:
      link_.diag.error(path + ": " + std::string(lto::bitcode_message()));
      return;
    case FileType::GoObject:
    case FileType::GoArchive:
      link_.diag.error(path + ": " + goobj::refusal(m->bytes));
      return;
    case FileType::Unknown:
      link_.diag.error(path + ": unknown file type");
      return;
    default:
      if (o.format && role(o) != FileRole::None)
        break;
      link_.diag.error(path + ": " + file_type_name(o.type) + " input is not supported yet");
      return;
    }
    // A library named twice is read once: resolution doesn't depend on the order of archives. With
    // --whole-archive it is linked twice, as an object is, except where Apple's linkers say otherwise.
    if (role(o) != FileRole::Object)
      for (Opened &p : opened_)
        if (p.file->inode == m->inode && p.file->device == m->device &&
            (!a.whole_archive || (p.arg.whole_archive && link_.opt.format == Format::MachO))) {
          p.arg.as_needed &= a.as_needed;
          return;
        }
    if (role(o) == FileRole::Shared && o.format->format == Format::Elf && link_.opt.is_static) {
      link_.diag.error("attempted static link of shared object " + path);
      return;
    }
    opened_.push_back(std::move(o));
  }

  // Lines of a message. A folder that is searched twice is named once.
  static std::string looked_in(const std::vector<std::string> &dirs) {
    std::string text;
    for (auto d = dirs.begin(); d != dirs.end(); ++d)
      if (std::find(dirs.begin(), d, *d) == d)
        text += "\n>>> looked in " + *d;
    return text;
  }

  // Whatever links and dots lead there.
  static bool is_below(const std::string &path, const std::string &dir) {
    std::error_code ignored;
    std::string p = std::filesystem::canonical(path, ignored), d = std::filesystem::canonical(dir, ignored);
    return !d.empty() && p.starts_with(d) && (d.ends_with('/') || p.substr(d.size()).starts_with('/'));
  }

  // -T FILE, INCLUDE FILE: also looked for where libraries are, and beside the script that includes it.
  const MappedFile *map_script(const std::string &name, const std::string &own_dir, std::string *why) {
    std::vector<std::string> dirs{""};
    if (!name.starts_with("/")) {
      for (const std::string &d : link_.opt.library_paths)
        dirs.push_back(d + "/");
      dirs.push_back(own_dir);
    }
    for (const std::string &d : dirs)
      if (file_exists(d + name))
        return map_file(d + name, why);
    return map_file(name, why);
  }

  static std::string directory_of(const std::string &path) {
    return path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  }

  void add_script(const InputArg &a) {
    std::string why;
    const MappedFile *m = map_script(a.name, "", &why);
    if (!m) {
      link_.diag.error("cannot open linker script " + a.name + ": " + why);
      return;
    }
    InputArg inputs = a;
    inputs.kind = InputArg::File;
    open_script(*m, inputs, 0);
  }

  void open_script(const MappedFile &m, const InputArg &a, int depth) {
    if (depth > 10) {
      link_.diag.error(m.path + ": linker scripts include each other too deeply");
      return;
    }
    std::string own_dir = directory_of(m.path);
    auto include = [&](std::string_view name, std::string &path) {
      std::string why;
      const MappedFile *f = map_script(std::string(name), own_dir, &why);
      if (!f)
        throw InputError("cannot open " + std::string(name) + ": " + why);
      path = f->path;
      return f->bytes;
    };
    script::Commands commands;
    try {
      commands = script::parse_script(m.bytes, m.path, link_.plan, include);
      for (std::size_t i = 0; i < commands.versions.size(); ++i)
        elf::parse_version_script(commands.versions[i], link_.version_script);
    } catch (const InputError &e) {
      link_.diag.error(e.what());
      return;
    }
    obey(m, commands);
    for (std::string &d : commands.search_dirs)
      dirs_.push_back(d.starts_with("=") ? link_.opt.sysroot + d.substr(1) : d);
    if (!commands.startup.empty())
      commands.inputs.insert(commands.inputs.begin(), {commands.startup, false, false, false});
    for (script::ScriptInput &in : commands.inputs) {
      InputArg next = a;
      next.as_needed = a.as_needed || in.as_needed;
      next.exact = false;
      next.name = in.name;
      next.kind = in.is_library ? InputArg::Library : InputArg::File;
      if (!in.is_library) {
        const std::string &root = link_.opt.sysroot;
        if (in.name.starts_with("=")) {
          next.name = root + in.name.substr(1);
        } else if (in.name.starts_with("/")) {
          // A script inside the sysroot names files inside the sysroot.
          if (!root.empty() && is_below(m.path, root) && file_exists(root + in.name))
            next.name = root + in.name;
        } else if (file_exists(own_dir + in.name)) {
          next.name = own_dir + in.name;
        } else if (!file_exists(in.name)) {
          next.kind = InputArg::Library;
          next.exact = true;
        }
      }
      add(next, depth + 1);
    }
  }

  // What a script says about the output.
  void obey(const MappedFile &m, const script::Commands &c) {
    if (!c.entry.empty() && script_entry_.empty())
      script_entry_ = c.entry;
    script_undefined_.insert(script_undefined_.end(), c.undefined.begin(), c.undefined.end());
    if (!c.output.empty() && c.output != link_.opt.output)
      link_.diag.warn(m.path + ": OUTPUT(" + c.output + ") is ignored: the output is " + link_.opt.output +
                      ", as the command line says");
    if (!c.output_format.empty())
      output_formats_.emplace_back(m.path, c.output_format);
    if (!c.output_arch.empty())
      output_archs_.emplace_back(m.path, c.output_arch);
  }

  // OUTPUT_FORMAT names a format of the machine, or none.
  void check_output_formats() {
    for (auto &[path, name] : output_formats_)
      if (name == "binary")
        link_.raw_image = true;
      else if (name != link_.target->name() && name != "default" &&
               !(name.starts_with("elf64-x86-64") &&
                 std::string_view(link_.target->name()) == "elf64-x86-64"))
        link_.diag.error(path + ": OUTPUT_FORMAT(" + name + ") is not the format of the inputs, " +
                         link_.target->name());
    // OUTPUT_ARCH(ARCH[:MACHINE]), in BFD's names.
    for (auto &[path, name] : output_archs_) {
      std::string_view own = link_.target->arch() == Arch::X86_64 ? "i386:x86-64" : "aarch64";
      if (!name.starts_with(own) || (name.size() > own.size() && name[own.size()] != ':'))
        link_.diag.error(path + ": OUTPUT_ARCH(" + name + ") is not the architecture of the inputs, " +
                         std::string(own));
    }
  }

  // What a command line for any format may ask for, and only ELF images have.
  void check_options() {
    if (link_.target->format() == Format::Elf)
      return;
    const Options &o = link_.opt;
    for (auto &[given, name] :
         {std::pair(o.gdb_index, "--gdb-index"), std::pair(o.emit_relocs, "--emit-relocs"),
          std::pair(o.z_rewrite_endbr, "-z rewrite-endbr"),
          std::pair(o.relr, "relative relocations in packed form (RELR)")})
      if (given)
        link_.diag.error(std::string(name) + ": ELF images alone have that, and the output is " +
                         link_.target->name());
  }

  // A file that a rule names without a wildcard is an input, also if nothing else says so.
  void add_named_files() {
    std::vector<std::string> names;
    for (const InputRule *r : link_.plan.inputs)
      if (!r->file.has_colon && glob_is_literal(r->file.file))
        names.emplace_back(r->file.file);
    for (const std::string &name : names) {
      if (std::any_of(opened_.begin(), opened_.end(), [&](const Opened &o) { return o.file->path == name; }))
        continue;
      InputArg a;
      a.name = name;
      if (!file_exists(name)) {
        if (is_member_name(name))
          continue;
        a.kind = InputArg::Library;
        a.exact = true;
      }
      add(a, 0);
    }
  }

  // Members of archives are named without a wildcard, too.
  bool is_member_name(const std::string &name) {
    for (const Opened &o : opened_)
      if (o.type == FileType::Archive || o.type == FileType::ThinArchive)
        try {
          for (const ArchiveMember &m : read_archive(o.file->bytes, o.file->path).members)
            if (m.name == name)
              return true;
        } catch (const InputError &) {
          // reported when the archive is read for good
        }
    return false;
  }

  // --defsym is a script of one assignment.
  void add_defsyms() {
    std::vector<Statement> statements;
    for (const DefSym &d : link_.opt.defsyms) {
      auto *a = new Assignment; // lives as long as the plan
      a->name = d.name;
      a->from_option = true;
      try {
        a->value = script::parse_expression(d.expr);
      } catch (const InputError &e) {
        link_.diag.error("--defsym " + d.name + "=" + d.expr + ":" + e.what());
        continue;
      }
      Statement s;
      s.assign = a;
      statements.push_back(s);
    }
    auto &all = link_.plan.statements;
    all.insert(all.begin(), statements.begin(), statements.end());
  }

  static FileRole role(const Opened &o) { return file_role(o.type); }

  // The first member of a readable archive says what the archive is for.
  static ByteView sample(const Opened &o) {
    if (o.arg.binary)
      return {};
    if (o.format)
      return o.bytes;
    try {
      Archive a = read_archive(o.bytes, o.file->path);
      for (const ArchiveMember &m : a.members)
        if (file_role(identify(m.bytes)) != FileRole::None)
          return m.bytes;
    } catch (const InputError &) {
      // reported when the archive is read for good
    }
    return {};
  }

  static const char *machine_name(Arch a) {
    return a == Arch::X86_64 ? "x86-64" : a == Arch::AArch64 ? "AArch64" : "a machine that is not supported";
  }

  static Arch host_arch() {
#if defined(__aarch64__)
    return Arch::AArch64;
#else
    return Arch::X86_64;
#endif
  }

  void choose_target() {
    const FileFormat *format = file_format(link_.opt.format);
    Arch arch = link_.opt.arch;
    if (link_.opt.format != Format::Unknown && !format) {
      link_.diag.error("this output format is not supported yet");
      return;
    }
    for (Opened &o : opened_) {
      if (format && arch != Arch::Unknown)
        break;
      ByteView bytes = sample(o);
      const FileFormat *f = file_format(identify(bytes));
      if (!f || (format && f != format))
        continue;
      format = f;
      if (arch == Arch::Unknown)
        arch = f->arch_of(bytes);
    }
    if (!format)
      format = file_format(Format::Elf);
    if (arch == Arch::Unknown &&
        std::all_of(opened_.begin(), opened_.end(), [](const Opened &o) { return o.arg.binary; }))
      arch = host_arch();
    if (arch == Arch::Unknown) {
      link_.diag.error(opened_[0].file->path + ": machine is not supported (" + format->machines + " " +
                       format->name + " are)");
      return;
    }
    link_.target = format->make_target(link_, arch);
    for (Opened &o : opened_)
      if (o.format && o.format != format)
        link_.diag.error(o.file->path + ": " + file_type_name(o.type) +
                         " can't be linked into an image of format " + format->name);
      else if (o.format && o.type != FileType::Tbd && o.format->arch_of(o.bytes) != arch)
        link_.diag.error(o.file->path + ": " + file_type_name(o.type) + " for " +
                         machine_name(o.format->arch_of(o.bytes)) + " is not of the output's machine (" +
                         link_.target->name() + ")");
    format_ = format;
  }

  // An estimate in bytes: of an archive only the index, of a shared object only the symbol table. Members
  // are announced when they are pulled, objects when they are parsed.
  static u64 read_for_sure(const Opened &o) { return role(o) == FileRole::Object ? 0 : o.bytes.size() / 16; }

  void read_index(Opened &o) {
    try {
      if (o.type == FileType::Archive || o.type == FileType::ThinArchive) {
        o.archive = new Archive(read_archive(
            o.bytes, o.file->path,
            o.arg.whole_archive || link_.opt.objc_load ? ArchiveScan::Whole : ArchiveScan::Indexed));
        if (o.archive->thin)
          for (ArchiveMember &m : o.archive->members) {
            std::string why;
            const MappedFile *f = map_file(m.thin_path, &why);
            if (!f)
              throw InputError("cannot open thin member " + m.thin_path + ": " + why);
            m.bytes = f->bytes;
          }
        if (!o.archive->has_index)
          for (ArchiveMember &m : o.archive->members)
            o.member_names.push_back(format_->defined_names(m.bytes));
      } else if (o.in_lib && role(o) == FileRole::Object) {
        o.names = o.format->defined_names(o.bytes);
      }
    } catch (const InputError &e) {
      std::string text = o.file->path + ": " + e.what();
      if (e.offset != ~u64(0))
        text += format(" (at offset 0x%llx)", static_cast<unsigned long long>(e.offset));
      link_.diag.error(std::move(text));
      o.archive = nullptr;
      o.type = FileType::Unknown;
    }
  }

  static const InputArg *lasting_arg(Opened &o) {
    if (!o.lasting_arg)
      o.lasting_arg = new InputArg(o.arg);
    return o.lasting_arg;
  }

  InputFile *number_one(Opened &o, InputFile *f, ByteView bytes) {
    f->arg = lasting_arg(o);
    f->mapped = o.file;
    f->bytes = bytes;
    f->path = o.file->path;
    f->as_needed = o.arg.as_needed;
    f->priority = static_cast<u32>(link_.files.size());
    link_.files.push_back(f);
    return f;
  }

  bool excluded(const std::string &path) const {
    std::string base = path.substr(path.rfind('/') + 1);
    for (const std::string &lib : link_.opt.exclude_libs)
      if (lib == "ALL" || lib == base)
        return true;
    return false;
  }

  void number(Opened &o) {
    if (o.arg.binary) {
      if (!format_->binary_object) {
        link_.diag.error(o.file->path + ": -b binary is not supported for " + format_->name);
        return;
      }
      InputFile *f = number_one(o, format_->make_object(),
                                format_->binary_object(o.file->bytes, o.arg.name, link_.target->arch()));
      f->reader = &format_->object_reader();
      return;
    }
    if (o.arg.no_add_symbols) {
      number_one(o, o.format->make_symbols_only(), o.file->bytes);
      return;
    }
    if (role(o) == FileRole::Shared) {
      InputFile *f = number_one(o, o.format->make_shared(), o.bytes);
      f->kind = FileKind::Shared;
      f->by_library = o.arg.kind == InputArg::Library;
      f->reader = &o.format->shared_reader();
      return;
    }
    if (role(o) == FileRole::Object) {
      InputFile *f = number_one(o, o.format->make_object(), o.bytes);
      f->reader = &o.format->object_reader();
      if (o.in_lib) {
        f->lazy = true;
        auto &lazies = link_.lazy_names.emplace_back();
        for (std::string_view n : o.names)
          lazies.push_back({n, f});
      }
      return;
    }
    if (!o.archive)
      return;
    bool hide = excluded(o.file->path);
    u32 first = static_cast<u32>(link_.files.size());
    add_archive_members(link_, *format_, *o.file, *o.archive);
    for (std::size_t i = 0; i < o.archive->members.size(); ++i) {
      InputFile *f = link_.files[first + i];
      f->arg = lasting_arg(o);
      f->as_needed = o.arg.as_needed;
      f->exclude_libs = hide;
      // Not notes and the like that somebody put into an archive.
      f->whole_archive = o.arg.whole_archive && file_role(identify(f->bytes)) == FileRole::Object;
      if (link_.opt.objc_load && format_->has_objc)
        f->whole_archive |= format_->has_objc(f->bytes);
    }
    auto &lazies = link_.lazy_names.back();
    if (o.arg.whole_archive) { // every member is linked anyway
      lazies.clear();
      return;
    }
    for (std::size_t i = 0; i < o.member_names.size(); ++i)
      for (std::string_view n : o.member_names[i])
        lazies.push_back({n, link_.files[first + i]});
  }

  template <class F> void with_file(const std::string &path, F &&fn) {
    std::string why;
    const MappedFile *m = map_file(path, &why);
    if (!m) {
      link_.diag.error("cannot open " + path + ": " + why);
      return;
    }
    try {
      fn(m->bytes);
    } catch (const InputError &e) {
      link_.diag.error(path + ": " + e.what());
    }
  }

  // A script that is not here may be where libraries are.
  std::string on_search_path(const std::string &name) const {
    if (!file_exists(name) && !name.starts_with('/'))
      for (const std::string &d : link_.opt.library_paths)
        if (file_exists(d + "/" + name))
          return d + "/" + name;
    return name;
  }

  void read_lists() {
    const Options &opt = link_.opt;
    for (const std::string &p : opt.version_scripts)
      with_file(on_search_path(p), [&](ByteView b) {
        elf::parse_version_script(b, link_.version_script);
        link_.version_script.present = true;
      });
    for (auto *lists : {&opt.dynamic_lists, &opt.export_dynamic_symbol_lists})
      for (const std::string &p : *lists)
        with_file(p, [&](ByteView b) { elf::parse_dynamic_list(b, link_.dynamic_list); });
    for (const std::string &s : opt.export_dynamic_symbols)
      link_.dynamic_list.push_back(elf::make_pattern(s));
    if (opt.dynamic_list_cpp_new)
      for (const char *glob : {"_Znw*", "_Zna*", "_Zdl*", "_Zda*"})
        link_.dynamic_list.push_back(elf::make_pattern(glob));
    if (opt.dynamic_list_cpp_typeinfo)
      for (const char *glob : {"_ZTI*", "_ZTS*"})
        link_.dynamic_list.push_back(elf::make_pattern(glob));
    link_.dynamic_list_given = !opt.dynamic_lists.empty();
    for (const std::string &p : opt.retain_symbols_files)
      with_file(p, [&](ByteView b) {
        std::string_view text = b.str();
        constexpr const char *blanks = " \t\r\n";
        for (std::size_t at = 0; (at = text.find_first_not_of(blanks, at)) != text.npos;) {
          std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
          link_.retained_symbols.insert(text.substr(at, end - at));
          at = end;
        }
      });
  }

  void add_roots() {
    const Options &opt = link_.opt;
    std::string entry = opt.entry.empty() ? script_entry_ : opt.entry;
    if (entry.empty())
      entry = link_.target->default_entry(link_);
    if (!entry.empty() && !(entry[0] >= '0' && entry[0] <= '9'))
      link_.entry = link_.add_root(entry);
    for (auto *names : {&opt.undefined, &opt.require_defined, &std::as_const(script_undefined_)})
      for (const std::string &n : *names)
        link_.add_root(n);
    for (const std::string &n : opt.exported_symbols)
      if (glob_is_literal(n))
        link_.add_root(n);
    for (const std::string &path : opt.exported_symbols_files)
      for (std::string_view n : link_.read_list(path))
        if (glob_is_literal(n))
          link_.add_root(n);
    for (const std::string &path : opt.reexported_symbols_files)
      for (std::string_view n : link_.read_list(path))
        if (glob_is_literal(n))
          link_.add_root(n);
    for (const std::string &glob : opt.undefined_glob)
      for (std::size_t i = 0; i < link_.lazy_names.size(); ++i)
        for (std::size_t k = 0; k < link_.lazy_names[i].size(); ++k)
          if (std::string_view n = link_.lazy_names[i][k].name; glob_match(glob, n))
            link_.add_root(n);
  }

  Link &link_;
  std::vector<Opened> opened_;
  const FileFormat *format_ = nullptr; // the output's
  std::vector<std::string> dirs_;      // SEARCH_DIR of scripts
  std::string script_entry_;
  std::vector<std::string> script_undefined_;                                      // EXTERN
  std::vector<std::pair<std::string, std::string>> output_formats_, output_archs_; // script, name
  bool in_lib_ = false;
};

} // namespace

void load_inputs(Link &link) {
  link.find_definers = find_definers;
  Loader(link).run();
}

void add_archive_members(Link &link, const FileFormat &format, const MappedFile &file,
                         const Archive &archive) {
  u32 first = static_cast<u32>(link.files.size());
  for (const ArchiveMember &m : archive.members) {
    InputFile *f = format.make_object();
    f->reader = &format.object_reader();
    f->mapped = &file;
    f->bytes = m.bytes;
    f->path = file.path;
    f->archive = file.path;
    f->member = m.name;
    f->member_offset = m.offset;
    f->lazy = true;
    f->priority = static_cast<u32>(link.files.size());
    link.files.push_back(f);
  }
  auto &names = link.lazy_names.emplace_back();
  names.reserve(archive.index.size());
  for (auto &[name, member] : archive.index)
    names.push_back({name, link.files[first + member]});
}

// Xcode's form: records of a byte, what the name is, and the name up to a NUL.
static void write_dependency_info(Link &link) {
  constexpr char kLinker = 0x00, kInput = 0x10, kOutput = 0x40;
  const std::string &path = link.opt.dependency_info;
  if (path.empty())
    return;
  std::string text;
  auto add = [&](char what, const std::string &name) { (text += what).append(name).push_back('\0'); };
  add(kLinker, link.opt.program);
  for (const MappedFile *m : mapped_files())
    add(kInput, m->path);
  add(kOutput, link.opt.output);
  std::FILE *f = std::fopen(path.c_str(), "wb");
  if (!f || std::fwrite(text.data(), 1, text.size(), f) != text.size())
    link.diag.error("cannot write dependency information " + path + ": " + strerror(errno));
  if (f)
    std::fclose(f);
}

void write_dependency_file(Link &link) {
  write_dependency_info(link);
  const std::string &path = link.opt.dependency_file;
  if (path.empty())
    return;
  std::FILE *f = std::fopen(path.c_str(), "w");
  if (!f) {
    link.diag.error("cannot open dependency file " + path + ": " + strerror(errno));
    return;
  }
  auto escaped = [](const std::string &s) {
    std::string r;
    for (char c : s) {
      if (c == ' ' || c == '#')
        r += '\\';
      if (c == '$')
        r += '$';
      r += c;
    }
    return r;
  };
  std::fprintf(f, "%s:", escaped(link.opt.output).c_str());
  auto files = mapped_files();
  for (const MappedFile *m : files)
    std::fprintf(f, " %s", escaped(m->path).c_str());
  std::fprintf(f, "\n");
  for (const MappedFile *m : files)
    std::fprintf(f, "\n%s:\n", escaped(m->path).c_str());
  std::fclose(f);
}

} // namespace gold
