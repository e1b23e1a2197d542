#include "apps/cli/metadata.h"

#include "apps/cli/session.h"

namespace florin::cli {

void AddMetadataOption(CLI::App& command, std::vector<std::string>& pairs) {
  command.add_option("--metadata", pairs, "key=value; may be repeated")
      ->check(CheckKeyValue)
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->take_all();
}

void SetMetadata(const std::vector<std::string>& pairs,
                 google::protobuf::Map<std::string, std::string>* metadata) {
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    (*metadata)[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
}

}  // namespace florin::cli
