package org.partitionproxy.check;

import java.util.Optional;
import org.partitionproxy.db.ServerError;

/** What the veneer refuses, and what to do instead. */
final class RefusalRules {

  private RefusalRules() {}

  /** Of a statement that the shard takes. */
  static Finding onVeneerOnly(ServerError error, Optional<Query> query, KnownFunctions functions) {
    boolean sequence =
        query.stream()
            .flatMap(q -> functions.in(q).stream())
            .anyMatch(use -> use.kind() == KnownFunctions.Kind.SEQUENCE);
    if (query.filter(Query::isMerge).isPresent()) {
      return fails(
          error,
          "MERGE can't have a foreign table as its target",
          "UPDATE what is there, then INSERT … ON CONFLICT DO NOTHING");
    }
    if (query.flatMap(Query::conflict).filter(c -> c.hasTarget() || c.updates()).isPresent()) {
      return fails(
          error,
          "ON CONFLICT can't have a target, nor DO UPDATE, since foreign tables have no unique"
              + " indexes",
          "INSERT … ON CONFLICT DO NOTHING without a target works; to update, UPDATE first, and"
              + " insert so if it changed nothing");
    }
    if (sequence) {
      return fails(
          error,
          "sequences of the shard are not on the veneer",
          QueryRules.TAKE_IDS_FROM_RETURNING);
    }
    return byState(error);
  }

  private static Finding byState(ServerError error) {
    return switch (error.sqlState()) {
      case "42883" ->
          fails(
              error,
              "functions of the tenant's schema are on the shard only",
              "put its result into a view or a generated column on the shard, by a migration");
      case "42P01" ->
          fails(
              error,
              "the veneer doesn't show it",
              "`ppp plan` names tables that can't be shown, and why; sequences never are");
      case "42501" ->
          fails(
              error,
              "ppp takes from everybody on the veneer what reaches from one tenant to another",
              "connect to the shard for it");
      case "42704" ->
          fails(
              error,
              "constraints and types of the shard that no column uses are not on the veneer",
              "name columns instead of constraints");
      case "428C9" ->
          fails(
              error,
              "the shard alone fills this column",
              "leave it out of the INSERT and take it from RETURNING");
      default -> fails(error, "the veneer refuses it, where the shard does not", "");
    };
  }

  private static Finding fails(ServerError error, String why, String instead) {
    return Finding.fails(error.sqlState(), why + " (" + error.message() + ")", instead)
        .at(error.position());
  }

  /** Whether a lock of somebody else's DDL was in the way, or the server too busy. */
  static boolean isOfTheMoment(ServerError error) {
    return error.sqlState().equals("55P03") || error.sqlState().equals("57014");
  }

  static Finding ofTheMoment(ServerError error) {
    return Finding.unclear(
        error.sqlState(), "it could not be planned just now: " + error.message(), "run this again");
  }

  /** Of a statement that is refused in any case. */
  static Finding everywhere(String sqlState, String message) {
    return Finding.unclear(
        sqlState,
        "one PostgreSQL refuses it too: " + message,
        sqlState.equals("42P18") || message.contains("$")
            ? "write a parameter as $1::type where its type isn't clear"
            : "");
  }
}
