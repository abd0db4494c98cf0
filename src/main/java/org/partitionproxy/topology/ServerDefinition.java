package org.partitionproxy.topology;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.sql.Identifier;

/**
 * One server as shards.yaml describes it.
 *
 * @param host and {@code port}: where ppp reaches it
 * @param address where the veneer and replicas reach it, when that differs; a veneer has none
 * @param database holds the tenants' schemas
 * @param user a superuser (a later release asks for less)
 * @param password of {@code user}, where shards.yaml takes it from the environment
 * @param settings server parameters, for servers that ppp starts
 * @param options of its foreign server on the veneer, over ppp's own
 * @param part what it is for
 * @param partmanteau whether the shard has the framework for partitioning strategies in SQL
 */
public record ServerDefinition(
    ServerName name,
    String host,
    int port,
    Optional<HostPort> address,
    Identifier database,
    Identifier user,
    Optional<Secret> password,
    SslMode sslMode,
    Optional<Path> sslRootCert,
    SortedMap<String, String> settings,
    SortedMap<String, String> options,
    ServerPart part,
    boolean partmanteau) {

  public ServerDefinition {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  /** A veneer if it is called so, else a shard. */
  public ServerDefinition(
      ServerName name,
      String host,
      int port,
      Optional<HostPort> address,
      Identifier database,
      Identifier user,
      Optional<Secret> password,
      SslMode sslMode,
      Optional<Path> sslRootCert,
      SortedMap<String, String> settings,
      SortedMap<String, String> options) {
    this(
        name,
        host,
        port,
        address,
        database,
        user,
        password,
        sslMode,
        sslRootCert,
        settings,
        options,
        name.equals(ServerName.VENEER) ? ServerPart.VENEER : ServerPart.SHARD,
        false);
  }

  /** A server on the loopback interface with nothing special about it. */
  public static ServerDefinition local(ServerName name, int port, Identifier database) {
    return new ServerDefinition(
        name,
        "127.0.0.1",
        port,
        Optional.empty(),
        database,
        Identifier.of("postgres"),
        Optional.empty(),
        SslMode.PREFER,
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** The same server for something else. */
  public ServerDefinition as(ServerPart otherPart) {
    return new ServerDefinition(
        name,
        host,
        port,
        address,
        database,
        user,
        password,
        sslMode,
        sslRootCert,
        settings,
        options,
        otherPart,
        partmanteau);
  }

  /** As messages call it: {@code shard "shard1"}, {@code the veneer}, {@code replica "copy"}. */
  public String title() {
    return part.title(name.value());
  }

  /** Whether tenants are shown on it. */
  public boolean isVeneer() {
    return part == ServerPart.VENEER;
  }

  /** Whether it holds tenants' data, and is where it is written. */
  public boolean isShard() {
    return part == ServerPart.SHARD;
  }

  /** Whether it holds copies of a shard's tables. */
  public boolean isReplica() {
    return part == ServerPart.REPLICA;
  }

  /** Where ppp reaches it. */
  public HostPort endpoint() {
    return new HostPort(host, port);
  }

  /** The name of the password of {@link #user()} on this server. */
  public SecretName superuserSecret() {
    return SecretName.ofRoleOn(user.value(), name.value());
  }
}
