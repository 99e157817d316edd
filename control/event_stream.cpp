#include "control/event_stream.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace leasehold {

EventStreams::EventStreams(boost::asio::io_context& loop, std::function<std::vector<EventSource>()> sources,
                           EventRing::Limits limits)
    : loop_{loop},
      find_sources_{std::move(sources)},
      limits_{limits},
      retry_timer_{loop},
      heartbeat_timer_{loop} {}

EventStreams::~EventStreams() = default;

HttpRoute EventStreams::route() {
    return {
        .method = "GET",
        .path = "/events",
        .access = RouteAccess::read,
        .handler = [this](const HttpRequest& request, const HttpReply& reply) { reply(answer(request)); }};
}

HttpAnswer EventStreams::answer(const HttpRequest& request) {
    auto filter = parse_event_filter(request.query);
    if (!filter) return http_failure(400, filter.error());
    std::erase_if(readers_, [](const Reader& reader) { return !reader.stream->is_open(); });
    if (readers_.size() >= streams_max)
        return http_failure(503, "there are " + std::to_string(streams_max) +
                                     " event streams already; end one of them, or try again later");
    const auto* const last = request.field("last-event-id");
    // One that is not ours is as good as one of an earlier run: the reader is told of the gap.
    const auto seen = last == nullptr || last->empty()
                          ? std::nullopt
                          : std::optional{parse_event_place(*last).value_or(EventPlace{})};
    HttpAnswer result;
    result.content_type = "text/event-stream";
    result.fields.emplace_back("Cache-Control", "no-store");
    if (request.method == "HEAD") return result;
    begin();
    result.open = [this, seen, wanted = std::move(*filter)](std::shared_ptr<HttpStream> stream) {
        add(std::move(stream), wanted, seen);
    };
    return result;
}

std::size_t EventStreams::open(Family family) const {
    return static_cast<std::size_t>(std::ranges::count_if(readers_, [family](const Reader& reader) {
        return reader.stream->is_open() && reader.filter.family.value_or(family) == family;
    }));
}

void EventStreams::begin() {
    last_used_ = std::chrono::steady_clock::now();
    if (ring_) return;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    last_run_ = std::max(last_run_ + 1, static_cast<std::uint64_t>(now));
    ring_.emplace(last_run_, limits_);
    for (const EventSource& source : find_sources_())
        sources_.push_back({source.family, source.bus.subscribe(changes_max, [this] { wake(); }), 0});
    arm_heartbeat();
}

void EventStreams::add(std::shared_ptr<HttpStream> stream, EventFilter filter,
                       const std::optional<EventPlace>& seen) {
    begin();
    auto resumption = ring_->resume(seen);
    // The comment shows the reader, and what is between, that the stream is open. The other line is the time
    // after which a browser comes back.
    if (!stream->send(": the server's lease events\nretry: 2000\n\n" + resumption.text)) return;
    readers_.push_back({std::move(stream), std::move(filter), resumption.next});
    wake();
}

EventStreams::Reading EventStreams::read(const EventFilter& filter, const std::optional<EventPlace>& seen,
                                         std::size_t events_max) {
    begin();
    auto resumption = ring_->resume(seen);
    Reading reading;
    if (!resumption.text.empty()) reading.events.push_back(event_json(resumption.text));
    std::uint64_t next = resumption.next;
    std::size_t octets = 0;
    for (std::size_t looked = 0; next != ring_->next() && looked != 65536; ++next, ++looked) {
        if (reading.events.size() >= events_max || octets >= reading_octets_max) break;
        const auto text = ring_->text(next, filter);
        if (text.empty()) continue;
        reading.events.push_back(event_json(text));
        octets += text.size();
    }
    reading.next = {ring_->run(), next - 1};
    reading.more = next != ring_->next();
    return reading;
}

/// Events come from within decisions and commands: what is done with them waits for a turn of its own.
void EventStreams::wake() {
    if (std::exchange(woken_, true)) return;
    boost::asio::post(loop_, [this, alive = std::weak_ptr<int>{alive_}] {
        if (!alive.expired()) turn();
    });
}

void EventStreams::turn() {
    woken_ = false;
    if (!ring_) return;
    bool more = false;
    for (Subscribed& source : sources_) more = take(source) || more;
    std::erase_if(readers_, [this](Reader& reader) { return !feed(reader); });
    if (more) wake();
    if (std::ranges::any_of(readers_, [this](const Reader& r) { return r.next < ring_->next(); }))
        arm_retry();
}

/// @return there are more
bool EventStreams::take(Subscribed& source) {
    // Those that are lost are older than those that wait.
    if (const auto lost = source.subscription->lost(); lost != source.lost)
        ring_->add_gap(lost - std::exchange(source.lost, lost));
    for (std::size_t i = 0; i != changes_per_turn; ++i) {
        const auto change = source.subscription->take();
        if (change == nullptr) return false;
        for (const LeaseEvent& event : change->events) ring_->add(source.family, event);
    }
    return source.subscription->waiting() != 0;
}

/// As much as its connection should hold.
/// @return false: it is gone
bool EventStreams::feed(Reader& reader) {
    if (!reader.stream->is_open()) return false;
    if (reader.next < ring_->first()) {  // it learns of the gap when it comes back
        reader.stream->cut();
        return false;
    }
    std::string text;
    const auto queued = reader.stream->queued();
    for (std::size_t looked = 0; reader.next != ring_->next() && looked != 4096; ++reader.next, ++looked) {
        if (queued + text.size() >= octets_ahead) break;
        text += ring_->text(reader.next, reader.filter);
    }
    return text.empty() || reader.stream->send(text);
}

void EventStreams::arm_retry() {
    if (std::exchange(retrying_, true)) return;
    retry_timer_.expires_after(retry);
    retry_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        retrying_ = false;
        turn();
    });
}

void EventStreams::arm_heartbeat() {
    heartbeat_timer_.expires_after(heartbeat);
    heartbeat_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) beat();
    });
}

void EventStreams::beat() {
    std::erase_if(readers_, [](const Reader& reader) {
        return !reader.stream->is_open() || (reader.stream->queued() == 0 && !reader.stream->send(":\n\n"));
    });
    const auto now = std::chrono::steady_clock::now();
    if (!readers_.empty()) last_used_ = now;
    if (now - last_used_ >= idle_max) {
        sources_.clear();
        ring_.reset();
        return;
    }
    arm_heartbeat();
}

}  // namespace leasehold
