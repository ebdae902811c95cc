import Core
import FoundationEssentials
import Postgres
import Server

/// The program that keeps a server's configuration and restarts it, where there is one.
///
/// It would overwrite what `tune` writes, or give it to one of several servers only; and it takes a restart that is
/// not its own for a crash. So `tune` writes nothing there, and names the command that does it.
struct Manager: Sendable, Hashable {
    enum Kind: String, Sendable {
        case patroni = "Patroni"
        case cloudNativePG = "CloudNativePG"
        case rds = "Amazon RDS"
        case cloudSQL = "Google Cloud SQL"
        case azure = "Azure Database for PostgreSQL"
        /// Its name is not known, only that nobody else may write.
        case unnamed = "another program"
        case autoFailover = "pg_auto_failover"
    }

    let kind: Kind
    /// By what it is known, for people.
    let sign: String
    /// What it calls the server or its cluster; nil when that cannot be seen.
    private let cluster: String?

    /// Whether `ALTER SYSTEM` is not for others; else only restarts are not.
    var keepsConfiguration: Bool { kind != .autoFailover }

    /// Whether it lets nobody else be a superuser, so that there may be no plan.
    var isService: Bool { [.rds, .cloudSQL, .azure].contains(kind) }

    // MARK: - How it is told

    /// The manager of a running server; any role may ask, a superuser's answer is the surest.
    static func of(_ connection: borrowing Connection) throws -> Manager? {
        let row = try connection.query(SQLFile("server_manager"))[0]
        let files = row.flag("superuser") ? try connection.query(SQLFile("server_manager_files"))[0] : nil
        func has(_ mark: String) -> Bool { files?.flag(mark) == true }
        return first(
            of: [
                (.patroni, dynamicSign, has("patroni_dynamic")),
                (.patroni, headerSign, has("patroni_header")),
                (.patroni, baseSign, row.flag("patroni_base")),
                (.patroni, argumentsSign, isPatroni(Set(row.text("arguments").parts(" ").map(String.init)))),
                (.cloudNativePG, digestSign, row.flag("cnpg_digest")),
                (.cloudNativePG, "its archive_command", row.flag("cnpg_command")),
                (.rds, "the role rdsadmin and the setting rds.extensions", row.flag("rds")),
                (.cloudSQL, "the role cloudsqladmin and settings cloudsql.*", row.flag("cloudsql")),
                (.azure, "the role azure_pg_admin and the setting azure.extensions", row.flag("azure")),
                (.unnamed, fixedSign, row.flag("fixed")),
                (.autoFailover, failoverFile, row.flag("failover") || has("failover")),
            ], cluster: row["cluster"])
    }

