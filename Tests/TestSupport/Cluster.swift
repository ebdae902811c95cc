import FoundationEssentials
import Glibc
package import Postgres

@testable import Core
@testable import Schema

/// What tests of `init` do to a cluster between two runs, and what they look at afterwards.
package enum Cluster {
    /// Brings a cluster back to where initdb left it: none of the databases, and only the roles of initdb.
    package static func empty(_ settings: ConnectionSettings, dropping databases: [String] = ["email_service"]) throws {
        let connection = try Connection(settings.database("postgres"))
        for database in databases {
            try connection.query("DROP DATABASE IF EXISTS \(SQL.identifier(database)) WITH (FORCE)")
        }
        // Those of initdb have lower numbers (FirstNormalObjectId).
        for role in try connection.column("SELECT oid::regrole FROM pg_roles WHERE oid >= 16384") {
            try connection.query("DROP ROLE \(role)")
        }
    }

    /// Everything the catalog says of an installed database: facts, and the ledger's steps with their states.
    package static func snapshot(_ settings: ConnectionSettings) throws -> [String] {
        let connection = try Connection(settings)
        try Session.pin(connection)
        let facts = try LiveCatalog.facts(connection).map { "\($0.key) = \($0.value)" }.sorted()
        let ledger = try connection.query("SELECT step, name, hash, chain, state FROM emaildb.ledger ORDER BY step")
        return facts
            + ledger.map { "step \($0.text("step")) \($0.text("name")) \($0.text("chain")) \($0.text("state"))" }
    }
}

/// A folder that is removed with the last reference to it.
package final class TemporaryFolder: Sendable {
    /// Its absolute path.
    package let path: String

    /// An empty folder.
    package init() throws {
        path = "/tmp/emaildb-files-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a text file; a name with a folder in it makes the folder.
    package func write(_ name: String, _ text: String) throws {
        let folder = (path + "/" + name).split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + folder, withIntermediateDirectories: true)
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }

    /// Reads a text file.
    package func read(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }

    /// Whether the program of ``CommandRunner/emaildb(_:environment:errorsIn:)`` has said something already.
    package func says(_ message: String) -> Bool { (try? read("errors"))?.contains(message) == true }

    /// Removes a file.
    package func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// A folder with the project's own steps and layouts.
    package static func withSteps() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let manager = FileManager.default
        for name in try manager.contentsOfDirectory(atPath: "sql") where name.hasSuffix(".sql") {
            try folder.write(name, try String(contentsOfFile: "sql/" + name, encoding: .utf8))
        }
        for name in try manager.contentsOfDirectory(atPath: "sql/layout") {
            try folder.write("layout/" + name, try String(contentsOfFile: "sql/layout/" + name, encoding: .utf8))
        }
        return folder
    }

    /// A folder with a short series: the ledger, a table, and an index on it that is built outside transactions, as
    /// slowly as wanted, because its function sleeps at every row, and as long as a session holds ``heldOpen``.
    package static func withSlowIndex(milliseconds: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("0001_ledger.sql", try String(contentsOfFile: "sql/0001_ledger.sql", encoding: .utf8))
        let rows = 50
        let pause = Double(milliseconds) / Double(rows) / 1000
        try folder.write(
            "0002_slow_table.sql",
            """
            CREATE TABLE public.slow (id integer);
            INSERT INTO public.slow SELECT generate_series(1, \(rows));
            CREATE FUNCTION public.slow_value(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
            $$
            BEGIN
              PERFORM pg_sleep(\(pause));
              WHILE EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 7 AND objid = 7
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) LOOP
                PERFORM pg_sleep(0.01);
              END LOOP;
              RETURN id;
            END
            $$;
            """)
        try folder.write(
            "0003_slow_index.sql",
            """
            -- emaildb: no-transaction
            CREATE INDEX CONCURRENTLY slow_index ON public.slow (public.slow_value(id));
            """)
        try folder.write(
            "layout/0003_slow_index.txt",
            "index slow_index = CREATE INDEX slow_index ON public.slow USING btree (public.slow_value(id))\n")
        return folder
    }

    /// The arguments of the advisory lock that keeps a build from ending.
    package static let heldOpen = "7, 7"
}
