#pragma once

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace florin::actors {

/// Has the log go where death tests look for the last words of a process.
inline void LogToStderr() { spdlog::set_default_logger(spdlog::stderr_logger_mt("death test")); }

}  // namespace florin::actors
