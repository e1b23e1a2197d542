#include "apps/exporter/jsonl_writer.h"

#include <ostream>

#include "apps/exporter/command_of.h"
#include "clients/jsonl/document.h"

namespace florin::exporter {
namespace {

// An account without overdraft_limit where it says unlimited: both together are
// no request that the ledger takes.
v1::Limits LimitsOf(const v1::Account& account) {
  v1::Limits limits = account.limits();
  if (limits.unlimited_overdraft()) {
    limits.clear_overdraft_limit();
  }
  return limits;
}

jsonl::AccountDocument DocumentOf(const SnapshotAccount& account) {
  jsonl::AccountDocument document;
  document.opened.set_account_id(account.opened.account_id());
  document.opened.set_owner_id(account.opened.owner_id());
  document.opened.set_asset(account.opened.asset());
  document.opened.set_type(account.opened.type());
  *document.opened.mutable_limits() = LimitsOf(account.opened);
  *document.opened.mutable_metadata() = account.opened.metadata();
  document.account = account.now;
  *document.account.mutable_limits() = LimitsOf(account.now);
  document.account.clear_version();
  document.account.clear_position();
  document.account.clear_open_time();
  document.account.clear_update_time();
  document.open_in_place = account.missed_before;
  document.origin.position = account.opened.position();
  document.origin.commit_time = account.opened.open_time();
  return document;
}

}  // namespace

JsonlWriter::JsonlWriter(const Snapshot& snapshot, std::ostream& out)
    : snapshot_(snapshot), out_(out) {}

std::vector<std::string> JsonlWriter::types() const {
  return {"transaction.posted",  "transaction.pending", "transaction.voided",
          "transaction.expired", "transaction.refused", "account.updated",
          "account.suspended",   "account.reactivated", "account.closed"};
}

void JsonlWriter::Begin() {
  for (const auto& asset : snapshot_.assets) {
    out_ << jsonl::ToLine(jsonl::AssetDocument{asset}) << '\n';
  }
  for (const auto& [id, account] : snapshot_.accounts) {
    out_ << jsonl::ToLine(DocumentOf(account)) << '\n';
  }
  documents_ = static_cast<std::int64_t>(snapshot_.assets.size() + snapshot_.accounts.size());
}

void JsonlWriter::Take(const v1::Event& event) {
  out_ << jsonl::ToLine(CommandOf(event, snapshot_)) << '\n';
  ++documents_;
}

void JsonlWriter::End() {
  jsonl::EndDocument end;
  end.documents = documents_;
  end.ledger_id = snapshot_.ledger_id;
  end.origin.position = snapshot_.position;
  end.origin.commit_time = snapshot_.time;
  out_ << jsonl::ToLine(end) << '\n';
}

}  // namespace florin::exporter
