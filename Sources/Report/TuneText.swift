import Bench
package import Tune

extension TuneResult: Printable {
    /// The changes of a plan without their reasons.
    package var brief: StyledText {
        guard let plan, applied == nil, tried == nil, !plan.isEmpty else { return text(isVerbose: false) }
        return plan.brief
    }

    /// What a run did; a plan that was carried out was shown before.
    package func text(isVerbose: Bool) -> StyledText {
        var parts = [undone?.text]
        if let plan, applied == nil, tried == nil {
            if !plan.isEmpty || isVerbose { parts.append(plan.text(isVerbose: isVerbose)) }
            if plan.isEmpty { parts.append(plan.nothingToDo) }
        }
        parts += [applied?.text, tried?.text, restarted?.text, rescued?.text]
        return parts.compactMap(\.self).joined()
    }
}

extension TunePlan: Printable {
    package func text(isVerbose: Bool) -> StyledText { isVerbose ? wholeText : summary }

    /// Everything: settings that stay, too, where each value comes from, and the reasons in full.
    private var wholeText: StyledText {
        var table = Table(["setting", "now", "proposed", "source", "takes effect", "what happens"])
        for item in items {
            let proposed = item.action == .keep || item.action == .keepClose ? "=" : item.proposed ?? "(remove)"
            let effect = item.isChange ? item.effect.rawValue : ""
            table.add([item.setting, item.now, proposed, item.source, effect, item.action.rawValue])
        }
        var lines: [StyledText] = [
            "\(profile.rawValue)\(isExact ? ", documented values" : "") for PostgreSQL \(serverVersion):"
                + " \(machine.summary)\n",
            table.text,
        ]
        for (index, item) in items.enumerated() {
            lines.append((index == 0 ? "\n" : "") + "\(item.setting): \(item.why)")
            if let document = item.document { lines.append("    document: \(document)") }
        }
        lines.append("\n\(budget.text)")
        return (lines + proofText + warnings + notes.map { "note: \($0)" } + managed).joined()
    }

    var proofText: [StyledText] {
        switch proof.method {
        case .notNeeded: []
        case .scratchServer: ["start: a scratch server started with this configuration and read it back"]
        case .rules:
            [
                "start: compared with PostgreSQL's rules only, because \(proof.reason ?? "the server is on another machine")"
            ]
        }
    }

    /// What nobody should miss.
    var warnings: [StyledText] {
        let resuming = "an earlier run was stopped half way; this one goes on, --undo takes it back"
        return durability.map { "\("durability", .yellow): \($0)" } + overridden
            + (isResuming ? ["note: \(resuming)"] : [])
    }

    /// What to say when there is nothing to write; names what still waits.
    fileprivate var nothingToDo: StyledText {
        let waiting: StyledText =
            restartSettings.isEmpty ? "" : "; waiting for a restart: \(restartSettings.joined(separator: ", "))"
        var lines: [StyledText] = ["\("\(profile.rawValue): nothing to do", .green)\(waiting)"]
        lines += blockedSettings.map { "\($0): fixed by the server's command line, so that no file can change it" }
        return (lines + overridden + managed).joined()
    }

    var managed: [StyledText] {
        guard let manager else { return [] }
        let who: StyledText = "\("managed", .yellow) by \(manager.name) (\(manager.sign)): tune writes nothing here"
        return [who + "; instead:\n    \(lines: manager.command, indent: 4)"]
    }

    private var overridden: [StyledText] { overrides.map { "\("override", .yellow): \($0)" } }
}

