/// One thing that is wrong, and what to type about it.
package struct Problem: Sendable, Hashable, Codable {
    package let problem: String
    /// An SQL statement, a shell command, or a sentence that names one; nil where the failure as a whole has one.
    package let fix: String?

    package init(problem: String, fix: String?) {
        self.problem = problem
        self.fix = fix
    }
}

extension [Problem] {
    /// Adds a problem unless a condition holds.
    package mutating func need(_ condition: Bool, _ problem: String, _ fix: String) {
        if !condition { append(Problem(problem: problem, fix: fix)) }
    }
}
