// The pages of Documentation.docc, compiled in. Written by deployment/scripts/embed-sql.
#include "Guides.h"

static const struct guide pages[] = {
    {"AfterARestore", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/AfterARestore.md" suffix(, 0)
    }},
    {"Architecture", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Architecture.md" suffix(, 0)
    }},
    {"Backups", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Backups.md" suffix(, 0)
    }},
    {"ComingFromSomethingElse", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/ComingFromSomethingElse.md" suffix(, 0)
    }},
    {"Commands", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Commands.md" suffix(, 0)
    }},
    {"Configuration", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Configuration.md" suffix(, 0)
    }},
    {"Containers", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Containers.md" suffix(, 0)
    }},
    {"ContinuousIntegration", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/ContinuousIntegration.md" suffix(, 0)
    }},
    {"Doctor", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Doctor.md" suffix(, 0)
    }},
    {"FindingCodes", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/FindingCodes.md" suffix(, 0)
    }},
    {"HowInitWorks", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/HowInitWorks.md" suffix(, 0)
    }},
    {"Installing", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Installing.md" suffix(, 0)
    }},
    {"Kubernetes", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Kubernetes.md" suffix(, 0)
    }},
    {"Monitoring", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Monitoring.md" suffix(, 0)
    }},
    {"Peers", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Peers.md" suffix(, 0)
    }},
    {"Pooling", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Pooling.md" suffix(, 0)
    }},
    {"ReducedMode", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/ReducedMode.md" suffix(, 0)
    }},
    {"Stability", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Stability.md" suffix(, 0)
    }},
    {"Tuning", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Tuning.md" suffix(, 0)
    }},
    {"UsingTheDatabase", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/UsingTheDatabase.md" suffix(, 0)
    }},
    {"Verify", (const unsigned char[]){
#embed "../EmailDBCommand/Documentation.docc/Verify.md" suffix(, 0)
    }},
    {0},
};

const struct guide *guides(void) { return pages; }
