package org.partitionproxy.trace;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.topology.ServerName;

/** One session at a shard, with its role there, and how far it is tied to a veneer's session. */
final class Strand {

  private final ServerName shard;
  private final String session;
  private final Optional<String> user;
  private final boolean guessed;
  private final Asking asking;
  private @Nullable Knot knot;
  private long transaction;
  private long statement = -1;

  /**
   * @param guessed whether no name ties it to a session of the veneer
   */
  Strand(ServerName shard, String session, Optional<String> user, boolean guessed) {
    this.shard = shard;
    this.session = session;
    this.user = user;
    this.guessed = guessed;
    this.asking = new Asking();
  }

  ServerName shard() {
    return shard;
  }

  String session() {
    return session;
  }

  Optional<String> user() {
    return user;
  }

  boolean isGuessed() {
    return guessed;
  }

  Asking asking() {
    return asking;
  }

  /** From now on it is of this session of the veneer; what is known of another one is void. */
  void join(Knot next) {
    if (knot != null && knot != next) {
      transaction = 0;
      statement = -1;
      asking.loose().clear();
    }
    knot = next;
  }

  boolean isOf(Knot one) {
    return knot == one;
  }

  /** The last that was asked was asked for this. */
  void causedBy(Told cause) {
    transaction = cause.transaction();
    statement = cause.number();
  }

  /** Of the statement that the last one was asked for; 0 before there was one. */
  long transaction() {
    return transaction;
  }

  /** The number of the statement that the last one was asked for; -1 before there was one. */
  long statement() {
    return statement;
  }
}
