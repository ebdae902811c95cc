/// What a plan says beside its table: dangers in plain words, and what is worth knowing.
struct PlanNotes {
    let options: TuneOptions
    let server: ServerState
    let formulas: Formulas
    let candidate: Candidate
    let items: [TunePlan.Item]

    /// What could be lost, and when.
    var durability: [String] {
        var lines: [String] = []
        // Three times wal_writer_delay, as the documentation of asynchronous commit says.
        let delay = 3 * (candidate.integer("wal_writer_delay") ?? 200)
        switch options.asynchronousCommit {
        case .application, .server:
            let who =
                options.asynchronousCommit == .server ? "Every commit" : "Every commit of \(Planner.applicationRole)"
            lines.append(
                "\(who) returns before it is on disk: mail that was accepted (SMTP 250) in the last \(delay) ms before a"
                    + " crash is lost without a trace. Nothing is corrupted, and older mail is safe.")
        case .none:
            if candidate.value("synchronous_commit") == "off" {
                lines.append(
                    "synchronous_commit is off already, and not by this plan: mail accepted in the last \(delay) ms"
                        + " before a crash is lost. To end that: ALTER SYSTEM RESET synchronous_commit;")
            }
        }
        if options.walLevelMinimal {
            lines.append(
                "With wal_level = minimal there is no standby, no pg_basebackup and no point-in-time recovery: after a"
                    + " disk failure everything since the last dump is lost. Take a new base backup when it ends.")
        }
        for name in ["fsync", "full_page_writes"] where candidate.value(name) == "off" {
            lines.append(
                "\(name) is off, and not by this plan: a power failure can destroy the database beyond repair."
                    + " To end that: ALTER SYSTEM SET \(name) = on;")
        }
        return lines
    }

    /// What is good to know.
    var notes: [String] { throughput + memory + statistics }

    private var throughput: [String] {
        guard options.profile == .highThroughput else { return [] }
        var lines: [String] = []
        if options.asynchronousCommit == .none {
            lines.append(
                "Commits still wait for the disk. --async-commit application lets only those of email_service return"
                    + " early (4 to 7 times as many measured), and loses the last moments in a crash; an import can do"
                    + " the same for itself: SET LOCAL synchronous_commit = off.")
        }
        if !options.walLevelMinimal {
            lines.append(
                "The documented wal_level = minimal is left out: it saved nothing on ordinary inserts (108 MB"
                    + " of log with and without) and ends standbys and point-in-time recovery. --wal-level-minimal sets"
                    + " it all the same.")
        }
        return lines
    }

    private var memory: [String] {
        var lines: [String] = []
        if let cpus = formulas.machine.cpus?.value, options.profile.isForServers {
            lines.append(
                "A pooler keeps the work in step with \(cpus) processors: default_pool_size = \(2 * cpus) to \(4 * cpus)"
                    + " in PgBouncer, with as many clients as there are.")
        }
        if let buffers = candidate.bytes("shared_buffers"), buffers * 5 > formulas.machine.memory.value * 2 {
            lines.append("shared_buffers are more than 40 % of the memory; the system's cache gets what is left.")
        }
        if formulas.machine.walVolume == nil, !options.isExact {
            lines.append(
                "The room on the volume of pg_wal is not known, so max_wal_size is not held against it: --wal-volume SIZE"
            )
        }
        if server.standbys > 0, items.contains(where: { $0.setting == "max_connections" && $0.action == .set }) {
            lines.append(
                "\(server.standbys) standbys follow this server: raise max_connections on them and restart them first,"
                    + " or their replay stops.")
        }
        return lines
    }

    private var statistics: [String] {
        guard items.contains(where: { $0.setting == "shared_preload_libraries" && $0.action == .set }) else {
            return []
        }
        return [
            "After the restart, in each e-mail database, for the view email_slow_queries:"
                + " CALL emaildb.count_statements();"
        ]
    }

    /// Settings of roles and databases that override the proposed ones.
    var overrides: [String] {
        server.overrides.compactMap { override in
            guard let item = items.first(where: { $0.setting == override.setting }),
                let setting = server[override.setting], let proposed = item.proposed,
                !setting.same(override.value, proposed)
            else { return nil }
            return "\(override.scope) has \(override.setting) = \(override.value) of its own, which comes first there."
        }
    }
}
