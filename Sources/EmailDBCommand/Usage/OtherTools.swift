/// What other programs of the kind call what this one has: Flyway, Liquibase, Atlas, Sqitch, dbmate, Alembic, psql, pg_isready.
enum OtherTools {
    /// The words that do it here, by the command of others.
    static let commands = inverted([
        ["init"]:
            "migrate migration migrations up apply deploy install upgrade update create setup bootstrap push latest",
        ["init", "--plan"]: "plan preview pending dry-run dryrun",
        ["verify"]: "check validate lint audit scan test inspect diff drift compare",
        ["verify", "--fix-sql"]: "fix repair",
        ["verify", "--explain"]: "explain code",
        ["status"]: "info history list log show current st",
        ["tune"]: "optimize optimise configure autotune",
        ["config"]: "settings setting configuration env environment options",
        ["config", "--trust"]: "trust allow",
        ["ready"]: "health healthcheck ping isready pg_isready alive",
        ["pool"]: "pooler pgbouncer bouncer",
        ["adopt"]: "import takeover baseline convert",
        ["backup", "create"]: "dump pg_dump snapshot archive",
        ["restore"]: "recover recovery pitr pg_restore",
        ["undelete"]: "recover-tenant restore-tenant",
        ["bench"]: "benchmark pgbench perf measure load",
        ["dev", "start"]: "server start run serve",
        ["dev", "stop"]: "stop shutdown",
        ["dev", "psql"]: "psql shell console connect sql",
        ["help"]: "man docs doc guide guides topics manual",
        ["--version"]: "version",
        ["--generate-completion-script"]: "completion completions",
    ])

    /// The same below `dev`.
    static let devCommands = inverted([
        ["start"]: "up run serve create init", ["stop"]: "down shutdown kill", ["status"]: "info show ps list",
        ["env"]: "environment export url", ["psql"]: "shell console connect sql",
    ])

    /// What is not there, and why.
    static let absent: [String: (reason: String, fix: String)] = {
        let back = ("steps of the schema only go forward; the way back is a backup", "emaildb status")
        let drop = ("it drops no database; PostgreSQL's own program does", "dropdb email_service")
        let words = [("down rollback revert downgrade undo", back), ("drop reset clean wipe destroy delete", drop)]
        return Dictionary(
            uniqueKeysWithValues: words.flatMap { words, answer in
                words.split(separator: " ").map { (String($0), (reason: answer.0, fix: answer.1)) }
            })
    }()

    /// The options that do it here, by the option of others without its hyphens; a command takes the first that it has.
    static let options = inverted([
        [["--plan"]]: "dry-run dryrun n check preview pretend simulate what-if",
        [["--dbname"]]:
            "url uri dsn db db-url database-url database db-name connection connection-string connect conn conninfo target",
        [["--username"]]: "user role u login as db-user",
        [["--host"]]: "hostname server address db-host",
        [["--port"]]: "P db-port",
        [["--quiet"]]: "silent s no-output",
        [["--verbose"]]: "debug trace V verbosity",
        [["--color", "never"]]: "no-color no-colour nocolor plain",
        [["--color"]]: "colour colors",
        [["--format", "json"]]: "json j",
        [["--format", "junit"]]: "junit xml junit-xml", [["--format", "sarif"]]: "sarif",
        [["--format", "tap"]]: "tap", [["--format", "github"]]: "github annotations", [["--format", "text"]]: "text",
        [["--output"], ["--format"]]: "out outfile output-file o report output-format f formatter reporter",
        [["--yes"]]: "force assume-yes no-prompt non-interactive y apply confirm auto-approve",
        [["--only"]]: "exclude skip include sections section parts part checks",
        [["--undo"]]: "rollback revert restore",
        [["--fix-sql"]]: "fix repair autofix",
        [["--ignore"]]: "suppress allow baseline ignore-file allowlist",
        [["--fail-on"]]: "severity level min-severity threshold fail",
        [["--clients"], ["--max-connections"]]: "concurrency jobs connections c",
        [["--memory"]]: "ram mem", [["--cpus"]]: "cpu cores threads processors", [["--storage"]]: "disk drive",
        [["--lock-timeout"]]: "lock-wait lock lock-wait-timeout",
        [["--wait"], ["--timeout"]]: "retry wait-for connect-timeout wait-timeout t timeout-seconds",
        [["--exit-code"]]: "exit-status pending error-on-pending fail-on-pending",
        [["--strict"]]: "fail-on-skipped",
        [["--seconds"]]: "duration time T", [["--messages"]]: "rows count size scale",
        [["--listen-port"]]: "listen_port pool-port", [["--explain"]]: "code describe",
        [["--help"]]: "? usage h", [["--version"]]: "v V",
    ])

    /// Options that are not needed, and why.
    static let needless: [String: String] = {
        let (look, ask) = ("it changes nothing anyway", "it asks nothing")
        return Dictionary(
            uniqueKeysWithValues: ["dry-run", "dryrun", "check", "plan", "preview", "n"].map { ($0, look) }
                + ["force", "yes", "y", "f", "assume-yes", "no-prompt", "non-interactive"].map { ($0, ask) })
    }()

    static let passwords: Set<String> = ["password", "pass", "passwd", "pw", "W", "w", "db-password", "pgpassword"]

    /// The other way around; a word that stands for several of ours gets all of them.
    private static func inverted(_ list: [[String]: String]) -> [String: [String]] {
        inverted(list.mapKeys { [$0] }).mapValues { $0[0] }
    }

    private static func inverted(_ list: [[[String]]: String]) -> [String: [[String]]] {
        let pairs = list.sorted { $0.key.description < $1.key.description }.flatMap { ours, theirs in
            theirs.split(separator: " ").map { (String($0), ours) }
        }
        return Dictionary(pairs, uniquingKeysWith: +)
    }
}

extension Dictionary {
    fileprivate func mapKeys<New: Hashable>(_ transform: (Key) -> New) -> [New: Value] {
        [New: Value](uniqueKeysWithValues: map { (transform($0.key), $0.value) })
    }
}
