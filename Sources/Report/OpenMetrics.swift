import Postgres

/// Metrics in the text format of OpenMetrics 1.0, which Prometheus reads.
struct OpenMetrics {
    private var lines: [String] = []

    /// Adds a family of values that go up and down.
    /// - Parameter unit: the end of the name, where that is a unit.
    mutating func gauge(
        _ name: String, _ help: String, _ samples: [(labels: [(name: String, value: String)], value: Double)],
        unit: String? = nil
    ) {
        lines.append("# TYPE \(name) gauge")
        if let unit { lines.append("# UNIT \(name) \(unit)") }
        lines.append("# HELP \(name) \(Self.escape(help))")
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value))\"" }.joined(separator: ",")
            lines.append("\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))")
        }
    }

    var text: String { (lines + ["# EOF"]).joined(separator: "\n") }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    }

    /// A backslash, a quote and a line end are escaped; nothing else has a meaning there.
    private static func escape(_ text: String) -> String {
        text.replacingScalars { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: SQL.isHidden(scalar) ? "?" : nil
            }
        }
    }
}
