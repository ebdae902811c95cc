/// One value that a profile wants.
struct Proposal: Sendable {
    /// The setting, as ``ServerSetting/label``.
    let label: String
    /// The value as it is written in a configuration file.
    let value: String
    let why: String
    /// The documented line that the setting comes from; nil where none is documented.
    let document: String?
    /// Whether a present value that differs little is as good: the value follows from something that was measured.
    let isApproximate: Bool
}

/// The documented tuning, word for word.
enum DocumentedTuning {
    /// "Configuration": what every server starts from; sized for 1 GB.
    static let base: [(name: String, value: String)] = [
        ("max_connections", "200"), ("shared_buffers", "256MB"), ("effective_cache_size", "1GB"),
        ("work_mem", "1310kB"), ("maintenance_work_mem", "64MB"), ("wal_buffers", "16MB"), ("min_wal_size", "1GB"),
        ("max_wal_size", "4GB"), ("checkpoint_completion_target", "0.9"), ("random_page_cost", "1.1"),
        ("effective_io_concurrency", "200"), ("default_statistics_target", "100"),
    ]

    /// "Performance Tuning" and "Troubleshooting: Slow queries": what a profile has beside the base.
    static func additions(_ profile: TuneProfile) -> [(name: String, value: String)] {
        let production = [
            ("shared_buffers", "2GB"), ("effective_cache_size", "6GB"), ("work_mem", "10MB"),
            ("maintenance_work_mem", "512MB"), ("log_min_duration_statement", "1000"),
        ]
        // The last of a name counts.
        return switch profile {
        case .development: []
        case .production: production
        case .highThroughput:
            production + [("wal_level", "minimal"), ("synchronous_commit", "off"), ("max_wal_size", "16GB")]
        case .readHeavy:
            production
                + [("random_page_cost", "1.01"), ("effective_io_concurrency", "500"), ("effective_cache_size", "8GB")]
        }
    }

    /// The document's line about a setting, as it concerns a profile.
    static func line(_ name: String, _ profile: TuneProfile) -> String? {
        if let added = additions(profile).last(where: { $0.name == name }) {
            let isNumber = Double(added.value) != nil
            return "ALTER SYSTEM SET \(name) = \(isNumber ? added.value : "'\(added.value)'");"
        }
        return base.first { $0.name == name }.map { "\(name) = \($0.value)" }
    }
}
