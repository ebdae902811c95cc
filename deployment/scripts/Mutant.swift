import Glibc
import Synchronization

/// The changed lines that are compiled in: at most one is in force, the others do what the line said.
package enum Mutant {
    private static let number = getenv("MUTANT").flatMap { Int(String(cString: $0)) }
    private static let record = getenv("MUTANT_RECORD").map { String(cString: $0) }
    private static let reached = Mutex<Set<Int>>([])

    package static func isOn(_ mutant: Int) -> Bool {
        let before = errno
        defer { errno = before }
        if let record, reached.withLock({ $0.insert(mutant).inserted }) {
            let file = open(record, O_WRONLY | O_APPEND | O_CLOEXEC)
            let line = "\(mutant)\n"
            _ = write(file, line, line.utf8.count)
            close(file)
        }
        return mutant == number
    }

    package static func value<Value>(_ mutant: Int, _ usual: Value, _ other: Value) -> Value {
        isOn(mutant) ? other : usual
    }

    package static func negated(_ mutant: Int, _ condition: Bool) -> Bool { isOn(mutant) != condition }
}
