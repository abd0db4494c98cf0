package org.partitionproxy.top;

import java.util.Optional;

/**
 * A statement without its values.
 *
 * @param id as the veneer computes it, and shows it in pg_stat_statements
 * @param text of the first statement that had this id, as it may be shown; cut where it is long
 */
public record Query(Optional<Long> id, String text) {}
