// The command line of `leasehold ctl`: its views, and any command of the server.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/command_line.hpp"
#include "dhcp/result.hpp"

namespace CLI {
class App;
}

namespace leasehold {

/// -4, -6
void add_family_switches(CLI::App& app, std::optional<Family>& family, const std::string& what);

/// Adds itself to `app`, which must outlive it.
class CtlCommandLine {
public:
    explicit CtlCommandLine(CLI::App& app);
    ~CtlCommandLine();
    CtlCommandLine(const CtlCommandLine&) = delete;
    CtlCommandLine& operator=(const CtlCommandLine&) = delete;

    /// After parsing. nullopt: something else was asked for. @error what is wrong with what was given
    std::optional<Result<CtlArguments, std::string>> given() const;

private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace leasehold
