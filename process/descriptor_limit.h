#pragma once

#include <cstddef>

namespace florin::process {

/// Raises this process's limit on open files to the hard limit, and returns what is in force
/// then. The soft limit is often 1,024, for programs that call select(); ours do not.
std::size_t RaiseDescriptorLimit();

}  // namespace florin::process
