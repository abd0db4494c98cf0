#!/bin/sh
# Keeps a server's log files from taking more than so many bytes together, by deleting the oldest: PostgreSQL
# itself bounds neither a file nor their number. Files older than a day go, too.
#
#   bound-logs.sh FOLDER BYTES               once (a container's health check does it every five seconds)
#   bound-logs.sh FOLDER BYTES DATA CLAIM    every five seconds while the server of that data folder runs, and until
#                                            another run of this script writes its number into the file CLAIM
folder=$1
most=$2

bound() (
  cd "$folder" 2>/dev/null || exit 0
  find . -name 'ppp-*.*' -type f -mmin +1500 -exec rm -f {} +
  # Newest first. The newest is written to, always at its end: it can be emptied.
  # shellcheck disable=SC2012 # the names are made by log_filename
  ls -nt ppp-*.json ppp-*.log 2>/dev/null |
    awk -v most="$most" '{ sum += $5 } sum > most { print (NR == 1 ? "empty" : "remove"), $NF }' |
    while read -r what file; do
      if [ "$what" = empty ]; then : > "$file"; else rm -f "$file"; fi
    done
)

if [ $# -eq 2 ]; then
  bound
  exit 0
fi

data=$3
claim=$4
echo $$ > "$claim" || exit 1
while
  server=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) &&
    kill -0 "$server" 2>/dev/null &&
    [ "$(cat "$claim" 2>/dev/null)" = $$ ]
do
  bound
  sleep 5
done
