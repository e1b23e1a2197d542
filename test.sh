#!/usr/bin/env bash
# Installs what is missing, builds, runs every test. Arguments go on to ctest:
#
#   ./test.sh                    everything
#   ./test.sh -L unit            one label: unit, integration, crash
#   ./test.sh -R amount -V       by name, with output
set -u
. "$(dirname "$0")/scripts/console.sh"

case "${1:-}" in
  -h | --help)
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac

"$top/scripts/deps" test || exit
"$top/scripts/tools" || exit
build release all || exit
say "Running the tests"
cd "$top" && exec ctest --test-dir build/release --output-on-failure \
  --no-tests=error --parallel "$(nproc)" "$@"
