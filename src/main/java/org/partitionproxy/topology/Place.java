package org.partitionproxy.topology;

/**
 * Where something stands in shards.yaml.
 *
 * @param line from 1
 * @param column from 1, in code points
 * @param length in code points, at least 1, never past the line's end
 */
record Place(int line, int column, int length) {

  static final Place START = new Place(1, 1, 1);

  /** The part of this place that begins {@code offset} code points later. */
  Place part(int offset, int partLength) {
    return new Place(line, column + offset, Math.max(1, partLength));
  }
}
