import Core

/// Turns a profile into the settings it wants, each with its reason.
struct ProfileProposals {
    /// The label of everything that some profile may write, so that a role's privileges can be checked before all else.
    static func labels(_ options: TuneOptions) -> [String] {
        let memory = ["autovacuum_work_mem", "max_parallel_workers_per_gather"]
        let servers = [
            "huge_pages", "wal_compression", "shared_preload_libraries", "log_min_duration_statement",
            "log_parameter_max_length",
        ]
        let commits: [AsynchronousCommit: String] = [
            .application: ServerSetting.applicationCommitLabel, .server: "synchronous_commit",
        ]
        let byFlags = [commits[options.asynchronousCommit], options.walLevelMinimal ? "wal_level" : nil]
        return [TuneJournal.setting] + DocumentedTuning.base.map(\.name) + memory
            + (options.profile.isForServers ? servers : []) + byFlags.compactMap(\.self)
    }

    let options: TuneOptions
    let server: ServerState
    let formulas: Formulas
    private(set) var all: [Proposal] = []

    /// Every proposal, in the order of the document.
    static func all(_ options: TuneOptions, _ server: ServerState, _ formulas: Formulas) -> [Proposal] {
        var proposals = ProfileProposals(options: options, server: server, formulas: formulas)
        if options.isExact {
            proposals.addDocumented()
        } else {
            proposals.addMemory()
            proposals.addLog()
            proposals.addPlanner()
        }
        if options.profile.isForServers { proposals.addServers() }
        proposals.addCommits()
        return proposals.all
    }

    private mutating func add(
        _ name: String, role: String? = nil, _ value: String, _ why: String, follows quantity: Machine.Quantity? = nil
    ) {
        all.append(
            Proposal(
                label: ServerSetting.label(name, role), value: value, why: why,
                document: DocumentedTuning.line(name, options.profile), isApproximate: quantity?.isGiven == false))
    }

    /// The documented values; what is dangerous among them comes with the commits, by flags of its own.
    private mutating func addDocumented() {
        let wanted = DocumentedTuning.base + DocumentedTuning.additions(options.profile)
        for (name, value) in DocumentedTuning.base {
            let last = wanted.last { $0.name == name }?.value ?? value
            add(
                name, name == "max_connections" ? String(formulas.connections) : last,
                "The documented value, whatever the machine (--exact).")
        }
    }

    private mutating func addMemory() {
        let memory = formulas.machine.memory
        let amount = ByteSize.approximately(memory.value)
        let connections = formulas.connections
        let documented =
            connections > 200
            ? "More than the documented 200 were configured, and are kept." : "The documented number of connections."
        add(
            "max_connections", String(connections),
            options.maxConnections != nil ? "As asked (--max-connections)." : documented)
        let limit = options.profile == .development ? ", 256MB at most on a developer's machine." : "."
        add("shared_buffers", ByteSize.text(formulas.sharedBuffers), "A quarter of \(amount)\(limit)", follows: memory)
        add(
            "effective_cache_size", ByteSize.text(formulas.effectiveCacheSize),
            "What the planner may expect to be cached, by the system too; nothing is allocated.", follows: memory)
        var work = "What \(amount) leave beside shared_buffers, for 3 operations in each of \(connections) connections."
        if formulas.workMemory < 4 * ByteSize.megabyte {
            work += " PostgreSQL's own 4MB would need max_connections <= \(formulas.connectionsForStockWorkMemory)."
        }
        add("work_mem", ByteSize.text(formulas.workMemory), work, follows: memory)
        add(
            "maintenance_work_mem", ByteSize.text(formulas.maintenanceWorkMemory),
            "For one CREATE INDEX or VACUUM at a time: a sixteenth of the memory, from 64MB to 2047MB.", follows: memory
        )
        add(
            "autovacuum_work_mem", ByteSize.text(formulas.autovacuumWorkMemory),
            "Each of \(formulas.autovacuumWorkers) autovacuum workers would else take maintenance_work_mem.",
            follows: memory)
    }

    private mutating func addLog() {
        add("wal_buffers", "16MB", "One file of write-ahead log fits in, so that writers do not wait for it.")
        add(
            "min_wal_size", ByteSize.text(formulas.minimumWALSize),
            "Files that are kept for reuse, so that a burst of mail need not create them.")
        let size = formulas.maximumWALSize
        let volume = formulas.machine.walVolume
        var why = "Write-ahead log between two checkpoints: every change of a page after one logs the whole page."
        if size < formulas.wantedWALSize, let volume {
            why =
                "\(ByteSize.text(formulas.wantedWALSize)) would not be safe: the volume of pg_wal has room for"
                + " \(ByteSize.approximately(volume.value)), of which "
                + (formulas.machine.walVolumeIsDedicated ? "60 %" : "40 %") + " are taken."
        }
        add("max_wal_size", ByteSize.text(size), why, follows: volume)
        add("checkpoint_completion_target", "0.9", "Spreads the writes of a checkpoint over its interval.")
    }

    private mutating func addPlanner() {
        let storage = formulas.machine.storage.rawValue.uppercased()
        let kind = storage + (formulas.machine.storageIsGiven ? "" : " (assumed; see --storage)")
        let cost = formulas.randomPageCost
        add(
            "random_page_cost", cost,
            cost == "1.01"
                ? "All data fit in memory, so a random page costs little more than the next one."
                : "A random page, compared with the next one, on \(kind).")
        // Without posix_fadvise, which is Linux's and FreeBSD's, the server takes nothing but its default.
        if server.platform.contains("linux") || server.platform.contains("freebsd") {
            add("effective_io_concurrency", String(formulas.ioConcurrency), "Reads in flight at once on \(kind).")
        }
        add("default_statistics_target", "100", "Histogram size; columns that need another have their own.")
        if let workers = formulas.parallelWorkers, let cpus = formulas.machine.cpus {
            add(
                "max_parallel_workers_per_gather", String(workers),
                "Half of \(cpus.value) processors, 2 at most: mail is many short queries at once.", follows: cpus)
        }
    }

    /// What belongs to every server that others depend on.
    private mutating func addServers() {
        if formulas.sharedBuffers >= 2 * ByteSize.gigabyte, !options.isExact {
            add("huge_pages", "try", "Fewer page table entries when the system has huge pages; starts without.")
        }
        if server.hasLZ4, !options.isExact {
            add("wal_compression", "lz4", "Pages that are logged whole after a checkpoint take about half the room.")
        }
        if server.hasStatementStatistics {
            var libraries = server["shared_preload_libraries"].map { ServerSetting.elements($0.next) } ?? []
            if !libraries.contains("pg_stat_statements") { libraries.append("pg_stat_statements") }
            add(
                "shared_preload_libraries", libraries.joined(separator: ","),
                "Counts statements and their times, for the view email_slow_queries.")
        }
        add("log_min_duration_statement", "1s", "Statements that took a second or longer are logged.")
        add(
            "log_parameter_max_length", "0",
            "The parameters of a slow statement are contents of mail, and do not belong in the log.")
    }

    /// What trades safety for speed: only ever by flags.
    private mutating func addCommits() {
        switch options.asynchronousCommit {
        case .none: break
        case .application:
            add(
                "synchronous_commit", role: Role.service.name, "off",
                "Asked for (--async-commit application): its commits do not wait.")
        case .server:
            add("synchronous_commit", "off", "Asked for (--async-commit server): no commit waits for the disk.")
        }
        if options.walLevelMinimal {
            add("wal_level", "minimal", "Asked for (--wal-level-minimal): no replication, no recovery in time.")
        }
    }
}
