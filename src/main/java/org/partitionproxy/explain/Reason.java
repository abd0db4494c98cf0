package org.partitionproxy.explain;

/**
 * Why something is not left to a shard.
 *
 * @param why a clause, without values of the statement
 * @param instead the step that would change it; may be empty
 */
record Reason(String why, String instead) {

  static final Reason UNKNOWN =
      new Reason(
          "the planner chose so, and none of the reasons that ppp can find in the catalogs applies",
          "");
}
