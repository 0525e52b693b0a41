// Text stubs (.tbd): what a library exports, as YAML (versions 1 to 4) or JSON (version 5).
//
// libyaml parses the text into a tree of nodes; JSON is YAML, too. The format is known by LLVM's TextAPI
// and by what SDKs contain: a document names the library, its versions and lists of symbols, each list
// for some targets ("arm64-macos") or, in old versions, architectures. Further documents of the same file
// describe libraries that the first one re-exports.
#include "readers/macho/shared_reader.h"

#include <yaml.h>

#include <algorithm>

namespace gold::macho {
namespace {

// A document of the file. Nodes are referred to by pointers into libyaml's array; null: not there.
class Document {
public:
  Document() = default;
  Document(const Document &) = delete;
  ~Document() {
    if (loaded_)
      yaml_document_delete(&doc_);
  }
  // False when the file has no further document.
  bool load(yaml_parser_t &parser) {
    if (!yaml_parser_load(&parser, &doc_))
      throw InputError("line " + std::to_string(parser.problem_mark.line + 1) + ": " +
                       (parser.problem ? parser.problem : "not valid YAML"));
    loaded_ = true;
    return root() != nullptr;
  }
  yaml_node_t *root() { return yaml_document_get_root_node(&doc_); }
  yaml_node_t *at(yaml_node_item_t i) { return yaml_document_get_node(&doc_, i); }
  yaml_node_t *find(yaml_node_t *map, std::string_view key) {
    if (map && map->type == YAML_MAPPING_NODE)
      for (auto *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; ++p)
        if (text(at(p->key)) == key)
          return at(p->value);
    return nullptr;
  }
  static std::string_view text(const yaml_node_t *n) {
    if (!n || n->type != YAML_SCALAR_NODE)
      return {};
    return {reinterpret_cast<const char *>(n->data.scalar.value), n->data.scalar.length};
  }
  // Calls f(node) for each item of a sequence.
  template <class F> void each(yaml_node_t *seq, F &&f) {
    if (seq && seq->type == YAML_SEQUENCE_NODE)
      for (auto *p = seq->data.sequence.items.start; p < seq->data.sequence.items.top; ++p)
        f(at(*p));
  }

private:
  yaml_document_t doc_;
  bool loaded_ = false;
};

class StubReader {
public:
  StubReader(std::string_view arch, std::string_view platform) : arch_(arch), platform_(platform) {
    if (platform_ == "mac-catalyst")
      platform_ = "maccatalyst";
  }

  void read(Document &d) {
    d_ = &d;
    if (yaml_node_t *main = d.find(d.root(), "main_library")) {
      libraries_.push_back(read_v5(main));
      d.each(d.find(d.root(), "libraries"), [&](yaml_node_t *n) { libraries_.push_back(read_v5(n)); });
    } else {
      libraries_.push_back(read_yaml(d.root()));
    }
  }

  // The first library, with the exports of those that it re-exports and that the file has.
  Library finish() {
    if (libraries_.empty())
      throw InputError("text stub without a document");
    Library lib = std::move(libraries_[0]);
    std::vector<std::string> outside;
    std::vector<bool> taken(libraries_.size());
    for (std::size_t i = 0; i < lib.reexports.size(); ++i) {
      std::size_t k = 1;
      while (k < libraries_.size() && libraries_[k].install_name != lib.reexports[i])
        ++k;
      if (k == libraries_.size()) {
        outside.push_back(lib.reexports[i]);
        continue;
      }
      if (taken[k])
        continue;
      taken[k] = true;
      Library &other = libraries_[k];
      lib.exports.insert(lib.exports.end(), other.exports.begin(), other.exports.end());
      for (std::string &name : other.reexports)
        lib.reexports.push_back(std::move(name));
    }
    lib.reexports = std::move(outside);
    std::sort(lib.exports.begin(), lib.exports.end(), [](auto &a, auto &b) { return a.name < b.name; });
    lib.exports.erase(std::unique(lib.exports.begin(), lib.exports.end(),
                                  [](auto &a, auto &b) { return a.name == b.name; }),
                      lib.exports.end());
    return lib;
  }

private:
  // arm64e libraries serve arm64 programs, too.
  bool is_arch(std::string_view a) const {
    return a == arch_ || (arch_ == "arm64" && a == "arm64e") || (arch_ == "x86_64" && a == "x86_64h");
  }
  // "arm64-macos"; a library for the simulator is another platform.
  bool is_target(std::string_view t) const {
    std::size_t dash = t.find('-');
    return dash != t.npos && is_arch(t.substr(0, dash)) && t.substr(dash + 1) == platform_;
  }
  // True when a list with these targets or architectures counts; one that names none counts for all.
  bool applies(yaml_node_t *entry, const char *key) {
    yaml_node_t *list = d_->find(entry, key);
    if (!list)
      return true;
    bool yes = false;
    d_->each(list, [&](yaml_node_t *n) {
      std::string_view t = Document::text(n);
      yes |= t.find('-') == t.npos ? is_arch(t) : is_target(t);
    });
    return yes;
  }

