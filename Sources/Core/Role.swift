/// A role that the schema makes, in the order of `sql/0003_roles.sql`, which says what each is for.
///
/// `make lint` holds this list against that file, the container and the manifests.
package enum Role: String, Sendable, CaseIterable {
    case owner = "email_owner"
    case service = "email_service"
    case readonly = "email_readonly"
    case search = "email_search"
    case audit = "email_audit"
    case backup = "email_backup"
    case monitor = "email_monitor"
    case pooler = "email_pooler"
    case keeper = "email_keeper"
    case worker = "email_worker"
    case lookup = "email_lookup"

    /// The name in the cluster.
    package var name: String { rawValue }

    /// Whether the role logs in, and so can have a password.
    package var logsIn: Bool {
        switch self {
        case .service, .readonly, .worker, .backup, .monitor, .pooler: true
        case .owner, .search, .audit, .keeper, .lookup: false
        }
    }

    /// Whether applications act as the role, under row security.
    package var isApplication: Bool { self == .service || self == .readonly || self == .worker }
}
