#include "carmine_lld.h"

#include <cstring>
#include <string>
#include <vector>

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

int carmine_lld_link(const char *const *arguments, int count, char *errors, int capacity) {
  std::vector<const char *> words{"ld.lld"};
  words.insert(words.end(), arguments, arguments + count);
  std::string text;
  llvm::raw_string_ostream err(text);
  bool linked = lld::elf::link(words, llvm::nulls(), err, /*exitEarly=*/false, /*disableOutput=*/false);
  lld::CommonLinkerContext::destroy();
  if (capacity > 0) {
    std::strncpy(errors, err.str().c_str(), capacity - 1);
    errors[capacity - 1] = 0;
  }
  return linked ? 0 : 1;
}
