package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordMaskTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER ROLE a PASSWORD 'hunter2'",
        "create role a encrypted password 'hunter2' login",
        "ALTER ROLE a PASSWORD E'x\\'hunter2'",
        "ALTER ROLE a PASSWORD /* now */ 'hun''hunter2'",
        "ALTER ROLE a PASSWORD 'x'\n  'hunter2'",
        "ALTER ROLE a PASSWORD $$hunter2$$",
        "ALTER ROLE a PASSWORD U&'hunter2'",
        "ALTER ROLE a PASSWORD 'hunter2",
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password 'hunter2')",
        "ALTER USER MAPPING FOR a SERVER s OPTIONS (SET \"password\" 'hunter2')",
        "ALTER USER MAPPING FOR a SERVER s OPTIONS (SET sslpassword 'hunter2')",
        "DO $x$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''hunter2'''; END $x$",
        "DO $x$ BEGIN ALTER ROLE a PASSWORD 'hunter2'; END $x$",
        "CREATE SUBSCRIPTION s CONNECTION 'host=h password=hunter2 dbname=d' PUBLICATION p",
        "SELECT dblink_connect('host=h password=''hunter2''')",
        "SELECT dblink_connect('postgresql://me:hunter2@db/x')",
        "SELECT f(password => 'hunter2')",
        "ALTER ROLE a PASSWORD 'SCRAM-SHA-256$4096:hunter2$hunter2:hunter2'",
        "SELECT 'SCRAM-SHA-256$4096:hunter2$hunter2=:hunter2='",
      })
  void hidesAPassword(String text) {
    assertThat(PasswordMask.inSql(text)).doesNotContain("hunter2").contains("********");
    assertThat(PasswordMask.inMessage(text)).doesNotContain("hunter2").contains("********");
  }

  @Test
  void hidesAPasswordInAMessageWithAnApostrophe() {
    assertThat(
            PasswordMask.inMessage(
                "can't do that: SQL statement \"ALTER ROLE a PASSWORD 'hunter2'\""))
        .isEqualTo("can't do that: SQL statement \"ALTER ROLE a PASSWORD '********'\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT password FROM bluth_co.users WHERE name = 'a'",
        "UPDATE users SET password = $1 WHERE name = 'a'",
        "SELECT 'password'",
        "SELECT 'the password ' || name || ' is ' || password",
        "SET password_encryption = 'scram-sha-256'",
        "SELECT 'https://example.org/a:b'",
        "SELECT md5('a')",
        "INSERT INTO t (name, password) VALUES ($1, crypt($2, gen_salt('bf')))",
      })
  void leavesWhatIsNone(String text) {
    assertThat(PasswordMask.inSql(text)).isEqualTo(text);
  }

  @Test
  void leavesTheRestOfTheStatement() {
    assertThat(
            PasswordMask.inSql(
                "CREATE USER MAPPING FOR \"a\" SERVER s OPTIONS (user 'a', password 'x''y') -- it"))
        .isEqualTo(
            "CREATE USER MAPPING FOR \"a\" SERVER s OPTIONS (user 'a', password '********') -- it");
  }

  @Test
  void hidesNothingTwiceInAnotherWay() {
    String once = PasswordMask.inSql("ALTER ROLE a PASSWORD 'x' VALID UNTIL 'y'");
    assertThat(once).isEqualTo("ALTER ROLE a PASSWORD '********' VALID UNTIL 'y'");
    assertThat(PasswordMask.inSql(once)).isEqualTo(once);
  }
}
