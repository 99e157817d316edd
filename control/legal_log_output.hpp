// Where lines of the forensic log go: a file of each period, or syslog. Each is used by one thread, the log's
// own. What is logged is legal_log_entry's part, when the thread writes legal_log's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/result.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

using LogTime = std::chrono::system_clock::time_point;

/// The name of the file whose period begins then, in local time: "base-name.20260131.txt"; of files that last
/// seconds, or for ever, "base-name.T00000000001769900000.txt".
std::string legal_log_file_name(const LegalLogTarget& target, LogTime begin);

/// Has the period that began then ended?
bool legal_log_period_over(const LegalLogTarget& target, LogTime begin, LogTime now);

/// Can the directory be written to, and the programs be started? @error what is wrong, and what to do
Result<void, std::string> check_legal_log_of(const ServerConfig& config);

class LegalLogOutput {
public:
    virtual ~LegalLogOutput() = default;

    /// Takes the lines of one moment, all or none. They may wait for flush().
    /// @param lines  without times and line ends
    /// @error what was taken before cannot be written, and the period is over: these were not taken
    virtual Result<void, std::string> add(LogTime at, std::string_view timestamp,
                                          std::span<const std::string> lines) = 0;
    /// @error why it cannot be written; it is kept, and the next call tries again
    virtual Result<void, std::string> flush() = 0;
    /// Whole lines, with their times, that could not be written; they are another's to write.
    virtual std::string take_rest() { return {}; }
    /// Writes what take_rest() gave.
    virtual void add_rest(std::string rest) = 0;
    /// The present file, or "syslog".
    virtual std::string where() const = 0;
};

/// A program of the operator's that is to hear of a file.
using TellProgram = std::function<void(const std::string& program, const std::string& file)>;

/// Opens nothing yet.
std::unique_ptr<LegalLogOutput> make_legal_log_output(const LegalLogTarget& target, TellProgram tell);

}  // namespace leasehold
