#include "server/config.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "server/connections/listen_address.h"
#include "server/settings.h"
#include "text/visible.h"

namespace florin::server {
namespace {

constexpr std::string_view kAbout =
    "Florin's server: a double-entry ledger over gRPC, durable in --data-dir.";
constexpr std::string_view kFooter =
    "A file given with --config has the same settings as TOML, with _ for -:\n  listen = "
    "\"127.0.0.1:50051\"\n  max_in_flight = 65536\nA flag overrides the file. SIGTERM or Ctrl-C "
    "stops the server cleanly.";

std::vector<CLI::Option*> AddFlags(CLI::App* app, Config* config) {
  std::vector<CLI::Option*> options;
  for (const Setting& setting : Settings()) {
    const std::string help(setting.help);
    if (const auto* flag = std::get_if<bool Config::*>(&setting.field)) {
      options.push_back(app->add_flag(setting.Flag(), config->**flag, help));
      continue;
    }
    std::visit(
        [&](auto field) {
          if constexpr (!std::is_same_v<decltype(field), bool Config::*>) {
            options.push_back(
                app->add_option(setting.Flag(), config->*field, help)->capture_default_str());
          }
        },
        setting.field);
  }
  return options;
}

// Flags that were given go over what the file says.
void Overlay(const std::vector<CLI::Option*>& options, const Config& flags, Config* config) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i]->count() == 0) continue;
    std::visit([&](auto field) { config->*field = flags.*field; }, Settings()[i].field);
  }
}

std::string Check(const Config& config) {
  for (const Setting& setting : Settings()) {
    std::string wrong = CheckSetting(setting, config);
    if (!wrong.empty()) return "--" + wrong;
  }
  const ListenAddress listen = ResolveListenAddress(config.listen);
  if (!listen.error.empty()) return fmt::format("--listen {} {}", config.listen, listen.error);
  if (!config.metrics_listen.empty()) {
    const std::string wrong = ResolveListenAddress(config.metrics_listen).error;
    if (!wrong.empty()) return fmt::format("--metrics-listen {} {}", config.metrics_listen, wrong);
  }
  if (!config.allow_insecure && !listen.IsLoopback()) {
    return InsecureAddress(config.listen);
  }
  return "";
}

CommandLine Exit(int code, std::string output) {
  CommandLine result;
  result.exit_code = code;
  result.output = std::move(output);
  return result;
}

// It quotes what was given, and stays on one line.
CommandLine Wrong(std::string_view what, std::string_view next = "") {
  return Exit(2, fmt::format("{}\n{}", text::Visible(what, text::Backslash::kKept), next));
}

}  // namespace

std::string InsecureAddress(const std::string& listen) {
  return fmt::format(
      "--listen {} can be reached from other machines, but nothing is encrypted or authenticated; "
      "listen on 127.0.0.1, or add --allow-insecure in a network that you trust",
      listen);
}

CommandLine ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app{std::string(kAbout), "florind"};
  app.footer(std::string(kFooter));
  app.set_version_flag("--version",
                       fmt::format("florind {} (gRPC {})", FLORIN_VERSION, grpc::Version()));
  std::string file;
  app.add_option("--config", file, "TOML file with settings");
  Config flags;
  const std::vector<CLI::Option*> options = AddFlags(&app, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    if (app.exit(error, out, err) == 0) return Exit(0, out.str());
    return Wrong(error.what(), "Run florind --help to see the settings.\n");
  }
  CommandLine result;
  if (!file.empty()) {
    const std::string wrong = ApplyFile(file, &result.config);
    if (!wrong.empty()) return Wrong(wrong);
  }
  Overlay(options, flags, &result.config);
  const std::string wrong = Check(result.config);
  if (!wrong.empty()) return Wrong(wrong);
  return result;
}

}  // namespace florin::server
