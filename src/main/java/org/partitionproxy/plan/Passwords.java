package org.partitionproxy.plan;

import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;

/** The passwords that changes need, as hidden literals. */
public interface Passwords {

  /** Knows none: for plans that are only shown. */
  Passwords UNKNOWN =
      new Passwords() {
        @Override
        public Literal verifier(Identifier role) {
          return Literal.hidden("");
        }

        @Override
        public Literal password(Identifier role) {
          return Literal.hidden("");
        }
      };

  /** The SCRAM verifier of a role's password: what the server stores. */
  Literal verifier(Identifier role);

  /** The password itself: a user mapping has to hold it in clear. */
  Literal password(Identifier role);
}
