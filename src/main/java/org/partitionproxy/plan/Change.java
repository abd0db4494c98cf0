package org.partitionproxy.plan;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * One change to one object of one server: what it does, to what, with which SQL.
 *
 * @param name of the object, as people write it
 * @param schema of the tenant that it belongs to; all changes of a schema share a transaction
 * @param statements empty where something else than SQL does it (a migration)
 * @param transaction where the statements run
 * @param displaced what can't keep what was built on it
 */
public record Change(
    Stage stage,
    Action action,
    ObjectKind kind,
    String name,
    Optional<Identifier> schema,
    List<Sql> statements,
    Transaction transaction,
    Set<Hazard> hazards,
    List<Displaced> displaced) {

  /** Where a change's statements run. */
  public enum Transaction {
    /** With others, in the database with the tenants' schemas, as the superuser. */
    SUPERUSER,
    /** The same as the role that owns the tenants' objects, so that it owns what it makes. */
    OWNER,
    /** Outside of any, in the maintenance database: {@code CREATE DATABASE}. */
    NONE,
    /** Outside of any, in the database with the tenants' schemas: a slot, {@code REFRESH}. */
    ALONE;

    /** Whether statements commit one by one, and so with nothing else. */
    public boolean isNone() {
      return this == NONE || this == ALONE;
    }
  }

  public Change {
    statements = List.copyOf(statements);
    displaced = List.copyOf(displaced);
    hazards =
        hazards.isEmpty()
            ? Collections.emptySet()
            : Collections.unmodifiableSet(EnumSet.copyOf(hazards));
  }

  /** A change that displaces nothing. */
  public Change(
      Stage stage,
      Action action,
      ObjectKind kind,
      String name,
      Optional<Identifier> schema,
      List<Sql> statements,
      Transaction transaction,
      Set<Hazard> hazards) {
    this(stage, action, kind, name, schema, statements, transaction, hazards, List.of());
  }

  /** A change that belongs to no tenant, made by the superuser. */
  public static Change global(
      Stage stage, Action action, ObjectKind kind, String name, List<Sql> statements) {
    return new Change(
        stage, action, kind, name, Optional.empty(), statements, Transaction.SUPERUSER, Set.of());
  }

  /** A change of a tenant's objects, made by the superuser. */
  static Change ofSchema(
      Stage stage,
      Action action,
      ObjectKind kind,
      String name,
      Identifier schema,
      List<Sql> statements) {
    return new Change(
        stage,
        action,
        kind,
        name,
        Optional.of(schema),
        statements,
        Transaction.SUPERUSER,
        Set.of());
  }

  /** A change of a tenant's mirror, made by the owner of its foreign tables. */
  public static Change ofMirror(
      Action action, ObjectKind kind, String name, Identifier schema, List<Sql> statements) {
    return new Change(
        Stage.MIRROR,
        action,
        kind,
        name,
        Optional.of(schema),
        statements,
        Transaction.OWNER,
        Set.of());
  }

  public Change withHazard(Hazard hazard) {
    EnumSet<Hazard> more = EnumSet.of(hazard);
    more.addAll(hazards);
    return new Change(stage, action, kind, name, schema, statements, transaction, more, displaced);
  }

  /** The same change in another stage. */
  public Change in(Stage other) {
    return new Change(
        other, action, kind, name, schema, statements, transaction, hazards, displaced);
  }

  /** The same change, for which views over these must make way. */
  Change displacing(List<Displaced> some) {
    return new Change(stage, action, kind, name, schema, statements, transaction, hazards, some);
  }
}
