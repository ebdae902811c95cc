package import Backup
import Core
import Postgres
import Server
import Verify

/// How what `backup check` saw is written.
package enum BackupCheckFormat: String, CaseIterable, Sendable {
    case text, json, openmetrics
}

/// Bytes for people: `12.3 MB`.
func size(_ bytes: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes) / 1024, 0)
    while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return "\((value * 10).rounded() / 10) \(units[unit])"
}

private func seconds(_ milliseconds: Int) -> String { "\(Double((milliseconds + 50) / 100) / 10) s" }

extension BackupInitReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = changes.map { "\($0)" }
        if changes.isEmpty { lines.append("\(repository): nothing to do") }
        lines += notes.map { "\("note", .yellow): \($0)" }
        lines.append(
            "next: emaildb backup receive --repository \(repository.quotedForShell)   # as a service; then backup create"
        )
        return lines.joined()
    }
}

extension BackupRecord: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        let duration = (ended.microseconds - started.microseconds) / 1000
        var lines: [StyledText] = [
            "\(id + ": ", .green)\(size(bytes)) in \(seconds(duration)), \(plural(tenants.count, "tenant")) counted\(proof == nil ? "" : ", proven")"
        ]
        if let remark { lines.append("\("note", .yellow): \(remark)") }
        return lines.joined()
    }
}

/// The backups of a repository.
package struct BackupList: Printable {
    package let format = 1
    package let repository: String
    package let backups: [BackupRecord]

    package init(repository: String, backups: [BackupRecord]) {
        self.repository = repository
        self.backups = backups
    }

    package func text(isVerbose: Bool) -> StyledText {
        guard !backups.isEmpty else {
            return "no backup yet: emaildb backup create --repository \(repository.quotedForShell)"
        }
        var table = Table(
            ["backup", "kind", "ended (UTC)", "size", "tenants", "messages", "proven"], alignsRight: [3, 4, 5])
        for backup in backups {
            let messages = backup.tenants.reduce(0) { $0 + $1.messages }
            table.add([
                backup.id, backup.kind.rawValue, "\(backup.ended)", size(backup.bytes), String(backup.tenants.count),
                String(messages), backup.proof.map { "\($0.at)" } ?? "no",
            ])
        }
        return table.text
    }
}

extension BackupCheckReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = findings.map { finding in
            "\(finding.severity.rawValue, finding.severity == .critical ? .red : .yellow)  \(finding.check): \(finding.problem)\n      \(lines: finding.fix, indent: 6)"
        }
        lines += unseen.map { "\("not seen", .yellow)  \($0)" }
        lines += notes.map { "note: \($0)" }
        for part in log {
            lines.append(
                "log of timeline \(String(part.timeline)): \(plural(part.count, "segment")), \(part.first) to \(part.last)"
            )
        }
        if let slot {
            lines.append(
                "slot \(slot.name): \(slot.isActive ? "received" : "not received"), \(slot.state), \(size(slot.kept ?? 0)) kept"
            )
        }
        if let free = diskFree, let total = diskTotal { lines.append("disk: \(size(free)) free of \(size(total))") }
        lines.append(
            "\(plural(backups, "backup")) (\(proven) proven), \(plural(dumps, "dump")), the newest of \(lastBackup.map { "\($0)" } ?? "never"), last drill \(lastDrill.map { "\($0)" } ?? "never")"
        )
        let verdict: StyledText =
            findings.isEmpty
            ? "\("no findings", unseen.isEmpty ? .green : .yellow)"
            : "\(plural(findings.count, "finding"), findings.contains { $0.severity == .critical } ? .red : .yellow)"
        lines.append("\(repository): " + verdict + " (\(milliseconds) ms)")
        return lines.joined()
    }

    /// As Prometheus scrapes it.
    package var openMetrics: String {
        var metrics = OpenMetrics()
        func age(_ moment: Moment?) -> [(labels: [(name: String, value: String)], value: Double)] {
            moment.map { [([], Double($0.microseconds) / 1_000_000)] } ?? []
        }
        metrics.gauge(
            "emaildb_backup_last_timestamp_seconds", "End of the newest backup, seconds since 1970", age(lastBackup),
            unit: "seconds")
        metrics.gauge(
            "emaildb_backup_last_drill_timestamp_seconds", "The last drill that passed, seconds since 1970",
            age(lastDrill),
            unit: "seconds")
        metrics.gauge("emaildb_backup_count", "Backups of the cluster's files", [([], Double(backups))])
        metrics.gauge("emaildb_backup_proven", "Backups that a drill has proven", [([], Double(proven))])
        metrics.gauge("emaildb_backup_log_gaps", "Gaps in the log", [([], Double(gaps.count))])
        metrics.gauge(
            "emaildb_backup_findings", "Findings of the check of backups by severity",
            Severity.allCases.map { severity in
                ([("severity", severity.rawValue)], Double(findings.count { $0.severity == severity }))
            })
        metrics.gauge("emaildb_backup_not_seen", "Things that could not be looked at", [([], Double(unseen.count))])
        if let slot {
            metrics.gauge("emaildb_backup_slot_active", "1: the log is received", [([], slot.isActive ? 1 : 0)])
        }
        if let behind {
            metrics.gauge(
                "emaildb_backup_behind_bytes", "Log that the server is ahead", [([], Double(behind))], unit: "bytes")
        }
        if let diskFree {
            metrics.gauge(
                "emaildb_backup_disk_free_bytes", "Room in the repository", [([], Double(diskFree))], unit: "bytes")
        }
        return metrics.text
    }
}

