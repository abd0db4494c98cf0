# shellcheck shell=sh
# What the scripts beside this have in common: a topology of $tenants tenants with $tables tables
# each, over three shards, on embedded servers in a temporary folder, and how time and CPU are taken.
# Read by them with `.`. What is measured starts from new servers, copied
# from one start: a file system may take minutes to forget the files of dropped databases, and new
# ones are slower to make meanwhile (ext4, "recently deleted inodes"). The servers' CPU is that of
# their sessions, where /proc tells it; where others work on the same machine, it varies less than
# the time.

set -eu

tenants=${TENANTS:-200}
tables=${TABLES:-10}
servers='veneer shard1 shard2 shard3'

unset CDPATH
bench=$(cd -P -- "$(dirname -- "$0")" && pwd)
ppp=$bench/../bin/ppp
if ! command -v psql >/dev/null; then
  echo 'error: the comparison needs psql, which is not on the PATH' >&2
  echo "hint: Install PostgreSQL's client programs." >&2
  exit 3
fi

work=$(mktemp -d)
cd "$work"
clean_up() {
  cd "$work"
  if [ -d .ppp ]; then "$ppp" stop --delete-data --yes >/dev/null 2>&1 || :; fi
  if [ -n "${data:-}" ]; then rm -rf "$data".fresh "$data".used.*; fi
  cd /
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

say() { printf '%s\n' "$*" >&2; }

# --- a topology and its servers

write_topology() {
  awk -v port="$1" -v tenants="$tenants" 'BEGIN {
    print "name: bench\nruntime: embedded\ndatabase: bench\nmigrations: migrations"
    # Logs that tell what was asked with which values.
    print "inspection: off"
    logs = "settings: { log_statement: all, log_parameter_max_length: -1 }"
    printf "veneer: { port: %d , %s }\nshards:\n", port, logs
    for (s = 1; s <= 3; s++) printf "  shard%d: { port: %d , %s }\n", s, port + s, logs
    print "tenants:"
    for (t = 0; t < tenants; t++) printf "  tenant-%05d: { shard: shard%d }\n", t, t % 3 + 1
  }' >shards.yaml
}

write_migration() {
  mkdir -p migrations
  awk -v tables="$tables" 'BEGIN {
    for (t = 1; t <= tables; t++) {
      printf "CREATE TABLE table_%02d (\n", t
      print "  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n  name text NOT NULL,"
      print "  amount numeric(12, 2),\n  created_at timestamptz NOT NULL DEFAULT now()\n);\n"
    }
  }' >migrations/V1__create_tables.sql
}

# Four ports in a row at which nothing listens.
start_servers() {
  for attempt in 1 2 3 4 5; do
    port=$((20000 + ($$ * 7 + attempt * 977) % 20000))
    write_topology "$port"
    if "$ppp" start >start.log 2>&1; then return; fi
    "$ppp" stop --delete-data --yes >/dev/null 2>&1 || :
    rm -rf .ppp
  done
  cat start.log >&2
  exit 4
}

port_of() { awk -v name="$1:" '$1 == name { print $4 }' shards.yaml; }

sql() { # SERVER DATABASE, then psql's arguments
  on=$1
  database=$2
  shift 2
  psql -X -q -At -v ON_ERROR_STOP=1 -p "$(port_of "$on")" -d "$database" "$@"
}

log_in() {
  PGHOST=127.0.0.1 PGUSER=postgres PGPASSFILE=$work/pgpass PGOPTIONS='-c client_min_messages=warning'
  export PGHOST PGUSER PGPASSFILE PGOPTIONS
  (
    umask 077
    for server in $servers; do
      printf '*:%s:*:*:%s\n' "$(port_of "$server")" "$("$ppp" secrets show "postgres@$server")"
    done >pgpass
  )
}

# Keeps the servers as they are right after the start.
keep_servers() {
  data=$work/.ppp/embedded
  if [ -s .ppp/embedded-folder ]; then data=$(cat .ppp/embedded-folder); fi
  "$ppp" stop >/dev/null 2>&1
  cp -a "$data" "$data.fresh"
  cp .ppp/secrets.yaml secrets.yaml.fresh
}

# As they were kept. What they were used for until now is deleted at the end only.
used=0
fresh_servers() {
  "$ppp" stop >/dev/null 2>&1
  used=$((used + 1))
  mv "$data" "$data.used.$used"
  cp -a "$data.fresh" "$data"
  cp secrets.yaml.fresh .ppp/secrets.yaml
  "$ppp" start >/dev/null 2>&1
  sync
}

# --- what is measured

# Milliseconds; whole seconds where date knows no finer ones.
now() {
  nanoseconds=$(date +%s%N)
  case $nanoseconds in
    *N) nanoseconds=${nanoseconds%N}000000000 ;;
  esac
  echo $((nanoseconds / 1000000))
}

# Milliseconds of CPU that the servers' ended sessions took, where /proc tells.
cpu_of_servers() {
  for server in $servers; do
    pid=$(sql "$server" postgres -c "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)")
    if [ -r "/proc/$pid/stat" ]; then cat "/proc/$pid/stat"; fi
  done | awk '{ sum += $14 + $15 + $16 + $17 } END { print sum * 10 }'
}

# Runs a command; adds "NAME WALL CPU SERVERS MEMORY" to results: milliseconds in all, of CPU of the
# command itself and of the servers, and its peak in kB.
measure() {
  name=$1
  shift
  servers_before=$(cpu_of_servers)
  (
    begun=$(now)
    "$@" >output 2>&1 &
    echo $! >pid
    status=0
    wait $! || status=$?
    echo $(($(now) - begun)) >wall
    times >cpu
    exit "$status"
  ) &
  job=$!
  memory=-
  peak=0
  while kill -0 "$job" 2>/dev/null; do
    memory=$(awk -v old="$memory" '$1 == "VmHWM:" { old = $2 } END { print old }' \
      "/proc/$(cat pid 2>/dev/null)/status" 2>/dev/null) || memory=-
    if [ "$memory" != - ]; then peak=$memory; fi
    sleep 0.2
  done
  wait "$job" || { cat output >&2; exit 1; }
  cpu=$(awk 'NR == 2 { gsub(/s/, ""); for (i = 1; i <= 2; i++) { split($i, t, "m")
    sum += t[1] * 60 + t[2] } printf "%d", sum * 1000 }' cpu)
  echo "$name $(cat wall) $cpu $(($(cpu_of_servers) - servers_before)) $peak" >>results
  say "  $(tail -n 1 results)"
}
