// The words behind `leasehold migrate` and `leasehold db`.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace CLI {
class App;
}

namespace leasehold {

struct MigrateStatusArguments {
    std::string file;  // the configuration
    bool json = false;
};
struct MigrateRunArguments {
    std::string file;
    std::uint32_t to = std::numeric_limits<std::uint32_t>::max();
    bool dry_run = false;
};
struct MigrateRepairArguments {
    std::string file;
    std::uint32_t accept_checksum = 0;  // of this migration
};
struct RegistrationStatusArguments {
    std::string file;
};
struct TakeOverArguments {
    std::string file;
};
using SchemaArguments = std::variant<MigrateStatusArguments, MigrateRunArguments, MigrateRepairArguments,
                                     RegistrationStatusArguments, TakeOverArguments>;

/// These subcommands of the program's command line.
class SchemaCommandLine {
public:
    /// Adds them. The values are stored here: lives until app.parse() has returned.
    explicit SchemaCommandLine(CLI::App& app);
    ~SchemaCommandLine();
    SchemaCommandLine(const SchemaCommandLine&) = delete;
    SchemaCommandLine& operator=(const SchemaCommandLine&) = delete;

    /// After app.parse(): which of them was given; nullopt: another one, or none.
    std::optional<SchemaArguments> given() const;

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace leasehold
