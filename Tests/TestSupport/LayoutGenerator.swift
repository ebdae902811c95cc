import Core
import Install
package import Postgres
package import Schema

/// Finds the catalog facts that each step of a series makes, by applying them one by one to an empty database.
package enum LayoutGenerator {
    /// The content of each step's layout file, by step name.
    ///
    /// - Parameters:
    ///   - settings: a superuser of a cluster that has no roles of ours yet.
    ///   - database: a database that does not exist; it is left behind with every step applied.
    package static func changes(
        settings: ConnectionSettings, database: String, source: SchemaSource
    ) throws -> [(step: String, change: LayoutChange)] {
        var maintenance = settings
        maintenance["dbname"] = DatabaseCreation.maintenanceDatabase
        let creator = try Connection(maintenance)
        try creator.query(DatabaseCreation.statement(database, serverVersion: creator.serverVersion))
        var target = settings
        target["dbname"] = database
        let connection = try Connection(target)
        try Session.pin(connection)
        var before = try LiveCatalog.facts(connection)
        return try source.steps.map { step in
            if step.kind == .transactional { try connection.query("BEGIN") }
            try connection.script(step.lendRoles + step.sql)
            try Session.repin(connection)
            try connection.script(step.returnRoles)
            if step.kind == .transactional { try connection.query("COMMIT") }
            let after = try LiveCatalog.facts(connection)
            defer { before = after }
            return (step.name, LayoutChange(from: before, to: after))
        }
    }
}
