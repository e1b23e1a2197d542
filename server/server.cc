#include "server/server.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "actors/groups.h"
#include "actors/ledger.h"
#include "process/descriptor_limit.h"
#include "server/channel_limits.h"
#include "server/connections/acceptor.h"
#include "server/connections/connection_metrics.h"
#include "server/connections/descriptor_plan.h"
#include "server/connections/goodbye.h"
#include "server/connections/metrics_server.h"
#include "server/events/event_service.h"
#include "server/groups/feed.h"
#include "server/groups/group_service.h"
#include "server/ledger/ledger_service.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/health_service.h"
#include "server/rpc/metrics.h"
#include "server/rpc/reflection_service.h"
#include "server/rpc/service_host.h"
#include "server/rpc/unknown_methods.h"
#include "storage/store.h"

namespace florin::server {
namespace {

// A client's next call follows a refusal within this, unless the client waits.
constexpr std::chrono::milliseconds kQuiet{100};
// Clients that never pause are held no longer than this.
constexpr std::chrono::milliseconds kQuietLimit{1000};
// Clients that do not take their refusal are cut after this.
constexpr std::chrono::milliseconds kRefusalTimeout{250};
// What the goodbye is given to leave where no refusal is sent behind it.
constexpr std::chrono::milliseconds kGoodbyeTimeout{5};
// gRPC is given this to notice that its connections have ended.
constexpr std::chrono::milliseconds kCutTimeout{500};

storage::StoreOptions ToStoreOptions(const Config& config, const DescriptorPlan& descriptors) {
  storage::StoreOptions options;
  options.directory = config.data_dir;
  options.open_files = descriptors.storage_files;
  options.block_cache_bytes = static_cast<std::size_t>(config.cache_memory_mib) << 20;
  return options;
}

EventServiceOptions ToEventOptions(const Config& config) {
  EventServiceOptions options;
  options.hub.subscriptions_max = static_cast<std::size_t>(config.max_subscribers);
  options.hub.subscription.stall_timeout = std::chrono::seconds(config.subscriber_stall_seconds);
  return options;
}

StreamLimits ToStreamLimits(const Config& config) {
  StreamLimits limits;
  limits.streams_max = static_cast<std::size_t>(config.max_command_streams);
  limits.stall_timeout = std::chrono::seconds(config.subscriber_stall_seconds);
  return limits;
}

StreamLimits ToMemberLimits(const Config& config) {
  StreamLimits limits;
  limits.streams_max = static_cast<std::size_t>(config.max_group_members);
  // All may be replaced at once, by members that start again.
  limits.spare_max = limits.streams_max;
  limits.stall_timeout = std::chrono::seconds(config.subscriber_stall_seconds);
  return limits;
}

actors::GroupsOptions ToGroupsOptions(const Config& config) {
  actors::GroupsOptions options;
  options.groups_max = static_cast<std::size_t>(config.max_groups);
  options.members_max = static_cast<std::int32_t>(config.max_group_members);
  options.stall_timeout_ns = config.subscriber_stall_seconds * 1'000'000'000;
  return options;
}

std::int64_t ClockJumpOf(const Config& config) {
  return config.max_clock_jump_seconds * 1'000'000'000;
}

std::vector<std::string> ServiceNames() {
  return {"florin.v1.AdminService", "florin.v1.EventService",
          "florin.v1.GroupService", "florin.v1.LedgerService",
          "grpc.health.v1.Health",  "grpc.reflection.v1alpha.ServerReflection"};
}

class FlorinServer final : public Server {
 public:
  explicit FlorinServer(const Config& config) : config_(config), metrics_(FLORIN_VERSION) {}
  ~FlorinServer() override { FlorinServer::Stop(); }

  std::string Open();

  const std::string& address() const override { return address_; }
  const std::string& metrics_address() const override { return metrics_address_; }
  void Stop() override;

 private:
  actors::LedgerOptions LedgerOptionsOf();
  std::string PlanDescriptors();
  std::string StartGroups();
  std::string Listen();
  std::string ListenForMetrics();
  void StopCalls();

