package org.partitionproxy.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.topology.Topology;

/** Who runs this process, for the ledger. */
final class Operator {

  private Operator() {}

  static Origin origin(String command, Topology topology) {
    return new Origin(
        command,
        System.getProperty("user.name", "unknown"),
        host(),
        ProcessHandle.current().pid(),
        Version.current(),
        digest(topology));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static String digest(Topology topology) {
    try {
      byte[] file = Files.readAllBytes(topology.file());
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (IOException e) {
      return "unreadable";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
