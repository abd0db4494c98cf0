package org.partitionproxy.migrate;

/** When what shows a tenant's tables elsewhere moves. */
public enum OtherEnd {
  /** With each script: whoever uses it waits until the migration is done. */
  TOGETHER,
  /** When all is done: nobody waits, and statements may fail meanwhile. */
  AFTERWARDS
}
