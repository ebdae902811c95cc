/// One thing that stands in the way, and what to type about it.
package struct Problem: Error, Sendable, Hashable, Codable {
    /// What is wrong, in one sentence.
    package let problem: String
    /// An SQL statement or a shell command.
    package let fix: String

    package init(problem: String, fix: String) {
        self.problem = problem
        self.fix = fix
    }
}
