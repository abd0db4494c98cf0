package org.partitionproxy.secret;

import java.time.Instant;
import java.util.Optional;

/**
 * One entry of {@code secrets.yaml}.
 *
 * @param created empty if a person wrote the entry without it
 * @param next the password of a rotation that has begun
 */
record StoredSecret(Secret password, Optional<Instant> created, Optional<Secret> next) {

  static StoredSecret created(Secret password, Instant at) {
    return new StoredSecret(password, Optional.of(at), Optional.empty());
  }

  StoredSecret withNext(Secret secret) {
    return new StoredSecret(password, created, Optional.of(secret));
  }
}
