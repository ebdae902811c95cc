package import Install
import Postgres
import Schema

extension InstallReport: Printable {
    /// What still has to be done.
    package var brief: StyledText {
        limitations.isEmpty && repair?.left.isEmpty != false ? StyledText() : text(isVerbose: false)
    }

    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = []
        if applied.isEmpty {
            lines.append("\(database): nothing to do, step \(schemaStep) of \(schemaStep) is applied")
        } else {
            lines.append(
                "\(database + ": ", .green)\(createdDatabase ? "created, " : "")\(applied.count) steps applied in"
                    + " \(applied.map(\.milliseconds).reduce(0, +)) ms (PostgreSQL \(serverVersion))")
        }
        if let repair {
            lines.append(
                repair.left.isEmpty
                    ? "\("repaired", .green): \(plural(repair.repaired, "finding")), none is left"
                    : "\("repaired", .yellow): \(plural(repair.repaired, "finding")), \(repair.left.count) left: emaildb verify"
            )
            lines += repair.left.map { "  - \($0)" }
        }
        for (role, outcome) in passwords.sorted(by: { $0.key < $1.key }) where outcome == .set {
            lines.append("\(role): password set")
        }
        if !limitations.isEmpty {
            lines.append("\("reduced mode", .yellow): the following needs a superuser")
            lines += limitations.map { item in
                "  - \(item.missing)\n      \(item.consequence)\n      \(lines: item.fix)"
            }
        }
        return lines.joined()
    }
}

extension Terminal {
    /// One line for each thing that `init` does; the usual steps only with `--verbose`.
    @Sendable package func show(_ event: InstallProgress) {
        switch event {
        case .waitingForServer(let error): detail("waiting for the server: \(lines: error.message)")
        case .waitingForLock(let holders):
            detail("waiting for another emaildb init: \(holders.joined(separator: "; "))")
        case .creatingDatabase(let name): detail("creating the database \(name)")
        case .applied(let step, let milliseconds): detail("\(step.path)  \(milliseconds) ms")
        case .notice(let step, let notice):
            // A text of any length; what is beyond a screen tells nobody anything.
            talk("\(step.path): \(notice.severity): \(String(notice.message.unicodeScalars.prefix(1000)))")
        case .noticesLeftOut(let step, let count): talk("\(step.path): and \(count) more like these")
        case .retrying(let step, let error): talk("\(step.path): trying again: \(error.message)")
        case .waitingForBuild(let step, let processes):
            talk("\(step.path): process \(processes) still builds this index; waiting for it")
        case .rebuilding(let step): talk("\(step.path): replacing the invalid index that an earlier build left")
        }
    }
}

extension StatusReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        guard exists else { return "\(database): the database does not exist; create it with: emaildb init" }
        if isVerbose {
            var table = Table(["step", "name", "state", "applied at", "ms", "by"], alignsRight: [0, 4])
            for step in steps {
                table.add([
                    String(step.step), step.name, step.state.rawValue, step.appliedAt ?? "",
                    step.milliseconds.map(String.init) ?? "", step.appliedBy ?? "",
                ])
            }
            return table.text + "\n" + brief
        }
        let open = steps.filter { $0.state != .applied }
        if open.isEmpty { return brief }
        var table = Table(["step", "name", "state"], alignsRight: [0])
        for step in open { table.add([String(step.step), step.name, step.state.rawValue]) }
        return table.text + "\n" + brief
    }

    /// One line.
    package var brief: StyledText {
        guard exists else { return text(isVerbose: false) }
        let verdict: StyledText =
            if !problems.isEmpty {
                "\("ledger conflict", .red)"
            } else if pendingCount > 0 {
                "\("\(pendingCount) steps pending: emaildb init", .yellow)"
            } else if !incomplete.isEmpty {
                "\("incomplete: emaildb init --repair", .red)"
            } else {
                "\("up to date", .green), \(plural(steps.count, "step"))"
            }
        return "\(database) on PostgreSQL \(serverVersion ?? "?"), \(encrypted ? "TLS" : "not encrypted"): \(verdict)"
    }
}

extension Readiness: Printable {
    /// The exit status says it.
    package var brief: StyledText { StyledText() }

    package func text(isVerbose: Bool) -> StyledText {
        guard isReady else { return "" }
        let head: StyledText =
            "\(database) on \(host):\(port): ready, \(node.rawValue), step \(appliedSteps) of \(expectedSteps),"
            + " PostgreSQL \(serverVersion)"
        return isVerbose ? head + "\nasked over TCP, with a login, for the ledger of this program's steps" : head
    }
}
