// The outage journal as the loop sees it: takes changes while the backend is away, says when they are
// durable, and how full it is. Loop thread only. When it is used is lease_home's part.
#pragma once

#include <functional>
#include <memory>

#include "dhcp/store_worker.hpp"

namespace leasehold {

struct SpoolStatus {
    BackendStatus file;  // "serving": it can be written
    std::uint64_t entries = 0, octets = 0, octets_max = 0;
    std::int64_t oldest = 0;  // seconds since 1970 of the first entry; 0: there is none
    std::uint64_t conflicts = 0;
    std::uint64_t refused_full = 0;  // changes that found it full
    bool full = false;
};

class OutageSpool final : private StoreListener {
public:
    struct Events {
        std::function<void(const BackendStatus&)> file;  // opened, lost, works again
        std::function<void(std::vector<Completion>&&)> completions;
    };
    /// @param config  outage_journal names the file
    OutageSpool(const BackendConfig& config, JournalSides sides, StoreWorker::Post post);

    /// May change whenever nothing is in flight.
    Events& events() { return events_; }
    void start() { writer_.start(); }
    void stop(Deadline deadline, std::function<void()> done) { writer_.stop(deadline, std::move(done)); }

    const std::string& path() const { return path_; }
    void set_octets_max(std::uint64_t octets) { octets_max_ = octets; }
    /// Can a change become durable here now?
    bool is_usable() const { return writer_.status().state == BackendState::serving && !is_full(); }
    bool submit(Submission&& submission);
    bool is_idle() const { return in_flight_ == 0; }
    /// For the thread that brings the entries into the backend.
    std::unique_ptr<OutageJournal> reader() const { return make_reader_(); }
    SpoolStatus status() const;

private:
    bool is_full() const { return fill_->octets >= octets_max_; }
    void on_backend(const BackendStatus& status) override;
    void on_opened(const Opened&) override {}
    void on_page(LoadedPage&&) override {}
    void on_completions(std::vector<Completion>&& completions) override;

    Events events_;
    const std::string path_;
    std::uint64_t octets_max_;
    const std::function<std::unique_ptr<OutageJournal>()> make_reader_;
    const std::shared_ptr<const JournalFill> fill_;
    std::size_t in_flight_ = 0;
    std::uint64_t refused_full_ = 0;
    StoreWorker writer_;
};

}  // namespace leasehold