  void add(Library &lib, yaml_node_t *list, std::string_view prefix, Export kind) {
    d_->each(list, [&](yaml_node_t *n) {
      std::string_view name = Document::text(n);
      if (name.empty() || name.starts_with("$ld$"))
        return; // what Apple's linker is told about versions of the system
      kind.name = prefix.empty() ? Arena::copy(name) : Arena::copy(std::string(prefix) + std::string(name));
      lib.exports.push_back(kind);
    });
  }
  void add_class(Library &lib, yaml_node_t *list) {
    add(lib, list, "_OBJC_CLASS_$_", {});
    add(lib, list, "_OBJC_METACLASS_$_", {});
  }

  void add_names(std::vector<std::string> &out, yaml_node_t *list) {
    d_->each(list, [&](yaml_node_t *n) {
      if (std::string_view t = Document::text(n); !t.empty())
        out.emplace_back(t);
    });
  }

  Library read_yaml(yaml_node_t *root) {
    Library lib;
    lib.install_name = Document::text(d_->find(root, "install-name"));
    if (u32 v = parse_version(Document::text(d_->find(root, "current-version"))))
      lib.current_version = v;
    if (u32 v = parse_version(Document::text(d_->find(root, "compatibility-version"))))
      lib.compatibility_version = v;
    bool v4 = d_->find(root, "targets");
    const char *key = v4 ? "targets" : "archs";
    // Versions 1 and 2 write class names with their underscore.
    for (const char *part : {"exports", "reexports"})
      d_->each(d_->find(root, part), [&](yaml_node_t *entry) {
        if (!applies(entry, key))
          return;
        add(lib, d_->find(entry, "symbols"), "", {});
        for (const char *weak : {"weak-symbols", "weak-def-symbols"})
          add(lib, d_->find(entry, weak), "", {.name = {}, .weak = true});
        add(lib, d_->find(entry, "thread-local-symbols"), "", {.name = {}, .tlv = true});
        yaml_node_t *classes = d_->find(entry, "objc-classes");
        bool underscore = false;
        d_->each(classes, [&](yaml_node_t *n) { underscore |= !v4 && Document::text(n).starts_with('_'); });
        if (underscore) {
          add(lib, classes, "_OBJC_CLASS_$", {});
          add(lib, classes, "_OBJC_METACLASS_$", {});
        } else {
          add_class(lib, classes);
        }
        add(lib, d_->find(entry, "objc-eh-types"), "_OBJC_EHTYPE_$_", {});
        add(lib, d_->find(entry, "objc-ivars"), "_OBJC_IVAR_$_", {});
        add_names(lib.reexports, d_->find(entry, "re-exports"));
      });
    d_->each(d_->find(root, "reexported-libraries"), [&](yaml_node_t *entry) {
      if (applies(entry, key))
        add_names(lib.reexports, d_->find(entry, "libraries"));
    });
    return lib;
  }

  // The value of `key` in the first entry of a list that applies.
  std::string_view first(yaml_node_t *list, const char *key) {
    std::string_view found;
    d_->each(list, [&](yaml_node_t *entry) {
      if (found.empty() && applies(entry, "targets"))
        found = Document::text(d_->find(entry, key));
    });
    return found;
  }

  Library read_v5(yaml_node_t *root) {
    Library lib;
    lib.install_name = first(d_->find(root, "install_names"), "name");
    if (u32 v = parse_version(first(d_->find(root, "current_versions"), "version")))
      lib.current_version = v;
    if (u32 v = parse_version(first(d_->find(root, "compatibility_versions"), "version")))
      lib.compatibility_version = v;
    for (const char *part : {"exported_symbols", "reexported_symbols"})
      d_->each(d_->find(root, part), [&](yaml_node_t *entry) {
        if (!applies(entry, "targets"))
          return;
        for (const char *segment : {"data", "text"}) {
          yaml_node_t *s = d_->find(entry, segment);
          add(lib, d_->find(s, "global"), "", {});
          add(lib, d_->find(s, "weak"), "", {.name = {}, .weak = true});
          add(lib, d_->find(s, "thread_local"), "", {.name = {}, .tlv = true});
          add_class(lib, d_->find(s, "objc_class"));
          add(lib, d_->find(s, "objc_eh_type"), "_OBJC_EHTYPE_$_", {});
          add(lib, d_->find(s, "objc_ivar"), "_OBJC_IVAR_$_", {});
        }
      });
    d_->each(d_->find(root, "reexported_libraries"), [&](yaml_node_t *entry) {
      if (applies(entry, "targets"))
        add_names(lib.reexports, d_->find(entry, "names"));
    });
    return lib;
  }

  std::string_view arch_, platform_;
  Document *d_ = nullptr;
  std::vector<Library> libraries_;
};

struct Parser {
  yaml_parser_t parser;
  explicit Parser(ByteView b) {
    if (!yaml_parser_initialize(&parser))
      throw InputError("out of memory");
    yaml_parser_set_input_string(&parser, b.data(), b.size());
  }
  ~Parser() { yaml_parser_delete(&parser); }
  Parser(const Parser &) = delete;
};

} // namespace

Library read_tbd(ByteView b, std::string_view arch, std::string_view platform) {
  Parser p(b);
  StubReader reader(arch, platform);
  for (;;) {
    Document d;
    if (!d.load(p.parser))
      break;
    reader.read(d);
  }
  return reader.finish();
}

} // namespace gold::macho
