package org.partitionproxy.convert;

import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.Workers;
import org.partitionproxy.workflow.OpenWorkflow;

/** Work on each partition of a conversion, several at once, each in its own transaction. */
final class RangeWork {

  private static final String COPY =
      "SELECT coalesce(ppp.conversion_copy(?, ?, ?::bigint::oid), 0) AS rows";

  private static final String VERIFY = "SELECT ppp.conversion_verify(?, ?, ?::bigint::oid) AS rows";

  /** The newest first: they change most, and what changes after its copy is written twice. */
  private static final String RANGES =
      """
      SELECT r.number, r.partition::bigint AS partition
      FROM ppp.conversion_range AS r
      JOIN ppp.conversion AS c ON c.workflow = r.workflow AND c.number = r.number
      WHERE r.workflow = ? AND NOT CASE ? WHEN 'copy' THEN r.copied ELSE r.verified END
      ORDER BY ppp.bound_position(c.type, c.encoding, r.lower) DESC, r.number""";

  private record Range(int table, long partition) {}

  private interface Work {
    long on(Session session, Range range);
  }

  private final OpenWorkflow workflow;
  private final ConversionRequest request;
  private final ConversionListener listener;

  RangeWork(OpenWorkflow workflow, ConversionRequest request, ConversionListener listener) {
    this.workflow = workflow;
    this.request = request;
    this.listener = listener;
  }

  void copy() {
    Throttle throttle = new Throttle(request);
    each(
        ranges("copy"),
        (session, range) -> {
          throttle.await(session);
          return rows(
              session.query(
                  COPY, row -> row.number("rows"), id(), range.table(), range.partition()));
        });
  }

  /** Compares each partition with the old table. */
  void verify() {
    Throttle throttle = new Throttle(request);
    each(
        ranges("verify"),
        (session, range) -> {
          throttle.await(session);
          return rows(
              session.query(
                  VERIFY, row -> row.number("rows"), id(), range.table(), range.partition()));
        });
  }

  private static long rows(List<Long> answer) {
    return answer.get(0);
  }

  private long id() {
    return workflow.id().number();
  }

  private List<Range> ranges(String kind) {
    return workflow
        .session()
        .query(
            RANGES, row -> new Range(row.integer("number"), row.number("partition")), id(), kind);
  }

  private void each(List<Range> ranges, Work work) {
    Queue<Range> left = new ConcurrentLinkedQueue<>(ranges);
    int hands = Math.max(1, Math.min(request.jobs(), ranges.size()));
    try (Workers workers = new Workers(hands)) {
      workers.forEach(Collections.nCopies(hands, left), queue -> work(queue, work));
    }
  }

  /** Where one fails, the others end what they are at, and begin no more. */
  private void work(Queue<Range> left, Work work) {
    boolean done = false;
    try (Session session = workflow.another()) {
      for (Range range = left.poll(); range != null; range = left.poll()) {
        listener.advances(work.on(session, range));
      }
      done = true;
    } finally {
      if (!done) {
        left.clear();
      }
    }
  }
}
