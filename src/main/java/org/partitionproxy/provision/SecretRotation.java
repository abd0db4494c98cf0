package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Topology;

/**
 * Replaces passwords, on all servers and in all user mappings that have them. The new ones are on
 * the disk before any server knows them and take the old ones' place when all do. Killed in
 * between, the next run finishes it; until then ppp itself tries both.
 */
public final class SecretRotation {

  /** Roles that change together: enough to make commits cheap, few enough to hold no lock long. */
  private static final int CHUNK = 50;

  private final Parts parts;
  private final Topology topology;
  private final SecretVault vault;
  private final Connector connector;

  SecretRotation(Parts parts, SecretVault vault, Connector connector) {
    this.parts = parts;
    this.topology = parts.topology();
    this.vault = vault;
    this.connector = connector;
  }

  /**
   * The names that a request means, sorted; asks no server, so some may turn out to be nowhere.
   *
   * @throws PppException if a name is unknown, or its password is not ppp's to change
   */
  public List<SecretName> names(RotationRequest request) {
    TreeSet<SecretName> superusers = new TreeSet<>();
    topology.servers().forEach(server -> superusers.add(server.superuserSecret()));
    TreeSet<SecretName> roles = new TreeSet<>();
    parts.desired().roles().forEach(role -> roles.add(SecretName.ofRole(role.value())));
    vault.entries().stream()
        .map(entry -> entry.name())
        .filter(name -> !superusers.contains(name) && name.value().indexOf('@') < 0)
        .forEach(roles::add);
    TreeSet<SecretName> names = new TreeSet<>();
    for (String name : request.names()) {
      SecretName wanted = new SecretName(name);
      if (!roles.contains(wanted) && !superusers.contains(wanted)) {
        throw unknown(name);
      }
      names.add(wanted);
    }
    if (request.names().isEmpty() || request.all()) {
      names.addAll(roles);
    }
    if (request.all()) {
      names.addAll(superusers);
    }
    new RotationLimits(topology).require(names);
    return new ArrayList<>(names);
  }

  private PppException unknown(String name) {
    String hint =
        topology
            .findTenant(name)
            .map(tenant -> tenant.role().value())
            .or(() -> topology.findServer(name).map(s -> s.superuserSecret().value()))
            .map(role -> "Passwords belong to roles: try `ppp secrets rotate " + role + "`. ")
            .orElse("");
    return new PppException(
        Diagnostic.error(
            Code.SECRET_UNKNOWN,
            "no role \"" + name + "\" is known",
            hint + "`ppp secrets` lists the names of all passwords that ppp knows."));
  }

  /**
   * First finishes what an earlier run began, then replaces the passwords of these names; one that
   * was finished just now is not replaced once more, and one whose role is on no server is left
   * out.
   *
   * @throws PppException before anything has begun, if a server that may have one of the roles does
   *     not answer, or another run holds the lock; {@link Code#ROTATION_INCOMPLETE} after it has
   */
  public RotationResult rotate(
      Collection<SecretName> names, Origin origin, RotationListener listener) {
    try (RunLock lock = RunLock.acquire(connector, topology)) {
      RunRecord record = new RunRecord(parts.sessions(), topology, origin);
      String end = "failed";
      int changes = 0;
      try {
        List<SecretName> finished = finish(lock, record, listener);
        changes = finished.size();
        TreeSet<SecretName> wanted = new TreeSet<>(names);
        wanted.removeAll(finished);
        List<SecretName> rotated = begin(wanted, lock, record, listener);
        changes += rotated.size();
        end = "done";
        return new RotationResult(finished, rotated);
      } finally {
        record.end(end, changes);
      }
    }
  }

  private List<SecretName> begin(
      SortedSet<SecretName> names, RunLock lock, RunRecord record, RotationListener listener) {
    List<PasswordOwner> wanted = owners(names);
    PasswordHolders holders = find(wanted);
    requireReachable(holders, wanted);
    List<PasswordOwner> owners = wanted.stream().filter(holders::isAnywhere).toList();
    if (!owners.isEmpty()) {
      record.begin();
      SortedMap<SecretName, Secret> next =
          vault.beginRotation(owners.stream().map(PasswordOwner::name).toList());
      change(owners, next, holders, lock, listener);
    }
    return owners.stream().map(PasswordOwner::name).toList();
  }