extension DrillEvidence: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = problems.map { "\("failed", .red)  \($0)" }
        lines += verifyFindings.prefix(isVerbose ? 1000 : 10).map { "verify: \($0)" }
        lines += amcheckFindings.prefix(isVerbose ? 1000 : 10).map { "amcheck: \($0)" }
        lines += differences.prefix(isVerbose ? 1000 : 10).map { item in
            "tenant \(item.tenant): \(item.expected.map { "\($0.messages)" } ?? "no") messages in the backup, \(item.found.map { "\($0.messages)" } ?? "none") recovered"
        }
        lines += unseen.map { "\("not seen", .yellow)  \($0)" }
        lines.append(
            "recovered to \(lastTransaction.map { "\($0)" } ?? "the backup") in \(seconds(recoveryTime)): \(size(bytes)) copied, \(size(logBytes)) of log replayed"
        )
        if let loss {
            lines.append(
                "a recovery now would lose \(size(loss.bytes)) of log\(loss.seconds.map { $0 > 0 ? ", what was written in the last \($0) s" : "" } ?? "")"
            )
        }
        let verdict: StyledText = outcome == .passed ? "\("proven", .green)" : "\("not proven", .red)"
        lines.append(
            "\(backup): " + verdict
                + ", \(plural(tenants, "tenant")) with \(plural(messages, "message")) \(differences.isEmpty ? "equal" : "compared")\(isExact ? "" : " (about)"), \(plural(verifyChecks, "check"))"
        )
        return lines.joined()
    }

    /// As Prometheus scrapes it from a file.
    package var openMetrics: String {
        var metrics = OpenMetrics()
        metrics.gauge("emaildb_drill_passed", "1: the last drill passed", [([], outcome == .passed ? 1 : 0)])
        metrics.gauge(
            "emaildb_drill_timestamp_seconds", "The last drill, seconds since 1970",
            [([], Double(ended.microseconds) / 1_000_000)], unit: "seconds")
        metrics.gauge(
            "emaildb_drill_recovery_seconds", "Until the copy was recovered", [([], Double(recoveryTime) / 1000)],
            unit: "seconds")
        metrics.gauge("emaildb_drill_tenants", "Tenants compared", [([], Double(tenants))])
        metrics.gauge("emaildb_drill_differences", "Tenants whose rows differ", [([], Double(differences.count))])
        if let loss {
            metrics.gauge(
                "emaildb_drill_loss_bytes", "Log not in the repository", [([], Double(loss.bytes))], unit: "bytes")
        }
        return metrics.text
    }
}

extension PruneReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = kept.map { "keep    \($0.backup): \($0.reason)" }
        lines += removed.map { "\(isPlanOnly ? "would remove" : "removed", .yellow) \($0)" }
        lines.append(
            "\(plural(removed.count, "backup")) and \(plural(segments, "segment")) of log\(isPlanOnly ? " would go" : " removed"), \(size(bytes))"
        )
        return lines.joined()
    }
}

extension RestorePlan: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = [
            "backup \(backup) (\(kind.rawValue), \(isProven ? "proven" : "unproven"), of \(backupEnded)): \(size(bytes))"
        ]
        if let segments, let logBytes { lines.append("log: \(plural(segments, "segment")) at most, \(size(logBytes))") }
        if let lastTransaction { lines.append("the log on the way ends with the transaction of \(lastTransaction)") }
        lines.append(
            seconds.map { "about \($0) s, by the last drill" } ?? "how long is not known before the first drill")
        lines += notes.map { "note: \($0)" }
        return lines.joined()
    }
}

extension RestoreReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = [
            "last transaction: \(lastTransaction.map { "\($0)" } ?? "none in the log; the backup's own state")",
            "\(plural(tenants.count, "tenant")), \(plural(tenants.reduce(0) { $0 + $1.messages }, "message"))",
            verify.text,
        ]
        lines += next.map { "next: \($0)" }
        lines.append(
            "\("restored", .green) into \(into) in \(Double((milliseconds + 50) / 100) / 10) s from \(plan.backup)")
        return lines.joined()
    }
}

extension UndeleteReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var table = Table(
            ["table", "then", "present", isPlanOnly ? "missing" : "brought back", "replaced"],
            alignsRight: [1, 2, 3, 4])
        for row in tables {
            table.add([row.table, String(row.then), String(row.present), String(row.missing), String(row.replaced)])
        }
        var lines: [StyledText] = [table.text]
        if asleep > 0 {
            lines.append(
                "\("note", .yellow): \(plural(asleep, "row")) of them are there, but marked deleted since; they stay so"
            )
        }
        let what: StyledText = isPlanOnly ? "would bring back" : "\("brought back", .green)"
        lines.append(
            "tenant \(tenant) as of \(at): " + what
                + " \(plural(missing, "row")) (copy \(seconds(restoreMilliseconds)), merge \(seconds(mergeMilliseconds)))"
        )
        return lines.joined()
    }
}
