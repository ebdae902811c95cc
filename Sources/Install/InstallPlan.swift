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
        let pinning = Session.pinning(serverVersion: connection.serverVersion)
        let values = [
            "count": String(pending.count), "tool": toolVersion, "pin": pinning,
            "create": database.map(DatabaseCreation.statement) ?? "",
            "database": database.map(SQL.identifier) ?? "",
            "keys": "\(InstallLock.keys.0), \(InstallLock.keys.1)",
        ]
        func part(_ title: String) -> String { (parts[title] ?? "").filling(values) }
        let steps = pending.map { step in
            (parts[step.kind.rawValue] ?? "").filling([
                "path": step.path, "sql": step.sql, "pin": pinning, "lend": step.lendRoles, "return": step.returnRoles,
                "done": LedgerWriter.recordDone(step), "started": LedgerWriter.recordStarted(step),
                "finished": LedgerWriter.recordFinished(step),
            ])
        }
        let creation = database == nil ? [] : [part("create"), part("connect")]
        return ([part("begin")] + creation + [part("lock")] + steps + [part("end")]).joined(separator: "\n\n") + "\n"
    }
}
