import Postgres

/// What postgresql.auto.conf and the ingest role had at a moment, for ``Tuner/revert(_:to:)``.
package struct ConfigurationSnapshot: Sendable {
    let server: ServerState
}

extension Tuner {
    /// Remembers the configuration.
    /// - Throws: ``Failure``.
    package func snapshot() throws -> ConfigurationSnapshot {
        try session { ConfigurationSnapshot(server: try state($0)) }
    }

    /// Brings back what a plan has changed since a snapshot: an earlier profile, where ``undo()`` would go back to the
    /// time before the first.
    /// - Throws: ``Failure``.
    package func revert(_ plan: TunePlan, to snapshot: ConfigurationSnapshot) throws {
        try session { connection in
            try locked(connection) {
                let writer = ConfigurationWriter(server: snapshot.server)
                guard var journal = try state(connection).journal else { return }
                journal.state = .undoing
                try writer.begin(journal, connection)
                for item in plan.items where item.isChange {
                    let isRole = snapshot.server[item.setting] == nil
                    let change = Preparation.Change(
                        name: isRole ? "synchronous_commit" : item.setting,
                        role: isRole ? Planner.applicationRole : nil, value: nil)
                    progress(.writing(item.setting))
                    try writer.write(writer.present(change), connection)
                }
                try writer.write(snapshot.server.journal, connection)
                try connection.query("SELECT pg_reload_conf()")
            }
        }
    }
}
