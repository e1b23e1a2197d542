// How jemalloc, which florind is linked with, asks the system for memory. MALLOC_CONF overrides it.

extern "C" {
// The library looks it up by this name (jemalloc(3), TUNING).
extern const char* malloc_conf;  // NOLINT(readability-identifier-naming)
/// Huge pages: commands, heads and RocksDB's memory are spread over hundreds of MiB, and finding
/// the page of each costs a fifth of the throughput otherwise (docs/performance.md).
const char* malloc_conf = "thp:always";  // NOLINT(readability-identifier-naming)
}
