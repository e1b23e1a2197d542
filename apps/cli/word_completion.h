#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/cli/command_tree.h"

namespace florin::cli {

/// Ids of accounts that begin so.
using AccountSource = std::function<std::vector<std::string>(const std::string& prefix)>;

/// What the word `current` may become behind the words `before`: commands,
/// options, an option's fixed choices, ids of accounts.
[[nodiscard]] std::vector<std::string> CompleteWord(const CommandNode& program,
                                                    const std::vector<std::string>& before,
                                                    const std::string& current,
                                                    const AccountSource& accounts);

/// What all of them begin with.
[[nodiscard]] std::string CommonPrefix(const std::vector<std::string>& words);

}  // namespace florin::cli
