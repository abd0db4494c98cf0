package org.partitionproxy.state;

import org.partitionproxy.sql.Identifier;

/**
 * A schema and what will be granted on things its owner makes in it.
 *
 * @param tableDefaults default privileges of the owner for tables (and views and foreign tables)
 * @param sequenceDefaults the same for sequences
 * @see <a href="https://www.postgresql.org/docs/18/sql-alterdefaultprivileges.html">ALTER DEFAULT
 *     PRIVILEGES</a>
 */
public record Schema(
    Identifier name, Identifier owner, Acl acl, Acl tableDefaults, Acl sequenceDefaults) {}
