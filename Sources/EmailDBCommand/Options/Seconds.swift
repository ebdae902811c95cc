import ArgumentParser
import Postgres

/// Refuses a number of seconds that cannot be counted in milliseconds everywhere.
func validateSeconds(_ value: Int, _ option: String, from least: Int = 0) throws {
    let most = ConnectionSettings.longestTimeout
    if !(least...most).contains(value) { throw ValidationError("\(option): seconds, from \(least) to \(most).") }
}
