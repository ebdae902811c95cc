import Core
import Postgres
import Schema

struct InstallPlan {
    let text: String

    init(pending: [SchemaStep], creating database: String? = nil, _ connection: borrowing Connection) {
        guard !pending.isEmpty || database != nil else {
            text = "-- Nothing to do: every step of this emaildb is applied.\n"
            return
        }
        var parts = [
            """
            -- \(pending.count) steps of emaildb \(toolVersion). Run with: psql -X -f FILE
            \\set ON_ERROR_STOP on
            """
        ]
        if let database {
            parts.append(DatabaseCreation.statement(connection, database: database) + ";")
            parts.append("\\connect \(SQL.identifier(database))")
        }
        parts.append(
            """
            \(Session.pinning(serverVersion: connection.serverVersion))
            DO $emaildb$ BEGIN
              IF NOT pg_try_advisory_lock(\(InstallLock.keys.0), \(InstallLock.keys.1)) THEN
                RAISE EXCEPTION 'another emaildb init is running in this database';
              END IF;
            END $emaildb$;
            """)
        for step in pending {
            let repin = "RESET ROLE; RESET ALL; " + Session.pinning(serverVersion: connection.serverVersion)
            switch step.kind {
            case .transactional:
                parts.append(
                    """
                    -- \(step.path)
                    BEGIN;
                    \(step.lendRoles)\(step.sql)
                    \(repin)
                    \(step.returnRoles)\(LedgerWriter.recordDone(step))
                    COMMIT;
                    """)
            case .noTransaction:
                parts.append(
                    "-- \(step.path)\n\(LedgerWriter.recordStarted(step))\nSET lock_timeout = 0;\n\(step.sql)\n\(repin)\n"
                        + LedgerWriter.recordFinished(step))
            }
        }
        parts.append("SELECT pg_advisory_unlock(\(InstallLock.keys.0), \(InstallLock.keys.1));")
        text = parts.joined(separator: "\n\n") + "\n"
    }
}
