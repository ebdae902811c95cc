extension FindingCode {
    /// The text of ``page``, which `make codes` writes.
    package static var documentation: String {
        let introduction = """
            # Finding codes

            Every code that `emaildb verify` reports, what it means, how it comes about, and what to do. Written by `make codes` from
            `Sources/Verify/FindingCode*.swift`.

            The letter says which part finds it: L layout, S security, P plans, T probe, D data, I ignore file. Codes are never given another meaning.
            Those of the layout end in 1 for what is missing, 2 for what differs, and 3 for what is not part of the design. `emaildb verify
            --explain CODE` says the same.

            """
        let sections = Section.allCases.map { section in
            let name = section.rawValue.prefix(1).uppercased() + section.rawValue.dropFirst()
            return "\n## \(section == .ignore ? "Ignore file" : name)\n"
                + all.filter { $0.section == section }.map { code in
                    """

                    ### \(code.id)

                    **\(code.title)** (\(code.severity.rawValue))

                    Cause: \(code.cause)

                    Fix: \(code.fix)

                    """
                }.joined()
        }
        return introduction + sections.joined()
    }
}
