// `leasehold config diff A B`: what differs between two configurations as the server understands them, where each of it
// stands, and what a reload from one to the other would do. Nothing is changed, and no server is asked.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

#include "dhcp/address.hpp"

namespace CLI {
class App;
}

namespace leasehold {

struct ConfigDiffArguments {
    std::string before, after;  // files
    bool json = false;
    std::optional<Family> family = {};  // nullopt: each that one of the files has
};

/// The words behind `leasehold config`.
class ConfigCommandLine {
public:
    /// Adds them. The values are stored here: lives until app.parse() has returned.
    explicit ConfigCommandLine(CLI::App& app);
    ~ConfigCommandLine();
    ConfigCommandLine(const ConfigCommandLine&) = delete;
    ConfigCommandLine& operator=(const ConfigCommandLine&) = delete;

    /// After app.parse(): nullopt: another command was given, or none.
    std::optional<ConfigDiffArguments> given() const;

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

/// @return 0: they mean the same; 1: they do not (as diff does); 78: one of them would be refused, and `err` says why
int run_config_diff(const ConfigDiffArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace leasehold
