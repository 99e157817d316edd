// The words of `leasehold explain` and `leasehold replay`. Nothing is done here; rehearsal_tools does it.
#pragma once

#include <memory>
#include <optional>

#include "cli/rehearsal_arguments.hpp"

namespace CLI {
class App;
}

namespace leasehold {

class RehearsalCommandLine {
public:
    /// Adds both to the program's subcommands; `app` must outlive it.
    explicit RehearsalCommandLine(CLI::App& app);
    ~RehearsalCommandLine();
    /// nullopt: neither of them was given.
    std::optional<RehearsalArguments> given() const;

private:
    struct Commands;
    std::unique_ptr<Commands> commands_;
};

}  // namespace leasehold
