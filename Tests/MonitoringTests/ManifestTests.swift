import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// The Kubernetes manifests: valid by Kubernetes' own schemas, closed, and with probes that do what they say.
@Suite struct ManifestTests {
    private static let manifests = Deployment.path("deployment/kubernetes")

    private func lint(_ folder: String) async throws -> CommandResult {
        try await CommandRunner.run(Deployment.path("deployment/scripts/lint"), ["--kubernetes", folder])
    }

    @Test func theManifestsAreValid() async throws {
        let result = try await lint(Self.manifests)
        #expect(result.status == 0, "\(result)")
    }

    @Test(arguments: [
        ("base/statefulset.yaml", "readOnlyRootFilesystem", "readOnlyRootFileSystem", "readOnlyRootFileSystem"),
        ("base/statefulset.yaml", "replicas: 1", "replicas: one", "'one' is not of type"),
        ("base/networkpolicy.yaml", "networking.k8s.io/v1", "networking.k8s.io/v9", "NetworkPolicy email-postgres"),
        ("base/kustomization.yaml", "  - services.yaml", "  - service.yaml", "service.yaml does not exist"),
        ("base/kustomization.yaml", "  - services.yaml\n", "", "is in its directory and not listed"),
        ("example/kustomization.yaml", "secretGenerator:", "secretsGenerator:", "is not one of the known keys"),
    ])
    func aMistakeIsFound(file: String, right: String, wrong: String, message: String) async throws {
        let folder = try TemporaryFolder()
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.manifests) where path.hasSuffix(".yaml") {
            try folder.write(path, try Deployment.text(Self.manifests + "/" + path))
        }
        let text = try folder.read(file)
        #expect(text.contains(right))
        try folder.write(file, text.replacing(right, with: wrong, maxReplacements: 1))
        let result = try await lint(folder.path)
        #expect(result.status == 1, "\(result)")
        #expect(result.errors.contains(file + ": error: ") && result.errors.contains(message), "\(result)")
    }

    /// Passwords are files; what is in the environment is in `kubectl describe`.
    @Test func noSecretIsInAnEnvironment() throws {
        let text = try Deployment.text(Self.manifests + "/base/statefulset.yaml")
        #expect(text.contains("secretName: email-postgres"), "the control")
        for key in ["secretKeyRef", "secretRef", "PGPASSWORD", "POSTGRES_PASSWORD", "DATA_SOURCE_PASS\n"] {
            #expect(!text.contains(key), "\(key)")
        }
    }

    /// The command of the liveness probe, as a container's shell would get it.
    private func livenessCommand() throws -> String {
        let text = try Deployment.text(Self.manifests + "/base/statefulset.yaml")
        return String(try #require(text.firstMatch(of: #/\n +- (pg_isready .*)\n/#)).1)
    }

    @Test func onlyAServerThatSaysNothingIsRestarted() async throws {
        let command = try livenessCommand()
        let server = TestServer()
        let settings = try await server.connectionSettings()
        let environment = ["PGPORT": try #require(settings["port"])]
        func alive() async throws -> Int32 {
            try await CommandRunner.run("/bin/sh", ["-c", command], environment: environment).status
        }
        #expect(try await alive() == 0)
        // A server that waits for its last session to end refuses others, as one does that replays its log.
        let process = try await server.processID()
        let session = try Connection(settings.database("postgres"))
        kill(process, SIGTERM)
        var refused = ""
        try await eventually("it refuses new sessions") {
            do { try Connection(settings).close() } catch let error as PostgresError {
                refused = error.sqlState?.rawValue ?? ""
            }
            return !refused.isEmpty
        }
        #expect(refused == "57P03", "the control: it refuses")
        #expect(try await alive() == 0)
        session.close()
        try await server.stop()
        #expect(try await alive() != 0)
    }
}
