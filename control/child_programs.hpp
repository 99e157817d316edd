// Programs of the operator that are started beside the server and never waited for. Followed by their process
// descriptors (pidfd), so no signal handler is needed. Loop thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/result.hpp"

namespace leasehold {

/// Can this be started, and by nobody's leave but root's and its owner's?
/// @param role  "the program that hears of leases"
/// @error what is wrong, and what to do
Result<void, std::string> check_program(const std::string& path, std::string_view role);

class ChildPrograms {
public:
    /// How a program ended. @param problem  the end of a sentence that begins with "it"; empty: status 0
    using Ended = std::function<void(const std::string& problem)>;

    /// @param allowed  the time after which a program is killed with all that it has started
    ChildPrograms(boost::asio::io_context& loop, std::chrono::milliseconds allowed);
    /// Kills those that run: nobody would end them any more.
    ~ChildPrograms();

    /// Its environment is the one given and PATH; its standard streams are /dev/null.
    /// @param ended  called later, once; not when this object goes first
    /// @error why it cannot be started; `ended` is not called then
    Result<void, std::string> start(const std::string& path, std::string argument,
                                    std::vector<std::string> environment, Ended ended);
    std::size_t running() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
