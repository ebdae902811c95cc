/// What one scrape says, in Prometheus' text format.
struct Exposition {
    /// One series with its value.
    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    let samples: [Sample]

    init(_ text: String) throws {
        samples = try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(Self.sample)
    }

    var names: Set<String> { Set(samples.map(\.name)) }

    subscript(name: String) -> [Sample] { samples.filter { $0.name == name } }

    /// Labels that show whose mail it is: an identifier as tenants and accounts have them, or an address.
    var telling: [String] {
        samples.flatMap { sample in
            sample.labels.filter { _, value in
                value.contains(#/(^|[^0-9a-f])[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}($|[^0-9a-f])/#.ignoresCase())
                    || value.contains(#/[^\s"<>]+@[^\s"<>]+/#)
            }.map { "\(sample.name){\($0)=\"\($1)\"}" }
        }.sorted()
    }

    struct Malformed: Error { let line: String }

    private static func sample(_ line: Substring) throws -> Sample {
        guard let match = line.wholeMatch(of: #/([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)/#),
            let value = Double(match.3.replacing("+Inf", with: "inf"))
        else { throw Malformed(line: String(line)) }
        var labels: [String: String] = [:]
        for label in (match.2 ?? "").matches(of: #/([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/#) {
            labels[String(label.1)] = String(label.2)
        }
        return Sample(name: String(match.1), labels: labels, value: value)
    }
}

/// The metrics that an expression of Prometheus' query language names.
enum Expression {
    private static let words: Set<Substring> = [
        "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "inf",
        "nan",
    ]

    static func metrics(_ expression: String) -> Set<String> {
        let bare =
            expression
            .replacing(#/"(?:[^"\\]|\\.)*"/#, with: "")
            .replacing(#/\{[^}]*\}/#, with: "")
            .replacing(#/\[[^\]]*\]/#, with: "")
            .replacing(#/\b[0-9][A-Za-z0-9.]*/#.wordBoundaryKind(.simple), with: "")
            .replacing(
                #/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/#.wordBoundaryKind(.simple), with: " ")
        // What a parenthesis follows is a function.
        let names = bare.matches(of: #/([A-Za-z_:][A-Za-z0-9_:]*)(\s*\()?/#)
        return Set(names.filter { $0.2 == nil && !words.contains($0.1) }.map { String($0.1) })
    }
}
