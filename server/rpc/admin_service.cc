#include "server/rpc/admin_service.h"

#include <fmt/format.h>

#include <chrono>

#include "florin/v1/admin_service.pb.h"
#include "storage/events/proto_convert.h"

namespace florin::server {
namespace {

std::string Hex(const storage::Hash& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

void FillStatus(ServiceHost& host, std::int64_t start_time, v1::GetStatusResponse* response) {
  storage::Reader& reader = host.reader();
  const actors::LedgerStats stats = host.ledger().Stats();
  const storage::JournalHead head = reader.VisibleHead();
  response->set_version(FLORIN_VERSION);
  response->set_ledger_id(reader.LedgerId());
  response->set_head_position(head.position);
  response->set_head_hash(Hex(head.hash));
  response->set_account_count(reader.AccountCount());
  response->set_active_account_count(stats.active_accounts);
  response->set_data_bytes(reader.DataBytes());
  storage::ToProto(start_time, response->mutable_start_time());
  response->set_read_only(stats.read_only);
  response->set_read_only_reason(stats.read_only_reason);
}

}  // namespace

AdminService::AdminService(ServiceHost* service_host)
    : RawService(service_host),
      start_time_(std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count()) {
  AddUnary<v1::GetStatusRequest, v1::GetStatusResponse>(
      "/florin.v1.AdminService/GetStatus", [this](const v1::GetStatusRequest&, auto responder) {
        RunOnReader(host(), responder, [this, responder] {
          v1::GetStatusResponse response;
          FillStatus(host(), start_time_, &response);
          responder.Reply(response);
        });
      });
}

}  // namespace florin::server
