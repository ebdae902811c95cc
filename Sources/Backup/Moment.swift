import Glibc
import Postgres

/// A point in time, in microseconds since 1970 in UTC, as PostgreSQL counts; written by ISO 8601.
package struct Moment: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    package let microseconds: Int

    package init(microseconds: Int) { self.microseconds = microseconds }

    package static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    }

    /// Reads a time such as `2026-11-27 19:30:00.5+01:00`; nil for anything else.
    ///
    /// A T or a space between date and time, seconds and their fraction if wanted, then Z, UTC, +hh, +hhmm or +hh:mm; without
    /// any of these the time is UTC.
    package init?(_ text: String) {
        var rest = Substring(text)
        func number(_ digits: Int) -> Int? {
            let part = rest.prefix(digits)
            guard part.utf8.count == digits, part.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            rest = rest.dropFirst(digits)
            return Int(part)
        }
        func take(_ words: String...) -> Bool {
            guard let word = words.first(where: { rest.hasPrefix($0) }) else { return false }
            rest = rest.dropFirst(word.count)
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), take("T", " "),
            let hour = number(2), take(":"), let minute = number(2)
        else { return nil }
        var (second, fraction, zone) = (0, 0, 0)
        if take(":") {
            guard let value = number(2) else { return nil }
            second = value
            if take(".") {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                guard (1...6).contains(digits.count) else { return nil }
                rest = rest.dropFirst(digits.count)
                fraction = Int(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0
            }
        }
        if !take("Z", " UTC", "UTC"), !rest.isEmpty {
            let sign = take("+") ? 1 : take("-") ? -1 : 0
            guard sign != 0, let hours = number(2), hours < 16 else { return nil }
            _ = take(":")
            guard let minutes = rest.isEmpty ? 0 : number(2), minutes < 60 else { return nil }
            zone = sign * (hours * 60 + minutes)
        }
        guard rest.isEmpty, year >= 2000, (1...12).contains(month), day >= 1, day <= Self.days(month, year), hour < 24,
            minute < 60, second < 60
        else { return nil }
        let seconds = ((Self.day(year, month, day) * 24 + hour) * 60 + minute - zone) * 60 + second
        microseconds = seconds * 1_000_000 + fraction
    }

    /// ISO 8601 in UTC, with as many digits of a second as it needs: none, three or six.
    package var description: String {
        var text = stamp(separators: true)
        let fraction = microseconds - Int((Double(microseconds) / 1_000_000).rounded(.down)) * 1_000_000
        if fraction % 1000 != 0 {
            text += "." + Self.padded(fraction, 6)
        } else if fraction != 0 {
            text += "." + Self.padded(fraction / 1000, 3)
        }
        return text + "Z"
    }

    /// As the server reads it in every setting: it takes numbers for zones where it takes no names.
    var forServer: String { String(description.dropLast()) + "+00" }

    /// `20261127T193000`, for names of files.
    package var compact: String { stamp(separators: false) }

    private func stamp(separators: Bool) -> String {
        let seconds = Int((Double(microseconds) / 1_000_000).rounded(.down))
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let (year, month, day) = Self.date(days)
        let rest = seconds - days * 86_400
        let (dash, colon) = separators ? ("-", ":") : ("", "")
        return [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)].joined(separator: dash) + "T"
            + [rest / 3600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }.joined(separator: colon)
    }

    package static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }

    /// Whole seconds from another moment to this one.
    package func seconds(since other: Moment) -> Int { (microseconds - other.microseconds) / 1_000_000 }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = Moment(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no time"))
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    // MARK: - The calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms")

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let part = (5 * ofYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * part + 2) / 5 + 1)
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
