package org.partitionproxy.provision;

import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.plan.Stage;

/** Told as a run goes on; called from several threads. */
public interface RunListener extends ApplyListener, MigrationListener, RotationListener {

  /**
   * A stage begins.
   *
   * @param total changes that it will make, or tenants that it will migrate or mirror
   */
  void stage(Stage stage, int total);

  /** So many changes will be made by a teardown. */
  default void dropping(int total) {}
}
