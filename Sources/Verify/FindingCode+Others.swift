import Postgres

/// The codes that are not differences of facts.
extension FindingCode {
    static let notInstalled = FindingCode(
        .layout, 901, "the database has no ledger of emaildb",
        cause: "emaildb init never ran here, or the schema emaildb was dropped.",
        fix: "Run emaildb init; if the tables are there, restore the schema emaildb from a backup first.")
    static let stepsPending = FindingCode(
        .layout, 902, "steps of this emaildb are not applied",
        cause: "The program is newer than the database. What the pending steps make is not asked for.",
        fix: "Run emaildb init.")
    static let ledgerContradicts = FindingCode(
        .layout, 903, "the ledger contradicts this emaildb",
        cause: "An applied step was edited, renamed or removed, or the ledger was changed by hand.",
        fix: "Compare emaildb.ledger with emaildb.ledger_event and with the released files; restore what was changed.")
    static let databaseNewer = FindingCode(
        .layout, 904, "the database has steps that this emaildb does not know",
        cause: "A newer emaildb upgraded it.", fix: "Use the emaildb that upgraded this database, or a later one.")

    static let reachesPrivilege = FindingCode(
        .security, 1, "an application role can act with privileges that ignore row security",
        cause:
            "The role itself, or one it is a member of, directly or through others, is a superuser, has BYPASSRLS, CREATEROLE,"
            + " CREATEDB or REPLICATION, or is one of PostgreSQL's predefined roles.",
        fix: "Take the attribute away or revoke the membership; an application needs neither.")
    static let reachesOwner = FindingCode(
        .security, 2, "an application role owns something, or can act as who owns it",
        cause: "ALTER .. OWNER TO, or a membership in an owning role. An owner can change and drop what it owns.",
        fix: "Give the object to email_owner, or revoke the membership.")
    static let beyondRowSecurity = FindingCode(
        .security, 3, "an application role may TRUNCATE, REFERENCES or TRIGGER a table",
        cause: "A grant to the role, to PUBLIC or to a role it is in. None of the three asks row security.",
        fix: "Revoke it.")
    static let mayCreate = FindingCode(
        .security, 4, "an application role may create objects or temporary tables",
        cause:
            "CREATE on a schema, or CREATE or TEMPORARY on the database, for the role, PUBLIC or a role it is in. Such objects"
            + " can shadow names.",
        fix: "Revoke it.")
    static let definerFunction = FindingCode(
        .security, 5, "an application role may execute a SECURITY DEFINER function that is not on the list",
        cause: "A function that runs with its owner's rights was added, and EXECUTE is open to PUBLIC by default.",
        fix:
            "Revoke EXECUTE, or make it SECURITY INVOKER; if it is meant, add it in a step of sql/ or ignore it with a reason."
    )
    static let foreignKeyWithoutTenant = FindingCode(
        .security, 6, "a foreign key does not pair tenant_id with tenant_id",
        cause: "A key over the id alone: rows can refer to another tenant's rows, and its checks tell which ids exist.",
        fix: "Replace it by one that starts with tenant_id on both sides.")
    static let policyFunction = FindingCode(
        .security, 7, "a policy calls a function that is VOLATILE or IMMUTABLE",
        cause:
            "A volatile function forbids index conditions; an immutable one is evaluated once for a cached plan, which then shows"
            + " the previous tenant's rows.",
        fix: "Write the expression inline, as sql/0012_row_security.sql does, or declare the function STABLE.")
    static let leakproof = FindingCode(
        .security, 8, "the set of LEAKPROOF functions is not PostgreSQL's own",
        cause:
            "ALTER FUNCTION .. LEAKPROOF, to make an index usable under row security. Errors and timing of such a function tell of"
            + " rows that its caller may not see.",
        fix: "ALTER FUNCTION .. NOT LEAKPROOF; search goes through the functions of email_search instead.")
    static let openView = FindingCode(
        .security, 9, "a view reads tables of ours with its owner's rights",
        cause:
            "A view without security_invoker, or a materialized view, over our tables: it shows every tenant's rows to each role"
            + " that may read it.",
        fix: "ALTER VIEW .. SET (security_invoker = true); a materialized view has to be dropped.")
    static let connectionRule = FindingCode(
        .security, 10, "a connection rule admits remote clients without a safe password check", severity: .warning,
        cause: "A line of pg_hba.conf says trust, password, md5 or ident for addresses that are not this machine's.",
        fix:
            "Use scram-sha-256 or cert in that line, then SELECT pg_reload_conf(); in emaildb's container, which writes the rules at"
            + " each start, start it with EMAILDB_HBA_FILE.")
    static let connectionWithoutTLS = FindingCode(
        .security, 11, "a connection rule admits remote clients without TLS", severity: .warning,
        cause: "A line of pg_hba.conf begins with host or hostnossl for addresses that are not this machine's.",
        fix:
            "Begin it with hostssl, set ssl = on, then SELECT pg_reload_conf(); in emaildb's container, which writes the rules at"
            + " each start, start it with EMAILDB_TLS=on.")
    static let passwordEncryption = FindingCode(
        .security, 12, "new passwords are not stored as SCRAM verifiers", severity: .warning,
        cause: "password_encryption is md5.",
        fix: "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; then set the passwords anew.")
    static let foreignServer = FindingCode(
        .security, 13, "an application role may use a foreign server",
        cause:
            "USAGE on a server of postgres_fdw or the like: a role that may make a user mapping on it can connect from the server to"
            + " itself as another role.",
        fix: "Revoke USAGE on the foreign server.")
    static let openStatistics = FindingCode(
        .security, 14, "an application role may read pg_stat_statements",
        cause:
            "The extension was created by another tool, open to PUBLIC. It shows literals of statements that served other tenants.",
        fix: "Run the SQL of the fix, which leaves it to pg_monitor.")

