#pragma once

#include <iosfwd>
#include <string>

#include "apps/cli/table.h"
#include "florin/v1/group_service.pb.h"

namespace florin::cli {

/// All of a group, for people: what it is asked to do, how far it is, who holds
/// what. `now` is what the lag in seconds is counted to.
void PrintGroup(const Printer& out, const v1::Group& group, const google::protobuf::Timestamp& now);

/// The columns of `group list`.
[[nodiscard]] Table GroupTable();
void AddGroupRow(const v1::Group& group, const google::protobuf::Timestamp& now, Table* table);

/// The columns of `group parked`.
[[nodiscard]] Table ParkedTable();
void AddParkedRow(const v1::ParkedEvent& parked, Table* table);

/// The columns of `group log`.
[[nodiscard]] Table ActionTable();
void AddActionRow(const v1::GroupAction& action, Table* table);

}  // namespace florin::cli
