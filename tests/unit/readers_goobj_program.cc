// A whole Go program, read by the Go reader and taken through the shared resolve and mark passes.
// tests/link/go/live.sh has the packages compiled, runs this and compares what lives with what Go's own
// linker says.
#include "readers/archive.h"
#include "readers_goobj_builder.h"
#include "support/mapped_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>

using namespace gold;
using namespace gold::goobj;

// $GOLD_GO_IMPORTCFG: lines "packagefile PATH=FILE"; $GOLD_GO_LIVE: where the names of what lives are
// written, one a line, and behind them lines "# WHAT COUNT".
TEST_CASE("Go objects: a whole program" * doctest::skip(!std::getenv("GOLD_GO_IMPORTCFG"))) {
  GoLink l;
  std::map<std::string, std::string> paths;
  std::ifstream config(std::getenv("GOLD_GO_IMPORTCFG"));
  REQUIRE(config);
  const std::string prefix = "packagefile ";
  for (std::string line; std::getline(config, line);) {
    if (!line.starts_with(prefix))
      continue;
    auto equals = line.find('=');
    paths[line.substr(prefix.size(), equals - prefix.size())] = line.substr(equals + 1);
  }
  // In the order in which Go's linker finds them: of equal symbols the first one's name counts.
  std::vector<std::string> packages{"main"};
  for (std::size_t k = 0; k < packages.size(); ++k) {
    std::string why;
    const MappedFile *file = map_file(paths[packages[k]], &why);
    INFO(packages[k], why);
    REQUIRE(file);
    for (const ArchiveMember &m : read_archive(file->bytes, file->path, ArchiveScan::Whole).members) {
      if (!is_object_member(m.name, m.bytes))
        continue;
      GoObject &o = l.add(m.bytes, escape_path(packages[k]), file->path, m.name);
      read_object(o);
      for (const AutolibRecord &a : o.autolib)
        if (std::string path(o.string(a.path));
            std::find(packages.begin(), packages.end(), path) == packages.end())
          packages.push_back(path);
    }
  }
  CHECK(packages.size() == paths.size());
  l.target.liveness.want_symbols(*l.link);
  l.root("_rt0_amd64_linux");
  l.root("runtime.unreachableMethod");
  Symbol *inittasks[] = {want_symbol(*l.link, "main..inittask", kAbi0),
                         want_symbol(*l.link, "runtime..inittask", kAbi0)};
  l.resolve();
  for (const Symbol *s : inittasks)
    for (Symbol *task : init_tasks(s))
      l.link->roots.push_back(task);
  l.mark();
  CHECK(!l.link->diag.has_errors());
  l.link->diag.flush();

  std::ofstream out(std::getenv("GOLD_GO_LIVE"));
  u64 package_symbols = 0, winners = 0, live = 0;
  for (const InputFile *f : l.link->objects) {
    auto *o = f->reader ? static_cast<const GoObject *>(f) : nullptr;
    package_symbols += o ? o->first_hashed64 : 0;
    for (const Section *s : f->sections) {
      winners += s != nullptr;
      live += s && s->is_live();
    }
  }
  std::set<std::string> names = l.live();
  live += l.target.undefined.size();
  names.insert(l.target.undefined.begin(), l.target.undefined.end());
  names.erase("");
  for (const std::string &name : names)
    out << name << '\n';
  out << "# objects " << l.link->objects.size() - 1 << "\n# package-symbols " << package_symbols
      << "\n# definitions " << winners << "\n# live " << live << '\n';
  out.close();
  CHECK(out);
}
