package org.partitionproxy.apply;

import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/**
 * The superuser's sessions of one run, kept between uses because a login costs more than most of
 * what is done with it. As many per server as threads use it at once.
 */
public final class Sessions implements AutoCloseable, Lender {

  private final Connector connector;
  private final Map<ServerName, Deque<Session>> idle = new ConcurrentHashMap<>();

  public Sessions(Connector connector) {
    this.connector = connector;
  }

  /**
   * Lends a session in the database with the tenants' schemas; one that failed is not lent again.
   */
  @Override
  public <T> T with(ServerDefinition server, Function<Session, T> work) {
    Deque<Session> sessions =
        idle.computeIfAbsent(server.name(), name -> new ConcurrentLinkedDeque<>());
    Session lent = sessions.pollFirst();
    Session session = lent == null ? connector.superuser(server) : lent;
    boolean done = false;
    try {
      T result = work.apply(session);
      done = true;
      return result;
    } finally {
      if (done) {
        sessions.addFirst(session);
      } else {
        session.close();
      }
    }
  }

  /** Lends a session in the maintenance database. */
  public <T> T withMaintenance(ServerDefinition server, Function<Session, T> work) {
    try (Session session = connector.maintenance(server)) {
      return work.apply(session);
    }
  }

  /** The same for work without a result. */
  public void lendMaintenance(ServerDefinition server, Consumer<Session> work) {
    withMaintenance(
        server,
        session -> {
          work.accept(session);
          return true;
        });
  }

  @Override
  public void close() {
    idle.values().forEach(sessions -> sessions.forEach(Session::close));
    idle.clear();
  }
}
