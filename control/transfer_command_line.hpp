// The words behind `leasehold import-kea`, `leases dump`, `leases load` and `backup`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "dhcp/address.hpp"

namespace CLI {
class App;
}

namespace leasehold {

enum class DumpFormat : std::uint8_t { json, csv };

struct ImportKeaArguments {
    std::string file;  // the configuration
    std::string csv;   // Kea's lease file, or ...
    std::string url;   // ... database
    std::string password_file;
    std::optional<Family> family;
    bool dry_run = false;
    std::uint64_t max_row_errors = 0;
};
struct LeasesDumpArguments {
    std::string file;
    std::string out = "-";  // "-": standard output
    DumpFormat format = DumpFormat::json;
    std::optional<Family> family;
};
struct LeasesLoadArguments {
    std::string file;
    std::string in;  // "-": standard input
    DumpFormat format = DumpFormat::json;
    std::optional<Family> family;
    bool dry_run = false;
    std::uint64_t max_row_errors = 0;
};
struct BackupArguments {
    std::string file;
    std::string out;
};
using TransferArguments =
    std::variant<ImportKeaArguments, LeasesDumpArguments, LeasesLoadArguments, BackupArguments>;

/// These subcommands of the program's command line.
class TransferCommandLine {
public:
    /// Adds them. The values are stored here: lives until app.parse() has returned.
    explicit TransferCommandLine(CLI::App& app);
    ~TransferCommandLine();
    TransferCommandLine(const TransferCommandLine&) = delete;
    TransferCommandLine& operator=(const TransferCommandLine&) = delete;

    /// After app.parse(): which of them was given; nullopt: another one, or none.
    std::optional<TransferArguments> given() const;

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace leasehold
