// Goal: order within a stream is never broken, at most one event of a stream is in flight, nothing
// is lost, nothing that is durably done comes again, and in the end everything is done. Method:
// seeded random lives of one group: acknowledgements of every kind, members that come and go, time
// that passes, restarts that lose what was not synced, replays, discards, resets. A plain model
// says what each delivery may be. FLORIN_TEST_SEED runs one seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <limits>

#include "tests/actors/groups/group_model.h"
#include "tests/actors/groups/group_settings.h"
#include "tests/actors/groups/group_world.h"
#include "tests/support/random_source.h"

namespace florin::actors {
namespace {

using domain::GroupOrder;
using domain::GroupSettings;
using test_support::RandomSource;
using Fate = GroupModel::Fate;

constexpr int kSteps = 2'000;

class Life {
 public:
  explicit Life(std::uint64_t seed)
      : random_(seed),
        settings_(RandomSettings(&random_)),
        world_(settings_, RandomLimits(&random_)) {
    base_ = world_.now();
    Compile();
    world_.Sync();
    durable_ = model_;
    durable_base_ = base_;
    durable_settings_ = settings_;
  }

  void Run() {
    for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step) Step();
    if (!::testing::Test::HasFailure()) Drain();
  }

 private:
  /// A delivery that a member has not answered.
  struct Live {
    std::uint64_t member = 0;
    Delivery delivery;
    std::int64_t deadline = 0;
  };

  void Step() {
    world_.core().SetCrowded(random_.Percent(20));
    switch (random_.Weighted({20, 5, 3, 30, 8, 3, 4, 3, 8, 8, 2, 3, 2, 0.3, 0.5})) {
      case 0:
        return Append();
      case 1:
        return Join();
      case 2:
        return Leave();
      case 3:
        return Acknowledge(Answer::kAck);
      case 4:
        return Acknowledge(Answer::kRetry);
      case 5:
        return Acknowledge(Answer::kPark);
      case 6:
        return Acknowledge(Answer::kSkip);
      case 7:
        return Acknowledge(Answer::kExtend);
      case 8:
        return Pass(random_.Between(0, 3 * kSecond));
      case 9:
        return Sync();
      case 10:
        return Restart();
      case 11:
        return Release(random_.Percent(50));
      case 12:
        return Acknowledge(Answer::kStale);
      case 13:
        return Reset();
      default:
        return Update();
    }
  }

  enum class Answer : std::uint8_t { kAck, kRetry, kPark, kSkip, kExtend, kStale };

  void Append() {
    const std::string stream = "s" + std::to_string(random_.Below(6));
    const std::string type = random_.Percent(70) ? "a.b" : "c.d";
    const std::int64_t position = world_.log.Append(stream, type, world_.now());
    model_.events[position] = {stream, type, Fate::kOpen, 0};
    durable_.events[position] = {stream, type, Fate::kOpen, 0};
    Settle();
  }

  void Join() {
    const std::string name = "m" + std::to_string(random_.Below(5));
    const bool there = names_.contains(name);
    if (there) FailAll(names_[name]);
    const auto member = world_.Join(name, static_cast<std::int32_t>(random_.Between(0, 8)), true);
    names_[name] = member;
    Settle();
  }

  void Leave() {
    if (names_.empty()) return;
    auto name = names_.begin();
    std::advance(name, random_.Below(names_.size()));
    FailAll(name->second);
    const std::uint64_t member = name->second;
    names_.erase(name);
    world_.Leave(member);
    Settle();
  }

  void FailAll(std::uint64_t member) {
    std::erase_if(live_, [this, member](const auto& entry) {
      if (entry.second.member != member) return false;
      model_.Fail(entry.first, settings_);
      return true;
    });
  }

  void Acknowledge(Answer answer) {
    if (answer == Answer::kStale) {
      if (answered_.empty() || names_.empty()) return;
      const std::uint64_t member = names_.begin()->second;
      world_.core().Acknowledge(member, {{random_.Pick(answered_)}, {}, {}}, world_.now());
      world_.Run();
      EXPECT_EQ(world_.GotRefusals(member).size(), 1U);
      return Settle();
    }
    if (live_.empty()) return;
    auto found = live_.begin();
    std::advance(found, random_.Below(live_.size()));
    const std::int64_t position = found->first;
    Live live = found->second;
    if (answer == Answer::kExtend) {
      found->second.deadline = world_.now() + settings_.ack_timeout_ns;
      world_.Extend(live.member, live.delivery);
      return Settle();
    }
    live_.erase(found);
    answered_.push_back(live.delivery.delivery_id);
    switch (answer) {
      case Answer::kAck:
        model_.events.at(position).fate = Fate::kDone;
        world_.Ack(live.member, live.delivery);
        break;
      case Answer::kSkip:
        model_.events.at(position).fate = Fate::kDone;
        world_.Nack(live.member, live.delivery, NackAction::kSkip);
        break;
      case Answer::kRetry:
        model_.Fail(position, settings_);
        world_.Nack(live.member, live.delivery, NackAction::kRetry);
        break;
      default:
        ++model_.events.at(position).attempts;
        model_.Park(position, settings_);
        world_.Nack(live.member, live.delivery, NackAction::kPark);
    }
    Settle();
  }

