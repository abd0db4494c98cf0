#!/bin/bash
# Starts PostgreSQL in a container of the CI's base image; makes its data folder first, if there is none.
# Understands what the official image documents: POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB,
# POSTGRES_INITDB_ARGS (each also as NAME_FILE), POSTGRES_HOST_AUTH_METHOD, PGDATA, and the scripts in
# /docker-entrypoint-initdb.d.
set -euo pipefail

fail() {
  echo "entrypoint: $*" >&2
  exit 1
}

# value_of NAME DEFAULT: $NAME, or the content of the file that $NAME_FILE names, or DEFAULT.
value_of() {
  local name=$1 default=$2 file_name="${1}_FILE"
  if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
    fail "$name and $file_name are both set"
  elif [[ -n ${!file_name:-} ]]; then
    cat "${!file_name}"
  else
    echo "${!name:-$default}"
  fi
}

# assign NAME DEFAULT: sets and exports it, so that the second run of this script, as another user, need not
# read a file that only root may read.
assign() {
  local value
  value=$(value_of "$1" "$2")
  unset "${1}_FILE"
  export "$1=$value"
}

read_environment() {
  assign POSTGRES_PASSWORD ''
  assign POSTGRES_USER postgres
  assign POSTGRES_DB "$POSTGRES_USER"
  assign POSTGRES_INITDB_ARGS ''
  export PGDATA="${PGDATA:-/var/lib/postgresql/18/docker}"
}

make_data_folder() {
  local auth_method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [[ -z $POSTGRES_PASSWORD && $auth_method != trust ]]; then
    fail "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE: the superuser needs a password"
  fi
  # The arguments are several words in one variable, as documented.
  local -a arguments=()
  eval "arguments=($POSTGRES_INITDB_ARGS)"
  if [[ -n $POSTGRES_PASSWORD ]]; then
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${arguments[@]}" "$PGDATA"
  else
    initdb --username="$POSTGRES_USER" "${arguments[@]}" "$PGDATA"
  fi
  printf '\nhost all all all %s\n' "$auth_method" >> "$PGDATA/pg_hba.conf"
}

run_script() {
  echo "entrypoint: running $1"
  case $1 in
    *.sh) if [[ -x $1 ]]; then "$1"; else bash "$1"; fi ;;
    *.sql) psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --file="$1" ;;
    *) echo "entrypoint: $1 is neither .sh nor .sql: left out" ;;
  esac
}

# The scripts run while the server listens on its Unix socket alone: nobody connects to a half-made server.
run_init_scripts() {
  export PGPASSWORD=$POSTGRES_PASSWORD
  pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses='' -p 5432" start
  if [[ $POSTGRES_DB != postgres ]]; then
    createdb --username="$POSTGRES_USER" --maintenance-db=postgres -- "$POSTGRES_DB"
  fi
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    if [[ -f $script ]]; then
      run_script "$script"
    fi
  done
  pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
  unset PGPASSWORD
}

if [[ ${1:-} == -* ]]; then
  set -- postgres "$@"
fi
if [[ ${1:-} != postgres ]]; then
  exec "$@"
fi
read_environment
if [[ $(id -u) == 0 ]]; then
  install -d -o postgres -g postgres "${PGDATA%/*}"
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  make_data_folder
  run_init_scripts
fi
unset POSTGRES_PASSWORD
exec "$@"
