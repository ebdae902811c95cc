package import Core
package import Doctor
import Postgres

/// How what `doctor` found is written.
package enum DoctorFormat: String, CaseIterable, Sendable {
    case text, json, openmetrics, nagios
}

extension DoctorReport: Printable {
    /// For people: the findings, the worst first, then what was not seen, and a verdict in the last line.
    package func text(isVerbose: Bool) -> StyledText {
        var lines = findings.map(\.text)
        if isVerbose {
            lines += checks.map { "\($0.state.rawValue.padding(9), $0.state.style)  \($0.check)" }
        }
        for item in unseen {
            lines.append("\("not seen", .yellow)  \(item.check): \(item.what)")
            if let fix = item.fix { lines.append("      \(fix)") }
        }
        return (lines + [verdict]).joined()
    }

    /// A line for each finding, and the verdict.
    package var brief: StyledText { (findings.map(\.head) + [verdict]).joined() }

    private var verdict: StyledText {
        let subject = "\(database) on PostgreSQL \(serverVersion), \(isStandby ? "standby" : "primary")"
        let looked = checks.count { $0.state != .notAsked }
        let deep = isDeep ? ", \(deepMilliseconds) ms of it for --deep" : ""
        let rest = unseen.isEmpty ? "" : "; \(plural(unseen.count, "thing")) not seen"
        let end = "\(rest) (\(looked) checks in \(milliseconds) ms\(deep))"
        guard !findings.isEmpty else {
            return "\(subject): \("no findings", unseen.isEmpty ? .green : .yellow)\(end)"
        }
        return "\(subject): \(counts, count(.critical) > 0 ? .red : .yellow)\(end)"
    }

    private var counts: String {
        [
            count(.critical) > 0 ? "\(count(.critical)) critical" : nil,
            count(.warning) > 0 ? plural(count(.warning), "warning") : nil,
        ].compactMap(\.self).joined(separator: ", ")
    }

    /// One line for Nagios and its like, with performance data ("Nagios Plugin API").
    package var nagios: String {
        let word = count(.critical) > 0 ? "CRITICAL" : count(.warning) > 0 ? "WARNING" : "OK"
        let worst = findings.prefix(3).map { "\($0.check): \($0.object)" }
        let unseen = unseen.isEmpty ? [] : ["\(self.unseen.count) not seen"]
        let text = ([counts.isEmpty ? "no findings" : counts] + worst + unseen).joined(separator: "; ")
        return "EMAILDB \(word) - \(Self.nagiosText(text)) | critical=\(count(.critical)) warnings=\(count(.warning))"
            + " not_seen=\(self.unseen.count) time=\(milliseconds)ms"
    }

    /// What ends the line or begins the performance data is no part of a text.
    static func nagiosText(_ text: String) -> String { text.visible.replacingScalars { $0 == "|" ? "/" : nil } }

    /// The status that Nagios reads from the end of the process.
    package var nagiosStatus: ExitStatus {
        count(.critical) > 0 ? .nagiosCritical : count(.warning) > 0 ? .findings : .done
    }

    /// As Prometheus scrapes it, with no label but the names of checks.
    package var openMetrics: String {
        var metrics = OpenMetrics()
        metrics.gauge(
            "emaildb_doctor_check", "0 ok, 1 warning, 2 critical, 3 not seen, 4 not asked",
            checks.map { ([("check", $0.check)], Double($0.state.number)) })
        metrics.gauge(
            "emaildb_doctor_findings", "Findings by severity",
            DoctorFinding.Severity.allCases.map { ([("severity", $0.rawValue)], Double(count($0))) })
        metrics.gauge("emaildb_doctor_not_seen", "Things that could not be looked at", [([], Double(unseen.count))])
        metrics.gauge(
            "emaildb_doctor_duration_seconds", "What the checks took", [([], Double(milliseconds) / 1000)],
            unit: "seconds")
        return metrics.text
    }
}

extension ExitStatus {
    /// What Nagios takes for CRITICAL; elsewhere the same number is that a step failed.
    fileprivate static var nagiosCritical: ExitStatus { .failed }
}

extension Failure {
    /// What Nagios is told where nothing could be looked at.
    package var nagios: String {
        "EMAILDB UNKNOWN - \(DoctorReport.nagiosText(message.splitScalars("\n").first ?? ""))"
    }
}

extension DoctorReport.State {
    fileprivate var style: StyledText.Style {
        switch self {
        case .ok: .green
        case .critical: .red
        case .warning, .notSeen: .yellow
        case .notAsked: .dim
        }
    }

    fileprivate var number: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .critical: 2
        case .notSeen: 3
        case .notAsked: 4
        }
    }
}

extension DoctorFinding {
    fileprivate var head: StyledText {
        "\(severity.rawValue, severity == .critical ? .red : .yellow)  \(check, .bold)  \(object): \(message)"
    }

    fileprivate var text: StyledText {
        var lines = [head]
        if let first = evidence.first {
            lines.append("      found  \(first)")
            lines += evidence.dropFirst().map { "             \($0)" }
        }
        lines.append("      why    \(why)")
        lines.append("      fix    \(fix)")
        return lines.joined()
    }
}

extension String {
    /// With blanks behind it, up to a width.
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
