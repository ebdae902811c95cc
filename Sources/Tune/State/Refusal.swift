import Core

extension [Problem] {
    /// - Throws: ``Failure`` when there are any.
    func refuse() throws {
        if !isEmpty { throw Failure.refused("this cannot be done; nothing was written", self) }
    }
}
