#include <memory>
#include <ostream>

#include "apps/cli/json.h"
#include "apps/cli/paging.h"
#include "apps/cli/session.h"
#include "apps/cli/table.h"

namespace florin::cli {
namespace {

ExitCode Register(Session& session, const v1::RegisterAssetRequest& request) {
  const auto result = session.client().RegisterAsset(request);
  if (!result.ok()) {
    return session.Fail(result.error());
  }
  if (session.json) {
    PrintJson(session.console.out, result.value());
    return ExitCode::kOk;
  }
  const auto& asset = result.value().asset();
  session.console.out << (result.value().replayed() ? "registered before: " : "registered: ")
                      << asset.code() << " with " << asset.scale() << " decimals\n";
  return ExitCode::kOk;
}

ExitCode List(Session& session, std::int64_t limit) {
  Table table({{"ASSET"}, {"SCALE", Table::Align::kRight}, {"NAME"}});
  return ShowPages(
      session, v1::ListAssetsRequest(), limit,
      [&](const auto& request) { return session.client().ListAssets(request); },
      [](const auto& page) -> const auto& { return page.assets(); },
      [&](const v1::ListAssetsResponse& page, int count) {
        for (int i = 0; i < count; ++i) {
          const auto& asset = page.assets(i);
          if (session.json) {
            PrintJsonLine(session.console.out, asset);
            continue;
          }
          table.AddRow({asset.code(), std::to_string(asset.scale()), asset.name()});
        }
        table.Print(session.console.out);
      });
}

}  // namespace

void AddAssetCommands(CLI::App& app, Session& session) {
  auto* asset =
      app.add_subcommand("asset", "Register and list assets: currencies, securities, tokens");
  asset->require_subcommand(1);

  auto* add =
      asset->add_subcommand("register", "Register an asset (the same again changes nothing)");
  const auto request = std::make_shared<v1::RegisterAssetRequest>();
  add->add_option_function<std::string>(
         "code", [request](const std::string& code) { request->mutable_asset()->set_code(code); },
         "1-16 characters of A-Z 0-9 . _ -, for example INR")
      ->required()
      ->type_name("CODE");
  add->add_option_function<int>(
         "--scale", [request](const int& scale) { request->mutable_asset()->set_scale(scale); },
         "Digits after the decimal point, 0-18; never changes")
      ->required()
      ->check(CLI::Range(0, 18))
      ->type_name("N");
  add->add_option_function<std::string>(
         "--name", [request](const std::string& name) { request->mutable_asset()->set_name(name); },
         "For people: \"Indian rupee\"")
      ->type_name("TEXT");
  add->footer(R"(
Example:
  florin asset register INR --scale 2 --name "Indian rupee")");
  add->callback([&session, request] {
    session.action = [&session, request] { return Register(session, *request); };
  });

  auto* list = asset->add_subcommand("list", "List the assets");
  const auto limit = std::make_shared<std::int64_t>(kDefaultLimit);
  AddLimitOption(*list, *limit);
  list->footer(R"(
Example:
  florin asset list)");
  list->callback(
      [&session, limit] { session.action = [&session, limit] { return List(session, *limit); }; });
}

}  // namespace florin::cli
