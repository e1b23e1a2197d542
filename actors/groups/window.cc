#include "actors/groups/window.h"

#include <utility>

namespace florin::actors {

GroupWindow::GroupWindow(const storage::GroupImage& image, const GroupLimits& limits)
    : memory_(limits), failures_(image.attempts) {
  finished_.Load(image.finished);
}

GroupStream* GroupWindow::StreamOf(const std::string& name) {
  std::unique_ptr<GroupStream>& stream = streams_[name];
  if (stream == nullptr) {
    stream = std::make_unique<GroupStream>();
    stream->name = name;
  }
  return stream.get();
}

const GroupStream* GroupWindow::FindStream(const std::string& name) const {
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second.get();
}

GroupEntry* GroupWindow::NewEntry(std::int64_t position, GroupStream* stream,
                                  std::int64_t commit_time) {
  GroupEntry* entry = nullptr;
  if (free_.empty()) {
    entries_.push_back(std::make_unique<GroupEntry>());
    entry = entries_.back().get();
  } else {
    entry = free_.back();
    free_.pop_back();
  }
  entry->position = position;
  entry->stream = stream;
  entry->commit_time = commit_time;
  entry->since = commit_time;
  entry->attempts = failures_.AttemptsOf(position);
  return entry;
}

/// Its place is nearly always the last.
void GroupWindow::Enqueue(GroupEntry* entry) {
  StreamChain& queue = entry->stream->queue;
  GroupEntry* previous = queue.back();
  while (previous != nullptr && previous->position > entry->position)
    previous = StreamChain::Previous(previous);
  queue.InsertBefore(previous == nullptr ? queue.front() : StreamChain::Next(previous), entry);
}

void GroupWindow::Delete(GroupEntry* entry) {
  *entry = GroupEntry();
  free_.push_back(entry);
}

void GroupWindow::PushBack(GroupEntry* entry) {
  window_.PushBack(entry);
  ++count_;
}

void GroupWindow::Remove(GroupEntry* entry) {
  window_.Remove(entry);
  --count_;
}

GroupWindow::Streams GroupWindow::Restart(std::int64_t cursor) {
  for (GroupEntry* entry = window_.front(); entry != nullptr;) {
    GroupEntry* next = WindowChain::Next(entry);
    Delete(entry);
    entry = next;
  }
  window_.Clear();
  count_ = 0;
  memory_.Clear();
  read_through_ = cursor;
  return std::exchange(streams_, {});
}

void GroupWindow::TakeChange(storage::GroupChange* change) {
  failures_.TakeChange(change);
  finished_.DropThrough(Cursor());
  finished_.TakeChange(change);
}

}  // namespace florin::actors