    /// The manager of a server that is down, by its files.
    /// - Parameter arguments: the settings on the command line of its last start.
    static func of(
        dataDirectory: String, configurationFile: String, arguments: [String: String]
    ) -> Manager? {
        let main = fileText(configurationFile) ?? ""
        let included = AutoConfiguration(main).entries.filter { $0.name.hasPrefix("include") }.map(\.value)
        let hasCustom = included.contains { $0.hasSuffix("custom.conf") }
        let custom = hasCustom ? fileText(dataDirectory + "/custom.conf") : nil
        let settings = AutoConfiguration(main + "\n" + (custom ?? ""))
        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: dataDirectory + "/" + name) }
        let allows = (arguments["allow_alter_system"] ?? settings["allow_alter_system"])?.lowercased()
        return first(
            of: [
                (.patroni, dynamicSign, exists(dynamicFile)),
                (.patroni, headerSign, main.prefix(400).contains(header)),
                (.patroni, baseSign, included.contains { $0.hasSuffix("postgresql.base.conf") }),
                (.patroni, argumentsSign, isPatroni(Set(arguments.keys))),
                (.cloudNativePG, digestSign, settings["cnpg.config_sha256"] != nil),
                (.unnamed, fixedSign, allows.map { ["off", "false", "no", "0"].contains($0) } ?? false),
                (.autoFailover, failoverFile, exists(failoverFile)),
            ], cluster: arguments["cluster_name"] ?? settings["cluster_name"])
    }

    private static func first(of marks: [(kind: Kind, sign: String, isThere: Bool)], cluster: String?) -> Manager? {
        marks.first(where: \.isThere).map {
            Manager(kind: $0.kind, sign: $0.sign, cluster: cluster.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// Patroni gives cluster_name and these, all of them, on the command line of every server that it starts.
    private static let patroniArguments: Set<String> = [
        "listen_addresses", "port", "wal_level", "hot_standby", "max_connections", "max_wal_senders",
        "max_prepared_transactions", "max_locks_per_transaction", "track_commit_timestamp", "max_replication_slots",
        "max_worker_processes", "wal_log_hints",
    ]

    /// Three may be missing, as its versions differ; what people give a server themselves comes nowhere near.
    private static func isPatroni(_ arguments: Set<String>) -> Bool {
        arguments.contains("cluster_name") && patroniArguments.subtracting(arguments).count <= 3
    }

    private static let dynamicFile = "patroni.dynamic.json"
    private static let failoverFile = "postgresql-auto-failover.conf"
    private static let header = "overwritten by Patroni"
    private static let dynamicSign = dynamicFile + " is in its data directory"
    private static let headerSign = "its configuration file says that Patroni overwrites it"
    private static let baseSign = "its configuration includes postgresql.base.conf"
    private static let argumentsSign = "Patroni's arguments are on its command line"
    private static let digestSign = "the setting cnpg.config_sha256"
    private static let fixedSign = "allow_alter_system = off"

    // MARK: - What to type instead

    /// That nothing is done here.
    func refusal(_ fix: String) -> Failure {
        Self.refusal(kind.rawValue, sign, keepsConfiguration: keepsConfiguration, fix: fix)
    }

    static func refusal(_ name: String, _ sign: String, keepsConfiguration: Bool = true, fix: String) -> Failure {
        let what =
            keepsConfiguration ? "tune neither writes its configuration nor restarts it" : "tune does not restart it"
        return .refused("this server is managed by \(name) (\(sign)): \(what); nothing was written", fix: fix)
    }

    /// The command that gives it settings, a value of nil removing one; the place where to, without any.
    func command(for settings: [(name: String, value: String?)]) -> String {
        let lines = settings.map { setting in
            setting.value.map { "\(setting.name) = \(AutoConfiguration.quoted($0))" } ?? "# without \(setting.name)"
        }
        switch kind {
        case .patroni:
            guard !settings.isEmpty else {
                return "patronictl edit-config \(name("SCOPE"))   # under postgresql: parameters:"
            }
            let changes = settings.map { " -p " + "\($0.name)=\($0.value ?? "null")".quotedForShell }
            return "patronictl edit-config \(name("SCOPE"))" + changes.joined()
        case .cloudNativePG:
            return (["kubectl edit cluster \(name("NAME"))   # under spec:"] + Self.resource(settings))
                .joined(separator: "\n")
        case .rds:
            return
                ([
                    "aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters"
                        + " ParameterName=NAME,ParameterValue=VALUE,ApplyMethod=pending-reboot   # for each"
                ] + lines)
                .joined(separator: "\n")
        case .cloudSQL:
            return (["gcloud sql instances patch INSTANCE --database-flags=NAME=VALUE,...   # all of them"] + lines)
                .joined(separator: "\n")
        case .azure:
            return
                ([
                    "az postgres flexible-server parameter set --resource-group GROUP --server-name SERVER --name NAME"
                        + " --value VALUE   # for each"
                ] + lines)
                .joined(separator: "\n")
        case .unnamed, .autoFailover:
            return
                (["Change postgresql.conf where that program writes it\(settings.isEmpty ? "." : ":")"] + lines)
                .joined(separator: "\n")
        }
    }

    /// The command that restarts the server.
    var restartCommand: String {
        switch kind {
        case .patroni: "patronictl restart \(name("SCOPE"))"
        case .cloudNativePG: "kubectl cnpg restart \(name("NAME"))"
        case .rds: "aws rds reboot-db-instance --db-instance-identifier INSTANCE"
        case .cloudSQL: "gcloud sql instances restart INSTANCE"
        case .azure: "az postgres flexible-server restart --resource-group GROUP --name SERVER"
        case .unnamed: "Restart it through that program."
        case .autoFailover: "pg_autoctl do service restart postgres   # on its machine, with --pgdata DIR"
        }
    }

    /// Whether it restarts the server itself when a setting needs that.
    var restartsByItself: Bool { kind == .cloudNativePG || kind == .cloudSQL }

    /// The name that the manager knows, for a shell; a placeholder when it cannot be seen.
    private func name(_ placeholder: String) -> String {
        guard let cluster else { return placeholder }
        // As names of clusters are; whatever else stands there is one word of the shell all the same.
        let isPlain = SQL.isPlain("_" + cluster.replacingScalars { $0 == "-" || $0 == "." ? "" : nil })
        return isPlain ? cluster : cluster.quotedForShell
    }

    /// Lines of the resource Cluster; libraries to preload have a list of their own there.
    private static func resource(_ settings: [(name: String, value: String?)]) -> [String] {
        func text(_ value: String) -> String {
            "\"" + value.replacingScalars { $0 == "\"" || $0 == "\\" ? "\\\($0)" : nil } + "\""
        }
        let preloaded = "shared_preload_libraries"
        let parameters = settings.filter { $0.name != preloaded }
        var lines = ["  postgresql:"]
        lines += settings.contains { $0.name == preloaded } ? ["    \(preloaded):"] : []
        for library in ServerSetting.elements(settings.first { $0.name == preloaded }?.value ?? "") {
            lines.append("      - \(text(library))")
        }
        lines += parameters.isEmpty && lines.count > 1 ? [] : ["    parameters:"]
        return lines
            + parameters.map { setting in
                setting.value.map { "      \(setting.name): \(text($0))" } ?? "      # without \(setting.name)"
            }
    }
}
