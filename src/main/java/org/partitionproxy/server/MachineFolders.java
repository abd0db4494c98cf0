package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where ppp works on this machine beside the checkout.
 *
 * @param cache unpacked binaries; anybody may read them
 * @param rootState the servers' folders when root starts them: an unprivileged user must reach
 *     them, which it cannot in many a checkout
 * @param temporary for sockets whose path would be too long elsewhere
 */
record MachineFolders(Path cache, Path rootState, Path temporary) {

  static MachineFolders of(Map<String, String> environment) {
    Path cache = SystemUser.isRoot() ? Path.of("/var/cache/ppp") : ofUser(environment);
    return new MachineFolders(cache, Path.of("/var/lib/ppp"), Path.of("/tmp"));
  }

  /** Of the XDG Base Directory Specification, or of macOS. */
  private static Path ofUser(Map<String, String> environment) {
    Path home = Path.of(System.getProperty("user.home", "/tmp"));
    Path usual =
        System.getProperty("os.name", "").startsWith("Mac")
            ? home.resolve("Library/Caches")
            : home.resolve(".cache");
    return Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
        .filter(folder -> folder.startsWith("/"))
        .map(Path::of)
        .orElse(usual)
        .resolve("ppp");
  }
}
