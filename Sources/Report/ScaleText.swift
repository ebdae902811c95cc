package import Bench

extension ScaleReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var table = Table(
            ["what", "mailbox", "calls", "p50 ms", "p99", "p99.9", "max", "first five", "second half"],
            alignsRight: Set(2...8))
        for row in rows {
            table.add(
                [row.name, row.mailbox, String(row.calls)]
                    + [row.p50, row.p99, row.p999, row.max].map(\.short)
                    + [row.firstFive, row.secondHalf].map { $0?.short ?? "" })
        }
        return """
            PostgreSQL \(serverVersion), \(messages) messages of \(tenants) tenants, largest mailbox \(largestMailbox), seed \(seed)
            "first five": the slowest of a session's first five calls; "second half": p99 of the second half of its calls.

            \(table.text)
            """
    }
}
