#!/bin/sh
# The settings that ppp mounts at /etc/ppp are read from postgresql.conf, not given on the server's command
# line: an argument there would beat every later ALTER SYSTEM and reload.
cat >> "$PGDATA/postgresql.conf" <<'CONF'

include_if_exists = '/etc/ppp/ppp.conf'
CONF
