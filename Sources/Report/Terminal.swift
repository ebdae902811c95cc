package import Core
package import FoundationEssentials
import Glibc
import Postgres

/// A value that a command prints: text for people, JSON for programs.
package protocol Printable: Encodable {
    /// - Parameter isVerbose: whether more than the usual is wanted.
    func text(isVerbose: Bool) -> StyledText
    /// What `--quiet` leaves of it.
    var brief: StyledText { get }
}

extension Printable {
    package var brief: StyledText { text(isVerbose: false) }
}

/// The one place that prints: results on standard output, talk and errors on standard error.
package struct Terminal: Sendable {
    package enum Color: String, CaseIterable, Sendable {
        case auto, always, never

        fileprivate func isOn(_ descriptor: Int32) -> Bool {
            switch self {
            case .always: true
            case .never: false
            case .auto:
                isatty(descriptor) == 1 && EnvironmentVariable.noColor.value == nil
                    && EnvironmentVariable.terminal.value != "dumb"
            }
        }
    }

    package let isQuiet: Bool
    package let isVerbose: Bool
    package let isJSON: Bool
    private let color: Color
    private let isPaged: Bool

    /// - Parameter isPaged: whether what is longer than the terminal is shown page by page.
    package init(
        isQuiet: Bool = false, isVerbose: Bool = false, isJSON: Bool = false, color: Color = .auto, isPaged: Bool = true
    ) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.isJSON = isJSON
        self.color = color
        self.isPaged = isPaged
    }

    /// Prints a result in the format that was asked for.
    package func show(_ value: some Printable) throws {
        if isJSON { return print(try JSON.text(value)) }
        show(isQuiet ? value.brief : value.text(isVerbose: isVerbose))
    }

    /// Prints text for people; nothing when it is empty.
    ///
    /// On a terminal it is made to fit, and shown page by page when it is longer.
    package func show(_ text: StyledText) {
        if text.isEmpty { return }
        guard isatty(STDOUT_FILENO) == 1 else { return print(color.isOn(STDOUT_FILENO) ? text.colored : text.plain) }
        let size = Screen.size()
        let fitted = text.fitted(to: size.columns)
        let output = color.isOn(STDOUT_FILENO) ? fitted.colored : fitted.plain
        let isLong = fitted.height(in: size.columns) >= size.rows
        if isPaged, isLong, Screen.isThere, Pager.show(output + "\n") { return }
        print(output)
    }

    /// Draws lines over what stands on the screen, and clears what is behind and below them.
    func draw(_ lines: [StyledText]) {
        let isColored = color.isOn(STDOUT_FILENO)
        let texts = lines.map { (isColored ? $0.colored : $0.plain) + "\u{1B}[K" }
        write("\u{1B}[H" + texts.joined(separator: "\r\n") + "\u{1B}[J", to: STDOUT_FILENO)
    }

    /// Prints a text that is for programs, as it is.
    package func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Says what is going on.
    package func talk(_ text: StyledText) {
        if !isQuiet { say(text) }
    }

    package func detail(_ text: StyledText) {
        if isVerbose { talk(text) }
    }

    /// Says how far something is: to a person on one line, which the next such call replaces; else nothing.
    package func progress(_ text: StyledText, isLast: Bool) {
        guard !isQuiet, isatty(STDERR_FILENO) == 1 else { return }
        let shown = color.isOn(STDERR_FILENO) ? text.colored : text.plain
        write("\r" + shown + "\u{1B}[K" + (isLast ? "\n" : ""), to: STDERR_FILENO)
    }

    /// Says that something is wrong, quiet or not.
    package func error(_ text: StyledText) { say("\("error: ", .red)" + text) }

    /// Says why a command failed, in JSON also on standard output.
    package func fail(_ failure: Failure) {
        if isJSON, let text = try? JSON.text(failure) { print(text) }
        error(failure.text)
    }

    /// Whether there is a person at the other end.
    package var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks; anything but a yes is a no.
    /// - Throws: ``Failure`` when a signal came instead of an answer.
    package func ask(_ question: String) throws(Failure) -> Bool {
        write(question + " [y/N] ", to: STDERR_FILENO)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard StopRequest.isReady(STDIN_FILENO, forReading: true) else {
                write("\n", to: STDERR_FILENO)
                try Interruption.check()
                return false
            }
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1, byte != UInt8(ascii: "\n") else { break }
            answer.append(byte)
        }
        return ["y", "yes"].contains(String(decoding: answer, as: UTF8.self).lowercased().filter { !$0.isWhitespace })
    }

    private func say(_ text: StyledText) {
        write((color.isOn(STDERR_FILENO) ? text.colored : text.plain) + "\n", to: STDERR_FILENO)
    }

    private func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // A reader that has stopped to read must not keep this process from ending; so much is written without a wait.
            guard StopRequest.isReady(descriptor, forReading: false) || StopRequest.isWritable(descriptor) else {
                Interruption.exit(ExitStatus.interrupted(by: Interruption.signal ?? SIGTERM).code)
            }
            let part = bytes.prefix(Int(PIPE_BUF))
            do throws(FileOutput.Refused) {
                try FileOutput.write(Array(part), to: descriptor)
            } catch {
                guard descriptor == STDOUT_FILENO else { return }
                // The reader is gone or the disk is full: what was asked for cannot be delivered.
                let reason = error.code == EPIPE ? "its reader has closed it" : error.description
                self.error(
                    "standard output cannot be written: \(reason)\n      The result is not whole; run it again into a file: > FILE"
                )
                Interruption.exit(ExitStatus.failed.code)
            }
            bytes = bytes.dropFirst(part.count)
        }
    }
}

package enum JSON {
    /// A value as JSON: keys sorted, so that two runs can be compared by line, and in snake case.
    /// - Parameter keys: formats of others prescribe theirs.
    package static func text(
        _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
