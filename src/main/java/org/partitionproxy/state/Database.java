package org.partitionproxy.state;

import org.partitionproxy.sql.Identifier;

/**
 * The database with the tenants' schemas.
 *
 * @param acl {@code CONNECT} and {@code TEMPORARY} of {@link Acl#PUBLIC} are in it where they stand
 * @param open false while {@code CONNECTION LIMIT 0} keeps all but superusers out: so ppp makes a
 *     database, and so it knows after a crash that a database without a ledger is its own
 */
public record Database(Identifier name, Identifier owner, Acl acl, boolean open) {}
