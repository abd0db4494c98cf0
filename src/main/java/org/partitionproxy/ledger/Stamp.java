package org.partitionproxy.ledger;

/**
 * Whose server this is.
 *
 * @param version of the ledger's tables
 * @param functions a digest of ppp's functions on that server; another one means older functions
 */
public record Stamp(String topology, String server, int version, String functions) {}