  const Config config_;
  Metrics metrics_;
  DescriptorPlan descriptors_;
  std::string address_;
  std::string metrics_address_;
  // In order of dependence: each outlives those below it.
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<actors::Ledger> ledger_;
  std::unique_ptr<ServiceHost> host_;
  std::unique_ptr<LedgerService> ledger_service_;
  std::unique_ptr<EventService> event_service_;
  std::unique_ptr<TailGroupFeed> group_feed_;
  std::unique_ptr<actors::Groups> groups_;
  std::unique_ptr<GroupService> group_service_;
  std::unique_ptr<AdminService> admin_service_;
  std::unique_ptr<HealthService> health_service_;
  std::unique_ptr<ReflectionService> reflection_service_;
  std::unique_ptr<UnknownMethods> unknown_methods_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

actors::LedgerOptions FlorinServer::LedgerOptionsOf() {
  actors::LedgerOptions options;
  options.max_active_accounts = static_cast<std::size_t>(config_.max_active_accounts);
  options.max_in_flight = static_cast<std::size_t>(config_.max_in_flight);
  options.reader_threads = static_cast<std::size_t>(config_.reader_threads);
  options.worker_threads = static_cast<std::size_t>(config_.worker_threads);
  options.max_clock_jump_ns = ClockJumpOf(config_);
  options.observer.on_commit = [this](std::size_t commands, std::size_t bytes,
                                      double sync_seconds) {
    metrics_.OnCommit(commands, bytes, sync_seconds);
  };
  return options;
}

std::string FlorinServer::PlanDescriptors() {
  descriptors_ = server::PlanDescriptors(process::RaiseDescriptorLimit(),
                                         static_cast<std::size_t>(config_.max_connections));
  if (!descriptors_.warning.empty()) spdlog::warn("{}", descriptors_.warning);
  return descriptors_.refusal;
}

std::string FlorinServer::Open() {
  if (std::string wrong = PlanDescriptors(); !wrong.empty()) return wrong;
  auto store = storage::Store::Open(ToStoreOptions(config_, descriptors_));
  if (!store.ok()) return store.refusal().message;
  store_ = std::move(*store);
  const std::int64_t wall = actors::MachineClocks::Real().wall();
  const std::int64_t last_commit_time = store_->reader().VisibleHead().time;
  std::string clock = actors::CheckClockAtStart(wall, last_commit_time, ClockJumpOf(config_));
  if (!clock.empty()) return clock;
  clock = actors::WarnOfJumpAtStart(wall, last_commit_time, ClockJumpOf(config_));
  if (!clock.empty()) spdlog::warn("{}", clock);
  ledger_ = actors::Ledger::Start(store_.get(), LedgerOptionsOf());
  host_ = std::make_unique<ServiceHost>(ledger_.get(), &metrics_, ToStreamLimits(config_));
  ledger_service_ = std::make_unique<LedgerService>(host_.get());
  event_service_ = std::make_unique<EventService>(host_.get(), ToEventOptions(config_));
  admin_service_ = std::make_unique<AdminService>(host_.get());
  health_service_ = std::make_unique<HealthService>(host_.get());
  reflection_service_ = std::make_unique<ReflectionService>(host_.get(), ServiceNames());
  unknown_methods_ = std::make_unique<UnknownMethods>(host_.get());
  std::string wrong = StartGroups();
  if (wrong.empty()) wrong = Listen();
  if (wrong.empty()) wrong = ListenForMetrics();
  return wrong;
}

std::string FlorinServer::StartGroups() {
  group_feed_ = std::make_unique<TailGroupFeed>(&event_service_->tail(), &ledger_->reader());
  auto groups = actors::Groups::Start(ledger_.get(), &store_->groups(), group_feed_.get(),
                                      ToGroupsOptions(config_));
  if (!groups.ok()) return groups.refusal().message;
  groups_ = std::move(*groups);
  group_service_ =
      std::make_unique<GroupService>(host_.get(), groups_.get(), ToMemberLimits(config_));
  return "";
}

std::string FlorinServer::Listen() {
  std::string wrong;
  auto listener = Listener::Open(config_.listen, &wrong);
  if (listener == nullptr) return wrong;
  // The name was looked up again, and may stand for others than when the settings were checked.
  if (!config_.allow_insecure && !listener->IsLoopback()) return InsecureAddress(config_.listen);
  grpc::ServerBuilder builder;
  // gRPC's own listening would stop for good when accept() fails once.
  const std::shared_ptr<grpc::experimental::ExternalConnectionAcceptor> connections =
      builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
          grpc::InsecureServerCredentials());
  SetLimits(config_, &builder);
  builder.RegisterService(ledger_service_.get());
  builder.RegisterService(event_service_.get());
  builder.RegisterService(group_service_.get());
  builder.RegisterService(admin_service_.get());
  builder.RegisterService(health_service_.get());
  builder.RegisterService(reflection_service_.get());
  builder.RegisterCallbackGenericService(unknown_methods_.get());
  grpc_server_ = builder.BuildAndStart();
  if (grpc_server_ == nullptr) return "gRPC did not start; the log says why";
  acceptor_ = std::make_unique<ConnectionAcceptor>(
      std::move(listener), descriptors_.connections, [connections](int descriptor) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
        connection.fd = descriptor;
        connections->HandleNewConnection(&connection);
      });
  address_ = acceptor_->address();
  return acceptor_->Start();
}

std::string FlorinServer::ListenForMetrics() {
  if (config_.metrics_listen.empty()) return "";
  std::string wrong;
  auto listener = Listener::Open(config_.metrics_listen, &wrong);
  if (listener == nullptr) return wrong;
  MetricsServer::Sources sources = {metrics_.registry(),
                                    std::make_shared<LedgerCollector>(ledger_.get()),
                                    event_service_->collector(), group_service_->collector(),
                                    std::make_shared<ConnectionCollector>(acceptor_.get())};
  metrics_server_ = MetricsServer::Start(std::move(listener), std::move(sources), &wrong);
  if (metrics_server_ == nullptr) return wrong;
  metrics_address_ = metrics_server_->address();
  return "";
}

// Refusals are held before the goodbye and released behind it: held_calls.h says why.
//
// From the goodbye on, gRPC ends what reaches it with CANCELLED: a new call, and one whose request
// was still on its way. So the connections are cut as soon as the refusals are out, and before the
// goodbye where calls never stop coming: what such clients see is UNAVAILABLE.
void FlorinServer::StopCalls() {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  const auto end = Clock::now() + std::chrono::seconds(config_.shutdown_timeout_seconds);
  health_service_->StopServing();
  host_->StartDraining();
  if (!host_->WaitUntilIdle(std::chrono::seconds(config_.shutdown_timeout_seconds))) {
    spdlog::warn("calls were still open after {} s and are cut off",
                 config_.shutdown_timeout_seconds);
  }
  HeldCalls& held = host_->held();
  held.Begin();
  const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
  const bool quiet = held.WaitUntilQuiet(kQuiet, std::clamp(left, kQuiet, kQuietLimit));
  if (acceptor_ != nullptr) acceptor_->Stop();
  std::optional<Goodbye> goodbye;
  if (quiet) goodbye.emplace(grpc_server_.get());
  held.Release();
  held.WaitUntilEnded(kRefusalTimeout);
  if (goodbye) goodbye->AwaitEnd(kGoodbyeTimeout);
  if (acceptor_ != nullptr) acceptor_->CutConnections();
  grpc_server_->Shutdown(std::chrono::system_clock::now() + kCutTimeout);
  grpc_server_->Wait();
}

void FlorinServer::Stop() {
  metrics_server_.reset();
  if (grpc_server_ != nullptr) {
    StopCalls();
    grpc_server_.reset();
  }
  if (groups_ != nullptr) groups_->Stop();
  if (ledger_ != nullptr) ledger_->Stop();
  unknown_methods_.reset();
  reflection_service_.reset();
  health_service_.reset();
  admin_service_.reset();
  group_service_.reset();
  groups_.reset();
  group_feed_.reset();
  event_service_.reset();
  ledger_service_.reset();
  host_.reset();
  ledger_.reset();
  store_.reset();
}

}  // namespace

std::unique_ptr<Server> Server::Start(const Config& config, std::string* error) {
  auto server = std::make_unique<FlorinServer>(config);
  *error = server->Open();
  if (!error->empty()) return nullptr;
  return server;
}

}  // namespace florin::server
