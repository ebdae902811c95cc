package import Postgres

/// An installed database on a server of its own, for cases that change it one after the other and take the change back.
///
/// After a case that did not, the database and the cluster's roles are made anew: its failure fails no other case.
package actor SequentialDatabase {
    private let server = TestServer()
    private let setup: String
    private var isClean = false

    /// - Parameter setup: SQL to run after each installation.
    package init(setup: String = "SELECT") { self.setup = setup }

    /// Runs a case, which returns whether everything is as it was before.
    package func with(_ body: @Sendable (ConnectionSettings) async throws -> Bool) async throws {
        if !isClean {
            try Cluster.empty(await server.connectionSettings())
            try Connection(await server.installed()).script(setup)
        }
        isClean = false
        isClean = try await body(await server.connectionSettings().database("email_service"))
    }
}
