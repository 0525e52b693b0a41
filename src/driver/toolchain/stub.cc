#include "driver/toolchain/toolchain.h"
namespace gold {
LinkLine complete_link_line(const NativeRequest &r, const Options &) { LinkLine l; l.args = r.pass; return l; }
std::string quote_link_line(const LinkLine &) { return ""; }
}