    static let shadow = FindingCode(
        .security, 15, "something in schema public bears the name of PostgreSQL's own",
        cause:
            "A function, operator or type in public, or a cast between types of PostgreSQL, that fits a call better than the one of"
            + " pg_catalog: whoever calls it by its bare name, with public in the search_path, runs it with the caller's rights.",
        fix: "Drop it, or move it to a schema of its own.")
    static let otherCreator = FindingCode(
        .security, 16, "a role beside email_owner may create in schema public",
        cause:
            "GRANT CREATE ON SCHEMA public. What it creates there can take the place of what others call by a bare name.",
        fix: "Revoke it; give the role a schema of its own.")
    static let otherOwner = FindingCode(
        .security, 17, "the database or schema public belongs to a role that is no superuser and not email_owner",
        cause: "An owner grants itself what it lacks, and creates and replaces what is in it.",
        fix: "ALTER .. OWNER TO, as the fix does.")
    static let catalogRight = FindingCode(
        .security, 18, "an application role may do more with PostgreSQL's own objects than after initdb",
        cause:
            "A grant on a function, table, column or schema of pg_catalog, on a parameter, a foreign-data wrapper, a foreign table, a"
            + " tablespace or a large object, to the role, to PUBLIC or to a role it is in.",
        fix: "Revoke it, or end the membership.")
    static let foreignCode = FindingCode(
        .security, 19, "a rule or a SECURITY DEFINER trigger runs when an application role writes elsewhere",
        cause: "On a table beside the design that the role may write to: the code of others runs in its sessions.",
        fix: "Drop it, or revoke the right to write there.")
    static let roleSchema = FindingCode(
        .security, 20, "a schema has the name of a role of the design",
        cause:
            "The search_path that PostgreSQL begins with, \"$user\", public, finds it first in that role's sessions.",
        fix: "Rename it.")
    static let eventTrigger = FindingCode(
        .security, 21, "an event trigger is active",
        cause: "It runs at every CREATE, ALTER or DROP, in the sessions of superusers and of init as well.",
        fix: "Disable it, or ignore it with a reason.")
    static let replication = FindingCode(
        .security, 22, "a publication or subscription carries mail", severity: .warning,
        cause:
            "Logical replication knows no tenants: a publication sends all rows of its tables to whoever subscribes, and a"
            + " subscription writes rows without any check.",
        fix: "Take the tables out, or ignore it with a reason.")
    static let limitedLogin = FindingCode(
        .security, 23, "a role of the design cannot always log in", severity: .warning,
        cause: "VALID UNTIL or CONNECTION LIMIT was set on it.",
        fix: "Run the SQL of the fix, or ignore it with a reason.")
    static let weakPassword = FindingCode(
        .security, 24, "a role's password is stored as MD5", severity: .warning,
        cause: "It was set while password_encryption was md5. Who reads the hash can log in with it.",
        fix: "Set the password anew: emaildb init --password-file ROLE=FILE.")
    static let preset = FindingCode(
        .security, 25, "the server presets what sessions of the design must decide themselves",
        cause:
            "postgresql.conf, postgresql.auto.conf or the command line sets a tenant, a search_path, a library, read-only or a switch of"
            + " the planner for every session.",
        fix: "Take the setting out, then SELECT pg_reload_conf();")
    static let locale = FindingCode(
        .security, 26,
        "the database's collation is not the one that its indexes were built with, or knows no letters but ASCII's",
        cause:
            "The operating system or the image was changed under the data directory: indexes on text can miss rows and let"
            + " duplicates in. Or the database was made with LC_CTYPE C.",
        fix:
            "REINDEX, then ALTER DATABASE .. REFRESH COLLATION VERSION. A locale needs a dump and a restore into a new database."
    )
    static let otherDatabase = FindingCode(
        .security, 27, "a role of the design has rights in another database", severity: .warning,
        cause: "A grant by name. What is there knows nothing of tenants.", fix: "Revoke it.")

