package org.partitionproxy.web;

/** A combined plan of the join over two shards, as {@code ppp explain} prints it. */
final class SamplePlan {

  static final String TEXT =
      """
      As bookstore_app on veneer: planned, not run; for any parameters.

      SERVER  EST. ROWS  EST. COST  PLAN
      veneer        206     291.73  │ Hash Join
                                    │ │ Hash Cond: i.isbn = b.isbn
                                    │ │ - on the veneer: join b.isbn = i.isbn
                                    │ │     because the tables are on different servers
                                    │ │     instead: keep what is joined on one shard
      veneer       2480     184.20  │ ├ Foreign Scan on initech.books i, asynchronous
      shard3                        ┃ │ as initech_app: SELECT isbn, price FROM initech.books
      shard3       2480      61.80  ┃ │ └ Seq Scan on books
      veneer        618      88.31  │ └ Hash
      veneer        618      88.31  │   └ Foreign Scan on bluth_co.books b, asynchronous
                                    │     + pushed down: filter published > ?
      shard1                        ┃     as bluth_co_app: SELECT title, isbn, price FROM …
      shard1        618      24.06  ┃     └ Index Scan using books_published on books
                                    ┃         Index Cond: published > ?
      """;

  private SamplePlan() {}
}
