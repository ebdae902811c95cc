/// The configuration that the server would start with after some changes.
struct Candidate: Sendable {
    /// Settings that were not there yet are not known, and have no value.
    private let server: ServerState
    /// New entries of postgresql.auto.conf; an outer nil is no change, an inner one no entry.
    private(set) var changes: [String: String?] = [:]

    init(_ server: ServerState) { self.server = server }

    /// Writes an entry, or removes it with nil.
    mutating func set(_ name: String, _ value: String?) { changes[name] = .some(value) }

    /// The value after a restart with the changes.
    func value(_ name: String) -> String? {
        guard let setting = server[name] else { return nil }
        if setting.isOnCommandLine { return setting.setting }
        switch changes[name] {
        case nil: return setting.next
        case .some(.some(let value)): return value
        case .some(.none): return setting.baseValue ?? setting.bootValue
        }
    }

    func integer(_ name: String) -> Int? {
        guard let setting = server[name], let value = value(name) else { return nil }
        return setting.number(value).map { Int($0) }
    }

    func bytes(_ name: String) -> Int? {
        guard let setting = server[name], let value = value(name) else { return nil }
        return setting.bytes(value)
    }

    func isOn(_ name: String) -> Bool {
        guard let setting = server[name], let value = value(name) else { return false }
        return setting.same(value, "on")
    }
}
