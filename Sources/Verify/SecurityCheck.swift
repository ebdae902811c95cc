import Core
import Fix
import Postgres
import Schema

/// One check of who can reach what, by whatever way: what a comparison of facts cannot know.
///
/// Its query is one of `sql/catalog/security_*.sql`. It yields the parts of an object's name, what is found there, and the
/// SQL that fixes it (NULL where a finding of the layout does, or no SQL can); some also a materialized view whose rows go with that.
struct SecurityCheck: Sendable {
    let code: FindingCode
    let statement: Statement
    /// Whether it reads the rules of pg_hba.conf, which not every role may.
    let readsConnectionRules: Bool

    private init(
        _ code: FindingCode, _ files: [SQLFile], readsConnectionRules: Bool = false, _ parameters: [String?] = []
    ) {
        self.code = code
        statement = Statement(files.map(\.text).joined(), parameters)
        self.readsConnectionRules = readsConnectionRules
    }

    /// - Parameter expected: whose grants are the allow-list of definer functions, and whose constraints the layout fixes.
    static func all(_ expected: ExpectedLayout, serverVersion: Int) -> [SecurityCheck] {
        let keys = expected.facts.keys
        let tables = SQL.array(keys.filter { $0.kind == .table }.map(\.object.name))
        let mailTables = SQL.array(keys.filter { $0.kind == .table && $0.object.schema == "public" }.map(\.object.name))
        let constraints = keys.filter { $0.kind == .constraint && $0.object.schema == "public" }.map(\.object)
        let allowed = keys.filter { $0.kind == .grant && $0.object.kind == .function }
        let system = allowed.filter { $0.object.schema == "pg_catalog" }
        let functions = SQL.array(
            keys.filter { $0.kind == .function && $0.object.schema == "public" }.map(\.object.name))
        let roles = SQL.array(Role.allCases.map(\.name))
        let logins = SQL.array(Role.allCases.filter(\.logsIn).map(\.name))
        let applications = SQL.array(Role.allCases.filter(\.isApplication).map(\.name))
        let stock = SQL.array(StockLeakproof.identifiers(serverVersion: serverVersion).map(String.init))

        let reach = SQLFile("security_reach")
        func grants(
            _ code: FindingCode, tables privileges: [String] = [], spaces: [String] = [], servers: [String] = []
        ) -> Self {
            Self(
                code, [reach, SQLFile("security_grants")],
                [applications, tables, SQL.array(privileges), SQL.array(spaces), SQL.array(servers)])
        }
        func rules(_ code: FindingCode, methods: [String] = [], types: [String] = []) -> Self {
            Self(
                code, [SQLFile("security_connection_rules")], readsConnectionRules: true,
                [SQL.array(methods), SQL.array(types)])
        }
        return [
            Self(.reachesPrivilege, [reach, SQLFile("security_privileges")], [applications]),
            Self(.reachesOwner, [reach, SQLFile("security_owners")], [applications]),
            grants(.beyondRowSecurity, tables: ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"]),
            grants(.mayCreate, spaces: ["CREATE", "TEMPORARY"]),
            grants(.foreignServer, servers: ["USAGE"]),
            Self(.openStatistics, [SQLFile("security_statistics")], [applications, LayoutFix.closeStatistics]),
            Self(
                .definerFunction, [SQLFile("security_definers")],
                [
                    applications, SQL.array(allowed.map { $0.object.schema ?? "" }),
                    SQL.array(allowed.map(\.object.name)),
                    SQL.array(allowed.map { $0.object.arguments ?? "" }), SQL.array(allowed.map { $0.role ?? "" }),
                ]),
            Self(
                .foreignKeyWithoutTenant, [SQLFile("security_foreign_keys")],
                [mailTables, SQL.array(constraints.map(\.name)), SQL.array(constraints.map { $0.part ?? "" })]),
            Self(.policyFunction, [SQLFile("security_policies")], [tables]),
            Self(.openView, [SQLFile("security_views")], [tables]),
            Self(.leakproof, [SQLFile("security_leakproof")], [stock]),
            rules(.connectionRule, methods: ["trust", "password", "md5", "ident"]),
            rules(.connectionWithoutTLS, types: ["host", "hostnossl"]),
            Self(.passwordEncryption, [SQLFile("security_password_encryption")]),
            Self(.shadow, [SQLFile("security_shadows")], [functions]),
            Self(.otherCreator, [SQLFile("security_creators")], [applications]),
            Self(.otherOwner, [SQLFile("security_home_owners")], ["", Role.owner.name]),
            Self(
                .catalogRight, [reach, SQLFile("security_catalog_rights")],
                [
                    applications, SQL.array(system.map { $0.object.kind.rawValue }),
                    SQL.array(system.map { $0.object.name + ($0.object.arguments.map { "(\($0))" } ?? "") }),
                    SQL.array(system.map { $0.object.part ?? "" }), SQL.array(system.map { $0.role ?? "" }),
                ]),
            Self(.foreignCode, [SQLFile("security_foreign_code")], [applications, tables]),
            Self(.roleSchema, [SQLFile("security_user_schemas")], [roles]),
            Self(.eventTrigger, [SQLFile("security_event_triggers")]),
            Self(.replication, [SQLFile("security_replication")], [tables]),
            Self(.limitedLogin, [SQLFile("security_logins")], [logins]),
            Self(.preset, [SQLFile("security_presets")]),
            Self(.locale, [SQLFile("security_locale")]),
            Self(.otherDatabase, [SQLFile("security_other_databases")], [logins]),
        ]
    }

    /// The check that looks at password hashes, which only a superuser sees.
    static let ofPasswords = Self(
        .weakPassword, [SQLFile("security_passwords")], [SQL.array(Role.allCases.filter(\.logsIn).map(\.name))])

    func findings(_ rows: Rows) -> [Finding] {
        rows.map { row in
            let object = row["kind"].flatMap(ObjectName.Kind.init(rawValue:)).map { kind in
                ObjectName(
                    kind, schema: row["schema"], row.text("name"), arguments: row["arguments"].map(SQLText.oneLine),
                    part: row["part"])
            }
            let things = [object, object?.parent()].compactMap { $0 }.map { FixStatement.Thing.object($0) }
            let loses = rows.columns.contains("loses") ? row["loses"].map { Loss(rowsOf: $0, isTable: false) } : nil
            return Finding(
                code, object: object?.description ?? row.text("name"), actual: SQLText.oneLine(row.text("actual")),
                statements: row["fix"].map { [FixStatement(SQLText.oneLine($0), uses: Set(things), loses: loses)] }
                    ?? [])
        }
    }
}
