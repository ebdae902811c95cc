/// The configuration that the server would start with after some changes.
struct Candidate: Sendable {
    /// Settings that were not there yet are not known, and have no value.
    private let server: ServerState
    /// New entries of postgresql.auto.conf; an outer nil is no change, an inner one no entry.
    private(set) var changes: [String: String?] = [:]

    init(_ server: ServerState) { self.server = server }

    /// Writes an entry, or removes it with nil; a role's own value is no part of a start.
    mutating func set(_ setting: ServerSetting, _ value: String?) {
        if setting.role == nil { changes.updateValue(value, forKey: setting.name) }
    }

    /// The value after a restart with the changes.
    func value(_ name: String) -> String? {
        guard let setting = server[name], !setting.isOnCommandLine, let change = changes[name] else {
            return server[name]?.next
        }
        return change ?? setting.baseValue ?? setting.bootValue
    }

    func number(_ name: String) -> Double? { value(name).flatMap { server[name]?.number($0) } }
    func integer(_ name: String) -> Int? { number(name).map { Int($0) } }
    func bytes(_ name: String) -> Int? { value(name).flatMap { server[name]?.bytes($0) } }
    func isOn(_ name: String) -> Bool { value(name).map { server[name]?.same($0, "on") == true } ?? false }
}
