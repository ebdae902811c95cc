import Core

/// What a plan says beside its table: dangers in plain words, and what is worth knowing.
extension Planner {
    private func line(_ text: String, if isTrue: Bool) -> [String] { isTrue ? [text] : [] }

    /// What could be lost, and when.
    func durability(_ candidate: ServerState) -> [String] {
        // Three times wal_writer_delay, as the documentation of asynchronous commit says.
        let delay = 3 * (candidate.integer("wal_writer_delay") ?? 200)
        let who = options.asynchronousCommit == .server ? "Every commit" : "Every commit of \(Role.service.name)"
        let isAsynchronous = options.asynchronousCommit != .none
        var lines = line(
            "\(who) returns before it is on disk: mail that was accepted (SMTP 250) in the last \(delay) ms before a"
                + " crash is lost without a trace. Nothing is corrupted, and older mail is safe.", if: isAsynchronous)
        lines += line(
            "synchronous_commit is off already, and not by this plan: mail accepted in the last \(delay) ms"
                + " before a crash is lost. To end that: ALTER SYSTEM RESET synchronous_commit;",
            if: !isAsynchronous && candidate.value("synchronous_commit") == "off")
        lines += line(
            "With wal_level = minimal there is no standby, no pg_basebackup and no point-in-time recovery: after a"
                + " disk failure everything since the last dump is lost. Take a new base backup when it ends.",
            if: options.walLevelMinimal)
        return lines
            + ["fsync", "full_page_writes"].filter { candidate.value($0) == "off" }.map {
                "\($0) is off, and not by this plan: a power failure can destroy the database beyond repair."
                    + " To end that: ALTER SYSTEM SET \($0) = on;"
            }
    }

    func notes(_ candidate: ServerState, _ items: [TunePlan.Item]) -> [String] {
        func isSet(_ name: String) -> Bool { items.contains { $0.setting == name && $0.action == .set } }
        let isIngest = options.profile == .highThroughput
        var lines = line(
            "Commits still wait for the disk. --async-commit application lets only those of email_service return"
                + " early (4 to 7 times as many measured), and loses the last moments in a crash; an import can do"
                + " the same for itself: SET LOCAL synchronous_commit = off.",
            if: isIngest && options.asynchronousCommit == .none)
        lines += line(
            "The documented wal_level = minimal is left out: it saved nothing on ordinary inserts (108 MB"
                + " of log with and without) and ends standbys and point-in-time recovery. --wal-level-minimal sets"
                + " it all the same.", if: isIngest && !options.walLevelMinimal)
        let cpus = machine.cpus?.value ?? 0
        lines += line(
            "A pooler keeps the work in step with \(cpus) processors: default_pool_size = \(2 * cpus) to \(4 * cpus)"
                + " in PgBouncer, with as many clients as there are.", if: cpus > 0 && options.profile.isForServers)
        lines += line(
            "shared_buffers are more than 40 % of the memory; the system's cache gets what is left.",
            if: (candidate.bytes("shared_buffers") ?? 0) * 5 > machine.memory.value * 2)
        lines += line(
            "The room on the volume of pg_wal is not known, so max_wal_size is not compared with it: --wal-volume SIZE",
            if: machine.walVolume == nil && !options.isExact)
        lines += line(
            "\(server.standbys) standbys follow this server: raise max_connections on them and restart them first,"
                + " or their replay stops.", if: server.standbys > 0 && isSet("max_connections"))
        lines += line(
            "After the restart, in each e-mail database, for the view email_slow_queries:"
                + " CALL emaildb.count_statements();", if: isSet("shared_preload_libraries"))
        return lines
    }

    /// Settings of roles and databases that override the proposed ones.
    func overrides(_ items: [TunePlan.Item]) -> [String] {
        server.overrides.compactMap { override in
            guard let item = items.first(where: { $0.setting == override.setting }),
                let setting = server[override.setting], let proposed = item.proposed,
                !setting.same(override.value, proposed)
            else { return nil }
            return "\(override.scope) has \(override.setting) = \(override.value) of its own, which comes first there."
        }
    }
}
