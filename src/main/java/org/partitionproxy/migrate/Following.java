package org.partitionproxy.migrate;

import org.partitionproxy.db.Session;

/**
 * Follows one tenant through its migration, script by script, in the thread that migrates it. A
 * script's changes are followed inside its transaction, and seen by others after its commit.
 */
public interface Following {

  Following NONE =
      new Following() {
        @Override
        public void beforeScript(String script) {}

        @Override
        public void afterScript(String script, Session shard) {}

        @Override
        public void committed() {}

        @Override
        public void release() {}
      };

  /**
   * A script's transaction has begun, and holds no lock yet. From here until {@link #release} those
   * who want to use what follows have to wait. The transaction itself is left as it is.
   *
   * @throws CannotFollow if others hold what is needed, and don't give it back in time
   */
  void beforeScript(String script);

  /**
   * A script did its work, and its transaction is about to be committed.
   *
   * @param shard the session of that transaction
   * @throws CannotFollow if this can't be followed: the script must be rolled back
   */
  void afterScript(String script, Session shard);

  /** The transaction of the script that was followed last is committed. */
  void committed();

  /**
   * Shows what was followed and committed, forgets what was not, and lets others go on. Does
   * nothing where nothing is held, and never throws.
   */
  void release();
}
