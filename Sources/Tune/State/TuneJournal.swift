import Core
import FoundationEssentials

/// What `tune` has changed on a server, and what was there before.
///
/// It is kept as the value of a setting of its own in postgresql.auto.conf, in the very file that it is about: a
/// server's file has one journal for every client, each change of it is atomic and durable (PostgreSQL
/// writes a new file, syncs it and renames it), and it can be read while the server is down.
struct TuneJournal: Codable, Sendable, Hashable {
    /// The setting that holds the journal; PostgreSQL takes any name with a dot for another program's.
    static let setting = "emaildb.tune"

    enum State: String, Codable, Sendable {
        case applying
        case applied
        case undoing
    }

    /// One setting that was changed.
    struct Entry: Codable, Sendable, Hashable {
        let name: String
        /// The role that has it; nil for the server's configuration.
        var role: String?
        /// The entry that was there before; nil when there was none, so that undoing removes ours.
        let was: String?
        /// What we wrote.
        let set: String

        /// As ``ServerSetting/label``.
        var label: String { ServerSetting.label(name, role) }
    }

    var version = 1
    let profile: TuneProfile
    var state: State
    let entries: [Entry]

    /// What writing and undoing it has to set, by label.
    var labels: [String] { [Self.setting] + entries.map(\.label) }
}

extension TuneJournal {
    /// - Throws: ``Failure`` when the text is no journal that this program knows.
    init(text: String) throws {
        do {
            self = try JSONDecoder().decode(TuneJournal.self, from: Data(text.utf8))
        } catch {
            throw Failure.refused(
                "the setting \(Self.setting) in postgresql.auto.conf is not a journal that this emaildb can read",
                fix: "ALTER SYSTEM RESET \(Self.setting);   -- forgets what to undo; the settings stay as they are")
        }
    }

    /// The journal as one line.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
