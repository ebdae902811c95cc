import Core
import Postgres

/// What a role must be allowed, all of it asked for before the first look.
enum Privileges {
    /// Asks for what reading the state needs, and for what writing settings needs.
    /// - Parameter labels: the settings; none when nothing is to be written.
    /// - Throws: ``Failure`` with the exact GRANT for everything that is missing.
    static func check(_ labels: [String], _ connection: borrowing Connection) throws {
        let application = ServerSetting.applicationCommitLabel
        let names = labels.filter { $0 != application }
        let rows = try connection.query(SQLFile("tune_privileges"), [SQL.array(names), Role.service.name])
        guard let me = rows.first, !me.flag("rolsuper") else { return }
        let role = SQL.identifier(me.text("rolname"))
        var problems: [Problem] = []
        let place = "   -- in the database \(me.text("database"))"
        problems.need(
            me.flag("settings"), "\(role) may not read every setting", "GRANT pg_read_all_settings TO \(role);")
        problems.need(
            me.flag("files"), "\(role) may not read the configuration files",
            "GRANT SELECT ON pg_file_settings TO \(role); GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO"
                + " \(role);\(place)")
        problems.need(
            labels.isEmpty || me.flag("reload"), "\(role) may not reload the configuration",
            "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO \(role);\(place)")
        let missing = me.text("missing")
        problems.need(
            missing.isEmpty, "\(role) may not set \(missing)", "GRANT ALTER SYSTEM ON PARAMETER \(missing) TO \(role);")
        problems.need(
            !labels.contains(application) || me.flag("alters"), "\(role) may not alter the role \(Role.service.name)",
            "Run as a superuser: --username postgres")
        try problems.refuse()
    }
}
