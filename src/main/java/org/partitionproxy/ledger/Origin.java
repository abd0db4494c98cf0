package org.partitionproxy.ledger;

/**
 * Who runs what.
 *
 * @param operator the user of the operating system, on {@code host}
 * @param version of ppp
 * @param configuration a digest of shards.yaml
 */
public record Origin(
    String command, String operator, String host, long pid, String version, String configuration) {}
