package org.partitionproxy.catalog;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.UserMapping;

/**
 * Reads everything but tables: six queries, whatever the number of tenants. The session must have
 * only pg_catalog on its search_path.
 */
public final class CatalogReader {

  /**
   * The slice is a copy: aclexplode decompresses a long stored one anew for each of its elements.
   */
  private static final String DATABASE =
      """
      SELECT d.datname, pg_catalog.pg_get_userbyid(d.datdba) AS owner, d.datconnlimit,
      """
          + AclReader.GRANTS
          + "(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)))[:]"
          + AclReader.BESIDES
          + "d.datdba) AS acl "
          + """
      FROM pg_catalog.pg_database AS d
      WHERE d.datname = ?
      ORDER BY d.datname""";

  private static final String ROLES =
      """
      SELECT r.rolname, r.rolcanlogin, g.member_of,
        (SELECT pg_catalog.substr(setting, 13)
         FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS setting
         WHERE s.setrole = r.oid AND s.setdatabase = 0 AND setting LIKE 'search\\_path=%')
         AS search_path,
        r.rolconnlimit,
        (SELECT pg_catalog.array_agg(setting)
         FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS setting
         WHERE s.setrole = r.oid AND s.setdatabase = 0
           AND pg_catalog.split_part(setting, '=', 1) = ANY (?)) AS settings
      FROM pg_catalog.pg_roles AS r
      LEFT JOIN (
        SELECT m.member,
          pg_catalog.array_agg(pg_catalog.pg_get_userbyid(m.roleid)::text) AS member_of
        FROM pg_catalog.pg_auth_members AS m
        GROUP BY m.member) AS g ON g.member = r.oid
      WHERE r.rolname = ANY (?::name[])
      ORDER BY r.rolname""";

  /** Of what a schema's owner makes in it. */
  private static final String DEFAULTS =
      """
      (SELECT d.defaclacl FROM pg_catalog.pg_default_acl AS d
        WHERE d.defaclnamespace = n.oid AND d.defaclrole = n.nspowner AND d.defaclobjtype =
      """;

  private static final String SCHEMAS =
      """
      SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) AS owner,
      """
          + AclReader.GRANTS
          + "n.nspacl"
          + AclReader.BESIDES
          + "n.nspowner) AS acl, "
          + AclReader.GRANTS
          + DEFAULTS
          + "'r')"
          + AclReader.BESIDES
          + "n.nspowner) AS table_defaults, "
          + AclReader.GRANTS
          + DEFAULTS
          + "'S')"
          + AclReader.BESIDES
          + "n.nspowner) AS sequence_defaults "
          + """
      FROM pg_catalog.pg_namespace AS n
      WHERE n.nspname = ANY (?)
      ORDER BY n.nspname""";

  private static final String EXTENSIONS =
      """
      SELECT e.extname
      FROM pg_catalog.pg_extension AS e
      ORDER BY e.extname""";

  private static final String FOREIGN_SERVERS =
      """
      SELECT s.srvname, s.srvoptions,
      """
          + AclReader.GRANTS
          + "s.srvacl"
          + AclReader.BESIDES
          + "s.srvowner) AS acl "
          + """
      FROM pg_catalog.pg_foreign_server AS s
      JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
      WHERE w.fdwname = 'postgres_fdw'
      ORDER BY s.srvname""";

  /** The user only: the other options hold the password, which is not even fetched. */
  private static final String USER_MAPPINGS =
      """
      SELECT s.srvname, coalesce(r.rolname, 'public') AS role,
        (SELECT pg_catalog.substr(option, 6)
         FROM pg_catalog.unnest(m.umoptions) AS option
         WHERE option LIKE 'user=%') AS remote_user
      FROM pg_catalog.pg_user_mapping AS m
      JOIN pg_catalog.pg_foreign_server AS s ON s.oid = m.umserver
      LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = m.umuser
      WHERE coalesce(r.rolname, 'public') = ANY (?::name[])
      ORDER BY s.srvname, role""";

  /**
   * @param session in the scope's database, or, while that does not exist, in another one of the
   *     server: then only what belongs to the whole server is read
   */
  public ServerState read(Session session, Scope scope) {
    Optional<Database> database =
        session.queryOne(DATABASE, row -> database(row, scope), scope.database().value());
    List<Role> roles =
        session.query(ROLES, row -> role(row, scope), RoleLimits.SETTINGS, scope.roleNames());
    boolean here =
        session
            .query("SELECT pg_catalog.current_database() AS name", row -> row.identifier("name"))
            .contains(scope.database());
    return here
        ? new ServerState(
            database,
            ServerState.index(roles, Role::name),
            ServerState.index(
                session.query(SCHEMAS, row -> schema(row, scope), scope.schemaNames()),
                Schema::name),
            new TreeSet<>(session.query(EXTENSIONS, row -> row.identifier("extname"))),
            ServerState.index(
                session.query(FOREIGN_SERVERS, row -> foreignServer(row, scope)),
                ForeignServer::name),
            ServerState.index(
                session.query(USER_MAPPINGS, CatalogReader::userMapping, scope.roleNames()),
                UserMapping::key))
        : new ServerState(
            database,
            ServerState.index(roles, Role::name),
            new TreeMap<>(),
            new TreeSet<>(),
            new TreeMap<>(),
            new TreeMap<>());
  }

  private static Database database(Row row, Scope scope) {
    return new Database(
        row.identifier("datname"),
        row.identifier("owner"),
        AclReader.acl(row, "acl", scope),
        row.integer("datconnlimit") != 0);
  }

  private static Role role(Row row, Scope scope) {
    TreeSet<Identifier> memberOf = new TreeSet<>();
    row.strings("member_of").forEach(name -> memberOf.add(Identifier.of(name)));
    memberOf.retainAll(scope.roles());
    return new Role(
        row.identifier("rolname"),
        row.bool("rolcanlogin"),
        memberOf,
        row.findString("search_path").map(IdentifierList::parse).orElse(List.of()),
        Optional.of(new RoleLimits(row.integer("rolconnlimit"), options(row, "settings"))));
  }

  private static Schema schema(Row row, Scope scope) {
    return new Schema(
        row.identifier("nspname"),
        row.identifier("owner"),
        AclReader.acl(row, "acl", scope),
        AclReader.acl(row, "table_defaults", scope),
        AclReader.acl(row, "sequence_defaults", scope));
  }

  private static ForeignServer foreignServer(Row row, Scope scope) {
    return new ForeignServer(
        row.identifier("srvname"), options(row, "srvoptions"), AclReader.acl(row, "acl", scope));
  }

  private static UserMapping userMapping(Row row) {
    return new UserMapping(
        new UserMapping.Key(row.identifier("srvname"), row.identifier("role")),
        row.findIdentifier("remote_user").orElse(Acl.PUBLIC));
  }

  /** Options or settings as the catalogs hold them: {@code {fetch_size=1000,…}}. */
  static SortedMap<String, String> options(Row row, String column) {
    TreeMap<String, String> options = new TreeMap<>();
    for (String option : row.strings(column)) {
      int equals = option.indexOf('=');
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return options;
  }
}
