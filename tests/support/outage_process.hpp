// One life of a server process on a store and on an outage journal's file: the real journey, home, journal and threads
// of either family, a loop that the test turns by hand, and faults in what it calls. The sockets are a list.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dhcp/journey.hpp"
#include "dhcp/lease_home.hpp"
#include "lease_backends/outage_journal.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/hand_loop.hpp"

namespace leasehold::testing_support {

/// @tparam FamilyJourney  v4::Journey or v6::Journey
/// @tparam Outlet  a PacketOutlet with `sent`, a vector of what a test looks at
template <class FamilyJourney, class Outlet>
class OutageProcess {
public:
    using Sent = typename decltype(Outlet::sent)::value_type;
    struct Faults {
        FaultyStore::OnCall database, journal;
    };

    OutageProcess(std::shared_ptr<const ServerConfig> config, std::unique_ptr<LeaseStore> store, Faults faults)
        : config_{std::move(config)} {
        const auto post = [this](std::move_only_function<void()> run) { loop.post(std::move(run)); };
        auto sides = make_outage_journal(config_->lease_database);
        sides.writer = watched(std::move(sides.writer), std::move(faults.journal));
        spool = std::make_unique<OutageSpool>(config_->lease_database, std::move(sides), post);
        spool->start();
        loop.run_until([&] { return spool->status().file.state == BackendState::serving; });
        LeaseHome::Events events;
        events.completions = [this](std::vector<Completion>&& list) {
            for (Completion& completion : list) journey.on_completion(completion);
        };
        auto database = watched(std::move(store), std::move(faults.database));
        database_ = database.get();
        home = std::make_unique<LeaseHome>(config_, clock_, std::move(database), post, std::move(events), spool.get());
        home->worker().start();
        journey.use(config_, &home->keeper(), home.get());
        journey.set_open(true);
    }
    /// As a crash: nothing is finished, nobody says good-bye. Files are closed behind it.
    ~OutageProcess() {
        home.reset();
        spool.reset();
        loop.run_ready();
        for (const auto& gone : gone_) gone->pass();
    }

    void run_until(BackendState state) {
        loop.run_until([&] { return home->status().state == state; });
    }
    std::size_t database_calls() const { return database_->calls(); }

    HandLoop loop;
    std::unique_ptr<OutageSpool> spool;
    std::unique_ptr<LeaseHome> home;

protected:
    /// Sends until it is answered, as a client does. @return nullopt: the server never got so far
    template <class Send>
    std::optional<Sent> answer_to(const Send& send) {
        constexpr int resends_max = 200;
        for (int i = 0; i < resends_max; ++i) {
            outlet_.sent.clear();
            send();
            while (outlet_.sent.empty() && !journey.idle()) loop.run_one();
            if (!outlet_.sent.empty()) return outlet_.sent.back();
            loop.run_ready();
            if (home->status().state != BackendState::serving)
                loop.run_one();  // something is tried all the time
        }
        return std::nullopt;
    }

    Interface interface_;
    std::uint32_t xid_ = 0;

private:
    std::unique_ptr<FaultyStore> watched(std::unique_ptr<LeaseStore> store, FaultyStore::OnCall on_call) {
        auto made = std::make_unique<FaultyStore>(std::move(store), std::move(on_call));
        made->on_destroyed = [gone = gone_.emplace_back(std::make_shared<Gate>())] { gone->open(); };
        return made;
    }

    std::shared_ptr<const ServerConfig> config_;
    FakeTime time_;
    LeaseClock clock_{time_};
    Statistics statistics_{time_, config_->family};
    EventBus bus_{statistics_};
    Outlet outlet_;
    FaultyStore* database_ = nullptr;
    std::vector<std::shared_ptr<Gate>> gone_;

public:
    FamilyJourney journey{{clock_, statistics_, bus_, outlet_}};
};

}  // namespace leasehold::testing_support
