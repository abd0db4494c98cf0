package org.partitionproxy.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * {@code .ppp/secrets.yaml} on the disk: checked before it is read, replaced whole. A reader sees
 * the file before a replacement or after it, a crash leaves one of the two.
 */
final class SecretFile {

  /** Tells one version of the file from every other: each is a new file, renamed into place. */
  record Version(@Nullable Object key, FileTime modified, long size) {}

  private final Path folder;
  private final Path file;
  private final FileGuard guard;

  SecretFile(Path folder, FileGuard guard) {
    this.guard = guard;
    this.folder = folder;
    this.file = folder.resolve("secrets.yaml");
  }

  /** Empty if there is no file. */
  Optional<Version> version() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Version(now.fileKey(), now.lastModifiedTime(), now.size()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable("read", e);
    }
  }

  /** Empty if there is no file. */
  Optional<SecretFileContents> read() {
    try {
      guard.checkFolder(folder);
      guard.checkFile(file);
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      return Optional.of(SecretFileReader.read(file.toString(), text));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SECRETS_FILE_INVALID,
              "the file of passwords \"" + file + "\" is not UTF-8 text",
              "Restore it from a backup. Without it ppp can no longer log in to the servers; nothing"
                  + " was changed."));
    } catch (IOException e) {
      throw unusable("read", e);
    }
  }

  /** Runs {@code work} while no other thread or process changes the file. */
  <T> T whileLocked(Supplier<T> work) {
    try {
      prepareFolder();
      return SecretFileLock.whileLocked(folder, guard, work);
    } catch (IOException e) {
      throw unusable("locked", e);
    }
  }

  /** Makes the folder where it is missing, for its owner alone. */
  private void prepareFolder() throws IOException {
    if (!Files.exists(folder)) {
      Files.createDirectories(
          folder, PosixFilePermissions.asFileAttribute(FileGuard.OWNER_ONLY_FOLDER));
    }
    guard.checkFolder(folder);
  }

  /**
   * Replaces the file; it is on the disk when this returns. If this fails, the file is as it was.
   * Only {@linkplain #whileLocked while locked}.
   */
  void write(SecretFileContents contents) {
    Path fresh = folder.resolve("secrets.yaml.new");
    try {
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(FileGuard.OWNER_ONLY_FILE))) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(contents.toYaml());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      guard.giveToOwnerOf(folder, fresh);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (IOException e) {
      throw unusable("written", e);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }

  private PppException unusable(String verb, IOException e) {
    return new PppException(
        Diagnostic.error(
            Code.SECRETS_FILE_UNUSABLE,
            "the file of passwords \"" + file + "\" cannot be " + verb + " (" + reason(e) + ")",
            "Make it and its folder usable for you, then run the same command again."),
        e);
  }

  /** File system exceptions have the path for their message, and say the rest by their type. */
  private static String reason(IOException e) {
    String text = String.valueOf(e.getMessage());
    return e instanceof java.nio.file.FileSystemException fs
        ? fs.getReason() == null ? e.getClass().getSimpleName() : fs.getReason()
        : text;
  }
}
