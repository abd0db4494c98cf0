package org.partitionproxy.convert;

/**
 * What a look at the tables found.
 *
 * @param summary lower-case, names in double quotes
 * @param hint full sentences
 */
public record Finding(String summary, String hint) {}
