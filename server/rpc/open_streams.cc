#include "server/rpc/open_streams.h"

#include <utility>

namespace florin::server {

void OpenStreams::Add(const std::shared_ptr<OpenStream>& stream) {
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    tell = shut_down_;
    if (!tell) streams_.emplace_back(stream.get(), stream);
  }
  if (tell) stream->OnShutdown();
}

void OpenStreams::Remove(const OpenStream* stream) {
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [stream](const auto& entry) { return entry.first == stream; });
}

void OpenStreams::ShutDown() {
  std::vector<std::pair<const OpenStream*, std::weak_ptr<OpenStream>>> streams;
  {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    streams.swap(streams_);
  }
  // Outside the lock: a stream may end, and remove itself, within the call.
  for (const auto& [key, weak] : streams) {
    if (const auto stream = weak.lock()) stream->OnShutdown();
  }
}

}  // namespace florin::server
