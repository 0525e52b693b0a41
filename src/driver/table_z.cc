// The keywords of -z. An unknown one is only a warning, as in all linkers of ELF.
#include "driver/parse.h"

namespace gold {

namespace {

constexpr u8 G = GNU;
constexpr auto Z = Form::Z;
constexpr auto Done = Status::Done;
constexpr auto Ignored = Status::Ignored;
constexpr auto NotYet = Status::NotYet;

void set_report(Parse &p, const Arg &a, std::string *field) {
  if (a.v[0] != "none" && a.v[0] != "warning" && a.v[0] != "error")
    return p.bad_value(a, "none, warning or error");
  *field = a.str();
}

void set_page_size(Parse &p, const Arg &a, u64 *field) {
  u64 n;
  if (!p.number(a, 0, &n))
    return;
  if (n == 0 || (n & (n - 1)) || n > (u64(1) << 40))
    return p.bad_value(a, "a power of two");
  *field = n;
}

constexpr OptionSpec rows[] = {
    {"", Form::Heading, G, Done, nullptr, "Keywords of -z", nullptr},
    {"relro", Z, G, Done, nullptr, "Make data read-only after relocation (default)", GOLD_SET(z_relro, true)},
    {"norelro", Z, G, Done, nullptr, "Undo -z relro", GOLD_SET(z_relro, false)},
    {"now", Z, G, Done, nullptr, "Bind all functions when the image is loaded", GOLD_SET(z_now, true)},
    {"lazy", Z, G, Done, nullptr, "Bind functions when they are first called (default)",
     GOLD_SET(z_now, false)},
    {"text", Z, G, Done, nullptr, "Relocations against read-only data are errors (default of `gold-go link`)",
     GOLD_SET(z_text, true)},
    {"notext textoff", Z, G, Done, nullptr, "Allow relocations against read-only data (default of ld, with a warning)",
     [](Parse &p, const Arg &) { p.opt.z_text = p.opt.warn_textrel = false; }},
    {"defs", Z, G, Done, nullptr, "Like --no-undefined", GOLD_SET(no_undefined, true)},
    {"undefs nodefs", Z, G, Done, nullptr, "Undefined symbols are no errors",
     [](Parse &p, const Arg &) {
       p.opt.no_undefined = false;
       p.opt.unresolved = UnresolvedPolicy::Ignore;
     }},
    {"muldefs", Z, G, Done, nullptr, "Like --allow-multiple-definition",
     GOLD_SET(allow_multiple_definition, true)},
    {"execstack", Z, G, Done, nullptr, "Ask for an executable stack", GOLD_SET(z_execstack, true)},
    {"noexecstack", Z, G, Done, nullptr, "Ask for a stack that is not executable (default)",
     GOLD_SET(z_execstack, false)},
    {"execstack-if-needed", Z, G, Done, nullptr, "Ask for an executable stack if an object does",
     GOLD_SET(z_execstack_if_needed, true)},
    {"stack-size", Form::ZValue, G, Done, "SIZE", "Size of the main thread's stack",
     [](Parse &p, const Arg &a) {
       u64 n;
       if (p.number(a, 0, &n))
         p.opt.z_stack_size = n;
     }},
    {"max-page-size", Form::ZValue, G, Done, "SIZE", "Largest page size that the image supports",
     [](Parse &p, const Arg &a) { set_page_size(p, a, &p.opt.z_max_page_size); }},
    {"common-page-size", Form::ZValue, G, Done, "SIZE", "Page size for which segments share no page of the file",
     [](Parse &p, const Arg &a) { set_page_size(p, a, &p.opt.z_common_page_size); }},
    {"separate-code separate-loadable-segments", Z, G, Done, nullptr,
     "No two segments share a page of the file, as large as pages may be (default: as they commonly are)",
     [](Parse &p, const Arg &) { p.opt.z_separate_code = p.opt.z_full_pages = true; }},
    {"noseparate-code", Z, G, Done, nullptr, "Segments may share pages of the file",
     [](Parse &p, const Arg &) { p.opt.z_separate_code = p.opt.z_full_pages = false; }},
    {"pack-relative-relocs", Z, G, Done, nullptr, "Pack relative relocations (DT_RELR)",
     GOLD_SET(relr, true)},
    {"nopack-relative-relocs", Z, G, Done, nullptr, "Undo it (default)", GOLD_SET(relr, false)},
    {"copyreloc", Z, G, Done, nullptr, "Allow copy relocations (default)", GOLD_SET(z_copyreloc, true)},
    {"nocopyreloc", Z, G, Done, nullptr, "Make no copy relocations", GOLD_SET(z_copyreloc, false)},
    {"nodelete", Z, G, Done, nullptr, "The image is never unloaded", GOLD_SET(z_nodelete, true)},
    {"nodlopen", Z, G, Done, nullptr, "The image can't be loaded by dlopen", GOLD_SET(z_nodlopen, true)},
    {"dlopen", Z, G, Done, nullptr, "Undo -z nodlopen", GOLD_SET(z_nodlopen, false)},
    {"nodump", Z, G, Done, nullptr, "The image can't be dumped by dldump", GOLD_SET(z_nodump, true)},
    {"origin", Z, G, Done, nullptr, "The image uses $ORIGIN", GOLD_SET(z_origin, true)},
    {"initfirst", Z, G, Done, nullptr, "Initialize the image before others", GOLD_SET(z_initfirst, true)},
    {"interpose", Z, G, Done, nullptr, "The image's symbols come before others", GOLD_SET(z_interpose, true)},
    {"nodefaultlib", Z, G, Done, nullptr, "The loader looks in no default directories",
     GOLD_SET(z_nodefaultlib, true)},
    {"global", Z, G, Done, nullptr, "Symbols are visible to images loaded later", GOLD_SET(z_global, true)},
    {"ibt", Z, G, Done, nullptr, "Mark the image for indirect branch tracking", GOLD_SET(z_ibt, true)},
    {"shstk", Z, G, Done, nullptr, "Mark the image for shadow stacks", GOLD_SET(z_shstk, true)},
    {"force-ibt", Z, G, Done, nullptr, "Like -z ibt", GOLD_SET(z_ibt, true)},
    {"ibtplt", Z, G, Done, nullptr, "Begin entries of the PLT with endbr64", GOLD_SET(z_ibtplt, true)},
    {"cet-report", Form::ZValue, G, Done, "HOW", "Objects without IBT or shadow stack: none, warning, error",
     [](Parse &p, const Arg &a) { set_report(p, a, &p.opt.z_cet_report); }},
    {"force-bti", Z, G, Done, nullptr, "Make a PLT for branch target identification",
     GOLD_SET(z_force_bti, true)},
    {"pac-plt", Z, G, Done, nullptr, "Sign return addresses in the PLT", GOLD_SET(z_pac_plt, true)},
    {"gcs", Form::ZValue, G, Done, "HOW",
     "Mark the image for guarded control stacks: always, implicit, never",
     [](Parse &p, const Arg &a) { p.opt.z_gcs = a.v[0] == "always"; }},
    {"bti-report", Form::ZValue, G, Done, "HOW", "Objects without BTI: none, warning, error",
     [](Parse &p, const Arg &a) { set_report(p, a, &p.opt.z_bti_report); }},
    {"gcs-report gcs-report-dynamic pauth-report", Form::ZValue, G, Ignored, "HOW", "nothing to report yet",
     nullptr},
    {"start-stop-gc", Z, G, Done, nullptr, "__start_ and __stop_ symbols keep no sections",
     GOLD_SET(start_stop_gc, true)},
    {"nostart-stop-gc", Z, G, Done, nullptr, "Undo -z start-stop-gc (default)",
     GOLD_SET(start_stop_gc, false)},
    {"start-stop-visibility", Form::ZValue, G, Done, "VIS", "Visibility of __start_ and __stop_ symbols",
     [](Parse &p, const Arg &a) {
       if (a.v[0] == "default" || a.v[0] == "protected" || a.v[0] == "hidden" || a.v[0] == "internal")
         p.opt.start_stop_visibility = a.str();
       else
         p.bad_value(a, "default, protected, hidden or internal");
     }},
    {"keep-text-section-prefix", Z, G, Done, nullptr, "Keep .text.hot, .text.unlikely ... apart",
     GOLD_SET(z_keep_text_section_prefix, true)},
    {"nokeep-text-section-prefix", Z, G, Done, nullptr, "Undo it (default)",
     GOLD_SET(z_keep_text_section_prefix, false)},
    {"dynamic-undefined-weak", Z, G, Done, nullptr, "Leave undefined weak symbols to the loader",
     GOLD_SET(z_dynamic_undefined_weak, true)},
    {"nodynamic-undefined-weak", Z, G, Done, nullptr, "Undefined weak symbols are zero",
     GOLD_SET(z_dynamic_undefined_weak, false)},
    {"rewrite-endbr", Z, G, Done, nullptr, "Remove endbr64 from functions whose address is not taken (x86-64)",
     GOLD_SET(z_rewrite_endbr, true)},
    {"norewrite-endbr", Z, G, Done, nullptr, "Undo -z rewrite-endbr", GOLD_SET(z_rewrite_endbr, false)},
    {"sectionheader", Z, G, Done, nullptr, "Write section headers (default)",
     GOLD_SET(z_sectionheader, true)},
    {"nosectionheader", Z, G, Done, nullptr, "Write no section headers", GOLD_SET(z_sectionheader, false)},
    {"x86-64-baseline", Z, G, Done, nullptr, "Mark the image as needing that level of the instruction set",
     GOLD_SET(z_x86_64_isa_level, 1)},
    {"x86-64-v2", Z, G, Done, nullptr, "Likewise", GOLD_SET(z_x86_64_isa_level, 2)},
    {"x86-64-v3", Z, G, Done, nullptr, "Likewise", GOLD_SET(z_x86_64_isa_level, 4)},
    {"x86-64-v4", Z, G, Done, nullptr, "Likewise", GOLD_SET(z_x86_64_isa_level, 8)},
    {"combreloc nocombreloc", Z, G, Ignored, nullptr, "dynamic relocations are always one sorted table",
     nullptr},
    {"common nocommon", Z, G, Ignored, nullptr, "common symbols become objects", nullptr},
    {"unique nounique unique-symbol nounique-symbol", Z, G, Ignored, nullptr, "not used by loaders", nullptr},
    {"loadfltr globalaudit", Z, G, Ignored, nullptr, "not used by Linux", nullptr},
    {"lam-u48 lam-u57", Z, G, Ignored, nullptr, "linear address masking: objects say so themselves", nullptr},
    {"lam-u48-report lam-u57-report lam-report isa-level-report memory-seal-report", Form::ZValue, G, Ignored,
     "HOW", "nothing to report", nullptr},
    {"noextern-protected-data extern-protected-data indirect-extern-access noindirect-extern-access", Z, G,
     Ignored, nullptr, "protected data is never copied", nullptr},
    {"memory-seal nomemory-seal wxneeded hazardplt retpolineplt nognustack gnustack bndplt nobndplt", Z, G,
     Ignored, nullptr, "not used by Linux", nullptr},
    {"call-nop", Form::ZValue, G, Ignored, "PADDING", "one-byte prefixes are used", nullptr},
    {"report-relative-reloc noreloc-overflow mark-plt nomark-plt", Z, G, Ignored, nullptr,
     "details of GNU ld", nullptr},
    {"dead-reloc-in-nonalloc", Form::ZValue, G, Done, "GLOB=VALUE",
     "What references to left-out code become in debug sections that match",
     [](Parse &p, const Arg &a) {
       std::size_t eq = a.v[0].rfind('=');
       u64 value;
       if (eq == a.v[0].npos || eq == 0 || !parse_number(a.v[0].substr(eq + 1), 0, &value))
         return p.bad_value(a, "GLOB=VALUE");
       p.opt.z_dead_relocs.emplace_back(a.v[0].substr(0, eq), value);
     }},
    {"rela", Z, G, Ignored, nullptr, "the form of 64-bit targets", nullptr},
    {"rel", Z, G, NotYet, nullptr, "Write dynamic relocations without addends", nullptr},
    {"ifunc-noplt", Z, G, NotYet, nullptr, "Call IFUNCs without a PLT", nullptr},
    {"compactrel nosecondary secondary", Z, G, Ignored, nullptr, "other systems' linkers", nullptr},
};

constexpr auto index = make_index<count_names(rows)>(rows);

} // namespace

extern const OptionGroup z_options;
constinit const OptionGroup z_options = {rows, index};

} // namespace gold
