// Notes that the linker makes: .note.gnu.build-id, .note.gnu.property (System V ABI Linux Extensions,
// "Program Property") and .note.package (FDO packaging metadata); which common features an image has; and the
// linker's own line of .comment.
#include "writers/elf/target.h"

#include <random>

namespace gold::elf {

namespace {

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

std::string note(std::string_view name, u32 type, std::string_view desc) {
  std::string s;
  append(s, Nhdr{u32(name.size() + 1), u32(desc.size()), type});
  s += name;
  s.append(align_up(name.size() + 1, 4) - name.size(), '\0');
  s += desc;
  s.resize(align_up(s.size(), 4));
  return s;
}

constexpr u32 kBuildIdDesc = sizeof(Nhdr) + 4; // behind the header and "GNU"

u32 build_id_size(const Options &opt) {
  switch (opt.build_id) {
  case BuildIdKind::None:
    return 0;
  case BuildIdKind::Fast:
  case BuildIdKind::Sha1:
    return 20;
  case BuildIdKind::Md5:
  case BuildIdKind::Uuid:
    return 16;
  case BuildIdKind::Sha256:
    return 32;
  case BuildIdKind::Hex:
    return u32(opt.build_id_hex.size());
  }
  return 0;
}

std::string random_uuid() {
  std::random_device r;
  std::string s;
  for (int i = 0; i < 4; ++i)
    append(s, u32(r()));
  s[6] = char((s[6] & 0x0f) | 0x40); // RFC 9562, version 4
  s[8] = char((s[8] & 0x3f) | 0x80);
  return s;
}

} // namespace

// Features that all objects have, and those that the command line insists on.
void ElfTarget::find_features(Link &link) {
  const Options &opt = link.opt;
  u32 common = ~0u;
  bool any = false;
  for (InputFile *f : link.objects)
    if (f != link.internal) {
      common &= static_cast<ElfObject *>(f)->features_1_and;
      any = true;
    }
  features = any ? common : 0;
  if (elf_arch.info.machine == EM_X86_64) {
    features &= GNU_PROPERTY_X86_FEATURE_1_IBT | GNU_PROPERTY_X86_FEATURE_1_SHSTK;
    features |= (opt.z_ibt ? u32(GNU_PROPERTY_X86_FEATURE_1_IBT) : 0) |
                (opt.z_shstk ? u32(GNU_PROPERTY_X86_FEATURE_1_SHSTK) : 0);
  } else {
    features |= (opt.z_force_bti ? u32(GNU_PROPERTY_AARCH64_FEATURE_1_BTI) : 0) |
                (opt.z_gcs ? u32(GNU_PROPERTY_AARCH64_FEATURE_1_GCS) : 0);
  }
  // -z cet-report, -z bti-report
  bool x86 = elf_arch.info.machine == EM_X86_64;
  const std::string &report = x86 ? opt.z_cet_report : opt.z_bti_report;
  u32 wanted = x86 ? GNU_PROPERTY_X86_FEATURE_1_IBT | GNU_PROPERTY_X86_FEATURE_1_SHSTK
                   : u32(GNU_PROPERTY_AARCH64_FEATURE_1_BTI);
  bool forced = !x86 && opt.z_force_bti && report == "none";
  if (report == "warning" || report == "error" || forced)
    for (InputFile *f : link.objects)
      if (f != link.internal && (static_cast<ElfObject *>(f)->features_1_and & wanted) != wanted) {
        std::string text = f->display_name() + ": missing " + (x86 ? "IBT or SHSTK" : "BTI") + " property";
        if (report == "error")
          link.diag.error(std::move(text), f->priority);
        else
          link.diag.warn(std::move(text), f->priority);
      }
}

void ElfTarget::make_notes(Link &link) {
  const Options &opt = link.opt;
  bool x86 = elf_arch.info.machine == EM_X86_64;
  u32 isa = 0;
  for (InputFile *f : link.objects)
    if (f != link.internal)
      isa |= static_cast<ElfObject *>(f)->x86_isa_needed;
  isa |= opt.z_x86_64_isa_level;
  std::string desc;
  auto word = [&](u32 type, u32 value) {
    append(desc, type);
    append(desc, u32(4));
    append(desc, value);
    append(desc, u32(0)); // descriptors are aligned to 8
  };
  if (features)
    word(x86 ? GNU_PROPERTY_X86_FEATURE_1_AND : GNU_PROPERTY_AARCH64_FEATURE_1_AND, features);
  if (isa && x86)
    word(GNU_PROPERTY_X86_ISA_1_NEEDED, isa);
  if (!desc.empty()) {
    property = link.synthesize<BytesSection>(*this, ".note.gnu.property", SHT_NOTE, SHF_ALLOC, 8);
    property->set(note("GNU", NT_GNU_PROPERTY_TYPE_0, desc));
  }
  if (!opt.package_metadata.empty()) {
    auto *s = link.synthesize<BytesSection>(*this, ".note.package", SHT_NOTE, SHF_ALLOC, 4);
    s->set(note("FDO", NT_FDO_PACKAGING_METADATA, opt.package_metadata + '\0'));
  }
  if (u32 size = link.is_relocatable() ? 0 : build_id_size(opt)) {
    build_id = link.synthesize<BytesSection>(*this, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 4);
    std::string id(size, '\0');
    if (opt.build_id == BuildIdKind::Hex)
      id = opt.build_id_hex;
    else if (opt.build_id == BuildIdKind::Uuid)
      id = random_uuid();
    build_id->set(note("GNU", NT_GNU_BUILD_ID, id));
    if (opt.build_id != BuildIdKind::Hex && opt.build_id != BuildIdKind::Uuid) {
      link.build_id = &build_id->section;
      link.build_id_offset = kBuildIdDesc;
      link.build_id_size = size;
    }
  }
  if (opt.z_sectionheader) { // who made the image, as compilers say it of objects
    auto *s = link.synthesize<BytesSection>(*this, ".comment", SHT_PROGBITS, SHF_MERGE | SHF_STRINGS, 1);
    s->section.entsize = 1;
    s->set(std::string("gold-go " GOLD_GO_VERSION) + '\0');
  }
}

} // namespace gold::elf