    static let otherPlan = FindingCode(
        .plans, 1, "a catalogued query does not use its index",
        cause:
            "The index is missing or invalid, statistics are missing or wrong, planner settings forbid or discourage it, or the"
            + " policy's expression can be no index condition.",
        fix:
            "Look for findings of the layout first; then ANALYZE the table and compare EXPLAIN with the index catalogue."
    )
    static let failedQuery = FindingCode(
        .plans, 2, "a catalogued query fails",
        cause: "A function, a column or a grant that it needs is missing or was changed.",
        fix: "Look for findings of the layout; the message is PostgreSQL's own.")

    static let attackSucceeded = FindingCode(
        .probe, 1, "an attack on row security succeeded",
        cause:
            "A tenant, acting as the application, reached what belongs to another tenant or to none. Layout and security findings of the"
            + " same run usually say through which hole.",
        fix: "Fix those findings; keep applications away until this one is gone.")
    static let controlFailed = FindingCode(
        .probe, 2, "what the application must be able to do fails",
        cause:
            "The same statement that an attack tries does not work for its rightful user either, so the attack proves nothing:"
            + " a grant, policy or trigger is missing.",
        fix: "Fix the layout findings of the same run.")
    static let probeBroken = FindingCode(
        .probe, 3, "the probe could not set up its two tenants",
        cause: "The application's own inserts fail; the message is PostgreSQL's own.",
        fix: "Fix the layout findings of the same run.")
    static let leftovers = FindingCode(
        .probe, 4, "the probe left something behind",
        cause:
            "Rows or locks of the probe's tenants outlive its rollback: a trigger or rule writes elsewhere (dblink, a foreign table).",
        fix: "Remove what does so; layout findings name extra triggers and rules.")

    static let expired = FindingCode(
        .ignore, 1, "an entry of the ignore file has expired",
        cause: "Its date has passed. What it ignored is reported again.",
        fix: "Fix the finding, or give the entry a new date and a reason that still holds.")
    static let unused = FindingCode(
        .ignore, 2, "an entry of the ignore file ignores nothing", severity: .warning,
        cause: "The finding was fixed, or the entry has a typing error.", fix: "Remove the entry.")

    /// The codes about the steps that are applied, not about what they made.
    package static let ofLedger = Set([notInstalled, stepsPending, ledgerContradicts, databaseNewer].map(\.id))

    static let others =
        [
            notInstalled, stepsPending, ledgerContradicts, databaseNewer, reachesPrivilege, reachesOwner,
            beyondRowSecurity, mayCreate, definerFunction, foreignKeyWithoutTenant, policyFunction, leakproof, openView,
            connectionRule, connectionWithoutTLS, passwordEncryption, foreignServer, openStatistics, shadow,
            otherCreator, otherOwner, catalogRight, foreignCode, roleSchema, eventTrigger, replication, limitedLogin,
            weakPassword, preset, locale, otherDatabase, otherPlan,
            failedQuery, attackSucceeded, controlFailed, probeBroken, leftovers, expired, unused,
        ] + ofData
}
