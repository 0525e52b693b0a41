// Response files: @FILE on a command line stands for the words in FILE.
#include "driver/parse.h"
#include "support/mapped_file.h"

#include <cctype>

namespace gold {

namespace {

// A file that names itself would never end; what is nested this deep is no honest input.
constexpr int max_depth = 64;
constexpr std::size_t max_words = 1 << 24;

void split_words(std::string_view text, std::vector<std::string> *out) {
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true; // "" is a word
    } else if (std::isspace(static_cast<unsigned char>(c)) || c == '\0') {
      if (in_word)
        out->push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word)
    out->push_back(std::move(word));
}

bool expand(std::vector<std::string> &&args, int depth, std::vector<std::string> *out, std::string *error) {
  for (std::string &arg : args) {
    std::string ignored;
    const MappedFile *file = arg.size() > 1 && arg[0] == '@' ? map_file(arg.substr(1), &ignored) : nullptr;
    if (!file) {
      out->push_back(std::move(arg));
      continue;
    }
    if (depth == max_depth || out->size() > max_words) {
      *error = arg + ": response files are nested too deeply";
      return false;
    }
    std::vector<std::string> words;
    split_words({reinterpret_cast<const char *>(file->bytes.data()), file->bytes.size()}, &words);
    if (!expand(std::move(words), depth + 1, out, error))
      return false;
  }
  return true;
}

} // namespace

std::vector<std::string> expand_response_files(std::vector<std::string> args, std::string *error) {
  bool any = false;
  for (const std::string &arg : args)
    any |= arg.starts_with('@');
  if (!any)
    return args;
  std::vector<std::string> out;
  expand(std::move(args), 0, &out, error);
  return out;
}

} // namespace gold
