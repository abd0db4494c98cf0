package org.partitionproxy.trace;

/**
 * How a statement failed.
 *
 * @param sqlState five characters; empty where the log has none
 * @param message as the server wrote it, passwords masked
 */
public record Problem(String sqlState, String message) {}
