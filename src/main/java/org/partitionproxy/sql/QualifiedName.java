package org.partitionproxy.sql;

import java.util.Comparator;

/** The name of an object inside a schema. */
public record QualifiedName(Identifier schema, Identifier name)
    implements Comparable<QualifiedName>, SqlPart {

  private static final Comparator<QualifiedName> ORDER =
      Comparator.comparing(QualifiedName::schema).thenComparing(QualifiedName::name);

  public static QualifiedName of(String schema, String name) {
    return new QualifiedName(Identifier.of(schema), Identifier.of(name));
  }

  @Override
  public void appendTo(StringBuilder text, boolean forDisplay) {
    text.append(schema.quoted()).append('.').append(name.quoted());
  }

  @Override
  public int compareTo(QualifiedName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return schema + "." + name;
  }
}
