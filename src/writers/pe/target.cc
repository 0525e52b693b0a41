// The order in which tables are made, and the last words on addresses.
#include "writers/pe/target.h"

namespace gold::coff {

// Names the largest section: mostly one object is to blame, or its header lies.
static void report_too_large(Link &link) {
  const Section *largest = nullptr;
  for (const OutputSection *o : link.outputs)
    for (const Section *s : o->members)
      if (!largest || s->size > largest->size)
        largest = s;
  std::string text = "the image is larger than 2 GB";
  if (largest && largest->file)
    text += "\n>>> of which " + std::to_string(largest->size) + " bytes are " +
            largest->file->display_name() + ":(" + std::string(largest->name()) + ")";
  link.diag.error(std::move(text));
}

void PeTarget::synthesize(Link &link) {
  if (link.is_relocatable()) {
    if (link.opt.discard == DiscardMode::All || link.opt.strip == StripMode::All)
      link.diag.error("-s and -x are not supported yet with -r");
    object.collect(link);
    return;
  }
  make_imports(link);
  if (!local_imports_.empty()) {
    local_imports = link.synthesize<LocalImportSection>(*this);
    local_imports->section.size = local_imports_.size() * 8;
    for (auto &[imp, s] : local_imports_) {
      imp->section = &local_imports->section;
      imp->value = local_imports->symbols.size() * 8;
      local_imports->symbols.push_back(s);
    }
  }
  make_lists(link);
  make_exports(link);
  merge_resources(link);
  pdata = link.synthesize<PdataSection>(*this);
  pdata->plan(link);
  if (link.opt.build_id != BuildIdKind::None) {
    build_id = link.synthesize<BuildIdSection>(*this);
    if (link.opt.build_id != BuildIdKind::Hex) {
      link.build_id = &build_id->section;
      link.build_id_offset = BuildIdSection::kGuidAt;
      link.build_id_size = BuildIdSection::kGuid;
    }
  }
  if (link.opt.pe_reloc_section)
    base_relocs = link.synthesize<BaseRelocSection>(*this);
  symtab.plan(link);
}

void PeTarget::finalize(Link &link) {
  if (link.is_relocatable())
    return;
  image_base = link.image_base;
  u64 slots = import_addresses ? import_addresses->section.address() : 0;
  u64 jumps = thunk_section ? thunk_section->section.address() : 0;
  for_each_import(link, [&](Symbol &s, const Import &i, const CoffObject &) {
    if (s.native & 1)
      s.value = i.thunk != ~0u ? jumps + u64(i.thunk) * ThunkSection::kSize : 0;
    else
      s.value = i.slot != ~0u ? slots + u64(i.slot) * 8 : 0;
  });
  set_linker_symbols(link);
  // A chain of these ends within two steps: an alias of data of a DLL.
  for (int round = 0; round < 2; ++round)
    for (auto &[s, other] : same_values_)
      s->value = other->value;
  for (const OutputSection *o : link.outputs)
    if (link.plan.scripted && o->addr % page_size(link))
      link.diag.error("section " + std::string(o->name) +
                      gold::format(" at 0x%llx is not aligned to 0x%llx, the section alignment",
                                   static_cast<unsigned long long>(o->addr),
                                   static_cast<unsigned long long>(page_size(link))));
  if (u64 end = link.outputs.empty() ? 0 : link.outputs.back()->end(); end - image_base > 0x7fffffff)
    report_too_large(link);
}

} // namespace gold::coff
