# shellcheck shell=bash
# Sourced by the other scripts: how they talk to the person in front of them.
#
# Every long step goes through `step`, which keeps its whole output in a log
# under build/logs/ and shows one moving line (a line every ten seconds where
# the output is not a terminal).

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs="$top/build/logs"

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The last "[done/total]" that ninja or apt's log shows, if there is one.
progress_of() { grep -aoE '^\[[0-9]+/[0-9]+\]' "$1" 2>/dev/null | tail -n 1; }

# Shows how the step `$1` with log `$2` is getting on, until killed or until
# process `$3` is gone.
show_progress() {
  local label=$1 log=$2 owner=$3 begin=$SECONDS
  local pause=10
  [ -t 1 ] && pause=1
  while sleep "$pause" && kill -0 "$owner" 2>/dev/null; do
    if [ -t 1 ]; then
      printf '\r\033[K%s ... %ds %s' "$label" $((SECONDS - begin)) "$(progress_of "$log")"
    else
      printf '%s ... %ds %s\n' "$label" $((SECONDS - begin)) "$(progress_of "$log")"
    fi
  done
}

# step LABEL LOGNAME COMMAND...: runs the command quietly. Its output goes to
# build/logs/LOGNAME.log; when it fails, the end of that is shown and the
# command's exit code returned.
step() {
  local label=$1 log="$logs/$2.log" code=0 begin=$SECONDS ticker
  shift 2
  mkdir -p "$logs"
  : >"$log"
  show_progress "$label" "$log" "$$" &
  ticker=$!
  # The command stays in the foreground so that Ctrl-C reaches it.
  "$@" >"$log" 2>&1 </dev/null || code=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ -t 1 ]; then printf '\r\033[K'; fi
  if [ "$code" -ne 0 ]; then
    printf '%s failed (exit code %d). The end of %s:\n' "$label" "$code" "${log#"$top"/}" >&2
    tail -n 40 "$log" >&2
    return "$code"
  fi
  # Steps that found nothing to do are not worth a line.
  [ $((SECONDS - begin)) -lt 3 ] || say "$label: done in $((SECONDS - begin))s"
}

# How many compilers to run at once: one per core, and no more than memory
# allows (a file that includes gRPC takes up to 1.5 GB).
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
  [ "${memory:-1}" -ge 1 ] || memory=1
  echo $((memory < cores ? memory : cores))
}

# build PRESET TARGET...: configures and builds.
build() {
  local preset=$1
  shift
  cd "$top" || return 1
  step "Configuring ($preset)" "$preset-configure" cmake --preset "$preset" || return
  NINJA_STATUS='[%f/%t] ' step "Building ($preset)" "$preset-build" \
    ninja -C "build/$preset" -j "$(build_jobs)" "$@"
}
