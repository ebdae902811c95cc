package import Core
import Postgres
import Schema

/// Everything that must be so before `init` writes its first byte, asked in a few reads and reported all at once.
package struct Preflight {
    /// The oldest server that is supported: security_invoker views and ON DELETE SET NULL with columns came with 15.
    package static let minimumVersion = 150_000

    var problems: [Problem] = []
    private(set) var isSuperuser = false

    /// - Parameter connection: to the target database, or to the maintenance database while the target is absent.
    init(_ connection: borrowing Connection, target: String, targetExists: Bool) throws {
        let version = connection.serverVersion
        guard version >= Self.minimumVersion else {
            problems = [.tooOld(version)]
            return
        }
        let session = try connection.query(
            """
            SELECT rolsuper, rolname, current_database() AS database, pg_backend_pid() AS pid
            FROM pg_catalog.pg_roles WHERE rolname = session_user
            """)
        guard let session = session.first else { return }
        isSuperuser = session.flag("rolsuper")
        if session.integer("pid") != connection.announcedProcessID { problems.append(.pooler(command: "init")) }
        let database = session.text("database")
        let names = [
            "role": SQL.identifier(session.text("rolname")), "database": SQL.identifier(database),
            "old": SQL.identifier(database + "_old"), "target": target, "major": String(version / 10_000),
        ]
        let parameters = [
            String(targetExists), SQL.array(Role.allCases.map(\.name)), SQL.array(SchemaStep.extensions),
        ]
        for row in try connection.query(SQLFile("preflight"), parameters) {
            if let library = row["library"] {
                checkLibrary(connection, library, names)
            } else {
                add(row.text("problem").filling(names), row.text("fix").filling(names))
            }
        }
    }

    private mutating func add(_ problem: String, _ fix: String) { problems.append(Problem(problem: problem, fix: fix)) }

    /// Loads an extension's library into this one session, which shows what CREATE EXTENSION would stumble over.
    private mutating func checkLibrary(
        _ connection: borrowing Connection, _ name: String, _ names: [String: String]
    ) {
        do {
            try connection.query("LOAD \(SQL.literal("$libdir/" + name))")
        } catch {
            guard error.kind == .server else { return }
            add(
                "the extension \(name) is there but its library cannot be loaded: \(error.message)",
                name == "uuid-ossp"
                    ? "apt-get install libossp-uuid16"
                    : "apt-get install --reinstall postgresql-{major}".filling(names))
        }
    }
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
