package org.partitionproxy.inspect;

import org.jspecify.annotations.Nullable;
import org.partitionproxy.inspect.SqlLexer.Kind;
import org.partitionproxy.inspect.SqlLexer.Token;
import org.partitionproxy.sql.Identifier;

/** Finds out whether SQL names something in a schema: {@code schema.relation}, by tokens. */
final class SchemaReferences {

  private SchemaReferences() {}

  /**
   * Whether {@code schema.name} or {@code database.schema.name} stands in the SQL. A table alias
   * that is called like the schema counts too: telling it apart would take a parser.
   */
  static boolean contains(String sql, Identifier database, Identifier schema) {
    SqlLexer lexer = new SqlLexer(sql);
    Token qualifier = null;
    Token name = null;
    boolean dot = false;
    for (Token token = lexer.next(); token != null; token = lexer.next()) {
      if (token.kind() == Kind.WORD || token.kind() == Kind.QUOTED) {
        if (dot && name != null && isSchema(lexer, database, schema, qualifier, name)) {
          return true;
        }
        qualifier = dot ? name : null;
        name = token;
        dot = false;
      } else if (lexer.is(token, '.') && !dot && name != null) {
        dot = true;
      } else {
        qualifier = null;
        name = null;
        dot = false;
      }
    }
    return false;
  }

  private static boolean isSchema(
      SqlLexer lexer,
      Identifier database,
      Identifier schema,
      @Nullable Token qualifier,
      Token name) {
    return lexer.name(name).equals(schema.value())
        && (qualifier == null || lexer.name(qualifier).equals(database.value()));
  }
}
