package org.partitionproxy.provision;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
   * Computes a verifier ahead: thousands of hashes each, which several threads do sooner than the
   * servers' own, who would wait for one another's.
   */
  void prepare(String role) {
    verifier(Identifier.of(role));
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
