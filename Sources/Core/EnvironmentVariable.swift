import FoundationEssentials

/// The environment variables that the program reads beside libpq's own (`PGHOST` and so on).
///
/// `README.md` says what each is for, `Containers.md` those of a container; a test compares the lists.
package enum EnvironmentVariable: String, CaseIterable, Sendable {
    case databaseURL = "DATABASE_URL"
    case applicationPasswordFile = "EMAILDB_APP_PASSWORD_FILE"
    case postgres = "EMAILDB_POSTGRES"
    case configuration = "EMAILDB_CONFIG"
    case ownPager = "EMAILDB_PAGER"
    case pager = "PAGER"
    case noColor = "NO_COLOR"
    case terminal = "TERM"

    // Set by GitHub Actions.
    case workflow = "GITHUB_WORKFLOW_REF"
    case workspace = "GITHUB_WORKSPACE"
    case stepSummary = "GITHUB_STEP_SUMMARY"

    // Read by a container's start.
    case containerDatabase = "POSTGRES_DB"
    case containerUser = "POSTGRES_USER"
    case containerPassword = "POSTGRES_PASSWORD"
    case containerPasswordFile = "POSTGRES_PASSWORD_FILE"
    case initdbArguments = "POSTGRES_INITDB_ARGS"
    case dataDirectory = "PGDATA"
    case secrets = "EMAILDB_SECRETS"
    case sockets = "EMAILDB_SOCKETS"
    case tuneProfile = "EMAILDB_TUNE_PROFILE"
    case tls = "EMAILDB_TLS"
    case accessRules = "EMAILDB_HBA_FILE"
    case role = "EMAILDB_ROLE"
    case primaryHost = "EMAILDB_PRIMARY_HOST"
    case primaryPort = "EMAILDB_PRIMARY_PORT"
    case primarySSLMode = "EMAILDB_PRIMARY_SSLMODE"
    case replicationSlot = "EMAILDB_REPLICATION_SLOT"

    package var name: String { rawValue }

    package var value: String? { value(in: ProcessInfo.processInfo.environment) }

    /// What it is set to; nil also when that is empty.
    package func value(in environment: [String: String]) -> String? {
        environment[rawValue].flatMap { $0.isEmpty ? nil : $0 }
    }
}
