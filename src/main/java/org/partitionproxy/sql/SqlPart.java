package org.partitionproxy.sql;

/** What may stand in SQL beside constant text. */
public sealed interface SqlPart permits Identifier, QualifiedName, Literal, Sql {

  /**
   * @param forDisplay whether hidden literals are written as asterisks
   */
  void appendTo(StringBuilder text, boolean forDisplay);
}
