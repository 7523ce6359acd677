#!/bin/sh
# One VWAP order through a whole day of a simulated or recorded market, in seconds; then its report and its replay.
#
#   examples/recorded_day.sh lobster:PATH/GOOG_2012-06-21_34200000_57600000_message_10.csv.xz GOOG buy 12000
#   examples/recorded_day.sh consolidated:PATH:IBM:2013-10-07 IBM sell 30000
#
# Everything it makes is in a folder of its own: the fifth argument, or recorded-day.
set -eu

market=$1
symbol=$2
side=$3
qty=$4
out=${5:-recorded-day}

# Settings of one's own: volume, pools and limits are worth a look for a recorded day (docs/real-data.md).
[ -d "$out/home" ] || sluice init "$out/home"

# The day waits for the first logon, and is over before one could type an order otherwise.
sluice run --config "$out/home" --state "$out/state" --market "$market" --speed max --hold --port 0 \
    >"$out/ready" 2>"$out/router.log" &
router=$!
trap 'kill -TERM $router; wait $router' EXIT
until grep -q '^ready' "$out/ready"; do
    kill -0 $router || { cat "$out/router.log" >&2; exit 1; }
    sleep 0.2
done
port=$(sed -n 's/.*EMS44=[^:]*:\([0-9]*\).*/\1/p' "$out/ready")

sluice send "$side" "$qty" "$symbol" --strategy VWAP --param Completion=Complete --port "$port" --store "$out/ems"

trap - EXIT
kill -TERM $router
wait $router
sluice tca "$out/state" --config "$out/home" --html "$out/report.html"
sluice replay "$out/state"
