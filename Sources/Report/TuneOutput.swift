import Bench
package import Tune

/// What `tune` says while it works and when it is done.
package struct TuneOutput: Sendable {
    private let terminal: Terminal

    package init(_ terminal: Terminal) { self.terminal = terminal }

    /// One line of talk for each thing that takes a while.
    @Sendable package func progress(_ event: TuneProgress) {
        switch event {
        case .waitingForLock(let holders):
            terminal.talk("waiting for another emaildb: \(holders.joined(separator: "; "))")
        case .proving: terminal.talk("starting a scratch server with the planned configuration")
        case .writing(let setting): terminal.detail("writing \(setting)")
        case .restarting: terminal.talk("restarting the server")
        case .doing(let what): terminal.talk(what)
        }
    }

    /// What a run did; a plan that was carried out was shown before.
    package func show(_ result: TuneResult) {
        if let report = result.undone { show(report) }
        if let plan = result.plan, result.applied == nil, result.tried == nil {
            if !plan.isEmpty || terminal.isVerbose { show(plan) }
            if plan.isEmpty { showNothingToDo(plan) }
        }
        if let report = result.applied { show(report) }
        if let report = result.tried { show(report) }
        if let report = result.restarted { show(report) }
        if let report = result.rescued { show(report) }
    }

    // MARK: - The plan

    /// The plan as text.
    package func show(_ plan: TunePlan) {
        terminal.result(
            "\(plan.profile.rawValue)\(plan.isExact ? ", literal values" : "") for PostgreSQL \(plan.serverVersion): "
                + Self.machine(plan.machine) + "\n")
        var table = Table(["setting", "now", "proposed", "source", "takes effect", "what happens"])
        for item in plan.items {
            let proposed = item.action == .keep || item.action == .keepClose ? "=" : item.proposed ?? "(remove)"
            let effect = item.isChange ? item.effect.rawValue : ""
            table.add([item.setting, item.now, proposed, item.source, effect, item.action.rawValue])
        }
        terminal.result(table.text)
        let explained = plan.items.filter { terminal.isVerbose || $0.isChange || $0.action == .blocked }
        if !explained.isEmpty {
            terminal.result("")
            for item in explained {
                terminal.result("\(item.setting): \(item.why)")
                if let document = item.document { terminal.result("    document: \(document)") }
            }
        }
        terminal.result("")
        terminal.result(budget(plan.budget))
        if let start = Self.start(plan.proof) { terminal.result(start) }
        for line in plan.durability { terminal.result(terminal.paint("durability", .yellow) + ": \(line)") }
        for line in plan.overrides { terminal.result(terminal.paint("override", .yellow) + ": \(line)") }
        if plan.isResuming {
            terminal.result("note: an earlier run was stopped half way; this one goes on, --undo takes it back")
        }
        for line in plan.notes { terminal.result("note: \(line)") }
    }

    private static func machine(_ machine: Machine) -> String {
        var parts = ["\(ByteSize.approximately(machine.memory.value)) of memory (\(machine.memory.source))"]
        if let cpus = machine.cpus { parts.append("\(cpus.value) processors (\(cpus.source))") }
        parts.append(machine.storage.rawValue.uppercased() + (machine.storageIsGiven ? " (--storage)" : " (assumed)"))
        if let volume = machine.walVolume {
            let dedicated = machine.walVolumeIsDedicated ? ", its own volume" : ""
            parts.append("\(ByteSize.approximately(volume.value)) for pg_wal (\(volume.source)\(dedicated))")
        }
        return parts.joined(separator: ", ")
    }

    private func budget(_ budget: MemoryBudget) -> String {
        let line =
            "memory: up to \(ByteSize.approximately(budget.total)) of \(ByteSize.approximately(budget.memory))"
            + " (\(budget.percent) %): \(ByteSize.approximately(budget.shared)) shared"
            + (budget.isEstimate ? " (estimated)" : "")
            + ", \(ByteSize.approximately(budget.connections)) for connections, "
            + "\(ByteSize.approximately(budget.autovacuum)) for autovacuum"
        guard budget.isTight else { return line }
        return terminal.paint("warning", .yellow) + ": " + line
            + "; more than 80 % leaves little for the system and its cache"
    }

    private static func start(_ proof: StartProof) -> String? {
        switch proof.method {
        case .notNeeded: nil
        case .scratchServer: "start: a scratch server started with this configuration and read it back"
        case .rules: "start: held against PostgreSQL's rules only, because \(proof.reason ?? "it is far away")"
        }
    }

    /// What to say when a plan has nothing to write; names what still waits.
    func showNothingToDo(_ plan: TunePlan) {
        let waiting = plan.restartSettings
        terminal.result(
            terminal.paint("\(plan.profile.rawValue): nothing to do", .green)
                + (waiting.isEmpty ? "" : "; waiting for a restart: \(waiting.joined(separator: ", "))"))
        for name in plan.blockedSettings {
            terminal.result("\(name): fixed by the server's command line, so that no file can change it")
        }
        for line in plan.overrides { terminal.result(terminal.paint("override", .yellow) + ": \(line)") }
    }

    // MARK: - What was done

    /// The report as text.
    func show(_ report: TuneReport) {
        terminal.result(
            terminal.paint("\(report.profile.rawValue): ", .green) + "\(report.written) settings written"
                + "   (to take them back: emaildb tune --undo)")
        showRestart(report.restart)
        for item in report.ineffective {
            terminal.result(terminal.paint("not as planned", .yellow) + ": " + Self.explanation(item))
        }
    }

    private static func explanation(_ item: TuneReport.Item) -> String {
        let planned = "\(item.setting) = \(item.planned ?? "(removed)")"
        switch item.verdict {
        case .commandLine:
            return "\(planned) will never apply: the server's command line says \(item.now), and a restart keeps that."
                + " Take it out of whatever starts the server."
        case .overridden:
            return "\(planned) is set, but not for all: \(item.overrides.joined(separator: "; "))."
                + " To end that: ALTER ROLE or ALTER DATABASE .. RESET \(item.setting);"
        case .effective, .needsRestart, .notInForce:
            return "\(planned) is written, but the server runs with \(item.now); its log says why."
        }
    }

    /// The undo report as text.
    func show(_ report: UndoReport) {
        guard let profile = report.profile else { return terminal.result("nothing to undo: no tune has written here") }
        var table = Table(["setting", "tune wrote", "before", "what happened"])
        for item in report.items {
            table.add([item.setting, item.set, item.was ?? "(not set)", item.outcome.rawValue])
        }
        if !report.items.isEmpty { terminal.result(table.text) }
        terminal.result(terminal.paint("\(profile.rawValue): undone", .green))
        showRestart(report.restart)
    }

    private func showRestart(_ settings: [String]) {
        guard !settings.isEmpty else { return }
        terminal.result(
            "restart the server to put into force: \(settings.joined(separator: ", "))"
                + "   (on its machine: emaildb tune --restart)")
    }

    /// The restart report as text.
    func show(_ report: RestartReport) {
        switch report.outcome {
        case .notNeeded: terminal.result("no restart needed")
        case .restarted:
            terminal.result(terminal.paint("restarted", .green) + " in \(report.milliseconds) ms")
        case .rolledBack:
            terminal.result(
                terminal.paint("rolled back", .red)
                    + ": the server did not start, and runs with its former configuration"
                    + " again\n    \(report.words ?? "")")
        }
        if !report.waiting.isEmpty {
            terminal.result("still waiting for a restart: \(report.waiting.joined(separator: ", "))")
        }
    }

    /// The rescue report as text.
    func show(_ report: RescueReport) {
        guard let problem = report.problem else {
            return terminal.result("\(report.file): a server starts with this; nothing was changed")
        }
        terminal.result(
            terminal.paint("mended", .green) + ": \(report.file)\n    the server did not start: \(problem)")
        for change in report.changes { terminal.result("    taken out: \(change)") }
        if let kept = report.kept { terminal.result("    the old file: \(kept)") }
    }

    /// The trial's report as text.
    func show(_ report: TrialReport) {
        var table = Table(["rate", "unit", "before", "after", "times"], alignsRight: [2, 3, 4])
        for figure in report.figures {
            table.add(
                [figure.figure, figure.unit] + [figure.before, figure.now, figure.ratio].map(BenchOutput.number))
        }
        if !report.figures.isEmpty { terminal.result(table.text) }
        let gain = "\(BenchOutput.number(report.gainPercent)) % over all rates"
        let threshold = "from \(BenchOutput.number(report.thresholdPercent)) % on it counts"
        switch report.verdict {
        case .kept:
            show(report.applied)
            terminal.result(terminal.paint("kept", .green) + ": \(gain) (\(threshold))")
        case .noMeasurableDifference:
            show(report.applied)
            terminal.result(terminal.paint("no measurable difference", .yellow) + ": \(gain) (\(threshold)); kept")
        case .reverted:
            terminal.result(terminal.paint("reverted", .red) + ": \(gain) (\(threshold))")
        }
    }
}
