import Core
import Postgres
import Schema

enum InstallPlan {
    static func text(
        pending: [SchemaStep], creating database: String? = nil, _ connection: borrowing Connection
    ) -> String {
        guard !pending.isEmpty || database != nil else {
            return "-- Nothing to do: every step of this emaildb is applied.\n"
        }
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("install_plan").statements)
        let isUpgrade = pending.first?.number != 1
        let lockTimeout = isUpgrade ? StepRunner.upgradeLockTimeout : Session.lockTimeout
        let pinning = Session.pinning(serverVersion: connection.serverVersion, lockTimeout: lockTimeout)
        let values = [
            "count": String(pending.count), "tool": toolVersion, "pin": pinning,
            "create": database.map { DatabaseCreation.statement($0, serverVersion: connection.serverVersion) } ?? "",
            "database": database.map(SQL.identifier) ?? "",
            "keys": "\(InstallLock.keys.0), \(InstallLock.keys.1)", "lock_timeout": lockTimeout,
        ]
        func part(_ title: String) -> String { (parts[title] ?? "").filling(values) }
        var lines =
            [part("start")] + (isUpgrade ? [part("upgrade")] : [])
            + (database == nil ? [] : [part("create"), part("connect")]) + [part("lock")]
        for series in SchemaStep.transactions(pending) {
            let steps = series.map { step in
                (parts[step.kind.rawValue] ?? "").filling([
                    "path": step.path, "sql": step.sql, "pin": pinning, "lend": step.lendRoles,
                    "return": step.returnRoles,
                    "done": LedgerWriter.recordDone(step, milliseconds: 0), "started": LedgerWriter.recordStarted(step),
                    "finished": LedgerWriter.recordFinished(step),
                ])
            }
            lines += series.first?.kind == .transactional ? [part("begin")] + steps + [part("commit")] : steps
        }
        return (lines + [part("end")]).joined(separator: "\n\n") + "\n"
    }
}
