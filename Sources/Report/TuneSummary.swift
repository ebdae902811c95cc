import Tune

extension TunePlan {
    private static let width = 80
    private static let height = 24

    /// What changes, with the reason of each in a few words: for a terminal of 80 columns and 24 lines.
    var summary: StyledText {
        var lines: [StyledText] = [
            "\(profile.rawValue, .bold)\(isExact ? ", documented values" : "") for PostgreSQL \(serverVersion): \(machine.brief)"
        ]
        let changes = items.filter { $0.isChange || $0.action == .blocked }
        let below = (proofText + warnings).map { $0.wrapped(to: Self.width) }
        // A head, two empty lines, the memory, the legend, what is left, and where more is.
        let room = Self.height - 7 - below.map { $0.lines.count }.reduce(0, +)
        if !changes.isEmpty { lines += [""] + rows(changes, most: max(room, 5)) + [""] }
        lines.append(budget.brief)
        lines += below
        let rest = [
            changes.count < items.count ? "the settings that stay" : nil,
            notes.isEmpty ? nil : "\(plural(notes.count, "note"))",
        ]
        let more = (["reasons in full"] + rest.compactMap(\.self)).joined(separator: ", ")
        lines.append("\(more): -v")
        return (lines + managed).joined()
    }

    /// The changes alone.
    package var brief: StyledText {
        let changes = items.filter { $0.isChange || $0.action == .blocked }
        return changes.map { "\($0.setting)  \($0.change)" as StyledText }.joined()
    }

    private func rows(_ changes: [Item], most: Int) -> [StyledText] {
        // The line that says how many are left out is as long as one of them.
        let shown = changes.count <= most + 1 ? changes[...] : changes.prefix(most)
        let names = shown.map(\.setting.count).max() ?? 0
        let values = shown.map(\.change.count).max() ?? 0
        let room = Self.width - names - values - 6
        let rows = shown.map { item -> StyledText in
            let setting = item.setting + String(repeating: " ", count: names - item.setting.count)
            let change = item.change + String(repeating: " ", count: values - item.change.count)
            let reason = room < 8 ? "" : item.reason(room)
            let mark = item.effect == .restart && item.isChange ? "R" : " "
            return "\(setting)  \(change) \(mark, .yellow)  \(reason, .dim)"
        }
        let restarts = changes.contains { $0.effect == .restart && $0.isChange }
        let left = changes.count - shown.count
        let legend: [StyledText] =
            (left > 0 ? ["and \(left) more: -v"] : [])
            + (restarts ? ["\("R", .yellow) needs a restart of the server"] : [])
        return rows + legend
    }

    /// Why, in the fewest words; the sentence for it is in ``Item/why``.
    fileprivate static let reasons = [
        "max_connections": "the documented number", "shared_buffers": "a quarter of memory",
        "effective_cache_size": "what the planner expects", "work_mem": "memory left for each sort",
        "maintenance_work_mem": "for index builds, vacuum", "autovacuum_work_mem": "for each worker of vacuum",
        "wal_buffers": "writers need not wait", "min_wal_size": "files kept for bursts",
        "max_wal_size": "fewer checkpoints", "checkpoint_completion_target": "writes spread out",
        "random_page_cost": "price of a page on disk", "effective_io_concurrency": "reads at once",
        "default_statistics_target": "histogram size", "max_parallel_workers_per_gather": "mail is short queries",
        "huge_pages": "fewer page tables", "wal_compression": "half the log",
        "log_min_duration_statement": "logs what is slow",
        "log_parameter_max_length": "keeps mail out of logs", "synchronous_commit": "as asked for",
        "email_service: synchronous_commit": "as asked for", "wal_level": "as asked for",
        "shared_preload_libraries": "statistics of queries",
    ]

    /// The same by what the sentence says, where that depends on the machine or the caller.
    fileprivate static let situations = [
        ("documented value", "the documented value"), ("As asked", "as asked for"),
        ("More than the documented", "as configured before"), ("256MB at most", "enough to develop with"),
        ("would not be safe", "room on pg_wal's volume"), ("All data fit", "all data fit in memory"),
    ]
}

extension TunePlan.Item {
    fileprivate var change: String {
        action == .blocked ? "\(now) (fixed)" : "\(now) -> \(proposed ?? "(remove)")"
    }

    fileprivate func reason(_ room: Int) -> String {
        let reason =
            switch action {
            case .blocked: "by the command line"
            case .restore: "an earlier profile's"
            default: TunePlan.situations.first { why.contains($0.0) }?.1 ?? TunePlan.reasons[setting] ?? why
            }
        return reason.count <= room ? reason : reason.prefix(room - 1) + "…"
    }
}
