import Core

/// Turns a profile into the settings it wants, each with its reason.
struct ProfileProposals {
    /// The library that counts statements.
    private static let statisticsLibrary = "pg_stat_statements"

    /// The label of everything that some profile may write, so that a role's privileges can be checked before all else.
    static func labels(_ options: TuneOptions) -> [String] {
        var labels = FoundingDocument.base.map(\.name) + ["autovacuum_work_mem", "max_parallel_workers_per_gather"]
        if options.profile.isForServers {
            labels += [
                "huge_pages", "shared_preload_libraries", "log_min_duration_statement", "log_parameter_max_length",
            ]
        }
        switch options.asynchronousCommit {
        case .none: break
        case .application: labels.append(ServerSetting.applicationCommitLabel)
        case .server: labels.append("synchronous_commit")
        }
        if options.walLevelMinimal { labels.append("wal_level") }
        return [TuneJournal.setting] + labels
    }

    let options: TuneOptions
    let server: ServerState
    let formulas: Formulas

    private var profile: TuneProfile { options.profile }
    private var memoryText: String { ByteSize.approximately(formulas.machine.memory.value) }

    /// All of them, in the order of the document.
    var all: [Proposal] {
        (options.isExact ? exact : memory + log + planner) + (profile.isForServers ? servers : []) + commits
    }

