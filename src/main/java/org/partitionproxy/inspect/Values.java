package org.partitionproxy.inspect;

/** Whether a reader may see the values in what is told, or only what was asked. */
public enum Values {
  SHOWN,
  HIDDEN;

  /**
   * @param asked whether somebody asked for them
   */
  public static Values shown(boolean asked) {
    return asked ? SHOWN : HIDDEN;
  }

  /** A statement, or an expression, as it may be shown. */
  public String inSql(String sql) {
    return this == SHOWN ? sql : HiddenValues.inSql(sql);
  }

  /** What an error says, or a part of it, as it may be shown. */
  public String inMessage(String sqlState, String message) {
    return this == SHOWN ? message : HiddenValues.inMessage(sqlState, message);
  }
}
