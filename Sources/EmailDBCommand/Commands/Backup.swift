import ArgumentParser
import Backup
import Core
import Postgres
import Report

struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take backups that prove themselves, with all the log between them.",
        discussion: """
            PostgreSQL's own programs do the work: pg_basebackup, pg_receivewal with a replication slot, pg_verifybackup.

              emaildb backup init --repository /backup --username postgres
              emaildb backup receive --repository /backup --username postgres    # as a service: it never ends
              emaildb backup create --repository /backup --username postgres     # each night
              emaildb backup drill --repository /backup --username postgres      # each week
              emaildb backup check --repository /backup --username postgres      # from monitoring
              emaildb backup prune --keep 7 --repository /backup
            """,
        subcommands: [
            Initialise.self, Receive.self, Create.self, List.self, Check.self, Drill.self, Prune.self,
        ])

    struct Initialise: BackupCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make a repository, and the slot that keeps the log for it.",
            discussion: "Says what it changed; a second run changes nothing. Exit status 4: refused, with every reason."
        )

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Connection") var connection: ConnectionOptions
        @OptionGroup(title: "Output") var output: OutputOptions
        @Option(help: ArgumentHelp("Name of the replication slot.", valueName: "name")) var slot = "emaildb_backup"

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try connection.withSource(repository, makesRepository: true) { session, source in
                try terminal.show(try BackupInit(source, repository: repository.repository, slot: slot).run(session))
            }
            return .done
        }
    }

    struct Receive: BackupCommand {
        static let configuration = CommandConfiguration(
            abstract: "Receive the log into the repository, for good: becomes pg_receivewal.",
            discussion: """
                For a service manager or a container. It reconnects by itself; while it is away, or the disk is full, the slot \
                keeps the log on the server. SIGTERM ends it.
                """)

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Connection") var connection: ConnectionOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            let end: ExitStatus = try connection.withSource(repository) { session, source -> ExitStatus in
                try LogReceiver(source, try repository.open()).becomeReceiver(session)
            }
            return end
        }
    }

    struct Create: BackupCommand {
        enum What: String, ExpressibleByArgument, CaseIterable { case files, dump }

        static let configuration = CommandConfiguration(
            abstract: "Take a backup of the cluster's files, or a dump of the database.",
            discussion: """
                Counts each tenant's rows at a point in the log, which a drill compares. Built aside: a run that is killed leaves \
                nothing that looks like a backup. Without a receiver, brings the log in by itself.
                """)

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Connection") var connection: ConnectionOptions
        @OptionGroup(title: "Output") var output: OutputOptions
        @Flag(help: "Only what has changed since the last one (PostgreSQL 17 and later).") var incremental = false
        @Flag(help: "All files; the default.") var full = false
        @Option(help: "What is taken: the files of the cluster, or one database with pg_dump, tried out at once.")
        var what = What.files

        func validate() throws {
            if incremental && (full || what == .dump) {
                throw ValidationError("--incremental adds to a backup of files: leave the other out.")
            }
        }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            try connection.withSource(repository) { session, source in
                let repository = try repository.open()
                if what == .dump {
                    var dump = DumpCreate(source, repository)
                    dump.progress = { terminal.talk("\($0)") }
                    let record = try dump.run(session)
                    try terminal.show(record)
                    return record.proof == nil ? .findings : .done
                }
                var create = BackupCreate(source, repository)
                create.isIncremental = incremental
                create.progress = { terminal.talk("\($0)") }
                try terminal.show(try create.run(session))
                return .done
            }
        }
    }

    struct List: BackupCommand {
        static let configuration = CommandConfiguration(abstract: "List the backups of a repository.")

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Output") var output: OutputOptions

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            let opened = try repository.open()
            try terminal.show(BackupList(repository: opened.folder, backups: try opened.list()))
            return .done
        }
    }

    struct Check: Command {
        static let parent = "emaildb backup"
        static let configuration = CommandConfiguration(
            abstract: "Read every file of a repository, and compare it with the server.",
            discussion: """
                Names damaged files, gaps in the log, foreign timelines and clusters, what is too old, the state of the slot, and the \
                disk. What could not be looked at is listed as not seen. Changes nothing.

                Exit status: 0 no findings; 1 findings, or something not seen.
                """)

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Connection") var connection: ConnectionOptions
        @OptionGroup(title: "Talk") var talk: TalkOptions
        @Option(help: "How the result is written on standard output.") var format: BackupCheckFormat = .text
        @Flag(help: "Only look which files are there; said as not seen.") var noRead = false

        var terminal: Terminal { talk.terminal(isJSON: format == .json) }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            let (source, unreached) = try connection.sourceIfReached(repository)
            let opened = try repository.open()
            var check = BackupCheck(opened, try repository.programs(opened))
            check.readsFiles = !noRead
            check.progress = { terminal.detail("\($0)") }
            let report = try check.run(source, unreached: unreached)
            if format == .openmetrics { terminal.print(report.openMetrics) } else { try terminal.show(report) }
            return report.status
        }
    }

    struct Drill: BackupCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove a backup: restore it aside, recover it, and look whether everything is there.",
            discussion: """
                The copy has archiving off and listens on a private socket. Compares each tenant's rows with those counted at backup \
                time, runs verify and pg_amcheck, measures how long it takes and what would be lost, and writes the evidence into the \
                repository (evidence/*.json, emaildb_backup.prom). Needs the room of one backup, and 128 MB of memory.

                Exit status: 0 proven; 1 not proven.
                """)

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Connection") var connection: ConnectionOptions
        @OptionGroup(title: "Output") var output: OutputOptions
        @Option(help: ArgumentHelp("The backup to prove; the newest when not given.", valueName: "id")) var backup:
            String?

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            let (source, _) = try connection.sourceIfReached(repository)
            let opened = try repository.open()
            try source?.require(opened)
            var drill = DrillRun(opened, try repository.programs(opened))
            drill.backup = backup
            drill.serverPosition = source?.position
            drill.progress = { terminal.talk("\($0)") }
            let evidence = try drill.run()
            do throws(FileOutput.Refused) {
                try FileOutput.write(Array((evidence.openMetrics + "\n").utf8), to: opened.metricsFile)
            } catch {
                throw Failure(.failed, "\(opened.metricsFile) cannot be written: \(error)", fix: "df \(opened.folder)")
            }
            try terminal.show(evidence)
            return evidence.outcome == .passed ? .done : .findings
        }
    }

    struct Prune: BackupCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove old backups, and the log that none of the others needs.",
            discussion:
                "Never the newest, the last one that is proven, or one that another adds to. --plan only says what would go."
        )

        @OptionGroup(title: "Repository") var repository: RepositoryOptions
        @OptionGroup(title: "Output") var output: OutputOptions
        @Option(help: ArgumentHelp("How many of the newest stay.", valueName: "n")) var keep: Int?
        @Option(help: ArgumentHelp("Those stay that are younger.", valueName: "days")) var days: Int?
        @Flag(help: "Only say what would be removed.") var plan = false

        func validate() throws {
            if keep == nil && days == nil { throw ValidationError("Say what stays: --keep 7, or --days 30, or both.") }
            if let keep, !(1...100_000).contains(keep) { throw ValidationError("--keep: from 1 to 100000.") }
            if let days, !(0...36_500).contains(days) { throw ValidationError("--days: from 0 to 36500.") }
        }

        func execute(_ terminal: Terminal) throws -> ExitStatus {
            var prune = BackupPrune(try repository.open())
            prune.count = keep
            prune.age = days.map { $0 * 86_400 }
            try terminal.show(try prune.run(isPlanOnly: plan))
            return .done
        }
    }
}

extension BackupCheckFormat: ExpressibleByArgument {}

/// A command about a repository of backups.
protocol BackupCommand: Command {
    var output: OutputOptions { get }
}

extension BackupCommand {
    static var parent: String { "emaildb backup" }
    var terminal: Terminal { output.terminal }
}