  /**
   * Finishes the rotations that another run began; returns their names.
   *
   * @throws PppException as {@link #rotate}
   */
  private List<SecretName> finish(RunLock lock, RunRecord record, RotationListener listener) {
    SortedMap<SecretName, Secret> pending = vault.pendingRotations();
    if (pending.isEmpty()) {
      return List.of();
    }
    List<PasswordOwner> owners = owners(pending.keySet());
    PasswordHolders holders = find(owners);
    requireReachable(holders, owners);
    record.begin();
    change(owners, pending, holders, lock, listener);
    listener.note(
        "finished what an earlier run began: new passwords for " + listed(pending.keySet()));
    return List.copyOf(pending.keySet());
  }

  /**
   * The same for runs that are about something else: where a server is missing, they go on, and the
   * rotation waits. Returns how many were finished.
   */
  int finishIfPossible(RunLock lock, RunRecord record, RotationListener listener) {
    try {
      return finish(lock, record, listener).size();
    } catch (PppException e) {
      if (e.diagnostics().get(0).code() == Code.ROTATION_INCOMPLETE) {
        throw e;
      }
      listener.note(
          "passwords whose rotation has begun wait for a run that reaches all servers: "
              + listed(vault.pendingRotations().keySet()));
      return 0;
    }
  }

  private void change(
      List<PasswordOwner> owners,
      SortedMap<SecretName, Secret> next,
      PasswordHolders holders,
      RunLock lock,
      RotationListener listener) {
    listener.rotating(owners.size());
    for (int from = 0; from < owners.size(); from += CHUNK) {
      List<PasswordOwner> chunk = owners.subList(from, Math.min(from + CHUNK, owners.size()));
      List<SecretName> names = chunk.stream().map(PasswordOwner::name).toList();
      SortedMap<SecretName, Secret> some = new TreeMap<>(next);
      some.keySet().retainAll(names);
      try {
        new PasswordChange(parts, lock, holders, some).make(chunk);
      } catch (SqlFailure e) {
        throw incomplete(vault.pendingRotations().keySet(), e);
      }
      vault.finishRotation(names);
      listener.rotated(chunk.size());
    }
  }

  private PasswordHolders find(List<PasswordOwner> owners) {
    TreeSet<Identifier> roles = new TreeSet<>();
    owners.forEach(owner -> roles.add(owner.role()));
    return PasswordHolders.find(parts, roles);
  }

  private List<PasswordOwner> owners(Collection<SecretName> names) {
    return names.stream().map(name -> PasswordOwner.of(topology, name)).toList();
  }

  private static void requireReachable(PasswordHolders holders, List<PasswordOwner> owners) {
    List<Diagnostic> missing = holders.missing(owners);
    if (!missing.isEmpty()) {
      throw new PppException(
          missing.stream()
              .map(
                  d ->
                      Diagnostic.error(
                          d.code(),
                          d.summary(),
                          "No password was changed: that takes every server which may have the"
                              + " role.\n"
                              + d.hint()))
              .toList());
    }
  }

  private static PppException incomplete(Collection<SecretName> pending, SqlFailure reason) {
    return new PppException(
        Diagnostic.error(
            Code.ROTATION_INCOMPLETE,
            "new passwords are not yet on every server, for "
                + listed(pending)
                + ": "
                + reason.diagnostics().get(0).summary(),
            "Until they are, ppp knows the old and the new ones. Mend the cause and run"
                + " `ppp secrets rotate` or `ppp initialize`, which finish this first."),
        reason);
  }

  /** The first few. */
  private static String listed(Collection<SecretName> names) {
    String few =
        names.stream().limit(5).map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
    return names.size() > 5 ? few + " and " + (names.size() - 5) + " more" : few;
  }
}
