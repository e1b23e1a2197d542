// Tells account holders of money that came or went: a member of a consumer group
// that turns events into lines. Start as many as you like; they share the work,
// and the lines of one account stay in order.
//
//     notifications 127.0.0.1:50051 notifications
#include <clients/cpp/client.h>
#include <clients/cpp/group_consumer.h>
#include <process/standard_streams.h>
#include <text/visible.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

namespace v1 = florin::v1;
using florin::client::Client;
using florin::client::ClientError;
using florin::client::GroupConsumer;
using florin::client::GroupConsumerOptions;
using florin::client::Handled;

int Fail(const char* doing, const ClientError& error) {
  std::cerr << doing << ": " << error.ToString() << '\n';
  return EXIT_FAILURE;
}

// Again with the same settings it is no error, so every member may do it.
florin::client::Result<v1::CreateGroupResponse> MakeGroup(Client& client, const std::string& id) {
  v1::CreateGroupRequest request;
  request.set_group_id(id);
  request.set_beginning(true);
  auto* settings = request.mutable_settings();
  settings->mutable_filter()->add_type_patterns("account.funds.deposited");
  settings->mutable_filter()->add_type_patterns("account.funds.withdrawn");
  settings->set_max_attempts(5);
  return client.CreateGroup(request);
}

// The event's id goes along: an event may come twice, and whoever gets the line
// can tell. What is stored may hold anything, also what a terminal would obey.
std::string Line(const v1::Event& event) {
  using florin::text::Visible;
  const auto& moved = event.funds_moved();
  const bool came = event.type() == "account.funds.deposited";
  return Visible(event.event_id()) + "\t" + Visible(event.stream()) + "\t" + (came ? "+" : "-") +
         Visible(moved.amount()) + "\tbalance " + Visible(moved.balance_after()) + '\n';
}

// Sends by writing to standard output. What cannot be sent is thrown, and so comes
// again.
class Sender {
 public:
  Handled Send(const v1::DeliveredEvent& delivery) {
    if (!delivery.event().has_funds_moved()) {
      return Handled::Park("no amount in it");
    }
    const std::string line = Line(delivery.event());
    const std::scoped_lock lock(mutex_);
    std::cout << line << std::flush;
    if (!std::cout) {
      throw std::runtime_error("standard output is closed");
    }
    return Handled::Done();
  }

 private:
  std::mutex mutex_;
};

// Until Ctrl-C or SIGTERM, or until the consumer has ended by itself.
void WaitForTheEnd(GroupConsumer& consumer, const sigset_t& signals) {
  const timespec soon{.tv_sec = 0, .tv_nsec = 200'000'000};
  while (sigtimedwait(&signals, nullptr, &soon) < 0 &&
         !consumer.WaitFor(std::chrono::milliseconds(0))) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  florin::process::OpenStandardStreams();
  if (argc != 3) {
    std::cerr << "usage: notifications HOST:PORT GROUP\n";
    return EXIT_FAILURE;
  }
  // Blocked in all threads, which inherit it, and waited for in this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto client = Client::Connect(argv[1]);
  if (const auto made = MakeGroup(*client, argv[2]); !made.ok()) {
    return Fail("making the group", made.error());
  }
  GroupConsumerOptions options;
  options.group_id = argv[2];
  options.member_name = "notifications-" + std::to_string(getpid());
  options.on_disconnect = [](const ClientError& error, auto delay) {
    std::cerr << error.ToString() << (delay ? "; trying again\n" : "; giving up\n");
  };
  Sender sender;
  GroupConsumer consumer(*client, options,
                         [&](const v1::DeliveredEvent& delivery) { return sender.Send(delivery); });
  WaitForTheEnd(consumer, signals);
  const auto left = consumer.Stop();
  std::cerr << consumer.stats().acknowledged << " sent\n";
  return left.ok() ? EXIT_SUCCESS : Fail("leaving", left.error());
}
