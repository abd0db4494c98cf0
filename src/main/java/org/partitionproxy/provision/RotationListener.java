package org.partitionproxy.provision;

/** Told as passwords are replaced. */
public interface RotationListener {

  /** So many passwords will be replaced now. */
  default void rotating(int total) {}

  /** So many more of them are on every server. */
  default void rotated(int count) {}

  /** Something that the user should know. */
  default void note(String text) {}
}
