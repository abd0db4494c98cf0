package org.partitionproxy.secret;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * Refuses files of passwords that someone else can read or replace. The system's administrator
 * (root) can do both anyway, and so may use another user's file.
 */
final class FileGuard {

  static final Set<PosixFilePermission> OWNER_ONLY_FILE =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final long user;

  FileGuard(long user) {
    this.user = user;
  }

  static FileGuard ofThisProcess() {
    return new FileGuard(new UnixSystem().getUid());
  }

  /** Whoever may write in the folder can put another file in the place of ours. */
  void checkFolder(Path folder) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
    if (attributes.permissions().stream().anyMatch(WRITABLE_BY_OTHERS::contains)) {
      throw exposed("the folder \"" + folder + "\" can be written by others", chmod("700", folder));
    }
    checkOwner("folder", folder, attributes);
  }

  void checkFile(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    if (!OWNER_ONLY_FOLDER.containsAll(attributes.permissions())) {
      throw exposed(
          "the file of passwords \"" + file + "\" can be read or written by others",
          chmod("600", file) + " Where others may have read it, change the passwords, too.");
    }
    checkOwner("file of passwords", file, attributes);
  }

  private void checkOwner(String what, Path path, PosixFileAttributes attributes)
      throws IOException {
    int owner = (Integer) Files.getAttribute(path, "unix:uid");
    if (!isRoot() && user != owner) {
      throw exposed(
          "the " + what + " \"" + path + "\" belongs to \"" + attributes.owner().getName() + "\"",
          "Run ppp as that user, or run `sudo chown -R \"$(id -un)\" '"
              + (Files.isDirectory(path) ? path : path.getParent())
              + "'` if it is yours.");
    }
  }

  /** Where root works in another user's folder, what it makes there becomes that user's. */
  void giveToOwnerOf(Path folder, Path file) throws IOException {
    if (isRoot() && !Files.getOwner(file).equals(Files.getOwner(folder))) {
      Files.setOwner(file, Files.getOwner(folder));
    }
  }

  private boolean isRoot() {
    return user == 0;
  }

  private static String chmod(String mode, Path path) {
    return "Run `chmod " + mode + " '" + path + "'`.";
  }

  private static PppException exposed(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.SECRETS_FILE_EXPOSED, summary, hint));
  }
}
