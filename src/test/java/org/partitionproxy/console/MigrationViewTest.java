package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.migrate.UnreachableShard;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;

class MigrationViewTest {

  private static Tenant tenant(String name, String shard) {
    TenantName tenant = new TenantName(name);
    return new Tenant(tenant, Identifier.of(tenant.defaultSchema()), new ServerName(shard));
  }

  private final MigrationResult result =
      new MigrationResult(
          List.of(tenant("old", "shard1")),
          List.of(
              new MigratedTenant(tenant("bluth-co", "shard1"), List.of("V1__a.sql", "V2__b.sql"))),
          List.of(
              new FailedTenant(
                  tenant("cyberdyne", "shard2"),
                  List.of("V1__a.sql"),
                  Code.MIGRATION_FAILED,
                  Optional.of("V2__b.sql"),
                  Optional.of(new SourcePosition("migrations/V2__b.sql", 5, 3, 1, "  y")),
                  Optional.of("42703"),
                  "column \"y\" does not exist",
                  "Mend it.")),
          List.of(tenant("dunder-mifflin", "shard2")),
          List.of(
              new UnreachableShard(
                  new ServerName("shard3"),
                  List.of(tenant("initech", "shard3")),
                  Diagnostic.error(Code.SERVER_UNREACHABLE, "no answer", "Start it."))));

  @Test
  void showsALinePerTenantThatWasBehind() {
    assertThat(MigrationView.text(result))
        .isEqualTo(
            """
            bluth-co                 shard1       migrated    V1__a.sql, V2__b.sql
            cyberdyne                shard2       failed      V2__b.sql:5 42703 column "y" does not exist
            dunder-mifflin           shard2       skipped     the canary failed
            initech                  shard3       unreachable
            1 migrated, 1 up to date, 1 failed, 1 skipped, 1 unreachable
            """);
  }

  @Test
  void showsTheSameAsJson() {
    assertThat(MigrationView.json(result))
        .isEqualTo(
            """
            {
              "migrated" : [
                {
                  "tenant" : "bluth-co",
                  "shard" : "shard1",
                  "applied" : [
                    "V1__a.sql",
                    "V2__b.sql"
                  ]
                }
              ],
              "upToDate" : [
                "old"
              ],
              "failed" : [
                {
                  "tenant" : "cyberdyne",
                  "shard" : "shard2",
                  "code" : "PPP604",
                  "script" : "V2__b.sql",
                  "line" : 5,
                  "sqlState" : "42703",
                  "message" : "column \\"y\\" does not exist",
                  "hint" : "Mend it.",
                  "applied" : [
                    "V1__a.sql"
                  ]
                }
              ],
              "skipped" : [
                "dunder-mifflin"
              ],
              "unreachable" : [
                {
                  "shard" : "shard3",
                  "code" : "PPP401",
                  "message" : "no answer",
                  "tenants" : [
                    "initech"
                  ]
                }
              ]
            }
            """);
  }

  @Test
  void tellsHowManyTenantsShareAReason() {
    assertThat(result.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "error[PPP604]: tenant \"cyberdyne\": migration \"V2__b.sql\": column \"y\" does not"
                + " exist (SQLSTATE 42703)",
            "error[PPP612]: tenant \"dunder-mifflin\" not migrated, because the canary was not",
            "error[PPP401]: no answer; not migrated: tenant \"initech\"");
  }
}
