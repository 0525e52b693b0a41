// Shell-style patterns as linker scripts and version scripts use them: * ? [a-z] [!a-z] \x.
#pragma once

#include <string_view>

namespace gold {

bool glob_match(std::string_view pattern, std::string_view text);

// True when the pattern has no special character, so that comparing strings is enough.
bool glob_is_literal(std::string_view pattern);

} // namespace gold
