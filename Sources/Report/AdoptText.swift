package import Adopt
import Core
import Postgres

extension AdoptReport: Printable {
    /// For people: the tables, what is done to values, what cannot be taken, and what to type next.
    package func text(isVerbose: Bool) -> StyledText {
        var lines: [StyledText] = []
        if outcome == .undone {
            return "\(database + ": ", .green)the old tables are back, and what adopt made is gone"
        }
        if !tables.isEmpty {
            var table = Table(["table", "from", "found", "taken", "refused"], alignsRight: [2, 3, 4])
            for item in tables {
                table.add([
                    item.table, item.from ?? "(none)", String(item.found), String(item.taken), String(item.refused),
                ])
            }
            lines.append(table.text)
        }
        for item in tables
        where !(item.changes.isEmpty && item.refusals.isEmpty && item.missing.isEmpty && item.extra.isEmpty) {
            lines.append("\(item.table, .bold)")
            lines += item.refusals.map { "  \("refused", .red)    \($0.text)" }
            lines += item.changes.map { "  \("converted", .yellow)  \($0.text)" }
            if !item.missing.isEmpty {
                lines.append("  missing    \(item.missing.joined(separator: ", ")): filled, or NULL")
            }
            if !item.extra.isEmpty {
                lines.append("  extra      \(item.extra.joined(separator: ", ")): stay in email_before, and only there")
            }
        }
        lines += list("moves along to email_before", moved)
        lines += list("uses the old tables", dependants.map { "\($0.kind) \($0.name): \($0.what)" })
        lines += notes.map { "\("note", .yellow)  \($0)" }
        if recoveredFolders > 0 {
            lines.append("\(plural(recoveredFolders, "folder")) named Recovered made")
        }
        lines += problems.map { problem in
            "\("in the way", .red)  \(problem.problem)" + (problem.fix.map { "\n      \($0)" } ?? "")
        }
        return (lines + [verdict]).joined()
    }

    private func list(_ title: String, _ items: [String]) -> [StyledText] {
        if items.isEmpty { return [] }
        let rest: [StyledText] = items.count > 20 ? ["  and \(items.count - 20) more"] : []
        return ["\(title, .bold)"] + items.prefix(20).map { "  \($0)" } + rest
    }

    private var verdict: StyledText {
        switch outcome {
        case .plan where problems.isEmpty:
            let size = neededBytes.map { "; about \(max(1, $0 >> 20)) MB of disk space are needed" } ?? ""
            return
                "\(database): \("can be adopted", .green), nothing was written: \(taken) of \(found) rows taken, \(refused) refused\(size)\n"
                + "Stop the application, then: emaildb adopt"
        case .plan:
            return "\(database): \("not yet", .red), nothing was written: \(plural(problems.count, "thing")) in the way"
        case .differs:
            let items = differences.prefix(10).map { item -> StyledText in
                "  \(item.table) of tenant \(item.tenant ?? "NULL"): \(item.oldRows) rows before, \(item.newRows) now"
            }
            return
                ([
                    "\(database): \("differs", .red): rows or contents are not those of the old tables. The application is kept out"
                ] + items + ["Give it up: emaildb adopt --undo"]).joined()
        case .adopted:
            let rate = messagesPerSecond.map { ", \($0) messages a second" } ?? ""
            var lines: [StyledText] = [
                "\(database): \("adopted", .green): \(taken) of \(found) rows taken, \(refused) refused; counts and digests are the same"
                    + "\(rate)"
            ]
            if refused > 0 {
                lines.append(
                    "What was refused, and why: SELECT * FROM email_before.refused;   -- rows: WHERE ctid = place")
            }
            lines.append("Look at it: emaildb verify")
            lines.append("Take it back: emaildb adopt --undo")
            lines.append("Or drop the old tables for good, when nothing of them is needed:")
            lines += commands.map { "  \($0)" }
            return lines.joined()
        case .undone: return ""
        }
    }

    /// What drops the old schema.
    private var commands: [String] {
        [
            "DROP SCHEMA email_before CASCADE;   -- takes views that use the old tables along",
            "DROP ROLE IF EXISTS email_before;",
        ]
    }
}

extension AdoptReport.Group {
    fileprivate var text: StyledText {
        let such = examples.isEmpty ? "" : ", such as \(examples.joined(separator: ", "))"
        return "\(what)  (\(count)\(such))"
    }
}

extension Terminal {
    /// Says how far an adoption is; rates only to a person.
    @Sendable package func show(_ event: AdoptProgress) {
        switch event {
        case .retrying(let reason): talk("trying again: \(reason)")
        case .looking(let kind): detail("looking at the rows of \(kind.rawValue)")
        case .copied(let kind, let done, let total, let perSecond):
            progress("\(kind.rawValue)  \(done) of \(total)  \(perSecond)/s", isLast: done == total)
        case .comparing: detail("comparing counts and digests")
        }
    }
}
