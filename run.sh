#!/usr/bin/env bash
# Installs what is missing, builds, and starts a Florin server in this terminal.
#
#   ./run.sh                     on 127.0.0.1:50051, books in ./data
#   ./run.sh --demo              and loads a bank's real transactions into it
#   ./run.sh --listen 0.0.0.0:9  other arguments go on to florind (florind --help)
#
# Ctrl-C stops the server cleanly.
set -u
. "$(dirname "$0")/scripts/console.sh"

demo=
arguments=()
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    --demo) demo=yes ;;
    *) arguments+=("$argument") ;;
  esac
done

# option_of NAME: the value that the arguments give for --NAME, if any.
option_of() {
  local i
  for ((i = 0; i < ${#arguments[@]}; i++)); do
    case "${arguments[i]}" in
      "--$1") say "${arguments[i + 1]:-}" ;;
      "--$1="*) say "${arguments[i]#*=}" ;;
    esac
  done
}

# setting_of NAME: the value that the file given with --config has for NAME.
setting_of() {
  local config
  config=$(option_of config)
  [ -n "$config" ] && sed -nE "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*[\"'](.*)[\"'].*/\1/p" "$config" 2>/dev/null
}

listen=$(option_of listen)
data=$(option_of data-dir)
[ -n "$listen" ] || listen=$(setting_of listen)
[ -n "$data" ] || data=$(setting_of data_dir)
# A flag would win over the file, so defaults are given only where neither speaks.
if [ -z "$listen" ]; then
  listen=127.0.0.1:50051
  arguments+=(--listen "$listen")
fi
if [ -z "$data" ]; then
  data="$top/data"
  arguments+=(--data-dir "$data")
fi
# A server on all addresses is reached on this machine's own.
server=$(printf '%s' "$listen" | sed -E 's/^(0\.0\.0\.0|\[::\]|\*):/127.0.0.1:/')

"$top/scripts/deps" build || exit
build release florind florin || exit

florin="$top/build/release/florin"
export FLORIN_SERVER="$server"

# Whether somebody listens there, ready or not.
is_taken() {
  local host=${server%:*}
  host=${host#[}
  (exec 3<>"/dev/tcp/${host%]}/${server##*:}") 2>/dev/null
}

is_taken && fail "Something listens on $listen already. Stop it, or choose another address: ./run.sh --listen 127.0.0.1:50052"

load_demo() {
  say "Loading the example data (28,205 bank transactions; run again at any time, nothing is posted twice)."
  (cd "$top" && "$florin" import --profile examples/czech-bank/import.toml \
    examples/czech-bank/trans.asc.gz) &
  local import=$!
  while kill -0 "$import" 2>/dev/null; do
    kill -0 "$$" 2>/dev/null || kill "$import"
    sleep 0.2
  done
  wait "$import"
}

print_next() {
  local setting=
  [ "$server" = 127.0.0.1:50051 ] || setting="
  export FLORIN_SERVER=$server"
  cat <<EOF

Florin listens on $listen and keeps its books in $data
Try in another terminal:$setting
  build/release/florin status
  build/release/florin account list
  build/release/florin events tail
  build/release/florin --help
Ctrl-C stops the server.

EOF
}

# Runs beside the server: waits until it answers, then says so. Ends when the
# server ends, whose process id is this script's, see exec below.
greet() {
  until is_taken && "$florin" status >/dev/null 2>&1; do
    sleep 0.2
    kill -0 "$$" 2>/dev/null || return
  done
  if [ -n "$demo" ] && ! load_demo; then
    kill -0 "$$" 2>/dev/null || return
    say "The example data is not fully loaded; ./run.sh --demo goes on where it stopped."
  fi
  print_next
}

greet &
# The server takes this script's place, so signals and the exit code are its own.
exec "$top/build/release/florind" "${arguments[@]}"
