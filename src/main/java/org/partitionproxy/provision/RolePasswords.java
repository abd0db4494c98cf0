package org.partitionproxy.provision;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.db.Ahead;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.secret.ScramVerifier;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;

/**
 * The passwords of roles, made where they are missing. A role has the same verifier on every server
 * of a run.
 */
final class RolePasswords implements Passwords {

  private final SecretVault vault;
  private final Map<Identifier, String> verifiers = new ConcurrentHashMap<>();

  RolePasswords(SecretVault vault) {
    this.vault = vault;
  }

  /**
   * Computes verifiers while the caller goes on: thousands of hashes each, for which there is time
   * while the servers make their databases. Whoever needs one sooner computes it.
   */
  void prepare(Collection<String> roles) {
    Ahead.run("ppp-verifiers", () -> roles.forEach(role -> verifier(Identifier.of(role))));
  }

  @Override
  public Literal verifier(Identifier role) {
    return Literal.hidden(
        verifiers.computeIfAbsent(
            role, r -> ScramVerifier.of(vault.ensure(SecretName.ofRole(r.value())))));
  }

  @Override
  public Literal password(Identifier role) {
    return Literal.hidden(vault.ensure(SecretName.ofRole(role.value())).reveal());
  }
}
