package org.partitionproxy.console;

import java.util.List;
import java.util.stream.Collectors;
import org.partitionproxy.provision.RotationResult;
import org.partitionproxy.secret.SecretName;

/** {@code ppp secrets rotate}: whose passwords were replaced. */
public final class RotationView {

  private static final int LISTED = 10;

  private RotationView() {}

  /** What is about to happen, to be agreed to. */
  public static String deed(List<SecretName> names) {
    return "gives "
        + names(names)
        + " new passwords; whoever logs in with an old one is locked out until told the new one";
  }

  public static String text(RotationResult result) {
    if (result.rotated().isEmpty() && result.finished().isEmpty()) {
      return "Nothing to do: none of these roles is on a server.\n";
    }
    StringBuilder text = new StringBuilder();
    if (!result.finished().isEmpty()) {
      text.append("Finished: new passwords for ").append(names(result.finished())).append(".\n");
    }
    if (!result.rotated().isEmpty()) {
      text.append("Done: new passwords for ").append(names(result.rotated())).append(".\n");
    }
    return text.append("`ppp secrets show NAME` prints one.\n").toString();
  }

  private static String names(List<SecretName> names) {
    String some =
        names.stream().limit(LISTED).map(SecretName::value).collect(Collectors.joining(", "));
    return names.size() > LISTED ? some + " and " + (names.size() - LISTED) + " more" : some;
  }

  /** An object with two arrays of names: {@code finished} and {@code rotated}. */
  public static String json(RotationResult result) {
    return Json.pretty(result);
  }
}
