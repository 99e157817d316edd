// GET /events: what becomes of leases, as it becomes durable, to whoever keeps the connection open.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "control/event_ring.hpp"
#include "control/http_routes.hpp"
#include "dhcp/event_bus.hpp"

namespace leasehold {

struct EventSource {
    Family family = Family::v4;
    EventBus& bus;
};

/// Hears of events from the first stream on: a server that nobody listens to spends nothing on it. When
/// nobody has listened for idle_max, it forgets all. Loop thread only.
class EventStreams {
public:
    static constexpr std::size_t streams_max = 32;
    static constexpr std::size_t changes_max = 8192;         // that wait to be taken, of each family
    static constexpr std::size_t changes_per_turn = 128;     // of each family
    static constexpr std::size_t octets_ahead = 256u << 10;  // that a reader's connection holds
    static constexpr std::chrono::milliseconds retry{20};    // of readers whose connection is full
    static constexpr std::chrono::seconds heartbeat{15};
    static constexpr std::chrono::minutes idle_max{15};

    /// @param sources  tells of those of this process; called when a first reader comes
    EventStreams(boost::asio::io_context& loop, std::function<std::vector<EventSource>()> sources,
                 EventRing::Limits limits = {});
    ~EventStreams();
    EventStreams(const EventStreams&) = delete;
    EventStreams& operator=(const EventStreams&) = delete;

    /// Filters are in the query; "Last-Event-ID" says where to go on. This must outlive the route.
    HttpRoute route();

    /// For a reader who asks again and again (the command lease-events-get). One that asks for the first time is
    /// told where it begins, and of nothing that was before.
    struct Reading {
        std::vector<std::string> events;  // JSON maps, the oldest first; gaps are among them
        EventPlace next;                  // to give as `seen` the next time
        bool more = false;                // there are more events already
    };
    static constexpr std::size_t reading_octets_max = 256u << 10;  // then the rest waits for the next question
    Reading read(const EventFilter& filter, const std::optional<EventPlace>& seen, std::size_t events_max);

    std::size_t open() const { return readers_.size(); }
    /// Of them, those that are told of this family.
    std::size_t open(Family family) const;

private:
    struct Reader {
        std::shared_ptr<HttpStream> stream;
        EventFilter filter;
        std::uint64_t next = 0;
    };
    struct Subscribed {
        Family family = Family::v4;
        std::shared_ptr<EventBus::Subscription> subscription;
        std::uint64_t lost = 0;
    };
    HttpAnswer answer(const HttpRequest& request);
    void begin();
    void add(std::shared_ptr<HttpStream> stream, EventFilter filter, const std::optional<EventPlace>& seen);
    void wake();
    void turn();
    bool take(Subscribed& source);
    bool feed(Reader& reader);
    void arm_retry();
    void arm_heartbeat();
    void beat();

    boost::asio::io_context& loop_;
    std::function<std::vector<EventSource>()> find_sources_;
    EventRing::Limits limits_;
    std::optional<EventRing> ring_;
    std::uint64_t last_run_ = 0;
    std::vector<Subscribed> sources_;
    std::vector<Reader> readers_;
    boost::asio::steady_timer retry_timer_, heartbeat_timer_;
    std::chrono::steady_clock::time_point last_used_{};
    bool woken_ = false, retrying_ = false;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace leasehold