  void Pass(std::int64_t ns) {
    const std::int64_t now = world_.now() + ns;
    if (settings_.event_ttl_ns) {
      // Expiry comes before the timeout of an attempt.
      std::erase_if(live_, [this, now](const auto& entry) { return Expiry(entry.first) <= now; });
    }
    std::erase_if(live_, [this, now](const auto& entry) {
      if (entry.second.deadline > now) return false;
      model_.Fail(entry.first, settings_);
      return true;
    });
    world_.Pass(ns);
    Settle();
  }

  void Sync() {
    world_.Sync();
    Settle();
    // The sync's own steps did nothing but deliver.
    durable_ = model_;
    durable_since_ = since_;
    durable_base_ = base_;
    durable_settings_ = settings_;
  }

  void Restart() {
    model_ = durable_;
    since_ = durable_since_;
    base_ = durable_base_;
    settings_ = durable_settings_;
    Compile();
    passed_ = (*world_.store.LoadOne("g"))->state.cursor;
    live_.clear();
    names_.clear();
    answered_.clear();
    world_.refusals.clear();
    world_.Restart();
    Settle();
  }

  void Release(bool discard) {
    const std::set<std::int64_t> parked = model_.Parked();
    if (parked.empty()) return;
    ParkedSelection selection;
    selection.all = random_.Percent(20);
    std::int64_t count = 0;
    for (const std::int64_t position : parked) {
      if (!selection.all && !random_.Percent(40)) continue;
      selection.positions.push_back(position);
      model_.Release(position, discard);
      since_[position] = world_.now();
      ++count;
    }
    EXPECT_EQ(discard ? world_.core().Discard(selection, "", "op", world_.now())
                      : world_.core().Replay(selection, "", "op", world_.now()),
              count);
    world_.Run();
    Settle();
  }

  void Reset() {
    const std::int64_t after = random_.Between(0, world_.log.Head());
    const bool parked = !model_.Parked().empty();
    const bool discard = random_.Percent(70);
    const domain::Status reset = world_.core().Reset(after, "", discard, "op", world_.now());
    EXPECT_EQ(reset.ok(), !parked || discard);
    if (!reset.ok()) return;
    live_.clear();
    model_.Reset(after);
    since_.clear();
    base_ = world_.now();
    passed_ = after;
    world_.Run();
    Settle();
  }

  void Update() {
    const GroupSettings before = settings_;
    const GroupSettings other = RandomSettings(&random_);
    if (random_.Percent(50)) settings_.filter = other.filter;
    if (random_.Percent(30)) settings_.order = other.order;
    if (random_.Percent(50)) {
      settings_.max_attempts = other.max_attempts;
      settings_.ack_timeout_ns = other.ack_timeout_ns;
      settings_.max_in_flight = other.max_in_flight;
      settings_.max_parked_and_waiting = other.max_parked_and_waiting;
    }
    Compile();
    if (settings_.filter.type_patterns != before.filter.type_patterns ||
        settings_.order != before.order)
      live_.clear();
    if (settings_.order == GroupOrder::kNone) model_.LiftOrder();
    for (auto& [position, live] : live_) live.deadline = world_.now() + settings_.ack_timeout_ns;
    world_.core().Update(settings_, "op", world_.now());
    world_.Run();
    Settle();
  }
  void Compile() { filter_ = *domain::EventFilter::Compile(settings_.filter); }

  [[nodiscard]] std::int64_t Expiry(std::int64_t position) {
    if (!settings_.event_ttl_ns) return std::numeric_limits<std::int64_t>::max();
    const std::int64_t commit = *world_.log.CommitTime(position);
    const auto since = since_.find(position);
    return std::max({commit, base_, since == since_.end() ? 0 : since->second}) +
           *settings_.event_ttl_ns;
  }

