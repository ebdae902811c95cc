package import Core
import Postgres
import Schema

/// Everything that must be so before `init` writes its first byte, asked in a few reads and reported all at once.
package struct Preflight {
    /// The oldest server that is supported: security_invoker views and ON DELETE SET NULL with columns came with 15.
    package static let minimumVersion = 150_000

    private(set) var problems: [Problem] = []
    private(set) var isSuperuser = false

    /// Checks what does not depend on whether the target database exists.
    /// - Parameter connection: to the target database, or to the maintenance database while the target is absent.
    init(_ connection: borrowing Connection, target: String, targetExists: Bool) throws {
        let version = connection.serverVersion
        guard version >= Self.minimumVersion else {
            problems = [.tooOld(version)]
            return
        }
        let state = try connection.query(SQLFile("preflight"))
        guard let state = state.first else { return }
        isSuperuser = state.flag("rolsuper")
        let role = SQL.identifier(state.text("role"))
        checkServer(state, announced: connection.announcedProcessID)
        if Role(rawValue: state.text("role")) != nil {
            add(
                "init is connected as \(state.text("role")), a role that the schema makes and that must stay without"
                    + " privileges", "emaildb init --username postgres   # or another superuser, not the application")
        }
        try checkExtensions(connection, role: role)
        try checkRoles(connection, state, role: role)
        if targetExists {
            checkDatabase(connection, state, role: role)
        } else if !isSuperuser && !state.flag("rolcreatedb") {
            add("the database \(target) does not exist and \(role) may not create it", "ALTER ROLE \(role) CREATEDB;")
        }
    }

    private mutating func add(_ problem: String, _ fix: String) { problems.append(Problem(problem: problem, fix: fix)) }

    private mutating func checkServer(_ state: Row, announced: Int) {
        if state.flag("standby") {
            add(
                "the server is a standby (in recovery); its schema comes from its primary",
                "emaildb init --host PRIMARY   # or, to promote this one for good: SELECT pg_promote();")
        } else if state.flag("read_only") {
            add(
                "transactions are read-only by default (default_transaction_read_only)",
                "ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();"
                    + "   -- or ALTER ROLE/DATABASE .. RESET, where it was set")
        }
        if state.integer("pid") != announced { problems.append(.pooler(command: "init")) }
    }

    private mutating func checkDatabase(_ connection: borrowing Connection, _ state: Row, role: String) {
        let database = SQL.identifier(state.text("database"))
        if state.text("encoding") != "UTF8" {
            add(
                "the database \(database) is encoded as \(state.text("encoding")); mail needs UTF8",
                "ALTER DATABASE \(database) RENAME TO \(SQL.identifier(state.text("database") + "_old"));"
                    + "   -- then emaildb init creates a new one")
        }
        if !state.flag("may_create") {
            add(
                "\(role) may not create schemas in the database \(database)",
                "GRANT CREATE ON DATABASE \(database) TO \(role);")
        }
        if !isSuperuser && !state.flag("owns") {
            add(
                "\(role) does not own the database \(database), so it cannot close it to PUBLIC",
                "ALTER DATABASE \(database) OWNER TO \(role);")
        } else if !state.flag("may_create_public") {
            add("\(role) may not create objects in the schema public", "GRANT CREATE ON SCHEMA public TO \(role);")
        }
    }

    private mutating func checkExtensions(_ connection: borrowing Connection, role: String) throws {
        let rows = try connection.query(SQLFile("preflight_extensions"), [SQL.array(SchemaStep.extensions)])
        let major = Self.major(connection.serverVersion)
        for row in rows {
            let name = row.text("name")
            let quoted = SQL.identifier(name)
            if let schema = row["schema"] {
                if schema != "public" && schema != "pg_catalog" {
                    add(
                        "the extension \(name) is in the schema \(schema), where the schema's SQL does not look",
                        "ALTER EXTENSION \(quoted) SET SCHEMA public;")
                }
            } else if !row.flag("available") {
                add(
                    "the extension \(name) is not installed on the server",
                    "apt-get install postgresql-\(major)   # Debian; elsewhere the package is postgresql\(major)-contrib"
                )
            } else if !isSuperuser && !row.flag("trusted") {
                add(
                    "the extension \(name) may only be created by a superuser here",
                    "CREATE EXTENSION \(quoted) WITH SCHEMA public;   -- as a superuser, in this database")
            } else if isSuperuser {
                checkLibrary(connection, extension: name)
            }
        }
    }

    /// Loads the extension's library into this one session, which shows what CREATE EXTENSION would stumble over.
    private mutating func checkLibrary(_ connection: borrowing Connection, extension name: String) {
        do {
            try connection.query("LOAD \(SQL.literal("$libdir/" + name))")
        } catch let error as PostgresError where error.kind == .server {
            add(
                "the extension \(name) is there but its library cannot be loaded: \(error.message)",
                name == "uuid-ossp"
                    ? "apt-get install libossp-uuid16"
                    : "apt-get install --reinstall postgresql-\(Self.major(connection.serverVersion))")
        } catch {}
    }

    private mutating func checkRoles(_ connection: borrowing Connection, _ state: Row, role: String) throws {
        guard !isSuperuser else { return }
        guard state.flag("rolcreaterole") else {
            add("\(role) may not create the roles of the schema", "ALTER ROLE \(role) CREATEROLE;")
            return
        }
        // From 16 on, CREATEROLE only covers roles that one made, or was given, with ADMIN OPTION.
        guard connection.serverVersion >= 160_000 else { return }
        let foreign = try connection.query(SQLFile("preflight_roles"), [SQL.array(Role.allCases.map(\.name))])
        if !foreign.isEmpty {
            let names = foreign.map { $0.text("rolname") }.joined(separator: ", ")
            add(
                "\(role) may not administer roles that exist already: \(names)",
                "GRANT \(names) TO \(role) WITH ADMIN OPTION;")
        }
    }

    static func major(_ version: Int) -> Int { version / 10_000 }
}

extension Problem {
    package static func tooOld(_ version: Int) -> Problem {
        Problem(
            problem: "the server is PostgreSQL \(version / 10_000); emaildb needs 15 or newer (16 is the reference)",
            fix: "apt-get install postgresql-16   # then pg_upgradecluster or dump and restore")
    }

    /// Something between client and server hands out sessions.
    package static func pooler(command: String) -> Problem {
        Problem(
            problem:
                "the connection goes through a pooler (the server process behind it is another than the one announced);"
                + " session locks and settings do not survive transaction pooling",
            fix: "emaildb \(command) --host SERVER --port 5432   # the server's own address and port")
    }
}
