package import Bench

extension BenchReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        let text: StyledText = """
            PostgreSQL \(serverVersion), \(messages) messages of \(tenants) tenants (largest \(largestTenantShare.short) %), \
            batches of \(batchSize), seed \(seed)
            Data \(checksum)
            "times" says how many times better ours is than the documented layout.

            \(quantities)

            \(space)

            \(insertParts.isEmpty ? "" : parts)

            \(workloads)
            """
        guard !changes.isEmpty else { return text }
        var table = Table(["figure", "unit", "before", "now", "times better"], alignsRight: [2, 3, 4])
        for change in changes {
            table.add([change.figure, change.unit] + [change.before, change.now, change.ratio].map(\.short))
        }
        return text + "\n\n" + table.text
    }

    /// Loading and space: a line for each figure.
    private var quantities: StyledText {
        var table = Table(["figure", "clients", "unit", "ours", "documented", "times"], alignsRight: [1, 3, 4, 5])
        for figure in figures where figure.unit != "ms" && figure.unit != "ops/s" {
            table.add([figure.name, String(figure.clients), figure.unit] + Self.cells(figure))
        }
        return table.text
    }

    /// A line for each table and index.
    private var space: StyledText {
        var table = Table(["bytes per message", "on", "kind", "ours", "documented"], alignsRight: [3, 4])
        for relation in relations {
            let sizes = [relation.ours, relation.documented].map { $0?.short ?? "-" }
            table.add([relation.name, relation.name == relation.table ? "" : relation.table, relation.kind] + sizes)
        }
        return table.text
    }

    /// What an insert costs without this and all above it.
    private var parts: StyledText {
        var table = Table(["insert without", "us per message", "WAL bytes"], alignsRight: [1, 2])
        for part in insertParts { table.add([part.without, part.microseconds.short, part.walBytes.short]) }
        return table.text
    }

    /// Requests: a line for each workload and number of clients, with its three measures.
    private var workloads: StyledText {
        var table = Table(
            [
                "workload", "clients", "ops/s", "documented", "times", "p50 ms", "documented", "times", "p99 ms",
                "documented",
                "times",
            ], alignsRight: Set(1...10))
        for rate in figures where rate.unit == "ops/s" {
            let times = [Measure.p50, .p99].flatMap { measure in
                figures.first { $0.name == rate.name && $0.clients == rate.clients && $0.measure == measure }
                    .map(Self.cells) ?? ["", "", ""]
            }
            table.add([rate.name, String(rate.clients)] + Self.cells(rate) + times)
        }
        return table.text
    }

    private static func cells(_ figure: Figure) -> [String] {
        [figure.ours, figure.documented, figure.ratio].map { $0?.short ?? "-" }
    }
}

extension Terminal {
    @Sendable package func show(_ event: BenchProgress) {
        switch event {
        case .doing(let what): talk("\(what)")
        case .measuring(let what): detail("\(what)")
        }
    }
}

extension Double {
    /// Three significant digits, more for what is larger: 0.0123, 1.23, 12.3, 12345.
    package var short: String {
        guard isFinite, magnitude < 1e15 else { return String(self) }
        let decimals = self == 0 ? 0 : [0.1, 1, 10, 100].count { magnitude < $0 }
        guard decimals > 0 else { return String(Int(rounded())) }
        let factor: UInt = [1, 10, 100, 1000, 10_000][decimals]
        let units = Int((self * Double(factor)).rounded())
        let (whole, part) = units.magnitude.quotientAndRemainder(dividingBy: factor)
        return "\(units < 0 ? "-" : "")\(whole).\(String(factor + part).dropFirst())"
    }
}