  /// Takes what came in, and checks it all against the model.
  void Settle() {
    TakeExpired();
    const std::int64_t cursor = world_.core().cursor();
    model_.Pass(passed_, cursor, filter_);
    passed_ = cursor;
    for (const auto& [name, member] : names_) {
      ASSERT_EQ(world_.ended.count(member), 0U);
      for (Delivery& delivery : world_.Got(member)) Take(member, std::move(delivery));
      ASSERT_TRUE(world_.GotRefusals(member).empty());
    }
    std::set<std::int64_t> parked;
    for (const ParkedEventView& view : world_.core().ListParked(0, 1'000'000))
      parked.insert(view.position);
    ASSERT_EQ(parked, model_.Parked());
    ASSERT_EQ(world_.core().Counts().in_flight, static_cast<std::int64_t>(live_.size()));
  }

  /// Those that the group says are expired must be due.
  void TakeExpired() {
    for (const ParkedEventView& view : world_.core().ListParked(0, 1'000'000)) {
      if (!view.member_name.empty() || model_.IsParked(view.position)) continue;
      ASSERT_LE(Expiry(view.position), world_.now());
      GroupModel::Event& event = model_.events.at(view.position);
      ASSERT_TRUE(event.fate == Fate::kOpen || event.fate == Fate::kPassed);
      event.fate = Fate::kParked;
      live_.erase(view.position);
    }
  }

  void Take(std::uint64_t member, Delivery delivery) {
    const std::int64_t position = delivery.position;
    ASSERT_TRUE(model_.events.contains(position));
    const GroupModel::Event& event = model_.events.at(position);
    ASSERT_TRUE(event.fate == Fate::kOpen || event.fate == Fate::kPassed)
        << "position " << position << " is done or parked";
    ASSERT_FALSE(live_.contains(position)) << "position " << position << " is in flight";
    ASSERT_EQ(delivery.attempt, event.attempts + 1) << "position " << position;
    ASSERT_EQ(delivery.event_bytes, ScriptedLog::BytesOf(event.stream, position));
    if (settings_.order == GroupOrder::kStream) {
      ASSERT_EQ(model_.Before(position, filter_), 0) << "before position " << position;
      for (const auto& [other, live] : live_)
        ASSERT_NE(model_.events.at(other).stream, event.stream) << other << " and " << position;
    }
    live_[position] = {member, std::move(delivery), world_.now() + settings_.ack_timeout_ns};
  }

  /// The end: everything is acknowledged, what is parked is replayed.
  void Drain() {
    Sync();
    Restart();
    names_["last"] = world_.Join("last", 0, true);
    Settle();
    for (int round = 0; round < 20'000 && !::testing::Test::HasFailure(); ++round) {
      while (!live_.empty() && !::testing::Test::HasFailure()) Acknowledge(Answer::kAck);
      if (!model_.Parked().empty()) {
        ParkedSelection all{true, {}};
        for (const std::int64_t position : model_.Parked()) {
          model_.Release(position, false);
          since_[position] = world_.now();
        }
        world_.core().Replay(all, "", "op", world_.now());
        world_.Run();
        Settle();
        continue;
      }
      if (world_.core().View(false).position == world_.log.Head() && live_.empty() &&
          world_.core().View(false).waiting_count == 0 && !Open())
        break;
      Pass(kSecond / 10);
    }
    const GroupView view = world_.core().View(false);
    EXPECT_EQ(view.position, world_.log.Head());
    EXPECT_EQ(view.parked_count, 0);
    EXPECT_EQ(view.waiting_count, 0);
    EXPECT_FALSE(Open());
  }

  [[nodiscard]] bool Open() const {
    return std::any_of(model_.events.begin(), model_.events.end(), [](const auto& entry) {
      return entry.second.fate != Fate::kDone && entry.second.fate != Fate::kPassed;
    });
  }

  RandomSource random_;
  GroupSettings settings_;
  domain::EventFilter filter_;
  GroupWorld world_;
  GroupModel model_;
  GroupModel durable_;
  /// When a replayed event's time to live began.
  std::map<std::int64_t, std::int64_t> since_;
  std::map<std::int64_t, std::int64_t> durable_since_;
  std::int64_t base_ = 0;
  std::int64_t durable_base_ = 0;
  GroupSettings durable_settings_;
  /// The cursor as it was last seen.
  std::int64_t passed_ = 0;
  std::map<std::string, std::uint64_t> names_;
  std::map<std::int64_t, Live> live_;
  std::vector<std::string> answered_;
};

TEST(GroupRandomTest, KeepsOrderLosesNothingAndEnds) {
  const auto seeds = test_support::NumberFromEnvironment("FLORIN_TEST_SEEDS", 200);
  const auto first = test_support::SeedFromEnvironment();
  for (std::int64_t i = 0; i < seeds && !HasFailure(); ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("FLORIN_TEST_SEED=" + std::to_string(seed));
    Life(seed).Run();
  }
  std::cout << "seeds from " << first << " on: " << seeds << "\n";
}

}  // namespace
}  // namespace florin::actors
