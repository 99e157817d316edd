// Notices that the files with a database's credentials and certificates have changed, however they are
// replaced: their folders are watched (a rename, a link that is switched), and besides they are looked at
// every few seconds, for folders that appear later and file systems that tell nothing. What is read is
// compared by a keyed hash, and forgotten. Connecting with the new content is the server's part.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/side_thread.hpp"
#include "dhcp/backend_config.hpp"
#include "dhcp/keyed_hash.hpp"

namespace leasehold {

/// The files that a connection reads, none twice.
std::vector<std::string> credential_files(const BackendConfig& database);

/// Loop thread only; files are read on the side thread.
class SecretWatch {
public:
    struct Intervals {
        std::chrono::milliseconds settle{200};   // after an event: what belongs together has arrived
        std::chrono::milliseconds look{10'000};  // without one
    };
    /// @param changed  called when a file's content differs from what was seen before
    SecretWatch(boost::asio::io_context& loop, SideThread& side, std::function<void()> changed,
                Intervals intervals);
    SecretWatch(boost::asio::io_context& loop, SideThread& side, std::function<void()> changed)
        : SecretWatch{loop, side, std::move(changed), Intervals{}} {}
    ~SecretWatch();

    /// From now on these. Their present content counts as seen, if they are others than before.
    void watch(std::vector<std::string> files);
    /// Does not wait for an event.
    void look();

private:
    void arm();
    void add_watches();
    void read_events();
    void looked(const std::vector<std::string>& files, std::uint64_t seen);

    boost::asio::io_context& loop_;
    SideThread& side_;
    std::function<void()> changed_;
    const Intervals intervals_;
    const HashKey key_ = random_hash_key();
    std::vector<std::string> files_;
    std::optional<std::uint64_t> seen_;
    bool looking_ = false, look_again_ = false;
    boost::asio::posix::stream_descriptor events_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace leasehold
