package org.partitionproxy.state;

import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A column of a table or a foreign table.
 *
 * @param collation where it is not the type's own
 */
public record Column(
    Identifier name, TypeName type, boolean notNull, Optional<QualifiedName> collation) {}
