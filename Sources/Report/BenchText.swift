package import Bench

extension BenchReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        let text: StyledText = """
            PostgreSQL \(serverVersion), \(messages) messages of \(tenants) tenants (largest \(largestTenantShare.short) %), \
            batches of \(batchSize), seed \(seed)
            Data \(checksum)
            "times" says how many times better ours is than the documented layout.

            \(quantities)

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
        [figure.ours, figure.literal, figure.ratio].map { $0?.short ?? "-" }
    }
}

extension Terminal {
    @Sendable package func show(_ event: BenchProgress) {
        switch event {
        case .creating(let database): talk("creating \(database)")
        case .loaded(let layout, let messages, let all): talk("\(layout): \(messages) of \(all) messages")
        case .doing(let what): talk("\(what)")
        case .measuring(let workload, let clients): detail("\(workload), \(clients) clients")
        }
    }
}

extension Double {
    /// Three significant digits, more for what is larger: 0.0123, 1.23, 12.3, 12345.
    package var short: String {
        guard isFinite, abs(self) < 1e15 else { return String(self) }
        var decimals = 0
        var scaled = abs(self)
        while scaled < 100, scaled > 0, decimals < 4 {
            scaled *= 10
            decimals += 1
        }
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let units = Int((self * factor).rounded())
        guard decimals > 0 else { return String(units) }
        let digits = String(abs(units))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (units < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
