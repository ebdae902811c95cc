import Core

/// A number from which on something is wrong, and which a file may change.
package struct Threshold: Sendable, Hashable {
    /// What the number counts, and how a file writes it.
    package enum Unit: String, Sendable, Hashable {
        /// Written bare or with `%`.
        case percent
        /// Seconds; written with ms, s, min, h or d.
        case duration
        /// Bytes; written with B, kB, MB, GB or TB.
        case size
        case count

        fileprivate var factors: [(name: String, factor: Double)] {
            switch self {
            case .percent: [("%", 1), ("", 1)]
            case .duration: [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1), ("ms", 0.001)]
            case .size: [("TB", 0x1p40), ("GB", 0x1p30), ("MB", 0x1p20), ("kB", 0x1p10), ("B", 1)]
            case .count: [("", 1)]
            }
        }

        /// The number that a text means; nil for anything else, what has no unit or is negative included.
        func number(_ text: Substring) -> Double? {
            let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let suffix = text.dropFirst(digits.count).drop { $0 == " " }
            guard let number = Double(digits), let factor = factors.first(where: { $0.name == suffix })?.factor,
                number <= 1e15
            else { return nil }
            return number * factor
        }

        /// A number in the largest unit that divides it.
        func text(_ number: Double) -> String {
            let unit = factors.first { number >= $0.factor && (number / $0.factor).rounded() == number / $0.factor }
            let (name, factor) = unit ?? factors.last ?? ("", 1)
            let amount = number / factor
            return (amount == amount.rounded() ? String(Int(amount)) : String(amount)) + name
        }

        fileprivate var example: String {
            switch self {
            case .percent: "75%"
            case .duration: "15min"
            case .size: "10GB"
            case .count: "100000"
            }
        }
    }

    /// The check that it belongs to, or that and what else it limits.
    package let name: String
    let unit: Unit
    /// From which number on it is a warning; nil for never.
    package var warning: Double?
    /// From which number on it is critical; nil for never.
    package var critical: Double?
    /// Whether it has the second number.
    let hasCritical: Bool
    /// Whether less is worse.
    let isFloor: Bool
    let meaning: String

    init(
        _ name: String, _ unit: Unit, _ warning: Double?, critical: Double? = nil, hasCritical: Bool = true,
        isFloor: Bool = false, _ meaning: String
    ) {
        self.name = name
        self.unit = unit
        self.warning = warning
        self.critical = critical
        self.hasCritical = hasCritical
        self.isFloor = isFloor
        self.meaning = meaning
    }

    /// How bad a value is; nil when it is fine.
    func severity(_ value: Double) -> DoctorFinding.Severity? {
        func reaches(_ limit: Double?) -> Bool { limit.map { isFloor ? value < $0 : value >= $0 } ?? false }
        return reaches(critical) ? .critical : reaches(warning) ? .warning : nil
    }

    /// The line of a file that says the same.
    fileprivate var line: String {
        let numbers = hasCritical ? [warning, critical] : [warning]
        return name + " = " + numbers.map { $0.map(unit.text) ?? "off" }.joined(separator: ", ")
    }

    /// Takes the numbers of a line; says what is wrong with them.
    fileprivate mutating func take(_ text: String) -> String? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part).parts(" ", "\t").joined(separator: " ")
        }
        let wanted = hasCritical ? "two numbers, warning and critical" : "one number"
        guard parts.count == (hasCritical ? 2 : 1) else { return "\(name) takes \(wanted)" }
        var numbers: [Double?] = []
        for part in parts {
            if part == "off" {
                numbers.append(nil)
            } else if let number = unit.number(part[...]), unit != .percent || number <= 100 {
                numbers.append(number)
            } else {
                return "\(part.prefix(60)) is no \(unit.rawValue); write it as \(unit.example), or off"
            }
        }
        if numbers.count == 2, let first = numbers[0], let second = numbers[1],
            isFloor ? second > first : second < first
        {
            return "\(name): critical comes before warning"
        }
        warning = numbers[0]
        critical = numbers.count == 2 ? numbers[1] : nil
        return nil
    }
}

/// All thresholds: those of the program, or some of them as a file says.
package struct Thresholds: Sendable {
    /// Why a file cannot be used: the bad lines, the first 100 of them.
    package struct Malformed: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package private(set) var all: [Threshold]

    /// Those of the program.
    package init() { all = Threshold.standard }

    /// The program's, changed by lines of `name = warning, critical`; empty lines and lines that start with `#` are comments.
    /// - Throws: ``Malformed`` with every bad line.
    package init(name file: String, text: String) throws(Malformed) {
        self.init()
        var problems: [String] = []
        var badLines = 0
        var seen: Set<String> = []
        for (index, line) in text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
            .enumerated()
        {
            let bare = String(line.prefix { $0 != "#" })
            guard !bare.parts(" ", "\t", "\r").isEmpty else { continue }
            let name = bare.assignment?.name.parts(" ", "\t").joined(separator: " ") ?? ""
            let value = bare.assignment?.value.parts("\r").joined() ?? ""
            let place = all.firstIndex { $0.name == name }
            var problem: String?
            if bare.assignment == nil {
                problem = "expected `name = warning, critical`"
            } else if let place {
                problem =
                    seen.insert(name).inserted ? all[place].take(value) : "\(name) stands here for the second time"
            } else {
                problem = "there is no threshold \(name.prefix(60)); emaildb doctor --print-thresholds lists them"
            }
            guard let problem else { continue }
            badLines += 1
            // Another kind of file has as many bad lines as it has lines.
            if badLines <= 100 { problems.append("\(file):\(index + 1): \(problem)") }
        }
        if badLines > problems.count { problems.append("and \(badLines - problems.count) lines more") }
        if !problems.isEmpty { throw Malformed(description: problems.joined(separator: "\n")) }
    }

    subscript(name: String) -> Threshold? { all.first { $0.name == name } }

    /// A file that changes nothing, to start from.
    package var file: String {
        (["# Thresholds of emaildb doctor: name = warning, critical. off is never."]
            + all.flatMap { ["", "# " + $0.meaning, $0.line] })
            .joined(separator: "\n")
    }
}
