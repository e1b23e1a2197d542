#include "tests/support/random_source.h"

#include <cstdlib>

namespace florin::test_support {

std::int64_t NumberFromEnvironment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoll(text, nullptr, 10);
}

std::uint64_t SeedFromEnvironment() {
  const std::int64_t given = NumberFromEnvironment("FLORIN_TEST_SEED", 0);
  return given != 0 ? static_cast<std::uint64_t>(given) : std::random_device{}();
}

}  // namespace florin::test_support
