package org.partitionproxy.plan;

import java.util.Locale;

/** What a {@link Change} does to its object. */
public enum Action {
  CREATE('+'),
  ALTER('~'),
  DROP('-');

  private final char symbol;

  Action(char symbol) {
    this.symbol = symbol;
  }

  /** As plans show it, in the manner of Terraform. */
  public char symbol() {
    return symbol;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
