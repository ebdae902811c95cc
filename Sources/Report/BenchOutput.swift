package import Bench

/// What `bench` says while it measures and when it is done.
package struct BenchOutput: Sendable {
    private let terminal: Terminal

    package init(_ terminal: Terminal) { self.terminal = terminal }

    /// One line of talk for each thing that is done.
    @Sendable package func progress(_ event: BenchProgress) {
        switch event {
        case .creating(let database): terminal.talk("creating \(database)")
        case .loaded(let layout, let messages, let all): terminal.talk("\(layout): \(messages) of \(all) messages")
        case .doing(let what): terminal.talk(what)
        case .measuring(let workload, let clients): terminal.detail("\(workload), \(clients) clients")
        }
    }

    /// The report as text.
    package func show(_ report: BenchReport) {
        terminal.result(
            "PostgreSQL \(report.serverVersion), \(report.messages) messages of \(report.tenants) tenants (largest "
                + "\(Self.number(report.largestTenantShare)) %), batches of \(report.batchSize), seed \(report.seed)\n"
                + "Data \(report.checksum)\n\"times\" says how many times better ours is than the literal layout.\n")
        terminal.result(figures(report) + "\n\n" + workloads(report))
        if !report.goals.isEmpty {
            terminal.result("")
            for goal in report.goals {
                let verdict = goal.isMet ? terminal.paint("met   ", .green) : terminal.paint("MISSED", .red)
                terminal.result("\(verdict)  \(goal.goal): \(Self.number(goal.measured))")
            }
        }
        guard !report.changes.isEmpty else { return }
        var table = Table(["figure", "unit", "before", "now", "times better"], alignsRight: [2, 3, 4])
        for change in report.changes {
            table.add([
                change.figure, change.unit, Self.number(change.before), Self.number(change.now),
                Self.number(change.ratio),
            ])
        }
        terminal.result("\n" + table.text)
    }

    /// Loading and space: a line for each figure.
    private func figures(_ report: BenchReport) -> String {
        var table = Table(["figure", "clients", "unit", "ours", "literal", "times"], alignsRight: [1, 3, 4, 5])
        for figure in report.figures where figure.unit != "ms" && figure.unit != "ops/s" {
            table.add([figure.name, String(figure.clients), figure.unit] + Self.cells(figure))
        }
        return table.text
    }

    /// Requests: a line for each workload and number of clients, with its three measures.
    private func workloads(_ report: BenchReport) -> String {
        var table = Table(
            [
                "workload", "clients", "ops/s", "literal", "times", "p50 ms", "literal", "times", "p99 ms", "literal",
                "times",
            ], alignsRight: Set(1...10))
        let figures = report.figures
        for rate in figures where rate.unit == "ops/s" {
            let times = [BenchReport.Measure.p50, .p99].flatMap { measure in
                figures.first { $0.name == rate.name && $0.clients == rate.clients && $0.measure == measure }
                    .map(Self.cells) ?? ["", "", ""]
            }
            table.add([rate.name, String(rate.clients)] + Self.cells(rate) + times)
        }
        return table.text
    }

    private static func cells(_ figure: BenchReport.Figure) -> [String] {
        [figure.ours, figure.literal, figure.ratio].map { $0.map(number) ?? "-" }
    }

    /// Three significant digits, more for what is larger: 0.0123, 1.23, 12.3, 12345.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return String(value) }
        var decimals = 0
        var scaled = abs(value)
        while scaled < 100, scaled > 0, decimals < 4 {
            scaled *= 10
            decimals += 1
        }
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let units = Int((value * factor).rounded())
        guard decimals > 0 else { return String(units) }
        let digits = String(abs(units))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return (units < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
