import TestSupport
import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        [], ["init"], ["status"], ["verify"], ["doctor"], ["monitor"], ["tune"], ["ready"], ["pool"], ["bench"],
        ["adopt"],
        ["config"],
        ["dev"],
        ["dev", "start"],
        ["container"], ["container", "data"],
    ])
    func everyCommandHasHelp(_ command: [String]) async throws {
        let result = try await CommandRunner.emaildb(command + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: emaildb"))
    }

    @Test(arguments: ["-9223372036854775808", "-1", "0", "1", "26", "40", "9223372036854775807", "x", ""])
    func fitsAnyWidth(_ columns: String) async throws {
        let result = try await CommandRunner.emaildb(["verify", "--help"], environment: ["COLUMNS": columns])
        #expect(result.status == 0 && result.output.contains("Only these"), "\(result)")
    }
}
