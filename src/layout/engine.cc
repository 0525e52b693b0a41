// See address.h. What a script can say about addresses is in the GNU ld manual: "Output Section
// Description", "Output Section Address", "Output Section LMA", "MEMORY Command", "The Location Counter".
#include "layout/address.h"
#include "layout/merge.h"
#include "layout/statements.h"

#include <algorithm>

namespace gold {

namespace {

// An output section larger than this is a mistake or an attack, not an image.
constexpr u64 kMaxSection = u64(1) << 40;

std::string hex(u64 v) {
  return format("0x%llx", static_cast<unsigned long long>(v));
}
std::string quoted(std::string_view s) {
  return "`" + std::string(s) + "'";
}

// Traits of a section that a region's attributes speak of.
u16 region_traits(const OutputSection &o) {
  u16 t = o.flags & (kSecAlloc | kSecWrite | kSecExec);
  if (!(o.flags & kSecWrite))
    t |= kRegionReadOnly;
  if (!(o.flags & kSecZeroFill))
    t |= kRegionLoaded;
  if ((t & kSecExec) && (t & kSecWrite)) // what is writable code counts as code
    t &= static_cast<u16>(~kSecWrite);
  return t;
}

} // namespace

AddressEngine::AddressEngine(Link &link)
    : link_(link), plan_(link.plan), page_(link.target->page_size(link)),
      spacing_(link.target->segment_spacing(link)) {
  sane = plan_.sane_expr;
  bind_regions();
}

// Which regions sections are in. A section without AT or AT> that follows one in the same region is
// loaded where that one is.
void AddressEngine::bind_regions() {
  auto find = [&](std::string_view name, ScriptPos at) -> MemoryRegion * {
    if (name.empty())
      return nullptr;
    MemoryRegion *r = plan_.find_region(name);
    if (!r)
      link_.diag.error(plan_.place(at) + "region " + quoted(name) + " is not declared");
    return r;
  };
  const OutputRule *before = nullptr;
  for (OutputRule *r : plan_.outputs) {
    if (r->floating || r->discards())
      continue;
    r->memory = find(r->region, r->at);
    r->load_memory = find(r->lma_region, r->at);
    if (r->load_memory && !r->memory && !r->address)
      r->memory = r->load_memory;
    if (before && !r->load_memory && !r->lma && !r->address && r->memory == before->memory)
      r->load_memory = before->load_memory;
    before = r;
  }
}

void AddressEngine::begin() {
  changed = false;
  overflows_.clear();
  assigned_.clear();
  no_region_.last = nullptr;
  in_tls_ = dot_assigned_ = false;
  tls_dot_ = 0;
  current = nullptr;
  dot = plan_.scripted ? 0 : link_.image_base + link_.target->header_size(link_);
  tls_align_ = 1;
  for (const OutputSection *o : link_.outputs)
    if (o->flags & kSecTls)
      tls_align_ = std::max(tls_align_, o->align);
  for (MemoryRegion &r : plan_.regions) {
    r.origin = number(*r.origin_expr);
    r.length = number(*r.length_expr);
    r.current = r.origin;
    r.last = nullptr;
  }
  for (PhdrRule &p : plan_.phdrs) {
    p.type_number = p.type_value ? number(*p.type_value) : 0;
    p.flags_number = p.flags ? number(*p.flags) : 0;
    p.lma_number = p.lma ? number(*p.lma) : 0;
  }
}

void AddressEngine::walk(bool last) {
  last_ = last;
  begin();
  for (step_ = 0; step_ < plan_.steps.size(); ++step_) {
    const LayoutPlan::Step &s = plan_.steps[step_];
    if (s.out) {
      place(*s.out);
      current = nullptr;
      dot_assigned_ = false;
    } else if (s.assign) {
      assign(*s.assign);
    } else if (s.check) {
      check(*s.check);
    }
  }
  settle_relro();
  if (last_)
    report_overflows();
}

// -- one output section

u64 AddressEngine::number(const Expr &e, u64 otherwise) {
  Value v = evaluate(*this, e).value;
  return v.ok ? v.address() : otherwise;
}

MemoryRegion *AddressEngine::default_region(const OutputSection &o) {
  u16 t = region_traits(o);
  for (MemoryRegion &r : plan_.regions)
    if (r.must & t && !(r.must_not & t))
      return &r;
  return nullptr;
}

// Where the section begins, and how it was aligned to.
u64 AddressEngine::address_of(OutputSection &o, u64 &align) {
  OutputRule *rule = o.rule && !o.rule->floating ? o.rule : nullptr;
  align = o.align;
  if (rule && rule->align)
    align = std::max<u64>(align, std::bit_ceil(std::min(number(*rule->align, 1), u64(1) << 62)));
  if ((o.flags & kSecTls) && !in_tls_) {
    in_tls_ = true;
    align = std::max(align, tls_align_); // the TLS image begins aligned
  }
  if (o.address_fixed) {
    align = 1;
    for (const SectionStart &st : link_.opt.section_starts)
      if (st.section == o.name)
        return st.address;
  }
  if (rule && rule->address) {
    align =
        rule->align ? std::bit_ceil(std::max<u64>(std::min(number(*rule->align, 1), u64(1) << 62), 1)) : 1;
    return align_up(number(*rule->address, dot), align);
  }
  if (plan_.scripted) {
    MemoryRegion *r = rule ? rule->memory : nullptr;
    if (!r)
      r = default_region(o);
    if (!r && rule && last_ && !plan_.regions.empty() && o.size &&
        (o.flags & (kSecAlloc | kSecTls)) == kSecAlloc)
      link_.diag.error(plan_.place(rule->at) + "no memory region specified for loadable section " +
                       quoted(o.name));
    o.memory = r;
    return align_up(r ? r->current : dot, align);
  }
  if (o.starts_segment) {
    // On a new page in memory, at that place within it where the file goes on.
    u64 in_page = align_up(dot, spacing_) & (page_ - 1);
    dot = align_up(dot, page_) + in_page;
  }
  return align_up(dot, align);
}

void AddressEngine::place(OutputSection &o) {
  u64 old_addr = o.addr, old_size = o.size, old_lma = o.lma;
  u64 before = dot;
  if (o.dropped) { // its statements still count, its place does not
    u64 align = 1;
    if (!o.rule) {
      o.addr = o.lma = dot;
      return;
    }
    if (o.rule->address || plan_.regions.empty())
      o.addr = o.rule->address ? number(*o.rule->address, dot) : dot;
    else
      o.addr = address_of(o, align);
    o.lma = o.rule->lma ? number(*o.rule->lma, o.addr) : o.addr;
    place_contents(o);
    bool assigns =
        std::any_of(o.body.begin(), o.body.end(), [](auto &b) { return b.statement->assign != nullptr; });
    dot = assigns && !o.rule->memory ? std::max(before, o.addr) : before;
    if (o.addr != old_addr)
      change(o.name);
    return;
  }
  if (!(o.flags & kSecAlloc) || link_.is_relocatable()) {
    bool given = o.rule && !o.rule->floating && o.rule->address && !link_.is_relocatable();
    o.addr = o.lma = given ? number(*o.rule->address) : 0;
    place_contents(o);
    dot = before;
    return;
  }
  u64 align = 1;
  u64 from = o.rule && o.rule->memory ? o.rule->memory->current : dot;
  bool tbss = (o.flags & kSecTls) && (o.flags & kSecZeroFill);
  if (tbss && !o.address_fixed && !(o.rule && !o.rule->floating && o.rule->address)) {
    // .tbss takes no address space outside of the TLS image.
    u64 start = address_of(o, align);
    o.addr = align_up(std::max(tls_dot_, start), align);
  } else {
    o.addr = address_of(o, align);
  }
  place_contents(o);
  set_load_address(o, align, o.addr - from);
  if (o.to_page_end) {
    o.size = align_up(o.addr, page_) - o.addr;
    dot = o.addr;
  } else if (tbss && !o.address_fixed) {
    tls_dot_ = o.end();
    dot = plan_.scripted ? o.addr : dot;
    if (plan_.scripted && o.rule && o.rule->memory)
      dot = o.addr;
  } else {
    dot = o.end();
    if (o.flags & kSecTls)
      tls_dot_ = dot;
    account(o);
  }
  if (plan_.scripted && (o.addr != old_addr || o.size != old_size || o.lma != old_lma)) {
    change(o.name);
  }
}

void AddressEngine::change(std::string_view what) {
  if (!changed)
    moved = what;
  changed = true;
}

u64 AddressEngine::member_align(const OutputSection &o, const Section &s) {
  if (o.rule && o.rule->subalign && s.name_size) // space and data of the script stand where it says
    return std::bit_ceil(std::max<u64>(std::min(number(*o.rule->subalign, 1), u64(1) << 62), 1));
  return s.align();
}

void AddressEngine::place_contents(OutputSection &o) {
  // The members of most sections have been placed, side by side, for an address that suits them.
  bool simple = o.body.empty() && !(o.rule && (o.rule->subalign || o.rule->align));
  if (simple && o.addr % o.align == 0)
    return;
  current = &o;
  dot = o.addr;
  o.fills.clear();
  u64 align = o.rule && o.rule->align
                  ? std::bit_ceil(std::min(std::max<u64>(number(*o.rule->align, 1), 1), u64(1) << 62))
                  : 1;
  std::size_t next = 0;
  auto run_before = [&](const Section *s) {
    for (; next < o.body.size() && o.body[next].before == s; ++next)
      run(o.body[next], o);
  };
  bool overflow = false;
  for (Section *s : o.members) {
    run_before(s);
    u64 a = member_align(o, *s);
    align = std::max(align, a);
    dot = align_up(dot, a);
    s->offset = dot - o.addr;
    overflow |= dot + s->size < dot;
    dot += s->size;
  }
  run_before(nullptr);
  for (; next < o.body.size(); ++next)
    run(o.body[next], o);
  o.size = dot - o.addr;
  o.align = std::max<u64>(align, 1);
  current = nullptr;
  if (overflow || o.size > kMaxSection) {
    if (last_)
      link_.diag.error("section " + quoted(o.name) + " is " + hex(o.size) + " bytes large");
    o.size = std::min(o.size, kMaxSection);
    dot = o.addr + o.size;
  }
}

void AddressEngine::run(const OutputSection::BodyStep &step, OutputSection &o) {
  const Statement &s = *step.statement;
  if (s.check) {
    check(*s.check);
  } else if (s.fill) {
    add_fill(o, *s.fill);
  } else if (s.data) {
    auto &bytes = *static_cast<DataBytes *>(step.before->synth);
    if (s.data->value)
      bytes.value = number(*s.data->value);
  } else if (s.assign && s.assign->is_dot()) {
    Evaluation e = evaluate(*this, *s.assign->value);
    u64 to = dot;
    if (e.value.ok)
      to = e.value.kind == Value::Number ? o.addr + e.value.number : e.value.address();
    if (to < dot) {
      error(s.assign->at,
            "cannot move location counter backwards (from " + hex(dot) + " to " + hex(to) + ")");
      to = dot;
    }
    if (to - o.addr > kMaxSection) {
      error(s.assign->at, "section " + quoted(o.name) + " would be " + hex(to - o.addr) + " bytes large");
      to = dot;
    }
    const_cast<Section *>(step.before)->size = to - dot; // its Padding, which is placed next
  } else if (s.assign) {
    assign(*s.assign);
  }
}

void AddressEngine::add_fill(OutputSection &o, const FillRule &f) {
  std::string_view bytes = f.bytes;
  if (bytes.empty()) { // the lowest four bytes of an expression, most significant first
    u32 v = static_cast<u32>(number(*f.value));
    char *p = static_cast<char *>(Arena::allocate(4, 1));
    for (int i = 0; i < 4; ++i)
      p[i] = static_cast<char>(v >> (24 - 8 * i));
    bytes = {p, 4};
  }
  o.fills.push_back({dot - o.addr, bytes});
}

// -- load addresses and regions

// `moved`: by how much alignment has moved the section from where its region stood.
void AddressEngine::set_load_address(OutputSection &o, u64 align, u64 moved_by) {
  o.lma = o.addr;
  if (!plan_.scripted)
    return;
  const OutputRule *rule = o.rule;
  MemoryRegion &home = o.memory ? *o.memory : no_region_;
  u64 own_align = rule && rule->align ? align : 1;
  if (rule && rule->lma) {
    o.lma = number(*rule->lma, o.addr);
  } else if (rule && rule->load_memory) {
    o.lma = rule->load_memory->current;
    if (rule->align_with_input)
      o.lma += moved_by;
    else
      o.lma = align_up(o.lma, rule->load_memory == rule->memory ? align : own_align);
  } else if (home.last) {
    const OutputSection &l = *home.last;
    bool backwards = o.addr < l.addr && o.size && o.end() <= l.addr;
    if (!backwards)
      o.lma = align_up(o.addr + l.lma - l.addr, align);
    else if (l.lma != l.addr && last_)
      link_.diag.warn("dot moved backwards before " + quoted(o.name));
  }
  bool counts = o.size || (home.last ? o.end() >= home.last->addr : o.lma != o.addr);
  if (counts && !(rule && rule->load_memory))
    home.last = &o;
}

// Moves on in the section's regions.
void AddressEngine::account(OutputSection &o) {
  if (o.memory) {
    o.memory->current = o.end();
    check_region(*o.memory, o, o.addr, o.end());
  }
  MemoryRegion *load = o.rule ? o.rule->load_memory : nullptr;
  if (load && load != o.memory && (!(o.flags & kSecZeroFill) || o.rule->align_with_input)) {
    load->current = o.lma + o.size;
    check_region(*load, o, o.lma, o.lma + o.size);
  }
}

void AddressEngine::check_region(MemoryRegion &r, OutputSection &o, u64 begin, u64 end) {
  if (!last_)
    return;
  bool given = o.rule && !o.rule->floating && o.rule->address;
  if (begin < r.origin || (given && begin - r.origin > r.length)) {
    if (o.size)
      link_.diag.error("address " + hex(begin) + " of section " + quoted(o.name) + " is not within region " +
                       quoted(r.name));
    return;
  }
  u64 used = end - r.origin;
  if (used <= r.length)
    return;
  auto it = std::find_if(overflows_.begin(), overflows_.end(), [&](auto &v) { return v.region == &r; });
  if (it == overflows_.end())
    it = overflows_.insert(overflows_.end(), {&r, 0, {}});
  it->by = std::max(it->by, used - r.length);
  it->sections.push_back("section " + quoted(o.name) + " (" + hex(begin) + " to " + hex(end) +
                         ") does not fit");
}

void AddressEngine::report_overflows() {
  for (const Overflow &v : overflows_) {
    std::string text = plan_.place(v.region->at) + "region " + quoted(v.region->name) +
                       format(" overflowed by %llu bytes", static_cast<unsigned long long>(v.by));
    for (const std::string &s : v.sections)
      text += "\n>>> " + s;
    link_.diag.error(std::move(text));
  }
}

// -- statements

void AddressEngine::check(const AssertRule &c) {
  checking_ = true; // it keeps nothing alive, so it may speak of what is not there
  Value v = evaluate(*this, *c.condition).value;
  checking_ = false;
  if (last_ && v.ok && !v.number)
    link_.diag.error(plan_.place(c.at) + std::string(c.message));
}

void AddressEngine::assign_dot(const Assignment &a, const Evaluation &e) {
  if (a.at.line) // not what an OVERLAY implies
    dot_assigned_ = true;
  if (e.value.ok)
    dot = e.value.address();
}

// A symbol set from the location counter outside of sections counts to the section before it; when the
// location counter has been assigned meanwhile, to the one behind it.
OutputSection *AddressEngine::section_for_dot() {
  const auto &steps = plan_.steps;
  auto kept = [](const LayoutPlan::Step &s) { return s.out && !s.out->dropped; };
  auto usable = [&](const LayoutPlan::Step &s) {
    return kept(s) && (s.out->flags & (kSecAlloc | kSecTls)) == kSecAlloc && !s.out->hollow;
  };
  std::size_t from = step_;
  if (dot_assigned_) {
    from = step_ + 1;
    while (from < steps.size() && !kept(steps[from]))
      ++from;
    from = std::min(from + 1, steps.size());
  }
  for (std::size_t i = from; i-- > 0;)
    if (usable(steps[i]))
      return steps[i].out;
  for (std::size_t i = from; i < steps.size(); ++i)
    if (usable(steps[i]))
      return steps[i].out;
  return nullptr;
}

// A section that is left out can't be what a symbol counts to. One beside it takes its place: of its kept
// neighbours the one that is likely to be in the segment in which it would have been, by GNU ld's order of
// what must agree.
OutputSection *AddressEngine::section_beside(const OutputSection &o, u64 address) {
  const auto &steps = plan_.steps;
  auto kept = [](const LayoutPlan::Step &s) { // what only the linker adds is no place for symbols
    return s.out && !s.out->dropped &&
           (s.out->flags & kSecAlloc ||
            std::any_of(s.out->members.begin(), s.out->members.end(),
                        [](const Section *m) { return m->kind != SectionKind::Synthetic; }));
  };
  std::size_t at = 0;
  while (at < steps.size() && steps[at].out != &o)
    ++at;
  OutputSection *before = nullptr, *behind = nullptr;
  for (std::size_t i = at; i-- > 0 && !before;)
    if (kept(steps[i]))
      before = steps[i].out;
  for (std::size_t i = at + 1; i < steps.size() && !behind; ++i)
    if (kept(steps[i]))
      behind = steps[i].out;
  if (!before || !behind)
    return before ? before : behind;
  auto loaded = [](const OutputSection *s) { return (s->flags & (kSecAlloc | kSecZeroFill)) == kSecAlloc; };
  auto differ = [](const OutputSection &a, const OutputSection &b, u16 mask) {
    return ((a.flags ^ b.flags) & mask) != 0;
  };
  if (differ(*before, *behind, kSecAlloc | kSecTls) || loaded(before) != loaded(behind))
    return differ(*behind, o, kSecAlloc | kSecTls) || (loaded(before) && !loaded(behind)) ? before : behind;
  for (u16 mask : {u16(kSecWrite), u16(kSecExec)})
    if (differ(*before, *behind, mask))
      return differ(*behind, o, mask) ? before : behind;
  return address < behind->addr ? before : behind;
}

void AddressEngine::assign(Assignment &a) {
  if (!a.active)
    return;
  Evaluation e = evaluate(*this, *a.value);
  if (a.is_dot()) {
    assign_dot(a, e);
    return;
  }
  const Value &v = e.value;
  if (!v.ok)
    return;
  OutputSection *home = v.section;
  u64 address = v.address();
  if (v.kind == Value::Number && current) {
    home = current;
    address = current->addr + v.number;
  } else if (v.kind == Value::Absolute && !current && e.uses_dot) {
    home = section_for_dot();
  }
  if (!a.known || a.address != address || a.section != home) {
    change(a.name);
  }
  a.known = true;
  a.address = address;
  a.section = home;
  assigned_.insert(a.symbol);
  set_script_symbol(link_, a);
}

// -- what expressions ask for

void AddressEngine::error(ScriptPos at, const std::string &what) {
  if (last_)
    link_.diag.error(plan_.place(at) + what);
}

bool AddressEngine::is_defined(std::string_view name) {
  const Symbol *s = link_.symbols.find(name);
  if (!s || s->is_undefined() || s->klass() == SymClass::None)
    return false;
  if (s->flags & kSymScriptDefined && s->file == link_.internal)
    return assigned_.contains(s) || !s->marked(kMarkScriptValue);
  return !s->is_shared();
}

Value AddressEngine::symbol(std::string_view name, ScriptPos at) {
  Symbol *s = link_.symbols.find(name);
  auto undefined = [&]() -> Value {
    error(at, "undefined symbol " + quoted(name) + " referenced in expression");
    return {};
  };
  if (!s || s->is_undefined() || s->klass() == SymClass::None || s->is_shared())
    return undefined();
  if (s->flags & kSymLinkerDefined) {
    u64 a = link_.target->linker_symbol_address(link_, *s);
    return Value::absolute(a);
  }
  const Section *sec = s->section;
  if (s->marked(kMarkScriptValue)) {
    for (const Assignment *a : plan_.assignments)
      if (a->symbol == s && a->known)
        return sec ? Value::relative(*sec->output, s->value + sec->offset) : Value::absolute(s->value);
    return undefined();
  }
  if (!sec)
    return Value::absolute(s->value);
  if (sec->leader)
    sec = sec->leader;
  if (sec->kind == SectionKind::Merge) {
    OutputSection *o = merged_output(*sec);
    return o ? Value::relative(*o, merged_address(*sec, s->value) - o->addr) : Value{};
  }
  if (!sec->output) {
    if (!checking_)
      error(at, "symbol " + quoted(name) + " is in a section that is discarded");
    return {};
  }
  return Value::relative(*sec->output, sec->offset + s->value);
}

OutputSection *AddressEngine::section(std::string_view name) {
  OutputSection *found = nullptr;
  for (const LayoutPlan::Step &s : plan_.steps)
    if (s.out && s.out->name == name && (!found || found->dropped))
      found = s.out;
  return found;
}

void AddressEngine::finish() {
  for (const Assignment *a : plan_.assignments) {
    if (!a->active || !a->known || !a->symbol->section)
      continue;
    OutputSection *o = a->symbol->section->output;
    if (o->dropped) {
      u64 address = o->addr + a->symbol->value;
      OutputSection *near = section_beside(*o, address);
      a->symbol->section = near ? &start_of(link_, *near) : nullptr;
      a->symbol->value = near ? address - near->addr : address;
    }
  }
  for (const Assignment *a : plan_.assignments)
    if (a->active && a->known)
      a->symbol->flags = static_cast<u16>(a->symbol->section ? a->symbol->flags & ~kSymAbsolute
                                                             : a->symbol->flags | kSymAbsolute);
}

std::optional<u64> AddressEngine::constant(std::string_view name) {
  if (name == "MAXPAGESIZE")
    return page_;
  if (name == "COMMONPAGESIZE")
    return link_.target->common_page_size(link_);
  return std::nullopt;
}

std::optional<u64> AddressEngine::segment_start(std::string_view name) {
  if (name == "text-segment")
    return link_.opt.image_base;
  std::string section = name == "text" ? ".text" : name == "data" ? ".data" : name == "bss" ? ".bss" : "";
  for (const SectionStart &s : link_.opt.section_starts)
    if (!section.empty() && s.section == section)
      return s.address;
  return std::nullopt;
}

u64 AddressEngine::header_size() {
  return link_.target->header_size(link_);
}

// -- the data segment of a built-in script: it begins where few pages are needed, and so that what is
// read-only after relocation ends with a page.

u64 AddressEngine::data_segment_align(u64 max_page, u64 common_page) {
  if (!max_page || max_page & (max_page - 1))
    max_page = page_;
  if (!common_page || common_page & (common_page - 1))
    common_page = max_page;
  u64 base = align_up(dot, max_page) + (dot & (max_page - 1));
  if (relro_base_ && link_.opt.z_relro)
    base = relro_base_;
  plan_.relro_begin = base;
  plan_.relro_end = 0;
  return base;
}

u64 AddressEngine::data_segment_relro_end(u64 offset, u64 address) {
  if (!link_.opt.z_relro || link_.opt.omagic || !plan_.relro_begin)
    return address;
  plan_.has_relro = true;
  relro_offset_ = offset;
  u64 end = address + offset;
  if (relro_base_)
    end = align_up(end, page_);
  plan_.relro_end = end;
  return end - offset;
}

u64 AddressEngine::data_segment_end(u64 address) {
  return address;
}

// Where the data segment must begin for its read-only part to end with a page: sections are moved up from
// the last one to the first, as far as their alignment allows.
void AddressEngine::settle_relro() {
  if (!plan_.has_relro || relro_base_ || changed)
    return;
  u64 relro_end = plan_.relro_end - relro_offset_;
  u64 end = align_up(plan_.relro_end, page_) - relro_offset_;
  for (std::size_t i = link_.outputs.size(); i-- > 0;) {
    const OutputSection &o = *link_.outputs[i];
    if (!(o.flags & kSecAlloc) || o.addr < plan_.relro_begin || o.addr >= relro_end)
      continue;
    bool tbss = o.flags & kSecTls && o.flags & kSecZeroFill;
    u64 last = o.addr + (tbss ? 0 : o.size);
    end = align_down(o.addr + (end - last), o.align);
  }
  relro_base_ = std::max<u64>(end, 1);
  change("the data segment");
}

} // namespace gold
