package org.partitionproxy.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;

class SecretFileContentsTest {

  @Test
  void isReadBackAsItWasWrittenWhateverNamesAndPasswordsHold() {
    long seed = 7;
    Random random = new Random(seed);
    TreeMap<SecretName, StoredSecret> secrets = new TreeMap<>();
    secrets.put(
        SecretName.ofRole("yes"),
        new StoredSecret(Secret.of("null"), Optional.empty(), Optional.of(Secret.of("12345"))));
    for (int i = 0; i < 500; i++) {
      secrets.put(
          SecretName.ofRole(text(random)),
          new StoredSecret(
              Secret.of(text(random).replaceAll("[\0\n\r]", "-")),
              Optional.of(Instant.ofEpochSecond(random.nextInt())),
              random.nextBoolean()
                  ? Optional.of(Secret.of(i + text(random).replaceAll("[\0\n\r]", "-")))
                  : Optional.empty()));
    }
    SecretFileContents contents = new SecretFileContents("it's \"my\" shop", secrets);

    assertThat(SecretFileReader.read("secrets.yaml", contents.toYaml()))
        .as("seed %d", seed)
        .isEqualTo(contents);
  }

  /** One to eight characters of all kinds: signs, controls, letters, other planes. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    random
        .ints(1 + random.nextInt(8), 0, 0x1FFFF)
        .map(c -> c % 3 == 0 ? c % 0x250 : c)
        .filter(c -> c < 0xD800 || c > 0xDFFF)
        .forEach(text::appendCodePoint);
    return text.append('x').toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hunter2                                               | 1:1  | does not begin with \"topology:\"",
        "topology: t~secrets:~  a: { password: hunter2          | 3:25 | is not valid YAML",
        "topology: t~secrets:~  a: { password: hunter2, b: 1 }  | 3:27 | has a key other than \"password\", \"created\" and \"next\"",
        "topology: t~secrets:~  a: hunter2                      | 3:6  | has a name without \"password:\"",
        "topology: t~secrets:~  a: { created: hunter2 }         | 3:17 | has a time that is not like 2026-01-31T12:00:00Z",
        "topology: t~secrets:~  a: { password: `` }             | 3:18 | has a password that is empty, or holds a line break",
        "topology: t~secrets:~  a: { password: }                | 3:17 | has a key without a value",
        "topology: t~secrets:~  a: { password: x }~  a: {}      | 4:3  | has the same key twice",
        "topology: t~secrets: [hunter2]                         | 2:10 | has no map of names under \"secrets:\"",
        "topology: t~hunter2: x                                 | 2:1  | has a key other than \"topology\" and \"secrets\"",
        "secrets: {}                                            | 1:12 | does not say whose it is: \"topology:\" is missing",
        "topology: t~---~hunter2: x                             | 3:1  | has a second document",
        "topology: t~secrets:~  a: &x { password: &y hunter2, next: *y } | 3:39 | has an alias, which is not allowed here",
      })
  void saysWhereItIsBrokenAndNotWhatIsThere(String yaml, String place, String problem) {
    String text = yaml.replace('~', '\n').replace("``", "\"\"");
    PppException e =
        catchThrowableOfType(PppException.class, () -> SecretFileReader.read("secrets.yaml", text));
    Diagnostic diagnostic = e.diagnostics().get(0);
    assertThat(diagnostic.code()).isEqualTo(Code.SECRETS_FILE_INVALID);
    assertThat(diagnostic.summary()).isEqualTo("the file of passwords " + problem);
    assertThat(diagnostic.position().map(SourcePosition::toString))
        .contains("secrets.yaml:" + place);
    assertThat(diagnostic.position().orElseThrow().text()).isEmpty();
    assertThat(e).hasNoCause().extracting(Throwable::toString).asString().doesNotContain("hunter2");
  }

  @Test
  void saysThatAnEmptyFileIsEmpty() {
    assertThat(
            catchThrowableOfType(
                PppException.class, () -> SecretFileReader.read("secrets.yaml", "# nothing\n")))
        .hasMessage("error[PPP802]: the file of passwords is empty");
  }
}