    /// The documented values; what is dangerous among them comes with ``commits``, by flags of its own.
    private var exact: [Proposal] {
        let wanted = FoundingDocument.base + FoundingDocument.additions(profile)
        let last = Dictionary(wanted.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        return FoundingDocument.base.map(\.name).compactMap { name in
            let value = name == "max_connections" ? String(formulas.connections) : last[name]
            return value.map { propose(name, $0, "The documented value, whatever the machine (--exact).") }
        }
    }

    private func propose(
        _ name: String, role: String? = nil, _ value: String, _ why: String, follows quantity: Machine.Quantity? = nil
    ) -> Proposal {
        Proposal(
            label: ServerSetting.label(name, role), value: value, why: why,
            document: FoundingDocument.line(name, profile), isApproximate: quantity?.isGiven == false)
    }

    private var memory: [Proposal] {
        let quantity = formulas.machine.memory
        var work = "What \(memoryText) leave beside shared_buffers, for 3 operations in each of"
        work += " \(formulas.connections) connections."
        if formulas.workMemory < 4 * ByteSize.megabyte {
            work += " PostgreSQL's own 4MB would need max_connections <= \(formulas.connectionsForStockWorkMemory)."
        }
        let buffers =
            profile == .development
            ? "A quarter of \(memoryText), 256MB at most on a developer's machine." : "A quarter of \(memoryText)."
        return [
            propose("max_connections", String(formulas.connections), connectionsReason),
            propose("shared_buffers", ByteSize.text(formulas.sharedBuffers), buffers, follows: quantity),
            propose(
                "effective_cache_size", ByteSize.text(formulas.effectiveCacheSize),
                "What the planner may expect to be cached, by the system too; nothing is allocated.",
                follows: quantity),
            propose("work_mem", ByteSize.text(formulas.workMemory), work, follows: quantity),
            propose(
                "maintenance_work_mem", ByteSize.text(formulas.maintenanceWorkMemory),
                "For one CREATE INDEX or VACUUM at a time: a sixteenth of the memory, from 64MB to 2047MB.",
                follows: quantity),
            propose(
                "autovacuum_work_mem", ByteSize.text(formulas.autovacuumWorkMemory),
                "Each of \(formulas.autovacuumWorkers) autovacuum workers would else take maintenance_work_mem.",
                follows: quantity),
        ]
    }

    private var connectionsReason: String {
        if options.maxConnections != nil { return "As asked (--max-connections)." }
        return formulas.connections > 200
            ? "More than the documented 200 were configured, and are kept." : "The documented number of connections."
    }

    private var log: [Proposal] {
        let size = formulas.maximumWALSize
        var why = "Write-ahead log between two checkpoints: every change of a page after one logs the whole page."
        if size < formulas.wantedWALSize, let volume = formulas.machine.walVolume {
            why =
                "\(ByteSize.text(formulas.wantedWALSize)) would not be safe: the volume of pg_wal has room for"
                + " \(ByteSize.approximately(volume.value)), of which "
                + (formulas.machine.walVolumeIsDedicated ? "60 %" : "40 %") + " are taken."
        }
        return [
            propose("wal_buffers", "16MB", "One file of write-ahead log fits in, so that writers do not wait for it."),
            propose(
                "min_wal_size", ByteSize.text(formulas.minimumWALSize),
                "Files that are kept for reuse, so that a burst of mail need not create them."),
            propose("max_wal_size", ByteSize.text(size), why, follows: formulas.machine.walVolume),
            propose("checkpoint_completion_target", "0.9", "Spreads the writes of a checkpoint over its interval."),
        ]
    }

    private var planner: [Proposal] {
        let storage = formulas.machine.storage.rawValue.uppercased()
        let kind = storage + (formulas.machine.storageIsGiven ? "" : " (assumed; see --storage)")
        let cost = formulas.randomPageCost
        var proposals = [
            propose(
                "random_page_cost", cost,
                cost == "1.01"
                    ? "All data fit in memory, so a random page costs little more than the next one."
                    : "A random page, compared with the next one, on \(kind)."),
            propose("default_statistics_target", "100", "Histogram size; columns that need another have their own."),
        ]
        // Without posix_fadvise, which is Linux's and FreeBSD's, the server takes nothing but its default.
        if server.platform.contains("linux") || server.platform.contains("freebsd") {
            let concurrency = String(formulas.ioConcurrency)
            proposals.insert(
                propose("effective_io_concurrency", concurrency, "Reads in flight at once on \(kind)."), at: 1)
        }
        if let workers = formulas.parallelWorkers, let cpus = formulas.machine.cpus {
            proposals.append(
                propose(
                    "max_parallel_workers_per_gather", String(workers),
                    "Half of \(cpus.value) processors, 2 at most: mail is many short queries at once.", follows: cpus))
        }
        return proposals
    }

    /// What belongs to every server that others depend on.
    private var servers: [Proposal] {
        var proposals = [
            propose("log_min_duration_statement", "1s", "Statements that took a second or longer are logged."),
            propose(
                "log_parameter_max_length", "0",
                "The parameters of a slow statement are contents of mail, and do not belong in the log."),
        ]
        if server.hasStatementStatistics {
            let libraries = server["shared_preload_libraries"].map { ServerSetting.elements($0.next) } ?? []
            let all = libraries.contains(Self.statisticsLibrary) ? libraries : libraries + [Self.statisticsLibrary]
            let why = "Counts statements and their times, for the view email_slow_queries."
            proposals.insert(propose("shared_preload_libraries", all.joined(separator: ","), why), at: 0)
        }
        if formulas.sharedBuffers >= 2 * ByteSize.gigabyte, !options.isExact {
            let why = "Fewer page table entries when the system has huge pages; starts without."
            proposals.insert(propose("huge_pages", "try", why), at: 0)
        }
        return proposals
    }

    /// What trades safety for speed: only ever by flags.
    private var commits: [Proposal] {
        var proposals: [Proposal] = []
        switch options.asynchronousCommit {
        case .none: break
        case .application:
            let why = "Asked for (--async-commit application): its commits do not wait."
            proposals.append(propose("synchronous_commit", role: Role.service.name, "off", why))
        case .server:
            let why = "Asked for (--async-commit server): no commit waits for the disk."
            proposals.append(propose("synchronous_commit", "off", why))
        }
        if options.walLevelMinimal {
            let why = "Asked for (--wal-level-minimal): no replication, no recovery in time."
            proposals.append(propose("wal_level", "minimal", why))
        }
        return proposals
    }
}