extension Machine {
    /// Without where each figure was read.
    var brief: String {
        let parts = [
            ByteSize.approximately(memory.value), cpus.map { "\($0.value) processors" },
            storage.rawValue.uppercased() + (storageIsGiven ? "" : " (assumed)"),
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    fileprivate var summary: String {
        let dedicated = walVolumeIsDedicated ? ", its own volume" : ""
        let parts = [
            "\(ByteSize.approximately(memory.value)) of memory (\(memory.source))",
            cpus.map { "\($0.value) processors (\($0.source))" },
            storage.rawValue.uppercased() + (storageIsGiven ? " (--storage)" : " (assumed)"),
            walVolume.map { "\(ByteSize.approximately($0.value)) for pg_wal (\($0.source)\(dedicated))" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

extension MemoryBudget {
    var brief: StyledText {
        let line =
            "memory: up to \(ByteSize.approximately(total)) of \(ByteSize.approximately(memory)) (\(percent) %)"
        return percent > 80 ? "\("warning", .yellow): \(line); little is left for the system" : "\(line)"
    }

    fileprivate var text: StyledText {
        let line =
            "memory: up to \(ByteSize.approximately(total)) of \(ByteSize.approximately(memory)) (\(percent) %):"
            + " \(ByteSize.approximately(shared)) shared\(isEstimate ? " (estimated)" : ""),"
            + " \(ByteSize.approximately(connections)) for connections,"
            + " \(ByteSize.approximately(autovacuum)) for autovacuum"
        guard percent > 80 else { return "\(line)" }
        return "\("warning", .yellow): \(line); more than 80 % leaves little for the system and its cache"
    }
}

// MARK: - What is about to be done

extension TuneIntent {
    package func text(isVerbose: Bool) -> StyledText {
        [undo?.intent, plan?.text(isVerbose: isVerbose), restart?.text, rescue?.intent].compactMap(\.self).joined()
    }

    /// The one question for all of it.
    package var question: String {
        let words = [
            undo != nil ? "take this back" : plan != nil || rescue != nil ? "write this" : nil,
            restart.map { _ in "restart the server" },
        ]
        let question = words.compactMap(\.self).joined(separator: " and ")
        return question.prefix(1).uppercased() + question.dropFirst() + "?"
    }
}

extension TuneIntent.Restart {
    fileprivate var text: StyledText {
        let others = sessions == 0 ? "none is there now" : "\(sessions) now"
        return "\("restart", .yellow) for \(settings.joined(separator: ", ")): every session ends (\(others)),"
            + " and the server is away for some seconds"
    }
}

extension UndoReport {
    fileprivate var intent: StyledText {
        var table = Table(["setting", "tune wrote", "before", "what happens"])
        for item in items { table.add([item.setting, item.set, item.was ?? "(not set)", item.outcome.rawValue]) }
        return ["to be taken back, of profile \(profile?.rawValue ?? ""):", table.text].joined()
    }
}

extension RescueReport {
    fileprivate var intent: StyledText {
        var text: StyledText = "\(file)\n    the server does not start: \(lines: problem ?? "", indent: 4)"
        for change in changes { text += "\n    to be taken out: \(change)" }
        if let kept { text += "\n    the old file will be kept: \(kept)" }
        return text
    }
}

// MARK: - What was done

extension TuneReport {
    fileprivate var text: StyledText {
        let name = profile.rawValue + ": "
        let done: StyledText = "\(name, .green)\(written) settings written   (to take them back: emaildb tune --undo)"
        let wrong = ineffective.map { "\("not as planned", .yellow): \($0.explanation)" as StyledText }
        return ([done] + restartNeeded(restart) + wrong).joined()
    }
}

extension TuneReport.Item {
    fileprivate var explanation: String {
        let planned = "\(setting) = \(planned ?? "(removed)")"
        switch verdict {
        case .commandLine:
            return "\(planned) will never apply: the server's command line says \(now), and a restart keeps that."
                + " Take it out of whatever starts the server."
        case .overridden:
            return "\(planned) is set, but not for all: \(overrides.joined(separator: "; "))."
                + " To end that: ALTER ROLE or ALTER DATABASE .. RESET \(setting);"
        case .effective, .needsRestart, .notInForce:
            return "\(planned) is written, but the server runs with \(now); its log says why."
        }
    }
}

extension UndoReport {
    fileprivate var text: StyledText {
        guard let profile else { return "nothing to undo: no tune has written here" }
        return (["\("\(profile.rawValue): undone", .green)"] + restartNeeded(restart)).joined()
    }
}

private func restartNeeded(_ settings: [String]) -> [StyledText] {
    guard !settings.isEmpty else { return [] }
    let names = settings.joined(separator: ", ")
    return ["restart the server to put into force: \(names)   (on its machine: emaildb tune --restart)"]
}

extension RestartReport {
    fileprivate var text: StyledText {
        var text: StyledText =
            switch outcome {
            case .notNeeded: "no restart needed"
            case .restarted: "\("restarted", .green) in \(milliseconds) ms"
            case .rolledBack:
                "\("rolled back", .red): the server did not start, and runs with its former configuration again"
                    + "\n    \(lines: words ?? "", indent: 4)"
            }
        if !waiting.isEmpty { text += "\nstill waiting for a restart: \(waiting.joined(separator: ", "))" }
        return text
    }
}

extension RescueReport {
    fileprivate var text: StyledText {
        guard let problem else { return "\(file): a server starts with this; nothing was changed" }
        var text: StyledText = "\("fixed", .green): \(file)\n    the server did not start: \(lines: problem, indent: 4)"
        for change in changes { text += "\n    taken out: \(change)" }
        if let kept { text += "\n    the old file: \(kept)" }
        return text
    }
}

extension TrialReport {
    fileprivate var text: StyledText {
        var table = Table(["rate", "unit", "before", "after", "times"], alignsRight: [2, 3, 4])
        for figure in figures {
            table.add([figure.figure, figure.unit] + [figure.before, figure.now, figure.ratio].map(\.short))
        }
        let gain = "\(gainPercent.short) % over all rates (from \(thresholdPercent.short) % on it counts)"
        let outcome: [StyledText] =
            switch verdict {
            case .kept: [applied.text, "\("kept", .green): \(gain)"]
            case .noMeasurableDifference: [applied.text, "\("no measurable difference", .yellow): \(gain); kept"]
            case .reverted: ["\("reverted", .red): \(gain)"]
            }
        return ((table.isEmpty ? [] : [table.text]) + outcome).joined()
    }
}

extension Terminal {
    @Sendable package func show(_ event: TuneProgress) {
        switch event {
        case .doing(let what): talk("\(lines: what)")
        case .detail(let what): detail("\(what)")
        }
    }
}
