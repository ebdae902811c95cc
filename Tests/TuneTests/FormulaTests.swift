import Testing

@testable import Tune

/// The values that profiles give machines; the documented ones at the sizes that the documentation assumes.
@Suite struct FormulaTests {
    @Test func theBaseIsTheDocumentsAtOneGigabyte() {
        let base = Self.formulas(.development, memory: "1GB")
        #expect(ByteSize.text(base.sharedBuffers) == "256MB")
        #expect(ByteSize.text(base.effectiveCacheSize) == "1GB")
        #expect(ByteSize.text(base.workMemory) == "1310kB")
        #expect(ByteSize.text(base.maintenanceWorkMemory) == "64MB")
        #expect(ByteSize.text(base.minimumWALSize) == "1GB")
        #expect(ByteSize.text(base.maximumWALSize) == "4GB")
        #expect(base.randomPageCost == "1.1" && base.ioConcurrency == 200)
        #expect(base.connectionsForStockWorkMemory == 64)
    }

    @Test func productionIsTheDocumentsAtEightGigabytes() {
        let production = Self.formulas(.production, memory: "8GB")
        #expect(ByteSize.text(production.sharedBuffers) == "2GB")
        #expect(ByteSize.text(production.effectiveCacheSize) == "6GB")
        #expect(ByteSize.text(production.workMemory) == "10MB")
        #expect(ByteSize.text(production.maintenanceWorkMemory) == "512MB")
        #expect(ByteSize.text(production.maximumWALSize) == "4GB")
    }

    @Test func theOtherProfilesAreTheDocumentsWhereTheyFit() {
        #expect(ByteSize.text(Self.formulas(.highThroughput, memory: "8GB").maximumWALSize) == "16GB")
        let reads = Self.formulas(.readHeavy, memory: "10GB", storage: .nvme, data: "7GB")
        #expect(ByteSize.text(reads.effectiveCacheSize) == "8GB")
        #expect(reads.randomPageCost == "1.01" && reads.ioConcurrency == 500)
        let large = Self.formulas(.readHeavy, memory: "10GB", storage: .ssd, data: "8GB")
        #expect(large.randomPageCost == "1.1" && large.ioConcurrency == 200, "the data do not fit, the disk is no NVMe")
        let disk = Self.formulas(.readHeavy, memory: "10GB", storage: .hdd, data: "1GB")
        #expect(disk.randomPageCost == "4" && disk.ioConcurrency == 2)
    }

    @Test(arguments: TuneProfile.allCases, ["256MB", "1GB", "8GB", "64GB", "700GB"])
    func nothingIsPromisedTwice(_ profile: TuneProfile, _ memory: String) throws {
        let bytes = try #require(ByteSize.parse(memory))
        for connections in [20, 200, 2000] {
            let formulas = Self.formulas(profile, memory: memory, connections: connections)
            #expect(formulas.sharedBuffers <= bytes / 4)
            #expect(formulas.effectiveCacheSize <= bytes)
            #expect(formulas.workMemory >= 64 << 10 && formulas.workMemory <= 64 << 20)
            #expect(formulas.maintenanceWorkMemory <= 2047 << 20)
            #expect(formulas.autovacuumWorkMemory * 3 <= max(bytes / 10, 3 << 20))
        }
    }

    @Test func writeAheadLogStaysWithinItsVolume() {
        func size(_ space: String, dedicated: Bool) -> String {
            ByteSize.text(
                Self.formulas(.highThroughput, memory: "8GB", wal: space, dedicated: dedicated).maximumWALSize)
        }
        #expect(size("20GB", dedicated: false) == "8GB")
        #expect(size("20GB", dedicated: true) == "12GB")
        #expect(size("100GB", dedicated: false) == "16GB")
        #expect(size("1GB", dedicated: false) == "400MB")
        #expect(size("30MB", dedicated: false) == "32MB", "PostgreSQL needs two files of 16 MB")
    }

    @Test(arguments: [
        ("8GB", 8 << 30), ("512 MB", 512 << 20), ("64g", 64 << 30), ("1310kB", 1310 << 10), ("1.5GB", 3 << 29),
        ("8", nil), ("GB", nil), ("-1GB", nil), ("8GBs", nil), ("", nil), ("9999999999TB", nil),
    ])
    func sizesNeedAUnit(_ text: String, _ bytes: Int?) {
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test func sizesAreWrittenExactly() {
        #expect(ByteSize.text(2 << 30) == "2GB")
        #expect(ByteSize.text(1310 << 10) == "1310kB")
        #expect(ByteSize.approximately(24_684_084 << 10) == "23.5 GB")
    }

    private static func formulas(
        _ profile: TuneProfile, memory: String, connections: Int = 200, storage: StorageClass = .ssd,
        data: String? = nil, wal: String? = nil, dedicated: Bool = false
    ) -> Formulas {
        let machine = Machine(
            memory: Machine.Quantity(ByteSize.parse(memory) ?? 0, source: "test"), cpus: nil, storage: storage,
            storageIsGiven: true, walVolume: wal.flatMap(ByteSize.parse).map { Machine.Quantity($0, source: "test") },
            walVolumeIsDedicated: dedicated, dataSize: data.flatMap(ByteSize.parse))
        return Formulas(
            profile: profile, machine: machine, connections: connections, autovacuumWorkers: 3,
            walSegmentSize: 16 << 20)
    }
}
