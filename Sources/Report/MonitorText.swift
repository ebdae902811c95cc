package import Doctor
import Postgres

/// How what `monitor` saw is written.
package enum MonitorFormat: String, CaseIterable, Sendable {
    case text, json, openmetrics
}

extension MonitorReport: Printable {
    /// A table for people: sizes and times in the units that suit them, long texts cut.
    package func text(isVerbose: Bool) -> StyledText {
        let table = table(isVerbose: isVerbose)
        let body: StyledText = table.isEmpty ? "\(Self.nothing(topic))" : table.text
        return ([body] + notes.map { "\("note", .yellow)  \($0)" }).joined()
    }

    /// The rows alone.
    package var brief: StyledText {
        let table = table(isVerbose: false)
        return table.isEmpty ? StyledText() : table.text(hasHeader: false)
    }

    private func table(isVerbose: Bool) -> Table {
        let numbers = columns.indices.filter { columns[$0].kind.isNumber }
        var table = Table(columns.map { Self.heading($0) }, alignsRight: Set(numbers))
        for row in rows {
            table.add(zip(columns, row).map { column, value in Self.cell(column, value, isVerbose: isVerbose) })
        }
        return table
    }

    private static func nothing(_ topic: MonitorTopic) -> String {
        switch topic {
        case .locks: "nobody waits for a lock"
        case .queries: "nothing runs, and no transaction is open"
        case .replication: "no standby, no slot"
        case .progress: "nothing that takes long is at work"
        case .slow: "no statement takes a second on average"
        default: "nothing"
        }
    }

    private static func heading(_ column: MonitorTopic.Column) -> String {
        var words = column.name.splitScalars("_")
        if column.kind == .bytes || column.kind == .milliseconds { words.removeLast() }
        if column.kind == .percent { words[words.count - 1] = "%" }
        if words.last == "name", words.count > 1 { words.removeLast() }
        return words.joined(separator: " ")
    }

    private static func cell(_ column: MonitorTopic.Column, _ value: String?, isVerbose: Bool) -> String {
        guard let value else { return "" }
        switch column.kind {
        case .bytes: return Double(value).map(size) ?? value
        case .milliseconds: return Double(value).map(duration) ?? value
        case .label, .text, .count, .percent:
            return isVerbose || value.count <= 100 ? value : value.prefix(99) + "…"
        }
    }

    /// Bytes to a tenth of their unit.
    private static func size(_ bytes: Double) -> String {
        let units: [(String, Double)] = [("TB", 0x1p40), ("GB", 0x1p30), ("MB", 0x1p20), ("kB", 0x1p10)]
        guard let (name, factor) = units.first(where: { bytes >= $0.1 }) else { return "\(Int(bytes)) B" }
        let tenths = Int((bytes / factor * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(name)"
    }

    /// Milliseconds in the two units that say most.
    private static func duration(_ milliseconds: Double) -> String {
        if milliseconds < 1000 { return "\(Int(milliseconds.rounded())) ms" }
        let seconds = Int(min(milliseconds / 1000, 1e12))
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        default: return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
        }
    }

    /// As Prometheus scrapes it: a family for each column of numbers, with the names that tell the rows apart as labels.
    package var openMetrics: String {
        var metrics = OpenMetrics()
        let labels = columns.indices.filter { columns[$0].kind == .label }
        for index in columns.indices where columns[index].kind.isNumber {
            let samples = rows.enumerated().compactMap { number, row in
                row[index].flatMap(Double.init).map { value in
                    // Several statements have one role.
                    let place = topic == .slow ? [("rank", String(number + 1))] : []
                    return (labels: place + labels.map { (columns[$0].name, row[$0] ?? "") }, value: value)
                }
            }
            metrics.gauge(
                "emaildb_monitor_\(topic.rawValue)_\(columns[index].name)",
                "\(topic.rawValue): \(Self.heading(columns[index]))",
                samples)
        }
        return metrics.text
    }
}
